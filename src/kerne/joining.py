"""What one room asks of others that it does not know: answered here, where the rooms are joined."""

from dataclasses import dataclass

from kerne.cases.answer import ReleasedOrder
from kerne.errors import OrderError
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
