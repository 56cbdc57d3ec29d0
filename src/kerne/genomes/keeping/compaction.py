"""Make few segments of many, and rewrite those that hold a row to forget.

A compaction is under way as long as the manifest names it. What it has written by then is whole,
file by file, and is kept when it is cut off: the next one goes on after it. Nobody waits for it:
writers add beside it, and readers read the segments that it reads.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np

from kerne.genomes.disk.manifest import Manifest, SegmentEntry
from kerne.genomes.segments.rows import RowTable


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Segments that are no more, and the one that holds what of them stays."""

    sources: tuple[str, ...]
    name: str


LIVE_SEGMENTS_MOST: Final = 10
"""Live segments of a shard; with more, each question reads too many."""

GROWTH: Final = 1.5
"""A segment is merged with smaller ones when they hold so much of what it holds, the inverse."""


def segments_to_merge(segments: Iterable[SegmentEntry]) -> list[SegmentEntry]:
    """Return the segments of one shard that are best merged now, smallest first; or none.

    Those that are of about one size are: each genome is then rewritten a number of times that
    grows with the logarithm of how many there are.
    """
    by_size = sorted(segments, key=lambda entry: (entry.calls, entry.name))
    if len(by_size) < LIVE_SEGMENTS_MOST:
        return []
    sums = list(accumulate(entry.calls for entry in by_size))
    taken = 2
    while taken < len(by_size) and by_size[taken].calls <= GROWTH * sums[taken - 1]:
        taken += 1
    return by_size[:taken]


def shards(segments: Iterable[SegmentEntry]) -> dict[int, list[SegmentEntry]]:
    """Return segments by shard."""
    found: dict[int, list[SegmentEntry]] = {}
    for entry in segments:
        found.setdefault(entry.shard, []).append(entry)
    return found


def next_merge(manifest: Manifest) -> tuple[str, ...]:
    """Return the segments to merge next, of any shard; none when no shard has too many.

    Those of a compaction that was cut off come first.
    """
    if manifest.compaction is not None:
        return manifest.compaction.sources
    for _, segments in sorted(shards(manifest.segments).items()):
        chosen = segments_to_merge(segments)
        if chosen:
            return tuple(entry.name for entry in chosen)
    return ()


def next_with_forgotten(manifest: Manifest, rows_of: Callable[[str], RowTable]) -> tuple[str, ...]:
    """Return a segment that holds a forgotten row, if there is one."""
    forgotten = np.array(manifest.forgotten, dtype=np.uint32)
    for entry in manifest.segments:
        if np.isin(rows_of(entry.name).ids, forgotten).any():
            return (entry.name,)
    return ()
