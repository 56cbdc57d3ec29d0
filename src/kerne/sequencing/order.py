"""An order and its samples: fold events to a state, and decide the next event.

Pure: numbers, identities and times come in as arguments. `MAY_FOLLOW` is the whole process as
data; folding checks it too, so that a damaged history is noticed instead of believed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

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

C = TypeVar("C", bound=StrEnum)


class Stage(StrEnum):
    """Where an order stands."""

    PLACED = "placed"
    ACCEPTED = "accepted"
    FAILED = "failed"
    PASSED = "passed"
    SEQUENCED = "sequenced"
    RELEASED = "released"
    CANCELLED = "cancelled"


CANCELLABLE: Final = frozenset(Stage) - {Stage.RELEASED, Stage.CANCELLED}
"""The stages in which an order can be taken back."""

MAY_FOLLOW: Final[Mapping[type[OrderEvent], frozenset[Stage]]] = {
    OrderPlaced: frozenset(),
    SampleAccepted: frozenset({Stage.PLACED, Stage.FAILED}),
    SamplePassedQuality: frozenset({Stage.ACCEPTED}),
    SampleFailedQuality: frozenset({Stage.ACCEPTED}),
    SampleSequenced: frozenset({Stage.PASSED, Stage.SEQUENCED}),
    SampleReleased: frozenset({Stage.SEQUENCED}),
    OrderCancelled: CANCELLABLE,
}
"""The stages in which each event may happen; placing an order happens in none."""

STAGE_AFTER: Final[Mapping[type[OrderEvent], Stage]] = {
    OrderPlaced: Stage.PLACED,
    SampleAccepted: Stage.ACCEPTED,
    SamplePassedQuality: Stage.PASSED,
    SampleFailedQuality: Stage.FAILED,
    SampleSequenced: Stage.SEQUENCED,
    SampleReleased: Stage.RELEASED,
    OrderCancelled: Stage.CANCELLED,
}
"""The stage that each event leads to."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a tube and a run must reach; a centre may set its own.

    `dna_ng` is the whole amount in the tube (PCR-free libraries ask for about a microgram);
    the absorbance ratio is A260/A280, about 1.8 for pure DNA.
    """

    dna_ng: float = 1_000.0
    lowest_absorbance_ratio: float = 1.6
    highest_absorbance_ratio: float = 2.2
    callable_fraction: float = 0.8


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class TubeQuality:
    """What the laboratory measured in a tube."""

    dna_ng_per_ul: float
    volume_ul: float
    absorbance_ratio: float


@dataclass(frozen=True, slots=True)
class Sample:
    """A tube and what became of it."""

    number: str
    barcode: str
    site: str
    accepted_at: datetime
    origin: GenomeOrigin = GenomeOrigin.GERMLINE
    quality: TubeQuality | None = None
    faults: tuple[TubeFault, ...] = ()
    run: str | None = None
    mean_depth_reads: float | None = None
    callable_fraction: float | None = None
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order as its events left it; `version` is the number of its events."""

    number: str
    person: str
    patient_group: PatientGroup
    ordered_by: str
    hospital: str
    urgency: Urgency
    question: str
    placed_at: datetime
    stage: Stage
    version: int
    samples: tuple[Sample, ...] = ()

    @property
    def sample(self) -> Sample:
        """The tube that counts: the newest one."""
        if not self.samples:
            raise OrderError(f"order `{self.number}` has no sample yet")
        return self.samples[-1]


def fold_order(history: Iterable[Recorded[OrderEvent]]) -> Order:
    """Fold the events of one order to its state.

    Raises
    ------
    OrderError
        There are no events, or one of them cannot follow the others.
    """
    order: Order | None = None
    for recorded in history:
        order = evolve(order, recorded.event, recorded.at)
    if order is None:
        raise OrderError("no such order")
    return order


def evolve(order: Order | None, event: OrderEvent, at: datetime) -> Order:
    """Return the state after `event`, which happened `at`."""
    if order is None:
        if not isinstance(event, OrderPlaced):
            raise OrderError(f"order `{event.order}` begins with `{type(event).__name__}`")
        return _placed(event, at)
    _require(order, type(event))
    return replace(
        order,
        stage=STAGE_AFTER[type(event)],
        samples=_samples_after(order, event, at),
        version=order.version + 1,
    )


def place_order(
    number: str, person: str, group: str, urgency: str, placed: tuple[str, str], question: str
) -> OrderPlaced:
    """Order sequencing; `placed` is the doctor's identifier and the hospital.

    Raises
    ------
    OrderError
        The patient group is not approved, the urgency unknown or there is no clinical question.
    """
    if not question.strip():
        raise OrderError("an order needs a clinical question: what is to be found out")
    doctor, hospital = placed
    return OrderPlaced(
        order=number,
        person=person,
        patient_group=_code(PatientGroup, group, "patient group"),
        ordered_by=doctor,
        hospital=hospital,
        urgency=_code(Urgency, urgency, "urgency"),
        question=question.strip(),
    )


def accept_sample(
    order: Order, sample: str, barcode: str, site: str, origin: str = GenomeOrigin.GERMLINE
) -> SampleAccepted:
    """Take a tube in for an order that waits for one; `origin` is a `GenomeOrigin`."""
    _require(order, SampleAccepted)
    if not (sample and barcode and site):
        raise OrderError("a sample needs a number, a barcode and a site")
    if any(sample == earlier.number for earlier in order.samples):
        raise OrderError(f"sample `{sample}` was taken in before: a new tube has a new number")
    code = _code(GenomeOrigin, origin, "origin")
    return SampleAccepted(order.number, sample, site, barcode, code)


