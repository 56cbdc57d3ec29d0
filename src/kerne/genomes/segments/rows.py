"""The genomes of a segment, and which of them are chosen, as bits."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from kerne.genomes.calls import Place
from kerne.genomes.segments.blob import pack, unpack

SHARD_BITS = 16
SHARD_ROWS = 1 << SHARD_BITS
"""Row ids with the same high bits are of one shard; a segment lies in one."""
NONE_KEPT = -1
"""Stands for the structural records of a genome that was added when none were kept."""
_COLUMNS_OF_FORMAT_1 = 5


@dataclass(frozen=True, eq=False)
class RowTable:
    """The genomes of a segment, (rows,) each, ascending by row id.

    Parameters
    ----------
    sources
        The number of the file that a row came from.
    whole
        Genomes declared callable everywhere.
    x_copies, y_copies
        -1 where unclear.
    added
        When it was added, in seconds of UTC since 1970.
    structural
        How many structural records are kept of it; `NONE_KEPT` of genomes from before they were.
    """

    ids: NDArray[np.uint32]
    samples: tuple[str, ...]
    sources: NDArray[np.uint32]
    whole: NDArray[np.bool_]
    x_copies: NDArray[np.int8]
    y_copies: NDArray[np.int8]
    added: NDArray[np.int64]
    structural: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def classes(self) -> NDArray[np.uint8]:
        """Copies of each kind of place in each row, plus one; 0 where unclear, (places, rows)."""
        copies = np.full((len(Place), len(self)), 2, dtype=np.int8)
        copies[Place.X] = self.x_copies
        copies[Place.Y] = self.y_copies
        copies[Place.MITOCHONDRIAL] = 1
        return (copies + 1).astype(np.uint8)

    @cached_property
    def by_copies(self) -> list[list[tuple[int, NDArray[np.uint64]]]]:
        """For each kind of place the copies, plus one, that rows have, and the bits of the rows."""
        return [
            [(each, as_bits(classes == each)) for each in np.unique(classes).tolist()]
            for classes in self.classes
        ]

    @cached_property
    def is_whole(self) -> bool:
        """Whether all are declared callable everywhere."""
        return bool(self.whole.all())

    @cached_property
    def whole_bits(self) -> NDArray[np.uint64]:
        """Bits of the rows that are declared callable everywhere."""
        return as_bits(self.whole)

    @cached_property
    def everyone(self) -> NDArray[np.uint64]:
        """Bits of all rows, in words of 64."""
        return as_bits(np.ones(len(self), dtype=np.bool_))

    def index_of(self, row: int) -> int:
        """Return where a row id is, -1 when it is not here."""
        # One of another type would have all ids converted to it.
        at = int(self.ids.searchsorted(np.uint32(row)))
        return at if at < len(self) and self.ids[at] == row else -1

    def chosen(self, rows: NDArray[np.uint32] | None) -> NDArray[np.uint64]:
        """Return the bits of the rows that are in `rows`, in words of 64; of all for `None`.

        Parameters
        ----------
        rows
            Row ids, ascending.
        """
        if rows is None:
            return self.everyone
        first, last = int(self.ids[0]), int(self.ids[-1])
        # Bounds of another type would have all rows copied.
        low = np.searchsorted(rows, np.uint32(first))
        high = np.searchsorted(rows, np.uint32(last), side="right")
        present = np.zeros(last - first + 1, dtype=np.bool_)
        present[rows[low:high] - np.uint32(first)] = True
        if len(present) > len(self):
            present = present[self.ids - np.uint32(first)]
        return as_bits(present)


def ascending(rows: BitMap) -> NDArray[np.uint32]:
    """Return row ids as an array."""
    return np.array(rows.to_array(), dtype=np.uint32)


def as_bits(chosen: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Return marks of rows as bits in words of 64, lowest first; the last word is filled up."""
    padded = np.zeros((len(chosen) + 63) // 64 * 64, dtype=np.bool_)
    padded[: len(chosen)] = chosen
    return np.packbits(padded, bitorder="little").view(np.uint64)


def as_marks(bits: NDArray[np.uint64], rows: int) -> NDArray[np.bool_]:
    """Undo `as_bits`."""
    marks: NDArray[np.bool_] = np.unpackbits(
        bits.view(np.uint8), count=rows, bitorder="little"
    ).view(np.bool_)
    return marks


def pack_rows(rows: RowTable) -> bytes:
    """Return a table of rows as a blob."""
    names = np.frombuffer("\0".join(rows.samples).encode(), dtype=np.uint8)
    return pack(
        [
            *(rows.ids, names, rows.sources, rows.whole, rows.x_copies, rows.y_copies),
            *(rows.added, rows.structural),
        ]
    )


def unpack_rows(blob: bytes) -> RowTable:
    """Return the table of a blob; raises `DamagedStoreError` when it is none."""
    ids, names, *columns = unpack(blob)
    if len(columns) == _COLUMNS_OF_FORMAT_1:
        columns.append(np.full(len(ids), NONE_KEPT, dtype=np.int64))
    return RowTable(ids, tuple(names.tobytes().decode().split("\0")), *columns)
