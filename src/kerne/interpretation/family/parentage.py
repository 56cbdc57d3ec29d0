"""Are relatives what they are registered as? A check of genotypes, for laboratory and geneticist.

A parent and a child share an allele at every place, so that neither is homozygous for what the
other lacks; an unrelated pair differs so at several percent of such places. Siblings are measured
by KING-robust kinship. What two parents lack together tells most, when both are at hand; two
parents in each other's place are told by their X chromosomes. A relative whose kinship or sex is
not supported is left out of the interpretation, in the same words as one whose genome is not there
or may not be used: no report tells them apart.

References
----------
Manichaikul et al. 2010 (doi:10.1093/bioinformatics/btq559), equation 9 and table 1.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from math import sqrt
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import ContigKind
from kerne.interpretation.family.consanguinity import Consanguinity, consanguinity_lines
from kerne.interpretation.family.pedigree import Family, Kin, PedigreeSex, Relative
from kerne.interpretation.family.sex import sex_signs
from kerne.interpretation.reading.calls import Carriage, GenomeCalls
from kerne.phenotype.phenopacket import Sex

LEAST_ALLELES = 50
"""Fewer comparable alleles confirm nothing and contradict nothing."""
MOST_UNEXPLAINED = 0.02
"""Share of alleles that true kin may contradict: de novo variants and wrong calls.

An unrelated parent leaves tens of percent of a child's alleles unexplained.
"""
LEAST_SIBLING_KINSHIP = 0.0884
"""Half-siblings are siblings here: 2 ** -3.5 is the bound between second and third degree."""

_AS_PACKET: Final = {
    PedigreeSex.MALE: Sex.MALE,
    PedigreeSex.FEMALE: Sex.FEMALE,
    PedigreeSex.UNKNOWN: Sex.UNKNOWN,
}


class Support(StrEnum):
    """What the genotypes say of a registered kinship."""

    SUPPORTED = "supported"
    NOT_SUPPORTED = "not supported"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class KinCheck:
    """One relative's registered kinship against the genotypes.

    Parameters
    ----------
    compared
        Places at which the two genomes could be compared.
    contradicting
        Those of them that do not agree with the kinship.
    """

    kin: Kin
    sample: str
    compared: int
    contradicting: int
    support: Support


@dataclass(frozen=True, slots=True)
class SexCheck:
    """What the genotypes of one sample say against its registered sex, in words."""

    who: str
    sample: str
    words: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """Two samples of the family that would fit in each other's place."""

    one: str
    other: str


