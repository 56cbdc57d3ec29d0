"""What people do with orders: a doctor places and follows them, a laboratory takes them through.

Each method is one act of one person. It asks the gate; under the grant it decides on the order's
state and appends, with the number of the audit entry that was written before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from kerne.errors import OrderError, StaleVersionError
from kerne.people.asking import Action, Ask, Door, Identity, Pass, Refusal, Role
from kerne.people.sample import GenomeOrigin
from kerne.sequencing.events import CancelReason, OrderEvent, OrderPlaced, SampleAccepted
from kerne.sequencing.ledger import OrderLedger, OrderLine
from kerne.sequencing.order import (
    CANCELLABLE,
    DEFAULT_LIMITS,
    Limits,
    Order,
    TubeQuality,
    accept_sample,
    cancel_order,
    judge_tube,
    place_order,
    record_run,
    release_sample,
)
from kerne.sequencing.turnaround import Calendar, Turnaround, measure_turnaround

T = TypeVar("T")


class Relations(Protocol):
    """What orders ask of the ledger of people; both acts may be repeated without harm."""

    def start_treatment(self, identity: str, person: str, order: str, at: datetime) -> None:
        """Note that `identity` treats `person` since the order was placed."""
        ...

    def assign_sample(
        self, sample: str, person: str, origin: GenomeOrigin = GenomeOrigin.GERMLINE
    ) -> None:
        """Note whose tube `sample` is, and whose germline it shows."""
        ...


@dataclass(frozen=True, slots=True)
class FollowedOrder:
    """An order as a person who follows it sees it; `turnaround` is `None` before a sample came."""

    order: Order
    turnaround: Turnaround | None


@dataclass(frozen=True, slots=True)
class Orders:
    """The acts on orders.

    Parameters
    ----------
    clock
        Returns the present moment, in UTC.
    """

    ledger: OrderLedger
    gate: Door
    relations: Relations
    calendar: Calendar
    clock: Callable[[], datetime]
    limits: Limits = DEFAULT_LIMITS

    def place(  # noqa: PLR0913  one argument for each field of the form
        self,
        who: Identity,
        purpose: str,
        person: str,
        *,
        patient_group: str,
        question: str,
        urgency: str = "routine",
        project: str | None = None,
        reason: str | None = None,
    ) -> Order | Refusal:
        """Order whole genome sequencing for `person`; the doctor's treatment relation starts.

        Raises
        ------
        OrderError
            The form is incomplete, or the identity belongs to no hospital.
        """
        placed = (who.identifier, _organisation(who))
        # Decided once before the gate is asked: an incomplete form is nobody's access.
        draft = place_order("K-0000-000000", person, patient_group, urgency, placed, question)

        def work(grant: Pass) -> Order:
            at = self.clock()
            while True:
                number = self.ledger.next_number(self.calendar.local_day(at).year)
                event = place_order(number, person, patient_group, urgency, placed, question)
                try:
                    self.ledger.append(None, event, entry=grant.entry, at=at)
                except StaleVersionError:  # the number went to another order: take the next
                    continue
                self.react()
                return self.ledger.order(number)

        about = f"whole genome sequencing, {draft.patient_group}"
        ask = Ask(who, purpose, Action.PLACE_ORDER, (person,), project, reason, about)
        return self.gate.answer(ask, work)

    def accept_sample(
        self,
        who: Identity,
        purpose: str,
        order: str,
        *,
        barcode: str,
        sample: str,
        origin: str = GenomeOrigin.GERMLINE,
    ) -> Order | Refusal:
        """Take the tube of an order in at the laboratory's site; the working-day clock starts.

        Parameters
        ----------
        origin
            A word of `GenomeOrigin`: only a germline genome is ever counted.

        Raises
        ------
        OrderError
            The order does not wait for a tube, the sample or barcode was taken in before, or there
            is no such origin.
        PersonError
            The sample number is another person's, or of another origin.
        """
        site = _organisation(who)

        def decide(state: Order) -> SampleAccepted:
            event = accept_sample(state, sample, barcode, site, origin)
            # First, because it may be refused; said again after a fault it changes nothing.
            self.relations.assign_sample(sample, state.person, event.origin)
            return event

        return self._step(who, purpose, Action.HANDLE_SAMPLE, order, decide)

    def record_quality(
        self, who: Identity, purpose: str, order: str, measured: TubeQuality
    ) -> Order | Refusal:
        """Record what was measured in the tube; it passes or fails the centre's limits."""
        return self._step(
            who,
            purpose,
            Action.HANDLE_SAMPLE,
            order,
            lambda state: judge_tube(state, measured, self.limits),
        )

    def record_run(
        self,
        who: Identity,
        purpose: str,
        order: str,
        *,
        run: str,
        mean_depth_reads: float,
        callable_fraction: float,
    ) -> Order | Refusal:
        """Record the run that sequenced the sample."""
        return self._step(
            who,
            purpose,
            Action.HANDLE_SAMPLE,
            order,
            lambda state: record_run(state, run, mean_depth_reads, callable_fraction),
        )

    def release_sample(self, who: Identity, purpose: str, order: str) -> Order | Refusal:
        """Release the sequenced sample for interpretation; the working-day clock stops."""
        return self._step(
            who,
            purpose,
            Action.HANDLE_SAMPLE,
            order,
            lambda state: release_sample(state, self.limits),
        )

    def cancel(self, who: Identity, purpose: str, order: str, reason: str) -> Order | Refusal:
        """Take an order back; `reason` is one of the closed `CancelReason` codes."""
        return self._step(
            who,
            purpose,
            Action.PLACE_ORDER,
            order,
            lambda state: cancel_order(state, who.identifier, reason),
        )

    def follow(self, who: Identity, purpose: str, order: str) -> FollowedOrder | Refusal:
        """See where an order stands, and how many working days it has taken."""

        def work(_grant: Pass) -> FollowedOrder:
            state = self.ledger.order(order)
            return FollowedOrder(state, measure_turnaround(state, self.calendar, self.clock()))

        return self.gate.answer(self._ask(who, purpose, Action.FOLLOW_ORDER, order), work)

    def follow_all(self, who: Identity, purpose: str) -> tuple[OrderLine, ...]:
        """List the orders that a doctor placed, or the samples at a laboratory's own site.

        Each line is asked for by itself, so that one patient's block hides one line and not the
        list; lines that are refused are left out, and the refusals are in the audit.
        """
        lines = self._lines_of(who)
        shown = (self._show(who, purpose, line) for line in lines)
        return tuple(line for line in shown if not isinstance(line, Refusal))

    def react(self) -> None:
        """Start the treatment relations that placed orders bring; called at start-up too."""
        for recorded in self.ledger.unhandled("treatment", OrderPlaced):
            event = recorded.event
            self.relations.start_treatment(event.ordered_by, event.person, event.order, recorded.at)

    def cancel_without_consent(self, person: str, *, by: str, entry: int) -> None:
        """Cancel what is not released of a person whose consent `by` withdrew under `entry`.

        A reaction, fed by who joins the rooms; said again it changes nothing.
        """
        for line in self.ledger.lines(person=person):
            while (state := self.ledger.order(line.number)).stage in CANCELLABLE:
                event = cancel_order(state, by, CancelReason.CONSENT_WITHDRAWN)
                try:
                    self.ledger.append(state, event, entry=entry, at=self.clock())
                except StaleVersionError:  # somebody took the order a step further: look again
                    continue

    def _lines_of(self, who: Identity) -> list[OrderLine]:
        if Role.LABORATORY in who.roles:
            return self.ledger.lines(site=_organisation(who))
        return self.ledger.lines(ordered_by=who.identifier)

    def _show(self, who: Identity, purpose: str, line: OrderLine) -> OrderLine | Refusal:
        ask = self._ask(who, purpose, Action.FOLLOW_ORDER, line.number)
        return self.gate.answer(ask, lambda _grant: line)

    def _step(
        self,
        who: Identity,
        purpose: str,
        action: Action,
        order: str,
        decide: Callable[[Order], OrderEvent],
    ) -> Order | Refusal:
        def work(grant: Pass) -> Order:
            state = self.ledger.order(order)
            self.ledger.append(state, decide(state), entry=grant.entry, at=self.clock())
            return self.ledger.order(order)

        return self.gate.answer(self._ask(who, purpose, action, order), work)

    def _ask(self, who: Identity, purpose: str, action: Action, order: str) -> Ask:
        person = self.ledger.line(order).person
        return Ask(who, purpose, action, (person,), about=f"order {order}")


def _organisation(who: Identity) -> str:
    if who.organisation is None:
        raise OrderError("whoever orders or handles a sample must belong to a hospital or site")
    return who.organisation
