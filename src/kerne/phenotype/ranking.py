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
    own = scores[number]
    better = int((scores > own + TIE).sum())
    equal = int((np.abs(scores - own) <= TIE).sum())
    return 1 + better + (equal - 1) / 2


def best(scores: NDArray[np.float64], most: int) -> list[Place]:
    """Give the best of (diseases,) scores, best first; equal ones in the order of the model."""
    order = np.argsort(-scores, kind="stable")[:most]
    return [Place(int(n), mid_rank(scores, int(n)), float(scores[n])) for n in order]
