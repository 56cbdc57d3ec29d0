"""PVS1: a loss of the product, where the loss is how the disease comes about."""

from collections.abc import Iterable

from kerne.interpretation.candidate import Evidence, Met, Mode, Strength
from kerne.interpretation.classification import not_judged, not_met, pathogenic
from kerne.interpretation.criteria.loss import ALL as LOSS
from kerne.interpretation.criteria.loss import Loss, judge_loss
from kerne.interpretation.criteria.subject import RECESSIVE, Sources, Subject


def judge_pvs1(subject: Subject, sources: Sources, mode: Mode) -> Evidence:
    """Judge loss of function where it is the likely mechanism: in a recessive disease.

    For the others no knowledge at hand says that loss of function causes the disease, and without
    that the criterion is not to be used at any strength (Abou Tayoun 2018, table 1).
    """
    terms = frozenset(subject.consequence.terms)
    if not terms & LOSS:
        words = f"{' & '.join(subject.consequence.terms)} is no loss-of-function variant"
        return not_met("PVS1", words, sources.genes)
    loss = expected_loss(subject)
    if loss is None:
        return not_judged("PVS1", "the transcript has no coding sequence to judge by")
    if loss.strength is Strength.NONE:
        return not_judged("PVS1", loss.words)
    if mode in RECESSIVE:
        words = f"{loss.words}; loss of function is taken as the mechanism of a recessive disease"
        return pathogenic("PVS1", loss.strength, words, sources.genes)
    words = (
        f"{loss.words}: would be {loss.strength} if loss of function is known to cause the "
        "disease, which was not looked up"
    )
    return not_judged("PVS1", words)


def expected_loss(subject: Subject) -> Loss | None:
    """Say how strongly a variant is expected to destroy the gene's product, whatever the disease.

    `None` when it is no loss-of-function variant.
    """
    terms = frozenset(subject.consequence.terms)
    return judge_loss(terms, subject.transcript, subject.allele.position, subject.protein_name)


def unjudged_loss(subject: Subject, evidence: Iterable[Evidence]) -> Strength:
    """Give the strength that a loss of function has for the rank where PVS1 was not judged.

    One level below that of the variant: most diseases of most genes are caused by loss of
    function, but nobody looked whether this one is. It is never part of the points.
    """
    loss = expected_loss(subject)
    is_open = any(e.criterion == "PVS1" and e.met is Met.NOT_JUDGED for e in evidence)
    return Strength.NONE if loss is None or not is_open else _one_lower(loss.strength)


def _one_lower(strength: Strength) -> Strength:
    return {
        Strength.VERY_STRONG: Strength.STRONG,
        Strength.STRONG: Strength.MODERATE,
        Strength.NONE: Strength.NONE,
    }.get(strength, Strength.SUPPORTING)
