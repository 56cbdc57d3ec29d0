"""How much of each gene that fits the phenotype could be seen."""

from collections.abc import Iterable, Sequence

from kerne.alleles.interval import Interval, Intervals
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import GeneCoverage
from kerne.knowledge.tags import MANE_SELECT

LISTED_GAPS = 20
"""More gaps of one gene are counted, not listed."""


def coding_intervals(transcript: Transcript) -> tuple[Interval, ...]:
    """Give the coding parts of the exons, ascending; whole exons when nothing is coded for."""
    first, last = transcript.cds or (transcript.start, transcript.end)
    return tuple(
        Interval(transcript.contig, max(start, first), min(end, last))
        for start, end in transcript.exons
        if max(start, first) < min(end, last)
    )


def preferred(transcripts: Sequence[Transcript]) -> Transcript:
    """Choose the transcript to speak of: MANE Select, else the longest coding sequence."""
    return min(
        transcripts,
        key=lambda each: (MANE_SELECT not in each.tags, -_coding_bp(each), each.identifier),
    )


def gene_coverage(gene: str, transcript: Transcript, callable_in: Intervals | None) -> GeneCoverage:
    """Measure the callable share of a gene's coding bases and name the gaps."""
    if callable_in is None:
        return GeneCoverage(gene, None, ())
    parts = coding_intervals(transcript)
    total = sum(part.span_bp for part in parts)
    seen = sum(callable_in.covers(part) for part in parts)
    gaps = _listed(gap for part in parts for gap in callable_in.gaps(part))
    return GeneCoverage(gene, seen / total, gaps)


def _coding_bp(transcript: Transcript) -> int:
    return 0 if transcript.cds is None else sum(e.span_bp for e in coding_intervals(transcript))


def _listed(gaps: Iterable[Interval]) -> tuple[str, ...]:
    named = [str(gap) for gap in gaps]
    more = len(named) - LISTED_GAPS
    return (*named[:LISTED_GAPS], *((f"{more} more gaps",) if more > 0 else ()))
