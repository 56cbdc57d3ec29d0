"""A second log on the same machine, for when the audit cannot be written.

A patient's own treatment does not wait for a full disk or a damaged file. What may be recorded
there is for the rules to say; it is an audit of the same shape in a file of its own, durable before
the answer. It is merged when the audit works again: in one transaction each of its entries becomes
one here, flagged `late` with its time, its place there and its hash there, followed by a merger
that states the size and root of what was merged. A process that dies before the end of that
transaction has merged nothing, and whoever comes next begins where the last merger ended.

An ask that stands in the second log is known by the negated number of its entry there.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from kerne.audit import finding, leaves
from kerne.audit.drafts import Draft, add_personals, personals
from kerne.audit.entry import (
    Entry,
    IntentEntry,
    Late,
    MergerEntry,
    Outcome,
    OutcomeEntry,
    Personal,
    Verdict,
    decode,
)
from kerne.audit.ledger import AuditLedger
from kerne.audit.rereading import Rereading
from kerne.audit.tree import leaf_hash
from kerne.database.engine import driver
from kerne.errors import AuditError, SecondLogError
from kerne.people.asking import Population

_LOG: Final = logging.getLogger(__name__)

_MERGED: Final = "SELECT max(there) FROM late WHERE log = ?"
_PLACE: Final = "SELECT number FROM late WHERE log = ? AND there = ?"
_TAKE: Final = "INSERT INTO late (log, there, number) VALUES (?, ?, ?)"
_OPEN: Final = (
    "INSERT INTO open_ask (ask, last, writer) VALUES (?, ?, ?) "
    "ON CONFLICT (ask) DO UPDATE SET last = excluded.last"
)
_BLANK: Final = "DELETE FROM personal WHERE person = ? AND number <= ?"
_SETTLE: Final = "DELETE FROM open_ask WHERE ask = ?"


@dataclass(frozen=True, slots=True)
class _There:
    """An entry as it stands in the second log; `personal` is that of an intent."""

    entry: Entry
    late: Late
    personal: Personal | None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What the second log holds beyond what was merged of it."""

    log: str
    size: int
    root: str
    entries: tuple[_There, ...]


class TwoLogs:
    """The audit, and the second log behind it when there is one.

    Parameters
    ----------
    main, second
        Two files, written by the same process under the same name.
    """

    def __init__(self, main: AuditLedger, second: AuditLedger | None) -> None:
        self.main = main
        self._second = second
        self._may_wait = second is not None

    def record(
        self, drafts: Sequence[Draft], at: datetime, population: Population | None = None
    ) -> tuple[int, ...]:
        """Record one ask in the audit; see `AuditLedger.record`. What waited is merged first."""
        self._merge_if_waiting(at)
        return self.main.record(drafts, at, population)

    def record_in_second(self, drafts: Sequence[Draft], at: datetime) -> tuple[int, ...]:
        """Record one ask durably in the second log.

        Returns
        -------
        The negated numbers of its entries there, in the order of `drafts`.

        Raises
        ------
        AuditError
            There is no second log, or it could not be written either.
        """
        numbers = self._behind().record(drafts, at)
        self._may_wait = True
        return tuple(-number for number in numbers)

    def close_ask(self, ask: int, outcome: Outcome, at: datetime) -> None:
        """Record durably how an ask ended, in the log that holds it.

        Raises
        ------
        AuditError
            It is not open, or could not be written.
        """
        if ask < 0:
            self._behind().close_ask(-ask, outcome, at)
        else:
            self.main.close_ask(ask, outcome, at)

    def close_in_second(self, ask: int, last: int, outcome: Outcome, at: datetime) -> None:
        """Record durably in the second log how the ask `ask` to `last` of the audit ended.

        Raises
        ------
        AuditError
            There is no second log, or it could not be written either.
        """
        second = self._behind()
        with second.writing() as connection:
            number = leaves.size(connection) + 1
            entry = OutcomeEntry(number, -ask, -last, at.astimezone(UTC), outcome)
            leaves.append(connection, [entry])
        self._may_wait = True

    def close_abandoned(
        self, committed: Callable[[int], bool], clock: Callable[[], datetime]
    ) -> tuple[int, ...]:
        """Merge what waits, and close the asks whose process has ended.

        Parameters
        ----------
        committed
            Says whether any ledger holds a change under an entry's number.
        clock
            Gives the time now, in UTC.

        Returns
        -------
        The first numbers of the asks that were closed; none while the audit does not work.
        """
        try:
            self._merge_if_waiting(clock())
            asks = self.main.abandoned()
            # INVARIANT: whoever is dead by now writes no more; only then is the second log read
            # for their outcomes, so that none is closed here that ended well there.
            self._may_wait = self._second is not None
            self._merge_if_waiting(clock())
        except AuditError as error:
            if self._second is None:
                raise
            _LOG.warning("nothing was closed or merged: %s", error)
            return ()
        closed = []
        for ask in asks:
            is_committed = any(committed(entry) for entry in range(ask.ask, ask.last + 1))
            outcome = Outcome.DONE if is_committed else Outcome.INTERRUPTED
            if self.main.settle_ask(ask.ask, outcome, clock()):
                closed.append(ask.ask)
        return tuple(closed)

    def _merge_if_waiting(self, at: datetime) -> None:
        if not self._may_wait or self._second is None:
            return
        try:
            merge(self.main, self._second, at)
        except SecondLogError as error:
            # The audit itself works, and what is wrong with the second log stays there to be seen.
            _LOG.warning("%s", error)
        self._may_wait = False

    def _behind(self) -> AuditLedger:
        if self._second is None:
            raise AuditError("there is no second log")
        return self._second


