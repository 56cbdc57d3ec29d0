"""Genomes filed under different persons that are one person's: compared at common places.

Every genome is compared with every other at a few hundred single-letter variants of autosomes that
about half of all alleles carry, far enough apart to be inherited apart. One that is filed twice, or
under the wrong name, is alike to another; so are twins of one egg.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly, ContigKind
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.genotypes import Zygosity
from kerne.genomes.identity import LEAST_COMPARED, LEAST_EQUAL
from kerne.genomes.reader import Reader

MOST_PLACES: Final = 400
APART_BP: Final = 100_000
COMMON: Final = (0.2, 0.8)
LEAST_CALLED: Final = 0.9
"""Share of the highest AN that a place must have: where few are callable, few can be compared."""
BLOCK: Final = 1024


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two rows that are alike: `equal` of the `compared` places that both carry are the same."""

    row: int
    other: int
    equal: int
    compared: int


@dataclass(frozen=True, slots=True)
class AlikeGenomes:
    """Two samples of two persons with one genome; `are_twins` when they were declared so."""

    sample: str
    other: str
    equal: int
    compared: int
    are_twins: bool = False


def find_duplicates(reader: Reader, assembly: Assembly) -> list[AlikeGenomes]:
    """Find the pairs of samples among all that may be seen which hold one genome."""
    samples = {row: sample for sample, row in reader.rows().items()}
    return [
        AlikeGenomes(samples[each.row], samples[each.other], each.equal, each.compared)
        for each in find_likenesses(reader, BitMap(samples), assembly)
    ]


def find_likenesses(reader: Reader, rows: BitMap, assembly: Assembly) -> list[Likeness]:
    """Find the pairs among `rows` that are as alike as genomes of one person."""
    places = common_places(reader.frequencies(rows), assembly)
    numbers = np.array(rows, dtype=np.uint32)
    het = np.zeros((len(numbers), len(places)), dtype=np.bool_)
    hom = np.zeros_like(het)
    for at, allele in enumerate(places):
        for carrier in reader.carriers(allele, rows):
            row = np.searchsorted(numbers, carrier.row)
            het[row, at] = carrier.genotype is Zygosity.HET
            hom[row, at] = carrier.genotype is Zygosity.HOM
    return find_alike(numbers, het, hom)


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


def find_alike(
    rows: NDArray[np.uint32], het: NDArray[np.bool_], hom: NDArray[np.bool_]
) -> list[Likeness]:
    """Find pairs of rows that are as alike as one person's genomes.

    Parameters
    ----------
    rows
        (rows,), ascending.
    het, hom
        (rows, places), who carries one copy and who two.
    """
    one, two = het.astype(np.float32), hom.astype(np.float32)
    both, same = one + two, np.hstack([one, two])
    found: list[Likeness] = []
    for start in range(0, len(rows), BLOCK):
        end = start + BLOCK
        # Counts below 2 ** 24 are exact in single precision.
        compared = both[start:end] @ both[start:].T
        equal = same[start:end] @ same[start:].T
        alike = (compared >= LEAST_COMPARED) & (equal >= LEAST_EQUAL * compared)
        for first, second in np.argwhere(np.triu(alike, 1)):
            found.append(
                Likeness(
                    int(rows[start + first]),
                    int(rows[start + second]),
                    int(equal[first, second]),
                    int(compared[first, second]),
                )
            )
    return found


def likeness_lines(found: Sequence[AlikeGenomes]) -> list[str]:
    """Say which samples hold one genome, tab-separated."""
    return [
        "sample\tother\tequal\tcompared\tdeclared twins",
        *(
            f"{e.sample}\t{e.other}\t{e.equal}\t{e.compared}\t{'yes' if e.are_twins else 'no'}"
            for e in found
        ),
    ]
