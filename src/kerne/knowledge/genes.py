"""Gene models: transcripts by gene and by place, and the dialect that `bcftools csq` reads."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.assembly import GRCH38, MITOCHONDRION, Assembly
from kerne.alleles.interval import Interval, Intervals
from kerne.alleles.mitochondrion import mitochondrial_transcripts
from kerne.alleles.rna_genes import rna_transcripts
from kerne.alleles.transcript import Transcript
from kerne.errors import InputFileError
from kerne.knowledge.ensembl import read_gff3
from kerne.knowledge.gene_files.hgnc import GeneNames
from kerne.knowledge.gene_pred import read_big_gene_pred
from kerne.knowledge.tags import INCOMPLETE_START, MANE_SELECT, NONSENSE_MEDIATED_DECAY
from kerne.knowledge.text import open_text

BED_COLUMNS = 12
CODON_BP = 3
SMALL_RNA_BP = 1000
"""A gene without a protein whose spliced RNA is shorter is a small one."""


class GeneModels:
    """The transcripts of one release.

    Parameters
    ----------
    transcripts
        In any order.
    left_out
        How many transcripts were not read, by contig that the assembly does not have.
    """

    def __init__(
        self, transcripts: Sequence[Transcript], left_out: Mapping[str, int] | None = None
    ) -> None:
        self.transcripts = tuple(transcripts)
        self.left_out = dict(left_out or {})
        self._by_gene: dict[str, list[Transcript]] = {}
        for transcript in sorted(self.transcripts, key=_preference):
            self._by_gene.setdefault(transcript.symbol, []).append(transcript)
        self._by_contig = {contig: _Placed(ours) for contig, ours in self._contigs().items()}

    @property
    def genes(self) -> tuple[str, ...]:
        """Symbols of the genes, sorted."""
        return tuple(sorted(self._by_gene))

    def of_gene(self, symbol: str) -> tuple[Transcript, ...]:
        """Give the transcripts of a gene, MANE Select first; none if the gene is not known."""
        return tuple(self._by_gene.get(symbol, ()))

    @cached_property
    def rna_genes(self) -> Mapping[str, int]:
        """The genes that make no protein, each with the bases of its longest spliced transcript."""
        return {
            symbol: max(each.spliced_bp for each in ours)
            for symbol, ours in self._by_gene.items()
            if all(each.cds is None for each in ours)
        }

    def called(self, names: GeneNames) -> "GeneModels":
        """Give the same transcripts under approved symbols, unless another gene here has them."""
        changed = names.changed(self._by_gene)
        if not changed:
            return self
        renamed = (
            replace(each, symbol=changed[each.symbol]) if each.symbol in changed else each
            for each in self.transcripts
        )
        return GeneModels(tuple(renamed), self.left_out)

    def overlapping(self, interval: Interval) -> tuple[Transcript, ...]:
        """Give the transcripts that share a base with `interval`, by start."""
        placed = self._by_contig.get(interval.contig)
        return () if placed is None else placed.overlapping(interval.start, interval.end)

    def coding_places(self) -> Intervals:
        """Unite the coding parts of all transcripts."""
        return Intervals.build(
            Interval(transcript.contig, start, end)
            for transcript in self.transcripts
            for start, end in _coding_exons(transcript)
        )

    def write_gff3(self, path: Path, contigs: Collection[str]) -> None:
        """Write the transcripts on `contigs` in the dialect that `bcftools csq` reads.

        Transcripts whose coding sequence is known to be incomplete are left out: their reading
        frame is not. Untranslated exons are written as features of their own; `csq` takes what is
        neither coding nor such a feature for an intron.
        """
        with path.open("w") as file:
            file.write("##gff-version 3\n")
            for contig in (name for name in self._by_contig if name in contigs):
                for line in _gff3_lines(self._by_contig[contig].transcripts):
                    file.write(line + "\n")

    def _contigs(self) -> dict[str, list[Transcript]]:
        by_contig: dict[str, list[Transcript]] = {}
        for transcript in self.transcripts:
            by_contig.setdefault(transcript.contig, []).append(transcript)
        return by_contig


def read_gene_models(path: Path, assembly: Assembly) -> GeneModels:
    """Read gene models from Ensembl GFF3 or (MANE) bigGenePred BED, plain or gzip.

    Transcripts on contigs that the assembly does not have (alternate loci, patches) are left out
    and counted in `left_out`.

    Raises
    ------
    InputFileError
        The file is neither, holds no transcript of the assembly, or a line is malformed.
    """
    with open_text(path) as file:
        first = next((line for line in file if not line.startswith(("#", "track"))), "")
    columns = first.rstrip("\n").split("\t")
    if len(columns) == _GFF3_COLUMNS:
        transcripts, left_out = read_gff3(path, assembly)
    elif len(columns) > BED_COLUMNS:
        transcripts, left_out = read_big_gene_pred(path, assembly)
    else:
        raise InputFileError(path, "neither Ensembl GFF3 nor bigGenePred BED")
    if not transcripts:
        raise InputFileError(path, f"no transcript on a contig of assembly `{assembly.name}`")
    return GeneModels(transcripts, left_out)


def completed(models: GeneModels, assembly: Assembly) -> GeneModels:
    """Add the genes that come with Kerne where a human release has none of them.

    They are those of the mitochondrion and, on GRCh38, small genes of RNA that cause disease.
    """
    added = list[Transcript]()
    has_mitochondrion = any(each.contig == MITOCHONDRION for each in models.transcripts)
    if assembly.has_contig(MITOCHONDRION) and not has_mitochondrion:
        added += mitochondrial_transcripts()
    if assembly == GRCH38:
        added += (each for each in rna_transcripts() if not models.of_gene(each.symbol))
    return GeneModels((*models.transcripts, *added), models.left_out) if added else models


class _Placed:
    """The transcripts of one contig by start, with how far any of them has reached so far."""

    def __init__(self, transcripts: Sequence[Transcript]) -> None:
        self.transcripts = tuple(sorted(transcripts, key=lambda t: (t.start, t.end, t.identifier)))
        self._starts = _positions([transcript.start for transcript in self.transcripts])
        ends = _positions([transcript.end for transcript in self.transcripts])
        self._reach = np.maximum.accumulate(ends)

    def overlapping(self, start: int, end: int) -> tuple[Transcript, ...]:
        first = int(np.searchsorted(self._reach, start, side="right"))
        last = int(np.searchsorted(self._starts, end, side="left"))
        return tuple(t for t in self.transcripts[first:last] if t.end > start)


def _positions(values: list[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def _preference(transcript: Transcript) -> tuple[bool, bool, str]:
    is_coding = transcript.cds is not None
    return (MANE_SELECT not in transcript.tags, not is_coding, transcript.identifier)


def _gff3_lines(transcripts: Sequence[Transcript]) -> Iterator[str]:
    """Give the lines of one contig, gene by gene."""
    genes: dict[str, list[Transcript]] = {}
    for transcript in transcripts:
        if _is_in_frame(transcript):
            genes.setdefault(transcript.gene_id, []).append(transcript)
    for gene_id, ours in genes.items():
        start, end = min(t.start for t in ours), max(t.end for t in ours)
        coding = [t for t in ours if t.cds is not None]
        biotype = _biotype((coding or ours)[0])
        # A comma or semicolon in a name would end it, for GFF3 and for csq's own output.
        name = quote(ours[0].symbol, safe=" /+:@()")
        about = f"ID=gene:{gene_id};Name={name};biotype={biotype}"
        yield _gff3_line(ours[0], "gene", (start, end), ".", about)
        for transcript in ours:
            yield from _transcript_lines(transcript)


def _is_in_frame(transcript: Transcript) -> bool:
    whole = sum(end - start for start, end in _coding_exons(transcript)) % CODON_BP == 0
    return whole and INCOMPLETE_START not in transcript.tags


def _biotype(transcript: Transcript) -> str:
    if transcript.cds is None:
        return "lncRNA"
    decays = NONSENSE_MEDIATED_DECAY in transcript.tags
    return NONSENSE_MEDIATED_DECAY if decays else "protein_coding"


def _transcript_lines(transcript: Transcript) -> Iterator[str]:
    identifier = f"transcript:{transcript.identifier}"
    about = f"ID={identifier};Parent=gene:{transcript.gene_id};biotype={_biotype(transcript)}"
    kind = "lnc_RNA" if transcript.cds is None else "mRNA"
    yield _gff3_line(transcript, kind, (transcript.start, transcript.end), ".", about)
    parent = f"Parent={identifier}"
    # csq warns of every exon without a phase; it then does not use the phase of any but the CDS.
    for exon in transcript.exons:
        yield _gff3_line(transcript, "exon", exon, "0", parent)
    for kind, span in _untranslated(transcript):
        yield _gff3_line(transcript, kind, span, "0", parent)
    done = 0
    in_order = _coding_exons(transcript)
    for start, end in in_order if transcript.strand == 1 else in_order[::-1]:
        yield _gff3_line(transcript, "CDS", (start, end), str(-done % CODON_BP), parent)
        done += end - start


def _gff3_line(
    transcript: Transcript, kind: str, span: tuple[int, int], phase: str, about: str
) -> str:
    strand = "+" if transcript.strand == 1 else "-"
    start_1based = span[0] + 1
    columns = (transcript.contig, "kerne", kind, start_1based, span[1], ".", strand, phase, about)
    return "\t".join(map(str, columns))


def _coding_exons(transcript: Transcript) -> list[tuple[int, int]]:
    if transcript.cds is None:
        return []
    first, last = transcript.cds
    clipped = [(max(start, first), min(end, last)) for start, end in transcript.exons]
    return [(start, end) for start, end in clipped if start < end]


def _untranslated(transcript: Transcript) -> Iterator[tuple[str, tuple[int, int]]]:
    if transcript.cds is None:
        return
    left, right = "five_prime_UTR", "three_prime_UTR"
    if transcript.strand == -1:
        left, right = right, left
    first, last = transcript.cds
    for start, end in transcript.exons:
        if start < first:
            yield left, (start, min(end, first))
        if end > last:
            yield right, (max(start, last), end)


_GFF3_COLUMNS = 9
