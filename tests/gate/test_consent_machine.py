"""The state machine of consent in small: two views of one centre, and a nation of sets beside them.

`validation/consent_machine.py` plays the same steps over several processes at full size.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from shutil import copytree, rmtree
from tempfile import mkdtemp
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from kerne.consent.ledger import ConsentLedger
from kerne.database.commits import Commits
from kerne.gate.facts import FactFinder
from tests.consent.naive_nation import NaiveNation, Step, nation_of, steps_of

from .machine import (
    MUTANTS,
    PEOPLE,
    Bench,
    WatchedGate,
    Worker,
    break_on_purpose,
    moment,
    rows_to_come,
    signer_of,
)


@dataclass
class Meanwhile:
    """Stands for the pipe of a worker: what it is told to wait for is done at once."""

    change: Callable[[], None] = lambda: None

    def send(self, _word: str) -> None:
        self.change()

    def recv(self) -> None:
        return None


@dataclass
class TwoViews:
    """A centre in its directory, opened twice, and what the naive nation says of it."""

    home: Path
    nation: NaiveNation
    views: tuple[Worker, Worker]

    def told(self, view: int, step: Step) -> object:
        worker = self.views[view]
        worker.now = moment(self.nation.day)
        return worker.do(step, signer_of(self.nation, step))

    def play(self, step: Step, first: int) -> tuple[object, object]:
        """Play a step; return what was answered and what should have been."""
        if step[0] == "day":
            return self.nation.apply(step), "done"
        if step[0] not in {"held", "race"}:
            answer = self.told(first, step)
            return answer, self.nation.apply(step)
        _, question, change = step
        before = self.nation.answer(question)
        changed: list[object] = []
        worker = self.views[first]
        worker.pipe = Meanwhile(lambda: changed.append(self.told(1 - first, change)))
        worker.held = True
        answer = self.told(first, ("ask", question))
        worker.held = False
        if not changed:  # it was refused before it read anything
            changed.append(self.told(1 - first, change))
            return [answer, *changed], [before, self.nation.apply(change)]
        wanted = self.nation.apply(change)
        return [answer, *changed], [self.nation.answer(question), wanted]

    def close(self) -> None:
        for view in self.views:
            view.people.engine.dispose()
        rmtree(self.home)


def two_views(bench: Bench) -> TwoViews:
    home = Path(mkdtemp(dir=bench.directory))
    copytree(bench.template, home, dirs_exist_ok=True)
    first, second = (Worker(bench, home, Meanwhile(), is_whole=False) for _ in range(2))
    return TwoViews(home, nation_of(bench.law, PEOPLE), (first, second))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench("norland", tmp_path_factory.mktemp("machine"))


@pytest.fixture
def machine(bench: Bench) -> Iterator[type[RuleBasedStateMachine]]:
    class Machine(RuleBasedStateMachine):
        """Hypothesis picks which steps are taken and by which view; none is answered stale."""

        taken: ClassVar[int] = 0

        @initialize(seed=st.integers(0, 2**16))
        def open(self, seed: int) -> None:
            self.centre = two_views(bench)
            rows = rows_to_come(self.centre.nation)
            self.steps = steps_of(Random(seed), self.centre.nation, rows)

        @rule(view=st.integers(0, 1), skipped=st.integers(0, 3))
        def step(self, view: int, skipped: int) -> None:
            for _ in range(skipped):
                next(self.steps)
            step = next(self.steps)
            answer, expected = self.centre.play(step, view)
            assert answer == expected, step
            Machine.taken += 1

        def teardown(self) -> None:
            if hasattr(self, "centre"):
                self.centre.close()

    yield Machine
    assert Machine.taken >= 1_000


def test_machine__finds_no_stale_answer_between_two_views(
    machine: type[RuleBasedStateMachine],
) -> None:
    test = machine.TestCase
    test.settings = settings(
        max_examples=25,
        stateful_step_count=60,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    test().runTest()


@pytest.mark.parametrize("mutant", MUTANTS)
def test_machine__finds_a_program_that_was_broken_on_purpose(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, mutant: str
) -> None:
    for owner, name in (
        (WatchedGate, "_still_holds"),
        (Commits, "mark"),
        (ConsentLedger, "population"),
        (FactFinder, "today"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    break_on_purpose(mutant)
    centre = two_views(bench)
    random = Random(3)
    steps = steps_of(random, centre.nation, rows_to_come(centre.nation))
    played = (centre.play(next(steps), random.randrange(2)) for _ in range(600))
    assert any(answer != expected for answer, expected in played)
    centre.close()
