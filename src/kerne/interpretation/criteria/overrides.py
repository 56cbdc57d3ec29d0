"""A geneticist's own judgement of a criterion, and the combination redone with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kerne.errors import InterpretationError
from kerne.interpretation.candidate import CandidateVariant, Evidence, Met, Strength
from kerne.interpretation.classification import POINTS, classify, total_points
from kerne.interpretation.criteria.caps import cap, uncapped
from kerne.interpretation.criteria.curated import RETIRED

PATHOGENIC: Final = (
    "PVS1", "PS1", "PS2", "PS3", "PS4", "PM1", "PM2", "PM3", "PM4", "PM5", "PM6",
    "PP1", "PP2", "PP3", "PP4",
)  # fmt: skip
BENIGN: Final = (
    "BA1", "BS1", "BS2", "BS3", "BS4", "BP1", "BP2", "BP3", "BP4", "BP5", "BP7",
)  # fmt: skip
CRITERIA: Final = (*PATHOGENIC, *BENIGN)
"""All that may be met today, in the order of Richards 2015."""

AT_MOST_STRONG: Final = ("PP3", "PM1")
"""What they count together (`caps`) neither counts alone."""
GENETICIST: Final = "geneticist"


@dataclass(frozen=True, slots=True)
class Override:
    """What a geneticist says of one criterion, and why.

    Parameters
    ----------
    strength
        `Strength.NONE` unless it is met.
    """

    criterion: str
    met: Met
    strength: Strength
    reason: str


def check_override(override: Override) -> None:
    """Check that an override says something that can be combined.

    Raises
    ------
    InterpretationError
        The criterion is unknown or retired, there is no reason, or the strength does not fit.
    """
    name = override.criterion
    if name in RETIRED:
        raise InterpretationError(f"criterion `{name}` is retired: no evidence is counted by it")
    if name not in CRITERIA:
        raise InterpretationError(f"unknown criterion `{name}`, expected one of {_listed()}")
    if not override.reason.strip():
        raise InterpretationError(f"another judgement of `{name}` needs a reason")
    is_met = override.met is Met.MET
    if is_met is (override.strength is Strength.NONE):
        raise InterpretationError(
            f"`{name}` {override.met} with strength `{override.strength}`: "
            "expected a strength if it is met, and none otherwise"
        )
    if name in AT_MOST_STRONG and override.strength is Strength.VERY_STRONG:
        raise InterpretationError(f"`{name}` counts at most as strong, alone and together")
    if is_met and (name == "BA1") is not (override.strength is Strength.STAND_ALONE):
        raise InterpretationError(
            f"`{name}` with strength `{override.strength}`: BA1 stands alone, and nothing else does"
        )


def override_criteria(
    evidence: Sequence[Evidence], overrides: Iterable[Override]
) -> tuple[Evidence, ...]:
    """Put a geneticist's judgements in place of the program's, and cap what then goes together.

    The last override of a criterion counts. What the program had judged stays in the words.

    Raises
    ------
    InterpretationError
        As `check_override`.
    """
    judged = {each.criterion: uncapped(each) for each in evidence}
    for override in overrides:
        check_override(override)
        before = judged.get(override.criterion)
        judged[override.criterion] = _overridden(override, before)
    return cap(judged.values())


def reconsider(variant: CandidateVariant, overrides: Sequence[Override]) -> CandidateVariant:
    """Give a variant with a geneticist's judgements of its criteria, points and class anew.

    Raises
    ------
    InterpretationError
        As `check_override`; or the variant is structural, which other tables score.
    """
    if not overrides:
        return variant
    if any(each.criterion not in {*CRITERIA, *RETIRED} for each in variant.evidence):
        raise InterpretationError("the criteria of small variants do not judge structural ones")
    evidence = override_criteria(variant.evidence, overrides)
    points, class_ = total_points(evidence), classify(evidence)
    return replace(variant, evidence=evidence, points=points, classification=class_)


def _overridden(override: Override, before: Evidence | None) -> Evidence:
    sign = 1 if override.criterion in PATHOGENIC else -1
    first = before.overridden or before if before is not None else None
    said = "" if first is None else f" (the program: {_said(first)})"
    return Evidence(
        override.criterion,
        override.met,
        override.strength,
        sign * POINTS[override.strength],
        f"{override.reason}{said}",
        GENETICIST,
        overridden=first,
    )


def _said(evidence: Evidence) -> str:
    strength = f" {evidence.strength}" if evidence.met is Met.MET else ""
    return f"{evidence.met}{strength}, {evidence.data}"


def _listed() -> str:
    return ", ".join(CRITERIA)
