"""A tile: the calls of some thousand sites by variant, as arrays that kernels count.

Made from calls, turned into a blob and back. Sites and calls are blobs of their own, so that
listing what there is reads no call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kerne.genomes.calls import CODE_MASK, RULE_OF, SILENT, Code, Rule
from kerne.genomes.segments import kernels
from kerne.genomes.segments.blob import pack, unpack
from kerne.genomes.segments.calls_table import CallsBySite

TILE_SITES: Final = 8192
PLANE_ROWS: Final = 512
PLANE_WORDS: Final = PLANE_ROWS // 64


@dataclass(frozen=True, eq=False)
class Tile:
    """The calls of some sites among the rows of a segment.

    Parameters
    ----------
    rows
        How many rows the segment has.
    kind
        (sites,), `SPARSE`, `DENSE` or `COMPLEMENT` (`segments.kernels`).
    lists
        (sites, 3), lengths of the lists in `ids`: heterozygous, homozygous (rows without a call in
        a `COMPLEMENT`), missing; a `DENSE` site has the last one only.
    ids
        The lists, one after the other; rows ascending.
    planes
        Two planes of bits for each `DENSE` site, in words of 64 rows.
    odd_site, odd_row, odd_code
        (odd calls,), ascending by site and row.
    """

    rows: int
    kind: NDArray[np.uint8]
    lists: NDArray[np.uint32]
    ids: NDArray[np.uint16]
    planes: NDArray[np.uint64]
    odd_site: NDArray[np.uint16]
    odd_row: NDArray[np.uint16]
    odd_code: NDArray[np.uint8]

    @property
    def words(self) -> int:
        """Words of 64 bits in a plane."""
        return (self.rows + 63) // 64

    @cached_property
    def first(self) -> NDArray[np.uint64]:
        """Where the lists of each site begin, (sites,)."""
        sizes = self.lists.sum(axis=1, dtype=np.uint64)
        first: NDArray[np.uint64] = np.cumsum(sizes, dtype=np.uint64) - sizes
        return first

    @cached_property
    def plane(self) -> NDArray[np.uint64]:
        """Where the planes of each `DENSE` site begin, (sites,)."""
        sizes = np.where(self.kind == kernels.DENSE, np.uint64(2 * self.words), np.uint64(0))
        return np.cumsum(sizes, dtype=np.uint64) - sizes

    @property
    def arrays(self) -> list[NDArray[Any]]:  # Any: arrays of several types
        """All that it is made of."""
        lists: list[NDArray[Any]] = [
            self.kind,
            self.lists,
            self.ids,
            self.planes,
            self.first,
            self.plane,
        ]
        return [*lists, self.odd_site, self.odd_row, self.odd_code]

    def odd_between(self, start: int, end: int) -> slice:
        """Return which odd calls lie at the sites `[start, end)`."""
        low, high = np.searchsorted(self.odd_site, [start, end])
        return slice(int(low), int(high))


def tile_kinds(rules: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return what a code is in a tile, (classes, 256), for rows that count by each rule.

    A haploid alternative call counts like a homozygous one where a single copy is the rule.
    """
    kinds = np.full((len(rules), 256), kernels.ODD, dtype=np.uint8)
    for code in range(256):
        bare = code & CODE_MASK
        if not code & SILENT:
            continue
        if bare == Code.HET:
            kinds[:, code] = kernels.HET
        elif bare == Code.HOM:
            kinds[:, code] = kernels.HOM
        elif bare == Code.MISSING:
            kinds[:, code] = kernels.MISSING
        elif bare == Code.HEMI:
            kinds[rules != Rule.AS_WRITTEN, code] = kernels.HOM
    return kinds


