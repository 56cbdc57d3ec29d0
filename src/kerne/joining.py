"""What one room asks of others that it does not know: answered here, where the rooms are joined."""

from dataclasses import dataclass

from kerne.cases.answers.answer import ReleasedOrder
from kerne.cases.ledger import CaseLedger
from kerne.consent.events import ConsentEvent
from kerne.consent.reach import Reached, Touches, reached_by
from kerne.errors import OrderError
from kerne.people.ledger import PeopleLedger
from kerne.policy.terms import Terms
from kerne.research.ledger import ResearchLedger
from kerne.sequencing.ledger import OrderLedger
from kerne.sequencing.turnaround import Calendar


@dataclass(frozen=True, slots=True)
class OrderBook:
    """Orders, as cases ask about them: the two rooms do not know each other."""

    ledger: OrderLedger
    calendar: Calendar

    def person_of(self, order: str) -> str:
        """Return the number of the person whom the order is for."""
        return self.ledger.line(order).person

    def released(self, order: str) -> ReleasedOrder:
        """Return a released order, with the working days from tube to release."""
        state = self.ledger.order(order)
        sample = state.sample
        if sample.released_at is None:
            raise OrderError(f"the sample of order `{order}` is not released yet: `{state.stage}`")
        return ReleasedOrder(
            number=state.number,
            person=state.person,
            sample=sample.number,
            hospital=state.hospital,
            patient_group=state.patient_group.value,
            question=state.question,
            working_days=self.calendar.working_days(sample.accepted_at, sample.released_at),
        )


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a person's genome and data have been, as consent asks when something is withdrawn."""

    people: PeopleLedger
    orders: OrderLedger
    cases: CaseLedger
    research: ResearchLedger

    def __call__(self, withdrawal: ConsentEvent, entry: int) -> Reached:
        """Find what `withdrawal`, made under the audit entry `entry`, reaches.

        Its orders have been cancelled before.
        """
        person = withdrawal.person
        cases = self.cases.lines_of(person)
        held = self.research.holdings(self.people.rows_ever_of(person))
        found = Reached(
            orders=self.orders.cancelled_under(person, entry),
            cases=tuple(case.number for case in cases if case.signed_at is None),
            answers=tuple(case.number for case in cases if case.signed_at is not None),
            projects=held.projects,
            cuts=held.cuts,
            outputs=held.outputs,
        )
        return reached_by(withdrawal, found)


def touches_of(terms: Terms) -> Touches:
    """Return what the rule book's terms let a withdrawal touch."""
    opt_out = terms.ehds_opt_out
    return Touches(
        opt_out.touches_running_permits, opt_out.touches_cuts, opt_out.touches_finished_analyses
    )
