"""A store at one moment: its manifest, its segments and their sites as one list."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.assembly import Assembly
from kerne.genomes.manifest import Manifest
from kerne.genomes.places import places_of
from kerne.genomes.segment import Segment, UnitedSites, unite_sites


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a reader answers from; it never changes, whatever writers do meanwhile."""

    manifest: Manifest
    assembly: Assembly
    segments: tuple[Segment, ...]

    @cached_property
    def united(self) -> UnitedSites:
        """The sites of all segments as one list."""
        return unite_sites([segment.sites for segment in self.segments])

    @cached_property
    def places(self) -> NDArray[np.int8]:
        """The `calls.Place` of each united site, (sites,)."""
        sites = self.united.sites
        return places_of(self.assembly, sites.contig, sites.position)

    def rows(self) -> dict[str, int]:
        """Return the row of each sample."""
        return {
            sample: int(row)
            for segment in self.segments
            for sample, row in zip(segment.rows.samples, segment.rows.ids, strict=True)
        }
