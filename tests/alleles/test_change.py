import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerne.alleles.change import (
    LETTERS_MOST,
    LONG,
    Change,
    change_code,
    change_of,
    changes_of,
    join_long,
)
from kerne.errors import AlleleError

BASES = st.text("ACGNT", min_size=1, max_size=12)
SHORT = st.tuples(BASES, BASES).filter(lambda change: len("".join(change)) < LETTERS_MOST)


@given(SHORT, SHORT)
def test_change_code__orders_short_changes_as_their_bases(left: Change, right: Change) -> None:
    assert (change_code(*left) < change_code(*right)) == (left < right)


@given(SHORT)
def test_change_code__spells_a_short_change_out(change: Change) -> None:
    code = change_code(*change)

    assert code < LONG
    assert change_of(code) == change


@pytest.mark.parametrize("change", [("A" * 20, "C"), ("A", "R"), ("A" * 10, "C" * 11)])
def test_change_code__hashes_what_does_not_fit(change: Change) -> None:
    code = change_code(*change)

    assert code >= LONG
    assert change_of(code, {code: change}) == change
    with pytest.raises(AlleleError, match="no bases are kept"):
        change_of(code)


@given(st.lists(st.tuples(BASES, BASES), max_size=20))
def test_changes_of__gives_each_its_own_bases(changes: list[Change]) -> None:
    codes = np.array([change_code(*change) for change in changes], dtype=np.uint64)
    long = dict(zip(codes.tolist(), changes, strict=True))

    references, alternatives = changes_of(codes, long)

    assert list(zip(references, alternatives, strict=True)) == changes


def test_join_long__refuses_two_changes_under_one_number() -> None:
    assert join_long([{LONG: ("A", "R")}, {LONG: ("A", "R")}]) == {LONG: ("A", "R")}
    with pytest.raises(AlleleError, match="two long changes"):
        join_long([{LONG: ("A", "R")}, {LONG: ("A", "Y")}])
