"""Histories of a small nation: populations against the walk of every person, after every step."""

import tempfile
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kerne.consent.events import (
    AnalysisConsented,
    AnalysisConsentWithdrawn,
    ConsentEvent,
    LimitedToOwnTreatment,
    LimitLifted,
    ReaderBlocked,
    ResearchLevel,
    ResearchUseAllowed,
    ResearchUseRefused,
    SecondaryChoice,
)
from kerne.people.asking import Epoch, Purpose

from .conftest import AT, number_of, open_nation, populate, sequence
from .test_choices import QUESTIONS, naive_may

PERSONS = 5
persons = st.integers(1, PERSONS)
levels = st.sampled_from(ResearchLevel)
Answers = dict[tuple[Purpose, ResearchLevel | None], frozenset[int]]


class NationHistory(RuleBasedStateMachine):
    """Two processes (two sets of connections, nothing shared) act and answer in turn."""

    @initialize(by_default=st.booleans())
    def found(self, by_default: bool) -> None:
        self.directory = tempfile.TemporaryDirectory()
        home = Path(self.directory.name)
        self.by_default = by_default
        self.sides = [open_nation(home, research_by_default=by_default) for _ in range(2)]
        # Everyone turns 15 on the third day: a birthday must never be missed by an epoch.
        populate(self.sides[0], PERSONS, born=date(2011, 3, 3))
        self.today = date(2026, 3, 1)
        self.next_row = 0
        self.rows: dict[int, int] = {}
        self.events: dict[int, list[ConsentEvent]] = defaultdict(list)
        self.seen: dict[Epoch, Answers] = {}

    def teardown(self) -> None:
        for side in self.sides:
            side.people.engine.dispose()
            side.consent.engine.dispose()
        self.directory.cleanup()

    def happen(self, side: int, person: int, event: ConsentEvent) -> None:
        version = len(self.events[person])
        self.sides[side].consent.append(version, event, entry=version, at=AT)
        self.events[person].append(event)

    @rule(side=st.integers(0, 1), person=persons)
    def consent(self, side: int, person: int) -> None:
        form = AnalysisConsented(number_of(person), "D-1", "1", "d", SecondaryChoice.ALL, True)
        self.happen(side, person, form)

    @rule(side=st.integers(0, 1), person=persons)
    def withdraw(self, side: int, person: int) -> None:
        self.happen(side, person, AnalysisConsentWithdrawn(number_of(person), "c"))

    @rule(side=st.integers(0, 1), person=persons, level=levels)
    def refuse_research(self, side: int, person: int, level: ResearchLevel) -> None:
        self.happen(side, person, ResearchUseRefused(number_of(person), level, "c"))

    @rule(side=st.integers(0, 1), person=persons, level=levels)
    def allow_research(self, side: int, person: int, level: ResearchLevel) -> None:
        self.happen(side, person, ResearchUseAllowed(number_of(person), level, "c"))

    @rule(side=st.integers(0, 1), person=persons, limit=st.booleans())
    def limit_or_lift(self, side: int, person: int, limit: bool) -> None:
        kind = LimitedToOwnTreatment if limit else LimitLifted
        self.happen(side, person, kind(number_of(person), "c"))

    @rule(side=st.integers(0, 1), person=persons)
    def block(self, side: int, person: int) -> None:
        self.happen(side, person, ReaderBlocked(number_of(person), "doctor-9", "c"))

    @rule(side=st.integers(0, 1), person=persons, gap=st.integers(0, 100_000))
    def add_genome(self, side: int, person: int, gap: int) -> None:
        row = self.next_row + gap
        self.next_row = row + 1
        sequence(self.sides[side], row, person)
        self.rows[row] = person

    @precondition(lambda self: self.rows)
    @rule(side=st.integers(0, 1), data=st.data())
    def retire(self, side: int, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from(sorted(self.rows)))
        self.sides[side].people.retire_row(row)
        del self.rows[row]

    @rule()
    def sleep(self) -> None:
        self.today += timedelta(days=1)

    def walk(self) -> Answers:
        """Ask every person about every purpose, one by one."""
        newest = {person: row for row, person in sorted(self.rows.items())}
        return {
            (purpose, level): frozenset(
                row
                for person, row in newest.items()
                if naive_may(
                    self.events[person], purpose, level, research_by_default=self.by_default
                )
            )
            for purpose, level in QUESTIONS
        }

    @invariant()
    def both_sides_answer_as_the_walk_does(self) -> None:
        expected = self.walk()
        for side in self.sides:
            epoch = side.consent.epoch(self.today)
            for (purpose, level), rows in expected.items():
                population = side.consent.population(purpose, level, self.today)
                assert set(population.rows) == rows
                assert population.epoch == epoch
            # An epoch never stands for two different populations.
            assert self.seen.setdefault(epoch, expected) == expected
        for person, events in self.events.items():
            choices = self.sides[0].consent.choices(number_of(person))
            assert choices.version == len(events)


TestNationHistory = pytest.mark.filterwarnings("error")(NationHistory.TestCase)
TestNationHistory.settings = settings(
    deadline=None, max_examples=15, stateful_step_count=20, derandomize=True
)
