"""Allele frequencies: the answer of the database to most questions, and its table as a file."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.durable import file_in_the_making
from kerne.errors import GenomeError, reason_of
from kerne.genomes.allele_list import AlleleList, joined_alleles
from kerne.people.counted import WhoCounted

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS: Final = ("chrom", "pos", "ref", "alt", "AC", "AN", "AF", "hom", "het")


@dataclass(frozen=True, slots=True, eq=False)
class Frequencies:
    """Counts of alleles among some genomes, (alleles,) each.

    `ac` counts alternative alleles, `an` called ones. `hom`, `het` and `hemi` count genomes: with
    two copies, with one of two, with one of one. A half-call (`./1`) adds to `ac` and `an` alone,
    as in bcftools. `counted` says whose genomes they are, in a centre.
    """

    alleles: AlleleList
    ac: NDArray[np.int64]
    an: NDArray[np.int64]
    hom: NDArray[np.int64]
    het: NDArray[np.int64]
    hemi: NDArray[np.int64]
    counted: WhoCounted | None = field(default=None, kw_only=True)

    def __len__(self) -> int:
        return len(self.ac)

    @property
    def contig(self) -> NDArray[np.object_]:
        """The name of each contig."""
        return self.alleles.contig

    @property
    def position(self) -> NDArray[np.uint32]:
        """0-based."""
        return self.alleles.position

    @property
    def reference(self) -> NDArray[np.object_]:
        """Reference bases."""
        return self.alleles.reference

    @property
    def alternative(self) -> NDArray[np.object_]:
        """Alternative bases."""
        return self.alleles.alternative

    @property
    def af(self) -> NDArray[np.float64]:
        """AC/AN, (alleles,); NaN where AN is 0."""
        af = np.full(len(self), np.nan)
        np.divide(self.ac, self.an, out=af, where=self.an > 0)
        return af

    def table(self) -> "pa.Table":
        """Return them as an Arrow table; `pos` counts from 1, and AF is null where AN is 0."""
        import pyarrow as pa  # noqa: PLC0415  not every command needs it

        alleles = self.alleles
        contig = pa.DictionaryArray.from_arrays(alleles.rank, pa.array(alleles.names, pa.string()))
        return pa.table(
            {
                "chrom": contig,
                "pos": alleles.position.astype(np.int64) + 1,
                "ref": pa.array(alleles.reference.tolist(), pa.string()),
                "alt": pa.array(alleles.alternative.tolist(), pa.string()),
                "AC": self.ac,
                "AN": self.an,
                "AF": pa.array(self.af, from_pandas=True),
                "hom": self.hom,
                "het": self.het,
                "hemi": self.hemi,
            }
        )

    def allele(self, index: int) -> Allele:
        """Return one of the alleles."""
        return self.alleles.allele(index)

    def only(self, kept: NDArray[np.bool_]) -> "Frequencies":
        """Return the counts of the alleles that are marked."""
        columns = (self.ac, self.an, self.hom, self.het, self.hemi)
        alleles = self.alleles.only(kept)
        return Frequencies(alleles, *(column[kept] for column in columns), counted=self.counted)


def joined_frequencies(names: tuple[str, ...], parts: Sequence[Frequencies]) -> Frequencies:
    """Return parts that follow one another as one; `counted` is that of the first.

    Parameters
    ----------
    names
        The contigs of the assembly.
    """
    if len(parts) == 1:
        return parts[0]
    alleles = joined_alleles(names, [part.alleles for part in parts])
    counts = (
        np.concatenate([np.empty(0, np.int64), *(getattr(part, name) for part in parts)])
        for name in ("ac", "an", "hom", "het", "hemi")
    )
    return Frequencies(alleles, *counts, counted=parts[0].counted if parts else None)


def write_whole(path: Path, write: Callable[[TextIO], None]) -> None:
    """Let `write` fill a file, which appears whole or not at all, whatever is cut off.

    Raises
    ------
    GenomeError
        The file cannot be written.
    """
    with path_to_write(path) as place, place.open("w", newline="") as stream:
        write(stream)


@contextmanager
def path_to_write(path: Path) -> Iterator[Path]:
    """Give a file to fill, which becomes `path` at the end, whole, whatever is cut off.

    Raises
    ------
    GenomeError
        The file cannot be written.
    """
    try:
        # A device, a pipe or a link is written to as it is, not replaced by a file.
        if path.is_symlink() or (path.exists() and not path.is_file()):
            yield path
        else:
            with file_in_the_making(path) as partial:
                yield partial
    except OSError as error:
        raise GenomeError(f"`{path}` cannot be written: {reason_of(error)}") from error


def write_table_1based(
    frequencies: Frequencies, stream: TextIO, *, has_header: bool = True
) -> None:
    """Write the table, tab-separated with one header line; positions count from 1.

    AF is `.` where AN is 0.
    """
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
    if has_header:
        writer.writerow(COLUMNS)
    writer.writerows(_lines_1based(frequencies))


def _lines_1based(found: Frequencies) -> Iterator[tuple[object, ...]]:
    af = ("." if an == 0 else f"{ac / an:.6g}" for ac, an in zip(found.ac, found.an, strict=True))
    return zip(
        found.contig,
        found.position.astype(np.int64) + 1,
        found.reference,
        found.alternative,
        found.ac,
        found.an,
        af,
        found.hom,
        found.het,
        strict=True,
    )
