"""Published allele frequencies, looked up by allele: gnomAD's, or what another centre published."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly
from kerne.knowledge.allele_facts import PublishedFrequency
from kerne.knowledge.loading.conversion import convert
from kerne.knowledge.release import TABLE, Kind
from kerne.knowledge.variant_table.table import VariantTable

__all__ = ["PublishedFrequencies", "PublishedFrequency", "read_frequencies"]

_COUNTS: Final = ("ac", "an", "homozygotes", "heterozygotes_beyond", "hemizygotes", "is_filtered")


class PublishedFrequencies:
    """The frequencies of one release.

    Parameters
    ----------
    release
        Its name, which each frequency then bears.
    """

    def __init__(self, table: VariantTable, release: str = "") -> None:
        self._table = table
        self.release = release

    def __len__(self) -> int:
        return len(self._table)

    def lists_contig(self, contig: str) -> bool:
        """Say whether the release lists any allele of a contig, by its canonical name."""
        return contig in self._table.contigs

    def look_up(self, alleles: Iterable[Allele]) -> list[PublishedFrequency | None]:
        """Find each allele.

        Returns
        -------
        `None` where the release does not list the allele, which is not the same as absent.
        """
        rows = self._table.find(list(alleles))
        found: list[PublishedFrequency | None] = [None] * len(rows)
        listed = np.flatnonzero(rows >= 0)
        for number, frequency in zip(listed.tolist(), self._of(rows[listed]), strict=True):
            found[number] = frequency
        return found

    def _of(self, rows: NDArray[np.int64]) -> Iterator[PublishedFrequency]:
        table = self._table
        counts = [table.whole(name, rows).tolist() for name in _COUNTS]
        greatest = table.number("greatest_af", rows).tolist()
        for ac, an, homozygotes, beyond, hemizygotes, is_filtered, most in zip(
            *counts, greatest, strict=True
        ):
            yield PublishedFrequency(
                ac=ac,
                an=an,
                homozygotes=homozygotes,
                heterozygotes=ac - 2 * homozygotes - hemizygotes + beyond,
                greatest_af=None if np.isnan(most) else most,
                hemizygotes=hemizygotes,
                is_filtered=bool(is_filtered),
                release=self.release,
            )


def read_frequencies(path: Path, assembly: Assembly, release: str = "") -> PublishedFrequencies:
    """Read the table that `kerne genomes frequencies` writes, plain or gzip, whole.

    Raises
    ------
    InputFileError
        The header differs, a line is malformed, an allele is listed twice, or there is none.
    """
    with TemporaryDirectory() as folder:
        convert(Kind.FREQUENCIES, [path], Path(folder), assembly, None, lambda _: None)
        # What is mapped stays readable when its file has gone.
        return PublishedFrequencies(VariantTable(Path(folder) / TABLE), release)
