"""A chunk cut at a position, beside plain lists."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.genomes.reading.chunk import Chunk, Fields, Stretches
from kerne.genomes.segments.cutting import cut_at

Site = tuple[int, list[int]]
Stretch = tuple[int, int, int]


def chunk_of(sites: list[Site], stretches: list[Stretch], *, has_fields: bool) -> Chunk:
    columns = np.array([column for _, calls in sites for column in calls], dtype=np.uint32)
    fields = Fields(*((columns + add).astype(np.int32) for add in range(4)))
    column, start, end = np.array(stretches, dtype=np.uint32).reshape(-1, 3).T
    return Chunk(
        3,
        np.array([position for position, _ in sites], dtype=np.uint32),
        np.arange(len(sites), dtype=np.uint64),
        {},
        np.cumsum([0, *(len(calls) for _, calls in sites)], dtype=np.int64),
        columns,
        (columns % 200).astype(np.uint8),
        fields if has_fields else None,
        Stretches(column, start, end),
    )


def told(chunk: Chunk) -> list[tuple[int, int, list[int]]]:
    """Return position, change and columns of each site; code and fields must be the columns'."""
    assert chunk.code.tolist() == [column % 200 for column in chunk.column.tolist()]
    assert chunk.fields is None or chunk.fields.quality.tolist() == (chunk.column + 3).tolist()
    edges = chunk.first.tolist()
    assert (edges[0], edges[-1]) == (0, len(chunk.column))
    calls = [chunk.column[a:b].tolist() for a, b in pairwise(edges)]
    return list(zip(chunk.position.tolist(), chunk.change.tolist(), calls, strict=True))


def told_stretches(chunk: Chunk) -> list[Stretch]:
    told = chunk.stretches
    parts = (told.column.tolist(), told.start.tolist(), told.end.tolist())
    return list(zip(*parts, strict=True))


@given(
    sites=st.lists(
        st.tuples(st.integers(0, 20), st.sets(st.integers(0, 250), max_size=4).map(sorted)),
        max_size=8,
    ),
    ends=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 20), st.integers(1, 9)), max_size=5),
    at=st.integers(1, 22),
    has_fields=st.booleans(),
)
@settings(deadline=None)
def test_cut_chunk__has_each_site_on_one_side_and_what_a_stretch_says_on_both(
    sites: list[Site], ends: list[Stretch], at: int, has_fields: bool
) -> None:
    stretches = [(column, start, start + size) for column, start, size in ends]
    whole = chunk_of(sites, stretches, has_fields=has_fields)
    left, right = cut_at(whole, at)
    assert (left.contig, right.contig) == (3, 3)
    assert told(left) == [site for site in told(whole) if site[0] < at]
    assert told(right) == [site for site in told(whole) if site[0] >= at]
    assert told_stretches(left) == [each for each in stretches if each[1] < at]
    over = [(column, max(start, at), end) for column, start, end in stretches if end > at]
    assert told_stretches(right) == over
    assert (left.fields is None, right.fields is None) == (not has_fields, not has_fields)
