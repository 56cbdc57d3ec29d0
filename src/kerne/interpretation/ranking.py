"""Rank gene, disease and mode by odds: how the phenotype fits, times how the genotype fits.

For each disease of a gene every explanation that its modes of inheritance allow is scored:
log10 odds that all its variants are pathogenic (their points, `classification`), plus the factors
of the explanation (`inheritance`), plus the log10 likelihood ratio of the phenotype. The best
explanation of a disease stands for it; a disease that fits ten times worse than another of the
same gene is named but not listed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kerne.interpretation.candidate import Evidence, Mode
from kerne.interpretation.classification import (
    POINTS,
    PRIOR_PROBABILITY,
    log10_odds_all_pathogenic,
    pathogenic_probability,
    total_points,
)
from kerne.interpretation.criteria.judging import judge
from kerne.interpretation.criteria.mechanism import unjudged_loss
from kerne.interpretation.criteria.subject import Circumstances, DeNovo, Sources, Subject
from kerne.interpretation.explanation import Explanation
from kerne.interpretation.inheritance import explanations
from kerne.interpretation.observation import Observation, Place
from kerne.phenotype.annotations import Inheritance

SPLICE_REGION_PROBABILITY = 0.02
"""Prior of a variant near a splice site but not in it, while no predictor is at hand."""
LISTED_WITHIN = 1.0
"""log10 odds within which further diseases of a gene are listed beside its best."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A variant of a gene as evidence sees it and as families carry it."""

    subject: Subject
    observation: Observation


@dataclass(frozen=True, slots=True)
class DiseaseFit:
    """A disease of a gene, its modes, and how it fits the phenotype."""

    disease: str
    modes: frozenset[Inheritance]
    log10_phenotype: float


@dataclass(frozen=True, slots=True)
class Gene:
    """A gene with variants that could matter, and the diseases it is known to cause."""

    symbol: str
    place: Place
    findings: tuple[Finding, ...]
    diseases: tuple[DiseaseFit, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding with the evidence about it under one mode."""

    finding: Finding
    evidence: tuple[Evidence, ...]

    @property
    def points(self) -> int:
        """Sum of the points."""
        return total_points(self.evidence)

    @property
    def probability(self) -> float:
        """Posterior probability that it is pathogenic, for the rank only.

        An expected loss of function counts here even where PVS1 was not judged.
        """
        terms = set(self.finding.subject.consequence.terms)
        is_mild = terms <= {"splice_region", "synonymous", "intron"}
        prior = SPLICE_REGION_PROBABILITY if is_mild else PRIOR_PROBABILITY
        loss = POINTS[unjudged_loss(self.finding.subject, self.evidence)]
        return pathogenic_probability(self.points + loss, prior)


@dataclass(frozen=True, slots=True)
class Ranked:
    """One gene, disease and explanation with its odds.

    Parameters
    ----------
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
        return self.fit.log10_phenotype + self.log10_genotype


def rank(
    genes: Sequence[Gene], sources: Sources, *, parents_confirmed: bool = False
) -> tuple[Ranked, ...]:
    """Rank all genes, best odds first; ties by gene and disease, so that order is stable."""
    ranked = [each for gene in genes for each in rank_gene(gene, sources, parents_confirmed)]
    return tuple(sorted(ranked, key=_order))


def rank_gene(gene: Gene, sources: Sources, parents_confirmed: bool) -> tuple[Ranked, ...]:  # noqa: FBT001 - passed through
    """Rank the diseases of one gene; empty when no mode of any of them allows its genotypes."""
    judge_once = _Judge(gene.findings, sources, parents_confirmed=parents_confirmed)
    found = sorted(
        (best for fit in gene.diseases for best in _best(gene, fit, judge_once)), key=_order
    )
    listed = [each for each in found if each.log10_odds >= found[0].log10_odds - LISTED_WITHIN]
    others = tuple(each.fit.disease for each in found[len(listed) :])
    return tuple(
        Ranked(e.gene, e.fit, e.explanation, e.variants, e.log10_genotype, others) for e in listed
    )


class _Judge:
    """Judges each finding once a mode."""

    def __init__(
        self, findings: Sequence[Finding], sources: Sources, *, parents_confirmed: bool
    ) -> None:
        self._findings = findings
        self._sources = sources
        self._de_novo = DeNovo(parents_confirmed)
        self._known: dict[tuple[int, Mode], Judged] = {}

    def __call__(self, number: int, mode: Mode) -> Judged:
        if (number, mode) not in self._known:
            finding = self._findings[number]
            de_novo = self._de_novo if finding.observation.is_de_novo else None
            seen = Circumstances(de_novo=de_novo)
            evidence = judge(finding.subject, self._sources, mode, seen)
            self._known[number, mode] = Judged(finding, evidence)
        return self._known[number, mode]


def _best(gene: Gene, fit: DiseaseFit, judge_once: _Judge) -> Iterator[Ranked]:
    observations = [finding.observation for finding in gene.findings]
    ways = [
        _ranked(gene, fit, way, judge_once)
        for way in explanations(observations, gene.place, fit.modes)
    ]
    if ways:
        yield min(ways, key=_order)


def _ranked(gene: Gene, fit: DiseaseFit, way: Explanation, judge_once: _Judge) -> Ranked:
    variants = tuple(judge_once(number, way.mode) for number in way.members)
    odds = log10_odds_all_pathogenic([variant.probability for variant in variants])
    return Ranked(gene.symbol, fit, way, variants, odds + way.log10_fit)


def _order(ranked: Ranked) -> tuple[float, str, str, tuple[int, ...]]:
    return -ranked.log10_odds, ranked.gene, ranked.fit.disease, ranked.explanation.members


def disease_fits(
    diseases: frozenset[str],
    modes: Mapping[str, frozenset[Inheritance]],
    log10_phenotype: Mapping[str, float],
) -> tuple[DiseaseFit, ...]:
    """Join the diseases of a gene with modes and phenotype.

    A disease without a stated mode takes those of the gene's other diseases: databases describe
    one disease under several identifiers, and not all of them state it. Diseases that are not
    annotated are left out.
    """
    of_gene = frozenset[Inheritance]().union(*(modes.get(each, ()) for each in diseases))
    return tuple(
        DiseaseFit(each, modes.get(each, of_gene), log10_phenotype[each])
        for each in sorted(diseases)
        if each in log10_phenotype
    )
