"""Modes in which one parent gives the copy: X-linked, Y-linked and mitochondrial."""

from collections.abc import Collection, Iterator, Sequence

from kerne.interpretation.candidate import Genotype, Mode
from kerne.interpretation.family.explanation import Explanation, allows, explained, unstated
from kerne.interpretation.family.factors import FACTORS, Fact
from kerne.interpretation.family.facts import balance_facts, origin_facts, two_copies_facts
from kerne.interpretation.family.observation import Observation, Place, RelativeCarriage
from kerne.interpretation.family.pedigree import Kin
from kerne.interpretation.reading.calls import Carriage
from kerne.phenotype.annotations import Inheritance

X_LINKED = frozenset(
    {Inheritance.X_LINKED, Inheritance.X_LINKED_DOMINANT, Inheritance.X_LINKED_RECESSIVE}
)
_OLDER = frozenset({Inheritance.AUTOSOMAL_DOMINANT, Inheritance.AUTOSOMAL_RECESSIVE})
"""Older annotations call some X-linked diseases autosomal; the gene's place decides."""
LOW_HETEROPLASMY = 0.1
HOMOPLASMIC = 0.9


def x_linked(
    observations: Sequence[Observation], place: Place, known: frozenset[Inheritance]
) -> Iterator[Explanation]:
    """List the explanations by a gene on X outside the pseudo-autosomal regions."""
    stated = known & X_LINKED
    if known and not stated and not known & _OLDER:
        return
    for number, each in enumerate(observations):
        facts = [*unstated(stated), *_x_facts(each, place, stated)]
        yield explained(Mode.X_LINKED, (number,), facts)


def y_linked(
    observations: Sequence[Observation], known: Collection[Inheritance]
) -> Iterator[Explanation]:
    """List the explanations by a gene on Y outside the pseudo-autosomal regions."""
    if allows(known, {Inheritance.Y_LINKED}):
        for number, each in enumerate(observations):
            facts = [*unstated(known), (FACTORS.hemizygous, "on Y"), *origin_facts(each)]
            facts += _whole_facts(each.relatives)
            yield explained(Mode.Y_LINKED, (number,), facts)


def mitochondrial(
    observations: Sequence[Observation], known: Collection[Inheritance]
) -> Iterator[Explanation]:
    """List the explanations by the mitochondrial genome, with the heteroplasmy that reads show."""
    if allows(known, {Inheritance.MITOCHONDRIAL}):
        for number, each in enumerate(observations):
            facts = [*unstated(known), *_heteroplasmy(each), *origin_facts(each)]
            facts += _maternal_facts(each.relatives)
            yield explained(Mode.MITOCHONDRIAL, (number,), facts)


def _x_facts(observation: Observation, place: Place, stated: frozenset[Inheritance]) -> list[Fact]:
    facts: list[Fact] = []
    if observation.genotype is not Genotype.HET:
        words = "hemizygous" if place.is_single_copy else "on both X chromosomes"
        facts.append((FACTORS.hemizygous, words))
    elif place.is_single_copy:
        facts.append((FACTORS.parent_lacks, "heterozygous where one copy is expected: mosaic?"))
    else:
        facts += balance_facts(observation)
        if stated == {Inheritance.X_LINKED_RECESSIVE}:
            words = "heterozygous in a disease that is X-linked recessive"
            facts.append((FACTORS.heterozygous_x_recessive, words))
    return [*facts, *origin_facts(observation), *_whole_facts(observation.relatives)]


def _whole_facts(relatives: Sequence[RelativeCarriage]) -> list[Fact]:
    """Compare relatives: on all their copies, or affected with one."""
    facts = []
    for each in relatives:
        full = each.carriage in (Carriage.HOM, Carriage.HEMI)
        is_manifest = each.affected is True and each.carriage.is_carried
        facts += two_copies_facts(each, has_two=full or is_manifest)
    return facts


def _heteroplasmy(observation: Observation) -> list[Fact]:
    share = observation.reads.share
    if share is None:
        told = "" if observation.genotype is Genotype.HET else "homoplasmic as called; "
        return [(0.0, f"{told}the heteroplasmy is not known: reads by allele are not told")]
    if share >= HOMOPLASMIC:
        return [(0.0, f"homoplasmic ({observation.reads})")]
    factor = FACTORS.low_heteroplasmy if share < LOW_HETEROPLASMY else 0.0
    words = f"heteroplasmy {share:.0%} ({observation.reads}); other tissues may differ"
    return [(factor, words)]


def _maternal_facts(relatives: Sequence[RelativeCarriage]) -> list[Fact]:
    """Compare relatives of the mother's line; below a threshold a carrier is not affected."""
    facts: list[Fact] = []
    for each in relatives:
        if each.kin in (Kin.MOTHER, Kin.SIBLING):
            share = each.reads.share
            is_full = (
                each.carriage in (Carriage.HOM, Carriage.HEMI)
                if share is None
                else (share >= HOMOPLASMIC)
            )
            is_manifest = each.affected is True and each.carriage.is_carried
            facts += two_copies_facts(each, has_two=is_full or is_manifest)
        elif each.kin is Kin.FATHER and each.carriage.is_carried:
            facts.append((0.0, "the father has it too, and no child has it from him"))
    return facts
