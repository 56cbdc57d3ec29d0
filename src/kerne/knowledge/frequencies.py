"""Published allele frequencies, looked up by allele.

The table is the one that `kerne genomes frequencies` writes, so that one centre's published counts
are another's knowledge. It is kept sorted by place: positions as an array, the rest beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly
from kerne.errors import AssemblyError, InputFileError
from kerne.knowledge.allele_facts import PublishedFrequency
from kerne.knowledge.text import open_text

__all__ = ["COLUMNS", "PublishedFrequencies", "PublishedFrequency", "read_frequencies"]

COLUMNS: Final = ("chrom", "pos", "ref", "alt", "AC", "AN", "AF", "hom", "het")


@dataclass(frozen=True, slots=True, eq=False)
class _Contig:
    """The alleles of one contig by position; `counts` is (alleles, 4): AC, AN, hom, het."""

    positions: NDArray[np.int64]
    changes: list[tuple[str, str]]
    counts: NDArray[np.int64]

    def find(self, allele: Allele) -> PublishedFrequency | None:
        first = int(np.searchsorted(self.positions, allele.position, side="left"))
        last = int(np.searchsorted(self.positions, allele.position, side="right"))
        wanted = (allele.reference, allele.alternative)
        for number in range(first, last):
            if self.changes[number] == wanted:
                ac, an, homozygotes, heterozygotes = self.counts[number].tolist()
                return PublishedFrequency(ac, an, homozygotes, heterozygotes)
        return None


class PublishedFrequencies:
    """The frequencies of one release.

    Parameters
    ----------
    contigs
        By canonical name of the contig.
    """

    def __init__(self, contigs: Mapping[str, _Contig]) -> None:
        self._contigs = dict(contigs)

    def __len__(self) -> int:
        return sum(contig.positions.size for contig in self._contigs.values())

    def look_up(self, alleles: Iterable[Allele]) -> list[PublishedFrequency | None]:
        """Find each allele.

        Returns
        -------
        `None` where the release does not list the allele, which is not the same as absent.
        """
        return [self._find(allele) for allele in alleles]

    def lists_contig(self, contig: str) -> bool:
        """Say whether the release lists any allele of a contig, by its canonical name."""
        return contig in self._contigs

    def _find(self, allele: Allele) -> PublishedFrequency | None:
        contig = self._contigs.get(allele.contig)
        return None if contig is None else contig.find(allele)


def read_frequencies(path: Path, assembly: Assembly) -> PublishedFrequencies:
    """Read the table that `kerne genomes frequencies` writes, plain or gzip.

    Raises
    ------
    InputFileError
        The header differs, a line is malformed, or an allele is listed twice.
    """
    gathered: dict[str, list[_Row]] = {}
    names: dict[str, str] = {}
    with open_text(path) as file:
        if tuple(file.readline().rstrip("\n").split("\t")) != COLUMNS:
            raise InputFileError(path, f"expected the header `{' '.join(COLUMNS)}`", 1)
        for number, line in enumerate(file, start=2):
            fields = line.rstrip("\n").split("\t")
            row = _row(fields, number, path)
            if fields[0] not in names:
                names[fields[0]] = _canonical(fields[0], assembly, path, number)
            gathered.setdefault(names[fields[0]], []).append(row)
    return PublishedFrequencies({name: _contig(rows, path) for name, rows in gathered.items()})


_Row = tuple[int, tuple[str, str], tuple[int, int, int, int], int]
"""Position, reference and alternative, the four counts, and the line they stand in."""


def _row(fields: list[str], number: int, path: Path) -> _Row:
    if len(fields) != len(COLUMNS):
        problem = f"expected {len(COLUMNS)} columns, found `{len(fields)}`"
        raise InputFileError(path, problem, number)
    try:
        position_1based = int(fields[1])
        ac, an = int(fields[4]), int(fields[5])
        homozygotes, heterozygotes = int(fields[7]), int(fields[8])
    except ValueError as error:
        raise InputFileError(
            path, "expected whole numbers in `pos` and the counts", number
        ) from error
    if position_1based < 1:
        raise InputFileError(path, f"position `{position_1based}` lies before 1", number)
    if not 0 <= ac <= an:
        raise InputFileError(path, f"expected 0 <= AC <= AN, found `{ac}` and `{an}`", number)
    change = (fields[2].upper(), fields[3].upper())
    return position_1based - 1, change, (ac, an, homozygotes, heterozygotes), number


def _canonical(name: str, assembly: Assembly, path: Path, number: int) -> str:
    try:
        return assembly.canonical_name(name)
    except AssemblyError as error:
        raise InputFileError(path, str(error), number) from error


def _contig(rows: list[_Row], path: Path) -> _Contig:
    rows.sort()
    for before, row in pairwise(rows):
        if before[:2] == row[:2]:
            raise InputFileError(path, "this allele was listed before", row[3])
    return _Contig(
        positions=np.array([row[0] for row in rows], dtype=np.int64),
        changes=[row[1] for row in rows],
        counts=np.array([row[2] for row in rows], dtype=np.int64),
    )
