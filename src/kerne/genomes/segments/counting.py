"""Count sites of one partition of one segment: the task that a scan is made of.

Silence is what most genomes say. `an` here is what the calls add to the AN that silence gives, or
take from it; where and for how many copies silence counts is in `add_silent_an`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.genomes.calls import (
    CODE_MASK,
    FIRST_CARRIED,
    LAST_CARRIED,
    RULE_OF,
    SILENT,
    SILENT_COPIES,
    WORTH,
    Code,
    Worth,
)
from kerne.genomes.segments import counting_kernels
from kerne.genomes.segments.rows import RowTable, as_marks
from kerne.genomes.segments.segment import PartitionReader
from kerne.genomes.segments.tile import Tile

AN, HET, HOM, HEMI, HALF, CARRIED, AC = range(7)
"""Rows of a table of counts; `CARRIED` counts alternative calls, counted or not."""

COUNTS: Final = 7

PlaceSpan = tuple[int, int, int]
"""A kind of place, and the indices `[start, end)` of positions that are of it."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassOfRows:
    """Chosen rows with so many copies, plus one: as bits in words of 64, and (rows,) 0 or 1."""

    copies: int
    bits: NDArray[np.uint64]
    marks: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """Which rows of a segment count: bits in words of 64, split by copies where they differ."""

    rows: RowTable
    bits: NDArray[np.uint64]
    _split: dict[int, list["ClassOfRows"]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nobody counts."""
        return not self.bits.any()

    def classes(self, place: int) -> list["ClassOfRows"]:
        """Return the chosen rows by how many copies of a kind of place they have."""
        if place not in self._split:
            parts = [(copies, self.bits & bits) for copies, bits in self.rows.by_copies[place]]
            self._split[place] = [
                ClassOfRows(copies, bits, as_marks(bits, len(self.rows)).view(np.uint8))
                for copies, bits in parts
                if bits.any()
            ]
        return self._split[place]

    def an_of_whole(self, place: int) -> int:
        """Return the AN of the chosen rows that are callable everywhere and say nothing."""
        whole = self.rows.whole_bits
        return sum(
            int(SILENT_COPIES[place, each.copies]) * int(np.bitwise_count(each.bits & whole).sum())
            for each in self.classes(place)
        )

    def weights(self, place: int) -> NDArray[np.uint8]:
        """Return the AN of each row where it is callable and says nothing, 0 if not chosen."""
        copies = SILENT_COPIES[place, self.rows.classes[place]]
        weights: NDArray[np.uint8] = (copies * as_marks(self.bits, len(self.rows))).astype(np.uint8)
        return weights


def count_partition(
    reader: PartitionReader,
    chosen: Chosen,
    start: int,
    end: int,
    counts: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Count the sites at the indices `[start, end)` of a partition, (7, sites).

    Parameters
    ----------
    counts
        Added to and returned, when it is given.
    """
    if counts is None:
        counts = np.zeros((COUNTS, end - start), dtype=np.int64)
    if chosen.is_empty:
        return counts
    for entry in reader.directory.tiles:
        low, high = max(start, entry.first), min(end, entry.first + entry.sites)
        if low < high:
            inside = counts[:, low - start : high - start]
            span = (low - entry.first, high - entry.first)
            count_tile(reader.tile(entry), entry.place, chosen, span, inside)
    return counts


def count_tile(
    tile: Tile, place: int, chosen: Chosen, span: tuple[int, int], counts: NDArray[np.int64]
) -> None:
    """Add to `counts`, (7, sites), what a tile holds at the indices `[start, end)` of `span`."""
    start, end = span
    for each in chosen.classes(place):
        counting_kernels.count_sites(
            start, end, tile.kind, tile.first, tile.lists, tile.ids, tile.plane, tile.planes,
            each.bits, each.marks, _WEIGHTS[place, each.copies], counts,
        )  # fmt: skip
    odd = tile.odd_between(start, end)
    if odd.start < odd.stop:
        counting_kernels.add_odd(
            start,
            tile.odd_site[odd],
            tile.odd_row[odd],
            tile.odd_code[odd],
            chosen.bits,
            chosen.rows.classes[place],
            ADDED[place],
            counts,
        )


def add_silent_an(
    readers: list[PartitionReader],
    chosen: Chosen,
    position: NDArray[np.uint32],
    places: Sequence[PlaceSpan],
    an: NDArray[np.int64],
) -> None:
    """Add to `an` what silence alone gives at ascending positions of a contig, (positions,).

    Parameters
    ----------
    readers
        The segment's partitions of that contig.
    places
        Which positions are of one kind of place, in order.
    """
    if chosen.is_empty:
        return
    for place, low, high in places:
        an[low:high] += chosen.an_of_whole(place)
        if not chosen.rows.is_whole:
            an[low:high] += _in_stretches(readers, chosen.weights(place), position[low:high])


def _in_stretches(
    readers: list[PartitionReader], weight: NDArray[np.uint8], position: NDArray[np.uint32]
) -> NDArray[np.int64]:
    an = np.zeros(len(position), dtype=np.int64)
    for reader in readers:
        low, high = np.searchsorted(position, [reader.entry.start, reader.entry.end]).tolist()
        if low < high:
            bounds = reader.bounds
            counting_kernels.silence_at(
                position[low:high], bounds.at, bounds.bound, weight, an[low:high]
            )
    return an


def _added() -> NDArray[np.int64]:
    added = np.zeros((*RULE_OF.shape, 256, COUNTS), dtype=np.int64)
    for code in range(256):
        bare = code & CODE_MASK
        if bare >= len(Code):
            continue
        told = added[:, :, code]
        told[..., : len(Worth)] = WORTH[RULE_OF, bare]
        told[..., AC] = told[..., [HET, HOM, HEMI, HALF]].sum(axis=-1) + told[..., HOM]
        told[..., CARRIED] = FIRST_CARRIED <= bare <= LAST_CARRIED
        if code & SILENT:
            told[..., AN] -= SILENT_COPIES
    return added


ADDED: Final = _added()
"""(places, copies + 1, 256, counts): what a call adds to each count beyond silence, by its code."""

_WEIGHTS: Final = np.ascontiguousarray(
    ADDED[:, :, [Code.HET | SILENT, Code.HOM | SILENT, Code.MISSING | SILENT]]
)
"""(places, copies + 1, 3, counts): the same of what a tile lists: `HET`, `HOM`, `MISSING`."""
