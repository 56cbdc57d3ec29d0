"""Regions judged for dosage, by place."""

from kerne.alleles.interval import Interval
from kerne.knowledge.dosage import DosageRegions
from kerne.knowledge.gene_facts import DosageRegion, DosageScore


def _region(identifier: str, contig: str, start: int, end: int) -> DosageRegion:
    interval = Interval(contig, start, end)
    return DosageRegion(identifier, "r", interval, DosageScore.SUFFICIENT, None, None)


def test_regions__overlap_when_they_share_a_base() -> None:
    regions = DosageRegions(
        [_region("B", "chr1", 20, 30), _region("A", "chr1", 10, 20), _region("C", "chr2", 10, 30)]
    )
    found = regions.overlapping(Interval("chr1", 19, 21))
    assert [each.identifier for each in found] == ["A", "B"]
    assert [r.identifier for r in regions.overlapping(Interval("chr1", 20, 21))] == ["B"]
    assert regions.overlapping(Interval("chr3", 0, 99)) == ()
