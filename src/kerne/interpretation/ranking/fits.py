"""The diseases of a gene: how each fits the phenotype, and how probable it is by this very gene.

Before anything is known of a patient each disease is as probable as every other, and of the genes
that are known to cause one disease each has its part of that: a disease of fifty genes makes none
of them fifty times as probable. Where an expert panel of ClinGen judged the gene's part in the
disease, that counts too: causes that are found are more often in genes of which it is sure.

References
----------
Strande et al. 2017, doi:10.1016/j.ajhg.2017.04.015 (classes of validity).
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from kerne.interpretation.family.factors import SELDOM_MONOGENIC, Fact
from kerne.knowledge.gene_facts import Validity, ValidityClass
from kerne.phenotype.annotations import Annotations, Inheritance

FULL_TRUST_TERMS: Final = 4.0
TRUST_EXPONENT: Final = 0.5
"""The terms of one patient repeat each other: many say less than the product of their ratios. The
ratio of one term is smoothed, so that few say more.

Fitted on half of the diseases of published cases (`validation/exome_cases.py`).
"""


_SURE: Final[Fact] = (0.25, "ClinGen's experts are sure that the gene causes this disease")
_NOT_SURE: Final[Fact] = (
    -0.3,
    "ClinGen's experts are not sure yet that the gene causes this disease",
)
_DOUBTED: Final[Fact] = (-1.0, "ClinGen's experts found nothing for it, or doubt it")
VALIDITY: Final[Mapping[ValidityClass, Fact]] = {
    ValidityClass.DEFINITIVE: _SURE,
    ValidityClass.STRONG: _SURE,
    ValidityClass.MODERATE: _NOT_SURE,
    ValidityClass.LIMITED: _NOT_SURE,
    ValidityClass.ANIMAL_MODEL: _DOUBTED,
    ValidityClass.NONE: _DOUBTED,
    ValidityClass.DISPUTED: _DOUBTED,
    ValidityClass.REFUTED: _DOUBTED,
}
"""log10 by what ClinGen says of gene and disease, the best of several judgements.

Counted on the even half of the published cases: 31 % of the patients have a cause of which a panel
is sure, and 17 % of the links between genes and diseases are such; of the diseases 2.2 % rest on a
link of which it is not, of the links 4.5 %. None of the patients has one that is doubted: by
judgement.
"""
SURE_BY_ANOTHER_NAME: Final[Fact] = (
    0.1,
    "ClinGen's experts are sure that the gene causes a disease, which bears another name there",
)
"""The same where what they judged bears the name of none of its diseases: they often join several.

Counted on the same half: 30 % of the patients, 24 % of the links.
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
    judged
        What an expert panel says of the gene's part in it; `None` when none says anything.
    """

    disease: str
    modes: frozenset[Inheritance]
    log10_phenotype: float
    trust: float = 1.0
    spares_some: bool = False
    seldom_monogenic: bool = False
    genes: int = 1
    judged: Fact | None = None

    @property
    def log10_counted(self) -> float:
        """What the phenotype adds to the odds."""
        return self.trust * self.log10_phenotype

    @property
    def facts(self) -> list[Fact]:
        """What makes the disease more or less probable by this gene, whoever the patient is."""
        facts = [SELDOM_MONOGENIC] if self.seldom_monogenic else []
        if self.genes > 1:
            words = f"{self.genes} genes are known to cause this disease"
            facts.append((-math.log10(self.genes), words))
        if self.judged is not None:
            facts.append(self.judged)
        return facts


def disease_fits(
    diseases: frozenset[str],
    log10_phenotype: Mapping[str, float],
    described: Described,
    trust: float = 1.0,
    validity: Sequence[Validity] = (),
) -> tuple[DiseaseFit, ...]:
    """Join the diseases of a gene with modes and phenotype.

    A disease without a stated mode takes those of the gene's other diseases: databases describe
    one disease under several identifiers, and not all of them state it. Diseases that are not
    annotated are left out.

    Parameters
    ----------
    validity
        What expert panels say of the gene.
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
            judged=_judged(validity, each, diseases),
        )
        for each in sorted(diseases)
        if each in log10_phenotype
    )


def _judged(validity: Sequence[Validity], disease: str, diseases: Collection[str]) -> Fact | None:
    """Give the most that is said of a disease, else of the gene by names of none of its diseases.

    What is doubted by another name may be true of the disease: it says nothing.
    """
    own = [VALIDITY[each.classification] for each in validity if disease in each.diseases]
    if own:
        return max(own)
    is_sure = any(
        VALIDITY[each.classification] is _SURE
        for each in validity
        if set(each.diseases).isdisjoint(diseases)
    )
    return SURE_BY_ANOTHER_NAME if is_sure else None


def trust_in(terms: int) -> float:
    """Say by how much a phenotype's log10 ratio is multiplied, by how many terms were observed.

    Examples
    --------
    >>> trust_in(1), trust_in(4), trust_in(16)
    (2.0, 1.0, 0.5)
    """
    return float((FULL_TRUST_TERMS / max(terms, 1)) ** TRUST_EXPONENT)
