"""The reference data of the country: sequence, gene models and published frequencies."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pysam

from kerne.knowledge.genes import GeneModels
from kerne.synthetic.genome import ASSEMBLY, CONTIGS, Genome
from kerne.synthetic.published import PublishedCount

LINE_BP: Final = 60
FREQUENCY_COLUMNS: Final = ("chrom", "pos", "ref", "alt", "AC", "AN", "AF", "hom", "het")


def write_sequence(path: Path, genome: Genome) -> None:
    """Write the contigs as FASTA, and the index beside it."""
    with path.open("w") as file:
        for contig in CONTIGS:
            sequence = genome.sequences[contig]
            file.write(f">{contig} synthetic, assembly {ASSEMBLY}\n")
            for start in range(0, len(sequence), LINE_BP):
                file.write(sequence[start : start + LINE_BP] + "\n")
    pysam.faidx(str(path))


def write_genes(path: Path, genome: Genome) -> None:
    """Write the transcripts as GFF3."""
    GeneModels(genome.transcripts).write_gff3(path, CONTIGS)


def write_frequencies(path: Path, published: Sequence[PublishedCount]) -> None:
    """Write the table that `kerne genomes frequencies` writes, of the published study."""
    with path.open("w") as file:
        file.write("\t".join(FREQUENCY_COLUMNS) + "\n")
        for count in published:
            allele = count.allele
            pos_1based = allele.position + 1
            frequency = f"{count.ac / count.an:.6g}"
            numbers = (count.ac, count.an, frequency, count.hom, count.het)
            row = (allele.contig, pos_1based, allele.reference, allele.alternative, *numbers)
            file.write("\t".join(map(str, row)) + "\n")
