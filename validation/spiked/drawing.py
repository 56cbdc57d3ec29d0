"""Draw the rare protein-altering alleles of one invented genome, by rules fixed before any tuning.

Each of 250 alleles falls into a gene by the length of its coding sequence and is by chance missense
(85 %), a loss of function (8 %: 35 % of these a stop, 40 % a shifted frame, 25 % a splice site) or
an in-frame deletion (7 %). How often others carry it is what the other 2,547 people of 1000 Genomes
say of a rare allele (below 0.5 %) that one of them carries on chr22. One autosomal allele in a
hundred is homozygous. On X a man has half as many, all hemizygous. Genes on Y are left out.

A wider genome has 60 more alleles near splice sites and 35 in the tracts before exons, which fall
into a gene by the number of its introns, and in each base of a small gene of RNA one by chance.

Without sequence a drawn stop is written as a substitution, and is then as unseen as a planted one.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from pathlib import Path

from kerne.alleles.allele import Allele
from kerne.alleles.rna_genes import rna_transcripts
from kerne.alleles.transcript import Transcript
from kerne.alleles.vcf import open_vcf
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.reading.calls import Call
from kerne.knowledge.allele_facts import PublishedFrequency
from kerne.knowledge.genes import GeneModels
from spiked.geometry import NEAR_INTRON_BP, SITE_BP, TRACT_BP, coding_exons, coding_introns

ALLELES = 250
RNA_CHANCE = 5 * 250 / 33.4e6
"""Of a rare allele at one base of a small gene of RNA: five times that of one that is coding."""
RARE = 0.005
HOMOZYGOUS = 0.01
BASES = "ACGT"


class Kind(StrEnum):
    """What a drawn allele does."""

    MISSENSE = "missense"
    STOP = "stop"
    FRAMESHIFT = "frameshift"
    SPLICE = "splice site"
    IN_FRAME = "in-frame deletion"
    NEAR_SPLICE = "near a splice site"
    TRACT = "in the tract before an exon"


CHANCES = {
    Kind.MISSENSE: 0.85,
    Kind.STOP: 0.08 * 0.35,
    Kind.FRAMESHIFT: 0.08 * 0.40,
    Kind.SPLICE: 0.08 * 0.25,
    Kind.IN_FRAME: 0.07,
}


BESIDE = {Kind.NEAR_SPLICE: 60, Kind.TRACT: 35}
"""Alleles of a wider genome around the introns."""


@dataclass(frozen=True, slots=True)
class Carried:
    """An allele of a genome, and how often others carry it."""

    call: Call
    published: PublishedFrequency


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Counts among others of the rare alleles that people carry, each as often as it is carried."""

    counts: tuple[PublishedFrequency, ...]
    reach: tuple[int, ...]

    def draw(self, rng: random.Random, most: float = RARE) -> PublishedFrequency:
        """Draw the count of an allele that is at most so frequent."""
        while True:
            (drawn,) = rng.choices(self.counts, cum_weights=self.reach)
            if (drawn.af or 0.0) <= most:
                return drawn

    @property
    def an(self) -> int:
        """Copies that were looked at."""
        return self.counts[0].an


def read_spectrum(path: Path) -> Spectrum:
    """Count each rare allele of 1000 Genomes as one of its carriers sees the others."""
    counts, carried = [], []
    with open_vcf(path) as vcf:
        for record in vcf:
            haplotypes = [
                code for text in record.sample_fields for code in text.split(":")[0].split("|")
            ]
            an = len(haplotypes) - 2
            for number in range(1, len(record.alternatives) + 1):
                ac = haplotypes.count(str(number))
                if ac and (ac - 1) / an < RARE:
                    counts.append(PublishedFrequency(ac - 1, an, 0, ac - 1))
                    carried.append(ac)
    return Spectrum(tuple(counts), tuple(accumulate(carried)))


MakeAllele = Callable[[random.Random, Transcript, Kind], Allele]


