"""Read the whole audit and find whatever is not as it was written.

Every leaf is hashed anew and the tree rebuilt from the leaves; each stored node, look-up column,
personal part, population and checkpoint must agree with them. What the file alone cannot show is
an end cut off, or everything computed anew by someone who can write it: against that stand the
checkpoints, above all those that a witness holds outside.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Engine, RowMapping, func, select
from sqlalchemy.exc import SQLAlchemyError

from kerne.audit.checkpoint import Checkpoint
from kerne.audit.entry import IntentEntry, OutcomeEntry, Personal, Verdict, decode
from kerne.audit.leaves import entry_row
from kerne.audit.tables import CHECKPOINT, ENTRY, NODE, OPEN_ASK, PERSONAL, POPULATION
from kerne.audit.tree import Node, completed_nodes, frontier, leaf_hash, root
from kerne.database.engine import reading
from kerne.errors import AuditError

_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Verification:
    """What a reading of the whole audit found.

    Parameters
    ----------
    size, root
        Of the tree that the entries make.
    checkpoints
        How many checkpoints were compared with it.
    open_asks
        How many permitted asks have no outcome yet.
    problems
        What is not as it was written, in words; none when everything is.
    """

    size: int
    root: bytes
    checkpoints: int
    open_asks: int
    problems: tuple[str, ...]

    @property
    def is_intact(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def verify(engine: Engine, key: Ed25519PublicKey, held: Iterable[Checkpoint] = ()) -> Verification:
    """Read the whole audit of `engine` and say what is not as it was written.

    Parameters
    ----------
    engine
        Of the audit's file.
    key
        Of the centre that signed the checkpoints.
    held
        Checkpoints that witnesses hold; those in the file are compared as well.
    """
    reading_again = _Rereading()
    checkpoints = list(held)
    try:
        with reading(engine).connect() as connection:
            checkpoints += _stored_checkpoints(connection)
            reading_again.wanted = {checkpoint.size for checkpoint in checkpoints}
            reading_again.read(connection)
    except (SQLAlchemyError, AuditError) as error:
        reading_again.problems.append(f"the file cannot be read to its end: {error}")
    for checkpoint in checkpoints:
        reading_again.compare(checkpoint, key)
    return Verification(
        size=reading_again.size,
        root=reading_again.root(),
        checkpoints=len(checkpoints),
        open_asks=len(reading_again.open_asks),
        problems=tuple(reading_again.problems[:_MOST_PROBLEMS]),
    )


class _Rereading:
    """The audit as its entries make it, one entry after the other."""

    def __init__(self) -> None:
        self.size = 0
        self.problems: list[str] = []
        self.wanted: set[int] = set()
        self.open_asks: dict[int, tuple[int, str]] = {}
        self._roots: dict[int, bytes] = {0: root(0, self._node)}
        self._frontier: dict[tuple[int, int], bytes] = {}
        self._counters: dict[str, int] = {}
        self._intents = 0
        self._populations: set[str] = set()
        self._nodes_agree = True

    def root(self) -> bytes:
        return root(self.size, self._node)

    def read(self, connection: Connection) -> None:
        query = (
            select(ENTRY, *(column.label(f"personal_{column.name}") for column in PERSONAL.c))
            .outerjoin(PERSONAL, PERSONAL.c.number == ENTRY.c.number)
            .order_by(ENTRY.c.number)
        )
        stored = _stored_nodes(connection)
        for row in connection.execute(query.execution_options(yield_per=1000)).mappings():
            self._read_leaf(row["body"], stored)
            self._read_entry(row)
        if next(stored, None) is not None:
            self._node_problem()
        self._finish(connection)

    def compare(self, checkpoint: Checkpoint, key: Ed25519PublicKey) -> None:
        if not checkpoint.verifies(key):
            self._say(f"the checkpoint of `{checkpoint.size}` entries was not signed by this key")
        elif self._roots.get(checkpoint.size) != checkpoint.root:
            self._say(
                f"the first `{checkpoint.size}` entries are not those of the checkpoint of "
                f"`{checkpoint.at.isoformat()}`"
            )

    def _say(self, problem: str) -> None:
        self.problems.append(problem)

    def _node(self, level: int, index: int) -> bytes:
        return self._frontier[level, index]

    def _node_problem(self) -> None:
        # One is enough: from the first disagreement on, all nodes above it disagree.
        if self._nodes_agree:
            self._say(f"the tree disagrees with entry `{self.size}`")
        self._nodes_agree = False

    def _read_leaf(self, body: bytes, stored: Iterator[Node]) -> None:
        made = list(completed_nodes(self.size, leaf_hash(body), self._node))
        self.size += 1
        if [next(stored, None) for _ in made] != made:
            self._node_problem()
        self._frontier |= {(node.level, node.index): node.digest for node in made}
        self._frontier = {name: self._frontier[name] for name in frontier(self.size)}
        if self.size in self.wanted:
            self._roots[self.size] = self.root()

    def _read_entry(self, row: RowMapping) -> None:
        try:
            entry = decode(row["body"])
        except AuditError:
            self._say(f"entry `{self.size}` cannot be read")
            return
        columns = entry_row(entry, row["body"])
        if entry.number != self.size or any(row[name] != value for name, value in columns.items()):
            self._say(f"entry `{self.size}` is not filed as what it is")
        if isinstance(entry, IntentEntry):
            self._read_intent(entry, row)
        else:
            self._read_outcome(entry, row)

    def _read_intent(self, entry: IntentEntry, row: RowMapping) -> None:
        self._intents += 1
        person, counter = row["personal_person"], row["personal_counter"]
        personal = Personal(person, counter, row["personal_reason"], row["personal_said"])
        salt = row["personal_salt"]
        if salt is None or personal.commitment(salt) != entry.commitment:
            self._say(f"the personal part of entry `{entry.number}` is missing or was changed")
        elif person is not None:
            if counter != self._counters.get(person, 0) + 1:
                self._say(f"entry `{entry.number}` does not follow in its person's count")
            self._counters[person] = counter
        if entry.population is not None:
            self._populations.add(entry.population.digest)
        if entry.intent.verdict is Verdict.PERMITTED:
            self.open_asks[entry.ask] = (entry.number, entry.writer)

    def _read_outcome(self, entry: OutcomeEntry, row: RowMapping) -> None:
        if row["personal_number"] is not None:
            self._say(f"entry `{entry.number}` has a personal part, expected none")
        last, _ = self.open_asks.pop(entry.ask, (None, None))
        if last != entry.last:
            self._say(f"entry `{entry.number}` closes what was not open")

    def _finish(self, connection: Connection) -> None:
        personal_parts = connection.execute(select(func.count()).select_from(PERSONAL)).scalar()
        if personal_parts != self._intents:
            self._say("there are personal parts without an entry")
        listed = {
            row["ask"]: (row["last"], row["writer"])
            for row in connection.execute(select(OPEN_ASK)).mappings()
        }
        if listed != self.open_asks:
            self._say("the list of open asks disagrees with the entries")
        stored = set()
        for row in connection.execute(select(POPULATION)).mappings():
            stored.add(row["digest"])
            if sha256(row["rows"]).hexdigest() != row["digest"]:
                self._say(f"the population `{row['digest']}` was changed")
        if stored != self._populations:
            self._say("the populations that are kept are not those that were counted")


def _stored_nodes(connection: Connection) -> Iterator[Node]:
    """Yield the stored nodes in the order in which leaves complete them."""
    index, level = NODE.c["index"], NODE.c.level
    query = select(NODE).order_by((index + 1).op("<<")(level), level)
    for row in connection.execute(query.execution_options(yield_per=1000)).mappings():
        yield Node(row["level"], row["index"], row["digest"])


def _stored_checkpoints(connection: Connection) -> Sequence[Checkpoint]:
    rows = connection.execute(select(CHECKPOINT).order_by(CHECKPOINT.c.size)).mappings()
    return [_checkpoint(row) for row in rows]


def _checkpoint(row: RowMapping) -> Checkpoint:
    try:
        at = datetime.fromisoformat(row["at"])
    except ValueError as error:
        raise AuditError(f"the time of the checkpoint of `{row['size']}` is not a time") from error
    return Checkpoint(row["size"], row["root"], at, row["signature"])
