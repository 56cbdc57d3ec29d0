"""Structural genotypes come record by record and are wanted sample by sample.

They are gathered in blocks. A full block is sorted by column and set aside, in pieces for groups
of neighbouring columns (`spill`). They are read a group at a time: memory holds one block, or the
pieces of one group of all blocks, and the heads of the records that these speak of.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.genomes.reading.spill import Spill, Spilled

CELLS_HELD: Final = 1 << 21
"""Genotypes of a block: some 25 MB and what they are written as."""
TEXT_BYTES_HELD: Final = 1 << 25
"""Bytes that a block is written as at most, heads and cells, but for those of its last record."""
GROUPS: Final = 64
"""Groups of columns at most: so many parts of all genotypes are read after each other."""
_NUMBER: Final = np.dtype("<u4")


@dataclass(frozen=True, slots=True)
class _Block:
    """A block that was set aside: the heads of its records, and a piece for each group."""

    heads: Spilled
    pieces: tuple[Spilled, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """The genotypes of a group of columns in one block.

    Parameters
    ----------
    edges
        Where each column begins among the genotypes, and where the last ends, (columns + 1,).
    records
        Number of the record in the block, of each genotype.
    ends
        Where each begins in `cells`, and where the last ends, (genotypes + 1,).
    """

    heads: Sequence[bytes]
    edges: NDArray[np.int64]
    records: NDArray[np.uint32]
    ends: NDArray[np.int64]
    cells: bytes

    def lines(self, column: int) -> Iterator[bytes]:
        """Yield the lines of a column of the group, 0-based, in the order of the records."""
        first, last = self.edges[column : column + 2].tolist()
        ends = self.ends[first : last + 1].tolist()
        told = zip(self.records[first:last].tolist(), ends[:-1], ends[1:], strict=True)
        return (b"%b\t%b\n" % (self.heads[at], self.cells[low:high]) for at, low, high in told)


class StructuralCells:
    """Gathers genotypes by record, and gives them back by column.

    Parameters
    ----------
    columns
        Samples of the file.
    """

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._width = max(1, -(-columns // GROUPS))
        self._spill = Spill()
        self._blocks: list[_Block] = []
        self._empty()

    def add(self, head: bytes, cells: Sequence[tuple[int, bytes]]) -> None:
        """Take a record: its head, and the column and text of each genotype that is kept."""
        for column, cell in cells:
            self._record.append(len(self._heads))
            self._column.append(column)
            self._size.append(len(cell))
            self._cells += cell
        self._heads.append(head)
        self._text_bytes += len(head)
        if len(self._record) >= CELLS_HELD or self._text_bytes + len(self._cells) > TEXT_BYTES_HELD:
            self._set_aside()

    def by_column(self, low: int, high: int) -> Iterator[tuple[int, bytes]]:
        """Yield number and lines of the records of each column in `[low, high)`, in order.

        Nothing is taken any more after it was asked for the first time.
        """
        if self._heads:
            self._set_aside()
        for group in range(low // self._width, -(-high // self._width)):
            first = group * self._width
            held = [self._opened(block, group) for block in self._blocks]
            for column in range(max(low, first), min(high, first + self._width)):
                lines = [line for each in held for line in each.lines(column - first)]
                yield len(lines), b"".join(lines)

    def close(self) -> None:
        """Let go of everything."""
        self._spill.close()

    def _empty(self) -> None:
        self._heads: list[bytes] = []
        self._text_bytes = 0
        self._record, self._column, self._size = array("I"), array("I"), array("I")
        self._cells = bytearray()

    def _set_aside(self) -> None:
        column = np.array(self._column, dtype=_NUMBER)
        order = np.argsort(column, kind="stable")
        bounds = np.arange(0, self._columns + self._width, self._width)
        edges = np.searchsorted(column[order], bounds).tolist()
        starts = np.cumsum(np.array(self._size, dtype=np.int64)) - self._size
        chosen = starmap(slice, pairwise(edges))
        pieces = tuple(
            self._spill.put(self._piece(group * self._width, order[each], column, starts))
            for group, each in enumerate(chosen)
        )
        self._blocks.append(_Block(self._spill.put(b"\n".join(self._heads)), pieces))
        self._empty()

    def _piece(
        self,
        first: int,
        chosen: NDArray[np.intp],
        column: NDArray[np.uint32],
        starts: NDArray[np.int64],
    ) -> bytes:
        """Write the genotypes of a group, which begins at the column `first`, as bytes."""
        size = np.array(self._size, dtype=_NUMBER)[chosen]
        record = np.array(self._record, dtype=_NUMBER)[chosen]
        counts = np.bincount(column[chosen] - first, minlength=self._width).astype(_NUMBER)
        told = zip(starts[chosen].tolist(), size.tolist(), strict=True)
        cells = b"".join(bytes(self._cells[at : at + length]) for at, length in told)
        return b"".join([counts.tobytes(), record.tobytes(), size.tobytes(), cells])

    def _opened(self, block: _Block, group: int) -> _Group:
        piece = self._spill.read(block.pieces[group])
        counts = np.frombuffer(piece, dtype=_NUMBER, count=self._width)
        edges = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
        number, at = int(edges[-1]), self._width * _NUMBER.itemsize
        record, size = np.frombuffer(piece, _NUMBER, 2 * number, at).reshape(2, number)
        ends = np.concatenate([[0], np.cumsum(size, dtype=np.int64)])
        cells = piece[at + 2 * number * _NUMBER.itemsize :]
        return _Group(self._spill.read(block.heads).split(b"\n"), edges, record, ends, cells)
