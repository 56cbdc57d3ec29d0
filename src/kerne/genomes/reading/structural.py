"""Structural records of a genome file: who may carry each, and what is kept of it.

Symbolic alleles and joins have no bases that could be counted, so a record is kept as the file
wrote it, for each sample that may carry it, as a line of VCF with that sample alone: fixed columns
whole but for ID, of INFO and FORMAT what says where the variant ends and how it is carried. They
are few beside the other records, and plain Python reads them beside the compiled parser.

References
----------
VCF 4.4 §1.4.5, §3, §5.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from kerne.errors import InputFileError
from kerne.genomes.reading.structural_cells import StructuralCells

INFO_KEYS: Final = (
    "END", "SVLEN", "INSLEN", "SVINSLEN", "SVTYPE", "CHR2", "POS2", "END2", "CIPOS", "CIEND",
)  # fmt: skip
FORMAT_KEYS: Final = (
    "GT", "CN", "DP", "AD", "GQ", "RO", "AO", "AF", "VAF", "PR", "SR", "DR", "DV", "RR", "RV",
)  # fmt: skip
"""What is kept of the two columns, as the callers name it: reads are told in several ways."""

HEADS_BYTES_MOST: Final = 1 << 29
"""What all records of a file are kept as, without their genotypes: some 5 million."""

USUAL_COPIES: Final = (b"2", b".", b"")
_ALTERNATIVES, _INFO, _FORMAT, _FIRST_SAMPLE = 4, 7, 8, 9
_PLAIN: Final = frozenset({b"0|0", b"0/0", b"./.", b".|.", b"0", b"."})
"""Cells that most samples have where many do."""
_KEPT_INFO: Final = frozenset(key.encode() for key in INFO_KEYS)
_KEPT_FORMAT: Final = frozenset(key.encode() for key in FORMAT_KEYS)


def is_structural(alternative: str) -> bool:
    """Say of an ALT allele whether it is symbolic or a join, and describes one.

    Examples
    --------
    >>> [is_structural(each) for each in ("<DEL>", "A[chr2:5[", "<NON_REF>", "<*>", "*", "AT")]
    [True, True, False, False, False, False]
    """
    if alternative.startswith("<"):
        return alternative[1:2] not in ("*", "N")
    return len(alternative) > 1 and not alternative.isalpha()


class StructuralRecords:
    """Gathers the structural records of the file at `path`; to be closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._heads_bytes = 0
        self._cells: StructuralCells | None = None

    def take(self, line: int, raw: bytes, contig: str) -> None:
        """Take a record that lies on a contig of the assembly.

        Parameters
        ----------
        line
            1-based line in the file.
        raw
            What stands there; the file's reader has found it well-formed.

        Raises
        ------
        InputFileError
            The file holds more of them than are kept.
        """
        columns = raw.rstrip(b"\r\n").split(b"\t")
        keys = columns[_FORMAT].split(b":")
        kept = [at for at, key in enumerate(keys) if key in _KEPT_FORMAT]
        cells = list(_carried(columns, keys, kept))
        if not cells:
            return
        head = _head(columns, contig, b":".join(keys[at] for at in kept))
        self._heads_bytes += len(head)
        if self._heads_bytes > HEADS_BYTES_MOST:
            problem = "holds more structural records than are kept of one file, split it by contig"
            raise InputFileError(self._path, problem, line)
        if self._cells is None:
            self._cells = StructuralCells(len(columns) - _FIRST_SAMPLE)
        self._cells.add(head, cells)

    @property
    def is_empty(self) -> bool:
        """Whether no sample may carry any."""
        return self._cells is None

    def by_column(self, low: int, high: int) -> Iterator[tuple[int, bytes]]:
        """Yield number and lines of the records of each column in `[low, high)`, in order."""
        if self._cells is None:
            return ((0, b"") for _ in range(low, high))
        return self._cells.by_column(low, high)

    def close(self) -> None:
        """Let go of what was gathered."""
        if self._cells is not None:
            self._cells.close()


def _carried(
    columns: Sequence[bytes], keys: Sequence[bytes], kept: list[int]
) -> Iterator[tuple[int, bytes]]:
    """Yield column and cell, with the fields that are kept, of who may carry a structural allele.

    Of all where there are no genotypes.
    """
    copies = keys.index(b"CN") if b"CN" in keys else -1
    numbers = _structural_numbers(columns[_ALTERNATIVES])
    has_genotype = keys[0] == b"GT"
    for column, cell in enumerate(columns[_FIRST_SAMPLE:]):
        if has_genotype and (cell in _PLAIN or not _may_carry(cell, numbers, copies)):
            continue
        yield column, _picked(cell, kept)


def _structural_numbers(alternatives: bytes) -> frozenset[bytes]:
    """Return the numbers of the structural alleles in ALT, as a genotype writes them."""
    texts = enumerate(alternatives.decode().split(","), start=1)
    return frozenset(b"%d" % number for number, text in texts if is_structural(text))


def _may_carry(cell: bytes, numbers: frozenset[bytes], copies: int) -> bool:
    """Say whether a genotype holds a structural allele, or the copies are not the usual two."""
    genotype = cell.partition(b":")[0]
    if genotype.strip(b"0./|"):
        called = genotype.replace(b"|", b"/").split(b"/")
        if not numbers.isdisjoint(called):
            return True
    if copies < 0:
        return False
    values = cell.split(b":", copies + 1)
    return len(values) > copies and values[copies] not in USUAL_COPIES


def _picked(cell: bytes, kept: list[int]) -> bytes:
    values = cell.split(b":")
    return b":".join(values[at] for at in kept if at < len(values)) or b"."


def _head(columns: list[bytes], contig: str, form: bytes) -> bytes:
    info = [each for each in columns[_INFO].split(b";") if each.partition(b"=")[0] in _KEPT_INFO]
    fixed = [contig.encode(), columns[1], b".", *columns[3:_INFO]]
    return b"\t".join([*fixed, b";".join(info) or b".", form or b"GT"])
