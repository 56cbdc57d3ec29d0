"""A scan: sites of all segments in windows of the genome, counted by independent tasks.

A task counts some sites of one partition of one segment; it needs nothing of any other. An engine
runs the tasks, on threads by default, and what they return is added up over the united sites.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.change import reference_spans
from kerne.genomes.segments.counting import AN, COUNTS, Chosen, silent_an
from kerne.genomes.segments.of_file import places_on
from kerne.genomes.segments.segment import PartitionReader
from kerne.genomes.segments.sites import ContigSites, joined_sites, unite
from kerne.genomes.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Window:
    """Positions `[start, end)` of a contig, by its rank in the assembly; 0-based."""

    contig: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Count the sites `[start, end)` of a partition among the chosen rows of its segment."""

    reader: PartitionReader
    chosen: Chosen
    start: int
    end: int


class Engine(Protocol):
    """Runs tasks, in any order and place; `workers` at a time."""

    workers: int

    def run(self, tasks: Sequence[Task]) -> list[NDArray[np.int64]]:
        """Return what each task counts, (6, its sites)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """The sites `[start, end)` of a partition that lie in a window."""

    reader: PartitionReader
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class WindowSites:
    """The sites of a window as one list.

    `spans` and `places` are by segment: where its sites lie, and where they went, (its sites,).
    """

    window: Window
    sites: ContigSites
    spans: tuple[tuple[Span, ...], ...]
    places: tuple[NDArray[np.int64], ...]


def windows(snapshot: Snapshot, within: Window | None = None) -> Iterator[Window]:
    """Cut the genome, or a part of one contig, into windows of about a partition each."""
    contigs = {each.entry.contig for s in snapshot.segments for each in s.partitions}
    for contig in sorted(contigs):
        if within is not None and contig != within.contig:
            continue
        low, high = (0, 1 << 32) if within is None else (within.start, within.end)
        most = max((segment.on(contig) for segment in snapshot.segments), key=len)
        inner = [each.entry.start for each in most if low < each.entry.start < high]
        edges = [low, *inner, high]
        yield from (Window(contig, *pair) for pair in pairwise(edges))


def sites_in(snapshot: Snapshot, window: Window) -> WindowSites:
    """Return the sites of a window; kept in memory as long as the snapshot is used."""
    spans = tuple(tuple(_spans(segment.on(window.contig), window)) for segment in snapshot.segments)
    tables = [_sites(each) for each in spans]
    sites, places = unite(tables)
    return WindowSites(window, sites, spans, tuple(places))


def count_window(
    snapshot: Snapshot, found: WindowSites, chosen: Sequence[Chosen], engine: Engine
) -> NDArray[np.int64]:
    """Count every site of a window among the chosen rows of each segment, (6, sites)."""
    tasks, homes = [], []
    for spans, place, each in zip(found.spans, found.places, chosen, strict=True):
        at = 0
        for span in spans:
            size = span.end - span.start
            for low, high in _pieces(span, engine.workers):
                tasks.append(Task(span.reader, each, low, high))
                homes.append(place[at + low - span.start : at + high - span.start])
            at += size
    counts = np.zeros((COUNTS, len(found.sites)), dtype=np.int64)
    for home, part in zip(homes, engine.run(tasks), strict=True):
        if len(home) == counts.shape[1]:
            counts += part
        elif len(home) and int(home[-1]) - int(home[0]) == len(home) - 1:
            counts[:, int(home[0]) : int(home[-1]) + 1] += part
        else:
            counts[:, home] += part
    counts[AN] += an_of_silence(snapshot, found.window.contig, found.sites.position, chosen)
    return counts


def an_of_silence(
    snapshot: Snapshot, contig: int, position: NDArray[np.uint32], chosen: Sequence[Chosen]
) -> NDArray[np.int64]:
    """Return the AN that silence alone gives at ascending positions, (positions,)."""
    places = places_on(snapshot.assembly, contig, position)
    an = np.zeros(len(position), dtype=np.int64)
    for segment, each in zip(snapshot.segments, chosen, strict=True):
        an += silent_an(segment.on(contig), each, position, places)
    return an


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