def make_tile(
    first: NDArray[np.int64],
    row: NDArray[np.uint32],
    code: NDArray[np.uint8],
    kinds: NDArray[np.uint8],
    class_of: NDArray[np.uint8],
) -> Tile:
    """Make a tile of the calls of its sites.

    Parameters
    ----------
    first, row, code
        (sites + 1,) and (calls,), rows ascending within a site.
    kinds, class_of
        `tile_kinds`, and the class of each row, (rows,).
    """
    sites, rows = len(first) - 1, len(class_of)
    code = code & np.uint8(CODE_MASK | SILENT)  # the phase stands with the rows
    counts = np.zeros((sites, 4), dtype=np.uint32)
    kernels.tally(first, row, code, kinds, class_of, counts)
    kind = _kinds_of_sites(counts, rows)
    complement, dense = kind == kernels.COMPLEMENT, kind == kernels.DENSE
    told = counts.sum(axis=1, dtype=np.int64)
    counts[complement, 1] = rows - told[complement]
    lists = counts[:, :3].copy()
    lists[dense, :2] = 0
    odd = int(counts[:, 3].sum())
    ids = np.empty(int(lists.sum(dtype=np.int64)), dtype=np.uint16)
    planes = np.zeros(int(dense.sum()) * 2 * ((rows + 63) // 64), dtype=np.uint64)
    odds = (np.empty(odd, np.uint16), np.empty(odd, np.uint16), np.empty(odd, np.uint8))
    kernels.fill_tile(first, row, code, kinds, class_of, kind, counts, ids, planes, *odds)
    return Tile(rows, kind, lists, ids, planes, *odds)


def tile_between(
    calls: CallsBySite, low: int, high: int, place: int, class_of: NDArray[np.uint8]
) -> Tile:
    """Make a tile of the sites `[low, high)` of a partition, which are of one kind of place.

    Parameters
    ----------
    class_of
        (rows,), copies of the place in each row, plus one.
    """
    begin, end = int(calls.first[low]), int(calls.first[high])
    return make_tile(
        calls.first[low : high + 1] - begin,
        calls.row[begin:end],
        calls.code[begin:end],
        tile_kinds(RULE_OF[place]),
        class_of,
    )


def pack_tile(tile: Tile) -> bytes:
    """Return the calls of a tile as a blob, without its planes."""
    gaps = np.empty_like(tile.ids)
    kernels.code_gaps(tile.lists.reshape(-1), tile.ids, gaps)
    lists = [np.ascontiguousarray(tile.lists[:, which]) for which in range(3)]
    odd_gaps = np.diff(tile.odd_site, prepend=np.uint16(0))
    return pack([tile.kind, *lists, gaps, odd_gaps, tile.odd_row, tile.odd_code])


def pack_planes(tile: Tile) -> tuple[NDArray[np.uint8], list[bytes]]:
    """Return how far back each dense site refers, and blobs of `PLANE_ROWS` rows each.

    One person needs one of them.
    """
    planes = tile.planes.reshape(-1, 2 * tile.words)
    back, changed = np.zeros(len(planes), dtype=np.uint8), np.empty_like(planes)
    kernels.refer_back(planes, back, changed)
    both = changed.reshape(-1, 2, tile.words)
    cuts = range(0, tile.words, PLANE_WORDS)
    return back, [pack([both[:, :, low : low + PLANE_WORDS].reshape(-1)]) for low in cuts]


def unpack_planes(blob: bytes, back: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return the planes of a blob, (dense sites, 2, words).

    Parameters
    ----------
    back
        (dense sites,), how far back each refers.

    Raises
    ------
    DamagedStoreError
        It is none.
    """
    (changed,) = unpack(blob)
    planes: NDArray[np.uint64] = changed.reshape(len(back), -1).copy()
    kernels.restore_planes(back, planes)
    return planes.reshape(len(back), 2, -1)


def unpack_tile(
    blob: bytes, plane_blobs: Sequence[bytes], back: NDArray[np.uint8], rows: int
) -> Tile:
    """Return the tile of its blobs.

    Parameters
    ----------
    back
        (dense sites,), how far back each refers.
    rows
        How many rows the segment has.

    Raises
    ------
    DamagedStoreError
        It is none.
    """
    kind, het, hom, missing, gaps, odd_gaps, odd_row, odd_code = unpack(blob)
    lists = np.stack([het, hom, missing], axis=1)
    ids = np.empty_like(gaps)
    kernels.read_gaps(lists.reshape(-1), gaps, ids)
    odd_site = np.cumsum(odd_gaps, dtype=np.uint16)
    parts = [unpack_planes(each, back) for each in plane_blobs]
    planes = np.concatenate(parts, axis=2).reshape(-1) if parts else np.empty(0, np.uint64)
    return Tile(rows, kind, lists, ids, planes, odd_site, odd_row, odd_code)


def _kinds_of_sites(counts: NDArray[np.uint32], rows: int) -> NDArray[np.uint8]:
    """Say how each site is kept, (sites,): whatever is read fastest."""
    most = max(rows, kernels.DENSE_ROWS) // kernels.DENSE_SHARE
    het, hom, missing, odd = counts.T.astype(np.int64)
    silent = rows - het - hom - missing - odd
    kind = np.full(len(counts), kernels.DENSE, dtype=np.uint8)
    # An odd call is neither of the homozygous rows nor without a call.
    kind[(het + silent <= most) & (odd == 0)] = kernels.COMPLEMENT
    kind[het + hom <= most] = kernels.SPARSE
    return kind
