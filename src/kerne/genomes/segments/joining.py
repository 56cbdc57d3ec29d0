"""Chunks of one contig joined into sites in order, with one call for each site and row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.change import join_long
from kerne.genomes.calls import CODE_MASK, PRIORITY
from kerne.genomes.reading.chunk import UNTOLD, Chunk, Fields, Stretches
from kerne.genomes.segments.building_kernels import gather_calls, place_calls
from kerne.genomes.segments.calls_table import FIELD_NAMES, CallsBySite, picked
from kerne.genomes.segments.sites import ContigSites, is_ascending


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Sites of one contig in order, their calls, and the stretches as they came."""

    sites: ContigSites
    calls: CallsBySite
    fields: Fields | None
    stretches: Stretches


def join(chunks: Sequence[Chunk]) -> Joined:
    """Join chunks of one contig.

    Of two calls of one allele in one row the one with the lowest `PRIORITY` stays.

    Raises
    ------
    AlleleError
        Two different long changes have one number.
    """
    position = np.concatenate([chunk.position for chunk in chunks])
    change = np.concatenate([chunk.change for chunk in chunks])
    sites = ContigSites(position, change, join_long(chunk.long for chunk in chunks))
    fields = _joined_fields(chunks)
    if is_ascending(position, change):
        calls = _laid_end_to_end(chunks)
    else:
        sites, calls, fields = _in_order(sites, chunks, fields)
    names = ("column", "start", "end")
    stretches = Stretches(
        *(np.concatenate([getattr(chunk.stretches, name) for chunk in chunks]) for name in names)
    )
    return Joined(sites, calls, fields, stretches)


def kept_calls(
    calls: CallsBySite, fields: Fields | None, keep: NDArray[np.bool_]
) -> tuple[CallsBySite, Fields | None]:
    """Return the calls that are marked in `keep`, (calls,)."""
    if keep.all():
        return calls, fields
    running = np.concatenate([[0], np.cumsum(keep, dtype=np.int64)])
    kept = CallsBySite(running[calls.first], calls.row[keep], calls.code[keep])
    return kept, None if fields is None else picked(fields, keep)


def _joined_fields(chunks: Sequence[Chunk]) -> Fields | None:
    if all(chunk.fields is None for chunk in chunks):
        return None
    columns = []
    for name in FIELD_NAMES:
        parts = [
            np.full(len(chunk.code), UNTOLD, dtype=np.int32)
            if chunk.fields is None
            else getattr(chunk.fields, name)
            for chunk in chunks
        ]
        columns.append(np.concatenate(parts))
    return Fields(*columns)


def _in_order(
    sites: ContigSites, chunks: Sequence[Chunk], fields: Fields | None
) -> tuple[ContigSites, CallsBySite, Fields | None]:
    """Sort sites and unite those that are mentioned twice."""
    order = np.lexsort((sites.change, sites.position))
    position, change = sites.position[order], sites.change[order]
    if fields is None and is_ascending(position, change):
        return ContigSites(position, change, sites.long), _placed(chunks, order), None
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = (position[1:] != position[:-1]) | (change[1:] != change[:-1])
    begins = np.flatnonzero(fresh)
    ordered = ContigSites(position[fresh], change[fresh], sites.long)
    return ordered, *_united(_laid_end_to_end(chunks), fields, order, begins)


def _placed(chunks: Sequence[Chunk], order: NDArray[np.intp]) -> CallsBySite:
    """Put the calls of each chunk straight where they belong; no site is mentioned twice."""
    counts = np.concatenate([np.diff(chunk.first) for chunk in chunks])
    first = _running(counts[order])
    begins = np.empty(len(order), dtype=np.int64)
    begins[order] = first[:-1]
    row, code = np.empty(int(first[-1]), np.uint32), np.empty(int(first[-1]), np.uint8)
    low = 0
    for chunk in chunks:
        high = low + len(chunk.position)
        place_calls(chunk.first, chunk.column, chunk.code, begins[low:high], row, code)
        low = high
    return CallsBySite(first, row, code)


def _laid_end_to_end(chunks: Sequence[Chunk]) -> CallsBySite:
    return CallsBySite(
        _running(np.concatenate([np.diff(chunk.first) for chunk in chunks])),
        np.concatenate([chunk.column for chunk in chunks]),
        np.concatenate([chunk.code for chunk in chunks]),
    )


def _running(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each of some lists begins, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _united(
    calls: CallsBySite, fields: Fields | None, order: NDArray[np.intp], begins: NDArray[np.intp]
) -> tuple[CallsBySite, Fields | None]:
    """Gather the calls of sites in `order`, of which those from each of `begins` on are one."""
    origin = np.empty(len(calls.row), dtype=np.int64)
    first = np.empty(len(order) + 1, dtype=np.int64)
    gather_calls(calls.first, order, first, origin)
    united = np.concatenate([first[begins], first[-1:]])
    keep = _settle(first, united, begins, origin, calls)
    gathered = CallsBySite(united, calls.row[origin], calls.code[origin])
    return kept_calls(gathered, None if fields is None else picked(fields, origin), keep)


def _settle(
    first: NDArray[np.int64],
    united: NDArray[np.int64],
    begins: NDArray[np.intp],
    origin: NDArray[np.int64],
    calls: CallsBySite,
) -> NDArray[np.bool_]:
    """Sort the calls of each site that was mentioned twice, and mark those that stay."""
    keep = np.ones(len(origin), dtype=np.bool_)
    mentions = np.diff(np.concatenate([begins, [len(first) - 1]]))
    for site in np.flatnonzero(mentions > 1).tolist():
        inside = slice(int(united[site]), int(united[site + 1]))
        mine = origin[inside]
        rows = calls.row[mine]
        order = np.lexsort((PRIORITY[calls.code[mine] & CODE_MASK], rows))
        origin[inside] = mine[order]
        keep[inside][1:] = rows[order][1:] != rows[order][:-1]
    return keep
