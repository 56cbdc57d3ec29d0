"""Choices in the database: one history per person, and the populations that they add up to.

Beside the events a table keeps each person's profile, written in the same transaction; see
`consent.populations` for what is computed from it. Every question reads the epoch from the
databases anew: no notification is trusted to arrive.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

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
from kerne.consent.law import AgedProfile, Chosen, GenomeLaw
from kerne.consent.populations import Populations, Rows, profile_of, text_of
from kerne.consent.reach import WITHDRAWALS
from kerne.consent.reaches import ReachLedger
from kerne.database.carrying import Carrier
from kerne.database.engine import reading
from kerne.database.history import History, Recorded, Sealer, history_table
from kerne.database.outbox import Outbox, outbox_table
from kerne.errors import ConsentError
from kerne.people.asking import Epoch, Population, Purpose

RecordedChoice = Recorded[ConsentEvent]
"""A choice as it stands in its history."""

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


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A consent to analysis was withdrawn, as recorded by the identity `by` under `entry`."""

    by: str
    entry: int


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
    law
        The country's, on whose genomes a question may draw.
    """

    def __init__(self, engine: Engine, sealer: Sealer, rows: Rows, law: GenomeLaw) -> None:
        self.engine = engine
        self._history: History[ConsentEvent] = History(
            engine, _EVENT, EVENT_TYPES, sealer, project=_project, upcasters=UPCASTERS
        )
        self._outbox = Outbox(self._history, _HANDLED)
        self._law = law
        self.carrier = Carrier(self._history, _EVENT, _HANDLED)
        self._populations = Populations(engine, _EVENT, _PROFILE, rows, law)
        self.reaches = ReachLedger(engine, sealer)

    def choices(self, person: str) -> Choices:
        """Return what `person` has chosen; the defaults when nothing was ever said."""
        events = (recorded.event for recorded in self._history.read(person))
        return fold(events)

    def chosen(self, person: str, age_years: int) -> Chosen:
        """Return what `person`, who is `age_years` old, has chosen, and what it allows research."""
        choices = self.choices(person)
        aged = AgedProfile(choices.profile, age_years)
        research = None
        for level in ResearchLevel:
            if self._law.may_draw_on([aged], Purpose.RESEARCH, level) == [True]:
                research = level
        return Chosen(choices, research)

    def events_of(self, person: str) -> list[Recorded[ConsentEvent]]:
        """Return the history of `person`'s choices, oldest first."""
        return self._history.read(person)

    def profiles(self) -> dict[str, Profile]:
        """Return the profile of everyone who has ever chosen anything, by person."""
        with reading(self.engine).connect() as connection:
            found = connection.execute(select(_PROFILE.c.person, _PROFILE.c.profile))
            return {person: profile_of(text) for person, text in found}

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

    def restrictions(self, reaction: str) -> Iterator[Recorded[ConsentEvent]]:
        """Yield the choices that take a genome out, as far as `reaction` has not handled them."""
        return self._outbox.unhandled(reaction, WITHDRAWALS)

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

    def count_of(self, person: str) -> int:
        """Return how many choices `person` has made."""
        return len(self._history.read(person))

    def last_record(self, person: str) -> datetime | None:
        """Return when `person` last chose anything; `None` when nothing was ever said."""
        return self._history.newest([person])

    def forget_within(self, connection: Connection, person: str) -> None:
        """Empty the choices of `person` in a transaction of the caller's; again changes nothing."""
        self._history.erase_within(connection, [person])
        connection.execute(delete(_PROFILE).where(_PROFILE.c.person == person))

    def has_entry(self, entry: int) -> bool:
        """Say whether a choice was committed under the audit entry `entry`."""
        return self._history.has_entry(entry)

    def epoch(self, today: date) -> Epoch:
        """Read the epoch of all populations from the databases.

        Parameters
        ----------
        today
            The date in the country's zone: a birthday changes a population without an event, so
            a new day is a new epoch.
        """
        return self._populations.epoch(today)

    def population(self, purpose: Purpose, level: ResearchLevel | None, today: date) -> Population:
        """Return the rows that may be counted for `purpose` now, one a person.

        The epoch returned is the one that the rows were computed from. Who releases an answer
        reads `epoch` again and repeats the question when it moved.

        Raises
        ------
        ConsentError
            Research is asked for without a level.
        """
        if purpose is Purpose.RESEARCH and level is None:
            raise ConsentError("research names its level: allele-frequency, subject-query, ...")
        asked = ResearchLevel.ALLELE_FREQUENCY if level is None else level
        return self._populations.population(purpose, asked, today)

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
        self._populations.forget()


def _project(connection: Connection, recorded: Recorded[ConsentEvent]) -> None:
    """Keep the profile of the event's person."""
    person = recorded.event.person
    query = select(_PROFILE.c.profile).where(_PROFILE.c.person == person)
    before = profile_of(connection.execute(query).scalar())
    _write_profile(connection, person, profile_after(before, recorded.event))


def _write_profile(connection: Connection, person: str, profile: Profile) -> None:
    text = text_of(profile)
    statement = insert_or_update(_PROFILE).values(person=person, profile=text)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["person"], set_={"profile": text})
    )
