"""A segment as readers see it: its rows, and its partitions read tile by tile, group by group.

Nothing but the rows and a list of partitions is read when it is opened. What is decoded is kept in
the memory of the process, as far as the bounded store of hot blobs lets it.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.change import Change
from kerne.errors import DamagedStoreError
from kerne.genomes.disk.hot import Hot
from kerne.genomes.disk.sealed_files import Extent
from kerne.genomes.segments.blob import pack, unpack
from kerne.genomes.segments.partition import (
    HEAD,
    Bounds,
    DenseSites,
    Directory,
    GroupEntry,
    Mentions,
    TileEntry,
    decode_bounds,
    decode_dense,
    decode_directory,
    decode_long,
    decode_mentions,
    decode_sites,
)
from kerne.genomes.segments.rows import RowTable, unpack_rows
from kerne.genomes.segments.sites import ContigSites, joined_sites
from kerne.genomes.segments.tile import PLANE_ROWS, PLANE_WORDS, Tile, unpack_planes, unpack_tile
from kerne.genomes.segments.twin import RowGroup, unpack_group

ROWS_FILE = "rows"
INDEX_FILE = "index"
_NO_PLANES = np.empty((0, 2, 0), dtype=np.uint64)

T = TypeVar("T", bound="ContigSites | Tile | RowGroup | Bounds | NDArray[np.uint64]")


class Blobs(Protocol):
    """Reads blobs of a segment's files."""

    def read(self, file: str, extent: Extent) -> bytes | bytearray:
        """Return a blob, verified."""
        ...

    def length(self, file: str) -> int:
        """Return how many bytes a file has."""
        ...

    def damaged_blocks(self, file: str) -> list[int]:
        """Read a file whole and return the blocks that do not open."""
        ...


Key = tuple[str, str, str, int]
"""Of a decoded blob: segment, file, what it is, and which."""

Decoded = ContigSites | Tile | RowGroup | Bounds | NDArray[np.uint64]
HotBlobs = Hot[Key, Decoded]


def arrays_of(decoded: Decoded) -> list[NDArray[Any]]:  # Any: arrays of several types
    """Return the arrays that a decoded blob is made of."""
    match decoded:
        case ContigSites():
            return [decoded.position, decoded.change]
        case Tile():
            return decoded.arrays
        case RowGroup():
            return decoded.arrays
        case Bounds():
            return [decoded.at, decoded.bound]
        case _:
            return [decoded]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Where a segment comes from.

    Parameters
    ----------
    blobs
        Reads its files.
    hot
        Keeps what was decoded.
    """

    name: str
    blobs: Blobs
    hot: HotBlobs


@dataclass(frozen=True, slots=True)
class PartitionEntry:
    """A partition as the segment's index names it: the positions `[start, end)` of a contig."""

    contig: int
    start: int
    end: int
    sites: int
    calls: int

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.contig:03}-{self.start:010}"


