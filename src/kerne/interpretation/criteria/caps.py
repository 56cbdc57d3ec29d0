"""What criteria may not say together.

One fact counts once. A destroyed product is PVS1, so that no predictor adds to it (PP3) and no
changed length (PM4); a predictor and a place in the protein (PP3, PM1) see much of the same, and
together count at most as strong. What a cap takes away stands in the words, and in
`Evidence.uncapped`, so that it comes back when a geneticist overrides what took it away.

References
----------
ClinGen SVI; Pejaver et al. 2022, doi:10.1016/j.ajhg.2022.10.013; Abou Tayoun et al. 2018,
doi:10.1002/humu.23626.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from kerne.interpretation.candidate import Evidence, Met, Strength
from kerne.interpretation.classification import POINTS

MOST_TOGETHER: Final = POINTS[Strength.STRONG]
INSTEAD_OF_PVS1: Final = ("PP3", "PM4")
_LADDER: Final = (Strength.NONE, Strength.SUPPORTING, Strength.MODERATE, Strength.STRONG)


def cap(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Take away what may not count together; twice is the same as once."""
    # INVARIANT: caps start from what was judged, never from what an earlier cap left of it.
    judged = tuple(uncapped(each) for each in evidence)
    if any(each.criterion == "PVS1" and each.met is Met.MET for each in judged):
        judged = tuple(_without_loss(each) for each in judged)
    return _share(judged)


def uncapped(evidence: Evidence) -> Evidence:
    """Give evidence as it was judged."""
    return evidence if evidence.uncapped is None else evidence.uncapped


def _without_loss(evidence: Evidence) -> Evidence:
    if evidence.criterion not in INSTEAD_OF_PVS1 or evidence.met is not Met.MET:
        return evidence
    return _lowered(evidence, Strength.NONE, "PVS1 counts it already")


def _share(judged: Sequence[Evidence]) -> tuple[Evidence, ...]:
    pair = {each.criterion: each for each in judged if each.criterion in {"PP3", "PM1"}}
    if len(pair) < 2 or pair["PP3"].points + pair["PM1"].points <= MOST_TOGETHER:  # noqa: PLR2004
        return tuple(judged)
    first, second = _best_pair(pair["PP3"].strength, pair["PM1"].strength)
    kept = {"PP3": first, "PM1": second}
    words = "PP3 and PM1 together count at most as strong"
    return tuple(
        _lowered(each, kept[each.criterion], words) if each.criterion in kept else each
        for each in judged
    )


def _best_pair(predicted: Strength, located: Strength) -> tuple[Strength, Strength]:
    """Give the strengths that count most within the limit; the predictor keeps its own first."""
    allowed = [
        (first, second)
        for first in _up_to(predicted)
        for second in _up_to(located)
        if POINTS[first] + POINTS[second] <= MOST_TOGETHER
    ]
    return max(allowed, key=lambda pair: (POINTS[pair[0]] + POINTS[pair[1]], POINTS[pair[0]]))


def _up_to(strength: Strength) -> list[Strength]:
    return [each for each in _LADDER if POINTS[each] <= POINTS[strength]]


def _lowered(evidence: Evidence, strength: Strength, words: str) -> Evidence:
    if strength is evidence.strength:
        return evidence
    return replace(
        evidence,
        met=Met.NOT_MET if strength is Strength.NONE else evidence.met,
        strength=strength,
        points=POINTS[strength],
        data=f"{evidence.data} (would be {evidence.strength}; {words})",
        uncapped=evidence,
    )
