"""From evidence to points, a class and odds.

Points follow Tavtigian 2020 (doi:10.1002/humu.24088): supporting 1, moderate 2, strong 4, very
strong 8, negative when benign. They are logarithms of odds: 8 points are odds of 350 (Tavtigian
2018, doi:10.1038/gim.2017.210), and a variant starts with a prior probability of 0.1.
"""

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from kerne.interpretation.candidate import Classification, Evidence, Met, Strength

POINTS: Mapping[Strength, int] = MappingProxyType(
    {
        Strength.NONE: 0,
        Strength.SUPPORTING: 1,
        Strength.MODERATE: 2,
        Strength.STRONG: 4,
        Strength.VERY_STRONG: 8,
        Strength.STAND_ALONE: 8,
    }
)
LOG10_ODDS_PER_POINT = math.log10(350) / 8


def pathogenic(criterion: str, strength: Strength, data: str, source: str) -> Evidence:
    """Make evidence that a criterion for pathogenicity is met."""
    return Evidence(criterion, Met.MET, strength, POINTS[strength], data, source)


def benign(criterion: str, strength: Strength, data: str, source: str) -> Evidence:
    """Make evidence that a criterion for a benign variant is met."""
    return Evidence(criterion, Met.MET, strength, -POINTS[strength], data, source)


def not_met(criterion: str, data: str, source: str) -> Evidence:
    """Make evidence that a criterion was judged and does not hold."""
    return Evidence(criterion, Met.NOT_MET, Strength.NONE, 0, data, source)


def not_judged(criterion: str, data: str) -> Evidence:
    """Make evidence that a criterion could not be judged; `data` says what is absent."""
    return Evidence(criterion, Met.NOT_JUDGED, Strength.NONE, 0, data, "absent")


def total_points(evidence: Iterable[Evidence]) -> int:
    """Sum the points of all met criteria."""
    return sum(item.points for item in evidence)


def classify(evidence: Iterable[Evidence]) -> Classification:
    """Give the class that the points fall into.

    Examples
    --------
    >>> null = pathogenic("PVS1", Strength.VERY_STRONG, "stop gained", "rule")
    >>> rare = pathogenic("PM2", Strength.SUPPORTING, "not listed", "frequencies")
    >>> classify([null, rare])
    <Classification.LIKELY_PATHOGENIC: 'likely pathogenic'>
    """
    met = tuple(evidence)
    if any(item.strength is Strength.STAND_ALONE and item.points < 0 for item in met):
        return Classification.BENIGN
    return class_of(total_points(met))


def class_of(points: int) -> Classification:
    """Give the class of a sum of points (Tavtigian 2020, table 2)."""
    for least, name in (
        (10, Classification.PATHOGENIC),
        (6, Classification.LIKELY_PATHOGENIC),
        (0, Classification.UNCERTAIN),
        (-6, Classification.LIKELY_BENIGN),
    ):
        if points >= least:
            return name
    return Classification.BENIGN
