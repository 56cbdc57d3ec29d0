"""Until when the law keeps a person's record, and what is said to whoever wants it gone sooner."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from kerne.custody.events import ErasureGround
from kerne.people.asking import Refusal

RETENTION: Final = "retention"
"""Named in a refusal in the place of a rule."""

_LEAP_DAY = (2, 29)


@dataclass(frozen=True, slots=True)
class RetentionTerms:
    """What a country's rule book says about keeping a record.

    Parameters
    ----------
    years
        How many years it is kept after the last signed answer or, without one, the last record.
    appeal
        Where a refusal to erase can be brought, in words.

    References
    ----------
    Denmark: journalføringsbekendtgørelsen § 35, ten years after the last entry.
    """

    years: int
    appeal: str


def kept_until(
    last_answer: datetime | None, last_record: datetime | None, years: int, zone: tzinfo
) -> date | None:
    """Return the first day, in the country's zone, on which the record need not be kept.

    `None` when there is no record. Of a leap day it is the first of March.

    Examples
    --------
    >>> from datetime import UTC
    >>> kept_until(datetime(2026, 3, 2, tzinfo=UTC), None, 10, UTC)
    datetime.date(2036, 3, 2)
    >>> kept_until(None, datetime(2024, 2, 29, tzinfo=UTC), 10, UTC)
    datetime.date(2034, 3, 1)
    """
    last = last_answer or last_record
    if last is None:
        return None
    day = last.astimezone(zone).date()
    if (day.month, day.day) == _LEAP_DAY:
        return date(day.year + years, 3, 1)
    return day.replace(year=day.year + years)


def refusal_to_erase(
    ground: ErasureGround, until: date | None, today: date, terms: RetentionTerms
) -> Refusal | None:
    """Return why a person cannot be erased yet; `None` when they can.

    A wrong registration is nobody's record, and an authority's decision goes before the term.
    """
    if ground is not ErasureGround.RETENTION_EXPIRED or until is None or today >= until:
        return None
    kept = (
        f"the record is kept until {until.isoformat()}: by law `{terms.years}` years after the "
        "last signed answer or, without one, after the last record; meanwhile it can be limited "
        "to own treatment or removed from research at once"
    )
    return Refusal((kept, terms.appeal), (RETENTION,))
