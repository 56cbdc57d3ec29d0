"""A segment: some genomes with their sites, calls and callable stretches, as flat arrays.

A segment never changes. Adding makes a new one, merging makes one of several, forgetting makes
one without a row; all three are pure functions here. What a segment holds depends only on the
files of its rows, not on the order or batches in which they came: a site exists as long as a file
of a live row mentions it.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.errors import GenomeError
from kerne.genomes.calls import CODE_MASK, PRIORITY

Change = tuple[str, str]
"""Reference and alternative bases."""

_POSITION_SHIFT: Final = np.uint64(24)
_CONTIG_SHIFT: Final = np.uint64(56)
CHANGES_MOST: Final = 1 << 24


@dataclass(frozen=True, slots=True, eq=False)
class RowTable:
    """The genomes of a segment, (rows,) each, ascending by row id.

    `sources` is the number of the file that a row came from; `whole` marks genomes declared
    callable everywhere; copies are -1 where unclear.
    """

    ids: NDArray[np.uint32]
    samples: tuple[str, ...]
    sources: NDArray[np.uint32]
    whole: NDArray[np.bool_]
    x_copies: NDArray[np.int8]
    y_copies: NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class SiteTable:
    """Alleles, (sites,) each, ascending by contig, position, reference and alternative.

    `contig` is the rank in the assembly, `position` is 0-based, `change` an index into `changes`,
    which is sorted.
    """

    contig: NDArray[np.int16]
    position: NDArray[np.int64]
    change: NDArray[np.int32]
    changes: tuple[Change, ...]

    def __len__(self) -> int:
        return len(self.position)


@dataclass(frozen=True, slots=True, eq=False)
class CallTable:
    """Calls that are not what silence would count for, (calls,) each, ascending by site and row.

    `site` and `row` are indices into the segment's tables; `code` is a `calls.Code` with the bit
    `SILENT`; `depth` is in reads, -1 where the file does not say.
    """

    site: NDArray[np.int32]
    row: NDArray[np.int32]
    code: NDArray[np.uint8]
    depth: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.site)


@dataclass(frozen=True, slots=True, eq=False)
class StretchTable:
    """Where rows that are not declared whole are callable, ascending by contig and start.

    (stretches,) each; 0-based half-open.
    """

    row: NDArray[np.int32]
    contig: NDArray[np.int16]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class MentionTable:
    """Which file mentions which site, (mentions,) each: a site goes when its last file goes."""

    source: NDArray[np.uint32]
    site: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Some genomes, as in DESIGN §5, version 0."""

    rows: RowTable
    sites: SiteTable
    calls: CallTable
    stretches: StretchTable
    mentions: MentionTable


@dataclass(frozen=True, slots=True, eq=False)
class UnitedSites:
    """Sites of several tables as one, and where each table's sites went, (its sites,) each."""

    sites: SiteTable
    keys: NDArray[np.uint64]
    places: tuple[NDArray[np.int64], ...]

    def find(self, contig: int, position: int, change: Change) -> int:
        """Return the index of an allele, or -1 when no table has it."""
        rank = self.rank_of(change)
        if rank < 0:
            return -1
        wanted = site_keys(np.array([contig]), np.array([position]), np.array([rank]))
        at = int(np.searchsorted(self.keys, wanted[0]))
        return at if at < len(self.keys) and self.keys[at] == wanted[0] else -1

    def rank_of(self, change: Change) -> int:
        """Return the rank of a change among the known ones, or -1."""
        changes = self.sites.changes
        at = bisect_left(changes, change)
        return at if at < len(changes) and changes[at] == change else -1


def site_keys(
    contig: NDArray[np.signedinteger],
    position: NDArray[np.signedinteger],
    rank: NDArray[np.signedinteger],
) -> NDArray[np.uint64]:
    """Return one ascending number for each site: contig, position, then rank of its change."""
    keys = contig.astype(np.uint64) << _CONTIG_SHIFT
    keys |= position.astype(np.uint64) << _POSITION_SHIFT
    keys |= rank.astype(np.uint64)
    return keys


def unite_sites(tables: Sequence[SiteTable]) -> UnitedSites:
    """Unite site tables, sorted and each allele once; a table given here may be unsorted.

    Raises
    ------
    GenomeError
        There are more different changes than version 0 can number.
    """
    changes = tuple(sorted({change for table in tables for change in table.changes}))
    if len(changes) > CHANGES_MOST:
        raise GenomeError(f"`{len(changes)}` different changes, expected at most `{CHANGES_MOST}`")
    rank_of = {change: rank for rank, change in enumerate(changes)}
    parts = []
    for table in tables:
        ranks = np.array([rank_of[change] for change in table.changes], dtype=np.int32)
        parts.append(site_keys(table.contig, table.position, ranks[table.change]))
    every = np.concatenate(parts) if parts else np.empty(0, dtype=np.uint64)
    keys, inverse = np.unique(every, return_inverse=True)
    places = tuple(_cut(inverse, [len(part) for part in parts]))
    return UnitedSites(_sites_of(keys, changes), keys, places)


def _cut(whole: NDArray[np.intp], sizes: Sequence[int]) -> list[NDArray[np.intp]]:
    """Cut an array into pieces of the given sizes, one after the other."""
    ends = np.cumsum(sizes, dtype=np.int64).tolist()
    return [whole[end - size : end] for size, end in zip(sizes, ends, strict=True)]


