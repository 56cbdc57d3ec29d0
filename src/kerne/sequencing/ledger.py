"""The ledger of orders: their histories, and the lists that are kept beside them.

A list line holds opaque ids and closed codes only; the clinical question stays sealed in the
history. The lists are projections: they follow each event in its own transaction.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    RowMapping,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from kerne.database.engine import reading
from kerne.database.history import History, Recorded, Sealer, history_table
from kerne.database.outbox import K, Outbox, outbox_table
from kerne.errors import OrderError
from kerne.sequencing.events import (
    ORDER_EVENTS,
    UPCASTERS,
    OrderEvent,
    OrderPlaced,
    PatientGroup,
    SampleAccepted,
    SampleReleased,
    Urgency,
)
from kerne.sequencing.order import STAGE_AFTER, Order, Stage, fold_order

metadata = MetaData()
_EVENTS: Final = history_table("order", metadata)
_LINES: Final = Table(
    "order_line",
    metadata,
    Column("number", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("patient_group", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("ordered_by", Text, nullable=False),
    Column("hospital", Text, nullable=False),
    Column("site", Text),
    Column("sample", Text),
    Column("placed_at", Text, nullable=False),
    Column("accepted_at", Text),
    Column("released_at", Text),
    sqlite_strict=True,
)
_SAMPLES: Final = Table(
    "order_sample",
    metadata,
    Column("sample", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("barcode", Text, nullable=False, unique=True),
    sqlite_strict=True,
)
_HANDLED: Final = outbox_table("order", metadata)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order in a list. Times are UTC; `None` for what has not happened."""

    number: str
    person: str
    stage: Stage
    patient_group: PatientGroup
    urgency: Urgency
    ordered_by: str
    hospital: str
    site: str | None
    sample: str | None
    placed_at: datetime
    accepted_at: datetime | None
    released_at: datetime | None


class OrderLedger:
    """Append to and read the histories of orders."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        metadata.create_all(engine)
        self._engine = engine
        self.history: History[OrderEvent] = History(
            engine, _EVENTS, ORDER_EVENTS, sealer, project=_project, upcasters=UPCASTERS
        )
        self._outbox = Outbox(self.history, _HANDLED)

    def next_number(self, year: int) -> str:
        """Return a number for the next order of `year`; two who ask at once get the same."""
        prefix = f"K-{year:04d}-"
        query = select(func.max(_EVENTS.c.stream)).where(_EVENTS.c.stream.startswith(prefix))
        with reading(self._engine).connect() as connection:
            newest = connection.execute(query).scalar()
        return f"{prefix}{int(newest.removeprefix(prefix)) + 1 if newest else 1:06d}"

    def order(self, number: str) -> Order:
        """Return the state of an order.

        Raises
        ------
        OrderError
            There is no such order.
        """
        history = self.history.read(number)
        if not history:
            raise OrderError(f"there is no order `{number}`")
        return fold_order(history)

    def line(self, number: str) -> OrderLine:
        """Return the list line of an order, without unsealing anything."""
        query = select(_LINES).where(_LINES.c.number == number)
        with reading(self._engine).connect() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise OrderError(f"there is no order `{number}`")
        return _line(row)

    def lines(
        self,
        *,
        person: str | None = None,
        ordered_by: str | None = None,
        site: str | None = None,
        stage: Stage | None = None,
    ) -> list[OrderLine]:
        """Return the orders that match, oldest first."""
        query = select(_LINES).order_by(_LINES.c.number)
        wanted = (
            (_LINES.c.person, person),
            (_LINES.c.ordered_by, ordered_by),
            (_LINES.c.site, site),
            (_LINES.c.stage, stage),
        )
        for column, value in wanted:
            if value is not None:
                query = query.where(column == value)
        with reading(self._engine).connect() as connection:
            return [_line(row) for row in connection.execute(query).mappings()]

    def cancelled_under(self, person: str, entry: int) -> tuple[str, ...]:
        """Return the orders of one person that were cancelled under the audit entry `entry`."""
        cancelled = self.lines(person=person, stage=Stage.CANCELLED)
        return tuple(
            line.number
            for line in cancelled
            if any(recorded.entry == entry for recorded in self.history.read(line.number)[-1:])
        )

    def append(self, order: Order | None, event: OrderEvent, *, entry: int, at: datetime) -> None:
        """Append the event that was decided on the state `order` (`None`: a new order)."""
        version = 0 if order is None else order.version
        self.history.append(event.order, version, [event], entry=entry, at=at)

    def count_of(self, person: str) -> int:
        """Return how many orders are for `person`."""
        return len(self.lines(person=person))

    def last_record(self, person: str) -> datetime | None:
        """Return when an order of `person` last moved; `None` without one."""
        return self.history.newest([line.number for line in self.lines(person=person)])

    def forget_within(self, connection: Connection, person: str) -> None:
        """Empty the orders of `person` in a transaction of the caller's; again changes nothing.

        Order, sample and barcode numbers stay, without a person: none is ever given again.
        """
        theirs = _LINES.c.person == person
        numbers = connection.execute(select(_LINES.c.number).where(theirs)).scalars().all()
        self.history.erase_within(connection, numbers)
        connection.execute(delete(_LINES).where(theirs))

    def unhandled(self, reaction: str, kind: type[K]) -> Iterator[Recorded[K]]:
        """Yield the events of a kind that `reaction` has not handled; see `database.outbox`."""
        return self._outbox.unhandled(reaction, kind)


def _project(connection: Connection, recorded: Recorded[OrderEvent]) -> None:
    event = recorded.event
    at = recorded.at.isoformat()
    if isinstance(event, OrderPlaced):
        connection.execute(insert(_LINES).values(_first_line(event, at)))
        return
    if isinstance(event, SampleAccepted):
        _claim_sample(connection, event)
    values = {"stage": STAGE_AFTER[type(event)].value} | _changes(event, at)
    connection.execute(update(_LINES).where(_LINES.c.number == event.order).values(values))


def _first_line(event: OrderPlaced, at: str) -> Mapping[str, str]:
    return {
        "number": event.order,
        "person": event.person,
        "stage": Stage.PLACED.value,
        "patient_group": event.patient_group.value,
        "urgency": event.urgency.value,
        "ordered_by": event.ordered_by,
        "hospital": event.hospital,
        "placed_at": at,
    }


def _changes(event: OrderEvent, at: str) -> dict[str, str]:
    match event:
        case SampleAccepted():
            return {"sample": event.sample, "site": event.site, "accepted_at": at}
        case SampleReleased():
            return {"released_at": at}
        case _:
            return {}


def _claim_sample(connection: Connection, event: SampleAccepted) -> None:
    # INVARIANT: a sample number and a barcode belong to one order for ever.
    taken = (_SAMPLES.c.sample == event.sample) | (_SAMPLES.c.barcode == event.barcode)
    if connection.execute(select(_SAMPLES.c.number).where(taken)).first() is not None:
        raise OrderError(
            f"sample `{event.sample}` or barcode `{event.barcode}` was taken in before"
        )
    values = {"sample": event.sample, "number": event.order, "barcode": event.barcode}
    connection.execute(insert(_SAMPLES).values(values))


def _line(row: RowMapping) -> OrderLine:
    values: dict[str, Any] = dict(row)  # Any: columns of several types
    for name in ("placed_at", "accepted_at", "released_at"):
        values[name] = None if values[name] is None else datetime.fromisoformat(values[name])
    values["stage"] = Stage(values["stage"])
    values["patient_group"] = PatientGroup(values["patient_group"])
    values["urgency"] = Urgency(values["urgency"])
    return OrderLine(**values)
