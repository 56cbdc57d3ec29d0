"""Genotypes as a PLINK 2 fileset: `.pgen`, `.pvar` and `.psam`.

PLINK knows two alleles a person or none: a half-call is missing, and a haploid genotype is written
as two equal alleles, which PLINK reads by the contig and the sex. The sex is that of the measured X
and Y, never the registered one, and is `NA` for all but XX and XY.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.errors import GenomeError
from kerne.genomes.asking.matrix import NO_ALLELE, GenotypeBlock
from kerne.genomes.complement import Karyotype
from kerne.genomes.exporting.content import Content, library_of
from kerne.genomes.exporting.vcf_head import contig_lines

UNKNOWN: Final = -9
PGEN, PVAR, PSAM = ".pgen", ".pvar", ".psam"
_SEX: Final = {Karyotype.XX: "2", Karyotype.XY: "1"}


def write_pgen(directory: Path, content: Content, blocks: Iterable[GenotypeBlock]) -> None:
    """Write the three files into a directory, with no name but their endings.

    Raises
    ------
    GenomeError
        pgenlib is not installed, or there are no samples or no alleles.
    """
    library = library_of("pgenlib")
    alleles = content.count_alleles()
    if not (alleles and content.samples):
        raise GenomeError("PLINK has no files without samples or without alleles")
    lines = (
        f"{sample}\t{_SEX.get(karyotype, 'NA')}\n"
        for sample, karyotype in zip(content.samples, content.karyotypes, strict=True)
    )
    (directory / PSAM).write_text("#IID\tSEX\n" + "".join(lines))
    pgen = library.PgenWriter(
        bytes(directory / PGEN),
        len(content.samples),
        variant_ct=alleles,
        nonref_flags=False,
        hardcall_phase_present=True,
    )
    with (directory / PVAR).open("w") as pvar:
        pvar.writelines(f"{line}\n" for line in contig_lines(content.assembly))
        pvar.write("#CHROM\tPOS\tID\tREF\tALT\n")
        for block in blocks:
            pvar.write(_sites_1based(block))
            phased = np.ascontiguousarray(block.phased).view(np.uint8)
            pgen.append_partially_phased_batch(_codes(block), phased)
    # Not in a `with`: to close what was cut off is an error, and would hide why it was.
    pgen.close()


def _sites_1based(block: GenotypeBlock) -> str:
    alleles = block.alleles
    columns = (alleles.contig, alleles.position, alleles.reference, alleles.alternative)
    return "".join(
        f"{contig}\t{position + 1}\t.\t{reference}\t{alternative}\n"
        for contig, position, reference, alternative in zip(
            *(column.tolist() for column in columns), strict=True
        )
    )


def _codes(block: GenotypeBlock) -> NDArray[np.int32]:
    """Return two allele codes a sample, (alleles, 2 x samples)."""
    first, second = block.genotypes[..., 0], block.genotypes[..., 1]
    second = np.where(second == NO_ALLELE, first, second)
    is_known = (first >= 0) & (second >= 0)
    both = np.stack([first, second], axis=-1).astype(np.int32)
    both[~is_known] = UNKNOWN
    return both.reshape(len(block.alleles), -1)
