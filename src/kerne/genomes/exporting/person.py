"""One genome as VCF or as a table: every allele that it carries, and what its file told of it.

Structural records stand in the VCF as its file had them, as far as they are kept; a table has no
columns for where they end.
"""

import csv
import heapq
from collections.abc import Iterator, Sequence
from typing import Final, TextIO

from kerne.alleles.assembly import Assembly
from kerne.genomes.exporting.structural_head import structural_head_lines
from kerne.genomes.exporting.vcf_head import FIXED, contig_lines, head_lines
from kerne.genomes.genotypes import GenotypedAllele, Phase, Zygosity
from kerne.genomes.segments.structural import place_of_line

COLUMNS: Final = (
    "chrom", "pos", "ref", "alt", "genotype", "counted", "depth", "ref_reads", "alt_reads",
    "quality",
)  # fmt: skip

_UNPHASED: Final = {
    Zygosity.HET: "0/1",
    Zygosity.HOM: "1/1",
    Zygosity.HEMI: "1",
    Zygosity.HALF: "./1",
}
_ON_FIRST: Final = {Zygosity.HET: "1|0", Zygosity.HALF: "1|."}
_PHASED: Final = {
    Phase.NONE: _UNPHASED,
    Phase.FIRST: _UNPHASED | _ON_FIRST,
    Phase.SECOND: _UNPHASED | {Zygosity.HET: "0|1", Zygosity.HALF: ".|1"},
    Phase.BOTH: _UNPHASED | {Zygosity.HOM: "1|1"},
}


def genotype_text(allele: GenotypedAllele) -> str:
    """Return the GT of an allele as its file wrote it, other alleles as 0."""
    return _PHASED[allele.phase][allele.genotype]


def person_lines_1based(
    sample: str,
    assembly: Assembly,
    variants: Sequence[GenotypedAllele],
    structural: Sequence[str] = (),
    said: Sequence[str] = (),
) -> Iterator[str]:
    """Yield the lines of a VCF of one genome, without their ends.

    Parameters
    ----------
    structural
        Structural records, each a line of VCF, in order.
    said
        Lines of the header that say more of the file, without `##`.
    """
    yield from head_lines()
    yield from (f"##{line}" for line in said)
    yield '##FILTER=<ID=weak,Description="Below the quality limits of the database">'
    yield '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">'
    yield '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Read depth">'
    yield '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads of each allele">'
    yield '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">'
    if structural:
        yield from structural_head_lines(structural)
    yield from contig_lines(assembly)
    yield f"{FIXED}\tFORMAT\t{sample}"
    alleles = _allele_lines_1based(variants)
    yield from heapq.merge(alleles, structural, key=lambda line: place_of_line(assembly, line))


def _allele_lines_1based(variants: Sequence[GenotypedAllele]) -> Iterator[str]:
    for each in variants:
        allele = each.allele
        reads = f"{_told(each.reference_reads)},{_told(each.alternative_reads)}"
        call = f"{genotype_text(each)}:{_told(each.depth_reads)}:{reads}:{_told(each.quality)}"
        passed = "PASS" if each.is_counted else "weak"
        yield (
            f"{allele.contig}\t{allele.position + 1}\t.\t{allele.reference}\t{allele.alternative}"
            f"\t.\t{passed}\t.\tGT:DP:AD:GQ\t{call}"
        )


def write_person_table_1based(variants: Sequence[GenotypedAllele], stream: TextIO) -> None:
    """Write the alleles, tab-separated with one header line; `.` for what a file does not tell."""
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in variants:
        allele = each.allele
        counted = "yes" if each.is_counted else "no"
        place = (allele.contig, allele.position + 1, allele.reference, allele.alternative)
        reads = (each.depth_reads, each.reference_reads, each.alternative_reads, each.quality)
        writer.writerow([*place, genotype_text(each), counted, *map(_told, reads)])


def _told(value: int | None) -> str:
    return "." if value is None else str(value)
