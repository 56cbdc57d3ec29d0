"""What the genomes of the family say of a variant."""

from kerne.interpretation.candidate import Evidence, Strength
from kerne.interpretation.classification import not_judged, pathogenic
from kerne.interpretation.criteria.subject import DeNovo


def judge_de_novo(de_novo: DeNovo | None) -> Evidence:
    """Judge PS2, or PM6 when too little was compared to know the parents by their genomes.

    The words are the same: how sure parenthood is stands in no report.
    """
    if de_novo is None:
        return not_judged("PS2", "not known to be de novo: that needs both parents' genomes")
    words = "absent in both parents; the phenotype fits but is not specific for the gene"
    if de_novo.parents_confirmed:
        return pathogenic("PS2", Strength.MODERATE, words, "pedigree")
    return pathogenic("PM6", Strength.SUPPORTING, words, "pedigree")