@dataclass(frozen=True, slots=True)
class RelationshipCheck:
    """Every relative's check, and what both parents lack together.

    Parameters
    ----------
    compared, unexplained
        Autosomal alleles of the child that could be compared with both parents, and those in
        neither; 0 when not both are at hand.
    sexes
        Of the patient and the relatives, whose genotypes contradict their sex.
    exchanges
        Pairs of samples with which everything fits once they are exchanged: which to look at first.
    sample, consanguinity
        Of the patient: how the parents are related, by pedigree and genome; `None` where nobody
        looked.
    """

    kin: tuple[KinCheck, ...] = ()
    compared: int = 0
    unexplained: int = 0
    sexes: tuple[SexCheck, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    sample: str = ""
    consanguinity: Consanguinity | None = None

    @property
    def has_parents_confirmed(self) -> bool:
        """Whether enough alleles were compared and nearly all have a parent who carries them."""
        enough = self.compared >= LEAST_ALLELES
        return enough and self.unexplained <= _most_unexplained(self.compared)

    @property
    def unsupported(self) -> frozenset[str]:
        """Samples of relatives whose kinship or sex the genotypes do not support."""
        unfit = {each.sample for each in self.sexes}
        against = {e.sample for e in self.kin if e.support is Support.NOT_SUPPORTED}
        return frozenset(against | unfit)

    @property
    def left_out(self) -> tuple[Kin, ...]:
        """What the relatives are registered as who are left out."""
        return tuple(e.kin for e in self.kin if e.sample in self.unsupported)

    @property
    def is_doubted(self) -> bool:
        """Whether anything speaks against who the samples are said to be."""
        return bool(self.unsupported)

    @property
    def is_empty(self) -> bool:
        """Whether nobody was compared, and nothing is said of the parents or the patient's sex."""
        found = self.consanguinity
        has_parents = found is not None and found.parents_kinship is not None
        return not (self.kin or self.sexes or has_parents)


def check_relationships(
    patient: GenomeCalls, family: Family | None, sex: PedigreeSex = PedigreeSex.UNKNOWN
) -> RelationshipCheck:
    """Compare the patient with every relative at hand, and with both parents together.

    Where something does not fit, the samples of the family are tried in each other's places.

    Parameters
    ----------
    sex
        Of the patient, as registered.
    """
    found = _compared(patient, family, sex)
    if family is None or not found.is_doubted:
        return found
    return replace(found, exchanges=tuple(_exchanges(patient, family, sex)))


def _compared(patient: GenomeCalls, family: Family | None, sex: PedigreeSex) -> RelationshipCheck:
    relatives = () if family is None else family.relatives
    checks = tuple(_check(patient, relative) for relative in relatives)
    compared, unexplained = (0, 0) if family is None else _in_neither(patient, family)
    check = RelationshipCheck(checks, compared, unexplained, _sexes(patient, relatives, sex))
    if compared < LEAST_ALLELES or check.has_parents_confirmed:
        return check
    return replace(check, kin=_doubted(checks))


def _sexes(
    patient: GenomeCalls, relatives: Iterable[Relative], sex: PedigreeSex
) -> tuple[SexCheck, ...]:
    stated = [("patient", patient, sex)]
    stated += [(each.kin, each.calls, _sex_of(each)) for each in relatives]
    return tuple(
        SexCheck(who, calls.sample, f"registered as {expected}; {signs}")
        for who, calls, expected in stated
        if (signs := sex_signs(calls)).contradicts(_AS_PACKET[expected])
    )


def _sex_of(relative: Relative) -> PedigreeSex:
    by_role = {Kin.MOTHER: PedigreeSex.FEMALE, Kin.FATHER: PedigreeSex.MALE}
    return by_role.get(relative.kin, relative.sex)


def _exchanges(patient: GenomeCalls, family: Family, sex: PedigreeSex) -> Iterator[Exchange]:
    """Find the pairs of samples that make everything fit once they are exchanged."""
    genomes = [patient, *(each.calls for each in family.relatives)]
    for one, other in combinations(range(len(genomes)), 2):
        turned = list(genomes)
        turned[one], turned[other] = turned[other], turned[one]
        members = zip(family.relatives, turned[1:], strict=True)
        tried = Family(tuple(replace(each, calls=calls) for each, calls in members))
        found = _compared(turned[0], tried, sex)
        judged = [each for each in found.kin if each.support is Support.SUPPORTED]
        if judged and not found.is_doubted:
            yield Exchange(genomes[one].sample, genomes[other].sample)


def supported_family(family: Family | None, check: RelationshipCheck) -> Family | None:
    """Return the family without whom the genotypes do not support; `None` when nobody is left."""
    if family is None:
        return None
    left = tuple(each for each in family.relatives if each.calls.sample not in check.unsupported)
    return Family(left) if left else None


def left_out_in_words(kin: Kin) -> str:
    """Say that a relative is left out, in the same words whatever the cause."""
    return (
        f"the genome of the {kin} is not part of this interpretation: it is not there, may not be "
        "used, or does not serve the comparison"
    )


def relationship_lines(check: RelationshipCheck) -> list[str]:
    """Say what the genotypes tell of the registered kinship, tab-separated and ever alike."""
    found = check.consanguinity
    return [
        "relative\tsample\tkinship\tcontradicting\tcompared",
        *(f"{e.kin}\t{e.sample}\t{e.support}\t{e.contradicting}\t{e.compared}" for e in check.kin),
        f"in neither parent\t\t\t{check.unexplained}\t{check.compared}",
        *(f"sex\t{each.sample}\t{each.who} {each.words}\t\t" for each in check.sexes),
        *(f"exchanged?\t{e.one} and {e.other}\twould fit\t\t" for e in check.exchanges),
        *(() if found is None else consanguinity_lines(found, check.sample)),
    ]


def _check(patient: GenomeCalls, relative: Relative) -> KinCheck:
    if relative.kin is Kin.OTHER:
        return KinCheck(relative.kin, relative.calls.sample, 0, 0, Support.NOT_JUDGED)
    if relative.kin is Kin.SIBLING:
        return _check_sibling(patient, relative)
    states = _states(patient, relative.calls)
    homozygous = [pair for pair in states if Carriage.HOM in pair]
    opposite = sum(Carriage.ABSENT in pair for pair in homozygous)
    return KinCheck(
        relative.kin,
        relative.calls.sample,
        len(homozygous),
        opposite,
        _support(len(homozygous), opposite <= _most_unexplained(len(homozygous))),
    )


def _check_sibling(patient: GenomeCalls, relative: Relative) -> KinCheck:
    states = _states(patient, relative.calls)
    shared = sum(pair == (Carriage.HET, Carriage.HET) for pair in states)
    opposite = sum(set(pair) == {Carriage.HOM, Carriage.ABSENT} for pair in states)
    het = sum(pair.count(Carriage.HET) for pair in states)
    kinship = (shared - 2 * opposite) / het if het else 0.0
    support = _support(het, kinship >= LEAST_SIBLING_KINSHIP)
    return KinCheck(relative.kin, relative.calls.sample, len(states), opposite, support)


def _most_unexplained(compared: int) -> float:
    """Give how many of so many places true kin may contradict, with two deviations of chance."""
    expected = MOST_UNEXPLAINED * compared
    return expected + 2 * sqrt(expected)


def _support(compared: int, agrees: bool) -> Support:  # noqa: FBT001 - what was measured
    if compared < LEAST_ALLELES:
        return Support.NOT_JUDGED
    return Support.SUPPORTED if agrees else Support.NOT_SUPPORTED


def _states(one: GenomeCalls, other: GenomeCalls) -> list[tuple[Carriage, Carriage]]:
    """Give how both carry each autosomal allele of either, where both are known."""
    alleles = dict.fromkeys((*_autosomal(one), *_autosomal(other)))
    pairs = ((one.carriage(each), other.carriage(each)) for each in alleles)
    return [pair for pair in pairs if Carriage.UNKNOWN not in pair]


def _autosomal(genome: GenomeCalls) -> Iterable[Allele]:
    kinds = {contig.name: contig.kind for contig in genome.assembly.contigs}
    return (
        call.allele for call in genome.calls if kinds[call.allele.contig] is ContigKind.AUTOSOME
    )


def _in_neither(child: GenomeCalls, family: Family) -> tuple[int, int]:
    mother, father = family.parent(Kin.MOTHER), family.parent(Kin.FATHER)
    if mother is None or father is None:
        return 0, 0
    compared = unexplained = 0
    for allele in _autosomal(child):
        states = {each.calls.carriage(allele) for each in (mother, father)}
        if any(state.is_carried for state in states):
            compared += 1
        elif states == {Carriage.ABSENT}:
            compared += 1
            unexplained += 1
    return compared, unexplained


def _doubted(checks: Iterable[KinCheck]) -> tuple[KinCheck, ...]:
    """Doubt the parents who cannot both be right: all but the one whom the other's fault clears."""
    checks = tuple(checks)
    parents = [each for each in checks if each.kin in (Kin.MOTHER, Kin.FATHER)]
    one_is_wrong = any(each.support is Support.NOT_SUPPORTED for each in parents)
    cleared = {each.sample for each in parents if each.support is Support.SUPPORTED}
    kept = cleared if one_is_wrong else set[str]()
    return tuple(
        KinCheck(e.kin, e.sample, e.compared, e.contradicting, Support.NOT_SUPPORTED)
        if e in parents and e.sample not in kept
        else e
        for e in checks
    )
