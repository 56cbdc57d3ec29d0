"""A scan: sites of all segments in windows of the genome, counted by independent tasks.

A task counts some sites of one partition of one segment; it needs nothing of any other. An engine
runs the tasks, on threads by default, and what they return is added up over the united sites.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.change import reference_spans
from kerne.genomes.asking.delta import change_counts, changes
from kerne.genomes.asking.snapshot import LastCounts, Snapshot
from kerne.genomes.asking.window_sites import Span, Window, WindowSites
from kerne.genomes.segments.counting import (
    AN,
    COUNTS,
    Chosen,
    PlaceSpan,
    add_silent_an,
)
from kerne.genomes.segments.counting_kernels import add_at
from kerne.genomes.segments.of_file import places_on
from kerne.genomes.segments.segment import PartitionReader
from kerne.genomes.segments.sites import ContigSites, joined_sites, unite

SITES_MOST: Final = 1 << 20
"""Sites counted at once, unless one partition has more."""

WINDOWS_KEPT: Final = 8
"""Windows whose last counts are kept: up to 120 MB each."""

SITES_KEPT: Final = 1 << 24
"""Sites of windows that are kept united in memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Count the sites `[start, end)` of a partition among the chosen rows of its segment.

    Parameters
    ----------
    counts
        Where an engine of this process may add what it counts, (7, sites), and return it.
    """

    reader: PartitionReader
    chosen: Chosen
    start: int
    end: int
    counts: NDArray[np.int64] | None = None


class Engine(Protocol):
    """Runs tasks, in any order and place; `workers` at a time."""

    workers: int

    def run(self, tasks: Sequence[Task]) -> list[NDArray[np.int64]]:
        """Return what each task counts, (7, its sites)."""
        ...


def windows(snapshot: Snapshot, within: Window | None = None) -> Iterator[Window]:
    """Cut the genome, or a part of one contig, into windows of at most about `SITES_MOST` sites."""
    contigs = {each.entry.contig for s in snapshot.segments for each in s.partitions}
    for contig in sorted(contigs):
        if within is not None and contig != within.contig:
            continue
        low, high = (0, 1 << 32) if within is None else (within.start, within.end)
        most = max((segment.on(contig) for segment in snapshot.segments), key=len)
        edges, sites = [low], 0
        for each in most:
            if sites + each.entry.sites > SITES_MOST and low < each.entry.start < high:
                edges.append(each.entry.start)
                sites = 0
            sites += each.entry.sites
        yield from (Window(contig, *pair) for pair in pairwise([*edges, high]))


def sites_in(snapshot: Snapshot, window: Window) -> WindowSites:
    """Return the sites of a window; the last ones asked for are kept with the snapshot."""
    held = snapshot.kept.get(window)
    if held is not None:
        return held
    found = _united_sites(snapshot, window)
    if sum(len(each.sites) for each in snapshot.kept.values()) > SITES_KEPT:
        snapshot.kept.clear()
    snapshot.kept[window] = found
    return found


def count_window(
    snapshot: Snapshot, found: WindowSites, chosen: Sequence[Chosen], engine: Engine
) -> NDArray[np.int64]:
    """Count every site of a window among the chosen rows of each segment, (7, sites).

    The last counts of a window are kept: when a few people came or went since, they are brought up
    to date. What is returned can't be written to.
    """
    last = snapshot.counted.get(found.window)
    changed = None if last is None else changes(last.chosen, chosen)
    if last is None or changed is None:
        # Given up now, its memory is used again: new memory takes longer than the counting.
        snapshot.counted.pop(found.window, None)
        last = None
        counts = _counted_anew(snapshot, found, chosen, engine)
    elif not changed:
        return last.counts
    else:
        counts = last.counts.copy()
        change_counts(snapshot, found, changed, counts)
    counts.flags.writeable = False
    if len(snapshot.counted) >= WINDOWS_KEPT:
        snapshot.counted.clear()
    snapshot.counted[found.window] = LastCounts(chosen, counts)
    return counts


def _counted_anew(
    snapshot: Snapshot, found: WindowSites, chosen: Sequence[Chosen], engine: Engine
) -> NDArray[np.int64]:
    counts = np.zeros((COUNTS, len(found.sites)), dtype=np.int64)
    tasks, homes = _tasks(found, chosen, engine, counts)
    for home, task, part in zip(homes, tasks, engine.run(tasks), strict=True):
        if part is not task.counts:
            add_at(home, part, counts)
    for segment, each in zip(snapshot.segments, chosen, strict=True):
        readers = segment.on(found.window.contig)
        add_silent_an(readers, each, found.sites.position, found.kinds, counts[AN])
    return counts


def an_of_silence(
    snapshot: Snapshot, contig: int, position: NDArray[np.uint32], chosen: Sequence[Chosen]
) -> NDArray[np.int64]:
    """Return the AN that silence alone gives at ascending positions, (positions,)."""
    kinds = _kinds(places_on(snapshot.assembly, contig, position))
    an = np.zeros(len(position), dtype=np.int64)
    for segment, each in zip(snapshot.segments, chosen, strict=True):
        add_silent_an(segment.on(contig), each, position, kinds, an)
    return an


def _tasks(
    found: WindowSites, chosen: Sequence[Chosen], engine: Engine, counts: NDArray[np.int64]
) -> tuple[list[Task], list[NDArray[np.int64]]]:
    """Return the tasks of a window, and where the sites of each are in it.

    What one segment counts can be added where it belongs at once, when its sites lie side by side;
    the others return what they count.
    """
    tasks, homes = [], []
    for number, (spans, place) in enumerate(zip(found.spans, found.places, strict=True)):
        at = 0
        for span in spans:
            for low, high in _pieces(span, engine.workers):
                home = place[at + low - span.start : at + high - span.start]
                first, last = int(home[0]), int(home[-1]) + 1
                is_direct = number == found.largest and last - first == len(home)
                where = counts[:, first:last] if is_direct else None
                tasks.append(Task(span.reader, chosen[number], low, high, where))
                homes.append(home)
            at += span.end - span.start
    return tasks, homes


def _united_sites(snapshot: Snapshot, window: Window) -> WindowSites:
    spans = tuple(tuple(_spans(segment.on(window.contig), window)) for segment in snapshot.segments)
    tables = [_sites(each) for each in spans]
    sites, places = unite(tables)
    sizes = [len(table) for table in tables]
    kinds = _kinds(places_on(snapshot.assembly, window.contig, sites.position))
    return WindowSites(
        window, sites, spans, tuple(places), kinds, sizes.index(max(sizes)) if sizes else 0
    )


def _kinds(places: NDArray[np.int8]) -> tuple[PlaceSpan, ...]:
    """Return the runs of positions that are of one kind of place."""
    edges = [0, *(np.flatnonzero(np.diff(places)) + 1).tolist(), len(places)]
    return tuple((int(places[low]), low, high) for low, high in pairwise(edges) if low < high)


def overlapping(found: WindowSites, start: int, end: int) -> NDArray[np.bool_]:
    """Say of each site whether its reference bases overlap `[start, end)`, (sites,)."""
    sites = found.sites
    position = sites.position.astype(np.int64)
    inside: NDArray[np.bool_] = position < end
    return inside & (position + reference_spans(sites.change, sites.long) > start)


def _spans(readers: Sequence[PartitionReader], window: Window) -> Iterator[Span]:
    for reader in readers:
        if reader.entry.start >= window.end or reader.entry.end <= window.start:
            continue
        edges = np.array([window.start, window.end], dtype=np.int64)
        low, high = np.searchsorted(reader.sites.position, edges).tolist()
        if low < high:
            yield Span(reader, low, high)


def _sites(spans: Sequence[Span]) -> ContigSites:
    parts = [span.reader.sites.between(span.start, span.end) for span in spans]
    return parts[0] if len(parts) == 1 else joined_sites(parts)


def _pieces(span: Span, workers: int) -> Iterator[tuple[int, int]]:
    """Cut a span into about as many pieces as there are workers, each of whole tiles."""
    firsts = [
        tile.first for tile in span.reader.directory.tiles if span.start < tile.first < span.end
    ]
    step = max(1, -(-(len(firsts) + 1) // workers))
    edges = [span.start, *firsts[step - 1 :: step], span.end]
    return pairwise(edges)
