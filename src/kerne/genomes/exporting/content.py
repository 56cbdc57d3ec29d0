"""What is exported: genotypes block by block, and whose they are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from pyroaring import BitMap

from kerne.alleles.assembly import Assembly
from kerne.alleles.interval import Interval
from kerne.errors import GenomeError
from kerne.genomes.asking.matrix import GenotypeBlock
from kerne.genomes.complement import Karyotype
from kerne.genomes.reader import Reader


@dataclass(frozen=True, slots=True)
class Content:
    """Genomes to export.

    Parameters
    ----------
    samples, karyotypes
        In order of the columns of every block.
    blocks
        Reads the genotypes, in order of the genome.
    count_alleles
        Counts the alleles of all blocks: some forms must know before they begin.
    """

    assembly: Assembly
    samples: tuple[str, ...]
    karyotypes: tuple[Karyotype, ...]
    blocks: Callable[[], Iterator[GenotypeBlock]]
    count_alleles: Callable[[], int]


def content_of(
    reader: Reader, assembly: Assembly, region: Interval | None, rows: BitMap | None
) -> Content:
    """Return the genomes of `rows`, or all that may be seen, in a region or everywhere."""
    named = sorted((row, sample) for sample, row in reader.rows().items())
    chosen = [(row, sample) for row, sample in named if rows is None or row in rows]
    karyotypes = reader.karyotypes()
    return Content(
        assembly,
        tuple(sample for _, sample in chosen),
        tuple(karyotypes[row] for row, _ in chosen),
        lambda: reader.blocks(region, rows),
        lambda: sum(len(each) for each in reader.each_frequencies(rows, region)),
    )


def library_of(name: str) -> ModuleType:
    """Import a library that only an export needs.

    Raises
    ------
    GenomeError
        It is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise GenomeError(
            f"`{name}` is not installed: this form is written with the extra `export`"
        ) from error
