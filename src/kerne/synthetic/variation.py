"""The sites at which citizens differ, and how common each allele is in the whole population.

Three ages of allele give a spectrum rich in rare ones: *ancestral* alleles came with the few
ancestors from whom all descend and are mostly common; *recent* alleles have shares down to a few in
a hundred thousand, log-uniform; *private* alleles are one founder's or, de novo, one child's.
Selection has passed over them: the more an allele damages a protein, the rarer it is.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.transcript import Transcript
from kerne.synthetic.effect import LOSS_OF_FUNCTION, Effect, effect_of, is_at_exon_edge
from kerne.synthetic.genome import CONTIGS, Genome

ANCESTORS: Final = 64
ANCESTRAL_PER_MB: Final = 2_050
RECENT_PER_MB: Final = 2_900
PRIVATE_PER_FOUNDER_MB: Final = 3.0
RAREST_RECENT: Final = 2e-5
COMMONEST_RECENT: Final = 2e-2
SPACING_BP: Final = 12
"""Alleles stand at least this far apart, so that no two can be taken for one."""
SNV_SHARE: Final = 0.87
TRANSITION_SHARE: Final = 0.67
TRANSITIONS: Final = {"A": "G", "G": "A", "C": "T", "T": "C"}
TRANSVERSIONS: Final = {"A": "CT", "G": "CT", "C": "AG", "T": "AG"}


class Age(IntEnum):
    """Where an allele comes from."""

    ANCESTRAL = 0
    RECENT = 1
    PRIVATE = 2
    DE_NOVO = 3
    PLANTED = 4


@dataclass(frozen=True, slots=True)
class Site:
    """One biallelic site: its allele, where that came from, and its share in the population.

    `share` is 0 for alleles that nobody outside the citizens carries.
    """

    allele: Allele
    age: Age
    share: float


def draw_sites(
    rng: np.random.Generator,
    genome: Genome,
    counts: Mapping[Age, int],
    planted: Iterable[Site],
    recessive: frozenset[str],
) -> tuple[Site, ...]:
    """Draw `counts` sites of each age, less those selected against, and join the planted ones.

    Parameters
    ----------
    recessive
        Symbols of genes of which one lost copy does no harm: rare losses of them are tolerated.

    Returns
    -------
    Sites in genomic order, at least `SPACING_BP` apart; no planted site is left out.
    """
    nature = _Nature(rng, genome, recessive)
    drawn = [site for age, number in counts.items() for site in nature.sites(age, number)]
    return tuple(_spaced(planted, drawn))


def counts_for(genome: Genome, founders: int, children: int) -> dict[Age, int]:
    """Say how many sites of each age to draw for so many founder haplotypes and children."""
    megabases = genome.length_bp / 1e6
    return {
        Age.ANCESTRAL: round(ANCESTRAL_PER_MB * megabases),
        Age.RECENT: round(RECENT_PER_MB * megabases),
        Age.PRIVATE: round(PRIVATE_PER_FOUNDER_MB * megabases * founders),
        Age.DE_NOVO: round(0.6 * children),
    }


def write_indel(
    rng: np.random.Generator, sequence: str, position: int, length: int
) -> tuple[str, str] | None:
    """Write an indel after the anchor at `position`: deleting if `length` is negative.

    Returns reference and alternative, or `None` where the indel would not be left-aligned.
    """
    anchor = sequence[position]
    if length < 0:
        reference = sequence[position : position + 1 - length]
        return None if reference[-1] == anchor else (reference, anchor)
    inserted = "".join("ACGT"[base] for base in rng.integers(0, 4, length))
    return None if inserted[-1] == anchor else (anchor, anchor + inserted)


class _Nature:
    """Mutation, and selection by what it does to genes."""

    def __init__(self, rng: np.random.Generator, genome: Genome, recessive: frozenset[str]) -> None:
        self._rng = rng
        self._genome = genome
        self._recessive = recessive
        self._ends = np.cumsum([len(genome.sequences[contig]) for contig in CONTIGS])
        self._genes = {
            contig: [t for t in genome.transcripts if t.contig == contig] for contig in CONTIGS
        }
        self._starts = {contig: [t.start for t in genes] for contig, genes in self._genes.items()}

    def sites(self, age: Age, number: int) -> Iterator[Site]:
        """Try `number` mutations and keep those that selection lets pass."""
        shares = self._shares(age, number)
        places = self._rng.integers(0, self._ends[-1], number)
        for place, share in zip(places.tolist(), shares.tolist(), strict=True):
            allele = self._mutation(place)
            if allele is not None and self._rng.random() < self._survival(allele, share):
                yield Site(allele, age, share)

    def _shares(self, age: Age, number: int) -> NDArray[np.float64]:
        if age is Age.ANCESTRAL:
            copies = np.arange(1, ANCESTORS)
            weights = 1 / copies
            return self._rng.choice(copies, number, p=weights / weights.sum()) / ANCESTORS
        if age is Age.RECENT:
            low, high = np.log(RAREST_RECENT), np.log(COMMONEST_RECENT)
            return np.exp(self._rng.uniform(low, high, number))
        return np.zeros(number)

    def _mutation(self, place: int) -> Allele | None:
        number = bisect_right(self._ends, place)
        contig = CONTIGS[number]
        sequence = self._genome.sequences[contig]
        position = place - (int(self._ends[number - 1]) if number else 0)
        if not SPACING_BP < position < len(sequence) - 4 * SPACING_BP:
            return None
        if self._rng.random() < SNV_SHARE:
            reference = sequence[position]
            return Allele(contig, position, reference, self._other_base(reference))
        length = min(int(self._rng.geometric(0.35)), SPACING_BP)
        sign = -1 if self._rng.random() < 0.55 else 1  # noqa: PLR2004  deletions are commoner
        written = write_indel(self._rng, sequence, position, sign * length)
        return None if written is None else Allele(contig, position, *written)

    def _other_base(self, reference: str) -> str:
        if self._rng.random() < TRANSITION_SHARE:
            return TRANSITIONS[reference]
        return TRANSVERSIONS[reference][int(self._rng.integers(2))]

    def _survival(self, allele: Allele, share: float) -> float:
        gene = self._gene_at(allele)
        if gene is None:
            return 1.0
        if not allele.is_snv and is_at_exon_edge(allele, gene):
            return 0.0
        effect = effect_of(allele, gene, self._genome.sequences[allele.contig])
        return survival(effect, share, recessive=gene.symbol in self._recessive)

    def _gene_at(self, allele: Allele) -> Transcript | None:
        genes = self._genes[allele.contig]
        number = bisect_right(self._starts[allele.contig], allele.end) - 1
        if number < 0 or genes[number].end <= allele.position:
            return None
        return genes[number]


def survival(effect: Effect, share: float, *, recessive: bool) -> float:
    """Give the chance that an allele of this effect and share is left: strong effects are rare."""
    if effect in LOSS_OF_FUNCTION or effect is Effect.STOP_LOST:
        if share > 5e-4:  # noqa: PLR2004  commoner losses have been selected out
            return 0.0
        return 0.12 if recessive else 0.015
    if effect in {Effect.IN_FRAME_DELETION, Effect.IN_FRAME_INSERTION}:
        return 0.3 if share < 1e-3 else 0.02  # noqa: PLR2004
    if effect is Effect.MISSENSE:
        return 0.75 if share < 1e-3 else 0.35  # noqa: PLR2004
    return 1.0


def _spaced(planted: Iterable[Site], drawn: Sequence[Site]) -> Iterator[Site]:
    """Sort, and leave out what lies too near to a planted site or to the site before."""
    kept = sorted(planted, key=_place)
    ordered = sorted([*kept, *drawn], key=lambda site: (*_place(site), site.age != Age.PLANTED))
    reserved: Mapping[str, list[Allele]] = {
        contig: [site.allele for site in kept if site.allele.contig == contig] for contig in CONTIGS
    }
    last: Allele | None = None
    for site in ordered:
        clear = last is None or not _near(last, site.allele)
        if site.age is Age.PLANTED or (clear and not _crowds(site.allele, reserved)):
            yield site
            last = site.allele


def _crowds(allele: Allele, reserved: Mapping[str, list[Allele]]) -> bool:
    others = reserved[allele.contig]
    number = bisect_right(others, allele.position, key=lambda other: other.position)
    return any(_near(other, allele) for other in others[max(0, number - 1) : number + 1])


def _near(one: Allele, other: Allele) -> bool:
    return one.contig == other.contig and not (
        one.end + SPACING_BP <= other.position or other.end + SPACING_BP <= one.position
    )


def _place(site: Site) -> tuple[int, int]:
    return CONTIGS.index(site.allele.contig), site.allele.position
