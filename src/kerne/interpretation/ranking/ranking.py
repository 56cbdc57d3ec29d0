"""Rank gene, disease and mode by odds: how the phenotype fits, times how the genotype fits.

For each disease of a gene every explanation that its modes of inheritance allow is scored: log10
of the odds, against none of the genes being the cause, before anything is known of the patient;
plus for each variant how much likelier it is under a cause than by chance (`background`), plus the
points of the criteria that look at neither its class nor its frequency; plus the factors of the
explanation (`inheritance`); plus the log10 likelihood ratio of the phenotype, weighed. The
best explanation of a disease stands for it; a disease that fits ten times worse than another of
the same gene is named but not listed.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kerne.interpretation.candidate import Classification, Evidence, Met, Mode, Strength
from kerne.interpretation.classification import LOG10_ODDS_PER_POINT, classify, total_points
from kerne.interpretation.criteria.judging import OF_FAMILY, judge
from kerne.interpretation.criteria.mechanism import expected_loss
from kerne.interpretation.criteria.subject import RECESSIVE as RECESSIVE_MODES
from kerne.interpretation.criteria.subject import Circumstances, DeNovo, Sources, Subject
from kerne.interpretation.family.explanation import Explanation, besides
from kerne.interpretation.family.inheritance import explanations
from kerne.interpretation.family.observation import Observation, Place
from kerne.interpretation.ranking.background import (
    DOMINANT,
    RECESSIVE,
    Effect,
    Tolerance,
    effect_of,
    log10_rarity,
    log10_ratio,
)
from kerne.interpretation.ranking.circumstances import circumstances_of
from kerne.interpretation.ranking.fits import DiseaseFit
from kerne.interpretation.ranking.posterior import PROBABILITY_OF_NONE, gene_odds
from kerne.interpretation.structural.score import StructuralScore

DISEASES: Final = 7000
"""Diseases with a known gene: each is as probable as the others before anything is known, and its
genes share that."""
LISTED_WITHIN = 1.0
"""log10 odds within which further diseases of a gene are listed beside its best."""
WEIGHED_HERE: Final = OF_FAMILY | {"PVS1", "PM2", "PM4", "BA1", "BS1", "PP2", "BP1", "PP4"}
"""Criteria whose points would count twice.

Class, frequency and constraint are weighed by `background`, the family by `inheritance`.
"""
BESIDE_OTHERS: Final = frozenset({"PM3", "BP2"})
"""Criteria that say something of a variant because of others in the gene."""
LOSS_DISCOUNT: Final[Mapping[Strength, float]] = {
    Strength.VERY_STRONG: 0.0,
    Strength.STRONG: -0.3,
    Strength.MODERATE: -0.6,
    Strength.SUPPORTING: -1.0,
    Strength.NONE: -1.3,
}
"""log10, by PVS1's strength: a product that is only cut short is destroyed less often."""
NO_MECHANISM: Final = -1.3
"""log10 for a loss of function in a gene of which losing the product is known to be harmless."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A variant of a gene as evidence sees it and as families carry it."""

    subject: Subject
    observation: Observation
    structural: StructuralScore | None = None


