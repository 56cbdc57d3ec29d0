"""Carry a history to another copy of it: events handed on as they are written, and taken in.

A replica keeps what was handed on; a restored centre takes it in. An event is the same when its
stream, type, time and content are, so that to hand on or take in twice changes nothing. An event
that holds something sealed is left out: it opens in its own place only.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import fields
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, select

from kerne.database.engine import reading
from kerne.database.history import ERASED, Event, EventLine, History
from kerne.database.outbox import handled_by, mark_handled

E = TypeVar("E", bound=Event)


class Carrier(Generic[E]):
    """Carries `history`, whose events stand in `table`; `handled` is its outbox table."""

    def __init__(self, history: History[E], table: Table, handled: Table) -> None:
        self._history = history
        self._table = table
        self._handled = handled

    def hand_on(self, reaction: str, keep: Callable[[Sequence[EventLine]], None]) -> None:
        """Give `keep` what `reaction` has not handed on yet, oldest first.

        Cut off before `keep` has returned, the same is handed on again.
        """
        engine = self._history.engine
        with reading(engine).connect() as connection:
            handled = handled_by(connection, self._handled, reaction)
            rows = self._rows(connection, self._table.c.number > handled)
        lines = _lines(rows)
        if lines:
            keep(lines)
        if rows:
            with engine.begin() as connection:
                mark_handled(connection, self._handled, reaction, rows[-1]["number"])

    def lines_of(self, streams: Collection[str]) -> list[EventLine]:
        """Return the events of `streams` as they are written, in order."""
        with reading(self._history.engine).connect() as connection:
            return _lines(self._rows(connection, self._table.c.stream.in_(streams)))

    def take(self, lines: Iterable[EventLine], *, entry: int) -> int:
        """Append those of `lines` that are not here, all or none; return how many they were."""
        with self._history.engine.begin() as connection:
            return sum(self._history.take_within(connection, line, entry=entry) for line in lines)

    def _rows(self, connection: Connection, which: ColumnElement[bool]) -> Sequence[RowMapping]:
        query = select(self._table).where(which).order_by(self._table.c.number)
        return connection.execute(query).mappings().all()


def _lines(rows: Iterable[RowMapping]) -> list[EventLine]:
    kept = [row for row in rows if row["type"] != ERASED and row["sealed"] is None]
    names = [field.name for field in fields(EventLine)]
    return [EventLine(**{name: row[name] for name in names}) for row in kept]
