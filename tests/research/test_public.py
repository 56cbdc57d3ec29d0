"""The public list opens late, changes rarely and holds only what many carry."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from kerne.research.public import PublicTier, listed, may_open

TIER = PublicTier(
    smallest_population=100, fewest_carriers=10, lowest_frequency=0.01, fewest_changes=50
)


def test_public_epoch__does_not_open_below_the_size_that_was_shown_safe() -> None:
    assert not may_open(TIER, None, BitMap(range(99)))
    assert may_open(TIER, None, BitMap(range(100)))


def test_public_epoch__does_not_move_for_one_withdrawal() -> None:
    before = BitMap(range(200))
    assert not may_open(TIER, before, before - BitMap([7]))


def test_public_epoch__moves_when_enough_people_came_or_went() -> None:
    before = BitMap(range(200))
    assert not may_open(TIER, before, BitMap(range(24, 225)))
    assert may_open(TIER, before, BitMap(range(25, 225)))


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 30), st.floats(0, 1) | st.just(float("nan")))))
def test_public_list__holds_an_allele_only_with_enough_carriers_and_frequency(
    alleles: list[tuple[int, float]],
) -> None:
    carriers = np.array([carriers for carriers, _ in alleles], dtype=np.int64)
    frequencies = np.array([frequency for _, frequency in alleles], dtype=np.float64)
    expected = [carriers >= 10 and frequency >= 0.01 for carriers, frequency in alleles]
    assert listed(TIER, carriers, frequencies).tolist() == expected
