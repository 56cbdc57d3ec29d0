"""Derive what is counted from the twin again, and hold it against what is stored by variant.

The twin by person is put back in the order of the sites and made into tiles once more: every list,
plane and odd call must be the one that is stored, and the calls must have the checksum that was
taken before either orientation was made. Structural records have one orientation only: it is seen
that each row has as many as its table of rows says.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kerne.genomes.asking.snapshot import Snapshot
from kerne.genomes.calls import CODE_MASK, SILENT
from kerne.genomes.segments.calls_table import CallsByRow, by_site, calls_checksum
from kerne.genomes.segments.rows import RowTable
from kerne.genomes.segments.segment import PartitionReader, Segment
from kerne.genomes.segments.structural import STRUCTURAL_FILE, structural_file
from kerne.genomes.segments.tile import tile_between
from kerne.genomes.watching import Watch, unwatched


@dataclass(frozen=True, slots=True)
class Unlike:
    """A partition whose two orientations do not agree, and where they first part."""

    segment: str
    partition: str
    what: str


def verify(snapshot: Snapshot, watch: Watch = unwatched) -> Iterator[Unlike]:
    """Yield every partition of a store whose orientations do not agree.

    Parameters
    ----------
    watch
        Told how many calls were compared since it was last told.

    Raises
    ------
    DamagedStoreError
        A blob does not open.
    """
    for segment in snapshot.segments:
        for reader in segment.partitions:
            what = _difference(reader, segment.rows)
            if what:
                yield Unlike(segment.name, reader.entry.file, what)
            watch(reader.entry.calls)
        what = _structural_difference(segment)
        if what:
            yield Unlike(segment.name, STRUCTURAL_FILE, what)


def _difference(reader: PartitionReader, rows: RowTable) -> str:
    """Return where a partition's orientations part, nothing when they agree."""
    calls = by_site(_twin(reader), reader.entry.sites)
    if calls_checksum(calls) != reader.directory.checksum:
        return "the calls have another checksum"
    for entry in reader.directory.tiles:
        low, high, classes = entry.first, entry.first + entry.sites, rows.classes[entry.place]
        again = tile_between(calls, low, high, entry.place, classes)
        pairs = zip(again.arrays, reader.tile(entry).arrays, strict=True)
        if not all(np.array_equal(made, held) for made, held in pairs):
            return f"the tile of its site {entry.first}"
    return ""


def _structural_difference(segment: Segment) -> str:
    """Return which row has another number of structural records than it should, if one has."""
    rows, file = segment.rows, structural_file(segment)
    for at in np.flatnonzero(rows.structural > 0).tolist():
        found, meant = len(file.lines(at)), int(rows.structural[at])
        if found != meant:
            return f"row {rows.ids[at]} has {found} records, not {meant}"
    return ""


def _twin(reader: PartitionReader) -> CallsByRow:
    """Return all calls of a partition by row, without phase and FORMAT values."""
    groups = list(reader.groups())
    counts = [np.diff(group.calls.first) for group in groups]
    first = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    bare = [group.calls.code & np.uint8(CODE_MASK | SILENT) for group in groups]
    sites = np.concatenate([group.calls.site for group in groups])
    return CallsByRow(first.astype(np.int64), sites, np.concatenate(bare), None)
