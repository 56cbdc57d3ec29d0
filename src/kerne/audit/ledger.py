"""The audit's SQL: append durably, read, prove. One transaction holds entries and tree nodes.

An append takes the writers' lock first, so numbers and counters are contiguous whichever process
writes; it returns when the entries are on disk (`synchronous=FULL`).
"""

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Error as SqliteError

from pyroaring import BitMap
from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.sqlite import insert as insert_once
from sqlalchemy.exc import SQLAlchemyError

from kerne.audit import finding, leaves
from kerne.audit.checkpoint import Checkpoint
from kerne.audit.drafts import Draft, add_personals, keep_population, personals
from kerne.audit.entry import (
    SALT_BYTES,
    Entry,
    IntentEntry,
    Outcome,
    OutcomeEntry,
    Verdict,
    decode,
)
from kerne.audit.finding import Found
from kerne.audit.proof import PersonalLog, Proven
from kerne.audit.tables import CHECKPOINT, OPEN_ASK, metadata
from kerne.audit.tree import consistency_proof, root
from kerne.audit.writer import Writer
from kerne.database.engine import driver, open_database, reading, unopened_database
from kerne.errors import AuditError, LedgerError
from kerne.people.asking import Population

__all__ = ["AuditLedger", "Draft", "Found", "OpenAsk", "metadata", "open_audit"]

_LOG = logging.getLogger(__name__)

_OPEN = "INSERT INTO open_ask (ask, last, writer) VALUES (?, ?, ?)"
_LAST_OF_OPEN = "SELECT last FROM open_ask WHERE ask = ?"
_SETTLE = "DELETE FROM open_ask WHERE ask = ?"


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """A permitted ask without an outcome: its entries `ask` to `last`, and who wrote them."""

    ask: int
    last: int
    writer: str