@dataclass(frozen=True, slots=True)
class Gene:
    """A gene with variants that could matter, and the diseases it is known to cause."""

    symbol: str
    place: Place
    findings: tuple[Finding, ...]
    diseases: tuple[DiseaseFit, ...]
    tolerance: Tolerance


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding with the evidence about it under one mode.

    Parameters
    ----------
    log10_ratio
        Of the likelihood of the allele under a cause of this mode to that by chance, for the rank
        only: an expected loss of function counts here even where PVS1 was not judged.
    expected
        Rare alleles of its class that a genome has in this gene by chance.
    """

    finding: Finding
    evidence: tuple[Evidence, ...]
    log10_ratio: float
    expected: float

    @property
    def points(self) -> int:
        """Sum of the points."""
        return total_points(self.evidence)

    @property
    def classification(self) -> Classification:
        """The class: of a structural variant by its own tables, else by the points."""
        structural = self.finding.structural
        return classify(self.evidence) if structural is None else structural.classification


@dataclass(frozen=True, slots=True)
class Ranked:
    """One gene, disease and explanation with its odds.

    Parameters
    ----------
    log10_genotype
        Odds against *none of these* before the phenotype is looked at.
    others
        Diseases of the gene that fit worse and are not listed.
    """

    gene: str
    fit: DiseaseFit
    explanation: Explanation
    variants: tuple[Judged, ...]
    log10_genotype: float
    others: tuple[str, ...] = ()

    @property
    def log10_odds(self) -> float:
        """Phenotype and genotype together."""
        return self.fit.log10_counted + self.log10_genotype


LOG10_PRIOR: Final = math.log10((1 - PROBABILITY_OF_NONE) / PROBABILITY_OF_NONE / DISEASES)


def rank(
    genes: Sequence[Gene], sources: Sources, *, parents_confirmed: bool = False
) -> tuple[Ranked, ...]:
    """Rank all genes by the sum of the odds of their diseases, and those within each gene.

    Ties go by gene and disease, so that order is stable.
    """
    ranked = [each for gene in genes for each in rank_gene(gene, sources, parents_confirmed)]
    odds = gene_odds((each.gene, each.log10_odds) for each in ranked)
    return tuple(sorted(ranked, key=lambda each: (-odds[each.gene], each.gene, _order(each))))


def rank_gene(gene: Gene, sources: Sources, parents_confirmed: bool) -> tuple[Ranked, ...]:  # noqa: FBT001 - passed through
    """Rank the diseases of one gene; empty when no mode of any of them allows its genotypes."""
    judge_once = _Judge(gene, sources, parents_confirmed=parents_confirmed)
    found = sorted(
        (best for fit in gene.diseases for best in _best(gene, fit, judge_once)), key=_order
    )
    listed = [each for each in found if each.log10_odds >= found[0].log10_odds - LISTED_WITHIN]
    others = tuple(each.fit.disease for each in found[len(listed) :])
    return tuple(
        replace(each, others=others, variants=judge_once.settled(each.explanation))
        for each in listed
    )


class _Judge:
    """Judges each finding once a mode."""

    def __init__(self, gene: Gene, sources: Sources, *, parents_confirmed: bool) -> None:
        self._gene = gene
        self._sources = sources
        self._de_novo = DeNovo(parents_confirmed)
        self._known: dict[tuple[int, Mode], Judged] = {}

    def __call__(self, number: int, mode: Mode) -> Judged:
        if (number, mode) not in self._known:
            finding = self._gene.findings[number]
            de_novo = self._de_novo if finding.observation.is_de_novo else None
            seen = Circumstances(de_novo=de_novo)
            structural = finding.structural
            evidence = (
                judge(finding.subject, self._sources, mode, seen)
                if structural is None
                else structural.evidence
            )
            effect = effect_of(finding.subject.consequence.terms)
            ratio = self._log10_ratio(finding.subject, effect, mode)
            ratio += 0.0 if structural is None else structural.log10_weight
            if effect is Effect.LOSS:
                ratio += _log10_of_loss(finding.subject, evidence)
            ratio += _log10_of_points(evidence)
            expected = self._gene.tolerance.expected(effect)
            self._known[number, mode] = Judged(finding, evidence, ratio, expected)
        return self._known[number, mode]

    def settled(self, way: Explanation) -> tuple[Judged, ...]:
        """Judge the variants of an explanation beside each other and in the family.

        What this adds is `OF_FAMILY`, which the rank does not count.
        """
        found = [self(number, way.mode) for number in way.members]
        return tuple(
            replace(judged, evidence=self._in_family(number, way))
            for number, judged in zip(way.members, found, strict=True)
        )

    def _in_family(self, number: int, way: Explanation) -> tuple[Evidence, ...]:
        findings = self._gene.findings
        structural = findings[number].structural
        if structural is not None:
            return structural.evidence
        others = {
            other: (each.subject.coding_name, self._alone(other, way.mode))
            for other, each in enumerate(findings)
            if other != number
        }
        observations = [each.observation for each in findings]
        de_novo = self._de_novo if observations[number].is_de_novo else None
        seen = circumstances_of(number, way.members, observations, others, way.mode, de_novo)
        return judge(findings[number].subject, self._sources, way.mode, seen)

    def _alone(self, number: int, mode: Mode) -> Classification:
        """Give the class of a variant without what others beside it say of it."""
        judged = self(number, mode)
        if judged.finding.structural is not None:
            return judged.classification
        return classify(each for each in judged.evidence if each.criterion not in BESIDE_OTHERS)

    def _log10_ratio(self, subject: Subject, effect: Effect, mode: Mode) -> float:
        causes = RECESSIVE if mode in RECESSIVE_MODES else DOMINANT
        # No release at hand says how frequent structural variants are.
        is_known = bool(self._sources.frequencies) and not subject.allele.is_symbolic
        rarity = log10_rarity(subject.published, causes, is_known=is_known)
        return log10_ratio(effect, rarity, self._gene.tolerance, causes)


def _log10_of_loss(subject: Subject, evidence: Sequence[Evidence]) -> float:
    """Weigh how surely a loss of function destroys the product, and whether that does harm."""
    if any(each.criterion == "PVS1" and each.met is Met.NOT_MET for each in evidence):
        return NO_MECHANISM
    loss = expected_loss(subject)
    return 0.0 if loss is None else LOSS_DISCOUNT[loss.strength]


def _log10_of_points(evidence: Sequence[Evidence]) -> float:
    counted = (each for each in evidence if each.criterion not in WEIGHED_HERE)
    return total_points(counted) * LOG10_ODDS_PER_POINT


def _best(gene: Gene, fit: DiseaseFit, judge_once: _Judge) -> Iterator[Ranked]:
    observations = [finding.observation for finding in gene.findings]
    ways = list(explanations(observations, gene.place, fit.modes, spares_some=fit.spares_some))
    for fact in fit.facts:
        ways = [besides(way, fact) for way in ways]
    ranked = [_ranked(gene, fit, way, judge_once) for way in ways]
    if ranked:
        yield min(ranked, key=_order)


def _ranked(gene: Gene, fit: DiseaseFit, way: Explanation, judge_once: _Judge) -> Ranked:
    variants = tuple(judge_once(number, way.mode) for number in way.members)
    ratio = sum(variant.log10_ratio for variant in variants)
    return Ranked(gene.symbol, fit, way, variants, LOG10_PRIOR + ratio + way.log10_fit)


def _order(ranked: Ranked) -> tuple[float, str, str, tuple[int, ...]]:
    return -ranked.log10_odds, ranked.gene, ranked.fit.disease, ranked.explanation.members
