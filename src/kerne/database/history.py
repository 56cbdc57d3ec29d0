"""Histories of events: the one way in which a domain remembers what happened.

A history is a table of events. Each belongs to a *stream* (one order, one case, one person's
choices), has a 1-based version in it and a number in the whole table. An append names the version
it was decided on, and fails when somebody else was first. Every event carries the number of the
audit entry under which it was made, so that start-up can tell whether an intent was carried out.
The table is also the outbox: a reaction remembers the last number that it has handled.

Fields marked `SEALED` (names, free text, phenotype) are sealed under the key of `event.person` and
bound to their place (history, stream, version, type), so that they open in no other event; the
rest (opaque ids, closed codes, dates) stands in clear.

An event type whose fields have changed declares `type_version` (1 when it is silent); a body of an
older version is brought up by the upcaster registered for (type, version), one version at a time.

Erasing a stream empties its events: number, version, time and audit entry stay, so that nothing is
used twice and start-up still finds what was committed; what happened, and to whom, is gone.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

from cattrs.errors import BaseValidationError
from cattrs.preconf.json import make_converter
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    RowMapping,
    Select,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from kerne.database.engine import in_batches, reading
from kerne.errors import LedgerError, StaleVersionError

SEALED: Final[Mapping[str, bool]] = {"sealed": True}
"""Metadata of a dataclass field whose content is sealed under the person's key."""

ERASED: Final = "Erased"
"""The type of an event whose content is gone; it is never read again."""

_CONVERTER = make_converter()


class Sealer(Protocol):
    """Seals text under a person's key; implemented by `people.vault`."""

    def seal(self, person: str, plain: bytes, place: str) -> bytes:
        """Return `plain` sealed under the key of `person`; it opens at `place` only."""
        ...

    def unseal(self, person: str, sealed: bytes, place: str) -> bytes:
        """Return what was sealed under the key of `person` for `place`."""
        ...


class Event(Protocol):
    """A frozen dataclass named by a past participle."""

    __dataclass_fields__: ClassVar[dict[str, Any]]  # Any: the type that dataclasses declare


E = TypeVar("E", bound=Event)


Upcaster = Callable[[dict[str, Any]], dict[str, Any]]  # Any: the body of an event is JSON
"""Turns the body of an event of one version into that of the next."""


