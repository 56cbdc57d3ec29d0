"""Order diseases by their odds, with ties where there are ties."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TIE = 1e-6
"""Odds this close, as log10, are equal."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one disease stands: its position in the model, and its rank, 1 is best.

    Diseases with equal odds share the middle of the ranks that they take.
    """

    number: int
    rank: float
    log10_odds: float


def mid_rank(scores: NDArray[np.float64], number: int) -> float:
    """Give the rank of one of (diseases,) scores; of equal ones the middle.

    Examples
    --------
    >>> mid_rank(np.array([3.0, 2.0, 2.0, 1.0]), 1)
    2.5
    """
    return _mid_rank(np.sort(scores), float(scores[number]))


def best(scores: NDArray[np.float64], most: int) -> list[Place]:
    """Give the best of (diseases,) scores, best first; equal ones in the order of the model."""
    order = np.argsort(-scores, kind="stable")[:most].tolist()
    ascending = np.sort(scores)
    return [Place(n, _mid_rank(ascending, float(scores[n])), float(scores[n])) for n in order]


def place_of(scores: NDArray[np.float64], number: int) -> Place:
    """Give the place of one of (diseases,) scores."""
    return Place(number, mid_rank(scores, number), float(scores[number]))


def _mid_rank(ascending: NDArray[np.float64], own: float) -> float:
    worse = int(np.searchsorted(ascending, own - TIE, side="left"))
    not_better = int(np.searchsorted(ascending, own + TIE, side="right"))
    return 1 + (ascending.size - not_better) + (not_better - worse - 1) / 2
