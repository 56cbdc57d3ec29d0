from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.database.history import Recorded
from kerne.errors import OrderError
from kerne.people.sample import GenomeOrigin
from kerne.sequencing.events import (
    CancelReason,
    OrderCancelled,
    OrderEvent,
    OrderPlaced,
    PatientGroup,
    SampleAccepted,
    SampleFailedQuality,
    SamplePassedQuality,
    SampleReleased,
    SampleSequenced,
    TubeFault,
    Urgency,
)
from kerne.sequencing.order import (
    DEFAULT_LIMITS,
    Order,
    Stage,
    TubeQuality,
    accept_sample,
    cancel_order,
    evolve,
    find_faults,
    fold_order,
    judge_tube,
    place_order,
    record_run,
    release_sample,
)

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NUMBER = "K-2026-000001"

PLACED = OrderPlaced(
    NUMBER,
    "P-000001",
    PatientGroup.NEUROGENETIC,
    "doctor-1",
    "Hospital North",
    Urgency.ROUTINE,
    "why does she fall?",
)
ACCEPTED = SampleAccepted(NUMBER, "S-1", "East", "B-1")
PASSED = SamplePassedQuality(NUMBER, "S-1", 50.0, 100.0, 1.8)
FAILED = SampleFailedQuality(NUMBER, "S-1", 1.0, 100.0, 1.8, (TubeFault.TOO_LITTLE_DNA,))
SEQUENCED = SampleSequenced(NUMBER, "S-1", "R-1", 34.0, 0.96)
RELEASED = SampleReleased(NUMBER, "S-1")
CANCELLED = OrderCancelled(NUMBER, "doctor-1", CancelReason.NO_LONGER_NEEDED)

GOOD_TUBE = TubeQuality(50.0, 100.0, 1.8)
POOR_TUBE = TubeQuality(1.0, 100.0, 1.2)


def told(events: Sequence[OrderEvent]) -> list[Recorded[OrderEvent]]:
    """Return `events` as a history with one event an hour."""
    return [
        Recorded(step, NUMBER, step, START + timedelta(hours=step), step, event)
        for step, event in enumerate(events, start=1)
    ]


def state(*events: OrderEvent) -> Order:
    return fold_order(told(events))


@pytest.mark.parametrize(
    ("history", "stage"),
    [
        ([PLACED], Stage.PLACED),
        ([PLACED, ACCEPTED], Stage.ACCEPTED),
        ([PLACED, ACCEPTED, FAILED], Stage.FAILED),
        ([PLACED, ACCEPTED, PASSED], Stage.PASSED),
        ([PLACED, ACCEPTED, PASSED, SEQUENCED], Stage.SEQUENCED),
        ([PLACED, ACCEPTED, PASSED, SEQUENCED, SEQUENCED], Stage.SEQUENCED),
        ([PLACED, ACCEPTED, PASSED, SEQUENCED, RELEASED], Stage.RELEASED),
        ([PLACED, CANCELLED], Stage.CANCELLED),
        ([PLACED, ACCEPTED, FAILED, CANCELLED], Stage.CANCELLED),
    ],
)
def test_order__stands_where_its_history_left_it(history: list[OrderEvent], stage: Stage) -> None:
    order = state(*history)
    assert order.stage is stage
    assert order.version == len(history)


def test_order__remembers_each_fact_of_its_sample() -> None:
    sample = state(PLACED, ACCEPTED, PASSED, SEQUENCED, RELEASED).sample
    assert (sample.number, sample.barcode, sample.site) == ("S-1", "B-1", "East")
    assert sample.quality == GOOD_TUBE
    assert (sample.run, sample.mean_depth_reads, sample.callable_fraction) == ("R-1", 34.0, 0.96)
    assert sample.accepted_at == START + timedelta(hours=2)
    assert sample.released_at == START + timedelta(hours=5)


def test_order__takes_a_new_tube_after_a_failed_one_and_keeps_both() -> None:
    second = SampleAccepted(NUMBER, "S-2", "East", "B-2")
    order = state(PLACED, ACCEPTED, FAILED, second)
    assert order.stage is Stage.ACCEPTED
    assert [sample.number for sample in order.samples] == ["S-1", "S-2"]
    assert order.samples[0].faults == (TubeFault.TOO_LITTLE_DNA,)
    assert order.sample.faults == ()


