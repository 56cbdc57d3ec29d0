"""How often an allele is seen in a published population: rare, common, or too common.

Where a release states how frequent the allele is in the group that has it most (gnomAD's filtering
frequency), that is compared; otherwise its frequency over all. The national database never meets
these criteria: it is a patient cohort.

References
----------
ClinGen SVI recommendation for PM2, version 1.0, 2020; Ghosh et al. 2018
(doi:10.1002/humu.23642; BA1 and its exceptions); Richards et al. 2015 (doi:10.1038/gim.2015.30).
"""

import math
from typing import Final

from kerne.interpretation.candidate import Evidence, Mode, Strength
from kerne.interpretation.classification import benign, not_judged, not_met, pathogenic
from kerne.interpretation.criteria.subject import (
    DOMINANT,
    RECESSIVE,
    Circumstances,
    Sources,
    Subject,
)
from kerne.knowledge.allele_facts import PublishedFrequency

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
LEAST_HEALTHY = 3
"""BS2: so many people with the genotype are no mistake of reading."""

EXCEPTIONS: Final = frozenset(
    {
        ("NM_014049", "c.-44_-41dup"),
        ("NM_004004", "c.109G>A"),
        ("NM_000410", "c.187C>G"),
        ("NM_000410", "c.845G>A"),
        ("NM_000243", "c.1105C>T"),
        ("NM_000243", "c.1223G>A"),
        ("NM_006346", "c.1214G>A"),
        ("NM_000017", "c.511C>T"),
        ("NM_000060", "c.1330G>C"),
    }
)
"""Common, and yet not benign by that (Ghosh 2018, table 1), whatever the transcript's version."""

NO_RELEASE = "no release of published frequencies is at hand"


def judge_pm2(subject: Subject, sources: Sources, mode: Mode) -> Evidence:
    """Judge rarity, from published frequencies only, at supporting strength."""
    if not subject.facts.is_surveyed:
        return not_judged("PM2", NO_RELEASE)
    published = subject.published
    if published is None:
        words = "not listed: in nobody of that population (where it was callable is not said)"
        return pathogenic("PM2", Strength.SUPPORTING, words, sources.frequencies)
    words = frequency_in_words(published)
    doubt, frequency = _doubt(published), compared(published)
    if doubt or frequency is None:
        return not_judged("PM2", f"{words}: {doubt} to call it rare")
    limit = subject.specification.limits.get("PM2", _rare(mode))
    if frequency > limit:
        return not_met("PM2", f"{words}, above {limit:g} for {mode.value}", sources.frequencies)
    return pathogenic("PM2", Strength.SUPPORTING, words, sources.frequencies)


def judge_common(subject: Subject, sources: Sources, mode: Mode) -> Evidence:
    """Judge BA1 and BS1, from published frequencies only."""
    if not subject.facts.is_surveyed:
        return not_judged("BS1", NO_RELEASE)
    published = subject.published
    if published is None:
        return not_met("BS1", "not listed", sources.frequencies)
    words = frequency_in_words(published)
    doubt, frequency = _doubt(published), compared(published)
    if doubt or frequency is None:
        return not_judged("BS1", f"{words}: {doubt} to call it common")
    if is_excepted(subject):
        words = f"{words}; ClinGen lists it as an allele that its frequency does not make benign"
        return not_met("BA1", words, "Ghosh 2018")
    return _by_limits(frequency, words, subject, sources, mode)


def _by_limits(
    frequency: float, words: str, subject: Subject, sources: Sources, mode: Mode
) -> Evidence:
    limits = subject.specification.limits
    if frequency > COMMON_ALWAYS or frequency >= limits.get("BA1", math.inf):
        return benign("BA1", Strength.STAND_ALONE, words, sources.frequencies)
    limit = limits.get("BS1", COMMON_RECESSIVE if mode in RECESSIVE else COMMON_DOMINANT)
    if frequency > limit or frequency >= limits.get("BS1", math.inf):
        return benign("BS1", Strength.STRONG, f"{words}, above {limit:g}", sources.frequencies)
    return not_met("BS1", words, sources.frequencies)


def judge_bs2(subject: Subject, sources: Sources, mode: Mode, seen: Circumstances) -> Evidence:
    """Judge whether people without the disease have the genotype that would cause it.

    Only of a disease that shows early and in everyone: a published population holds carriers of
    every disease that comes late, or not always.
    """
    published = subject.published
    if published is None:
        missing = "not listed in the published population"
        if subject.facts.is_surveyed:
            return not_met("BS2", missing, sources.frequencies)
        return not_judged("BS2", NO_RELEASE)
    people, genotype = _with_genotype(published, mode)
    words = f"{people:,} {genotype} in the published population"
    least = subject.specification.limits.get("BS2")
    if least is None and seen.is_early_and_full is not True:
        unknown = "whether the disease shows early and in everyone is not known"
        return not_judged("BS2", f"{words}; {unknown}")
    if people < (LEAST_HEALTHY if least is None else least):
        return not_met("BS2", words, sources.frequencies)
    return benign("BS2", Strength.STRONG, words, sources.frequencies)


def compared(published: PublishedFrequency) -> float | None:
    """Give the frequency that limits are compared with; `None` when nobody was called there."""
    return published.af if published.greatest_af is None else published.greatest_af


def is_excepted(subject: Subject) -> bool:
    """Say whether ClinGen excepts the allele from BA1."""
    accession, _, change = subject.coding_name.partition(":")
    return (accession.partition(".")[0], change) in EXCEPTIONS


def frequency_in_words(published: PublishedFrequency) -> str:
    """Say a frequency with its counts.

    Examples
    --------
    >>> frequency_in_words(PublishedFrequency(3, 4000, 0, 3))
    'AF 0.00075 (AC 3 of AN 4,000, 0 homozygotes)'
    >>> frequency_in_words(PublishedFrequency(3, 4000, 0, 3, greatest_af=0.0021))
    'AF 0.00075 (AC 3 of AN 4,000, 0 homozygotes), at most 0.0021 in a group'
    """
    if published.af is None:
        return "AF unknown (AN 0)"
    words = (
        f"AF {published.af:.2g} (AC {published.ac:,} of AN {published.an:,}, "
        f"{published.homozygotes:,} homozygotes)"
    )
    if published.greatest_af is None:
        return words
    return f"{words}, at most {published.greatest_af:.2g} in a group"


def _rare(mode: Mode) -> float:
    return RARE_RECESSIVE if mode in RECESSIVE else RARE_DOMINANT


def _doubt(published: PublishedFrequency) -> str:
    if published.is_filtered:
        return "the release itself doubts the call: not sure enough"
    return "too few alleles" if published.an < LEAST_ALLELES else ""


def _with_genotype(published: PublishedFrequency, mode: Mode) -> tuple[int, str]:
    if mode in DOMINANT:
        return published.heterozygotes + published.homozygotes, "people with the allele"
    if mode is Mode.X_LINKED:
        return published.hemizygotes + published.homozygotes, "people with no other allele"
    return published.homozygotes, "homozygotes"
