"""The public list is drawn by chance, tells little of each, and counts nobody twice."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyroaring import BitMap

from kerne.research.public import (
    BYTES_A_DRAW,
    PublicTier,
    chance_of_yes,
    cost_of_a_person,
    listed,
    newcomers,
)

TIER = PublicTier(smallest_population=5, never_below=0.1, always_from=0.4, largest_cost=1)
PERSONS = {row: f"P-{row % 10}" for row in range(30)}


def integers(values: list[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


@settings(deadline=None, derandomize=True)
@given(st.sets(st.integers(0, 29)), st.sets(st.integers(0, 29)))
def test_newcomers__are_those_of_whom_no_row_was_ever_counted(
    now: set[int], counted: set[int]
) -> None:
    spent = {PERSONS[row] for row in counted}
    expected = {row for row in now if PERSONS[row] not in spent}
    assert set(newcomers(BitMap(now), BitMap(counted), PERSONS)) == expected


def test_newcomers__are_found_when_the_owner_of_an_old_row_is_forgotten() -> None:
    assert newcomers(BitMap([1, 2]), BitMap([1, 99]), {1: "P-1", 2: "P-2"}) == BitMap([2])


def test_chance__is_none_below_the_band_sure_above_it_and_even_in_its_middle() -> None:
    shares = np.array([0.0, 0.1, 0.25, 0.4, 1.0])
    assert chance_of_yes(TIER, shares).tolist() == pytest.approx([0, 0, 0.5, 1, 1])


@settings(deadline=None, derandomize=True)
@given(st.floats(0.1, 0.39), st.floats(0, 0.01))
def test_chance__turns_by_the_same_angle_everywhere_in_the_band(share: float, step: float) -> None:
    """The affinity of two answers depends on how far apart their shares are and on nothing else."""
    left, right = chance_of_yes(TIER, np.array([share, share + step]))
    affinity = np.sqrt(left * right) + np.sqrt((1 - left) * (1 - right))
    assert affinity == pytest.approx(np.cos(np.pi / 2 * step / 0.3), abs=1e-9)


def test_list__follows_its_draws() -> None:
    draws = b"".join(n.to_bytes(BYTES_A_DRAW, "little") for n in (0, 2**62, 3 * 2**62, 2**64 - 1))
    even = integers([50] * 4)  # of 200 alleles: the middle of the band
    assert listed(TIER, even, 100, draws).tolist() == [True, True, False, False]


def test_list__never_holds_what_is_rare_and_always_what_is_common() -> None:
    copies = integers([19, 20, 80, 81, 200])
    for byte in (b"\x00", b"\xff"):
        chosen = listed(TIER, copies, 100, byte * BYTES_A_DRAW * 5)
        assert chosen.tolist() == [False, False, True, True, True]


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.lists(st.tuples(*[st.integers(0, 2)] * 6), min_size=1, max_size=5))
def test_cost__bounds_what_every_answer_together_tells(sites: list[tuple[int, ...]]) -> None:
    """Naively: the total variation between all lists with and without one of six genomes."""
    genotypes = np.array(sites)
    copies = genotypes.sum(axis=1)
    with_all = chance_of_yes(TIER, copies / 12)
    worst = 0.0
    for person in range(6):
        without = chance_of_yes(TIER, (copies - genotypes[:, person]) / 12)
        variation = sum(
            abs(probability(with_all, answers) - probability(without, answers)) / 2
            for answers in product((False, True), repeat=len(sites))
        )
        own = (genotypes[:, person, None] ** 2 * 6).sum(axis=1)  # as if all six were this one
        cost = cost_of_a_person(TIER, copies, own, 6)
        worst = max(worst, variation)
        affinity = np.prod(np.cos(np.minimum(np.pi / 2, steps(genotypes[:, person]))))
        assert variation <= np.sqrt(1 - affinity**2) + 1e-9
        assert variation <= np.sqrt(cost) / 2 + 1e-9
    assert worst <= 1


def steps(copies: NDArray[np.int64]) -> NDArray[np.float64]:
    turned: NDArray[np.float64] = np.pi / 2 * copies / 12 / 0.3
    return turned


def probability(chances: NDArray[np.float64], answers: tuple[bool, ...]) -> float:
    return float(np.prod(np.where(answers, chances, 1 - chances)))


def test_cost__counts_the_alleles_near_the_band_only() -> None:
    copies = integers([18, 19, 81, 82])
    one_each = integers([100] * 4)
    step = np.pi / (0.3 * 200)
    assert cost_of_a_person(TIER, copies, one_each, 100) == pytest.approx(2 * step**2)
