"""The diseases of a gene: how each fits the phenotype, and how probable it is by this very gene.

Before anything is known of a patient each disease is as probable as every other, and of the genes
that are known to cause one disease each has its part of that: a disease of fifty genes makes none
of them fifty times as probable.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from kerne.interpretation.family.factors import SELDOM_MONOGENIC, Fact
from kerne.phenotype.annotations import Annotations, Inheritance

FULL_TRUST_TERMS: Final = 4.0
TRUST_EXPONENT: Final = 0.5
"""The terms of one patient repeat each other: many say less than the product of their ratios. The
ratio of one term is smoothed, so that few say more.

Fitted on half of the diseases of published cases (`validation/exome_cases.py`).
"""


@dataclass(frozen=True, slots=True)
class Described:
    """What is described of diseases beside their features.

    Parameters
    ----------
    modes
        Stated modes of inheritance by disease.
    spares_some
        Diseases of incomplete penetrance.
    seldom_monogenic
        Diseases that one inherited variant seldom causes.
    genes
        The genes that are known to cause a disease, by disease.
    """

    modes: Mapping[str, frozenset[Inheritance]]
    spares_some: Collection[str] = ()
    seldom_monogenic: Collection[str] = ()
    genes: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def by(cls, annotations: Annotations, genes: Mapping[str, Sequence[str]]) -> Self:
        """Take what annotations say, beside the genes of each disease."""
        return cls(annotations.modes, annotations.spares_some, annotations.seldom_monogenic, genes)


@dataclass(frozen=True, slots=True)
class DiseaseFit:
    """A disease of a gene, its modes, and how it fits the phenotype.

    Parameters
    ----------
    log10_phenotype
        Sum over the observed terms of the logarithms of their likelihood ratios.
    trust
        Weight of it; see `trust_in`.
    spares_some
        Whether its penetrance is known to be incomplete.
    seldom_monogenic
        Whether one inherited variant seldom causes it.
    genes
        How many genes are known to cause it, this one included.
    """

    disease: str
    modes: frozenset[Inheritance]
    log10_phenotype: float
    trust: float = 1.0
    spares_some: bool = False
    seldom_monogenic: bool = False
    genes: int = 1

    @property
    def log10_counted(self) -> float:
        """What the phenotype adds to the odds."""
        return self.trust * self.log10_phenotype

    @property
    def facts(self) -> list[Fact]:
        """What makes the disease less probable by this gene, before anybody is looked at."""
        facts = [SELDOM_MONOGENIC] if self.seldom_monogenic else []
        if self.genes > 1:
            words = f"{self.genes} genes are known to cause this disease"
            facts.append((-math.log10(self.genes), words))
        return facts


def disease_fits(
    diseases: frozenset[str],
    log10_phenotype: Mapping[str, float],
    described: Described,
    trust: float = 1.0,
) -> tuple[DiseaseFit, ...]:
    """Join the diseases of a gene with modes and phenotype.

    A disease without a stated mode takes those of the gene's other diseases: databases describe
    one disease under several identifiers, and not all of them state it. Diseases that are not
    annotated are left out.
    """
    modes = described.modes
    of_gene = frozenset[Inheritance]().union(*(modes.get(each, ()) for each in diseases))
    return tuple(
        DiseaseFit(
            each,
            modes.get(each, of_gene),
            log10_phenotype[each],
            trust,
            spares_some=each in described.spares_some,
            seldom_monogenic=each in described.seldom_monogenic,
            genes=max(1, len(described.genes.get(each, ()))),
        )
        for each in sorted(diseases)
        if each in log10_phenotype
    )


def trust_in(terms: int) -> float:
    """Say by how much a phenotype's log10 ratio is multiplied, by how many terms were observed.

    Examples
    --------
    >>> trust_in(1), trust_in(4), trust_in(16)
    (2.0, 1.0, 0.5)
    """
    return float((FULL_TRUST_TERMS / max(terms, 1)) ** TRUST_EXPONENT)
