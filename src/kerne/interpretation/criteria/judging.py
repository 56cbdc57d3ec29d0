"""All criteria of ACMG/AMP for one variant under one mode of inheritance, capped.

A criterion that cannot be judged is listed as not judged, with what is absent. The national
database never meets a frequency criterion: it is a patient cohort. Copy number variants are scored
elsewhere (`copy_number`), never by these points.

References
----------
Richards et al. 2015 (doi:10.1038/gim.2015.30); Tavtigian et al. 2020 (doi:10.1002/humu.24088).
"""

from kerne.alleles.assembly import MITOCHONDRION
from kerne.interpretation.candidate import Evidence, Met, Mode
from kerne.interpretation.classification import not_judged, not_met
from kerne.interpretation.criteria import frequency, gene, known, location, prediction
from kerne.interpretation.criteria.caps import cap
from kerne.interpretation.criteria.curated import left_to_curators
from kerne.interpretation.criteria.family import (
    judge_bp2,
    judge_bp5,
    judge_de_novo,
    judge_pm3,
    judge_pp1,
)
from kerne.interpretation.criteria.mechanism import judge_pvs1
from kerne.interpretation.criteria.mitochondrial import judge_mitochondrial
from kerne.interpretation.criteria.phenotype import judge_pp4
from kerne.interpretation.criteria.subject import (
    NOTHING_SEEN,
    Circumstances,
    Sources,
    Subject,
)
from kerne.knowledge.specification import Specification

OF_FAMILY = frozenset({"PS2", "PM6", "PM3", "PP1", "BS4", "BP2", "BP5"})
"""Criteria of the patient and the family: a rank that weighs these itself leaves them out."""

OF_EFFECT = frozenset(
    {"PVS1", "PS1", "PM1", "PM4", "PM5", "PP2", "PP3", "BP1", "BP3", "BP4", "BP7"}
)
"""Criteria of what a variant does to the protein."""
UNKNOWN_EFFECT = frozenset({"coding_sequence"})
"""What `bcftools csq` says of a change in the coding sequence that it cannot tell further."""


def judge(
    subject: Subject, sources: Sources, mode: Mode, seen: Circumstances = NOTHING_SEEN
) -> tuple[Evidence, ...]:
    """Judge all criteria for a variant under one mode of inheritance, each once."""
    if subject.allele.contig == MITOCHONDRION:
        judged = judge_mitochondrial(subject, sources, seen)
    else:
        judged = _judge_nuclear(subject, sources, mode, seen)
    if subject.terms <= UNKNOWN_EFFECT:
        judged = tuple(_left_open(each) for each in judged)
    return cap(_ruled(each, subject.specification) for each in judged)


def _judge_nuclear(
    subject: Subject, sources: Sources, mode: Mode, seen: Circumstances
) -> tuple[Evidence, ...]:
    rare = frequency.judge_pm2(subject, sources, mode)
    return (
        judge_pvs1(subject, sources, mode),
        known.judge_ps1(subject, sources),
        judge_de_novo(seen.de_novo),
        location.judge_pm1(subject, sources),
        rare,
        judge_pm3(mode, seen, rare),
        location.judge_pm4(subject, sources),
        known.judge_pm5(subject, sources),
        judge_pp1(mode, seen),
        gene.judge_pp2(subject, sources),
        prediction.judge_pp3(subject, sources),
        judge_pp4(seen),
        frequency.judge_common(subject, sources, mode),
        frequency.judge_bs2(subject, sources, mode, seen),
        gene.judge_bp1(subject, sources),
        judge_bp2(mode, seen),
        location.judge_bp3(subject, sources),
        prediction.judge_bp4(subject, sources),
        judge_bp5(seen),
        prediction.judge_bp7(subject, sources),
        *left_to_curators(),
    )


def _left_open(evidence: Evidence) -> Evidence:
    """Leave open what depends on an effect that is not known, instead of calling it not met."""
    if evidence.criterion not in OF_EFFECT or evidence.met is not Met.NOT_MET:
        return evidence
    return not_judged(evidence.criterion, "what it does to the protein is not known")


def _ruled(evidence: Evidence, specification: Specification) -> Evidence:
    """Take out what the experts of the gene do not use."""
    if not specification.excludes(evidence.criterion):
        return evidence
    words = "the experts of the gene do not use it"
    return not_met(evidence.criterion, words, specification.label)
