"""Places: best first, and equal odds share the middle of their ranks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kerne.phenotype.ranking import best, mid_rank

SCORES = st.lists(st.sampled_from([-1.0, 0.0, 0.5, 2.0]), min_size=1, max_size=12).map(np.array)


@given(scores=SCORES)
def test_mid_ranks__are_those_of_a_sorted_list_and_add_up(scores: NDArray[np.float64]) -> None:
    ranks = [mid_rank(scores, number) for number in range(scores.size)]
    for number, rank in enumerate(ranks):
        order = sorted(range(scores.size), key=lambda each: -scores[each])
        equal = [at + 1 for at, each in enumerate(order) if scores[each] == scores[number]]
        assert rank == sum(equal) / len(equal)
    assert sum(ranks) == scores.size * (scores.size + 1) / 2


@given(scores=SCORES, most=st.integers(0, 12))
def test_best__come_first_and_carry_their_odds(scores: NDArray[np.float64], most: int) -> None:
    places = best(scores, most)
    assert len(places) == min(most, scores.size)
    odds = [place.log10_odds for place in places]
    assert odds == sorted(scores.tolist(), reverse=True)[:most]
    assert all(scores[place.number] == place.log10_odds for place in places)
