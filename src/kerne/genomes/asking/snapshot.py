"""A store at one moment: its manifest, its segments, and who of them is still there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from kerne.alleles.assembly import Assembly
from kerne.errors import GenomeError
from kerne.genomes.asking.window_sites import Window, WindowSites
from kerne.genomes.disk.manifest import Manifest
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.segments.counting import Chosen
from kerne.genomes.segments.rows import as_marks, ascending
from kerne.genomes.segments.segment import PartitionReader, Segment


@dataclass(slots=True, eq=False)
class LastCounts:
    """What was last counted in a window: whom, (7, sites), and what of it is carried by them.

    `carried` is made when it is first asked for.
    """

    chosen: Sequence[Chosen]
    counts: NDArray[np.int64]
    carried: Frequencies | None = None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a reader answers from; it never changes, whatever writers do meanwhile."""

    manifest: Manifest
    assembly: Assembly
    segments: tuple[Segment, ...]
    kept: dict[Window, WindowSites] = field(default_factory=dict)
    counted: dict[Window, LastCounts] = field(default_factory=dict)
    _live_sites: dict[tuple[str, str], NDArray[np.bool_]] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The contigs of the assembly."""
        return tuple(contig.name for contig in self.assembly.contigs)

    @cached_property
    def forgotten(self) -> BitMap:
        """Rows that are in a segment and in no answer."""
        return BitMap(self.manifest.forgotten)

    @cached_property
    def everyone(self) -> tuple[Chosen, ...]:
        """All rows that are not forgotten, by segment."""
        return tuple(self._chosen(segment, None) for segment in self.segments)

    def chosen(self, rows: BitMap | None) -> tuple[Chosen, ...]:
        """Return which rows of each segment are in `rows`, all for `None`; no forgotten ones."""
        if rows is None:
            return self.everyone
        every = ascending(rows)
        return tuple(self._chosen(segment, every) for segment in self.segments)

    def rows(self) -> dict[str, int]:
        """Return the row of each sample."""
        return {
            sample: row
            for segment in self.segments
            for sample, row in zip(segment.rows.samples, segment.rows.ids.tolist(), strict=True)
            if row not in self.forgotten
        }

    @cached_property
    def samples(self) -> dict[int, str]:
        """The sample of each row that is not forgotten."""
        return {row: sample for sample, row in self.rows().items()}

    @cached_property
    def row_ids(self) -> BitMap:
        """The rows that are not forgotten."""
        return BitMap(self.samples)

    def genome_at(self, row: int) -> tuple[Segment, int]:
        """Return the segment of a row and its index there.

        Raises
        ------
        GenomeError
            There is no such row.
        """
        if row not in self.forgotten:
            for segment in self.segments:
                at = segment.rows.index_of(row)
                if at >= 0:
                    return segment, at
        raise GenomeError(f"no genome in row `{row}`")

    def live_sites(self, segment: Segment, reader: PartitionReader) -> NDArray[np.bool_] | None:
        """Say which sites a live row has a call of or its file mentions; `None` for all of them."""
        if not self.forgotten.intersect(BitMap(segment.rows.ids)):
            return None
        key = (segment.name, reader.entry.file)
        if key not in self._live_sites:
            self._live_sites[key] = self._find_live_sites(segment, reader)
        return self._live_sites[key]

    def _find_live_sites(self, segment: Segment, reader: PartitionReader) -> NDArray[np.bool_]:
        marks = as_marks(self._chosen(segment, None).bits, len(segment.rows))
        live = np.zeros(len(reader.sites), dtype=np.bool_)
        for group in reader.groups():
            counts = np.diff(group.calls.first)
            stays = np.repeat(marks[group.row : group.row + len(counts)], counts)
            live[group.calls.site[stays]] = True
        sources = set(segment.rows.sources[marks].tolist())
        mentions = reader.mentions
        for at, source in enumerate(mentions.source.tolist()):
            if source in sources:
                live[mentions.site[mentions.first[at] : mentions.first[at + 1]]] = True
        return live

    def _chosen(self, segment: Segment, rows: NDArray[np.uint32] | None) -> Chosen:
        bits = segment.rows.chosen(rows)
        if self.forgotten:
            bits = bits & ~segment.rows.chosen(ascending(self.forgotten))
        return Chosen(segment.rows, bits)
