"""Kernels that count a tile count what plain Python counts in its calls."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kerne.genomes.calls import RULE_OF, SILENT, Code, Place
from kerne.genomes.segments import kernels
from kerne.genomes.segments.counting_kernels import add_at, count_sites
from kerne.genomes.segments.rows import as_bits
from kerne.genomes.segments.tile import Tile, make_tile, tile_kinds

WEIGHTS = np.array([[3, 1, 0], [5, 0, 1], [-7, 0, 0]], dtype=np.int64)
LISTED = (Code.HET, Code.HOM, Code.MISSING)


def _tile(calls: NDArray[np.uint8]) -> Tile:
    """Return the tile of calls, (sites, rows), 0 where a row says nothing."""
    site, row = np.nonzero(calls)
    first = np.searchsorted(site, np.arange(len(calls) + 1))
    classes = np.full(calls.shape[1], 3, dtype=np.uint8)
    code = calls[site, row] | np.uint8(SILENT)
    return make_tile(
        first.astype(np.int64),
        row.astype(np.uint32),
        code.astype(np.uint8),
        tile_kinds(RULE_OF[Place.PAIRED]),
        classes,
    )


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 1 << 32), st.integers(1, 300), st.integers(1, 12))
def test_counts_of_a_tile__are_those_of_its_calls(seed: int, rows: int, sites: int) -> None:
    draw = np.random.default_rng(seed)
    said = draw.random((sites, rows)) < draw.choice([0.0, 0.02, 0.3, 0.99], (sites, 1))
    weights = draw.dirichlet([1, 1, 1], sites)
    kinds = [draw.choice(LISTED, rows, p=each).astype(np.uint8) for each in weights]
    calls = np.where(said, np.array(kinds), np.uint8(0))
    chosen = draw.random(rows) < draw.choice([0.1, 0.9])
    tile = _tile(calls)
    low = int(draw.integers(sites))
    high = int(draw.integers(low, sites)) + 1
    before = draw.integers(-9, 9, (3, high - low))
    counts = before.copy()
    count_sites(
        low, high, tile.kind, tile.first, tile.lists, tile.ids, tile.plane, tile.planes,
        as_bits(chosen), chosen.view(np.uint8), WEIGHTS, counts,
    )  # fmt: skip
    told = np.array([[(row[chosen] == code).sum() for row in calls[low:high]] for code in LISTED])
    assert (counts == before + WEIGHTS.T @ told).all()


def test_tile__lists_few_rows_and_those_that_miss_and_has_planes_of_many() -> None:
    few, many, all_but_few = (np.zeros((1, 2000), np.uint8) for _ in range(3))
    few[:, :3], many[:, ::2], all_but_few[:, 3:] = Code.HET, Code.HET, Code.HOM
    kinds = [int(_tile(each).kind[0]) for each in (few, many, all_but_few)]
    assert kinds == [kernels.SPARSE, kernels.DENSE, kernels.COMPLEMENT]


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.sets(st.integers(0, 40)), st.integers(0, 1 << 32))
def test_part_of_the_sites__is_added_where_each_is(home: set[int], seed: int) -> None:
    draw = np.random.default_rng(seed)
    at = np.array(sorted(home), dtype=np.int64)
    part, counts = draw.integers(-9, 9, (7, len(at))), draw.integers(-9, 9, (7, 41))
    wanted = counts.copy()
    wanted[:, at] += part
    add_at(at, part, counts)
    assert (counts == wanted).all()
