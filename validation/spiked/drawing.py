"""Draw the rare protein-altering alleles of one invented genome, by rules fixed before any tuning.

Each of 250 alleles falls into a gene by the length of its coding sequence and is by chance missense
(85 %), a loss of function (8 %: 35 % of these a stop, 40 % a shifted frame, 25 % a splice site) or
an in-frame deletion (7 %). How often others carry it is what the other 2,547 people of 1000 Genomes
say of a rare allele (below 0.5 %) that one of them carries on chr22. One autosomal allele in a
hundred is homozygous. On X a man has half as many, all hemizygous. Genes on Y are left out.

Without sequence a drawn stop is written as a substitution, and is then as unseen as a planted one.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from pathlib import Path

from kerne.alleles.allele import Allele
from kerne.alleles.transcript import Transcript
from kerne.alleles.vcf import open_vcf
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.reading.calls import Call
from kerne.knowledge.allele_facts import PublishedFrequency
from kerne.knowledge.genes import GeneModels
from spiked.geometry import coding_exons, coding_introns

ALLELES = 250
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


CHANCES = {
    Kind.MISSENSE: 0.85,
    Kind.STOP: 0.08 * 0.35,
    Kind.FRAMESHIFT: 0.08 * 0.40,
    Kind.SPLICE: 0.08 * 0.25,
    Kind.IN_FRAME: 0.07,
}


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

    def __init__(self, genes: GeneModels, spectrum: Spectrum, make: MakeAllele) -> None:
        first = (genes.of_gene(symbol)[0] for symbol in genes.genes)
        self._transcripts = [t for t in first if t.cds and t.contig not in {"chrY", "chrM"}]
        self._reach = list(accumulate(coding_bp(each) for each in self._transcripts))
        self._spectrum, self._make = spectrum, make

    def draw(self, rng: random.Random, *, is_male: bool) -> Iterator[Carried]:
        """Draw the alleles of one genome."""
        kinds = rng.choices(list(CHANCES), weights=list(CHANCES.values()), k=ALLELES)
        chosen = rng.choices(self._transcripts, cum_weights=self._reach, k=ALLELES)
        for transcript, kind in zip(chosen, kinds, strict=True):
            allele = self._make(rng, transcript, kind)
            on_x = transcript.contig == "chrX"
            if on_x and is_male and rng.random() < 0.5:  # noqa: PLR2004 - he has one X of two
                continue
            is_homozygous = rng.random() < HOMOZYGOUS and not on_x
            genotype = Genotype.HOM if is_homozygous else Genotype.HET
            call = Call(allele, Genotype.HEMI if on_x and is_male else genotype)
            yield Carried(call, self._spectrum.draw(rng))


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


def _substitution(rng: random.Random, contig: str, position: int) -> Allele:
    reference, alternative = rng.sample(BASES, 2)
    return Allele(contig, position, reference, alternative)
