"""The SQL of research: histories of projects, the populations counted, the public list."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pyroaring import BitMap
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.sqlite import insert as insert_or

from kerne.alleles.interval import Intervals
from kerne.database.engine import reading
from kerne.database.history import History, Sealer, history_table
from kerne.errors import ResearchError, StaleVersionError
from kerne.research.airlock import Count
from kerne.research.events import (
    RESEARCH_EVENTS,
    UPCASTERS,
    CutIssued,
    OutputReleased,
    QuestionAnswered,
    ResearchEvent,
)
from kerne.research.permit import Permit, fold

metadata = MetaData()
_events = history_table("research", metadata)
_population = Table(
    "research_population",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("rows", LargeBinary, nullable=False),
    sqlite_strict=True,
)
_public_epoch = Table(
    "public_epoch",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("opened", Text, nullable=False),
    Column("population", Text, nullable=False),
    sqlite_strict=True,
)
_public_place = Table(
    "public_place",
    metadata,
    Column("epoch", Integer, primary_key=True),
    Column("contig", Text, primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("end", Integer, nullable=False),
    sqlite_strict=True,
)
_public_allele = Table(
    "public_allele",
    metadata,
    Column("epoch", Integer, primary_key=True),
    Column("allele", Text, primary_key=True),
    sqlite_strict=True,
)


@dataclass(frozen=True, slots=True)
class Holdings:
    """Where rows have been: projects that counted them, cuts that hold them, outputs that left."""

    projects: tuple[str, ...]
    cuts: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublicList:
    """What a public epoch is opened with: who was counted, where it answers, and `yes` to what."""

    rows: BitMap
    places: Intervals
    alleles: Sequence[str]


class ResearchLedger:
    """Where research is remembered."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        metadata.create_all(engine)
        self._engine = engine
        self.history: History[ResearchEvent] = History(
            engine, _events, RESEARCH_EVENTS, sealer, upcasters=UPCASTERS
        )

    def permit(self, project: str) -> Permit:
        """Return the present state of `project`; version 0 when there is none."""
        return fold(project, (recorded.event for recorded in self.history.read(project)))

    def permits(self) -> list[Permit]:
        """Return the present state of every project, by its first event."""
        histories: dict[str, list[ResearchEvent]] = defaultdict(list)
        for recorded in self.history.since(0):
            histories[recorded.stream].append(recorded.event)
        return [fold(project, events) for project, events in histories.items()]

    def in_force(self, on: date) -> tuple[str, ...]:
        """Return the projects whose permit is in force on the local date `on`."""
        return tuple(permit.project for permit in self.permits() if permit.is_active(on))

    def that_counted(self, rows: BitMap) -> tuple[str, ...]:
        """Return the projects that have counted one of these genome rows."""
        return self._having_counted(rows, lambda permit: permit.questions)

    def that_released(self, rows: BitMap) -> tuple[str, ...]:
        """Return the projects from which a number over one of these rows was released."""
        return self._having_counted(
            rows, lambda permit: [permit.question(number) for number in permit.released]
        )

    def _having_counted(
        self, rows: BitMap, questions: Callable[[Permit], Iterable[QuestionAnswered]]
    ) -> tuple[str, ...]:
        return tuple(
            permit.project
            for permit in self.permits()
            if any(self.population(one.population) & rows for one in questions(permit))
        )

    def append(self, permit: Permit, *events: ResearchEvent, entry: int, at: datetime) -> None:
        """Append what was decided on `permit`.

        Raises
        ------
        StaleVersionError
            Somebody else changed the project first.
        """
        self.history.append(permit.project, permit.version, events, entry=entry, at=at)

    def append_alone(
        self, permit: Permit, event: ResearchEvent, seen: int, *, entry: int, at: datetime
    ) -> None:
        """Append what was decided on every project as it was when event `seen` was the newest.

        Raises
        ------
        StaleVersionError
            Something has happened in research since, in whichever project.
        """
        with self._engine.begin() as connection:
            newest = connection.execute(select(func.max(_events.c.number))).scalar() or 0
            if newest != seen:
                raise StaleVersionError(
                    "another question or output came first, and the checks are over all of them: "
                    "ask again"
                )
            self.history.append_within(
                connection, permit.project, permit.version, [event], entry=entry, at=at
            )

    def keep_population(self, rows: BitMap) -> str:
        """Keep the rows that were counted; return their digest."""
        blob = rows.serialize()
        digest = hashlib.sha256(blob).hexdigest()
        statement = insert_or(_population).values(digest=digest, rows=blob)
        with self._engine.begin() as connection:
            connection.execute(statement.on_conflict_do_nothing())
        return digest

    def population(self, digest: str) -> BitMap:
        """Return the rows kept under `digest`.

        Raises
        ------
        ResearchError
            None were, or they no longer have that digest.
        """
        query = select(_population.c.rows).where(_population.c.digest == digest)
        with self._engine.connect() as connection:
            blob = connection.execute(query).scalar()
        if blob is None or hashlib.sha256(blob).hexdigest() != digest:
            raise ResearchError(f"the population `{digest[:12]}` is missing or damaged")
        return BitMap.deserialize(blob)

    def released(self) -> list[Count]:
        """Return every count that has left any workspace, in order."""
        answered: dict[str, QuestionAnswered] = {}
        counts = []
        for recorded in self.history.since(0):
            if isinstance(recorded.event, QuestionAnswered):
                answered[recorded.event.question] = recorded.event
            elif isinstance(recorded.event, OutputReleased):
                question = answered[recorded.event.question]
                counts.append(Count(question, self.population(question.population)))
        return counts

    def holdings(self, rows: BitMap) -> Holdings:
        """Return the projects, cuts and released outputs that any of `rows` was in, in order."""
        held = self._populations_with(rows)
        projects: dict[str, None] = {}
        cuts: list[str] = []
        questions: set[str] = set()
        outputs: list[str] = []
        for recorded in self.history.since(0):
            match recorded.event:
                case CutIssued(project=project, cut=cut, population=digest) if digest in held:
                    projects[project] = None
                    cuts.append(cut)
                case QuestionAnswered(project=project, question=question, population=digest) if (
                    digest in held
                ):
                    projects[project] = None
                    questions.add(question)
                case OutputReleased(question=question) if question in questions:
                    outputs.append(question)
        return Holdings(tuple(projects), tuple(cuts), tuple(outputs))

    def _populations_with(self, rows: BitMap) -> set[str]:
        query = select(_population.c.digest, _population.c.rows)
        with reading(self._engine).connect() as connection:
            return {
                digest
                for digest, blob in connection.execute(query)
                if not rows.isdisjoint(BitMap.deserialize(blob))
            }

    def public_epoch(self) -> int:
        """Return the number of the newest public epoch, 0 before the first."""
        with self._engine.connect() as connection:
            return connection.execute(select(func.max(_public_epoch.c.number))).scalar() or 0

    def publicly_counted(self) -> BitMap:
        """Return the rows that any public epoch counted."""
        with self._engine.connect() as connection:
            digests = connection.execute(select(_public_epoch.c.population)).scalars().all()
        return BitMap.union(BitMap(), *(self.population(digest) for digest in digests))

    def open_public_epoch(self, epoch: PublicList, at: datetime, *, after: int) -> int:
        """Open the public epoch that follows `after`; return its number.

        Raises
        ------
        StaleVersionError
            The newest epoch is another.
        """
        digest = self.keep_population(epoch.rows)
        number = after + 1
        places = [
            {"epoch": number, "contig": contig, "start": start, "end": end}
            for contig in epoch.places.contigs
            for start, end in zip(
                *(edge.tolist() for edge in epoch.places.ranges(contig)), strict=True
            )
        ]
        alleles = [{"epoch": number, "allele": allele} for allele in epoch.alleles]
        with self._engine.begin() as connection:
            newest = connection.execute(select(func.max(_public_epoch.c.number))).scalar() or 0
            if newest != after:
                raise StaleVersionError(f"public epoch `{newest}` was opened meanwhile")
            connection.execute(
                insert(_public_epoch).values(
                    number=number, opened=at.isoformat(), population=digest
                )
            )
            for table, values in ((_public_place, places), (_public_allele, alleles)):
                if values:
                    connection.execute(insert(table), values)
        return number

    def is_public_place(self, contig: str, position: int) -> bool:
        """Say whether the newest public epoch answers about alleles at `position`, 0-based."""
        query = select(_public_place.c.start).where(
            _public_place.c.epoch == self.public_epoch(),
            _public_place.c.contig == contig,
            _public_place.c.start <= position,
            _public_place.c.end > position,
        )
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def is_public(self, allele: str) -> bool:
        """Say whether `allele` is on the list of the newest public epoch."""
        query = select(_public_allele.c.allele).where(
            _public_allele.c.epoch == self.public_epoch(), _public_allele.c.allele == allele
        )
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None
