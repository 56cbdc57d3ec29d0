"""A history as an outbox: each reaction remembers how far it has come.

A reaction is what one room does because of what happened in another. Whoever joins the rooms feeds
it; the room in which the event happened knows nothing of it.
"""

from collections.abc import Iterator
from typing import Generic, TypeVar, cast

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, delete, insert, select

from kerne.database.engine import reading
from kerne.database.history import Event, History, Recorded

E = TypeVar("E", bound=Event)
K = TypeVar("K", bound=Event)


def outbox_table(name: str, metadata: MetaData) -> Table:
    """Declare the table that keeps how far each reaction has come, as `<name>_handled`."""
    return Table(
        f"{name}_handled",
        metadata,
        Column("reaction", Text, primary_key=True),
        Column("number", Integer, nullable=False),
        sqlite_strict=True,
    )


class Outbox(Generic[E]):
    """The events of `history` that reactions have still to handle; `table` is an outbox table."""

    def __init__(self, history: History[E], table: Table) -> None:
        self._history = history
        self._table = table

    def unhandled(
        self, reaction: str, kind: type[K] | tuple[type[K], ...]
    ) -> Iterator[Recorded[K]]:
        """Yield the events of a kind, or of several, that are not handled yet, oldest first.

        An event counts as handled when the next one is asked for, so a reaction that is cut off
        meets its event again: reactions must be idempotent.
        """
        with reading(self._history.engine).connect() as connection:
            handled = handled_by(connection, self._table, reaction)
        seen = handled
        for recorded in self._history.since(handled):
            seen = recorded.number
            if isinstance(recorded.event, kind):
                yield cast("Recorded[K]", recorded)
                self._mark(reaction, seen)
                handled = seen
        if seen > handled:
            self._mark(reaction, seen)

    def _mark(self, reaction: str, number: int) -> None:
        with self._history.engine.begin() as connection:
            mark_handled(connection, self._table, reaction, number)


def handled_by(connection: Connection, table: Table, reaction: str) -> int:
    """Return the number of the last event that `reaction` has handled, 0 before the first."""
    query = select(table.c.number).where(table.c.reaction == reaction)
    return connection.execute(query).scalar() or 0


def mark_handled(connection: Connection, table: Table, reaction: str, number: int) -> None:
    """Remember that `reaction` has handled every event up to `number`."""
    connection.execute(delete(table).where(table.c.reaction == reaction))
    connection.execute(insert(table).values(reaction=reaction, number=number))
