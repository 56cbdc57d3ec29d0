"""The ledger of cases: their histories, the list beside them, and the documents that they rest on.

A document (an interpretation, a signed report) is kept in authenticated blocks under the patient's
key and found by the SHA-256 of its content, which the events name: what was signed can be shown
again exactly.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    LargeBinary,
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

from kerne.cases.answers.document import digest_of
from kerne.cases.case import STAGE_AFTER, Case, Stage, fold_case
from kerne.cases.events import CASE_EVENTS, AnswerSigned, CaseEvent, CaseOpened
from kerne.cases.reanalysis_ledger import ReanalysisLedger
from kerne.cases.shared_ledger import DocumentSeal, SharedLedger
from kerne.cases.validation_ledger import ValidationLedger
from kerne.database.engine import reading
from kerne.database.history import History, Recorded, Sealer, history_table
from kerne.database.outbox import K, Outbox, outbox_table
from kerne.errors import CaseError

metadata = MetaData()
_EVENTS: Final = history_table("case", metadata)
_LINES: Final = Table(
    "case_line",
    metadata,
    Column("number", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("order_number", Text, nullable=False, unique=True),
    Column("sample", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("signed_at", Text),
    sqlite_strict=True,
)
_DOCUMENTS: Final = Table(
    "case_document",
    metadata,
    Column("number", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_strict=True,
)
_HANDLED: Final = outbox_table("case", metadata)


class DocumentSealer(Sealer, DocumentSeal, Protocol):
    """Seals events and documents; implemented by `people.vault`."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in a list. Times are UTC."""

    number: str
    person: str
    order_number: str
    sample: str
    opened_by: str
    stage: Stage
    opened_at: datetime
    signed_at: datetime | None


class CaseLedger:
    """Append to and read the histories of cases, and keep their documents."""

    def __init__(self, engine: Engine, sealer: DocumentSealer) -> None:
        metadata.create_all(engine)
        self._engine = engine
        self._sealer = sealer
        self.history: History[CaseEvent] = History(
            engine, _EVENTS, CASE_EVENTS, sealer, project=_project
        )
        self._outbox = Outbox(self.history, _HANDLED)
        self.validations = ValidationLedger(engine, sealer)
        self.reanalyses = ReanalysisLedger(engine, sealer)
        self.shared = SharedLedger(engine, sealer)

    def has_entry(self, entry: int) -> bool:
        """Say whether anything here was committed under an audit entry."""
        histories = (self.history, self.validations.history, self.reanalyses.history)
        return any(history.has_entry(entry) for history in histories)

    def next_number(self, year: int) -> str:
        """Return a number for the next case of `year`; two who ask at once get the same."""
        prefix = f"C-{year:04d}-"
        query = select(func.max(_EVENTS.c.stream)).where(_EVENTS.c.stream.startswith(prefix))
        with reading(self._engine).connect() as connection:
            newest = connection.execute(query).scalar()
        return f"{prefix}{int(newest.removeprefix(prefix)) + 1 if newest else 1:06d}"

    def case(self, number: str) -> Case:
        """Return the state of a case.

        Raises
        ------
        CaseError
            There is no such case.
        """
        history = self.history.read(number)
        if not history:
            raise CaseError(f"there is no case `{number}`")
        return fold_case(history)

    def line(self, number: str) -> CaseLine:
        """Return the list line of a case, without unsealing anything."""
        query = select(_LINES).where(_LINES.c.number == number)
        with reading(self._engine).connect() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise CaseError(f"there is no case `{number}`")
        return _line(row)

    def lines(self, *, opened_by: str | None = None, stage: Stage | None = None) -> list[CaseLine]:
        """Return the cases that match, oldest first."""
        query = select(_LINES).order_by(_LINES.c.number)
        for column, value in ((_LINES.c.opened_by, opened_by), (_LINES.c.stage, stage)):
            if value is not None:
                query = query.where(column == value)
        with reading(self._engine).connect() as connection:
            return [_line(row) for row in connection.execute(query).mappings()]

    def lines_of(self, person: str) -> list[CaseLine]:
        """Return the cases about one person, oldest first."""
        query = select(_LINES).where(_LINES.c.person == person).order_by(_LINES.c.number)
        with reading(self._engine).connect() as connection:
            return [_line(row) for row in connection.execute(query).mappings()]

    def append(self, case: Case | None, event: CaseEvent, *, entry: int, at: datetime) -> None:
        """Append the event that was decided on the state `case` (`None`: a new case)."""
        version = 0 if case is None else case.version
        self.history.append(event.case, version, [event], entry=entry, at=at)

    def count_of(self, person: str) -> int:
        """Return how many cases are about `person`."""
        return len(self.lines_of(person))

    def signed_of(self, person: str) -> tuple[str, ...]:
        """Return the cases of `person` that were signed, by number."""
        return tuple(line.number for line in self.lines_of(person) if line.signed_at is not None)

    def signed(self) -> tuple[str, ...]:
        """Return the cases that were signed, by number."""
        return tuple(line.number for line in self.lines() if line.signed_at is not None)

    def last_record(self, person: str) -> datetime | None:
        """Return when a case of `person` last moved; `None` without one."""
        return self.history.newest([line.number for line in self.lines_of(person)])

    def last_answer(self, person: str) -> datetime | None:
        """Return when an answer about `person` was last signed; `None` without one."""
        signed = [line.signed_at for line in self.lines_of(person) if line.signed_at is not None]
        return max(signed, default=None)

    def forget_within(self, connection: Connection, person: str) -> None:
        """Empty the cases of `person` in a transaction of the caller's; again changes nothing.

        Case numbers stay, without a person: the files of a signed answer are found by them.
        """
        theirs = _LINES.c.person == person
        numbers = connection.execute(select(_LINES.c.number).where(theirs)).scalars().all()
        self.history.erase_within(connection, numbers)
        self.reanalyses.forget_within(connection, numbers)
        connection.execute(delete(_DOCUMENTS).where(_DOCUMENTS.c.person == person))
        self.shared.forget_within(connection, person)
        connection.execute(delete(_LINES).where(theirs))

    def unhandled(self, reaction: str, kind: type[K]) -> Iterator[Recorded[K]]:
        """Yield the events of a kind that `reaction` has not handled; see `database.outbox`."""
        return self._outbox.unhandled(reaction, kind)

    def keep_document(self, case: Case, content: bytes) -> str:
        """Keep `content` sealed and return its digest; keeping it twice keeps it once."""
        digest = digest_of(content)
        with self._engine.begin() as connection:
            if _document_row(connection, case.number, digest) is None:
                name = _document_name(case.number, digest)
                values = {
                    "number": case.number,
                    "digest": digest,
                    "person": case.person,
                    "sealed": self._sealer.seal_document(case.person, name, content),
                }
                connection.execute(insert(_DOCUMENTS).values(values))
        return digest

    def document(self, number: str, digest: str) -> bytes:
        """Return a kept document.

        Raises
        ------
        CaseError
            It is not there, or is not what was kept.
        """
        with reading(self._engine).connect() as connection:
            row = _document_row(connection, number, digest)
        if row is None:
            raise CaseError(f"case `{number}` has no document `{digest}`")
        name = _document_name(number, digest)
        content = self._sealer.unseal_document(row["person"], name, row["sealed"])
        if digest_of(content) != digest:
            raise CaseError(f"document `{digest}` of case `{number}` is damaged")
        return content


