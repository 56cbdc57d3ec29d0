"""Which modes of inheritance the genotypes of a gene allow, and how well the family agrees.

Pure rules. Each explanation carries a log10 factor for what the number of evidence points does not
hold: how often a healthy genome shows such a genotype by chance, and how the relatives fit.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

from kerne.alleles.assembly import ContigKind
from kerne.interpretation.candidate import Genotype, Mode
from kerne.interpretation.family.explanation import Explanation, allows, explained, unstated
from kerne.interpretation.family.factors import FACTORS, ONE_ALLELE, ONLY_ONE_COPY_STATED, Fact
from kerne.interpretation.family.facts import (
    balance_facts,
    origin_facts,
    sharing_facts,
    two_copies_facts,
)
from kerne.interpretation.family.observation import PARENTS, Observation, Place
from kerne.interpretation.family.pedigree import Kin
from kerne.interpretation.family.uniparental import mitochondrial, x_linked, y_linked
from kerne.interpretation.reading.calls import Carriage
from kerne.phenotype.annotations import Inheritance

_DOMINANT = frozenset(
    {Inheritance.AUTOSOMAL_DOMINANT, Inheritance.AUTOSOMAL_DOMINANT_MATERNAL_IMPRINTING}
)
_NOT_SHOWN = frozenset({Carriage.ABSENT, Carriage.UNSEEN})
_MEGABASE = 1_000_000


def explanations(
    observations: Sequence[Observation],
    place: Place,
    known: Collection[Inheritance],
    *,
    spares_some: bool = False,
) -> Iterator[Explanation]:
    """List the explanations that the genotypes and the known modes of a disease allow.

    Parameters
    ----------
    known
        Modes stated for the disease; none means that any is allowed, at a price.
    spares_some
        Whether the penetrance of the disease is known to be incomplete.
    """
    if place.kind is ContigKind.AUTOSOME:
        yield from _autosomal(observations, frozenset(known), spares_some=spares_some)
    elif place.kind is ContigKind.X:
        yield from x_linked(observations, place, frozenset(known))
    elif place.kind is ContigKind.Y:
        yield from y_linked(observations, known)
    elif place.kind is ContigKind.MITOCHONDRION:
        yield from mitochondrial(observations, known)


def _autosomal(
    observations: Sequence[Observation], known: frozenset[Inheritance], *, spares_some: bool
) -> Iterator[Explanation]:
    price = unstated(known)
    if allows(known, _DOMINANT):
        for number, each in enumerate(observations):
            if known or each.genotype is Genotype.HET:
                facts = [*price, *_silenced(each, known)]
                yield _dominant(number, each, facts, spares_some=spares_some)
    if known & _DOMINANT and Inheritance.AUTOSOMAL_RECESSIVE not in known:
        yield from _homozygous(observations, [ONLY_ONE_COPY_STATED])
    if allows(known, {Inheritance.AUTOSOMAL_RECESSIVE}):
        both = [*_homozygous(observations, price), *_compound(observations, price)]
        yield from both
        if known and not both:
            for number in range(len(observations)):
                yield explained(Mode.RECESSIVE_ONE_ALLELE, (number,), [ONE_ALLELE])


def _dominant(
    number: int, observation: Observation, facts: list[Fact], *, spares_some: bool
) -> Explanation:
    facts = [
        *facts,
        *sharing_facts(observation.relatives, spares_some=spares_some),
        *origin_facts(observation),
        *balance_facts(observation),
    ]
    if observation.genotype is not Genotype.HET:
        words = "on both copies, in a disease that one copy is enough for"
        facts += [(FACTORS.homozygous_dominant, words), *_parents_lacking(observation)]
    mode = Mode.DE_NOVO if observation.is_de_novo else Mode.DOMINANT
    return explained(mode, (number,), facts)


def _silenced(observation: Observation, known: frozenset[Inheritance]) -> list[Fact]:
    """Say that the mother's copy is the silent one, where the disease needs the father's."""
    if known & _DOMINANT != {Inheritance.AUTOSOMAL_DOMINANT_MATERNAL_IMPRINTING}:
        return []
    if _from_which_parent(observation) is not Kin.MOTHER:
        return []
    return [(FACTORS.silent_copy, "from the mother, whose copy imprinting silences")]


def _homozygous(observations: Sequence[Observation], price: list[Fact]) -> Iterator[Explanation]:
    for number, each in enumerate(observations):
        if each.genotype is not Genotype.HET and not each.is_over_deletion:
            facts = [*price, *_homozygous_facts(each)]
            yield explained(Mode.RECESSIVE_HOMOZYGOUS, (number,), facts)


def _homozygous_facts(observation: Observation) -> list[Fact]:
    facts: list[Fact] = [(FACTORS.homozygous, "homozygous")]
    if observation.stretch_bp:
        size = f"{observation.stretch_bp / _MEGABASE:.1f} Mb"
        words = f"homozygous, in a homozygous stretch of {size}: from one ancestor, or disomy"
        facts = [(FACTORS.homozygous_by_descent, words)]
    for each in observation.relatives:
        has_two = each.carriage in (Carriage.HOM, Carriage.HEMI)
        facts += two_copies_facts(each, has_two=has_two)
    return [*facts, *_parents_lacking(observation)]


def _parents_lacking(observation: Observation) -> list[Fact]:
    return [
        (FACTORS.parent_lacks, f"the {each.kin} lacks the allele: deletion or disomy?")
        for each in observation.relatives
        if each.kin in PARENTS and each.carriage is Carriage.ABSENT
    ]


def _compound(observations: Sequence[Observation], price: list[Fact]) -> Iterator[Explanation]:
    single = [
        number
        for number, each in enumerate(observations)
        if each.genotype is Genotype.HET or each.is_over_deletion
    ]
    for first, second in combinations(single, 2):
        pair = observations[first], observations[second]
        copies = in_trans(*pair)
        if copies is None or copies:
            facts = [*price, *_compound_facts(*pair, is_trans=copies is True)]
            yield explained(Mode.RECESSIVE_COMPOUND, (first, second), facts)


def in_trans(one: Observation, other: Observation) -> bool | None:
    """Say whether two alleles lie on different copies; `None` when that is not known."""
    if one.is_over_deletion != other.is_over_deletion:
        return True
    if one.phase and other.phase and one.phase.phase_set == other.phase.phase_set:
        return one.phase.haplotype != other.phase.haplotype
    ways = [_from_which_parent(each) for each in (one, other)]
    return None if None in ways else ways[0] is not ways[1]


def _from_which_parent(observation: Observation) -> Kin | None:
    """Name the only parent who has the allele, provided that the other does not show it.

    That a caller missed a rare variant in one parent whom it found in the other is unlikely enough.
    """
    mother, father = observation.parent(Kin.MOTHER), observation.parent(Kin.FATHER)
    if mother.is_carried and father in _NOT_SHOWN:
        return Kin.MOTHER
    if father.is_carried and mother in _NOT_SHOWN:
        return Kin.FATHER
    return None


def _compound_facts(one: Observation, other: Observation, *, is_trans: bool) -> list[Fact]:
    facts: list[Fact] = [
        (FACTORS.trans, "the two alleles are on different copies of the gene")
        if is_trans
        else (FACTORS.phase_unknown, "it is not known whether both copies of the gene are hit")
    ]
    for first, second in zip(one.relatives, other.relatives, strict=True):
        states = (first.carriage, second.carriage)
        if first.kin in PARENTS and set(states) == {Carriage.ABSENT}:
            facts.append((FACTORS.parent_lacks, f"the {first.kin} has neither allele"))
        if all(state.is_known for state in states):
            both = all(state.is_carried for state in states)
            facts += two_copies_facts(first, has_two=both)
    return facts
