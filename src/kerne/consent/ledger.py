"""Choices in the database: one history per person, and the populations that they add up to.

Beside the events a table keeps each person's profile, written in the same transaction. A
population is computed by profile: each distinct profile is judged once, and the rows of all who
share it are united. It is kept in memory only under the epoch that it was computed from, and every
question reads the epoch from the databases anew: no notification is trusted to arrive.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field
from datetime import date, datetime
from typing import Protocol

from pyroaring import BitMap
from sqlalchemy import Column, Connection, Engine, MetaData, Table, Text, delete, func, select
from sqlalchemy.dialects.sqlite import insert as insert_or_update

from kerne.consent.choices import Choices, Profile, fold, profile_after
from kerne.consent.events import (
    EVENT_TYPES,
    UPCASTERS,
    AnalysisConsented,
    AnalysisConsentWithdrawn,
    ConsentEvent,
    ResearchLevel,
)
from kerne.database.engine import reading
from kerne.database.history import History, Recorded, Sealer, history_table
from kerne.database.outbox import Outbox, outbox_table
from kerne.people.asking import Epoch, Population, Purpose
from kerne.people.sample import RowSnapshot

metadata = MetaData()
_EVENT = history_table("consent", metadata)
_HANDLED = outbox_table("consent", metadata)
_PROFILE = Table(
    "consent_profile",
    metadata,
    Column("person", Text, primary_key=True),
    Column("profile", Text, nullable=False),  # JSON array, see `_profile_text`
    sqlite_strict=True,
)


class Rows(Protocol):
    """What consent must know of genome rows; `people.ledger.PeopleLedger` knows it."""

    def rows_epoch(self) -> int:
        """Return the number of the newest change to rows."""
        ...

    def row_snapshot(self) -> RowSnapshot:
        """Return the rows to count together with the epoch that they belong to."""
        ...


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A consent to analysis was withdrawn, as recorded by the identity `by` under `entry`."""

    by: str
    entry: int


@dataclass(frozen=True, slots=True)
class _Computed:
    """Rows by profile at one state of choices and rows, and the unions asked for so far."""

    choices: int
    rows: int
    by_profile: Mapping[Profile, BitMap]
    unions: dict[tuple[Purpose, ResearchLevel | None], BitMap] = field(default_factory=dict)


