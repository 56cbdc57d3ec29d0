"""Where in the protein a variant lies, and what that place bears: PM1, PM4, BP3.

A place matters where the experts of the gene say so. Without them it is a hot spot when many
missense variants near it are pathogenic and none is benign.

References
----------
Richards et al. 2015 (doi:10.1038/gim.2015.30).
"""

from kerne.interpretation.candidate import Evidence, Strength
from kerne.interpretation.classification import benign, not_judged, not_met, pathogenic
from kerne.interpretation.criteria.known import LEAST_STARS, NO_RELEASE, counts_as_pathogenic
from kerne.interpretation.criteria.loss import ALL as LOSS
from kerne.interpretation.criteria.loss import first_codon_of
from kerne.interpretation.criteria.residues import substitution_of
from kerne.interpretation.criteria.subject import Neighbour, Sources, Subject
from kerne.knowledge.specification import Specification

LENGTH_CHANGING = frozenset(
    {"inframe_insertion", "inframe_deletion", "inframe_altering", "stop_lost"}
)
WINDOW_CODONS = 8
"""A hot spot reaches so far to both sides, about 25 bases."""
LEAST_PATHOGENIC = 4


def judge_pm1(subject: Subject, sources: Sources) -> Evidence:
    """Judge whether it lies in a hot spot, or in a stretch that the protein needs."""
    codon = first_codon_of(subject.protein_name)
    if not subject.terms & (LENGTH_CHANGING | {"missense"}) or subject.terms & LOSS:
        return not_met("PM1", "no residue is changed in frame", sources.genes)
    if codon is None:
        return not_judged("PM1", f"the residue is not known: {subject.protein_name}")
    if subject.specification.regions_of("PM1") or "PM1" in subject.specification.open_beyond:
        return _by_experts(codon, subject.specification)
    return _hot_spot(codon, subject, sources)


def _by_experts(codon: int, specification: Specification) -> Evidence:
    region = specification.region_at("PM1", codon)
    if region is not None:
        words = f"codon {codon} lies in {region}, which the experts name"
        return pathogenic("PM1", Strength(region.strength), words, specification.label)
    words = f"codon {codon} lies outside the regions that the experts name"
    if "PM1" in specification.open_beyond:
        return not_judged("PM1", f"{words}; there they look at more than is at hand")
    return not_met("PM1", words, specification.label)


def judge_pm4(subject: Subject, sources: Sources) -> Evidence:
    """Judge a changed length of the protein outside repeats."""
    terms = subject.terms & LENGTH_CHANGING
    if not terms:
        return not_met("PM4", "the length of the protein does not change in frame", sources.genes)
    named = " & ".join(sorted(terms))
    if "stop_lost" in terms:
        return pathogenic("PM4", Strength.MODERATE, f"{named}: protein extended", sources.genes)
    if subject.in_repeat is None:
        return not_judged("PM4", f"{named}; whether it lies in a repeat was not looked at")
    if subject.in_repeat:
        return not_met("PM4", f"{named} in a tandem repeat", sources.genes)
    return pathogenic("PM4", Strength.MODERATE, f"{named} outside tandem repeats", sources.genes)


def judge_bp3(subject: Subject, sources: Sources) -> Evidence:
    """Judge a changed length in a repeat that is not known to do anything."""
    terms = subject.terms & (LENGTH_CHANGING - {"stop_lost"})
    if not terms:
        return not_met("BP3", "no bases come or go in frame", sources.genes)
    named = " & ".join(sorted(terms))
    if subject.in_repeat is None:
        return not_judged("BP3", f"{named}; whether it lies in a repeat was not looked at")
    if not subject.in_repeat:
        return not_met("BP3", f"{named} outside tandem repeats", sources.genes)
    codon = first_codon_of(subject.protein_name)
    region = None if codon is None else subject.specification.region_at("PM1", codon)
    if region is not None:
        words = f"{named} in a tandem repeat of {region}, which the experts name"
        return not_met("BP3", words, subject.specification.label)
    return benign("BP3", Strength.SUPPORTING, f"{named} in a tandem repeat", sources.genes)


def _hot_spot(codon: int, subject: Subject, sources: Sources) -> Evidence:
    if subject.known is None:
        return not_judged("PM1", f"{NO_RELEASE}, nor regions that experts name")
    near = [each for each in subject.known.near if _is_within(each, codon)]
    harmful = sum(counts_as_pathogenic(each) for each in near)
    harmless = sum(each.record.is_benign and each.record.stars >= LEAST_STARS for each in near)
    words = (
        f"{harmful} pathogenic and {harmless} benign missense variants "
        f"within {WINDOW_CODONS} codons"
    )
    if harmful < LEAST_PATHOGENIC or harmless:
        return not_met("PM1", words, sources.clinvar)
    return pathogenic("PM1", Strength.MODERATE, words, sources.clinvar)


def _is_within(neighbour: Neighbour, codon: int) -> bool:
    changed = substitution_of(neighbour.protein_name)
    return changed is not None and abs(changed.codon - codon) <= WINDOW_CODONS
