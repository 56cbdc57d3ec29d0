"""Genomes filed under different persons that are one person's: compared at common places.

Every genome is compared with every other at a few hundred single-letter variants of autosomes that
about half of all alleles carry, far enough apart to be inherited apart. One that is filed twice, or
under the wrong name, is alike to another; so are twins of one egg.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly, ContigKind
from kerne.genomes.checking.identity import LEAST_COMPARED, LEAST_EQUAL
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.genotypes import Zygosity

if TYPE_CHECKING:
    from kerne.genomes.reader import Reader

MOST_PLACES: Final = 400
APART_BP: Final = 100_000
COMMON: Final = (0.2, 0.8)
LEAST_CALLED: Final = 0.9
"""Share of the highest AN that a place must have: where few are callable, few can be compared."""
BLOCK: Final = 1024


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two rows: `equal` of the `compared` places that both carry are the same."""

    row: int
    other: int
    equal: int
    compared: int


@dataclass(frozen=True, slots=True)
class ComparedGenomes:
    """Two samples of two persons; `are_twins` when these were declared of one egg."""

    sample: str
    other: str
    equal: int
    compared: int
    are_twins: bool = False

    @property
    def is_one(self) -> bool:
        """Whether they are as alike as genomes of one person."""
        return self.compared >= LEAST_COMPARED and self.equal >= LEAST_EQUAL * self.compared


def find_duplicates(
    reader: "Reader", assembly: Assembly, twins: Collection[frozenset[int]] = ()
) -> list[ComparedGenomes]:
    """Find the pairs of samples among all that may be seen which hold one genome.

    Parameters
    ----------
    twins
        Pairs of rows of declared twins: listed too when they do not.
    """
    samples = {row: sample for sample, row in reader.rows().items()}
    prints = take_fingerprints(reader, BitMap(samples), assembly)
    alike = prints.alike()
    found = {frozenset({each.row, each.other}) for each in alike}
    unlike = [prints.compare(*sorted(pair)) for pair in twins if pair not in found]
    compared = [each for each in unlike if each.compared >= LEAST_COMPARED]
    return [
        ComparedGenomes(
            samples[each.row],
            samples[each.other],
            each.equal,
            each.compared,
            frozenset({each.row, each.other}) in twins,
        )
        for each in (*alike, *compared)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprints:
    """How each genome carries the common places.

    Parameters
    ----------
    rows
        (rows,), ascending.
    het, hom
        (rows, places), who carries one copy and who two.
    """

    rows: NDArray[np.uint32]
    het: NDArray[np.bool_]
    hom: NDArray[np.bool_]

    def compare(self, row: int, other: int) -> Likeness:
        """Compare two rows that are here."""
        one, two = np.searchsorted(self.rows, [row, other])
        both = (self.het | self.hom)[[one, two]].all(axis=0)
        equal = both & (self.het[one] == self.het[two])
        return Likeness(row, other, int(equal.sum()), int(both.sum()))

    def alike(self) -> list[Likeness]:
        """Find the pairs of rows that are as alike as one person's genomes."""
        one, two = self.het.astype(np.float32), self.hom.astype(np.float32)
        both, same = one + two, np.hstack([one, two])
        found: list[Likeness] = []
        for start in range(0, len(self.rows), BLOCK):
            end = start + BLOCK
            # Counts below 2 ** 24 are exact in single precision.
            compared = both[start:end] @ both[start:].T
            equal = same[start:end] @ same[start:].T
            alike = (compared >= LEAST_COMPARED) & (equal >= LEAST_EQUAL * compared)
            for first, second in np.argwhere(np.triu(alike, 1)):
                found.append(
                    Likeness(
                        int(self.rows[start + first]),
                        int(self.rows[start + second]),
                        int(equal[first, second]),
                        int(compared[first, second]),
                    )
                )
        return found


def take_fingerprints(reader: "Reader", rows: BitMap, assembly: Assembly) -> Fingerprints:
    """Read how `rows` carry the places that are common among them."""
    places = common_places(reader.frequencies(rows), assembly)
    numbers = np.array(rows, dtype=np.uint32)
    het = np.zeros((len(numbers), len(places)), dtype=np.bool_)
    hom = np.zeros_like(het)
    for at, allele in enumerate(places):
        for carrier in reader.carriers(allele, rows):
            row = np.searchsorted(numbers, carrier.row)
            het[row, at] = carrier.genotype is Zygosity.HET
            hom[row, at] = carrier.genotype is Zygosity.HOM
    return Fingerprints(numbers, het, hom)


def common_places(found: Frequencies, assembly: Assembly) -> Sequence[Allele]:
    """Choose the alleles to compare genomes at: one in a stretch of `APART_BP`, spread evenly."""
    kinds = {contig.name: contig.kind for contig in assembly.contigs}
    called = found.an >= LEAST_CALLED * found.an.max(initial=0)
    best: dict[tuple[str, int], int] = {}
    af = found.af
    common = called & (af >= COMMON[0]) & (af <= COMMON[1])
    for at in np.flatnonzero(common).tolist():
        allele = found.allele(at)
        if kinds[allele.contig] is ContigKind.AUTOSOME and allele.is_snv:
            stretch = (allele.contig, allele.position // APART_BP)
            if stretch not in best or abs(af[at] - 0.5) < abs(af[best[stretch]] - 0.5):
                best[stretch] = at
    chosen = list(best.values())
    picked = np.linspace(0, len(chosen) - 1, min(MOST_PLACES, len(chosen))).astype(np.int64)
    return [found.allele(chosen[at]) for at in picked]


def likeness_lines(found: Sequence[ComparedGenomes]) -> list[str]:
    """Say which samples hold one genome, and which twins do not, tab-separated."""
    return [
        "sample\tother\tequal\tcompared\tone genome\tdeclared twins",
        *(
            "\t".join(
                (
                    *(each.sample, each.other, str(each.equal), str(each.compared)),
                    *("yes" if said else "no" for said in (each.is_one, each.are_twins)),
                )
            )
            for each in found
        ),
    ]
