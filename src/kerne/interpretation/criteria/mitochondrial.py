"""The criteria on the mitochondrial genome, which has rules of its own.

Every cell has many copies and they come from the mother only: nothing is recessive or in trans,
and the share of copies that carry the allele (heteroplasmy) is part of what is seen. The published
frequency is that of people who carry it in (almost) all copies. Predictors of nuclear changes, the
decay of messengers and constraint say nothing here.

References
----------
McCormick et al. 2020, doi:10.1002/humu.24107: specifications of ACMG/AMP for the mitochondrial
genome, with its limits of frequency.
"""

from typing import Final

from kerne.interpretation.candidate import Evidence, Strength
from kerne.interpretation.classification import benign, not_judged, not_met, pathogenic
from kerne.interpretation.criteria.curated import left_to_curators
from kerne.interpretation.criteria.family import judge_bp5, judge_de_novo
from kerne.interpretation.criteria.frequency import NO_RELEASE, compared, frequency_in_words
from kerne.interpretation.criteria.known import judge_pm5, judge_ps1
from kerne.interpretation.criteria.location import judge_pm4
from kerne.interpretation.criteria.loss import START, TRUNCATING
from kerne.interpretation.criteria.phenotype import judge_pp4
from kerne.interpretation.criteria.subject import Circumstances, Sources, Subject

RARE: Final = 2e-5
"""PM2: less frequent than this, 1 in 50,000."""
COMMON: Final = 5e-3
"""BS1: from here on."""
COMMON_ALWAYS: Final = 1e-2
"""BA1: more frequent than this."""
LEAST_PEOPLE: Final = 10_000

RULE: Final = "McCormick 2020"
UNUSED: Final = {
    "PM1": "no hot spots are laid down for the mitochondrial genome",
    "PM3": "nothing is recessive on the mitochondrial genome",
    "PP2": "constraint of nuclear genes does not apply",
    "BP1": "missense is a common cause in mitochondrial genes",
    "BP2": "there is no other copy to lie on",
    "BP3": "no repeats without function are laid down",
}


def judge_mitochondrial(
    subject: Subject, sources: Sources, seen: Circumstances
) -> tuple[Evidence, ...]:
    """Judge all criteria for an allele of the mitochondrial genome."""
    return (
        _pvs1(subject, sources),
        judge_ps1(subject, sources),
        judge_de_novo(seen.de_novo),
        _pm2(subject, sources),
        judge_pm4(subject, sources),
        judge_pm5(subject, sources),
        not_judged("PP1", "how the share of copies runs with the disease is entered by a curator"),
        not_judged("PP3", "no predictor of mitochondrial changes is at hand"),
        judge_pp4(seen),
        _common(subject, sources),
        not_judged("BS2", "with few copies carriers stay well: a curator weighs who is healthy"),
        not_judged("BP4", "no predictor of mitochondrial changes is at hand"),
        judge_bp5(seen),
        _bp7(subject, sources),
        *(not_met(criterion, words, RULE) for criterion, words in UNUSED.items()),
        *left_to_curators(),
    )


def _pvs1(subject: Subject, sources: Sources) -> Evidence:
    """Judge a destroyed product: mitochondrial messengers are not spliced and do not decay."""
    lost = sorted(subject.terms & (TRUNCATING | START))
    if not lost:
        words = f"{' & '.join(subject.consequence.terms)} is no loss-of-function variant"
        return not_met("PVS1", words, sources.genes)
    words = f"{' & '.join(lost)}: how much of the protein is left decides"
    return not_judged("PVS1", f"{words}; that is entered by a curator")


def _pm2(subject: Subject, sources: Sources) -> Evidence:
    if not subject.facts.is_surveyed:
        return not_judged("PM2", NO_RELEASE)
    published = subject.published
    if published is None:
        return pathogenic("PM2", Strength.SUPPORTING, "not listed", sources.frequencies)
    words, frequency = frequency_in_words(published), compared(published)
    if frequency is None or published.is_filtered or published.an < LEAST_PEOPLE:
        return not_judged("PM2", f"{words}: not sure enough to call it rare")
    if frequency >= RARE:
        return not_met("PM2", f"{words}, not below {RARE:g}", sources.frequencies)
    return pathogenic("PM2", Strength.SUPPORTING, words, sources.frequencies)


def _common(subject: Subject, sources: Sources) -> Evidence:
    if not subject.facts.is_surveyed:
        return not_judged("BS1", NO_RELEASE)
    published = subject.published
    if published is None:
        return not_met("BS1", "not listed", sources.frequencies)
    words, frequency = frequency_in_words(published), compared(published)
    if frequency is None or published.is_filtered or published.an < LEAST_PEOPLE:
        return not_judged("BS1", f"{words}: not sure enough to call it common")
    if frequency > COMMON_ALWAYS:
        return benign("BA1", Strength.STAND_ALONE, words, sources.frequencies)
    if frequency >= COMMON:
        return benign("BS1", Strength.STRONG, words, sources.frequencies)
    return not_met("BS1", words, sources.frequencies)


def _bp7(subject: Subject, sources: Sources) -> Evidence:
    """Judge a silent change: nothing is spliced, so that there is no splicing to look up."""
    if "synonymous" in subject.terms:
        return benign("BP7", Strength.SUPPORTING, "silent, and nothing is spliced", sources.genes)
    return not_met("BP7", f"{' & '.join(subject.consequence.terms)} is not silent", sources.genes)