def merge(main: AuditLedger, second: AuditLedger, at: datetime) -> int:
    """Take into `main` what `second` holds beyond what was merged of it; all or nothing.

    Returns
    -------
    How many entries were merged.

    Raises
    ------
    SecondLogError
        `second` cannot be read, or is not as it was written.
    AuditError
        `main` cannot be written.
    """
    log, size = _head(second)
    with main.reading() as here:
        if size <= _merged(here, log):
            return 0
    with main.writing() as here:
        # INVARIANT: read under the lock, so that of two that merge at once one finds nothing left.
        waiting = _waiting(second, log, _merged(here, log))
        for one in waiting.entries:
            _take(here, one, main.random_salt())
        if waiting.entries:
            number = leaves.size(here) + 1
            merger = MergerEntry(number, at.astimezone(UTC), log, waiting.size, waiting.root)
            leaves.append(here, [merger])
    return len(waiting.entries)


def blank_merged(main: AuditLedger, second: AuditLedger, person: str) -> None:
    """Destroy the personal parts about `person` in `second`, of entries that `main` holds too.

    Raises
    ------
    SecondLogError
        `second` cannot be read.
    AuditError
        It cannot be written.
    """
    log, _ = _head(second)
    with main.reading() as here:
        merged = _merged(here, log)
    with second.writing() as there:
        driver(there).execute(_BLANK, (person, merged))


@contextmanager
def _reading(second: AuditLedger) -> Iterator[Connection]:
    try:
        with second.reading() as there:
            yield there
    except AuditError as error:
        raise SecondLogError(f"the second log cannot be merged: {error}") from error


def _head(second: AuditLedger) -> tuple[str, int]:
    """Return the name of the second log, empty while it has none, and its size."""
    with _reading(second) as there:
        size = leaves.size(there)
        return leaf_hash(leaves.leaf(there, 1)).hex() if size else "", size


def _merged(here: Connection, log: str) -> int:
    return driver(here).execute(_MERGED, (log,)).fetchone()[0] or 0


def _waiting(second: AuditLedger, log: str, merged: int) -> _Waiting:
    with _reading(second) as there:
        again = Rereading((), is_second=True, merged=merged)
        again.read(there)
        if again.problems:
            raise SecondLogError("the second log is not as it was written: it is not merged")
        return _Waiting(
            log=log,
            size=again.size,
            root=again.root().hex(),
            entries=tuple(_read(there, log, range(merged + 1, again.size + 1))),
        )


def _read(there: Connection, log: str, numbers: range) -> Iterator[_There]:
    for number in numbers:
        leaf = leaves.leaf(there, number)
        found = finding.numbered(there, number)
        late = Late(log, number, leaf_hash(leaf).hex())
        yield _There(decode(leaf), late, None if found is None else found.personal)


def _take(here: Connection, one: _There, salt: bytes) -> None:
    number = leaves.size(here) + 1
    driver(here).execute(_TAKE, (one.late.log, one.late.number, number))
    if isinstance(one.entry, OutcomeEntry):
        _take_outcome(here, one.entry, one.late, number)
    elif isinstance(one.entry, IntentEntry) and one.personal is not None:
        _take_intent(here, one.entry, one.personal, one.late, number, salt)
    else:
        raise SecondLogError(f"entry `{one.late.number}` of the second log cannot be merged")


def _take_intent(
    here: Connection, entry: IntentEntry, said: Personal, late: Late, number: int, salt: bytes
) -> None:
    draft = Draft(entry.intent, said.person, said.said, said.reason)
    (personal,) = personals(here, [draft])
    ask = _place(here, late.log, entry.ask)
    leaves.append(
        here,
        [replace(entry, number=number, ask=ask, commitment=personal.commitment(salt), late=late)],
    )
    add_personals(here, [(number, salt, personal)])
    if entry.intent.verdict is Verdict.PERMITTED:
        driver(here).execute(_OPEN, (ask, number, entry.writer))


def _take_outcome(here: Connection, entry: OutcomeEntry, late: Late, number: int) -> None:
    if entry.ask < 0:
        ask, last = -entry.ask, -entry.last
    else:
        ask, last = _place(here, late.log, entry.ask), _place(here, late.log, entry.last)
    # It may be closed already: an outcome can reach the disk and its writer not know it.
    if finding.numbered(here, ask) is None:
        raise SecondLogError(f"entry `{late.number}` of the second log ends what is no ask")
    leaves.append(here, [replace(entry, number=number, ask=ask, last=last, late=late)])
    driver(here).execute(_SETTLE, (ask,))


def _place(here: Connection, log: str, there: int) -> int:
    return int(driver(here).execute(_PLACE, (log, there)).fetchone()[0])
