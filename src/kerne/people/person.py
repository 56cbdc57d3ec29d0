"""A person as the register knows one: an opaque number, and what is sealed behind it."""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kerne.errors import PersonError
from kerne.people.cpr import check_cpr

_NUMBER = re.compile(r"P-[0-9]{6,}")


class RegisteredSex(StrEnum):
    """The sex in the register. It says nothing of chromosomes: those are measured."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Person:
    """One person.

    Parameters
    ----------
    number
        `P-` and at least six digits: the only name of a person in ledgers, logs and policies.
    name
        As it is written; sealed in the register and left out of `repr`.
    cpr
        Civil registration number, ten digits; `None` for identities that have none. Sealed in
        the register and left out of `repr`.
    born
        Date of birth.
    sex
        As registered.
    region
        The region of residence.
    died
        Date of death.

    Raises
    ------
    PersonError
        The number or the civil registration number is malformed, or death precedes birth.

    Examples
    --------
    >>> Person("P-000123", "A", None, date(2010, 5, 2), RegisteredSex.FEMALE, "East")
    Person(number='P-000123', born=datetime.date(2010, 5, 2), \
sex=<RegisteredSex.FEMALE: 'female'>, region='East', died=None)
    """

    number: str
    name: str = field(repr=False)
    cpr: str | None = field(repr=False)
    born: date
    sex: RegisteredSex
    region: str
    died: date | None = None

    def __post_init__(self) -> None:
        check_number(self.number)
        if self.cpr is not None:
            object.__setattr__(self, "cpr", check_cpr(self.cpr))
        if self.died is not None and self.died < self.born:
            raise PersonError(f"`{self.number}`: the date of death precedes the date of birth")

    def age_years(self, on: date) -> int:
        """Return the age in whole years on the day `on`, in the country's calendar.

        Who was born on 29 February grows older on 1 March of a common year.
        """
        return age_years(self.born, on)


def age_years(born: date, on: date) -> int:
    """Return the age in whole years, on the day `on`, of someone who was born on `born`.

    Examples
    --------
    >>> age_years(date(2010, 5, 2), date(2025, 5, 1)), age_years(date(2010, 5, 2), date(2025, 5, 2))
    (14, 15)
    """
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def is_number(text: str) -> bool:
    """Say whether `text` has the form of a person number.

    Examples
    --------
    >>> is_number("P-000123"), is_number("doctor-1")
    (True, False)
    """
    return _NUMBER.fullmatch(text) is not None


def check_number(number: str) -> str:
    """Return `number` if it is a person number.

    Raises
    ------
    PersonError
        It is not `P-` and at least six digits.
    """
    if not is_number(number):
        # The text is not shown: it may be a name or a civil registration number put in its place.
        raise PersonError("a person number is `P-` and at least six digits, as in `P-000123`")
    return number
