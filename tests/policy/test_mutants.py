"""Wrong rule books are told from the right one; every one of them in `validation/rules.py`."""

import pytest

from kerne.policy.rulebook import RuleBook

from .mutants import mutants
from .shooting import SCHEMA, Range, range_over, reason_to_stand

pytestmark = pytest.mark.xdist_group("mutants")

PART = 30
"""Of the wrong books, one in so many is tried here."""


@pytest.fixture(scope="module")
def shots(denmark: RuleBook) -> Range:
    return range_over(denmark)


def test_right_book__answers_as_the_table_does(shots: Range) -> None:
    assert shots.stands()


def test_wrong_book__is_found_out_unless_it_gives_no_other_answer(
    denmark: RuleBook, shots: Range
) -> None:
    every = list(mutants(denmark, SCHEMA))
    removed = [mutant for mutant in every if mutant.change == "removed"]
    tried = removed + every[::PART]
    assert len(removed) == len(denmark.rules)
    assert len(every) > 1_500
    for mutant in tried:
        if reason_to_stand(mutant) is None:
            assert shots.kills(mutant), mutant.name


def test_right_book_with_a_wrong_name__would_not_be_found_out(
    denmark: RuleBook, shots: Range
) -> None:
    """The range tells books apart by what they answer, not by being another object."""
    (same,) = [
        mutant for mutant in mutants(denmark, SCHEMA) if mutant.name == "own-access: any resource"
    ]
    assert not shots.kills(same)
