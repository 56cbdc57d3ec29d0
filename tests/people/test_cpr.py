from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import PersonError
from kerne.people.cpr import _year, check_cpr

from .conftest import SHARED


def test_cpr__the_official_test_numbers_are_well_formed() -> None:
    path = SHARED / "registers" / "medcom_test_cpr.txt"
    if not path.exists():
        pytest.skip("../shared/data is absent: the official test numbers are not checked")
    numbers = Path(path).read_text().split()
    assert len(numbers) == 38
    for number in numbers:
        assert check_cpr(number) == check_cpr(f"{number[:6]}-{number[6:]}") == number


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "ten digits"),
        ("250947998", "ten digits"),
        ("25094799890", "ten digits"),
        ("2509-479989", "ten digits"),
        ("250947--9989", "ten digits"),
        ("25094A9989", "ten digits"),
        ("٢٥٠٩٤٧٩٩٨٩", "ten digits"),
        ("250947-9989\n", "ten digits"),
        ("3213479989", "are a date"),
        ("3002009989", "are a date"),
        ("0013479989", "are a date"),
    ],
)
def test_cpr__a_malformed_number_is_refused_and_not_shown(text: str, problem: str) -> None:
    with pytest.raises(PersonError, match=problem) as caught:
        check_cpr(text)
    assert not text.strip() or text.strip() not in str(caught.value)


@pytest.mark.parametrize(
    ("year_and_seventh", "year"),
    [
        ("000", 1900),
        ("993", 1999),
        ("364", 2036),
        ("374", 1937),
        ("369", 2036),
        ("379", 1937),
        ("575", 2057),
        ("585", 1858),
        ("578", 2057),
        ("998", 1899),
    ],
)
def test_cpr__the_seventh_digit_tells_the_century(year_and_seventh: str, year: int) -> None:
    assert _year(f"0101{year_and_seventh}000") == year


def test_cpr__a_leap_day_needs_a_leap_year() -> None:
    assert check_cpr("2902009989")[:4] == "2902"  # 9 with 00: the year 2000
    with pytest.raises(PersonError, match="are a date"):
        check_cpr("2902000000")  # 0 with 00: the year 1900


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(0, 36524), st.sampled_from("0123"), st.from_regex(r"[0-9]{3}", fullmatch=True))
def test_cpr__every_day_of_a_century_is_a_date(days: int, seventh: str, serial: str) -> None:
    born = date(1900, 1, 1) + timedelta(days=days)
    if born.year < 2000:
        number = f"{born:%d%m%y}{seventh}{serial}"
        assert check_cpr(number) == number
