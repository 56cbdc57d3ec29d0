"""The audit read again, entry by entry: what each must agree with."""

from collections.abc import Collection, Iterator
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, RowMapping, func, select

from kerne.audit.checkpoint import Checkpoint
from kerne.audit.entry import (
    ErasureEntry,
    IntentEntry,
    Late,
    MergerEntry,
    OutcomeEntry,
    Personal,
    RestorationEntry,
    Verdict,
    decode,
)
from kerne.audit.leaves import entry_row
from kerne.audit.tables import ENTRY, LATE, NODE, OPEN_ASK, PERSONAL, POPULATION
from kerne.audit.tree import GrowingTree, Node, leaf_hash
from kerne.errors import AuditError
from kerne.people.asking import Action


class Rereading:
    """The audit as its entries make it, one entry after the other.

    Parameters
    ----------
    wanted
        Sizes at which the root is to be known, besides 0 and the last.
    is_second
        Whether it is a second log, which also holds outcomes of asks of the main log.
    merged
        How many entries of a second log stand in the main log too, which keeps their personal part.
    """

    def __init__(self, wanted: Collection[int], *, is_second: bool, merged: int = 0) -> None:
        self.problems: list[str] = []
        self._wanted = wanted
        self._is_second = is_second
        self._elsewhere = set(range(1, merged + 1))
        self._tree = GrowingTree()
        self.open_asks: dict[int, tuple[int, str]] = {}
        self._roots = {0: self._tree.root()}
        self._counters: dict[str, int] = {}
        self._intents = 0
        self._populations: set[str] = set()
        self.mergers: dict[str, MergerEntry] = {}
        self._late: dict[str, GrowingTree] = {}
        self._late_numbers: set[tuple[str, int, int]] = set()
        self._nodes_agree = True
        self._without_personal: set[int] = set()
        self._erased: set[int] = set()
        self._causes: set[int] = set()

    @property
    def size(self) -> int:
        """How many entries were read."""
        return self._tree.size

    def root(self) -> bytes:
        """Return the root of the entries that were read."""
        return self._tree.root()

    def root_at(self, size: int) -> bytes | None:
        """Return the root of the first `size` entries; `None` when there are fewer."""
        return self._roots.get(size)

    def read(self, connection: Connection) -> None:
        """Read everything that the audit holds; `problems` then says what disagrees."""
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
        """Compare what was read with a checkpoint that the owner of `key` should have signed."""
        if not checkpoint.verifies(key):
            self._say(f"the checkpoint of `{checkpoint.size}` entries was not signed by this key")
        elif self.root_at(checkpoint.size) != checkpoint.root:
            self._say(
                f"the first `{checkpoint.size}` entries are not those of the checkpoint of "
                f"`{checkpoint.at.isoformat()}`"
            )

    def _say(self, problem: str) -> None:
        self.problems.append(problem)

    def _node_problem(self) -> None:
        # One is enough: from the first disagreement on, all nodes above it disagree.
        if self._nodes_agree:
            self._say(f"the tree disagrees with entry `{self.size}`")
        self._nodes_agree = False

    def _read_leaf(self, body: bytes, stored: Iterator[Node]) -> None:
        made = self._tree.append(leaf_hash(body))
        if [next(stored, None) for _ in made] != made:
            self._node_problem()
        if self.size in self._wanted:
            self._roots[self.size] = self._tree.root()

    def _read_entry(self, row: RowMapping) -> None:
        try:
            entry = decode(row["body"])
        except AuditError:
            self._say(f"entry `{self.size}` cannot be read")
            return
        stored = tuple(row[column.name] for column in ENTRY.c)
        if entry.number != self.size or stored != entry_row(entry, row["body"]):
            self._say(f"entry `{self.size}` is not filed as what it is")
        if isinstance(entry, IntentEntry):
            self._read_intent(entry, row)
        elif row["personal_number"] is not None:
            self._say(f"entry `{entry.number}` has a personal part, expected none")
        match entry:
            case MergerEntry():
                self._read_merger(entry)
            case ErasureEntry():
                self._read_erasure(entry)
            case RestorationEntry():
                self._read_restoration(entry)
            case IntentEntry(late=late) | OutcomeEntry(late=late) if late is not None:
                self._read_late(entry, late)
        if isinstance(entry, OutcomeEntry):
            self._read_outcome(entry)

    def _read_intent(self, entry: IntentEntry, row: RowMapping) -> None:
        self._intents += 1
        person, counter = row["personal_person"], row["personal_counter"]
        personal = Personal(person, counter, row["personal_reason"], row["personal_said"])
        salt = row["personal_salt"]
        if salt is None:
            self._without_personal.add(entry.number)
        elif personal.commitment(salt) != entry.commitment:
            self._say(f"the personal part of entry `{entry.number}` is missing or was changed")
        elif person is not None:
            if counter != self._counters.get(person, 0) + 1:
                self._say(f"entry `{entry.number}` does not follow in its person's count")
            self._counters[person] = counter
        if entry.population is not None:
            self._populations.add(entry.population.digest)
        if entry.intent.verdict is Verdict.PERMITTED:
            self.open_asks[entry.ask] = (entry.number, entry.writer)
            if entry.intent.action is Action.ERASE_PERSON:
                self._causes.add(entry.ask)

    def _read_outcome(self, entry: OutcomeEntry) -> None:
        if self._is_second and entry.ask < 0:
            return  # of an ask of the main log, which is closed there at the merger
        last, _ = self.open_asks.pop(entry.ask, (None, None))
        if last is None and entry.late is not None and entry.ask < entry.number:
            return  # it was closed here, and in the second log by a writer who did not know
        if last != entry.last:
            self._say(f"entry `{entry.number}` closes what was not open")

    def _read_late(self, entry: IntentEntry | OutcomeEntry, late: Late) -> None:
        log = self._late.setdefault(late.log, GrowingTree())
        if late.number != log.size + 1 or (late.number == 1 and late.leaf != late.log):
            self._say(f"entry `{entry.number}` does not follow in the second log that it is from")
        log.append(bytes.fromhex(late.leaf))
        self._late_numbers.add((late.log, late.number, entry.number))

    def _read_merger(self, entry: MergerEntry) -> None:
        log = self._late.get(entry.log, GrowingTree())
        if (log.size, log.root().hex()) != (entry.size, entry.root):
            self._say(f"the merger at entry `{entry.number}` states what was not merged")
        self.mergers[entry.log] = entry

    def _read_erasure(self, entry: ErasureEntry) -> None:
        if entry.cause not in self._causes:
            self._say(f"entry `{entry.number}` destroyed personal parts that nobody let it destroy")
        self._erased.update(number for number in entry.numbers if number < entry.number)

    def _read_restoration(self, entry: RestorationEntry) -> None:
        self._causes.add(entry.number)
        if entry.number != entry.size + 1:
            self._say(f"entry `{entry.number}` states another size than was restored")

    def _finish(self, connection: Connection) -> None:
        for number in sorted(self._without_personal - self._erased - self._elsewhere):
            self._say(f"the personal part of entry `{number}` is missing or was changed")
        for number in sorted(self._erased - self._without_personal):
            self._say(f"the personal part of entry `{number}` was destroyed and is there again")
        personal_parts = connection.execute(select(func.count()).select_from(PERSONAL)).scalar()
        if personal_parts != self._intents - len(self._without_personal):
            self._say("there are personal parts without an entry")
        listed = {
            row["ask"]: (row["last"], row["writer"])
            for row in connection.execute(select(OPEN_ASK)).mappings()
        }
        if listed != self.open_asks:
            self._say("the list of open asks disagrees with the entries")
        self._finish_populations(connection)
        self._finish_late(connection)
        # What is looked up is looked up by indexes, and they are read nowhere else.
        for (found,) in connection.exec_driver_sql("PRAGMA integrity_check(1)"):
            if found != "ok":
                self._say(f"the file disagrees with itself: {found}")

    def _finish_populations(self, connection: Connection) -> None:
        stored = set()
        for row in connection.execute(select(POPULATION)).mappings():
            stored.add(row["digest"])
            if sha256(row["rows"]).hexdigest() != row["digest"]:
                self._say(f"the population `{row['digest']}` was changed")
        if stored != self._populations:
            self._say("the populations that are kept are not those that were counted")

    def _finish_late(self, connection: Connection) -> None:
        if {tuple(row) for row in connection.execute(select(LATE))} != self._late_numbers:
            self._say("the list of late entries disagrees with the entries")
        stated = {name: merger.size for name, merger in self.mergers.items()}
        if stated != {name: log.size for name, log in self._late.items()}:
            self._say("there are late entries that no merger states")


def _stored_nodes(connection: Connection) -> Iterator[Node]:
    """Yield the stored nodes in the order in which leaves complete them."""
    index, level = NODE.c["index"], NODE.c.level
    query = select(NODE).order_by((index + 1).op("<<")(level), level)
    for row in connection.execute(query.execution_options(yield_per=1000)).mappings():
        yield Node(row["level"], row["index"], row["digest"])
