"""How much of each gene that fits the phenotype could be seen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kerne.alleles.interval import Interval, Intervals
from kerne.alleles.sequence import ReferenceSequence
from kerne.alleles.transcript import Transcript
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import GeneCoverage
from kerne.knowledge.tags import MANE_SELECT

FITS_LOG10 = 1.0
"""A gene fits the phenotype when one of its diseases makes it ten times likelier than chance."""
COVERED_GENES = 20
"""The coverage of so many genes that fit the phenotype best is reported."""
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


def cover_fitting(
    knowledge: Knowledge, scores: Mapping[str, float], callable_in: Intervals | None
) -> tuple[tuple[GeneCoverage, ...], tuple[str, ...]]:
    """Cover the genes that fit best, and name those of them that could not be looked at.

    Parameters
    ----------
    scores
        log10 likelihood ratio of the phenotype by disease.
    """
    covered, unknown, outside = [], [], []
    for symbol in _fitting_genes(knowledge.gene_links, scores):
        transcripts = knowledge.genes.of_gene(symbol)
        if not transcripts:
            unknown.append(symbol)
            continue
        transcript = preferred(transcripts)
        if _is_in_reference(transcript, knowledge.reference):
            seen = gene_coverage(symbol, transcript, callable_in)
            covered.append(replace(seen, hgnc=knowledge.hgnc_of(symbol)))
        else:
            outside.append(symbol)
    words = (
        (unknown, "genes that fit the phenotype but are not in the gene models"),
        (outside, "genes that fit the phenotype but lie outside the reference sequence"),
    )
    return tuple(covered), tuple(f"{why}: {', '.join(who)}" for who, why in words if who)


def _fitting_genes(
    gene_links: Mapping[str, frozenset[str]], scores: Mapping[str, float]
) -> list[str]:
    best = {
        symbol: max((scores.get(each, 0.0) for each in diseases), default=0.0)
        for symbol, diseases in gene_links.items()
    }
    fitting = [symbol for symbol, score in best.items() if score >= FITS_LOG10]
    return sorted(fitting, key=lambda symbol: (-best[symbol], symbol))[:COVERED_GENES]


def _is_in_reference(transcript: Transcript, reference: ReferenceSequence) -> bool:
    known = transcript.contig in reference.contigs
    return known and transcript.end <= reference.length(transcript.contig)


def _coding_bp(transcript: Transcript) -> int:
    return 0 if transcript.cds is None else sum(e.span_bp for e in coding_intervals(transcript))


def _listed(gaps: Iterable[Interval]) -> tuple[str, ...]:
    named = [str(gap) for gap in gaps]
    more = len(named) - LISTED_GAPS
    return (*named[:LISTED_GAPS], *((f"{more} more gaps",) if more > 0 else ()))
