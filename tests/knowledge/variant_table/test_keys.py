"""Keys: short changes spelled, all others aside, every one found by halving."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.change import change_code, change_of
from kerne.knowledge.variant_table.keys import (
    BINS,
    bin_starts,
    find_first,
    is_aside,
    make_keys,
    spelled_code,
)

SHORT = [
    ("".join(letters[:cut]), "".join(letters[cut:]))
    for size in range(2, 7)
    for letters in product("ACGT", repeat=size)
    for cut in range(1, size)
]


def _codes(changes: list[tuple[str, str]]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array([change_code(*each) for each in changes], dtype=np.uint64)


def test_short_changes__have_keys_of_their_own_that_spell_them() -> None:
    keys = make_keys(np.full(len(SHORT), 77, dtype=np.int64), _codes(SHORT))
    assert len(set(keys.tolist())) == len(SHORT)
    assert not is_aside(keys).any()
    assert [change_of(spelled_code(key)) for key in keys.tolist()[::97]] == SHORT[::97]


def test_changes_of_seven_bases_or_other_letters__are_aside() -> None:
    changes = [("A", "CCCCCC"), ("AAAAAA", "C"), ("N", "A"), ("A", "AN"), ("A" * 40, "C")]
    assert is_aside(make_keys(np.zeros(len(changes), dtype=np.int64), _codes(changes))).all()


@given(
    st.lists(st.tuples(st.integers(0, (1 << 24) - 1), st.integers(0, 60))),
    st.lists(st.tuples(st.integers(0, (1 << 24) - 1), st.integers(0, 60))),
)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_find_first__equals_a_search_from_the_beginning(
    listed: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    rows = sorted((place >> 12, (place & 4095) << 16 | key) for place, key in listed)
    positions = np.array([bin_ << 12 for bin_, _ in rows], dtype=np.int64)
    keys = np.array([key for _, key in rows], dtype=np.uint32)
    asked = rows + [(place >> 12, (place & 4095) << 16 | key) for place, key in others]
    starts = bin_starts(positions)
    assert (len(starts), int(starts[-1])) == (BINS + 1, len(rows))
    bins = np.array([bin_ for bin_, _ in asked], dtype=np.int64)
    wanted = np.array([key for _, key in asked], dtype=np.uint32)
    expected = [rows.index(each) if each in rows else -1 for each in asked]
    assert find_first(keys, starts, bins, wanted).tolist() == expected
