"""Cut a chunk: at a position of its contig, or to some of its columns."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kerne.genomes.reading.chunk import Chunk, Stretches
from kerne.genomes.segments.calls_table import picked


def cut_at(chunk: Chunk, position: int) -> tuple[Chunk, Chunk]:
    """Return what lies before a position and what lies from it on; a stretch may be in both."""
    before = chunk.position < position
    told = chunk.stretches
    left = told.start < position
    right = told.end > position
    start = np.maximum(told.start[right], np.uint32(position))
    return (
        _of_sites(chunk, before, Stretches(told.column[left], told.start[left], told.end[left])),
        _of_sites(chunk, ~before, Stretches(told.column[right], start, told.end[right])),
    )


def columns_between(chunk: Chunk, low: int, high: int) -> Chunk:
    """Return what is of the columns `[low, high)`, counted from `low`; every site stays."""
    keep = (chunk.column >= low) & (chunk.column < high)
    told = (chunk.stretches.column >= low) & (chunk.stretches.column < high)
    stretches = Stretches(
        chunk.stretches.column[told] - np.uint32(low),
        chunk.stretches.start[told],
        chunk.stretches.end[told],
    )
    running = np.concatenate([[0], np.cumsum(keep, dtype=np.int64)])
    return Chunk(
        chunk.contig,
        chunk.position,
        chunk.change,
        chunk.long,
        running[chunk.first],
        chunk.column[keep] - np.uint32(low),
        chunk.code[keep],
        None if chunk.fields is None else picked(chunk.fields, keep),
        stretches,
    )


def _of_sites(chunk: Chunk, keep: NDArray[np.bool_], stretches: Stretches) -> Chunk:
    if keep.all():  # as in nearly every chunk before a cut: nothing is copied
        return replace(chunk, stretches=stretches)
    counts = np.diff(chunk.first)
    calls = _calls_of(keep, chunk.first)
    return Chunk(
        chunk.contig,
        chunk.position[keep],
        chunk.change[keep],
        chunk.long,
        np.concatenate([[0], np.cumsum(counts[keep])]).astype(np.int64),
        chunk.column[calls],
        chunk.code[calls],
        None if chunk.fields is None else picked(chunk.fields, calls),
        stretches,
    )


def _calls_of(keep: NDArray[np.bool_], first: NDArray[np.int64]) -> NDArray[np.bool_] | slice:
    """Say which are the calls of some sites; of sites side by side without a look at each call."""
    kept = np.flatnonzero(keep)
    if not kept.size:
        return slice(0)
    low, high = int(kept[0]), int(kept[-1]) + 1
    if high - low == kept.size:
        return slice(int(first[low]), int(first[high]))
    return np.repeat(keep, np.diff(first))
