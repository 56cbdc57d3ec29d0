"""Is a genome its person's? What the calls say, for the laboratory and for nobody else.

The measured complement is held against the registered sex, and genomes of one person against each
other. A difference is a task for the laboratory and no finding: samples may have been exchanged, a
donor's blood sequenced, a registration corrected, and bodies vary. Nothing of it is kept, and no
answer or page shows it. Genomes of different persons are compared in `likeness`.

Two genomes are compared where both carry something, which needs no knowledge of what either says
nothing about. Of one person nearly all such calls are equal; of siblings about three in four.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly, ContigKind
from kerne.genomes.calls import Place
from kerne.genomes.complement import (
    DepthSum,
    Karyotype,
    SexChromosomeCalls,
    measure_complement,
)
from kerne.genomes.genotypes import GenotypedAllele, Zygosity
from kerne.genomes.places import places_of
from kerne.people.person import RegisteredSex
from kerne.people.sample import GenomeOrigin

LEAST_COMPARED: Final = 50
"""Fewer common calls confirm nothing and contradict nothing."""
LEAST_EQUAL: Final = 0.9
"""Share of equal calls from which two genomes are one person's, or twins' of one egg.

Among alleles of frequency 1/2 that both carry, five in nine are equal in unrelated people; over 50
of them nine in ten is five standard deviations away.
"""


class Verdict(StrEnum):
    """What a comparison says; `DIFFERS` is a task for the laboratory."""

    AS_EXPECTED = "as expected"
    DIFFERS = "differs"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class GenomeAtHand:
    """One genome of a person, read for a check."""

    sample: str
    origin: GenomeOrigin
    variants: Sequence[GenotypedAllele]


@dataclass(frozen=True, slots=True)
class ComplementCheck:
    """A genome's measured sex chromosomes against what the register leads to expect."""

    sample: str
    measured: Karyotype
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class AgreementCheck:
    """Two genomes of one person; `equal` of the `compared` calls that both carry are the same."""

    sample: str
    other: str
    equal: int
    compared: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """What one person's genomes say of whose they are."""

    complements: tuple[ComplementCheck, ...]
    agreements: tuple[AgreementCheck, ...]


_ORDER: Final = tuple(Zygosity)
_EXPECTED: Final[Mapping[RegisteredSex, frozenset[Karyotype]]] = {
    RegisteredSex.FEMALE: frozenset({Karyotype.XX}),
    RegisteredSex.MALE: frozenset({Karyotype.XY, Karyotype.SINGLE_X}),
}
_OWN_GERMLINE: Final = frozenset({GenomeOrigin.GERMLINE, GenomeOrigin.TUMOUR, GenomeOrigin.UNKNOWN})
"""Origins that show the person's own germline, whatever else they show."""


def check_complement(
    sample: str, origin: GenomeOrigin, measured: Karyotype, registered: RegisteredSex
) -> ComplementCheck:
    """Hold the measured complement against the registered sex.

    Examples
    --------
    >>> check_complement("S1", GenomeOrigin.GERMLINE, Karyotype.XX, RegisteredSex.MALE).verdict
    <Verdict.DIFFERS: 'differs'>
    """
    expected = _EXPECTED.get(registered)
    # Of a tumour, chromosomes may be lost; of a fetus or a donor, others are looked at.
    judges = origin is GenomeOrigin.GERMLINE and measured is not Karyotype.UNCLEAR
    if expected is None or not judges:
        return ComplementCheck(sample, measured, Verdict.NOT_JUDGED)
    verdict = Verdict.AS_EXPECTED if measured in expected else Verdict.DIFFERS
    return ComplementCheck(sample, measured, verdict)


def karyotype_of(variants: Iterable[GenotypedAllele], assembly: Assembly) -> Karyotype:
    """Measure the complement of a genome again from the alleles that it carries."""
    alleles = list(variants)
    place = places_of(
        assembly,
        np.array([assembly.rank(each.allele.contig) for each in alleles], dtype=np.int16),
        np.array([each.allele.position for each in alleles], dtype=np.int64),
    )
    zygosity = np.array([_ORDER.index(each.genotype) for each in alleles], dtype=np.int8)
    depth = np.array(
        [-1 if each.depth_reads is None else each.depth_reads for each in alleles], dtype=np.int64
    )

    def count(where: Place, *which: Zygosity) -> int:
        numbers = [_ORDER.index(each) for each in which]
        return int(np.isin(zygosity[place == where], numbers).sum())

    def depths(where: Place) -> DepthSum:
        told = depth[(place == where) & (depth >= 0)]
        return DepthSum(int(told.sum()), len(told))

    return measure_complement(
        SexChromosomeCalls(
            count(Place.X, Zygosity.HEMI),
            count(Place.X, Zygosity.HET),
            count(Place.X, Zygosity.HOM),
            count(Place.Y, *Zygosity),
            count(Place.Y, Zygosity.HET),
            *map(depths, (Place.X, Place.Y, Place.PAIRED)),
        )
    ).karyotype


def check_agreement(
    first: GenomeAtHand, second: GenomeAtHand, assembly: Assembly
) -> AgreementCheck:
    """Compare two genomes that are filed under one person."""
    one, other = _autosomal(first.variants, assembly), _autosomal(second.variants, assembly)
    common = one.keys() & other.keys()
    equal = sum(one[each] is other[each] for each in common)
    verdict = Verdict.NOT_JUDGED
    if {first.origin, second.origin} <= _OWN_GERMLINE and len(common) >= LEAST_COMPARED:
        is_one = equal >= LEAST_EQUAL * len(common)
        verdict = Verdict.AS_EXPECTED if is_one else Verdict.DIFFERS
    return AgreementCheck(first.sample, second.sample, equal, len(common), verdict)


def check_identity(
    genomes: Sequence[GenomeAtHand], registered: RegisteredSex, assembly: Assembly
) -> IdentityCheck:
    """Check the genomes of one person, oldest first: alone, and against the newest germline."""
    complements = tuple(
        check_complement(
            each.sample, each.origin, karyotype_of(each.variants, assembly), registered
        )
        for each in genomes
    )
    germline = [each for each in genomes if each.origin is GenomeOrigin.GERMLINE]
    newest = (germline or genomes)[-1:]
    agreements = tuple(
        check_agreement(each, last, assembly)
        for last in newest
        for each in genomes
        if each is not last
    )
    return IdentityCheck(complements, agreements)


def _autosomal(variants: Iterable[GenotypedAllele], assembly: Assembly) -> dict[Allele, Zygosity]:
    paired = {each.name for each in assembly.contigs if each.kind is ContigKind.AUTOSOME}
    return {
        each.allele: each.genotype
        for each in variants
        if each.is_counted
        and each.allele.contig in paired
        and each.genotype in {Zygosity.HET, Zygosity.HOM}
    }


def identity_lines(check: IdentityCheck) -> list[str]:
    """Say what the genomes tell, tab-separated and ever alike."""
    return [
        "sample\tmeasured\tagainst the register",
        *(f"{e.sample}\t{e.measured}\t{e.verdict}" for e in check.complements),
        "sample\tnewest germline sample\tone person\tequal\tcompared",
        *(f"{e.sample}\t{e.other}\t{e.verdict}\t{e.equal}\t{e.compared}" for e in check.agreements),
    ]
