"""Compaction: several segments become one, window by window, without the rows to forget.

The twin is the source: calls of a window are taken by person from every segment, put in the order
of the new rows, and turned over into tiles. Memory is that of a window, whatever the segments hold.
A site stays as long as a row that stays has a call of it, or a file of such a row mentions it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.assembly import Assembly
from kerne.genomes.reading.chunk import Fields, Stretches
from kerne.genomes.segments.building import CALLS_MOST, PartitionWriter
from kerne.genomes.segments.callability import bounds_of, united
from kerne.genomes.segments.calls_table import CallsByRow, by_site, joined_fields, picked
from kerne.genomes.segments.of_file import places_on
from kerne.genomes.segments.packing import encode_partition
from kerne.genomes.segments.partition import (
    WHOLE_CONTIG,
    Bounds,
    Mentions,
    Partition,
)
from kerne.genomes.segments.rows import RowTable
from kerne.genomes.segments.segment import PartitionEntry, PartitionReader, Segment
from kerne.genomes.segments.sites import ContigSites, unite

DROPPED = np.uint32(0xFFFFFFFF)
"""The new place of a row, or site, that does not stay."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A segment to merge, and the new index of each of its rows, `DROPPED` to forget it."""

    segment: Segment
    rows: NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """What a partition has in a window; `row` and `site` are of the calls, (calls,)."""

    sites: ContigSites
    row: NDArray[np.uint32]
    site: NDArray[np.uint32]
    code: NDArray[np.uint8]
    fields: Fields | None
    stretches: Stretches
    mentions: Mentions


def rows_that_stay(segments: Sequence[Segment], forgotten: Collection[int]) -> RowTable:
    """Return the rows of several segments as one table, without the forgotten ones."""
    tables = [segment.rows for segment in segments]
    ids = np.concatenate([table.ids for table in tables])
    order = np.argsort(ids)
    order = order[~np.isin(ids[order], np.array(sorted(forgotten), dtype=np.uint32))]
    samples = [sample for table in tables for sample in table.samples]
    names = ("sources", "whole", "x_copies", "y_copies", "added", "structural")
    columns = (np.concatenate([getattr(table, name) for table in tables]) for name in names)
    return RowTable(
        ids[order], tuple(samples[at] for at in order), *(column[order] for column in columns)
    )


def sources_of(segments: Sequence[Segment], rows: RowTable) -> list[Source]:
    """Return where the rows of each segment are among the rows that stay."""
    sources = []
    for segment in segments:
        at = np.searchsorted(rows.ids, segment.rows.ids)
        at[at == len(rows)] = 0
        stays = rows.ids[at] == segment.rows.ids
        sources.append(Source(segment, np.where(stays, at, DROPPED).astype(np.uint32)))
    return sources


class MergeWriter(PartitionWriter, Protocol):
    """Where merged partitions go, some of which may be there from an earlier time."""

    def written(self, contig: int, start: int, end: int) -> PartitionEntry | None:
        """Return a partition that is there and whole."""
        ...


def merge(
    sources: Sequence[Source], rows: RowTable, assembly: Assembly, writer: MergeWriter
) -> Iterator[PartitionEntry]:
    """Write the merged partitions one after the other, and yield each when it is written."""
    for contig in sorted({each.entry.contig for s in sources for each in s.segment.partitions}):
        for start, end in _windows(sources, contig):
            written = writer.written(contig, start, end)
            if written is not None:
                yield written
                continue
            pieces = [
                _piece(reader, source.rows, start, end)
                for source in sources
                for reader in source.segment.on(contig)
                if reader.entry.start < end and reader.entry.end > start
            ]
            partition = _united(pieces, rows, contig, start, end)
            places = places_on(assembly, contig, partition.sites.position)
            calls = len(partition.by_site.code)
            entry = PartitionEntry(contig, start, end, len(partition.sites), calls)
            writer.put(entry.file, encode_partition(partition, places, rows.classes))
            yield entry


def _windows(sources: Sequence[Source], contig: int) -> list[tuple[int, int]]:
    """Cut a contig so that no window holds many more than `CALLS_MOST` calls."""
    tiles = sorted(
        (tile.high, tile.sites * reader.entry.calls / reader.entry.sites)
        for source in sources
        for reader in source.segment.on(contig)
        for tile in reader.directory.tiles
    )
    edges, calls = [0], 0.0
    for high, estimate in tiles:
        calls += estimate
        if calls >= CALLS_MOST and high + 1 > edges[-1]:
            edges.append(high + 1)
            calls = 0.0
    if len(edges) > 1 and tiles and edges[-1] > tiles[-1][0]:
        edges.pop()
    return list(zip(edges, [*edges[1:], WHOLE_CONTIG], strict=True))