class AuditLedger:
    """Appends to the audit and reads from it.

    Parameters
    ----------
    engine
        Of the audit's own file, opened by `database.engine.open_database` with `metadata`.
    random_bytes
        Gives the salts.
    writer
        Under whose name it is written; a new one when it is not named.

    Raises
    ------
    AuditError
        The engine has no file.
    """

    def __init__(
        self,
        engine: Engine,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        writer: Writer | None = None,
    ) -> None:
        if not engine.url.database:
            raise AuditError("the audit needs a file of its own")
        self.engine = engine
        self._random_bytes = random_bytes
        self._writer = writer or Writer(Path(f"{engine.url.database}.writers"))

    def second(self, path: Path) -> "AuditLedger":
        """Return the second log in the file at `path`, written under the same name."""
        return AuditLedger(_engine(path), self._random_bytes, self._writer)

    def close(self) -> None:
        """Let go of the file, as the end of the process would."""
        self._writer.close()
        self.engine.dispose()

    # Writing

    def record(
        self, drafts: Sequence[Draft], at: datetime, population: Population | None = None
    ) -> tuple[int, ...]:
        """Record one ask durably, before anything is done.

        Parameters
        ----------
        drafts
            One for each person that is concerned by name, each once; or one that names nobody.
        at
            UTC.
        population
            Whom a collective question counts; its bitmap is kept.

        Returns
        -------
        The numbers of the entries, ascending, without a gap, in the order of `drafts`.

        Raises
        ------
        AuditError
            It could not be written; then nothing was.
        """
        with self.writing() as connection:
            mark = None if population is None else keep_population(connection, population)
            first = leaves.size(connection) + 1
            numbers = tuple(range(first, first + len(drafts)))
            parts = personals(connection, drafts)
            salts = [self.random_salt() for _ in drafts]
            entries = [
                IntentEntry(
                    number=number,
                    ask=first,
                    at=at.astimezone(UTC),
                    writer=self._writer.name,
                    intent=draft.intent,
                    population=mark,
                    commitment=personal.commitment(salt),
                )
                for number, draft, personal, salt in zip(numbers, drafts, parts, salts, strict=True)
            ]
            leaves.append(connection, entries)
            add_personals(connection, zip(numbers, salts, parts, strict=True))
            if drafts[0].intent.verdict is Verdict.PERMITTED:
                driver(connection).execute(_OPEN, (first, numbers[-1], self._writer.name))
        return numbers

    def close_ask(self, ask: int, outcome: Outcome, at: datetime) -> None:
        """Record durably how the open ask whose first entry is `ask` ended.

        Raises
        ------
        AuditError
            It is not open, or could not be written.
        """
        if not self.settle_ask(ask, outcome, at):
            raise AuditError(f"entry `{ask}` begins no open ask")

    def settle_ask(self, ask: int, outcome: Outcome, at: datetime) -> bool:
        """As `close_ask`, for an ask that another process may close at the same time.

        Returns
        -------
        Whether it was still open, and is closed by this.
        """
        with self.writing() as connection:
            execute = driver(connection).execute
            open_ask = execute(_LAST_OF_OPEN, (ask,)).fetchone()
            if open_ask is None:
                return False
            number = leaves.size(connection) + 1
            entry = OutcomeEntry(number, ask, open_ask[0], at.astimezone(UTC), outcome)
            leaves.append(connection, [entry])
            execute(_SETTLE, (ask,))
        return True

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint beside the entries; one of the same size is already as good.

        Raises
        ------
        AuditError
            It could not be written.
        """
        values = {
            "size": checkpoint.size,
            "root": checkpoint.root,
            "at": checkpoint.at.astimezone(UTC).isoformat(),
            "signature": checkpoint.signature,
        }
        with self.writing() as connection:
            connection.execute(insert_once(CHECKPOINT).values(values).on_conflict_do_nothing())

    # Reading

    def size(self) -> int:
        """Return how many entries there are."""
        with self.reading() as connection:
            return leaves.size(connection)

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the tree of the first `size` entries, of all when `None`."""
        with self.reading() as connection:
            count = self._checked_size(connection, size)
            return root(count, leaves.nodes(connection))

    def entry(self, number: int) -> Entry:
        """Return the entry with this number.

        Raises
        ------
        AuditError
            There is none.
        """
        with self.reading() as connection:
            return decode(leaves.leaf(connection, number))

    def intent(self, number: int) -> Found | None:
        """Return the intent that is entry `number`; `None` when that is no intent."""
        with self.reading() as connection:
            return finding.numbered(connection, number)

    def personal_log(self, person: str, rows: BitMap, until: int) -> PersonalLog:
        """Return all that names `person` or counted one of `rows`, up to entry `until`.

        Raises
        ------
        AuditError
            An entry is missing, or a population was changed.
        """
        with self.reading() as connection:
            named = finding.naming(connection, person)
            counted = finding.counted_in(connection, rows)
            digests = {one.digest for one in counted if one.entry.number <= until}
            return PersonalLog(
                person=person,
                rows=rows,
                named=[one for one in named if one.entry.number <= until],
                counted=[one for one in counted if one.entry.number <= until],
                populations={
                    digest: finding.population(connection, digest) for digest in sorted(digests)
                },
            )

    def prove(self, numbers: Iterable[int], size: int | None = None) -> list[Proven]:
        """Prove that these entries are among the first `size`, of all when `None`.

        Raises
        ------
        AuditError
            One is not.
        """
        with self.reading() as connection:
            count = self._checked_size(connection, size)
            return [leaves.proven(connection, number, count) for number in numbers]

    def prove_consistency(self, old: int, new: int | None = None) -> tuple[bytes, ...]:
        """Prove that the first `old` entries still begin the first `new`, all when `None`."""
        with self.reading() as connection:
            count = self._checked_size(connection, new)
            if not 0 <= old <= count:
                raise AuditError(f"`{old}` entries do not begin `{count}`")
            return consistency_proof(old, count, leaves.nodes(connection))

    def abandoned(self) -> list[OpenAsk]:
        """Return the open asks whose process has ended."""
        with self.reading() as connection:
            rows = connection.execute(select(OPEN_ASK).order_by(OPEN_ASK.c.ask)).mappings().all()
        asks = [OpenAsk(**row) for row in rows]
        alive = {name: self._writer.is_alive(name) for name in {ask.writer for ask in asks}}
        self._writer.sweep()
        return [ask for ask in asks if not alive[ask.writer]]

    def naming(self, person: str) -> list[Found]:
        """Return the intents that name `person`, oldest first.

        Raises
        ------
        AuditError
            Their counters have a gap: an entry is missing.
        """
        with self.reading() as connection:
            return finding.naming(connection, person)

    def counting(self) -> list[Found]:
        """Return the intents that counted a population, oldest first."""
        with self.reading() as connection:
            return finding.counting(connection)

    def population(self, digest: str) -> BitMap:
        """Return the genome rows of a population that was counted.

        Raises
        ------
        AuditError
            It is missing or is not what was counted.
        """
        with self.reading() as connection:
            return BitMap.deserialize(finding.population(connection, digest))

    # Steps

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that holds the writers' lock; committed at its end, or nothing is.

        Raises
        ------
        AuditError
            It could not be written.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, SqliteError) as error:
            raise AuditError(f"the audit cannot be written: {_cause(error)}") from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one moment and waits for no writer.

        Raises
        ------
        AuditError
            It could not be read.
        """
        try:
            with reading(self.engine).connect() as connection:
                yield connection
        except (SQLAlchemyError, SqliteError) as error:
            raise AuditError(f"the audit cannot be read: {_cause(error)}") from error

    def random_salt(self) -> bytes:
        """Return a new salt."""
        return self._random_bytes(SALT_BYTES)

    def _checked_size(self, connection: Connection, size: int | None) -> int:
        count = leaves.size(connection)
        if size is None:
            return count
        if not 0 <= size <= count:
            raise AuditError(f"the audit has `{count}` entries, expected at least `{size}`")
        return size


def open_audit(path: Path) -> AuditLedger:
    """Open the audit in the file at `path`, made when it is not there.

    One that does not work is opened all the same: whatever is asked of it is an error, until it
    works again.

    Raises
    ------
    AuditError
        Its directory cannot be written.
    """
    try:
        return AuditLedger(_engine(path))
    except OSError as error:
        raise AuditError(f"the audit cannot be opened: {error}") from error


def _engine(path: Path) -> Engine:
    try:
        return open_database(path, metadata)
    except (LedgerError, SQLAlchemyError, SqliteError) as error:
        _LOG.warning("the audit does not work: %s", error)
        return unopened_database(path)


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", error))
