"""PP4: how specific the patient's phenotype is for the disease; it counts once."""

from typing import Final

from kerne.interpretation.candidate import Evidence, Strength
from kerne.interpretation.classification import not_judged, not_met, pathogenic
from kerne.interpretation.criteria.subject import Circumstances

SPECIFIC_LOG10: Final = 2.0
"""The phenotype is specific when the disease makes it a hundred times likelier."""
IN_THE_ODDS: Final = "what the phenotype says counts in the odds of the candidate, and only there"


def judge_pp4(seen: Circumstances) -> Evidence:
    """Judge the phenotype where it is not counted elsewhere."""
    if seen.log10_phenotype is None:
        return not_judged("PP4", IN_THE_ODDS)
    words = f"log10 likelihood ratio of the phenotype {seen.log10_phenotype:+.1f}"
    if seen.log10_phenotype < SPECIFIC_LOG10:
        return not_met("PP4", words, "phenotype")
    return pathogenic("PP4", Strength.SUPPORTING, words, "phenotype")
