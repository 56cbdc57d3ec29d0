"""Regions and genes that were judged for dosage sensitivity, by place."""

from collections.abc import Iterable

from kerne.alleles.interval import Interval
from kerne.knowledge.gene_facts import DosageRegion


class DosageRegions:
    """The judged regions and genes of a release; none when no release is at hand."""

    def __init__(self, regions: Iterable[DosageRegion] = (), release: str = "") -> None:
        self._regions = tuple(sorted(regions, key=lambda each: (each.interval, each.identifier)))
        self.release = release

    def __len__(self) -> int:
        return len(self._regions)

    def overlapping(self, interval: Interval) -> tuple[DosageRegion, ...]:
        """Give those that share a base with `interval`, by place."""
        return tuple(
            each
            for each in self._regions
            if each.interval.contig == interval.contig
            and each.interval.start < interval.end
            and each.interval.end > interval.start
        )
