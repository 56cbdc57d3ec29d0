"""A gain of copies: sections 2 and 3 of its score, and the whole.

References
----------
Riggs et al. 2020, doi:10.1038/s41436-019-0686-8, table 2.
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
from kerne.knowledge.gene_facts import DosageRegion, DosageScore

STEPS: Final = ((50, "3C", 0.90), (35, "3B", 0.45), (0, "3A", 0.0))


def score_gain(stretch: Stretch, origin: Origin = Origin.UNKNOWN) -> CopyScore:
    """Add up what is known of a gain; section 4 is left to a curator."""
    known = max(_established(stretch), key=lambda each: each.points, default=None)
    benign = None if known is not None and known.points > 0 else _benign(stretch)
    chosen = benign or known or _broken(stretch)
    return CopyScore(
        (
            content_of(stretch),
            chosen,
            number_of_genes(stretch, STEPS),
            left_open(),
            origin_of(origin),
        )
    )


def _established(stretch: Stretch) -> Iterator[CopyEvidence]:
    """Judge 2A and 2B: regions and genes whose gain is established to cause disease."""
    source = stretch.dosage_source
    for region in stretch.regions:
        if region.triplosensitivity is not DosageScore.SUFFICIENT:
            continue
        words = f"{region.name} ({region.identifier})"
        if stretch.contains(region.interval):
            yield met("2A", 1.0, f"all of {words}", source)
        else:
            yield met("2B", 0.0, f"a part of {words}", source)


def _benign(stretch: Stretch) -> CopyEvidence | None:
    """Judge 2C to 2G: regions that healthy people have more of; the most telling first."""
    harmless = [r for r in stretch.regions if r.triplosensitivity is DosageScore.UNLIKELY]
    judged = (_beside_benign(stretch, region) for region in harmless)
    return min(judged, key=lambda each: each.points, default=None)


def _beside_benign(stretch: Stretch, region: DosageRegion) -> CopyEvidence:
    source, words = stretch.dosage_source, f"{region.name}, which is benign"
    inside = [gene for gene in stretch.coding if _overlaps(gene, region.interval)]
    if len(inside) < len(stretch.coding):
        return met("2G", 0.0, f"overlaps {words}, and further genes", source)
    if not stretch.is_within(region.interval):
        return met("2F", -0.90, f"larger than {words}, without further genes", source)
    if _interrupted(stretch):
        return met("2E", 0.0, f"within {words}, but may break a gene", source)
    return met("2D", -1.0, f"within {words}", source)


def _broken(stretch: Stretch) -> CopyEvidence:
    """Judge 2H to 2L: genes that a border of the gain may break."""
    source = stretch.dosage_source
    established = [gene for gene in stretch.coding if stretch.established(gene)]
    for gene in established:
        if stretch.is_within(place_of_gene(gene)):
            words = f"both borders within {gene.symbol}: whether it reads on is not known"
            return CopyEvidence("2I", Met.NOT_JUDGED, 0.0, words, "absent")
    broken = [gene for gene in established if not stretch.contains(place_of_gene(gene))]
    if broken:
        words = f"one border within {broken[0].symbol}; that the phenotype fits is a curator's word"
        return met("2J", 0.0, words, source)
    if established:
        return met("2H", 0.0, f"all of {established[0].symbol}, whose loss does harm", source)
    if _interrupted(stretch):
        return met("2L", 0.0, "a border within a gene of no established meaning", source)
    if not source:
        words = "no release of dosage sensitivity is at hand"
        return CopyEvidence("2", Met.NOT_JUDGED, 0.0, words, "absent")
    words = "no gene or region that is established for a gain"
    return CopyEvidence("2", Met.NOT_MET, 0.0, words, source)


def _interrupted(stretch: Stretch) -> bool:
    return any(not stretch.contains(place_of_gene(gene)) for gene in stretch.coding)


def _overlaps(gene: Transcript, interval: Interval) -> bool:
    return gene.start < interval.end and interval.start < gene.end