@pytest.mark.parametrize(
    "history",
    [
        [],
        [ACCEPTED],
        [PLACED, PLACED],
        [PLACED, PASSED],
        [PLACED, ACCEPTED, ACCEPTED],
        [PLACED, ACCEPTED, SEQUENCED],
        [PLACED, ACCEPTED, FAILED, SEQUENCED],
        [PLACED, ACCEPTED, PASSED, RELEASED],
        [PLACED, ACCEPTED, PASSED, SEQUENCED, RELEASED, CANCELLED],
        [PLACED, CANCELLED, ACCEPTED],
    ],
)
def test_order__with_an_impossible_history_is_not_believed(history: list[OrderEvent]) -> None:
    with pytest.raises(OrderError):
        state(*history)


def test_order__without_a_tube_has_no_sample() -> None:
    with pytest.raises(OrderError, match="has no sample yet"):
        _ = state(PLACED).sample


@pytest.mark.parametrize(
    ("group", "urgency", "question", "problem"),
    [
        ("insurance-check", "routine", "why?", "patient group `insurance-check` is unknown"),
        ("heart", "yesterday", "why?", "urgency `yesterday` is unknown"),
        ("heart", "routine", "  ", "needs a clinical question"),
    ],
)
def test_place_order__wants_a_complete_form(
    group: str, urgency: str, question: str, problem: str
) -> None:
    with pytest.raises(OrderError, match=problem):
        place_order(NUMBER, "P-000001", group, urgency, ("doctor-1", "North"), question)


def test_accept_sample__refuses_a_number_that_the_order_has_seen() -> None:
    with pytest.raises(OrderError, match="was taken in before"):
        accept_sample(state(PLACED, ACCEPTED, FAILED), "S-1", "B-2", "East")
    with pytest.raises(OrderError, match="a number, a barcode and a site"):
        accept_sample(state(PLACED), "S-1", "", "East")


@pytest.mark.parametrize(
    ("measured", "faults"),
    [
        (TubeQuality(10.0, 100.0, 1.8), ()),
        (TubeQuality(9.99, 100.0, 1.8), (TubeFault.TOO_LITTLE_DNA,)),
        (TubeQuality(50.0, 100.0, 1.59), (TubeFault.IMPURE_DNA,)),
        (TubeQuality(50.0, 100.0, 2.21), (TubeFault.IMPURE_DNA,)),
        (POOR_TUBE, (TubeFault.TOO_LITTLE_DNA, TubeFault.IMPURE_DNA)),
        (TubeQuality(float("nan"), 100.0, 1.8), (TubeFault.TOO_LITTLE_DNA,)),
    ],
)
def test_find_faults__names_each_limit_that_is_missed(
    measured: TubeQuality, faults: tuple[TubeFault, ...]
) -> None:
    assert find_faults(measured, DEFAULT_LIMITS) == faults


def test_find_faults__refuses_a_negative_measure() -> None:
    with pytest.raises(OrderError, match="below `0`"):
        find_faults(TubeQuality(-1.0, 100.0, 1.8), DEFAULT_LIMITS)


def test_judge_tube__fails_a_poor_tube_and_passes_a_good_one() -> None:
    waiting = state(PLACED, ACCEPTED)
    assert judge_tube(waiting, GOOD_TUBE, DEFAULT_LIMITS) == PASSED
    assert isinstance(judge_tube(waiting, POOR_TUBE, DEFAULT_LIMITS), SampleFailedQuality)


@pytest.mark.parametrize(
    ("run", "depth", "fraction", "problem"),
    [
        ("", 30.0, 0.9, "a run needs a number"),
        ("R-1", 0.0, 0.9, "mean depth `0.0`"),
        ("R-1", 30.0, 1.1, "callable fraction `1.1`"),
        ("R-1", 30.0, float("nan"), "callable fraction `nan`"),
    ],
)
def test_record_run__refuses_figures_that_cannot_be(
    run: str, depth: float, fraction: float, problem: str
) -> None:
    with pytest.raises(OrderError, match=problem):
        record_run(state(PLACED, ACCEPTED, PASSED), run, depth, fraction)


def test_release_sample__waits_for_enough_of_the_genome() -> None:
    thin = SampleSequenced(NUMBER, "S-1", "R-1", 9.0, 0.5)
    order = state(PLACED, ACCEPTED, PASSED, thin)
    with pytest.raises(OrderError, match="run it again"):
        release_sample(order, DEFAULT_LIMITS)
    again = evolve(order, record_run(order, "R-2", 31.0, 0.97), START)
    assert release_sample(again, DEFAULT_LIMITS) == RELEASED


