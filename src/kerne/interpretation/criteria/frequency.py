"""How often an allele is seen in a published population: rare, common, or too common."""

from kerne.interpretation.candidate import Evidence, Mode, Strength
from kerne.interpretation.classification import benign, not_judged, not_met, pathogenic
from kerne.interpretation.criteria.subject import RECESSIVE, Sources
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
