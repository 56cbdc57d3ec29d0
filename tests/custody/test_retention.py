"""A record is kept its years, with date, reason and appeal; two grounds go before the term."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from kerne.custody.events import ErasureGround
from kerne.custody.retention import RetentionTerms, kept_until, refusal_to_erase

ZONE = ZoneInfo("Europe/Copenhagen")
TERMS = RetentionTerms(10, "appeal to the authority")
UNTIL = date(2036, 3, 2)


def test_term__runs_from_the_last_answer_and_without_one_from_the_last_record() -> None:
    answer, record = datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    assert kept_until(answer, record, 10, ZONE) == date(2030, 1, 1)
    assert kept_until(None, record, 10, ZONE) == date(2036, 1, 1)
    assert kept_until(None, None, 10, ZONE) is None


def test_term__is_counted_in_the_days_of_the_country() -> None:
    late = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    assert kept_until(late, None, 10, ZONE) == date(2036, 1, 1)


def test_erasure_before_the_term__is_refused_with_date_reason_and_appeal() -> None:
    refusal = refusal_to_erase(ErasureGround.RETENTION_EXPIRED, UNTIL, date(2036, 3, 1), TERMS)
    assert refusal is not None
    assert "until 2036-03-02" in refusal.reasons[0]
    assert "`10` years after the last signed answer" in refusal.reasons[0]
    assert refusal.reasons[1] == "appeal to the authority"


@pytest.mark.parametrize(
    ("ground", "until", "today"),
    [
        (ErasureGround.RETENTION_EXPIRED, UNTIL, UNTIL),
        (ErasureGround.RETENTION_EXPIRED, None, date(2026, 3, 2)),
        (ErasureGround.WRONG_REGISTRATION, UNTIL, date(2026, 3, 2)),
        (ErasureGround.AUTHORITY_DECISION, UNTIL, date(2026, 3, 2)),
    ],
)
def test_erasure__is_let_through_at_the_term_without_record_and_on_two_grounds(
    ground: ErasureGround, until: date | None, today: date
) -> None:
    assert refusal_to_erase(ground, until, today, TERMS) is None
