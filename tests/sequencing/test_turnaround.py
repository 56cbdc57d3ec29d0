from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import OrderError
from kerne.sequencing.events import OrderPlaced, PatientGroup, SampleAccepted, Urgency
from kerne.sequencing.order import evolve
from kerne.sequencing.turnaround import Calendar, measure_turnaround

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
DENMARK = Calendar("DK", COPENHAGEN)

FREE_2026 = {
    date(2026, 1, 1),
    date(2026, 4, 2),
    date(2026, 4, 3),
    date(2026, 4, 5),
    date(2026, 4, 6),
    date(2026, 5, 14),
    date(2026, 5, 24),
    date(2026, 5, 25),
    date(2026, 12, 25),
    date(2026, 12, 26),
}
"""The public holidays of Denmark in 2026 (lov om helligdage, without Store Bededag since 2024)."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-03-02 09:00", "2026-03-02 23:59", 0),
        ("2026-03-02 09:00", "2026-03-03 00:01", 1),
        ("2026-03-06 09:00", "2026-03-09 09:00", 1),
        ("2026-03-06 09:00", "2026-03-08 09:00", 0),
        ("2026-04-01 09:00", "2026-04-07 09:00", 1),
        ("2025-12-23 09:00", "2026-01-02 09:00", 5),
    ],
)
def test_working_days__skip_weekends_and_holidays(start: str, end: str, days: int) -> None:
    assert DENMARK.working_days(at(start), at(end)) == days


def test_working_days__follow_the_local_date_and_not_utc() -> None:
    late_monday_utc = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert DENMARK.local_day(late_monday_utc) == date(2026, 3, 3)
    assert DENMARK.working_days(late_monday_utc, at("2026-03-03 12:00")) == 0


def test_working_days__refuse_to_run_backwards() -> None:
    with pytest.raises(OrderError, match="cannot run backwards"):
        DENMARK.working_days(at("2026-03-03 09:00"), at("2026-03-02 09:00"))


@settings(deadline=None, max_examples=80, derandomize=True)
@given(st.integers(0, 364), st.integers(0, 364), st.integers(0, 23))
def test_working_days__equal_counting_on_a_wall_calendar(first: int, last: int, hour: int) -> None:
    first, last = sorted((first, last))
    start = datetime(2026, 1, 1, hour, tzinfo=COPENHAGEN) + timedelta(days=first)
    end = datetime(2026, 1, 1, hour, tzinfo=COPENHAGEN) + timedelta(days=last)
    counted = 0
    day = start.date()
    while day < end.date():
        day += timedelta(days=1)
        if day.isoweekday() not in (6, 7) and day not in FREE_2026:
            counted += 1
    assert DENMARK.working_days(start, end) == counted


def test_turnaround__starts_with_the_tube_and_knows_its_promise() -> None:
    placed = OrderPlaced(
        "K-1", "P-1", PatientGroup.HEART, "doctor-1", "North", Urgency.URGENT, "why?"
    )
    order = evolve(None, placed, at("2026-03-02 09:00"))
    assert measure_turnaround(order, DENMARK, at("2026-03-20 09:00")) is None
    order = evolve(order, SampleAccepted("K-1", "S-1", "East", "B-1"), at("2026-03-04 09:00"))
    in_time = measure_turnaround(order, DENMARK, at("2026-03-11 09:00"))
    assert in_time is not None
    assert (in_time.working_days, in_time.late, in_time.finished) == (5, False, False)
    late = measure_turnaround(order, DENMARK, at("2026-03-12 09:00"))
    assert late is not None
    assert late.late
