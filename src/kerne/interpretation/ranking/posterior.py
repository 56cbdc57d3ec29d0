"""From odds to probabilities: each gene against all others and against *none of these*.

Exactly one of the hypotheses holds: one of the genes causes the patient's disease, or none of
those that were ranked does (a gene nobody knows yet, a kind of variation not looked at, no genetic
cause). `log10_odds` of a candidate compares it with *none*, so that odds of all genes, and 1 for
none, divided by their sum, are probabilities. The diseases of one gene are ways in which the same
gene would be the cause: their odds add up, and their candidates share the gene's probability.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import fsum

from kerne.interpretation.candidate import Candidate, Interpretation, Likelihood

PROBABILITY_OF_NONE = 0.6
"""Before anything is known of a patient: some 40 % of referred genomes end in a diagnosis.

Clark et al. 2018 (doi:10.1038/s41525-018-0053-8), a meta-analysis.
"""
LIKELY = 0.8
"""From this probability on a gene is called likely."""
POSSIBLE = 0.02
"""Below this probability a gene is called unlikely."""
MISSED = 0.05
"""Reading may stop when the cause is among the rest with at most this probability."""


def likelihood(probability: float) -> Likelihood:
    """Give the word for a probability.

    Examples
    --------
    >>> likelihood(0.9).value, likelihood(0.1).value, likelihood(0.001).value
    ('likely', 'possible', 'unlikely')
    """
    if probability >= LIKELY:
        return Likelihood.LIKELY
    return Likelihood.POSSIBLE if probability >= POSSIBLE else Likelihood.UNLIKELY


def gene_odds(candidates: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Add up the odds of each gene from pairs of gene and log10 odds."""
    odds: dict[str, list[float]] = {}
    for gene, log10_odds in candidates:
        odds.setdefault(gene, []).append(float(10**log10_odds))
    return {gene: fsum(of_diseases) for gene, of_diseases in odds.items()}


def weigh(interpretation: Interpretation) -> Interpretation:
    """Order the candidates by the odds of their genes and give each gene its probability.

    `odds_unlisted` of the interpretation counts too.
    """
    odds = gene_odds((each.gene, each.log10_odds) for each in interpretation.candidates)
    total = fsum((1.0, interpretation.odds_unlisted, *odds.values()))
    probability = {gene: each / total for gene, each in odds.items()}
    ranked = sorted(interpretation.candidates, key=lambda each: _order(each, odds))
    return replace(
        interpretation,
        candidates=tuple(_weighed(each, n, probability) for n, each in enumerate(ranked, 1)),
        probability_of_none=1.0 / total,
        genes_to_read=genes_to_read(sorted(probability.values(), reverse=True)),
    )


def _order(candidate: Candidate, odds: Mapping[str, float]) -> tuple[float, str, float, str]:
    return -odds[candidate.gene], candidate.gene, -candidate.log10_odds, candidate.disease


def _weighed(candidate: Candidate, rank: int, probability: Mapping[str, float]) -> Candidate:
    here = probability[candidate.gene]
    return replace(candidate, rank=rank, probability=here, likelihood=likelihood(here))


def genes_to_read(probability: Sequence[float]) -> int:
    """Count the genes to read, best first, until the rest holds the cause improbably.

    Parameters
    ----------
    probability
        Of each gene, falling.

    Examples
    --------
    >>> genes_to_read([0.9, 0.06, 0.02]), genes_to_read([0.02, 0.01])
    (2, 0)
    """
    left = sum(probability)
    for number, each in enumerate(probability):
        if left <= MISSED:
            return number
        left -= each
    return len(probability)
