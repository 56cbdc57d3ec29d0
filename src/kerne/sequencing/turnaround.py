"""The working-day clock: from the accepted sample to its release, in the country's own calendar.

Days are the country's local days. The day of acceptance is day zero; every later day that is
neither a weekend nor a public holiday counts one, the day of release included.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

import holidays

from kerne.errors import OrderError
from kerne.sequencing.events import Urgency
from kerne.sequencing.order import Order

TARGET_WORKING_DAYS: Final[Mapping[Urgency, int]] = {Urgency.URGENT: 5, Urgency.ROUTINE: 21}
"""What the centre promises itself; no law says so."""

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of a country, by its ISO code, in its own time zone."""

    country: str
    zone: tzinfo

    def local_day(self, moment: datetime) -> date:
        """Return the country's date at `moment`."""
        return moment.astimezone(self.zone).date()

    def working_days(self, start: datetime, end: datetime) -> int:
        """Count the working days after the day of `start`, up to and with the day of `end`.

        Raises
        ------
        OrderError
            `end` lies on an earlier day than `start`.
        """
        first, last = self.local_day(start), self.local_day(end)
        if last < first:
            raise OrderError(f"`{last}` lies before `{first}`: the clock cannot run backwards")
        free = holidays.country_holidays(self.country, years=range(first.year, last.year + 1))
        days = (first + timedelta(days=step) for step in range(1, (last - first).days + 1))
        return sum(day.weekday() < _SATURDAY and day not in free for day in days)


@dataclass(frozen=True, slots=True)
class Turnaround:
    """How long a sample has been, or was, at the centre."""

    working_days: int
    target: int
    finished: bool

    @property
    def late(self) -> bool:
        """More working days have gone than were promised."""
        return self.working_days > self.target


def measure_turnaround(order: Order, calendar: Calendar, now: datetime) -> Turnaround | None:
    """Return the clock of the newest sample; `None` while none has come in."""
    if not order.samples:
        return None
    released = order.sample.released_at
    days = calendar.working_days(order.sample.accepted_at, released or now)
    return Turnaround(days, TARGET_WORKING_DAYS[order.urgency], finished=released is not None)
