"""What the patient's and the family's genomes say: PS2, PM6, PM3, PP1, BP2, BP5.

References
----------
ClinGen SVI: de novo variants (version 1.1, 2021), in trans (PM3, version 1.0, 2019); Jarvik and
Browning 2016, doi:10.1016/j.ajhg.2016.04.003 (PP1, one family); Richards et al. 2015,
doi:10.1038/gim.2015.30.
"""

from collections.abc import Iterable, Sequence

from kerne.interpretation.candidate import Evidence, Met, Mode, Strength
from kerne.interpretation.classification import benign, not_judged, not_met, pathogenic
from kerne.interpretation.criteria.subject import (
    DOMINANT,
    RECESSIVE,
    Circumstances,
    DeNovo,
    Partner,
    Segregation,
)

PEDIGREE = "pedigree"
NO_PARENTS = "not known to be de novo: that needs both parents' genomes"

CHANCES = ((1 / 32, Strength.STRONG), (1 / 16, Strength.MODERATE), (1 / 8, Strength.SUPPORTING))
"""PP1: the chance that a family shows what it does, were the variant harmless; at most."""


def judge_de_novo(de_novo: DeNovo | None) -> Evidence:
    """Judge PS2, or PM6 when too little was compared to know the parents by their genomes.

    The words are the same: how sure parenthood is stands in no report.
    """
    if de_novo is None:
        return not_judged("PS2", NO_PARENTS)
    words = "absent in both parents; the phenotype fits but is not specific for the gene"
    if de_novo.parents_confirmed:
        return pathogenic("PS2", Strength.MODERATE, words, PEDIGREE)
    return pathogenic("PM6", Strength.SUPPORTING, words, PEDIGREE)


def judge_pm3(mode: Mode, seen: Circumstances, rare: Evidence) -> Evidence:
    """Judge what lies on the other copy of the gene in a recessive disease.

    Parameters
    ----------
    rare
        PM2: a variant that is not rare meets its partner by chance.
    """
    if mode not in RECESSIVE:
        return not_met("PM3", f"only for recessive diseases, not {mode.value}", "rule")
    if rare.met is Met.NOT_MET:
        return not_met("PM3", f"not rare: {rare.data}", rare.source)
    if rare.met is Met.NOT_JUDGED:
        return not_judged("PM3", "how rare it is is not known, and a common variant meets others")
    if seen.is_homozygous:
        return pathogenic("PM3", Strength.SUPPORTING, "on both copies in the patient", "genotype")
    if seen.partners is None:
        return not_judged("PM3", "other variants of the gene were not looked at")
    return _by_partners(seen.partners)


def judge_pp1(mode: Mode, seen: Circumstances) -> Evidence:
    """Judge how unlikely it is by chance that the affected relatives share the genotype."""
    family = seen.segregation
    if family is None or not (family.affected_carriers or family.affected_lacking):
        return not_judged("PP1", "no affected relative's genome was read there")
    words = (
        f"{family.affected_carriers} affected relatives have it, {family.affected_lacking} lack "
        f"it; {family.unaffected_with} unaffected have it"
    )
    if family.affected_lacking:
        return not_met("PP1", words, PEDIGREE)
    if family.unaffected_with:
        return not_judged("PP1", f"{words}: whether the disease always shows is not known")
    chance = chance_of_sharing(family, mode)
    strength = next((s for most, s in CHANCES if chance <= most), Strength.NONE)
    words = f"{words}: by chance 1 in {1 / chance:.0f}"
    if strength is Strength.NONE:
        return not_met("PP1", words, PEDIGREE)
    return pathogenic("PP1", strength, words, PEDIGREE)


def chance_of_sharing(family: Segregation, mode: Mode) -> float:
    """Give the chance that so many relatives of the first degree share a harmless genotype.

    Examples
    --------
    >>> chance_of_sharing(Segregation(affected_carriers=3), Mode.DOMINANT)
    0.125
    """
    return float((0.25 if mode in RECESSIVE else 0.5) ** family.affected_carriers)


def judge_bp2(mode: Mode, seen: Circumstances) -> Evidence:
    """Judge whether a pathogenic variant lies where it takes the blame off this one."""
    if seen.partners is None:
        return not_judged("BP2", "other variants of the gene were not looked at")
    harmful = [each for each in seen.partners if each.is_pathogenic]
    for each in harmful:
        if each.in_trans is False:
            words = f"on the same copy as the pathogenic {each.name}"
            return benign("BP2", Strength.SUPPORTING, words, "genotype")
        if each.in_trans and mode in DOMINANT:
            words = f"on the other copy than the pathogenic {each.name}, in a dominant disease"
            return benign("BP2", Strength.SUPPORTING, words, "genotype")
    if any(each.in_trans is None for each in harmful):
        return not_judged("BP2", "on which copy the pathogenic variant lies is not known")
    return not_met("BP2", "no pathogenic variant takes the blame off it", "genotype")


def judge_bp5(seen: Circumstances) -> Evidence:
    """Judge whether something else explains the patient."""
    if not seen.other_cause:
        return not_judged("BP5", "no other cause of the disease is established")
    return benign("BP5", Strength.SUPPORTING, seen.other_cause, "the patient")


def _by_partners(partners: Sequence[Partner]) -> Evidence:
    """Weigh the best partner: one step a point of half, in trans twice as much (SVI, table 1)."""
    best = max(partners, key=_weight, default=None)
    if best is None or _weight(best) == 0:
        return not_met("PM3", f"no pathogenic variant beside it{_named(partners)}", "genotype")
    if best.in_trans:
        words = f"on the other copy than {best.name}, which is {_class(best)}"
        return pathogenic("PM3", Strength.MODERATE, words, "genotype")
    words = f"beside {best.name}, which is {_class(best)}; on which copy is not known"
    if best.is_pathogenic:
        return pathogenic("PM3", Strength.SUPPORTING, words, "genotype")
    return not_met("PM3", words, "genotype")


def _weight(partner: Partner) -> int:
    """Give quarters of a point of the SVI: 4 in trans, 2 or 1 where the phase is not known."""
    if partner.in_trans is False or not (partner.is_pathogenic or partner.is_likely_pathogenic):
        return 0
    if partner.in_trans:
        return 4
    return 2 if partner.is_pathogenic else 1


def _class(partner: Partner) -> str:
    return "pathogenic" if partner.is_pathogenic else "likely pathogenic"


def _named(partners: Iterable[Partner]) -> str:
    names = ", ".join(each.name for each in partners)
    return f" ({names})" if names else ""