@dataclass(frozen=True, slots=True)
class Recorded(Generic[E]):
    """An event as it stands in its history."""

    number: int
    stream: str
    version: int
    at: datetime
    entry: int
    event: E


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event as it is written, to be carried to another copy of its history.

    `at` is ISO 8601 in UTC, `body` JSON.
    """

    stream: str
    type: str
    type_version: int
    at: str
    body: str


def history_table(name: str, metadata: MetaData) -> Table:
    """Declare the table of a history, as `<name>_event`."""
    return Table(
        f"{name}_event",
        metadata,
        Column("number", Integer, primary_key=True),
        Column("stream", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("type", Text, nullable=False),
        Column("type_version", Integer, nullable=False),
        Column("at", Text, nullable=False),
        Column("entry", Integer, nullable=False, index=True),
        Column("body", Text, nullable=False),
        Column("sealed", LargeBinary),
        UniqueConstraint("stream", "version"),
        sqlite_strict=True,
    )


class History(Generic[E]):
    """One domain's events: append with an expected version, read, and follow.

    Parameters
    ----------
    table
        Made by `history_table`.
    types
        Every event type of the domain.
    sealer
        Seals the fields marked `SEALED`.
    project
        Called in the same transaction for each appended event, to keep the domain's lists.
    upcasters
        By event type and the version that they start from.

    Raises
    ------
    LedgerError
        An event type seals fields and has no `person` under whose key to seal them.
    """

    def __init__(
        self,
        engine: Engine,
        table: Table,
        types: Collection[type[E]],
        sealer: Sealer,
        project: Callable[[Connection, Recorded[E]], None] | None = None,
        upcasters: Mapping[tuple[str, int], Upcaster] | None = None,
    ) -> None:
        for kind in types:
            names = {field.name for field in fields(kind)}
            if _sealed_names(kind) and "person" not in names:
                raise LedgerError(f"`{kind.__name__}` seals fields and names no `person`")
        self.engine = engine
        self._table = table
        self._of_stream = self._events().where(table.c.stream == bindparam("stream"))
        self._types = {kind.__name__: kind for kind in types}
        self._sealer = sealer
        self._project = project
        self._upcasters = upcasters or {}

    def append(
        self, stream: str, expected_version: int, events: Sequence[E], *, entry: int, at: datetime
    ) -> list[Recorded[E]]:
        """Append `events` to `stream`, all or none.

        Raises
        ------
        StaleVersionError
            The stream is no longer at `expected_version`.
        """
        with self.engine.begin() as connection:
            return self.append_within(
                connection, stream, expected_version, events, entry=entry, at=at
            )

    def append_within(
        self,
        connection: Connection,
        stream: str,
        expected_version: int | None,
        events: Sequence[E],
        *,
        entry: int,
        at: datetime,
    ) -> list[Recorded[E]]:
        """Append `events` to `stream` in a transaction of the caller's, on this engine.

        So that several streams, or a stream and a list, change together or not at all. With no
        expected version they follow whatever is there.

        Raises
        ------
        StaleVersionError
            The stream is no longer at `expected_version`.
        LedgerError
            `at` has no time zone, or the stream was erased.
        """
        if at.tzinfo is None:
            raise LedgerError(f"the time of an event of `{stream}` has no time zone")
        found = self._version(connection, stream)
        if expected_version not in {None, found}:
            raise StaleVersionError(
                f"`{stream}` is at version `{found}`, expected `{expected_version}`: "
                "somebody else changed it first; look again and repeat"
            )
        return [
            self._insert(connection, stream, found + step, event, entry, at)
            for step, event in enumerate(events, start=1)
        ]

    def read(self, stream: str) -> list[Recorded[E]]:
        """Return the events of `stream` in order; empty when it has none."""
        with reading(self.engine).connect() as connection:
            found = connection.execute(self._of_stream, {"stream": stream})
            return [self._recorded(row) for row in found.mappings()]

    def since(self, number: int) -> Iterator[Recorded[E]]:
        """Yield the events after `number` in order: the outbox of the domain."""
        with reading(self.engine).connect() as connection:
            rows = self._rows_since(connection, number)
        return map(self._recorded, rows)

    def take_within(self, connection: Connection, line: EventLine, *, entry: int) -> bool:
        """Append an event of another copy of this history, unless it is here; say whether it was.

        Its time is kept; `entry` is that under which it is taken in. Nothing is added to a stream
        that was erased.
        """
        table = self._table.c
        is_here = (table.type == line.type) & (table.at == line.at) & (table.body == line.body)
        stands = (table.stream == line.stream) & (is_here | (table.type == ERASED))
        if connection.execute(select(table.number).where(stands).limit(1)).first() is not None:
            return False
        values = asdict(line) | {"version": self._version(connection, line.stream) + 1}
        made = insert(self._table).values(values | {"number": None, "entry": entry, "sealed": None})
        number = connection.execute(made).lastrowid
        row = connection.execute(select(self._table).where(table.number == number)).mappings().one()
        recorded = self._recorded(row)
        if self._project is not None:
            self._project(connection, recorded)
        return True

    def since_within(self, connection: Connection, number: int) -> Iterator[Recorded[E]]:
        """Yield the events after `number` in a transaction of the caller's."""
        return map(self._recorded, self._rows_since(connection, number))

    def _rows_since(self, connection: Connection, number: int) -> Sequence[RowMapping]:
        query = self._events().where(self._table.c.number > number)
        return connection.execute(query).mappings().all()

    def _events(self) -> Select[Any]:  # Any: every column of the table
        kept = self._table.c.type != ERASED
        return select(self._table).where(kept).order_by(self._table.c.number)

    def newest(self, streams: Collection[str]) -> datetime | None:
        """Return the time of the newest event of `streams`; `None` when there is none."""
        found: list[str | None] = []
        with reading(self.engine).connect() as connection:
            for batch in in_batches(list(streams)):
                query = select(func.max(self._table.c.at)).where(self._table.c.stream.in_(batch))
                found += connection.execute(query).scalars().all()
        times = [datetime.fromisoformat(at) for at in found if at is not None]
        return max(times, default=None)

    def erase_within(self, connection: Connection, streams: Collection[str]) -> None:
        """Empty the events of `streams` in a transaction of the caller's; again changes nothing."""
        emptied = {"type": ERASED, "type_version": 1, "body": "{}", "sealed": None}
        for batch in in_batches(list(streams)):
            theirs = self._table.c.stream.in_(batch)
            connection.execute(update(self._table).where(theirs).values(emptied))

    def last_number(self) -> int:
        """Return the number of the newest event, 0 when there is none."""
        with reading(self.engine).connect() as connection:
            newest = connection.execute(select(func.max(self._table.c.number))).scalar()
        return newest or 0

    def has_entry(self, entry: int) -> bool:
        """Say whether a change was committed under the audit entry `entry`."""
        query = select(self._table.c.number).where(self._table.c.entry == entry).limit(1)
        with reading(self.engine).connect() as connection:
            return connection.execute(query).first() is not None

    def _version(self, connection: Connection, stream: str) -> int:
        newest = (
            select(self._table.c.version, self._table.c.type)
            .where(self._table.c.stream == stream)
            .order_by(self._table.c.version.desc())
            .limit(1)
        )
        found = connection.execute(newest).first()
        if found is not None and found.type == ERASED:
            raise LedgerError(f"`{stream}` was erased: nothing is added to it")
        return 0 if found is None else int(found.version)

    def _insert(
        self,
        connection: Connection,
        stream: str,
        version: int,
        event: E,
        entry: int,
        at: datetime,
    ) -> Recorded[E]:
        body, sealed = self._encode(event, stream, version)
        values = {
            "stream": stream,
            "version": version,
            "type": type(event).__name__,
            "type_version": _type_version(type(event)),
            "at": at.astimezone(UTC).isoformat(),
            "entry": entry,
            "body": body,
            "sealed": sealed,
        }
        try:
            result = connection.execute(insert(self._table).values(values))
        except IntegrityError as error:
            raise StaleVersionError(f"`{stream}` already has version `{version}`") from error
        key = result.inserted_primary_key
        if key is None:
            raise LedgerError(f"the event of `{stream}` was given no number")
        recorded = Recorded(int(key[0]), stream, version, at, entry, event)
        if self._project is not None:
            self._project(connection, recorded)
        return recorded

    def _encode(self, event: E, stream: str, version: int) -> tuple[str, bytes | None]:
        values = _CONVERTER.unstructure(event)
        secret = {name: values.pop(name) for name in _sealed_names(type(event))}
        body = json.dumps(values, sort_keys=True)
        if not secret:
            return body, None
        plain = json.dumps(secret, sort_keys=True).encode()
        place = self._place(stream, version, type(event).__name__)
        return body, self._sealer.seal(values["person"], plain, place)

    def _place(self, stream: str, version: int, kind: str) -> str:
        return json.dumps([self._table.name, stream, version, kind])

    def _recorded(self, row: RowMapping) -> Recorded[E]:
        kind = self._types.get(row["type"])
        if kind is None:
            raise LedgerError(f"event type `{row['type']}` is unknown to this version")
        values = json.loads(row["body"])
        if row["sealed"] is not None:
            place = self._place(row["stream"], row["version"], row["type"])
            values |= json.loads(self._sealer.unseal(values["person"], row["sealed"], place))
        for version in range(row["type_version"], _type_version(kind)):
            values = self._upcaster(row["type"], version)(values)
        return Recorded(
            number=row["number"],
            stream=row["stream"],
            version=row["version"],
            at=datetime.fromisoformat(row["at"]),
            entry=row["entry"],
            event=self._structured(values, kind, row),
        )

    def _upcaster(self, name: str, version: int) -> Upcaster:
        upcaster = self._upcasters.get((name, version))
        if upcaster is None:
            raise LedgerError(f"version `{version}` of event type `{name}` cannot be brought up")
        return upcaster

    def _structured(self, values: dict[str, Any], kind: type[E], row: RowMapping) -> E:  # Any: JSON
        if row["type_version"] > _type_version(kind):
            raise LedgerError(
                f"event `{row['number']}` has version `{row['type_version']}` of `{row['type']}`, "
                "which a newer Kerne wrote"
            )
        try:
            return _CONVERTER.structure(values, kind)
        except BaseValidationError as error:
            raise LedgerError(
                f"event `{row['number']}` cannot be read as `{row['type']}`"
            ) from error


def _type_version(kind: type[Event]) -> int:
    version = getattr(kind, "type_version", 1)
    if not isinstance(version, int):
        raise LedgerError(f"`type_version` of `{kind.__name__}` is no number")
    return version


def _sealed_names(kind: type[Event]) -> Sequence[str]:
    return [field.name for field in fields(kind) if field.metadata.get("sealed")]
