"""What a new release changes for a patient: what is worth reading now and was not before, and why.

A look again ranks as the first look did. News is a candidate that reaches the bounds below now,
stood clearly lower before or was not there, and has something in the releases that explains the
difference. Where nothing in them does (the program changed, a relative was left out), there is no
news: a new ranking shows it. A gene is told once, by its best candidate, and of what is new the
best genes only. What stands above it and stood there before was read then and solved nothing: it
takes no place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kerne.alleles.allele import Allele
from kerne.interpretation.basis import Basis
from kerne.interpretation.candidate import Candidate, Classification, Interpretation, Mode
from kerne.interpretation.ranking.findings import is_common
from kerne.interpretation.reanalysis.differences import (
    LEAST_CHANGE,
    Differences,
    LeastChange,
    Reason,
    Why,
)
from kerne.knowledge.allele_facts import PublishedFrequency


@dataclass(frozen=True, slots=True)
class News:
    """A candidate that is worth reading now and was not before.

    Parameters
    ----------
    log10_odds, log10_odds_before
        Of the candidate now, and of the best that its gene and alleles had before; `None` when
        they were no candidate.
    reasons
        At least one.
    """

    gene: str
    disease: str
    disease_name: str
    mode: Mode
    alleles: tuple[Allele, ...]
    log10_odds: float
    log10_odds_before: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is worth a geneticist's reading.

    So much is told as one alert a month among 200 unsolved cases has room for: of the bounds in
    tenths the loosest of which that is so with 95 % confidence (`validation/reanalysis.py`, 1,500
    patients without a cause, the even half).

    Parameters
    ----------
    log10_odds
        Candidates with at least these.
    log10_odds_classed
        The same for a candidate with a variant that ClinVar newly classes as pathogenic.
    gain
        log10 by which the odds must have risen, for a candidate that was there before.
    gain_by_features
        The same where nothing is new but the features of its disease; it must be first, too.
    most
        So many genes are told at one look, the best first; those that ClinVar newly classes are
        told besides.
    change
        What counts as a difference between releases.
    """

    log10_odds: float = -1.9
    log10_odds_classed: float = -2.5
    gain: float = 0.5
    gain_by_features: float = 4.0
    most: int = 2
    change: LeastChange = LEAST_CHANGE


BOUNDS: Final = Bounds()


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a patient: what was shown, and what it rested on."""

    shown: Interpretation
    basis: Basis


@dataclass(frozen=True, slots=True)
class JudgedVariant:
    """A variant that an answer speaks of, and the disease that it was judged for."""

    gene: str
    disease: str
    allele: Allele


def find_news(
    before: Look, now: Look, told: Iterable[News] = (), bounds: Bounds = BOUNDS
) -> tuple[News, ...]:
    """Find what is worth reading now and was not before, best first.

    Parameters
    ----------
    before, now
        Both as they may be shown *now*: what a choice opens or closes is no news.
    told
        News of earlier looks, which is not told again.
    """
    heard = tuple(told)
    changes = Differences(before.basis, now.basis, bounds.change)
    by_gene: dict[str, list[Candidate]] = {}
    for candidate in now.shown.candidates:
        by_gene.setdefault(candidate.gene, []).append(candidate)
    found = (
        _news_of_gene(rank == 1, candidates, before.shown, heard, changes, bounds)
        for rank, candidates in enumerate(by_gene.values(), 1)
    )
    news = [each for each in found if each is not None]
    best = [each for each in news if not changes.is_classed(each.alleles)][: bounds.most]
    return tuple(each for each in news if each in best or changes.is_classed(each.alleles))


def _news_of_gene(
    is_first: bool,  # noqa: FBT001 - passed through
    candidates: Sequence[Candidate],
    shown: Interpretation,
    heard: Sequence[News],
    changes: Differences,
    bounds: Bounds,
) -> News | None:
    for candidate in candidates:
        news = _news(candidate, _before(candidate, shown, heard), tuple(changes.of(candidate)))
        if changes.is_classed(news.alleles) and not _is_heard(news, heard):
            if news.log10_odds >= bounds.log10_odds_classed:
                return news
        elif news.reasons and _is_worth(news, bounds, is_first=is_first):
            return news
    return None


def _is_heard(news: News, heard: Sequence[News]) -> bool:
    """Say whether the new class of one of these alleles was told before."""
    return any(
        each.gene == news.gene
        and not set(each.alleles).isdisjoint(news.alleles)
        and Why.CLASS in {reason.why for reason in each.reasons}
        for each in heard
    )


def _is_worth(news: News, bounds: Bounds, *, is_first: bool) -> bool:
    by_features = {each.why for each in news.reasons} == {Why.FEATURES}
    gain = bounds.gain_by_features if by_features else bounds.gain
    if (by_features and not is_first) or news.log10_odds < bounds.log10_odds:
        return False
    return news.log10_odds_before is None or news.log10_odds >= news.log10_odds_before + gain


def _before(candidate: Candidate, shown: Interpretation, told: Sequence[News]) -> float | None:
    """Give the best odds that any of the alleles had in this gene, shown or told; none: `None`."""
    alleles = {variant.allele for variant in candidate.variants}
    odds = [
        each.log10_odds
        for each in shown.candidates
        if each.gene == candidate.gene and alleles & {v.allele for v in each.variants}
    ]
    odds += [e.log10_odds for e in told if e.gene == candidate.gene and alleles & set(e.alleles)]
    return max(odds, default=None)


def _news(candidate: Candidate, before: float | None, reasons: tuple[Reason, ...]) -> News:
    return News(
        gene=candidate.gene,
        disease=candidate.disease,
        disease_name=candidate.disease_name,
        mode=candidate.mode,
        alleles=tuple(variant.allele for variant in candidate.variants),
        log10_odds=candidate.log10_odds,
        log10_odds_before=before,
        reasons=reasons,
    )


def class_now(
    shown: Interpretation, judged: JudgedVariant, frequency: PublishedFrequency | None
) -> Classification | None:
    """Give the class of a variant as it is now, for its disease or else the best of its gene.

    Parameters
    ----------
    shown
        A look again that lists every candidate of the gene.
    frequency
        What is published of the allele now.

    Returns
    -------
    `None` when it is no candidate any more: nothing links the gene to a disease that it fits.
    """
    classes = [
        (each.disease, variant.classification)
        for each in shown.candidates
        if each.gene == judged.gene
        for variant in each.variants
        if variant.allele == judged.allele
    ]
    if not classes:
        return Classification.BENIGN if is_common(frequency) else None
    return dict(reversed(classes)).get(judged.disease, classes[0][1])
