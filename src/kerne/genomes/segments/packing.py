"""Pack a partition into the content of its file (`segments.partition` says what lies where).

Tiles and groups of rows are blobs that do not depend on each other, so several threads make them;
they are put one after the other in the same order whoever makes them.
"""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.change import reference_spans
from kerne.genomes.segments.blob import pack
from kerne.genomes.segments.calls_table import calls_checksum
from kerne.genomes.segments.kernels import DENSE
from kerne.genomes.segments.partition import HEAD, Mentions, Partition
from kerne.genomes.segments.tile import TILE_SITES, pack_planes, pack_tile, tile_between
from kerne.genomes.segments.twin import RowGroup, pack_group, row_groups, untold_by_row

T = TypeVar("T")
R = TypeVar("R")

GROUPS_AT_ONCE: Final = 64
"""Packed by a thread before it asks for more."""


def encode_partition(
    partition: Partition,
    places: NDArray[np.int8],
    classes: NDArray[np.uint8],
    packers: Executor | None = None,
) -> bytes:
    """Return a partition as the content of its file.

    Parameters
    ----------
    places
        (sites,), the `calls.Place` of each site.
    classes
        (places, rows), copies of each kind of place in each row, plus one.
    packers
        Threads that pack tiles and groups side by side; without them, one after the other.
    """
    body = _Body()

    def packed(cut: tuple[int, int]) -> _PackedTile:
        place = int(places[cut[0]])
        return _packed_tile(partition, *cut, place, classes[place])

    tiles = [_add_tile(body, tile) for tile in _each(packers, packed, _tile_cuts(places))]
    dense = np.concatenate([np.empty(0, np.uint32), *(tile.dense for tile in tiles)])
    back = np.concatenate([np.empty(0, np.uint8), *(tile.back for tile in tiles)])
    is_dense = np.zeros(len(places), dtype=np.bool_)
    is_dense[dense] = True
    groups = _row_groups(partition, is_dense, classes.shape[1])
    group_entries = [
        (row, *body.add(blob)) for row, blob in _packed_groups(groups, is_dense, packers)
    ]
    bounds, mentions = partition.bounds, partition.mentions
    once = [
        body.add(pack([np.diff(bounds.at, prepend=np.uint32(0)), bounds.bound])),
        body.add(pack(_packed_mentions(mentions))),
        body.add(json.dumps(sorted([c, *t] for c, t in partition.sites.long.items())).encode()),
        body.add(pack([np.diff(dense, prepend=np.uint32(0)), back])),
    ]
    told = (
        partition.contig,
        partition.start,
        partition.end,
        len(places),
        len(partition.by_site.code),
        calls_checksum(partition.by_site),
    )
    head = np.array(told, dtype=np.int64)
    planes = [(tile.low, *blob) for tile in tiles for blob in tile.planes]
    tile_entries = [tile.told for tile in tiles]
    tables: tuple[Sequence[Sequence[int]], ...] = (tile_entries, planes, group_entries, once)
    directory = pack([head, *map(_flat, tables)])
    return b"".join([HEAD.pack(len(directory)), directory, *body.blobs])


@dataclass(frozen=True, slots=True, eq=False)
class _PackedTile:
    """A tile as blobs; `told` is what its entry begins with."""

    told: tuple[int, ...]
    sites: bytes
    calls: bytes
    planes: list[bytes]
    dense: NDArray[np.uint32]
    back: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class _WrittenTile:
    low: int
    told: tuple[int, ...]
    planes: list[tuple[int, int]]
    dense: NDArray[np.uint32]
    back: NDArray[np.uint8]


class _Body:
    def __init__(self) -> None:
        self.blobs: list[bytes] = []
        self._size = 0

    def add(self, blob: bytes) -> tuple[int, int]:
        """Add a blob and return its offset and length."""
        self.blobs.append(blob)
        self._size += len(blob)
        return self._size - len(blob), len(blob)


def _each(packers: Executor | None, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield the function of each item, in order."""
    return map(function, items) if packers is None else packers.map(function, items)


def _packed_tile(
    partition: Partition, low: int, high: int, place: int, class_of: NDArray[np.uint8]
) -> _PackedTile:
    tile = tile_between(partition.by_site, low, high, place, class_of)
    sites = partition.sites.between(low, high)
    reach = int((sites.position + reference_spans(sites.change, sites.long)).max())
    gaps = np.diff(sites.position, prepend=np.uint32(0))
    told = (low, high - low, place, int(sites.position[0]), int(sites.position[-1]), reach)
    dense = (low + np.flatnonzero(tile.kind == DENSE)).astype(np.uint32)
    back, planes = pack_planes(tile)
    blobs = (pack([gaps, sites.change]), pack_tile(tile), planes if len(dense) else [])
    return _PackedTile(told, *blobs, dense, back)


def _add_tile(body: _Body, tile: _PackedTile) -> _WrittenTile:
    told = (*tile.told, *body.add(tile.sites), *body.add(tile.calls))
    planes = [body.add(blob) for blob in tile.planes]
    return _WrittenTile(told[0], told, planes, tile.dense, tile.back)


def _row_groups(partition: Partition, is_dense: NDArray[np.bool_], rows: int) -> list[RowGroup]:
    if partition.by_row is not None:
        return row_groups(partition.by_row, partition.by_row.first)
    all_first, untold = untold_by_row(partition.by_site, is_dense, rows)
    return row_groups(untold, all_first)


def _packed_groups(
    groups: Sequence[RowGroup], is_dense: NDArray[np.bool_], packers: Executor | None
) -> Iterator[tuple[int, bytes]]:
    """Yield the first row of each group, and its blob."""
    batches = [groups[at : at + GROUPS_AT_ONCE] for at in range(0, len(groups), GROUPS_AT_ONCE)]

    def packed(batch: Sequence[RowGroup]) -> list[tuple[int, bytes]]:
        return [(group.row, pack_group(group, is_dense)) for group in batch]

    return itertools.chain.from_iterable(_each(packers, packed, batches))


def _tile_cuts(places: NDArray[np.int8]) -> list[tuple[int, int]]:
    """Cut sites into tiles: never too many in one, and never two kinds of place."""
    changes = np.flatnonzero(np.diff(places)) + 1
    edges = [0, *changes.tolist(), len(places)]
    return [
        (low, min(low + TILE_SITES, end))
        for start, end in itertools.pairwise(edges)
        for low in range(start, end, TILE_SITES)
    ]


def _packed_mentions(mentions: Mentions) -> list[NDArray[Any]]:  # Any: several types
    gaps = np.diff(mentions.site, prepend=np.uint32(0))
    begins = mentions.first[:-1][np.diff(mentions.first) > 0]
    gaps[begins] = mentions.site[begins]
    return [mentions.source, np.diff(mentions.first).astype(np.uint32), gaps]


def _flat(entries: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    return np.array(entries, dtype=np.int64).reshape(-1)
