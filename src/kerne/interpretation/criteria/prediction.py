"""What predictors say of a variant: harm to the protein (REVEL) and to splicing (SpliceAI).

The limits are those at which a score, alone, carries evidence of a known strength. One predictor of
missense changes is used, chosen beforehand: REVEL, and AlphaMissense only where REVEL has no score.

References
----------
Pejaver et al. 2022, doi:10.1016/j.ajhg.2022.10.013 (REVEL); Bergquist et al. 2025,
doi:10.1016/j.gim.2025.101402 (AlphaMissense); Walker et al. 2023,
doi:10.1016/j.ajhg.2023.06.002 (SpliceAI, BP7).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from kerne.interpretation.candidate import Evidence, Strength
from kerne.interpretation.classification import POINTS, benign, not_judged, not_met, pathogenic
from kerne.interpretation.criteria.loss import SPLICE
from kerne.interpretation.criteria.subject import Sources, Subject

SPLICING_CHANGED = 0.2
SPLICING_UNCHANGED = 0.1
"""SpliceAI: PP3 from the first on, BP4 below the second."""
INTRON_AFTER = 7
INTRON_BEFORE = -21
"""BP7: an intronic base so far behind or before an exon is outside the splice sites."""

_OFFSET = re.compile(r":c\.[-*]?\d+([+-]\d+)")


@dataclass(frozen=True, slots=True)
class Scale:
    """At which score a predictor is how strong, the strongest first.

    Parameters
    ----------
    harmful
        At or above.
    harmless
        At or below.
    """

    name: str
    harmful: tuple[tuple[float, Strength], ...]
    harmless: tuple[tuple[float, Strength], ...]


REVEL = Scale(
    "REVEL",
    ((0.932, Strength.STRONG), (0.773, Strength.MODERATE), (0.644, Strength.SUPPORTING)),
    (
        (0.003, Strength.VERY_STRONG),
        (0.016, Strength.STRONG),
        (0.183, Strength.MODERATE),
        (0.290, Strength.SUPPORTING),
    ),
)
ALPHAMISSENSE = Scale(
    "AlphaMissense",
    ((0.990, Strength.STRONG), (0.906, Strength.MODERATE), (0.792, Strength.SUPPORTING)),
    ((0.099, Strength.MODERATE), (0.169, Strength.SUPPORTING)),
)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the predictors say together: strengths for and against, and why."""

    harmful: Strength
    harmless: Strength
    words: str


def judge_pp3(subject: Subject, sources: Sources) -> Evidence:
    """Judge whether predictors say that it does harm."""
    return _judge("PP3", subject, sources, lambda found: found.harmful, pathogenic)


def judge_bp4(subject: Subject, sources: Sources) -> Evidence:
    """Judge whether predictors say that it does no harm."""
    return _judge("BP4", subject, sources, lambda found: found.harmless, benign)


def _judge(
    criterion: str,
    subject: Subject,
    sources: Sources,
    strength_of: Callable[[Prediction], Strength],
    meet: Callable[[str, Strength, str, str], Evidence],
) -> Evidence:
    """Judge one side of what predictors say; `meet` makes the evidence where they say it."""
    found = _not_asked(criterion, subject, sources)
    if found is not None:
        return found
    predicted = predict_harm(subject)
    if predicted is None:
        return not_judged(criterion, _absent(subject))
    strength = strength_of(predicted)
    if strength is Strength.NONE:
        return not_met(criterion, predicted.words, sources.scores)
    return meet(criterion, strength, predicted.words, sources.scores)


def judge_bp7(subject: Subject, sources: Sources) -> Evidence:
    """Judge whether it is silent, lies outside the splice sites, and leaves splicing as it is."""
    if not is_silent(subject):
        return not_met("BP7", f"{_terms(subject)} is not silent", sources.genes)
    splice = subject.facts.splice
    if splice is None:
        return not_judged("BP7", "silent; how it changes splicing was not looked up")
    words = f"silent, SpliceAI {splice:g}"
    if splice >= SPLICING_UNCHANGED:
        return not_met("BP7", words, sources.scores)
    return benign("BP7", Strength.SUPPORTING, words, sources.scores)


def predict_harm(subject: Subject) -> Prediction | None:
    """Join what the predictors say; `None` when the score that is needed is not at hand."""
    splice = subject.facts.splice
    if "missense" not in subject.terms:
        return None if splice is None else _by_splicing(splice)
    protein = _by_protein(subject)
    if protein is None or (splice is None and "splice_region" in subject.terms):
        changes_splicing = splice is not None and splice >= SPLICING_CHANGED
        return _by_splicing(splice) if changes_splicing and splice is not None else None
    if splice is None:
        words = f"{protein.words}; splicing was not looked up"
        return Prediction(protein.harmful, protein.harmless, words)
    spliced = _by_splicing(splice)
    keeps_splicing = spliced.harmless is not Strength.NONE
    return Prediction(
        max(protein.harmful, spliced.harmful, key=POINTS.__getitem__),
        protein.harmless if keeps_splicing else Strength.NONE,
        f"{protein.words}, {spliced.words}",
    )


def is_silent(subject: Subject) -> bool:
    """Say whether it changes no residue and lies outside the splice sites."""
    terms = subject.terms
    if "splice_region" in terms or terms & SPLICE:
        return False
    if "synonymous" in terms:
        return True
    offset = _OFFSET.search(subject.coding_name)
    if "intron" not in terms or offset is None:
        return False
    bases = int(offset[1])
    return bases >= INTRON_AFTER or bases <= INTRON_BEFORE


def _by_protein(subject: Subject) -> Prediction | None:
    facts = subject.facts
    scale, score = (
        (REVEL, facts.revel)
        if facts.revel is not None
        else (
            ALPHAMISSENSE,
            facts.alphamissense,
        )
    )
    if score is None:
        return None
    limits, harmful, harmless = subject.specification.limits, Strength.NONE, Strength.NONE
    if scale is REVEL and "PP3" in limits:
        harmful = Strength.SUPPORTING if score >= limits["PP3"] else Strength.NONE
    else:
        harmful = next((strength for least, strength in scale.harmful if score >= least), harmful)
    if scale is REVEL and "BP4" in limits:
        harmless = Strength.SUPPORTING if score <= limits["BP4"] else Strength.NONE
    else:
        harmless = next((strength for most, strength in scale.harmless if score <= most), harmless)
    return Prediction(harmful, harmless, f"{scale.name} {score:g}")


def _by_splicing(splice: float) -> Prediction:
    return Prediction(
        Strength.SUPPORTING if splice >= SPLICING_CHANGED else Strength.NONE,
        Strength.SUPPORTING if splice < SPLICING_UNCHANGED else Strength.NONE,
        f"SpliceAI {splice:g}",
    )


def _not_asked(criterion: str, subject: Subject, sources: Sources) -> Evidence | None:
    """Give the answer where predictors are not asked: of what destroys or shifts the product."""
    asked = {"missense", "synonymous", "splice_region", "intron", "stop_retained", "start_retained"}
    if subject.terms & asked and not subject.terms & SPLICE:
        return None
    return not_met(criterion, f"predictors are not asked of {_terms(subject)}", sources.genes)


def _absent(subject: Subject) -> str:
    if "missense" not in subject.terms:
        return "no prediction of its effect on splicing is at hand"
    if subject.facts.revel is None and subject.facts.alphamissense is None:
        return "no prediction of its effect on the protein is at hand"
    return "near a splice site, and no prediction of its effect on splicing is at hand"


def _terms(subject: Subject) -> str:
    return " & ".join(subject.consequence.terms)