def _sites_of(keys: NDArray[np.uint64], changes: tuple[Change, ...]) -> SiteTable:
    position_mask = np.uint64((1 << 32) - 1)
    return SiteTable(
        (keys >> _CONTIG_SHIFT).astype(np.int16),
        ((keys >> _POSITION_SHIFT) & position_mask).astype(np.int64),
        (keys & np.uint64(CHANGES_MOST - 1)).astype(np.int32),
        changes,
    )


def merge(segments: Sequence[Segment]) -> Segment:
    """Make one segment of several that share no row; at least one.

    A single segment comes back in canonical order: sites sorted and each once, one call for each
    allele and row.
    """
    united = unite_sites([segment.sites for segment in segments])
    ids = np.concatenate([segment.rows.ids for segment in segments])
    order = np.argsort(ids)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    locals_ = _cut(rank, [len(segment.rows.ids) for segment in segments])
    return Segment(
        _merge_rows([segment.rows for segment in segments], order),
        united.sites,
        _merge_calls([segment.calls for segment in segments], united.places, locals_),
        _merge_stretches([segment.stretches for segment in segments], locals_),
        _merge_mentions([segment.mentions for segment in segments], united.places),
    )


def _merge_rows(tables: Sequence[RowTable], order: NDArray[np.intp]) -> RowTable:
    samples = [sample for table in tables for sample in table.samples]
    return RowTable(
        np.concatenate([table.ids for table in tables])[order],
        tuple(samples[at] for at in order),
        np.concatenate([table.sources for table in tables])[order],
        np.concatenate([table.whole for table in tables])[order],
        np.concatenate([table.x_copies for table in tables])[order],
        np.concatenate([table.y_copies for table in tables])[order],
    )


def _merge_calls(
    tables: Sequence[CallTable],
    places: Sequence[NDArray[np.int64]],
    locals_: Sequence[NDArray[np.intp]],
) -> CallTable:
    site = np.concatenate([p[t.site] for t, p in zip(tables, places, strict=True)])
    row = np.concatenate([n[t.row] for t, n in zip(tables, locals_, strict=True)])
    code = np.concatenate([table.code for table in tables])
    rows = sum(len(each) for each in locals_)
    key = site * rows + row
    # Nearly sorted already, which a stable sort is quick with.
    order = np.argsort(key * len(PRIORITY) + PRIORITY[code & CODE_MASK], kind="stable")
    first = np.ones(len(key), dtype=np.bool_)
    first[1:] = key[order][1:] != key[order][:-1]
    chosen = order[first]
    depth = np.concatenate([table.depth for table in tables])
    return CallTable(
        site[chosen].astype(np.int32), row[chosen].astype(np.int32), code[chosen], depth[chosen]
    )


def _merge_stretches(
    tables: Sequence[StretchTable], locals_: Sequence[NDArray[np.intp]]
) -> StretchTable:
    row = np.concatenate([n[t.row] for t, n in zip(tables, locals_, strict=True)])
    contig = np.concatenate([table.contig for table in tables])
    start = np.concatenate([table.start for table in tables])
    order = np.lexsort((row, start, contig))
    end = np.concatenate([table.end for table in tables])
    return StretchTable(row[order].astype(np.int32), contig[order], start[order], end[order])


def _merge_mentions(
    tables: Sequence[MentionTable], places: Sequence[NDArray[np.int64]]
) -> MentionTable:
    site = np.concatenate([p[t.site] for t, p in zip(tables, places, strict=True)])
    source = np.concatenate([table.source for table in tables])
    pairs = np.unique((source.astype(np.uint64) << np.uint64(32)) | site.astype(np.uint64))
    return MentionTable(
        (pairs >> np.uint64(32)).astype(np.uint32),
        (pairs & np.uint64((1 << 32) - 1)).astype(np.int32),
    )


def forget(segment: Segment, row: int) -> Segment:
    """Return the segment without the genome at index `row`, and without what only it brought."""
    kept = np.arange(len(segment.rows.ids)) != row
    renumbered = (np.cumsum(kept) - 1).astype(np.int32)
    rows = _select_rows(segment.rows, kept)
    mentioned = np.isin(segment.mentions.source, rows.sources)
    live = np.zeros(len(segment.sites), dtype=np.bool_)
    live[segment.mentions.site[mentioned]] = True
    new_site = (np.cumsum(live) - 1).astype(np.int32)
    calls, stretches = segment.calls, segment.stretches
    call, stretch = kept[calls.row], kept[stretches.row]
    return Segment(
        rows,
        _select_sites(segment.sites, live),
        CallTable(
            new_site[calls.site[call]],
            renumbered[calls.row[call]],
            calls.code[call],
            calls.depth[call],
        ),
        StretchTable(
            renumbered[stretches.row[stretch]],
            stretches.contig[stretch],
            stretches.start[stretch],
            stretches.end[stretch],
        ),
        MentionTable(
            segment.mentions.source[mentioned], new_site[segment.mentions.site[mentioned]]
        ),
    )


def _select_rows(rows: RowTable, kept: NDArray[np.bool_]) -> RowTable:
    return RowTable(
        rows.ids[kept],
        tuple(sample for sample, keep in zip(rows.samples, kept, strict=True) if keep),
        rows.sources[kept],
        rows.whole[kept],
        rows.x_copies[kept],
        rows.y_copies[kept],
    )


def _select_sites(sites: SiteTable, live: NDArray[np.bool_]) -> SiteTable:
    # The bases of a change that only the forgotten genome had must go as well.
    used, change = np.unique(sites.change[live], return_inverse=True)
    return replace(
        sites,
        contig=sites.contig[live],
        position=sites.position[live],
        change=change.astype(np.int32),
        changes=tuple(sites.changes[at] for at in used),
    )
