"""What speaks for or against an explanation of inheritance, as log10 factors with words.

The factors are first values set by judgement, not fitted, but for those whose count is told; they
are all in `Factors`.
"""

from dataclasses import dataclass

Fact = tuple[float, str]
"""A log10 factor and why it counts, in words."""


@dataclass(frozen=True, slots=True)
class Factors:
    """log10 factors of the rules; positive speaks for the explanation.

    Parameters
    ----------
    mode_unknown
        The disease has no stated mode, so any is allowed.
    mode_unstated
        Two copies, in a disease of which only inheritance by one copy is stated: for many such
        genes a form by two copies is described later.
    seldom_monogenic
        One inherited variant seldom causes the disease.
    de_novo
        The parents lack the allele: a healthy child has one or two such in all its genes.
    de_novo_unproven
        They are called without it, but how deeply they were read is not known or too little.
    unseen_in_parents
        A structural variant that is not among the structural calls of the parents. Half of the
        causes of dominant disease are new, all of them true; taking that callers miss one in five
        that a parent has, and that one call in ten is none, what a genome shows by chance is unseen
        in the parents half as often.
    parental_mosaic
        They are called without it, and a few of their reads show it.
    homozygous, trans, phase_unknown
        That a genome has two alleles in the gene counts with each of them; these say how much
        likelier their arrangement is under a cause than by chance. Half of the patients with a
        recessive disease are taken to be homozygous (of the published ones, whose parents are
        often related, 72 %), and of the rare alleles of a genome one in a hundred (of those of
        1000 Genomes 0.3 %).
    homozygous_by_descent
        Homozygous within a long homozygous stretch, where everything is: less rare.
    one_allele
        The second allele of a recessive disease was not found; it may be of a kind not examined.
    carried_by_unaffected, lacking_in_affected
        Each relative against the explanation; incomplete penetrance and mosaicism exist.
    carried_without_penetrance
        An unaffected carrier, where the disease is known to spare some.
    carried_by_mosaic
        An unaffected carrier in whom only a part of the reads shows the allele.
    unseen_in_affected
        Each affected relative among whose structural calls the variant is not, by the same rates.
    shared_with_affected
        Each affected relative who fits.
    parent_lacks
        A recessive allele that a parent should have passed on and lacks.
    heterozygous_x_recessive
        A female carrier of an X-linked recessive disease; skewed inactivation exists.
    homozygous_dominant
        Both copies carry what one copy is enough for; consanguinity and semidominance exist.
    odd_balance
        Heterozygous by few of the reads: a mosaic of the patient, or an artefact.
    silent_copy
        The allele is on the copy that imprinting silences.
    low_heteroplasmy
        Few of the mitochondrial genomes have the allele.
    """

    mode_unknown: float = -0.5
    mode_unstated: float = -1.9
    seldom_monogenic: float = -1.0
    de_novo: float = 2.0
    de_novo_unproven: float = 0.5
    unseen_in_parents: float = 0.3
    parental_mosaic: float = 1.0
    homozygous: float = 1.7
    homozygous_by_descent: float = 0.5
    trans: float = 0.3
    phase_unknown: float = 0.0
    one_allele: float = -1.5
    carried_by_unaffected: float = -1.5
    carried_without_penetrance: float = -0.5
    carried_by_mosaic: float = 0.0
    lacking_in_affected: float = -1.5
    unseen_in_affected: float = -0.5
    shared_with_affected: float = 0.3
    parent_lacks: float = -1.5
    heterozygous_x_recessive: float = -1.0
    hemizygous: float = 0.0
    homozygous_dominant: float = -1.0
    odd_balance: float = -0.5
    silent_copy: float = -1.0
    low_heteroplasmy: float = -1.0


FACTORS = Factors()
ONE_ALLELE: Fact = (
    FACTORS.one_allele,
    "only one allele was found: the second may be of a kind that was not examined",
)
ONLY_ONE_COPY_STATED: Fact = (
    FACTORS.mode_unstated,
    "on both copies, where the disease is only known to be inherited by one",
)
SELDOM_MONOGENIC: Fact = (
    FACTORS.seldom_monogenic,
    "one inherited variant seldom causes this disease",
)
