"""A partition: consecutive sites of one contig in a segment, by variant and by person.

It answers for the positions `[start, end)` of its contig; the partitions of a contig lie side by
side and leave no position out. As a file it is

    length of the directory (8 bytes, little-endian), the directory, then blobs at the offsets
    that the directory gives: the sites of each tile, its calls, groups of rows, and what is read
    as a whole (where rows become callable and stop, mentions, long changes)

so that one tile or one person is read without the rest.
"""

import itertools
import json
import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.change import Change
from kerne.errors import DamagedStoreError
from kerne.genomes.disk.sealed_files import Extent
from kerne.genomes.segments.blob import unpack
from kerne.genomes.segments.calls_table import CallsByRow, CallsBySite
from kerne.genomes.segments.sites import ContigSites

HEAD: Final = struct.Struct("<Q")
WHOLE_CONTIG: Final = (1 << 32) - 1
"""No position lies here or beyond: the `end` of the last partition of a contig."""


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """Where rows that are not declared whole become callable and stop, ascending by position.

    (bounds,) each: the 0-based position, and twice the row, plus one where it stops.
    """

    at: NDArray[np.uint32]
    bound: NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Mentions:
    """Sites that a file mentions, whoever of its rows carries them: `first` (sources + 1,).

    A file of one sample needs none for what that sample has a call of.
    """

    source: NDArray[np.uint32]
    first: NDArray[np.int64]
    site: NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Everything of a partition, in memory; both orders of the calls hold the same calls.

    `by_row` is `None` where no call has a phase or fields: what of it is needed is turned over when
    it is packed.
    """

    contig: int
    start: int
    end: int
    sites: ContigSites
    by_site: CallsBySite
    by_row: CallsByRow | None
    bounds: Bounds
    mentions: Mentions


@dataclass(frozen=True, slots=True, eq=False)
class TileEntry:
    """A tile in a directory: sites `[first, first + sites)` of the partition, all of one place.

    `planes` are blobs of `PLANE_ROWS` rows each; none where no site is dense.

    `low` and `high` are its first and last position, `reach` the end (exclusive) of the reference
    bases that its sites replace.
    """

    first: int
    sites: int
    place: int
    low: int
    high: int
    reach: int
    site_blob: Extent
    call_blob: Extent
    planes: tuple[Extent, ...]


@dataclass(frozen=True, slots=True, eq=False)
class GroupEntry:
    """A group of rows in a directory, the first of them `row`."""

    row: int
    blob: Extent


@dataclass(frozen=True, eq=False)
class Directory:
    """What a partition's file holds and where.

    `checksum` is that of all calls, taken before tiles and twin were made of them.
    """

    contig: int
    start: int
    end: int
    sites: int
    calls: int
    checksum: int
    tiles: tuple[TileEntry, ...]
    groups: tuple[GroupEntry, ...]
    bounds: Extent
    mentions: Extent
    long: Extent
    dense: Extent

    @cached_property
    def places(self) -> frozenset[int]:
        """The kinds of place that there are."""
        return frozenset(tile.place for tile in self.tiles)

    @cached_property
    def group_rows(self) -> list[int]:
        """The first row of each group."""
        return [group.row for group in self.groups]

    @cached_property
    def firsts(self) -> list[int]:
        """The first site of each tile."""
        return [tile.first for tile in self.tiles]


def decode_directory(directory: bytes) -> Directory:
    """Return the directory of a partition from its bytes, without the length before them.

    Raises
    ------
    DamagedStoreError
        It is none.
    """
    head, tiles, planes, groups, once = unpack(directory)
    base = HEAD.size + len(directory)

    def extent(offset: int, length: int) -> Extent:
        return Extent(base + offset, length)

    try:
        contig, start, end, sites, calls, checksum = head.tolist()
        bounds, mentions, long, dense = (extent(*pair) for pair in once.reshape(-1, 2).tolist())
        planes_of: dict[int, list[Extent]] = {}
        for first, *blob in planes.reshape(-1, 3).tolist():
            planes_of.setdefault(first, []).append(extent(*blob))
        entries = [
            TileEntry(
                t[0],
                t[1],
                t[2],
                t[3],
                t[4],
                t[5],
                extent(*t[6:8]),
                extent(*t[8:10]),
                tuple(planes_of.get(t[0], ())),
            )
            for t in tiles.reshape(-1, 10).tolist()
        ]
        rows = [GroupEntry(g[0], extent(*g[1:])) for g in groups.reshape(-1, 3).tolist()]
    except (ValueError, TypeError) as error:
        raise DamagedStoreError("the directory of a partition cannot be read") from error
    return Directory(
        contig,
        start,
        end,
        sites,
        calls,
        checksum,
        tuple(entries),
        tuple(rows),
        bounds,
        mentions,
        long,
        dense,
    )


def decode_sites(blob: bytes, long: dict[int, Change]) -> ContigSites:
    """Return the sites of a tile from their blob; raises `DamagedStoreError` when it is none."""
    gaps, change = unpack(blob)
    return ContigSites(np.cumsum(gaps, dtype=np.uint32), change, long)


def decode_bounds(blob: bytes) -> Bounds:
    """Return where rows are callable from the blob; raises `DamagedStoreError`."""
    gaps, bound = unpack(blob)
    return Bounds(np.cumsum(gaps, dtype=np.uint32), bound)


def decode_mentions(blob: bytes) -> Mentions:
    """Return the mentions from their blob; raises `DamagedStoreError`."""
    source, counts, gaps = unpack(blob)
    first = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    site = np.empty_like(gaps)
    for low, high in itertools.pairwise(first):
        site[low:high] = np.cumsum(gaps[low:high], dtype=np.uint32)
    return Mentions(source, first, site)


def decode_long(blob: bytes) -> dict[int, Change]:
    """Return the long changes by number; raises `DamagedStoreError`."""
    try:
        return {code: (reference, other) for code, reference, other in json.loads(blob)}
    except (ValueError, TypeError) as error:
        raise DamagedStoreError("the long changes of a partition cannot be read") from error


@dataclass(frozen=True, slots=True, eq=False)
class DenseSites:
    """Sites whose calls stand in planes, (dense sites,): their index, and how far each refers."""

    index: NDArray[np.uint32]
    back: NDArray[np.uint8]

    def within(self, tile: TileEntry) -> slice:
        """Return which of them are in a tile."""
        low, high = np.searchsorted(self.index, [tile.first, tile.first + tile.sites]).tolist()
        return slice(low, high)


def decode_dense(blob: bytes) -> DenseSites:
    """Return the dense sites from the blob; raises `DamagedStoreError`."""
    gaps, back = unpack(blob)
    return DenseSites(np.cumsum(gaps, dtype=np.uint32), back)
