"""Export to files, which appear whole or not at all, and replace nothing."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from kerne.alleles.assembly import Assembly
from kerne.alleles.interval import Interval
from kerne.durable import (
    OWNER_ONLY,
    directory_in_the_making,
    file_in_the_making,
    sync_directory,
    sync_file,
)
from kerne.errors import GenomeError, reason_of
from kerne.genomes.asking.matrix import GenotypeBlock
from kerne.genomes.exporting.content import Content
from kerne.genomes.exporting.export_format import ExportFormat
from kerne.genomes.exporting.pgen import PGEN, PSAM, PVAR, write_pgen
from kerne.genomes.exporting.vcf import write_bcf, write_vcf
from kerne.genomes.exporting.zarr_files import write_zarr
from kerne.genomes.watching import Watch

Write = Callable[[Path, Content, Iterable[GenotypeBlock]], None]
_ONE_FILE: Final[dict[ExportFormat, Write]] = {
    ExportFormat.VCF: write_vcf,
    ExportFormat.BCF: write_bcf,
}


def export(
    path: Path, form: ExportFormat, content: Content, region: Interval | None, watch: Watch
) -> None:
    """Write genomes as `path`; for PLINK as three files with that name and their endings.

    Parameters
    ----------
    watch
        Told now and then how many bases of the genome, or of `region`, were gone through.

    Raises
    ------
    GenomeError
        A file is there already, or cannot be written; then there is none.
    """
    _check_place(path, form)
    blocks = _watched(content, region, watch)
    try:
        if form in _ONE_FILE:
            with file_in_the_making(path, OWNER_ONLY) as place:
                _ONE_FILE[form](place, content, blocks)
        elif form is ExportFormat.ZARR:
            with directory_in_the_making(path) as place:
                write_zarr(place, content, blocks)
                _sync_all(place)
                place.rename(path)
            sync_directory(path.parent)
        else:
            _export_pgen(path, content, blocks)
    except OSError as error:
        raise GenomeError(f"`{path}` cannot be written: {reason_of(error)}") from error


def span_bp(assembly: Assembly, region: Interval | None) -> int:
    """Return how many bases an export goes through."""
    if region is not None:
        return region.end - region.start
    return sum(each.length_bp or 0 for each in assembly.contigs)


def _check_place(path: Path, form: ExportFormat) -> None:
    for each in _places(path, form):
        if each.exists() or each.is_symlink():
            raise GenomeError(f"`{each}` is there already: an export replaces nothing")


def _places(path: Path, form: ExportFormat) -> list[Path]:
    """Return what is written; of PLINK's files that by which the others are found comes last."""
    if form is not ExportFormat.PGEN:
        return [path]
    return [path.with_name(path.name + ending) for ending in (PSAM, PVAR, PGEN)]


def _export_pgen(path: Path, content: Content, blocks: Iterable[GenotypeBlock]) -> None:
    done: list[Path] = []
    with directory_in_the_making(path) as place:
        write_pgen(place, content, blocks)
        _sync_all(place)
        try:
            for whole in _places(path, ExportFormat.PGEN):
                (place / whole.suffix).rename(whole)
                done.append(whole)
        except OSError:
            for each in done:
                each.unlink()
            raise
    sync_directory(path.parent)


def _sync_all(directory: Path) -> None:
    for each, _, names in os.walk(directory):
        for name in names:
            sync_file(Path(each) / name)
        sync_directory(Path(each))


def _watched(content: Content, region: Interval | None, watch: Watch) -> Iterator[GenotypeBlock]:
    lengths = [each.length_bp or 0 for each in content.assembly.contigs]
    begins = np.concatenate([[0], np.cumsum(lengths)])
    here = 0
    if region is not None:
        here = int(begins[content.assembly.rank(region.contig)]) + region.start
    for block in content.blocks():
        yield block
        alleles = block.alleles
        gone = int(begins[alleles.rank[-1]]) + int(alleles.position[-1])
        watch(max(0, gone - here))
        here = max(here, gone)