class PartitionReader:
    """One partition of a segment.

    Raises
    ------
    DamagedStoreError
        From every method: a blob does not open, or cannot be read.
    """

    def __init__(self, entry: PartitionEntry, source: Source, rows: int) -> None:
        self.entry = entry
        self.source = source
        self._rows = rows
        self._file = entry.file

    @cached_property
    def directory(self) -> Directory:
        """What lies where."""
        (length,) = HEAD.unpack(self._read(Extent(0, HEAD.size)))
        return decode_directory(self._read(Extent(HEAD.size, length)))

    @cached_property
    def long(self) -> dict[int, Change]:
        """The changes that their numbers do not spell out."""
        return decode_long(self._read(self.directory.long))

    @property
    def sites(self) -> ContigSites:
        """All its sites."""
        return self._hot("sites", 0, self._read_sites)

    def tile(self, tile: TileEntry) -> Tile:
        """Return the calls of a tile."""
        return self._hot("calls", tile.first, lambda: self._read_tile(tile))

    def group(self, group: GroupEntry) -> RowGroup:
        """Return a group of rows."""
        return self._hot(
            "rows",
            group.row,
            lambda: self._read_group(group, self._planes(group.row // PLANE_ROWS)),
        )

    def group_of(self, row: int) -> RowGroup:
        """Return the group that a row of the segment is in."""
        directory = self.directory
        return self.group(directory.groups[bisect_right(directory.group_rows, row) - 1])

    def groups(self) -> Iterator[RowGroup]:
        """Yield the groups in order, and keep none of them."""
        held, planes = -1, _NO_PLANES
        for group in self.directory.groups:
            if group.row // PLANE_ROWS != held:
                held = group.row // PLANE_ROWS
                planes = self._read_planes(held)
            yield self._read_group(group, planes)

    @property
    def bounds(self) -> Bounds:
        """Where rows are callable."""
        return self._hot(
            "bounds",
            0,
            lambda: decode_bounds(self._read(self.directory.bounds)),
        )

    @property
    def mentions(self) -> Mentions:
        """Which files mention which sites."""
        return decode_mentions(self._read(self.directory.mentions))

    @cached_property
    def dense(self) -> DenseSites:
        """The sites whose calls stand in planes."""
        return decode_dense(self._read(self.directory.dense))

    def _read_group(self, group: GroupEntry, planes: NDArray[np.uint64]) -> RowGroup:
        return unpack_group(self._read(group.blob), group.row, self.dense.index, planes)

    def _planes(self, block: int) -> NDArray[np.uint64]:
        """Return the planes of some hundred rows at all dense sites, (dense sites, 2, words)."""
        return self._hot("planes", block, lambda: self._read_planes(block))

    def _read_planes(self, block: int) -> NDArray[np.uint64]:
        words = min(PLANE_WORDS, (self._rows + 63) // 64 - block * PLANE_WORDS)
        parts = [
            unpack_planes(self._read(tile.planes[block]), self._back(tile))
            for tile in self.directory.tiles
            if tile.planes
        ]
        return np.concatenate([np.empty((0, 2, words), np.uint64), *parts])

    def _read_tile(self, tile: TileEntry) -> Tile:
        planes = [self._read(each) for each in tile.planes]
        return unpack_tile(self._read(tile.call_blob), planes, self._back(tile), self._rows)

    def _back(self, tile: TileEntry) -> NDArray[np.uint8]:
        return self.dense.back[self.dense.within(tile)]

    def _read_sites(self) -> ContigSites:
        tiles = self.directory.tiles
        return joined_sites([decode_sites(self._read(tile.site_blob), self.long) for tile in tiles])

    def _read(self, extent: Extent) -> bytes:
        file = self._file
        try:
            return bytes(self.source.blobs.read(file, extent))
        except FileNotFoundError as error:
            # Nobody removes the files of a segment that is held.
            name = f"{self.source.name}/{file}"
            raise DamagedStoreError(f"file `{name}` is missing") from error

    def _hot(self, what: str, number: int, load: Callable[[], T]) -> T:
        key = (self.source.name, self._file, what, number)
        return cast("T", self.source.hot.get(key, load))


class Segment:
    """A segment; it never changes."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @property
    def name(self) -> str:
        """Its name in the manifest."""
        return self.source.name

    @cached_property
    def rows(self) -> RowTable:
        """Who is in it."""
        return unpack_rows(self._whole(ROWS_FILE))

    @cached_property
    def partitions(self) -> tuple[PartitionReader, ...]:
        """Its partitions, ascending by contig and position."""
        (flat,) = unpack(self._whole(INDEX_FILE))
        entries = (PartitionEntry(*told) for told in flat.reshape(-1, 5).tolist())
        rows = len(self.rows)
        return tuple(PartitionReader(entry, self.source, rows) for entry in entries)

    def on(self, contig: int) -> list[PartitionReader]:
        """Return the partitions of a contig; none where the segment tells of nothing there."""
        return self._by_contig.get(contig, [])

    @cached_property
    def _by_contig(self) -> dict[int, list[PartitionReader]]:
        found: dict[int, list[PartitionReader]] = {}
        for each in self.partitions:
            found.setdefault(each.entry.contig, []).append(each)
        return found

    def _whole(self, file: str) -> bytes:
        blobs = self.source.blobs
        return bytes(blobs.read(file, Extent(0, blobs.length(file))))


def pack_index(entries: list[PartitionEntry]) -> bytes:
    """Return the index of a segment as a blob."""
    told = [(e.contig, e.start, e.end, e.sites, e.calls) for e in entries]
    flat: NDArray[np.int64] = np.array(told, dtype=np.int64).reshape(-1)
    return pack([flat])