def test_cancel_order__ends_an_order_that_is_not_released() -> None:
    event = cancel_order(state(PLACED), "doctor-1", "no-longer-needed")
    assert event == CANCELLED
    with pytest.raises(OrderError, match="cannot be cancelled any more"):
        cancel_order(state(PLACED, CANCELLED), "doctor-1", "no-longer-needed")
    with pytest.raises(OrderError, match="reason `mood` is unknown"):
        cancel_order(state(PLACED), "doctor-1", "mood")


def naive_stage(events: Sequence[OrderEvent]) -> Stage | None:
    """Say the process again, as plainly as possible; `None` for a history that cannot be."""
    stage: Stage | None = None
    for event in events:
        if isinstance(event, OrderPlaced) and stage is None:
            stage = Stage.PLACED
        elif isinstance(event, SampleAccepted) and stage in (Stage.PLACED, Stage.FAILED):
            stage = Stage.ACCEPTED
        elif isinstance(event, SamplePassedQuality) and stage is Stage.ACCEPTED:
            stage = Stage.PASSED
        elif isinstance(event, SampleFailedQuality) and stage is Stage.ACCEPTED:
            stage = Stage.FAILED
        elif isinstance(event, SampleSequenced) and stage in (Stage.PASSED, Stage.SEQUENCED):
            stage = Stage.SEQUENCED
        elif isinstance(event, SampleReleased) and stage is Stage.SEQUENCED:
            stage = Stage.RELEASED
        elif isinstance(event, OrderCancelled) and stage not in (
            None,
            Stage.RELEASED,
            Stage.CANCELLED,
        ):
            stage = Stage.CANCELLED
        else:
            return None
    return stage


ANY_EVENT = st.sampled_from([PLACED, ACCEPTED, PASSED, FAILED, SEQUENCED, RELEASED, CANCELLED])


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.lists(ANY_EVENT, min_size=1, max_size=9))
def test_fold_order__believes_exactly_the_possible_histories(events: list[OrderEvent]) -> None:
    expected = naive_stage(events)
    if expected is None:
        with pytest.raises(OrderError):
            state(*events)
    else:
        assert state(*events).stage is expected


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.lists(st.integers(0, 6), max_size=14))
def test_order__reaches_no_impossible_state_by_any_steps(steps: list[int]) -> None:
    order = evolve(None, PLACED, START)
    for number, step in enumerate(steps):
        decisions = (
            lambda at: accept_sample(at, f"S-{number}", f"B-{number}", "East"),  # noqa: B023
            lambda at: judge_tube(at, GOOD_TUBE, DEFAULT_LIMITS),
            lambda at: judge_tube(at, POOR_TUBE, DEFAULT_LIMITS),
            lambda at: record_run(at, "R-1", 30.0, 0.9),
            lambda at: record_run(at, "R-1", 9.0, 0.4),
            lambda at: release_sample(at, DEFAULT_LIMITS),
            lambda at: cancel_order(at, "doctor-1", "no-longer-needed"),
        )
        try:
            event = decisions[step](order)
        except OrderError:
            continue
        order = evolve(order, event, START + timedelta(hours=number))
        check_order(order)


def check_order(order: Order) -> None:
    """Hold against a state what must be true of every state."""
    newest = order.samples[-1] if order.samples else None
    assert len({sample.number for sample in order.samples}) == len(order.samples)
    assert all(sample.faults for sample in order.samples[:-1])
    if order.stage is Stage.RELEASED:
        assert newest is not None
        assert newest.released_at is not None
        assert newest.run is not None
        assert newest.faults == ()
        assert (newest.callable_fraction or 0) >= DEFAULT_LIMITS.callable_fraction
    else:
        assert all(sample.released_at is None for sample in order.samples)
    if order.stage is Stage.PLACED:
        assert newest is None


def test_tube__says_its_origin_and_is_of_germline_when_nothing_is_said() -> None:
    order = state(PLACED)
    assert accept_sample(order, "S-1", "B-1", "East").origin is GenomeOrigin.GERMLINE
    event = accept_sample(order, "S-1", "B-1", "East", "tumour")
    assert state(PLACED, event).sample.origin is GenomeOrigin.TUMOUR
    with pytest.raises(OrderError, match="origin `skin` is unknown; known are `germline`"):
        accept_sample(order, "S-1", "B-1", "East", "skin")
