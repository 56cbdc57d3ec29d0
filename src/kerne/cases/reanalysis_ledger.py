"""The SQL of looks again: a history for each case, and a list of what they left to do."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from kerne.cases.answers.document import digest_of
from kerne.cases.reanalysis import Reanalysis, fold_reanalysis
from kerne.cases.reanalysis_events import (
    REANALYSIS_EVENTS,
    CaseReanalysed,
    ClassificationRevised,
    ReanalysisEvent,
    RecontactOpened,
)
from kerne.database.engine import in_batches, reading
from kerne.database.history import History, Recorded, Sealer, history_table
from kerne.database.outbox import Outbox, outbox_table

metadata: Final = MetaData()
_EVENTS: Final = history_table("reanalysis", metadata)
_HANDLED: Final = outbox_table("reanalysis", metadata)
_LINES: Final = Table(
    "reanalysis_line",
    metadata,
    Column("number", Text, primary_key=True),
    Column("ranking", Text, nullable=False),
    Column("releases", Text, nullable=False),
    Column("news", Integer, nullable=False),
    Column("open_tasks", Integer, nullable=False),
    sqlite_strict=True,
)


class ReanalysisLedger:
    """The histories of looks again, one for each case."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        metadata.create_all(engine)
        self._engine = engine
        self.history: History[ReanalysisEvent] = History(
            engine, _EVENTS, REANALYSIS_EVENTS, sealer, project=_project
        )
        self._outbox = Outbox(self.history, _HANDLED)

    def unshared(self) -> Iterator[str]:
        """Yield the cases with a revised class that is not shared yet, by number."""
        for recorded in self._outbox.unhandled("sharing", ClassificationRevised):
            yield recorded.event.case

    def read(self, case: str) -> Reanalysis:
        """Return what became of a case after its ranking."""
        return fold_reanalysis(self.history.read(case))

    def held_against(self, releases: Sequence[str]) -> frozenset[str]:
        """Return the cases whose newest look was at these releases, by number."""
        return frozenset(self._numbers(_LINES.c.releases == _mark(releases)))

    def with_news(self) -> tuple[str, ...]:
        """Return the cases of which there was news since their ranking, by number."""
        return self._numbers(_LINES.c.news > 0)

    def with_open_tasks(self) -> tuple[str, ...]:
        """Return the cases with an open task, by number."""
        return self._numbers(_LINES.c.open_tasks > 0)

    def forget_within(self, connection: Connection, cases: Collection[str]) -> None:
        """Empty the histories of cases in a transaction of the caller's; again changes nothing."""
        self.history.erase_within(connection, cases)
        for batch in in_batches(list(cases)):
            connection.execute(delete(_LINES).where(_LINES.c.number.in_(batch)))

    def _numbers(self, condition: ColumnElement[bool]) -> tuple[str, ...]:
        query = select(_LINES.c.number).where(condition).order_by(_LINES.c.number)
        with reading(self._engine).connect() as connection:
            return tuple(connection.execute(query).scalars())


def _project(connection: Connection, recorded: Recorded[ReanalysisEvent]) -> None:
    event = recorded.event
    if isinstance(event, ClassificationRevised):
        return
    this = _LINES.c.number == event.case
    if isinstance(event, CaseReanalysed):
        _look(connection, event)
        return
    _begin_line(connection, event.case)
    step = 1 if isinstance(event, RecontactOpened) else -1
    moved = {"open_tasks": _LINES.c.open_tasks + step}
    connection.execute(update(_LINES).where(this).values(moved))


def _begin_line(connection: Connection, case: str) -> None:
    """Begin the line of a case that nobody has looked at again, unless it has one."""
    values = {"number": case, "ranking": "", "releases": "", "news": 0, "open_tasks": 0}
    connection.execute(sqlite_insert(_LINES).values(values).on_conflict_do_nothing())


def _look(connection: Connection, event: CaseReanalysed) -> None:
    this = _LINES.c.number == event.case
    line = connection.execute(select(_LINES).where(this)).mappings().first()
    values = {
        "ranking": event.ranking,
        "releases": _mark(event.releases),
        "news": event.news,
    }
    if line is None:
        values |= {"number": event.case, "open_tasks": 0}
        connection.execute(insert(_LINES).values(values))
        return
    if line["ranking"] == event.ranking:
        values["news"] = line["news"] + event.news
    connection.execute(update(_LINES).where(this).values(values))


def _mark(releases: Sequence[str]) -> str:
    """Return a mark of a set of releases: the SHA-256 of their names."""
    return digest_of(json.dumps(sorted(releases)).encode())