def judge_tube(
    order: Order, measured: TubeQuality, limits: Limits
) -> SamplePassedQuality | SampleFailedQuality:
    """Say whether the tube that was taken in can be sequenced."""
    _require(order, SamplePassedQuality)
    faults = find_faults(measured, limits)
    values = (measured.dna_ng_per_ul, measured.volume_ul, measured.absorbance_ratio)
    if faults:
        return SampleFailedQuality(order.number, order.sample.number, *values, faults)
    return SamplePassedQuality(order.number, order.sample.number, *values)


def find_faults(measured: TubeQuality, limits: Limits) -> tuple[TubeFault, ...]:
    """Return what is wrong with a tube; empty when it can be sequenced."""
    if measured.dna_ng_per_ul < 0 or measured.volume_ul < 0:
        raise OrderError("a concentration and a volume cannot be below `0`")
    faults = []
    if not measured.dna_ng_per_ul * measured.volume_ul >= limits.dna_ng:
        faults.append(TubeFault.TOO_LITTLE_DNA)
    low, high = limits.lowest_absorbance_ratio, limits.highest_absorbance_ratio
    if not low <= measured.absorbance_ratio <= high:
        faults.append(TubeFault.IMPURE_DNA)
    return tuple(faults)


def record_run(
    order: Order, run: str, mean_depth_reads: float, callable_fraction: float
) -> SampleSequenced:
    """Note what a run gave; a sample may be run again until it is released."""
    _require(order, SampleSequenced)
    if not run:
        raise OrderError("a run needs a number")
    if not 0 <= callable_fraction <= 1:
        raise OrderError(f"callable fraction `{callable_fraction}` is not between `0` and `1`")
    if not mean_depth_reads > 0:
        raise OrderError(f"mean depth `{mean_depth_reads}` is not above `0`")
    return SampleSequenced(
        order.number, order.sample.number, run, mean_depth_reads, callable_fraction
    )


def release_sample(order: Order, limits: Limits) -> SampleReleased:
    """Release the sequenced sample for interpretation."""
    _require(order, SampleReleased)
    reached = order.sample.callable_fraction
    if reached is None or reached < limits.callable_fraction:
        raise OrderError(
            f"sample `{order.sample.number}` is callable over `{reached}` of the genome, "
            f"at least `{limits.callable_fraction}` is needed: run it again"
        )
    return SampleReleased(order.number, order.sample.number)


def cancel_order(order: Order, by: str, reason: str) -> OrderCancelled:
    """Take the order back while its sample is not released."""
    _require(order, OrderCancelled)
    return OrderCancelled(order.number, by, _code(CancelReason, reason, "reason"))


def _code(kind: type[C], text: str, what: str) -> C:
    try:
        return kind(text)
    except ValueError as error:
        known = ", ".join(f"`{code}`" for code in kind)
        raise OrderError(f"{what} `{text}` is unknown; known are {known}") from error


def _require(order: Order, event: type[OrderEvent]) -> None:
    if order.stage not in MAY_FOLLOW[event]:
        raise OrderError(f"order `{order.number}` is {order.stage}: {_IN_WORDS[event]}")


_IN_WORDS: Final[Mapping[type[OrderEvent], str]] = {
    OrderPlaced: "it cannot be placed again",
    SampleAccepted: "it does not wait for a sample",
    SamplePassedQuality: "no tube waits for its quality check",
    SampleFailedQuality: "no tube waits for its quality check",
    SampleSequenced: "no sample is ready to be run",
    SampleReleased: "no sequenced sample waits for release",
    OrderCancelled: "it cannot be cancelled any more",
}


def _placed(event: OrderPlaced, at: datetime) -> Order:
    return Order(
        number=event.order,
        person=event.person,
        patient_group=event.patient_group,
        ordered_by=event.ordered_by,
        hospital=event.hospital,
        urgency=event.urgency,
        question=event.question,
        placed_at=at,
        stage=Stage.PLACED,
        version=1,
    )


def _samples_after(order: Order, event: OrderEvent, at: datetime) -> tuple[Sample, ...]:
    match event:
        case SampleAccepted():
            tube = Sample(event.sample, event.barcode, event.site, at, event.origin)
            return (*order.samples, tube)
        case SampleReleased():
            return _newest(order, replace(order.sample, released_at=at))
        case SampleSequenced():
            return _newest(order, _sequenced(order.sample, event))
        case SamplePassedQuality() | SampleFailedQuality():
            return _newest(order, _judged(order.sample, event))
        case _:
            return order.samples


def _sequenced(tube: Sample, event: SampleSequenced) -> Sample:
    return replace(
        tube,
        run=event.run,
        mean_depth_reads=event.mean_depth_reads,
        callable_fraction=event.callable_fraction,
    )


def _judged(tube: Sample, event: SamplePassedQuality | SampleFailedQuality) -> Sample:
    quality = TubeQuality(event.dna_ng_per_ul, event.volume_ul, event.absorbance_ratio)
    faults = event.faults if isinstance(event, SampleFailedQuality) else ()
    return replace(tube, quality=quality, faults=faults)


def _newest(order: Order, tube: Sample) -> tuple[Sample, ...]:
    return (*order.samples[:-1], tube)