def _piece(reader: PartitionReader, new_rows: NDArray[np.uint32], start: int, end: int) -> _Piece:
    sites = reader.sites
    low, high = np.searchsorted(sites.position, [start, end]).tolist()
    calls = [_calls_between(group.row, group.calls, low, high) for group in reader.groups()]
    row, site, code = (
        np.concatenate([np.empty(0, dtype), *(each[at] for each in calls)])
        for at, dtype in enumerate((np.uint32, np.uint32, np.uint8))
    )
    fields = joined_fields([(each[3], len(each[2])) for each in calls])
    stays = new_rows[row] != DROPPED
    return _Piece(
        sites.between(low, high),
        new_rows[row[stays]],
        site[stays],
        code[stays],
        None if fields is None else picked(fields, stays),
        _stretches(reader.bounds, new_rows),
        _mentions_between(reader.mentions, low, high),
    )


def _calls_between(
    row: int, calls: CallsByRow, low: int, high: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint8], Fields | None]:
    """Return row, site (from `low` on), code and fields of the calls at sites `[low, high)`."""
    counts = np.diff(calls.first)
    rows = np.repeat(np.arange(row, row + len(counts), dtype=np.uint32), counts)
    inside = (calls.site >= low) & (calls.site < high)
    fields = None if calls.fields is None else picked(calls.fields, inside)
    return rows[inside], calls.site[inside] - np.uint32(low), calls.code[inside], fields


def _stretches(bounds: Bounds, new_rows: NDArray[np.uint32]) -> Stretches:
    """Return the stretches that bounds stand for, of the rows that stay."""
    order = np.lexsort((bounds.at, bounds.bound >> np.uint32(1)))
    at, row = bounds.at[order], new_rows[bounds.bound[order][::2] >> np.uint32(1)]
    stays = row != DROPPED
    return Stretches(row[stays], at[::2][stays], at[1::2][stays])


def _mentions_between(mentions: Mentions, low: int, high: int) -> Mentions:
    inside = (mentions.site >= low) & (mentions.site < high)
    running = np.concatenate([[0], np.cumsum(inside, dtype=np.int64)])
    site = mentions.site[inside] - np.uint32(low)
    return Mentions(mentions.source, running[mentions.first], site)


def _united(
    pieces: Sequence[_Piece], rows: RowTable, contig: int, start: int, end: int
) -> Partition:
    every, places = unite([piece.sites for piece in pieces])
    mentions = _joined_mentions(pieces, places, rows)
    site = np.concatenate([p[piece.site] for piece, p in zip(pieces, places, strict=True)])
    live = np.zeros(len(every), dtype=np.bool_)
    live[site] = True
    live[mentions.site] = True
    new_site = np.where(live, np.cumsum(live) - 1, 0).astype(np.uint32)
    sites = _only(every, live)
    calls = _in_row_order(pieces, new_site[site], len(rows))
    stretches = Stretches(
        *(
            np.concatenate([getattr(piece.stretches, name) for piece in pieces])
            for name in ("column", "start", "end")
        )
    )
    return Partition(
        contig,
        start,
        end,
        sites,
        by_site(calls, len(sites)),
        calls,
        bounds_of(united(stretches, len(rows)), start, end),
        Mentions(mentions.source, mentions.first, new_site[mentions.site]),
    )


def _only(sites: ContigSites, live: NDArray[np.bool_]) -> ContigSites:
    change = sites.change[live]
    # The bases of a change that only a forgotten genome had must go as well.
    used = set(change[change >> np.uint64(63) == 1].tolist())
    long = {code: text for code, text in sites.long.items() if code in used}
    return ContigSites(sites.position[live], change, long)


def _in_row_order(pieces: Sequence[_Piece], site: NDArray[np.uint32], rows: int) -> CallsByRow:
    row = np.concatenate([piece.row for piece in pieces])
    code = np.concatenate([piece.code for piece in pieces])
    fields = joined_fields([(piece.fields, len(piece.code)) for piece in pieces])
    # Sixteen bits are sorted by counting; the sites of a row come in order already.
    order = np.argsort(row.astype(np.uint16), kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=rows))]).astype(np.int64)
    moved = None if fields is None else picked(fields, order)
    return CallsByRow(first, site[order], code[order], moved)


def _joined_mentions(
    pieces: Sequence[_Piece], places: Sequence[NDArray[np.int64]], rows: RowTable
) -> Mentions:
    """Join what the files of live rows mention, by source and united site."""
    live = set(rows.sources.tolist())
    pairs = [np.empty(0, dtype=np.uint64)]
    for piece, place in zip(pieces, places, strict=True):
        counts = np.diff(piece.mentions.first)
        source = np.repeat(piece.mentions.source, counts).astype(np.uint64)
        stays = np.repeat([each in live for each in piece.mentions.source.tolist()], counts)
        stays = stays.astype(np.bool_)
        site = place[piece.mentions.site].astype(np.uint64)
        pairs.append((source[stays] << np.uint64(32)) | site[stays])
    ordered = np.unique(np.concatenate(pairs))
    source, counts = np.unique(ordered >> np.uint64(32), return_counts=True)
    return Mentions(
        source.astype(np.uint32),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        (ordered & np.uint64(0xFFFFFFFF)).astype(np.uint32),
    )
