"""Danish civil registration (CPR) numbers: their form, and nothing read into them.

The check digit has not held since 2007, the date part is not always the date of birth, and the
last digit is not a measured sex: only the form is checked. A number is never shown in an error.

References
----------
CPR-kontoret, "Personnummeret i CPR-systemet".
"""

import re
from datetime import date

from kerne.errors import PersonError

_FORM = re.compile(r"([0-9]{6})-?([0-9]{4})")


def check_cpr(text: str) -> str:
    """Return the ten digits of a civil registration number, with or without its hyphen.

    Raises
    ------
    PersonError
        It is not ten digits, or the first six are no date.

    Examples
    --------
    >>> check_cpr("250947-9989")
    '2509479989'
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise PersonError("a civil registration number has ten digits, as in `DDMMYY-NNNN`")
    digits = form[1] + form[2]
    day, month = int(digits[:2]), int(digits[2:4])
    try:
        date(_year(digits), month, day)
    except ValueError as error:
        raise PersonError(
            "the first six digits of a civil registration number are a date, as in `DDMMYY`"
        ) from error
    return digits


def _year(digits: str) -> int:
    """Return the year of the date part; the seventh digit tells the century."""
    year, seventh = int(digits[4:6]), int(digits[6])
    if seventh <= 3:  # noqa: PLR2004 - the bounds of the register's own table
        return 1900 + year
    if seventh in {4, 9}:
        return (2000 if year <= 36 else 1900) + year  # noqa: PLR2004
    return (2000 if year <= 57 else 1800) + year  # noqa: PLR2004
