"""What every VCF that Kerne writes begins with."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kerne import __version__
from kerne.alleles.assembly import Assembly

if TYPE_CHECKING:
    import pysam

FIXED: Final = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"


def head_lines() -> Iterator[str]:
    """Yield the first lines, without their ends."""
    yield "##fileformat=VCFv4.4"
    yield f"##source=Kerne {__version__}"
    yield "##kerne_form=one record an allele; other alleles of a place have records of their own"


def contig_lines(assembly: Assembly) -> Iterator[str]:
    """Yield the contigs of an assembly as lines of a header."""
    for contig in assembly.contigs:
        length = "" if contig.length_bp is None else f",length={contig.length_bp}"
        yield f"##contig=<ID={contig.name}{length},assembly={assembly.name}>"


def open_bgzip(path: Path) -> "pysam.BGZFile":
    """Open a file to write bgzipped text to."""
    import pysam  # noqa: PLC0415  not every file is packed

    return pysam.BGZFile(str(path), "wb", None)
