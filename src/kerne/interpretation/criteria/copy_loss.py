"""A loss of one copy: sections 2 and 3 of its score, and the whole.

References
----------
Riggs et al. 2020, doi:10.1038/s41436-019-0686-8, table 1; Abou Tayoun et al. 2018 for losses
within one gene (2E).
"""

from collections.abc import Iterator
from typing import Final

from kerne.alleles.interval import Interval
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Met
from kerne.interpretation.criteria.copy_number import (
    CopyEvidence,
    CopyScore,
    Origin,
    Stretch,
    content_of,
    left_open,
    met,
    number_of_genes,
    origin_of,
    place_of_gene,
)
from kerne.interpretation.criteria.loss import LARGE_SHARE, escapes_decay
from kerne.knowledge.gene_facts import DosageRegion, DosageScore

STEPS: Final = ((35, "3C", 0.90), (25, "3B", 0.45), (0, "3A", 0.0))
CONSTRAINED_LOEUF: Final = 0.35
CONSTRAINED_PLI: Final = 0.9


def score_loss(stretch: Stretch, origin: Origin = Origin.UNKNOWN) -> CopyScore:
    """Add up what is known of a loss; section 4 is left to a curator."""
    known = max(_established(stretch), key=lambda each: each.points, default=None)
    benign = None if known is not None and known.points > 0 else _benign(stretch)
    chosen = benign or known or _nothing(stretch)
    return CopyScore(
        (
            content_of(stretch),
            chosen,
            _predicted(stretch),
            number_of_genes(stretch, STEPS),
            left_open(),
            origin_of(origin),
        )
    )


def _nothing(stretch: Stretch) -> CopyEvidence:
    words = "no gene or region that is established for loss of one copy"
    if not stretch.dosage_source:
        words = "no release of dosage sensitivity is at hand"
        return CopyEvidence("2", Met.NOT_JUDGED, 0.0, words, "absent")
    return CopyEvidence("2", Met.NOT_MET, 0.0, words, stretch.dosage_source)


def _established(stretch: Stretch) -> Iterator[CopyEvidence]:
    """Judge 2A to 2E for every gene and region that is established; the greatest counts."""
    for region in stretch.regions:
        if region.haploinsufficiency is DosageScore.SUFFICIENT and not region.gene:
            yield _region(stretch, region)
    for gene in stretch.coding:
        if stretch.established(gene):
            yield _gene(stretch, gene)


def _region(stretch: Stretch, region: DosageRegion) -> CopyEvidence:
    words = f"{region.name} ({region.identifier})"
    if stretch.contains(region.interval):
        return met("2A", 1.0, f"all of {words}", stretch.dosage_source)
    return met("2B", 0.0, f"a part of {words}", stretch.dosage_source)


def _gene(stretch: Stretch, gene: Transcript) -> CopyEvidence:
    source, place = stretch.dosage_source, place_of_gene(gene)
    if stretch.contains(place):
        return met("2A", 1.0, f"all of {gene.symbol}", source)
    if stretch.is_within(place):
        return _within(stretch, gene)
    takes_start = stretch.interval.start <= place.start
    if takes_start is (gene.strand == 1):
        if _coding_bases(gene, stretch.interval):
            return met("2C-1", 0.90, f"the 5' end of {gene.symbol} with coding sequence", source)
        return met("2C-2", 0.0, f"the 5' end of {gene.symbol} without coding sequence", source)
    return _behind(stretch, gene)


def _behind(stretch: Stretch, gene: Transcript) -> CopyEvidence:
    """Judge a loss of the 3' end: 2D."""
    source = stretch.dosage_source
    if not _coding_bases(gene, stretch.interval):
        return met("2D-1", 0.0, f"the 3' end of {gene.symbol} without coding sequence", source)
    if _exons_hit(gene, stretch.interval) == [len(gene.exons) - 1]:
        words = f"only the last exon of {gene.symbol}; pathogenic variants there not looked up"
        return met("2D-3", 0.30, words, source)
    return met("2D-4", 0.90, f"the last exons of {gene.symbol}, more than one", source)


def _within(stretch: Stretch, gene: Transcript) -> CopyEvidence:
    """Judge a loss between two points of one gene as PVS1 judges it: 2E."""
    source, hit = stretch.dosage_source, _exons_hit(gene, stretch.interval)
    lost_bp = _coding_bases(gene, stretch.interval)
    span = gene.coding_span
    if not lost_bp or span is None:
        return met("2E", 0.0, f"within {gene.symbol}, no coding base", source)
    share = lost_bp / (span[1] - span[0])
    words = f"within {gene.symbol}: {lost_bp} coding bases, {share:.0%}"
    if lost_bp % 3:
        lengths = [end - start for start, end in gene.exons_in_order]
        if not escapes_decay(gene, sum(lengths[: hit[-1] + 1])):
            return met("2E", 0.90, f"{words}, the frame is broken and decay expected", source)
        points = 0.45 if share > LARGE_SHARE else 0.30
        return met("2E", points, f"{words}, the frame is broken, decay not expected", source)
    points = 0.45 if share > LARGE_SHARE else 0.30
    return met("2E", points, f"{words}, the frame is kept", source)


def _benign(stretch: Stretch) -> CopyEvidence | None:
    """Judge 2F and 2G: regions that healthy people lose."""
    harmless = [r for r in stretch.regions if r.haploinsufficiency is DosageScore.UNLIKELY]
    for region in harmless:
        if stretch.is_within(region.interval):
            return met("2F", -1.0, f"within {region.name}, which is benign", stretch.dosage_source)
    for region in harmless:
        words = f"overlaps {region.name}, which is benign, and more"
        return met("2G", 0.0, words, stretch.dosage_source)
    return None


def _predicted(stretch: Stretch) -> CopyEvidence:
    """Judge 2H, which wants two predictors: constraint is one, and no other is at hand."""
    constrained = [
        symbol
        for symbol, facts in sorted(stretch.facts.items())
        if (facts.pli or 0) >= CONSTRAINED_PLI
        and facts.loeuf is not None
        and facts.loeuf < CONSTRAINED_LOEUF
    ]
    words = "two predictors of haploinsufficiency are needed, one is at hand"
    if constrained:
        words = f"{words}: constraint of {', '.join(constrained)}"
    return CopyEvidence("2H", Met.NOT_JUDGED, 0.0, words, "absent")


def _exons_hit(gene: Transcript, interval: Interval) -> list[int]:
    """Give the numbers, from 5' on and from 0, of the exons that lose a base."""
    return [
        number
        for number, (start, end) in enumerate(gene.exons_in_order)
        if start < interval.end and interval.start < end
    ]


def _coding_bases(gene: Transcript, interval: Interval) -> int:
    """Count the coding bases that an interval takes."""
    if gene.cds is None:
        return 0
    first, last = max(gene.cds[0], interval.start), min(gene.cds[1], interval.end)
    return sum(max(0, min(end, last) - max(start, first)) for start, end in gene.exons)
