"""The country's own assembly: contigs of invented sequence with genes named after real ones.

A gene is written in the direction of transcription: untranslated exon, start codon, sense codons,
stop codon, untranslated tail, cut by introns that open with GT and close with AG. Genes then follow
one another on a contig, each turned to either strand, with random sequence between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.sequence import CODONS
from kerne.alleles.transcript import Transcript

ASSEMBLY: Final = "Kernia1"
AUTOSOMES: Final = ("chr1", "chr2", "chr3", "chr4")
AUTOSOME_SHARES: Final = (0.31, 0.27, 0.23, 0.19)
X: Final = "chrX"
CONTIGS: Final = (*AUTOSOMES, X)

BASES: Final = np.frombuffer(b"ACGT", dtype=np.uint8)
BASE_SHARES: Final = (0.29, 0.21, 0.21, 0.29)
SENSE_CODONS: Final = tuple(sorted(codon for codon, residue in CODONS.items() if residue != "*"))
STOP_CODONS: Final = tuple(sorted(codon for codon, residue in CODONS.items() if residue == "*"))
SHORTEST_EXON_BP: Final = 36
SHORTEST_INTRON_BP: Final = 70
LONGEST_INTRON_BP: Final = 500


@dataclass(frozen=True, slots=True)
class Genome:
    """The reference sequence by contig, and one transcript for every gene, in genomic order."""

    sequences: Mapping[str, str]
    transcripts: tuple[Transcript, ...]

    @property
    def length_bp(self) -> int:
        """Bases in all contigs."""
        return sum(map(len, self.sequences.values()))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A gene in the direction of transcription: its bases, its exons and its coding span."""

    bases: NDArray[np.uint8]
    exons: tuple[tuple[int, int], ...]
    cds: tuple[int, int]


def invent_genome(
    rng: np.random.Generator, autosomal: Iterable[str], x_linked: Iterable[str]
) -> Genome:
    """Invent contigs that hold one gene for every symbol."""
    placed: dict[str, list[str]] = {contig: [] for contig in CONTIGS}
    names = sorted(autosomal)
    for symbol, contig in zip(
        names, rng.choice(len(AUTOSOMES), len(names), p=AUTOSOME_SHARES), strict=True
    ):
        placed[AUTOSOMES[contig]].append(symbol)
    placed[X] = sorted(x_linked)
    sequences: dict[str, str] = {}
    transcripts: list[Transcript] = []
    for contig, symbols in placed.items():
        order = [symbols[i] for i in rng.permutation(len(symbols))]
        sequences[contig], found = _contig(rng, contig, order, len(transcripts))
        transcripts.extend(found)
    return Genome(sequences, tuple(transcripts))


def _contig(
    rng: np.random.Generator, contig: str, symbols: Sequence[str], before: int
) -> tuple[str, list[Transcript]]:
    """Set genes one after the other; `before` genes stand on earlier contigs."""
    pieces: list[NDArray[np.uint8]] = []
    transcripts: list[Transcript] = []
    offset = 0
    for number, symbol in enumerate(symbols, start=before + 1):
        spacer = _random_bases(rng, 400 + int(rng.exponential(700)))
        draft = _draft_gene(rng)
        strand = 1 if rng.random() < 0.5 else -1  # noqa: PLR2004  either strand
        offset += spacer.size
        transcripts.append(
            _place(draft, contig, symbol, number, offset if strand == 1 else -offset)
        )
        pieces += [spacer, draft.bases if strand == 1 else _reverse_complement(draft.bases)]
        offset += draft.bases.size
    pieces.append(_random_bases(rng, 1_000))
    return np.concatenate(pieces).tobytes().decode("ascii"), transcripts


def _draft_gene(rng: np.random.Generator) -> _Draft:
    residues = int(np.clip(rng.lognormal(np.log(290), 0.45), 90, 900))
    before = _random_bases(rng, int(rng.integers(40, 220)))
    after = _random_bases(rng, int(rng.integers(80, 420)))
    codons = rng.choice(len(SENSE_CODONS), residues - 1)
    text = "ATG" + "".join(SENSE_CODONS[codon] for codon in codons)
    text += STOP_CODONS[int(rng.integers(len(STOP_CODONS)))]
    coding = np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    start, stop = before.size, before.size + coding.size
    cuts = _exon_cuts(rng, start, stop)
    return _splice_in(rng, np.concatenate([before, coding, after]), cuts, (start, stop))


def _exon_cuts(rng: np.random.Generator, start: int, stop: int) -> list[int]:
    """Choose where introns interrupt the transcript, never within the start or stop codon."""
    cuts: list[int] = []
    last = 0
    for cut in sorted(rng.integers(SHORTEST_EXON_BP, stop - 3, int(rng.poisson(stop / 170)))):
        if cut - last >= SHORTEST_EXON_BP and not start < cut < start + 3:
            cuts.append(int(cut))
            last = cut
    return cuts


def _splice_in(
    rng: np.random.Generator, mature: NDArray[np.uint8], cuts: list[int], cds: tuple[int, int]
) -> _Draft:
    """Set an intron at every cut of the mature transcript."""
    pieces: list[NDArray[np.uint8]] = []
    exons: list[tuple[int, int]] = []
    shifts: list[int] = []
    shift = 0
    for begin, end in zip([0, *cuts], [*cuts, mature.size], strict=True):
        if begin:
            intron = _intron(rng)
            pieces.append(intron)
            shift += intron.size
        pieces.append(mature[begin:end])
        exons.append((begin + shift, end + shift))
        shifts.append(shift)
    first = shifts[int(np.searchsorted(cuts, cds[0], side="right"))]
    last = shifts[int(np.searchsorted(cuts, cds[1] - 1, side="right"))]
    return _Draft(np.concatenate(pieces), tuple(exons), (cds[0] + first, cds[1] + last))


def _intron(rng: np.random.Generator) -> NDArray[np.uint8]:
    length = int(np.clip(rng.lognormal(np.log(130), 0.6), SHORTEST_INTRON_BP, LONGEST_INTRON_BP))
    bases = _random_bases(rng, length)
    bases[:2] = np.frombuffer(b"GT", dtype=np.uint8)
    bases[-2:] = np.frombuffer(b"AG", dtype=np.uint8)
    return bases


def _place(draft: _Draft, contig: str, symbol: str, number: int, signed_offset: int) -> Transcript:
    """Give a draft its place on a contig; a negative offset turns it to the other strand."""
    offset, size = abs(signed_offset), draft.bases.size

    def genomic(span: tuple[int, int]) -> tuple[int, int]:
        if signed_offset > 0:
            return offset + span[0], offset + span[1]
        return offset + size - span[1], offset + size - span[0]

    return Transcript(
        identifier=f"KERT{number:08d}",
        gene_id=f"KERG{number:08d}",
        symbol=symbol,
        contig=contig,
        strand=1 if signed_offset > 0 else -1,
        exons=tuple(sorted(map(genomic, draft.exons))),
        cds=genomic(draft.cds),
        protein_id=f"KERP{number:08d}",
        tags=frozenset({"Ensembl_canonical"}),
    )


def _random_bases(rng: np.random.Generator, length: int) -> NDArray[np.uint8]:
    return BASES[np.searchsorted(np.cumsum(BASE_SHARES), rng.random(length))]


def _reverse_complement(bases: NDArray[np.uint8]) -> NDArray[np.uint8]:
    table = np.zeros(256, dtype=np.uint8)
    table[BASES] = BASES[::-1]
    return table[bases[::-1]]
