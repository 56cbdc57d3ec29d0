"""Genotypes as VCF, bgzipped, or as BCF: one record an allele.

References
----------
VCF 4.4 §1.6.2 (GT).
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pysam.bcftools
from pysam.utils import SamtoolsError

from kerne.errors import GenomeError
from kerne.genomes.asking.matrix import GenotypeBlock
from kerne.genomes.exporting.content import Content
from kerne.genomes.exporting.text_kernels import WIDTH, spell_genotypes
from kerne.genomes.exporting.vcf_head import FIXED, contig_lines, head_lines, open_bgzip


def write_vcf(path: Path, content: Content, blocks: Iterable[GenotypeBlock]) -> None:
    """Write genotypes as a bgzipped VCF."""
    with open_bgzip(path) as file:
        file.write(_header(content).encode())
        for block in blocks:
            file.write(_records_1based(block))


def write_bcf(path: Path, content: Content, blocks: Iterable[GenotypeBlock]) -> None:
    """Write genotypes as BCF, by way of a VCF beside it.

    Raises
    ------
    GenomeError
        bcftools cannot write it.
    """
    text = path.with_name(f"{path.name}.vcf.gz")
    try:
        write_vcf(text, content, blocks)
        pysam.bcftools.view("-Ob", "-o", str(path), str(text), catch_stdout=False)
    except SamtoolsError as error:
        raise GenomeError(f"`{path}` cannot be written as BCF: {error}") from error
    finally:
        text.unlink(missing_ok=True)


def _header(content: Content) -> str:
    lines = [
        *head_lines(),
        '##FILTER=<ID=PASS,Description="All filters passed">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        *contig_lines(content.assembly),
        "\t".join([FIXED, "FORMAT", *content.samples]),
    ]
    return "".join(f"{line}\n" for line in lines)


def _records_1based(block: GenotypeBlock) -> bytes:
    sites, samples = block.phased.shape
    text = np.empty(max(1, WIDTH * sites * samples), dtype=np.uint8)
    ends = np.empty(sites, dtype=np.int64)
    spell_genotypes(block.genotypes, block.phased, text, ends)
    spelled = text.tobytes()
    alleles = block.alleles
    columns = (alleles.contig, alleles.position, alleles.reference, alleles.alternative)
    parts: list[bytes] = []
    begin = 0
    for contig, position, reference, alternative, end in zip(
        *(column.tolist() for column in columns), ends.tolist(), strict=True
    ):
        record = f"{contig}\t{position + 1}\t.\t{reference}\t{alternative}\t.\t.\t.\tGT"
        parts += [record.encode(), spelled[begin:end], b"\n"]
        begin = end
    return b"".join(parts)