class Genomes:
    """Draws genomes over the genes of one release, each gene by its first transcript."""

    def __init__(
        self, genes: GeneModels, spectrum: Spectrum, make: MakeAllele, *, is_wider: bool = False
    ) -> None:
        first = (genes.of_gene(symbol)[0] for symbol in genes.genes)
        self._transcripts = [t for t in first if t.cds and t.contig not in {"chrY", "chrM"}]
        self._reach = list(accumulate(coding_bp(each) for each in self._transcripts))
        self._introns = list(accumulate(len(coding_introns(each)) for each in self._transcripts))
        self._rna = [each for each in rna_transcripts() if genes.of_gene(each.symbol)]
        self._is_wider = is_wider
        self._spectrum, self._make = spectrum, make

    def draw(self, rng: random.Random, *, is_male: bool) -> Iterator[Carried]:
        """Draw the alleles of one genome."""
        for transcript, allele in self._alleles(rng):
            on_x = transcript.contig == "chrX"
            if on_x and is_male and rng.random() < 0.5:  # noqa: PLR2004 - he has one X of two
                continue
            is_homozygous = rng.random() < HOMOZYGOUS and not on_x
            genotype = Genotype.HOM if is_homozygous else Genotype.HET
            call = Call(allele, Genotype.HEMI if on_x and is_male else genotype)
            yield Carried(call, self._spectrum.draw(rng))

    def _alleles(self, rng: random.Random) -> Iterator[tuple[Transcript, Allele]]:
        kinds = rng.choices(list(CHANCES), weights=list(CHANCES.values()), k=ALLELES)
        chosen = rng.choices(self._transcripts, cum_weights=self._reach, k=ALLELES)
        for transcript, kind in zip(chosen, kinds, strict=True):
            yield transcript, self._make(rng, transcript, kind)
        if self._is_wider:
            yield from self._beside(rng)

    def _beside(self, rng: random.Random) -> Iterator[tuple[Transcript, Allele]]:
        for kind, count in BESIDE.items():
            chosen = rng.choices(self._transcripts, cum_weights=self._introns, k=count)
            for transcript in chosen:
                yield transcript, self._make(rng, transcript, kind)
        for transcript in self._rna:
            if rng.random() < RNA_CHANCE * transcript.spliced_bp:
                position = rng.randrange(transcript.start, transcript.end)
                yield transcript, _substitution(rng, transcript.contig, position)


def coding_bp(transcript: Transcript) -> int:
    """Length of the coding sequence."""
    return sum(end - start for start, end in coding_exons(transcript))


def invent(rng: random.Random, transcript: Transcript, kind: Kind) -> Allele:
    """Invent an allele that does this; the frame of a gene without introns shifts instead."""
    introns = coding_introns(transcript)
    if kind is Kind.SPLICE and introns:
        start, end = rng.choice(introns)
        position = rng.choice((start, start + 1, end - 2, end - 1))
        return _substitution(rng, transcript.contig, position)
    if kind in {Kind.NEAR_SPLICE, Kind.TRACT}:
        position = _beside(rng, rng.choice(introns), transcript.strand, kind)
        return _substitution(rng, transcript.contig, position)
    position = coding_base(rng, coding_exons(transcript))
    if kind in {Kind.MISSENSE, Kind.STOP}:
        return _substitution(rng, transcript.contig, position)
    anchor = rng.choice(BASES)
    bases = "".join(rng.choice(BASES) for _ in range(3 if kind is Kind.IN_FRAME else 1))
    return Allele(transcript.contig, position - 1, anchor + bases, anchor)


def coding_base(rng: random.Random, exons: Sequence[tuple[int, int]]) -> int:
    """Draw a position in coding sequence."""
    (exon,) = rng.choices(exons, weights=[end - start for start, end in exons])
    return rng.randrange(*exon)


def _beside(rng: random.Random, intron: tuple[int, int], strand: int, kind: Kind) -> int:
    """Draw a base near the splice sites of an intron, or in the tract before the exon behind it."""
    # The first base of the intron and of the exon behind it, as the strand reads them.
    donor, acceptor = intron if strand == 1 else (intron[1] - 1, intron[0] - 1)
    if kind is Kind.TRACT:
        offset = rng.randrange(NEAR_INTRON_BP + 1, TRACT_BP + 1)
        return acceptor - strand * offset
    if rng.random() < 0.5:  # noqa: PLR2004 - either end
        return donor + strand * rng.randrange(SITE_BP, NEAR_INTRON_BP)
    return acceptor - strand * rng.randrange(SITE_BP + 1, NEAR_INTRON_BP + 1)


def _substitution(rng: random.Random, contig: str, position: int) -> Allele:
    reference, alternative = rng.sample(BASES, 2)
    return Allele(contig, position, reference, alternative)