def _document_name(number: str, digest: str) -> str:
    return f"case {number} document {digest}"


def _document_row(connection: Connection, number: str, digest: str) -> RowMapping | None:
    here = (_DOCUMENTS.c.number == number) & (_DOCUMENTS.c.digest == digest)
    return connection.execute(select(_DOCUMENTS).where(here)).mappings().first()


def _project(connection: Connection, recorded: Recorded[CaseEvent]) -> None:
    event = recorded.event
    if isinstance(event, CaseOpened):
        _refuse_second_case(connection, event)
        connection.execute(insert(_LINES).values(_first_line(event, recorded.at)))
        return
    stage = STAGE_AFTER.get(type(event))
    if stage is None:
        return
    values = {"stage": stage.value}
    if isinstance(event, AnswerSigned):
        values["signed_at"] = recorded.at.isoformat()
    connection.execute(update(_LINES).where(_LINES.c.number == event.case).values(values))


def _refuse_second_case(connection: Connection, event: CaseOpened) -> None:
    # INVARIANT: an order has at most one case.
    query = select(_LINES.c.number).where(_LINES.c.order_number == event.order)
    taken = connection.execute(query).scalar()
    if taken is not None:
        raise CaseError(f"order `{event.order}` has case `{taken}` already")


def _first_line(event: CaseOpened, at: datetime) -> Mapping[str, str]:
    return {
        "number": event.case,
        "person": event.person,
        "order_number": event.order,
        "sample": event.sample,
        "opened_by": event.opened_by,
        "stage": Stage.OPENED.value,
        "opened_at": at.isoformat(),
    }


def _line(row: RowMapping) -> CaseLine:
    values: dict[str, Any] = dict(row)  # Any: columns of several types
    values["stage"] = Stage(values["stage"])
    for name in ("opened_at", "signed_at"):
        values[name] = None if values[name] is None else datetime.fromisoformat(values[name])
    return CaseLine(**values)
