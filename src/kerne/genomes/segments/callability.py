"""Where rows are callable: stretches united, asked of calls, and turned into bounds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import kernel
from kerne.genomes.reading.chunk import Stretches
from kerne.genomes.segments.calls_table import CallsBySite
from kerne.genomes.segments.partition import WHOLE_CONTIG, Bounds


@dataclass(frozen=True, slots=True, eq=False)
class RowStretches:
    """Callable stretches by row on one contig: `first` (rows + 1,), then (stretches,) each.

    0-based half-open, ascending and apart from each other within a row.
    """

    first: NDArray[np.int64]
    start: NDArray[np.uint32]
    end: NDArray[np.uint32]


def united(stretches: Stretches, rows: int) -> RowStretches:
    """Unite the stretches of each row that overlap or touch."""
    column, start, end = stretches.column, stretches.start, stretches.end
    if not _is_in_order(column, start):
        order = np.lexsort((start, column))
        column, start, end = column[order], start[order], end[order]
    first = np.zeros(rows + 1, dtype=np.int64)
    low, high = np.empty_like(start), np.empty_like(end)
    size = _unite(column, start, end, first, low, high)
    return RowStretches(first, low[:size].copy(), high[:size].copy())


def everywhere_the_same(
    start: NDArray[np.int64], end: NDArray[np.int64], rows: int
) -> RowStretches:
    """Return the same stretches for every row."""
    first = np.arange(rows + 1, dtype=np.int64) * len(start)
    return RowStretches(
        first, np.tile(start.astype(np.uint32), rows), np.tile(end.astype(np.uint32), rows)
    )


def is_callable(
    stretches: RowStretches, position: NDArray[np.uint32], calls: CallsBySite
) -> NDArray[np.bool_]:
    """Say of each call whether its row is callable at its site, (calls,)."""
    inside = np.zeros(len(calls.row), dtype=np.bool_)
    _mark_callable(
        stretches.first, stretches.start, stretches.end, position, calls.first, calls.row, inside
    )
    return inside


def bounds_of(stretches: RowStretches, start: int, end: int) -> Bounds:
    """Return where rows become callable and stop within the positions `[start, end)`."""
    row = np.repeat(np.arange(len(stretches.first) - 1), np.diff(stretches.first)).astype(np.uint32)
    inside = (stretches.end > start) & (stretches.start < end)
    low = np.maximum(stretches.start[inside], np.uint32(start))
    high = np.minimum(stretches.end[inside], np.uint32(min(end, WHOLE_CONTIG)))
    row = row[inside]
    at = np.concatenate([low, high])
    bound = np.concatenate([row << np.uint32(1), (row << np.uint32(1)) | np.uint32(1)])
    order = np.argsort(at, kind="stable")
    return Bounds(at[order], bound[order])


def stretches_of(bounds: Bounds, row: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the callable stretches of one row: starts and ends, (stretches,) each."""
    mine = bounds.at[bounds.bound >> np.uint32(1) == row].astype(np.int64)
    return mine[::2], mine[1::2]


def _is_in_order(column: NDArray[np.uint32], start: NDArray[np.uint32]) -> bool:
    later = column[1:] > column[:-1]
    same = column[1:] == column[:-1]
    return bool((later | (same & (start[1:] >= start[:-1]))).all())


@kernel
def _unite(
    column: NDArray[np.uint32],
    start: NDArray[np.uint32],
    end: NDArray[np.uint32],
    first: NDArray[np.int64],
    low: NDArray[np.uint32],
    high: NDArray[np.uint32],
) -> int:
    size = 0
    row = np.int64(-1)
    for at in range(len(column)):
        if column[at] != row or start[at] > high[size - 1]:
            row = np.int64(column[at])
            low[size] = start[at]
            high[size] = end[at]
            size += 1
            first[row + 1] += 1
        elif end[at] > high[size - 1]:
            high[size - 1] = end[at]
    for at in range(len(first) - 1):
        first[at + 1] += first[at]
    return size


@kernel
def _mark_callable(  # noqa: PLR0913, PLR0917  a kernel takes its arrays one by one
    first: NDArray[np.int64],
    start: NDArray[np.uint32],
    end: NDArray[np.uint32],
    position: NDArray[np.uint32],
    call_first: NDArray[np.int64],
    row: NDArray[np.uint32],
    inside: NDArray[np.bool_],
) -> None:
    hint = first[:-1].copy()
    for site in range(len(position)):
        for call in range(call_first[site], call_first[site + 1]):
            who = row[call]
            # Sites ascend, so each row's stretches are walked once.
            at = hint[who]
            while at < first[who + 1] and end[at] <= position[site]:
                at += 1
            hint[who] = at
            inside[call] = at < first[who + 1] and start[at] <= position[site]