class ConsentLedger:
    """Everyone's choices.

    Parameters
    ----------
    engine
        A database with the tables of `metadata`.
    sealer
        The vault; no event of this history seals anything so far.
    rows
        The register of genome rows.
    research_by_default
        What silence about research means: yes in an opt-out country, no in an opt-in one.
    """

    def __init__(
        self, engine: Engine, sealer: Sealer, rows: Rows, *, research_by_default: bool = True
    ) -> None:
        self.engine = engine
        self._rows = rows
        self._research_by_default = research_by_default
        self._history: History[ConsentEvent] = History(
            engine, _EVENT, EVENT_TYPES, sealer, project=_project, upcasters=UPCASTERS
        )
        self._outbox = Outbox(self._history, _HANDLED)
        self._computed: _Computed | None = None

    def choices(self, person: str) -> Choices:
        """Return what `person` has chosen; the defaults when nothing was ever said."""
        events = (recorded.event for recorded in self._history.read(person))
        return fold(events, research_by_default=self._research_by_default)

    def events_of(self, person: str) -> list[Recorded[ConsentEvent]]:
        """Return the history of `person`'s choices, oldest first."""
        return self._history.read(person)

    def profiles(self) -> dict[str, Profile]:
        """Return the profile of everyone who has ever chosen anything, by person."""
        with reading(self.engine).connect() as connection:
            found = connection.execute(select(_PROFILE.c.person, _PROFILE.c.profile))
            return {person: _profile_of(text) for person, text in found}

    def versions(self) -> dict[str, int]:
        """Return how many events the history of everyone holds who has chosen, by person."""
        query = select(_EVENT.c.stream, func.max(_EVENT.c.version)).group_by(_EVENT.c.stream)
        with reading(self.engine).connect() as connection:
            return dict(connection.execute(query).all())

    def withdrawal_of(self, person: str) -> Withdrawal | None:
        """Return how the consent to analysis ended; `None` when it stands or never was given."""
        withdrawal = None
        for recorded in self._history.read(person):
            match recorded.event:
                case AnalysisConsented():
                    withdrawal = None
                case AnalysisConsentWithdrawn(by=by):
                    withdrawal = Withdrawal(by, recorded.entry)
        return withdrawal

    def withdrawals(self, reaction: str) -> Iterator[str]:
        """Yield who withdrew the consent to analysis, as far as `reaction` has not handled it."""
        for recorded in self._outbox.unhandled(reaction, AnalysisConsentWithdrawn):
            yield recorded.event.person

    def append(
        self, expected_version: int, event: ConsentEvent, *, entry: int, at: datetime
    ) -> Recorded[ConsentEvent]:
        """Append one event to the history of its person.

        Raises
        ------
        StaleVersionError
            The history is no longer at `expected_version`.
        """
        return self._history.append(event.person, expected_version, [event], entry=entry, at=at)[0]

    def append_all(
        self,
        events: Iterable[ConsentEvent],
        *,
        entry: int,
        at: datetime,
        versions: Mapping[str, int] | None = None,
    ) -> list[Recorded[ConsentEvent]]:
        """Append events of many persons, all or none.

        Parameters
        ----------
        versions
            The version that each person's history is expected at; without it, or for persons
            that it does not name, events follow whatever is there.

        Raises
        ------
        StaleVersionError
            A history is no longer at its expected version.
        """
        return self.append_under(((entry, event) for event in events), at=at, versions=versions)

    def append_under(
        self,
        events: Iterable[tuple[int, ConsentEvent]],
        *,
        at: datetime,
        versions: Mapping[str, int] | None = None,
    ) -> list[Recorded[ConsentEvent]]:
        """Append events of many persons, each under its own audit entry, all or none.

        `versions` and errors are those of `append_all`.
        """
        expected = dict(versions or {})
        with self.engine.begin() as connection:
            return [
                self._history.append_within(
                    *(connection, event.person, expected.pop(event.person, None), [event]),
                    entry=entry,
                    at=at,
                )[0]
                for entry, event in events
            ]

    def has_entry(self, entry: int) -> bool:
        """Say whether a choice was committed under the audit entry `entry`."""
        return self._history.has_entry(entry)

    def epoch(self, today: date) -> Epoch:
        """Read the epoch of all populations from the databases.

        Parameters
        ----------
        today
            The date in the country's zone. No rule of this version lets a birthday change a
            population (at 15 guardian access ends and the choices stand until they are changed),
            yet a new day is a new epoch, so that a rule which does needs no other mechanism.
        """
        with reading(self.engine).connect() as connection:
            choices = _newest(connection)
        return Epoch(choices=choices, rows=self._rows.rows_epoch(), day=today.isoformat())

    def population(self, purpose: Purpose, level: ResearchLevel | None, today: date) -> Population:
        """Return the rows that may be counted for `purpose` now, one a person.

        The epoch returned is the one that the rows were computed from. Who releases an answer
        reads `epoch` again and repeats the question when it moved.

        Raises
        ------
        ConsentError
            Research is asked for without a level.
        """
        computed = self._at(self.epoch(today))
        rows = computed.unions.get((purpose, level))
        if rows is None:
            rows = BitMap.union(
                BitMap(),
                *(
                    theirs
                    for profile, theirs in computed.by_profile.items()
                    if profile.may(purpose, level, research_by_default=self._research_by_default)
                ),
            )
            computed.unions[purpose, level] = rows
        epoch = Epoch(computed.choices, computed.rows, today.isoformat())
        return Population(rows=BitMap(rows), epoch=epoch)

    def rebuild(self) -> None:
        """Make the table of profiles anew from the events."""
        profiles: dict[str, Profile] = defaultdict(Profile)
        with self.engine.begin() as connection:
            for recorded in self._history.since_within(connection, 0):
                person = recorded.event.person
                profiles[person] = profile_after(profiles[person], recorded.event)
            connection.execute(delete(_PROFILE))
            for person, profile in profiles.items():
                _write_profile(connection, person, profile)

    def _at(self, epoch: Epoch) -> _Computed:
        """Return rows by profile for `epoch` or, if things move meanwhile, a newer one."""
        computed = self._computed
        # INVARIANT: what was computed is used only when its epoch is the one just read.
        if computed is None or (computed.choices, computed.rows) != (epoch.choices, epoch.rows):
            computed = self._compute()
            self._computed = computed
        return computed

    def _compute(self) -> _Computed:
        snapshot = self._rows.row_snapshot()
        # INVARIANT: profiles and the number of the newest event are read in one transaction.
        with reading(self.engine).connect() as connection:
            choices = _newest(connection)
            query = select(_PROFILE.c.person, _PROFILE.c.profile)
            texts = dict(connection.execute(query).all())
        by_profile: dict[Profile, BitMap] = defaultdict(BitMap)
        for row, person in snapshot.rows:
            by_profile[_profile_of(texts.get(person))].add(row)
        return _Computed(choices, snapshot.epoch, by_profile)


def _newest(connection: Connection) -> int:
    return connection.execute(select(func.max(_EVENT.c.number))).scalar() or 0


def _project(connection: Connection, recorded: Recorded[ConsentEvent]) -> None:
    """Keep the profile of the event's person."""
    person = recorded.event.person
    query = select(_PROFILE.c.profile).where(_PROFILE.c.person == person)
    before = _profile_of(connection.execute(query).scalar())
    _write_profile(connection, person, profile_after(before, recorded.event))


def _write_profile(connection: Connection, person: str, profile: Profile) -> None:
    text = json.dumps(astuple(profile))
    statement = insert_or_update(_PROFILE).values(person=person, profile=text)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["person"], set_={"profile": text})
    )


def _profile_of(text: str | None) -> Profile:
    """Return the profile written as `text`; the one of who never said anything when absent."""
    return Profile() if text is None else Profile(*json.loads(text))
