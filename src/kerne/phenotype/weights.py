"""The constants of the phenotype model, tuned on one half of the published diseases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kerne.phenotype.expectation import Basis
from kerne.phenotype.sparse import Smoothing


def _weights_of_bases() -> Mapping[Basis, float]:
    return MappingProxyType(
        {
            Basis.ANNOTATIONS: 1.0,
            Basis.CASES: 6.0,
            Basis.ALIAS: 1.3,
            Basis.KIND: 0.4,
            Basis.ORPHANET: 0.3,
            Basis.GENE: 0.3,
            Basis.SERIES: 1.0,
            Basis.NAME: 0.7,
        }
    )


@dataclass(frozen=True, slots=True)
class Weights:
    """The constants of the model.

    Parameters
    ----------
    smoothing
        How much the published frequencies are trusted.
    bases
        How much each basis counts; only their proportions matter. `CASES` has none in a model that
        knows no cases; `KIND` takes its part of the share of `ALIAS` and is never more.
    backoff
        Lost information content is paid this many times over, beyond the loss itself.
    noise
        Share of observed terms that the disease need not explain.
    normalisation
        Power of what a disease explains of a random term that ratios are divided by.
    repetition
        A term counts as one of `1 + repetition` where another says all of it; see
        `LikelihoodModel.shares`.
    without_gene
        log10 of the prior odds of a disease whose gene is not known, against one whose is.
    """

    smoothing: Smoothing = field(default_factory=Smoothing)
    bases: Mapping[Basis, float] = field(default_factory=_weights_of_bases)
    backoff: float = 1.0
    noise: float = 0.5
    normalisation: float = 0.5
    repetition: float = 0.2
    without_gene: float = -0.87
