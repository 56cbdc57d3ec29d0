from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import PersonError
from kerne.people.person import Person, RegisteredSex, age_years, check_number

from .conftest import person_of


def test_person__neither_name_nor_number_of_the_state_is_shown() -> None:
    shown = repr(person_of(1, cpr="2509479989"))
    assert "Ægir" not in shown
    assert "2509479989" not in shown
    assert "P-000001" in shown


def test_person__a_civil_registration_number_is_kept_without_hyphen() -> None:
    assert person_of(1, cpr="250947-9989").cpr == "2509479989"


@pytest.mark.parametrize("number", ["", "P-1", "P-12345", "p-000001", "2509479989", "P-000001 "])
def test_person__a_malformed_number_is_refused_and_not_shown(number: str) -> None:
    with pytest.raises(PersonError, match="`P-` and at least six digits") as caught:
        check_number(number)
    assert not number or number not in str(caught.value)
    with pytest.raises(PersonError):
        Person(number, "x", None, date(2000, 1, 1), RegisteredSex.UNKNOWN, "East")


def test_person__cannot_die_before_birth() -> None:
    assert person_of(1, died=date(1980, 5, 17)).died is not None
    with pytest.raises(PersonError, match="date of death precedes"):
        person_of(1, died=date(1980, 5, 16))


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2011, 3, 3), date(2026, 3, 2), 14),
        (date(2011, 3, 3), date(2026, 3, 3), 15),
        (date(2012, 2, 29), date(2027, 2, 28), 14),
        (date(2012, 2, 29), date(2027, 3, 1), 15),
        (date(2012, 2, 29), date(2028, 2, 29), 16),
        (date(2026, 3, 3), date(2026, 3, 3), 0),
    ],
)
def test_age__grows_on_the_birthday(born: date, on: date, years: int) -> None:
    assert age_years(born, on) == years
    assert Person("P-000001", "x", None, born, RegisteredSex.FEMALE, "East").age_years(on) == years


days = st.dates(date(1930, 1, 1), date(2030, 12, 31))


@settings(deadline=None, max_examples=60, derandomize=True)
@given(days, days)
def test_age__is_the_number_of_birthdays_since_birth(born: date, on: date) -> None:
    if on < born:
        born, on = on, born
    leap = (born.month, born.day) == (2, 29)
    month, day = (3, 1) if leap else (born.month, born.day)
    birthdays = 0
    for year in range(born.year + 1, on.year + 1):
        is_leap_year = year % 4 == 0
        birthday = date(year, 2, 29) if leap and is_leap_year else date(year, month, day)
        birthdays += birthday <= on
    assert age_years(born, on) == birthdays
