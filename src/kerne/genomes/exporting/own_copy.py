"""A person's own genome as a file for themselves: everything that was read, nothing closed.

A VCF, bgzipped, with one record an allele, and beside it a BED of where the genome is callable. It
says in its first lines that it is unfiltered. Both files appear whole or not at all, and are
readable by their owner only.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kerne.alleles.assembly import Assembly
from kerne.alleles.interval import Intervals
from kerne.durable import OWNER_ONLY, sync_directory, write_durably
from kerne.errors import GenomeError, reason_of
from kerne.genomes.exporting.person import person_lines_1based
from kerne.genomes.exporting.vcf_head import open_bgzip
from kerne.genomes.genotypes import GenotypedAllele

VCF_ENDING: Final = ".vcf.gz"
BED_ENDING: Final = ".callable.bed"

UNFILTERED: Final = (
    "Unfiltered: this is everything that was read in the genome, secondary findings included, also "
    "those that stay closed elsewhere. It is not for diagnosis. Whoever has the file can read it, "
    "and it tells of relatives too."
)

NO_STRUCTURAL: Final = "none are here, since none were kept when the genome was added"


@dataclass(frozen=True, slots=True)
class OwnCopy:
    """What was written; `callable` is `None` when the genome was declared callable everywhere."""

    variants: Path
    callable: Path | None
    alleles: int


def check_own_copy_place(path: Path) -> None:
    """Check, before anything is read, that a copy can be written as `path`.

    Raises
    ------
    GenomeError
        The name does not end in `.vcf.gz`, or one of the two files is there already.
    """
    if not path.name.endswith(VCF_ENDING) or path.name == VCF_ENDING:
        raise GenomeError(
            f"`{path}` is no name for the copy, expected one ending in `{VCF_ENDING}`"
        )
    for each in (path, _bed_beside(path)):
        if each.exists() or each.is_symlink():
            raise GenomeError(f"`{each}` is there already: a copy replaces nothing")


def write_own_copy(
    path: Path,
    sample: str,
    assembly: Assembly,
    variants: Sequence[GenotypedAllele],
    callable_in: Intervals | None,
    structural: Sequence[str] | None = (),
) -> OwnCopy:
    """Write the two files of a copy.

    Parameters
    ----------
    structural
        Structural records, each a line of VCF; `None` when none were kept.

    Raises
    ------
    GenomeError
        They cannot be written; then neither is there.
    """
    check_own_copy_place(path)
    bed = None if callable_in is None else _bed_beside(path)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as name:
            fresh = Path(name)
            said = _said(bed, is_structural_kept=structural is not None)
            lines = person_lines_1based(sample, assembly, variants, structural or (), said)
            _write_vcf(fresh / path.name, lines)
            if bed is not None and callable_in is not None:
                write_durably(fresh / bed.name, _bed(callable_in).encode(), OWNER_ONLY)
                (fresh / bed.name).rename(bed)
            (fresh / path.name).rename(path)
        sync_directory(path.parent)
    except OSError as error:
        raise GenomeError(f"`{path}` cannot be written: {reason_of(error)}") from error
    return OwnCopy(path, bed, len(variants))


def _bed_beside(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(VCF_ENDING) + BED_ENDING)


def _write_vcf(path: Path, lines: Iterator[str]) -> None:
    # The file is there for its owner only before a byte of the genome is in it.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
    with open_bgzip(path) as file:
        for line in lines:
            file.write(f"{line}\n".encode())
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _said(bed: Path | None, *, is_structural_kept: bool) -> tuple[str, ...]:
    """Return what the header says of the file."""
    where = "everywhere, as declared" if bed is None else bed.name
    said = (f"kerne_warning={UNFILTERED}", f"kerne_callable={where}")
    return said if is_structural_kept else (*said, f"kerne_structural={NO_STRUCTURAL}")


def _bed(callable_in: Intervals) -> str:
    """Give the intervals as BED, 0-based half-open."""
    lines = []
    for contig in callable_in.contigs:
        starts, ends = callable_in.ranges(contig)
        lines += [
            f"{contig}\t{s}\t{e}\n" for s, e in zip(starts.tolist(), ends.tolist(), strict=True)
        ]
    return "".join(lines)
