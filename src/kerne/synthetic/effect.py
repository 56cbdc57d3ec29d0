"""What an allele does to a transcript, by cutting, pasting and translating.

Deliberately plain: the changed coding sequence is written out whole and translated whole. It plants
variants and is no substitute for `interpretation.consequence`, which judges them independently.
"""

from enum import StrEnum
from itertools import pairwise
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.sequence import reverse_complement, translate
from kerne.alleles.transcript import Transcript

EDGE_BP: Final = 5


class Effect(StrEnum):
    """The effect of one allele on one transcript, in the words of `bcftools csq`."""

    MISSENSE = "missense"
    STOP_GAINED = "stop_gained"
    FRAMESHIFT = "frameshift"
    SPLICE_DONOR = "splice_donor"
    SPLICE_ACCEPTOR = "splice_acceptor"
    START_LOST = "start_lost"
    STOP_LOST = "stop_lost"
    IN_FRAME_DELETION = "inframe_deletion"
    IN_FRAME_INSERTION = "inframe_insertion"
    SYNONYMOUS = "synonymous"
    UNTRANSLATED = "untranslated"
    INTRON = "intron"
    INTERGENIC = "intergenic"


LOSS_OF_FUNCTION: Final = frozenset(
    {
        Effect.STOP_GAINED,
        Effect.FRAMESHIFT,
        Effect.SPLICE_DONOR,
        Effect.SPLICE_ACCEPTOR,
        Effect.START_LOST,
    }
)
"""Effects that usually leave no protein."""


def changed_span(allele: Allele) -> tuple[int, int, str]:
    """Give start and end of the replaced bases and what replaces them, without the anchor."""
    shared = int(len(allele.reference) != len(allele.alternative))
    end = allele.position + len(allele.reference)
    return allele.position + shared, end, allele.alternative[shared:]


def coding_segments(transcript: Transcript) -> list[tuple[int, int]]:
    """Give the coding part of each exon, genomic and ascending; empty without a coding sequence."""
    if transcript.cds is None:
        return []
    first, last = transcript.cds
    clipped = ((max(start, first), min(end, last)) for start, end in transcript.exons)
    return [(start, end) for start, end in clipped if start < end]


def coding_sequence(transcript: Transcript, contig_sequence: str) -> str:
    """Splice the coding sequence out of its contig, in the direction of translation."""
    spliced = "".join(contig_sequence[s:e] for s, e in coding_segments(transcript))
    return spliced if transcript.strand == 1 else reverse_complement(spliced)


def effect_of(allele: Allele, transcript: Transcript, contig_sequence: str) -> Effect:
    """Say what a parsimonious allele does to a transcript on the same contig."""
    start, end, inserted = changed_span(allele)
    if not _touches(start, end, (transcript.exons[0][0], transcript.exons[-1][1])):
        return Effect.INTERGENIC
    spliced = _splice_effect(start, end, transcript)
    if spliced is not None:
        return spliced
    segments = coding_segments(transcript)
    for number, segment in enumerate(segments):
        if _touches(start, end, segment):
            parts = [contig_sequence[s:e] for s, e in segments]
            before = "".join(parts)
            parts[number] = (
                contig_sequence[segment[0] : start] + inserted + contig_sequence[end : segment[1]]
            )
            return _coding_effect(before, "".join(parts), transcript.strand)
    in_exon = any(_touches(start, end, exon) for exon in transcript.exons)
    return Effect.UNTRANSLATED if in_exon else Effect.INTRON


def is_at_exon_edge(allele: Allele, transcript: Transcript) -> bool:
    """Tell whether a change comes so near to an end of an exon that its effect is arguable."""
    start, end, _ = changed_span(allele)
    return any(
        start - EDGE_BP <= edge <= end + EDGE_BP for exon in transcript.exons for edge in exon
    )


def _touches(start: int, end: int, span: tuple[int, int]) -> bool:
    """Tell whether replaced bases overlap the span; an insertion must lie within it."""
    return start < span[1] and end > span[0]


def _splice_effect(start: int, end: int, transcript: Transcript) -> Effect | None:
    """Say which splice site, the two outermost bases of an intron, is changed."""
    low, high = Effect.SPLICE_DONOR, Effect.SPLICE_ACCEPTOR
    if transcript.strand == -1:
        low, high = high, low
    exons = transcript.exons
    for (_, opens), (closes, _) in pairwise(exons):
        if _touches(start, end, (opens, opens + 2)):
            return low
        if _touches(start, end, (closes - 2, closes)):
            return high
    return None


def _coding_effect(before: str, after: str, strand: int) -> Effect:
    if strand == -1:
        before, after = reverse_complement(before), reverse_complement(after)
    if after[:3] != before[:3]:
        return Effect.START_LOST
    grown = len(after) - len(before)
    if grown % 3:
        return Effect.FRAMESHIFT
    protein = translate(after)
    if "*" in protein[:-1]:
        return Effect.STOP_GAINED
    if not protein.endswith("*"):
        return Effect.STOP_LOST
    if grown:
        return Effect.IN_FRAME_INSERTION if grown > 0 else Effect.IN_FRAME_DELETION
    return Effect.SYNONYMOUS if protein == translate(before) else Effect.MISSENSE
