"""How variants of one kind act in a gene as a whole: PP2 and BP1.

References
----------
Richards et al. 2015 (doi:10.1038/gim.2015.30); Lek et al. 2016 (doi:10.1038/nature19057; missense
z of 3.09, a probability of 0.001).
"""

from kerne.interpretation.candidate import Evidence, Strength
from kerne.interpretation.classification import benign, not_judged, not_met, pathogenic
from kerne.interpretation.criteria.loss import first_codon_of
from kerne.interpretation.criteria.subject import Known, Sources, Subject
from kerne.knowledge.specification import Specification

CONSTRAINED_Z = 3.09
LEAST_CLASSIFIED = 10
"""So many pathogenic variants of a gene tell how they act."""
MOSTLY = 0.9


def judge_pp2(subject: Subject, sources: Sources) -> Evidence:
    """Judge a missense variant of a gene that tolerates few, and where they often cause disease."""
    if "missense" not in subject.terms:
        return not_met("PP2", "not missense", sources.genes)
    specification = subject.specification
    if specification.includes("PP2"):
        words = "missense in a gene where the experts use it"
        return pathogenic("PP2", Strength.SUPPORTING, words, specification.label)
    z = None if subject.gene is None else subject.gene.missense_z
    if z is None:
        return not_judged("PP2", "constraint of the gene against missense is not at hand")
    words = f"missense z {z:.2f}"
    if z < CONSTRAINED_Z:
        return not_met("PP2", f"{words}, below {CONSTRAINED_Z}", sources.constraint)
    return _constrained(words, subject.known, sources)


def _constrained(words: str, known: Known | None, sources: Sources) -> Evidence:
    if known is None:
        return not_judged("PP2", f"{words}; no release says whether missense causes the disease")
    words = f"{words}; {_in_words(known)}"
    if not known.pathogenic_missense:
        return not_met("PP2", words, sources.clinvar)
    return pathogenic("PP2", Strength.SUPPORTING, words, sources.constraint)


def judge_bp1(subject: Subject, sources: Sources) -> Evidence:
    """Judge a missense variant of a gene whose disease comes by destroyed products."""
    if "missense" not in subject.terms:
        return not_met("BP1", "not missense", sources.genes)
    specification = subject.specification
    if specification.includes("BP1"):
        words = "missense in a gene where the experts use it"
        return benign("BP1", Strength.SUPPORTING, words, specification.label)
    codon = first_codon_of(subject.protein_name)
    if specification.regions_of("BP1") and codon is not None:
        return _outside_what_matters(codon, specification)
    if subject.known is None:
        return not_judged("BP1", "no release says how the disease of the gene comes about")
    return _mostly_lost(subject.known, sources)


def _outside_what_matters(codon: int, specification: Specification) -> Evidence:
    region = specification.region_at("BP1", codon)
    if region is None:
        words = f"codon {codon} lies where the experts do not use it"
        return not_met("BP1", words, specification.label)
    words = f"missense at codon {codon}, in {region}, where the experts use it"
    return benign("BP1", Strength(region.strength), words, specification.label)


def _mostly_lost(known: Known, sources: Sources) -> Evidence:
    words = _in_words(known)
    classified = known.pathogenic_losses + known.pathogenic_missense
    if classified < LEAST_CLASSIFIED:
        return not_judged("BP1", f"{words}: too few to say how the disease comes about")
    if known.pathogenic_losses < MOSTLY * classified:
        return not_met("BP1", words, sources.clinvar)
    return benign("BP1", Strength.SUPPORTING, words, sources.clinvar)


def _in_words(known: Known) -> str:
    return (
        f"of the gene {known.pathogenic_losses} losses of the product and "
        f"{known.pathogenic_missense} missense variants are pathogenic"
    )
