"""The clock of the demo: it stands where the story is, so that two runs tell the same days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


class StoryClock:
    """A clock that is moved by the story. Calling it returns the moment, in UTC.

    Parameters
    ----------
    zone
        The country's zone, in which the story's days and hours are told.
    """

    def __init__(self, start: datetime, zone: ZoneInfo) -> None:
        self._now = start
        self._zone = zone

    def __call__(self) -> datetime:
        """Return the moment of the story, one second after the last."""
        self._now += timedelta(seconds=1)
        return self._now

    @property
    def day(self) -> date:
        """The story's day in the country's zone; asking for it takes no time."""
        return self._now.astimezone(self._zone).date()

    def next_working_morning(self, days: int = 1) -> None:
        """Move on to nine in the morning, `days` weekdays later."""
        local = self.day
        for _ in range(days):
            local += timedelta(days=1)
            while local.isoweekday() > 5:  # noqa: PLR2004  Saturday and Sunday
                local += timedelta(days=1)
        self._now = datetime.combine(local, time(9), self._zone).astimezone(UTC)

    def move_to(self, day: date) -> None:
        """Move on to nine in the morning of `day`; a day that has passed changes nothing."""
        morning = datetime.combine(day, time(9), self._zone).astimezone(UTC)
        self._now = max(self._now, morning)
