"""A partition packed by several threads, beside one that one thread packs."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from kerne.alleles.change import change_code
from kerne.genomes.calls import SILENT, Code, Place
from kerne.genomes.segments import packing, twin
from kerne.genomes.segments.calls_table import CallsBySite, by_row
from kerne.genomes.segments.packing import encode_partition
from kerne.genomes.segments.partition import HEAD, Bounds, Mentions, Partition, decode_directory
from kerne.genomes.segments.sites import ContigSites

ROWS = 1200
SITES = 60
CODES = (Code.HET, Code.HOM, Code.MISSING, Code.HEMI)


def invented_partition() -> Partition:
    """Return one whose sites are rare, common, and carried by nearly all."""
    rng = np.random.default_rng(7)
    share = rng.choice([0.01, 0.3, 0.99], size=SITES)
    site, row = np.nonzero(rng.random((SITES, ROWS)) < share[:, None])
    code = rng.choice(np.array(CODES, np.uint8), len(row))
    first = np.concatenate([[0], np.cumsum(np.bincount(site, minlength=SITES))]).astype(np.int64)
    calls = CallsBySite(first, row.astype(np.uint32), code | np.uint8(SILENT))
    position = np.arange(100, 100 + 3 * SITES, 3, dtype=np.uint32)
    change = np.full(SITES, change_code("A", "C"), dtype=np.uint64)
    nothing = np.empty(0, np.uint32)
    return Partition(
        0,
        0,
        1000,
        ContigSites(position, change, {}),
        calls,
        by_row(calls, None, ROWS),
        Bounds(nothing, nothing),
        Mentions(np.zeros(1, np.uint32), np.zeros(2, np.int64), nothing),
    )


def test_partition__is_the_same_bytes_whoever_packs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packing, "TILE_SITES", 7)
    monkeypatch.setattr(packing, "GROUPS_AT_ONCE", 2)
    monkeypatch.setattr(twin, "GROUP_CALLS", 900)
    partition = invented_partition()
    places = np.full(SITES, Place.PAIRED, dtype=np.int8)
    classes = np.full((len(Place), ROWS), 3, dtype=np.uint8)
    alone = encode_partition(partition, places, classes)
    with ThreadPoolExecutor(3) as packers:
        assert encode_partition(partition, places, classes, packers) == alone
        unturned = replace(partition, by_row=None)
        assert encode_partition(unturned, places, classes, packers) == alone
    (size,) = HEAD.unpack(alone[: HEAD.size])
    directory = decode_directory(alone[HEAD.size : HEAD.size + size])
    assert directory.firsts == list(range(0, SITES, 7))
    assert len(directory.groups) > 4
    assert any(tile.planes for tile in directory.tiles)
