"""The two haplotypes of every citizen: founders woven from ancestors, children from their parents.

A founder's haplotype is a mosaic of ancestral ones, so that neighbouring common alleles travel
together; recent and private alleles are laid on it. A child gets one crossed-over haplotype of each
genetic parent. Where each came from is remembered, so that an allele can be given to a person later
as if it had been inherited all along.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.synthetic.citizen import Sex
from kerne.synthetic.family import Member
from kerne.synthetic.genome import CONTIGS, Genome, X
from kerne.synthetic.variation import ANCESTORS, Age, Site

ABSENT: Final = np.int8(-1)
"""On the paternal X haplotype of males, who have none."""
MATERNAL: Final = 0
PATERNAL: Final = 1
BLOCK_BP: Final = 60_000
"""Mean length of a stretch that a founder has from one ancestor."""
CROSSOVERS: Final = 1.2
"""Mean number of crossovers of a contig in one transmission."""


@dataclass(frozen=True, slots=True)
class Haplotypes:
    """Who carries which allele.

    Parameters
    ----------
    carried
        (citizens, 2, sites): 1 where the haplotype carries the alternative allele, 0 where it does
        not, `ABSENT` where there is no such haplotype. The maternal one comes first.
    origins
        For each haplotype that was transmitted within the country, by citizen and side: the
        parent's position and, (sites,), which of the parent's haplotypes each site came from.
    """

    carried: NDArray[np.int8]
    origins: Mapping[tuple[int, int], tuple[int, NDArray[np.int8]]]

    def give(self, person: int, side: int, site: int) -> None:
        """Make a haplotype carry an allele, as inherited: the parent and all descendants do too."""
        source = self.origins.get((person, side))
        if source is None:
            self._hand_down(person, side, site)
        else:
            parent, origin = source
            self._hand_down(parent, int(origin[site]), site)

    def give_de_novo(self, person: int, side: int, site: int) -> None:
        """Make a haplotype carry an allele that its parent does not."""
        self.carried[person, side, site] = 1

    def copies(self, person: int, site: int) -> tuple[int, int]:
        """Count the alternative alleles of a person, and all alleles."""
        alleles = self.carried[person, :, site]
        return int((alleles == 1).sum()), int((alleles != ABSENT).sum())

    def _hand_down(self, person: int, side: int, site: int) -> None:
        self.carried[person, side, site] = 1
        for (child, child_side), (parent, origin) in self.origins.items():
            if parent == person and origin[site] == side:
                self.carried[child, child_side, site] = 1


def draw_haplotypes(
    rng: np.random.Generator, genome: Genome, sites: Sequence[Site], members: Sequence[Member]
) -> Haplotypes:
    """Draw the haplotypes of all citizens. Planted alleles are carried by nobody yet."""
    loom = _Loom(rng, genome, sites, members)
    return loom.weave()


def founder_haplotypes(members: Sequence[Member]) -> list[tuple[int, int]]:
    """List the haplotypes, by citizen and side, that no citizen transmitted."""
    sources = [
        (person, side, parent)
        for person, member in enumerate(members)
        for side, parent in ((MATERNAL, member.mother), (PATERNAL, member.father))
    ]
    return [(p, side) for p, side, parent in sources if parent is None or members[p].adopted]


class _Loom:
    """Everything that is needed to make one haplotype after the other."""

    def __init__(
        self,
        rng: np.random.Generator,
        genome: Genome,
        sites: Sequence[Site],
        members: Sequence[Member],
    ) -> None:
        self._rng = rng
        self._members = members
        self._lengths = {contig: len(genome.sequences[contig]) for contig in CONTIGS}
        self._ages = np.array([site.age for site in sites])
        self._shares = np.array([site.share for site in sites])
        self._positions = np.array([site.allele.position for site in sites])
        contigs = np.array([CONTIGS.index(site.allele.contig) for site in sites])
        bounds = np.searchsorted(contigs, np.arange(len(CONTIGS) + 1))
        self._slices = {
            contig: slice(int(bounds[n]), int(bounds[n + 1])) for n, contig in enumerate(CONTIGS)
        }
        self._carried = np.zeros((len(members), 2, len(sites)), dtype=np.int8)

    def weave(self) -> Haplotypes:
        founders = founder_haplotypes(self._members)
        self._lay_ancestral(founders)
        self._lay_recent(founders)
        self._lay_private(founders)
        self._forget_paternal_x()
        origins: dict[tuple[int, int], tuple[int, NDArray[np.int8]]] = {}
        for child, member in enumerate(self._members):
            parents = () if member.adopted else ((0, member.mother), (1, member.father))
            for side, parent in parents:
                if parent is not None:
                    origins[child, side] = parent, self._transmit(parent, child, side)
        self._mutate(sorted({child for child, _ in origins}))
        self._forget_paternal_x()
        return Haplotypes(self._carried, origins)

    def _lay_ancestral(self, founders: Sequence[tuple[int, int]]) -> None:
        ancestral = np.flatnonzero(self._ages == Age.ANCESTRAL)
        copies = np.rint(self._shares[ancestral] * ANCESTORS)
        ranks = self._rng.random((ANCESTORS, ancestral.size)).argsort(axis=0)
        ancestors = np.zeros((ANCESTORS, self._ages.size), dtype=np.int8)
        ancestors[:, ancestral] = ranks < copies
        for person, side in founders:
            for contig, part in self._slices.items():
                mosaic = self._mosaic(contig, part, self._lengths[contig] / BLOCK_BP, ANCESTORS)
                columns = np.arange(part.start, part.stop)
                self._carried[person, side, part] = ancestors[mosaic, columns]

    def _mosaic(self, contig: str, part: slice, switches: float, sources: int) -> NDArray[np.intp]:
        """Say for each site of a contig which source it is copied from: (sites of the contig,)."""
        number = int(self._rng.poisson(switches))
        breaks = np.sort(self._rng.integers(0, self._lengths[contig], number))
        chosen = self._rng.integers(0, sources, number + 1)
        return chosen[np.searchsorted(breaks, self._positions[part], side="right")]

    def _lay_recent(self, founders: Sequence[tuple[int, int]]) -> None:
        people, sides = np.array(founders).T
        for site in np.flatnonzero(self._ages == Age.RECENT):
            copies = self._rng.binomial(len(founders), self._shares[site])
            lucky = self._rng.choice(len(founders), copies, replace=False)
            self._carried[people[lucky], sides[lucky], site] = 1

    def _lay_private(self, founders: Sequence[tuple[int, int]]) -> None:
        private = np.flatnonzero(self._ages == Age.PRIVATE)
        people, sides = np.array(founders).T
        lucky = self._rng.integers(0, len(founders), private.size)
        self._carried[people[lucky], sides[lucky], private] = 1

    def _transmit(self, parent: int, child: int, side: int) -> NDArray[np.int8]:
        """Copy a crossed-over haplotype of the parent into the child; return where it came from."""
        origin = np.zeros(self._ages.size, dtype=np.int8)
        for contig, part in self._slices.items():
            if contig == X and self._members[parent].sex is Sex.MALE:
                continue  # a father has one X haplotype, from his mother
            crossovers = int(self._rng.poisson(CROSSOVERS))
            breaks = np.sort(self._rng.integers(0, self._lengths[contig], crossovers))
            passed = np.searchsorted(breaks, self._positions[part], side="right")
            origin[part] = (passed + int(self._rng.integers(2))) % 2
        self._carried[child, side] = self._carried[parent, origin, np.arange(origin.size)]
        return origin

    def _mutate(self, children: Sequence[int]) -> None:
        for site in np.flatnonzero(self._ages == Age.DE_NOVO) if children else ():
            child = children[int(self._rng.integers(len(children)))]
            self._carried[child, int(self._rng.integers(2)), site] = 1

    def _forget_paternal_x(self) -> None:
        males = [n for n, member in enumerate(self._members) if member.sex is Sex.MALE]
        part = self._slices[X]
        self._carried[males, PATERNAL, part.start : part.stop] = ABSENT
