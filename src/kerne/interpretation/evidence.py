"""ACMG/AMP criteria that the knowledge at hand allows to judge, each with its data and source.

A criterion that cannot be judged is listed as not judged, with what is absent. The national
database never meets a frequency criterion: it is a patient cohort.

References
----------
Richards et al. 2015 (doi:10.1038/gim.2015.30); Abou Tayoun 2018 (PVS1); ClinGen SVI
recommendations for PM2 (version 1.0, 2020) and for de novo variants (version 1.1, 2021).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kerne.alleles.allele import Allele
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Evidence, Met, Mode, Strength
from kerne.interpretation.classification import benign, not_judged, not_met, pathogenic
from kerne.interpretation.consequence import Consequence
from kerne.interpretation.loss_of_function import ALL as LOSS
from kerne.interpretation.loss_of_function import Loss, judge_loss
from kerne.knowledge.frequencies import PublishedFrequency

RARE_DOMINANT = 1e-4
RARE_RECESSIVE = 5e-3
"""PM2: at most this frequent."""
COMMON_DOMINANT = 1e-3
COMMON_RECESSIVE = 2e-2
"""BS1: more frequent than a disease of this mode allows."""
COMMON_ALWAYS = 0.05
"""BA1."""
LEAST_ALLELES = 1000
"""Smaller AN cannot say that an allele is rare."""

RECESSIVE = frozenset(
    {Mode.RECESSIVE_HOMOZYGOUS, Mode.RECESSIVE_COMPOUND, Mode.RECESSIVE_ONE_ALLELE}
)
LENGTH_CHANGING = frozenset(
    {"inframe_insertion", "inframe_deletion", "inframe_altering", "stop_lost"}
)


@dataclass(frozen=True, slots=True)
class DeNovo:
    """That both parents lack the allele, and whether their genomes prove to be the parents'."""

    parents_confirmed: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """Names of the releases that evidence cites; `frequencies` is empty when there is none."""

    genes: str
    frequencies: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """One allele in one transcript, as the criteria look at it.

    Parameters
    ----------
    published
        `None` when the release does not list it, or when there is no release.
    in_repeat
        Whether a length change lies in a tandem repeat; `None` when nobody looked.
    """

    allele: Allele
    consequence: Consequence
    transcript: Transcript
    coding_name: str
    protein_name: str
    published: PublishedFrequency | None
    in_repeat: bool | None = None


def judge(
    subject: Subject, sources: Sources, mode: Mode, de_novo: DeNovo | None
) -> tuple[Evidence, ...]:
    """Judge all criteria of this version for a variant under one mode of inheritance."""
    return (
        judge_pvs1(subject, sources, mode),
        judge_de_novo(de_novo),
        judge_pm2(subject.published, sources, mode),
        judge_pm4(subject, sources),
        not_judged("PP3", "no predictor of missense or splice effects is at hand"),
        judge_common(subject.published, sources, mode),
    )


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


def judge_pm2(published: PublishedFrequency | None, sources: Sources, mode: Mode) -> Evidence:
    """Judge rarity, from published frequencies only, at supporting strength."""
    if not sources.frequencies:
        return not_judged("PM2", "no release of published frequencies is at hand")
    if published is None:
        words = "not listed: in nobody of that population (where it was callable is not said)"
        return pathogenic("PM2", Strength.SUPPORTING, words, sources.frequencies)
    words = frequency_in_words(published)
    frequency = published.af
    if frequency is None or published.an < LEAST_ALLELES:
        return not_judged("PM2", f"{words}: too few alleles to call it rare")
    limit = RARE_RECESSIVE if mode in RECESSIVE else RARE_DOMINANT
    if frequency > limit:
        return not_met("PM2", f"{words}, above {limit:g} for {mode.value}", sources.frequencies)
    return pathogenic("PM2", Strength.SUPPORTING, words, sources.frequencies)


def judge_pm4(subject: Subject, sources: Sources) -> Evidence:
    """Judge a changed length of the protein outside repeats."""
    terms = frozenset(subject.consequence.terms) & LENGTH_CHANGING
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


def judge_common(published: PublishedFrequency | None, sources: Sources, mode: Mode) -> Evidence:
    """Judge BA1 and BS1, from published frequencies only."""
    if not sources.frequencies:
        return not_judged("BS1", "no release of published frequencies is at hand")
    if published is None:
        return not_met("BS1", "not listed", sources.frequencies)
    words = frequency_in_words(published)
    frequency = published.af
    if frequency is None or published.an < LEAST_ALLELES:
        return not_judged("BS1", f"{words}: too few alleles to call it common")
    if frequency > COMMON_ALWAYS:
        return benign("BA1", Strength.STAND_ALONE, words, sources.frequencies)
    limit = COMMON_RECESSIVE if mode in RECESSIVE else COMMON_DOMINANT
    if frequency > limit:
        return benign("BS1", Strength.STRONG, f"{words}, above {limit:g}", sources.frequencies)
    return not_met("BS1", words, sources.frequencies)


def frequency_in_words(published: PublishedFrequency) -> str:
    """Say a frequency with its counts.

    Examples
    --------
    >>> frequency_in_words(PublishedFrequency(3, 4000, 0, 3))
    'AF 0.00075 (AC 3 of AN 4,000, 0 homozygotes)'
    """
    if published.af is None:
        return "AF unknown (AN 0)"
    return (
        f"AF {published.af:.2g} (AC {published.ac:,} of AN {published.an:,}, "
        f"{published.homozygotes:,} homozygotes)"
    )


def _one_lower(strength: Strength) -> Strength:
    return {
        Strength.VERY_STRONG: Strength.STRONG,
        Strength.STRONG: Strength.MODERATE,
        Strength.NONE: Strength.NONE,
    }.get(strength, Strength.SUPPORTING)
