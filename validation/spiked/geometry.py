"""What an allele does to a transcript, as far as the place of its exons tells without sequence.

The rule, for planted and for drawn alleles alike, and never from a string that a case carries:

- a substitution or a pure deletion or insertion that touches the two bases of an intron beside a
  coding exon loses a splice site;
- a change of coding bases whose length is no multiple of three shifts the frame, another one that
  has a length stays in frame;
- a substitution in the start codon loses it; one elsewhere in coding bases is taken as missense,
  since whether it is a stop or silent cannot be seen;
- within three bases of an exon or eight of an intron beside a coding junction: near a splice site;
- in the third to sixth base behind a coding exon: in its donor region as well;
- from nine to seventeen bases before a coding exon: in its tract;
- any base of a gene of RNA that comes with Kerne: a change of the RNA;
- all else does nothing that is ranked.

Where there is sequence, `bcftools csq` decides instead (`sequenced`).
"""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval
from kerne.alleles.normalise import Edit, edit_of
from kerne.alleles.transcript import Transcript
from kerne.interpretation.consequences.consequence import DONOR_REGION, TRACT, Consequence
from kerne.knowledge.genes import GeneModels

Spans = tuple[tuple[int, int], ...]
SITE_BP = 2
NEAR_EXON_BP, NEAR_INTRON_BP = 3, 8
DONOR_REGION_BP, TRACT_BP = 6, 17
CODON_BP = 3


@cache
def coding_exons(transcript: Transcript) -> Spans:
    """Give the coding parts of the exons, ascending; none when nothing is coded for."""
    if transcript.cds is None:
        return ()
    first, last = transcript.cds
    clipped = ((max(start, first), min(end, last)) for start, end in transcript.exons)
    return tuple((start, end) for start, end in clipped if start < end)


@cache
def coding_introns(transcript: Transcript) -> Spans:
    """Give the introns between coding exons, ascending."""
    exons = coding_exons(transcript)
    return tuple((before[1], after[0]) for before, after in pairwise(exons))


def consequences(allele: Allele, genes: GeneModels) -> tuple[Consequence, ...]:
    """Give what an allele does to each transcript that it touches, where it does anything."""
    near = Interval(allele.contig, max(0, allele.position - TRACT_BP), allele.end + TRACT_BP)
    return tuple(
        Consequence(allele, transcript.identifier, transcript.symbol, terms)
        for transcript in genes.overlapping(near)
        if (terms := terms_of(allele, transcript))
    )


def terms_of(allele: Allele, transcript: Transcript) -> tuple[str, ...]:
    """Give the terms for one transcript, as `bcftools csq` would name them; none for nothing."""
    edit = edit_of(allele)
    if transcript.cds is None:
        return ("non_coding",) if _touches(edit, transcript.start, transcript.end) else ()
    introns = coding_introns(transcript)
    splice = _splice_term(edit, introns, transcript.strand)
    if splice:
        return (splice,)
    near = ("splice_region",) if _is_near_splice(edit, introns) else ()
    coding = tuple(_coding_terms(edit, transcript))
    if near and not coding and _is_behind_exon(edit, introns, transcript.strand):
        return (DONOR_REGION, *near)
    terms = (*coding, *near)
    return terms or ((TRACT, "intron") if _is_in_tract(edit, introns, transcript.strand) else ())


def _splice_term(edit: Edit, introns: Spans, strand: int) -> str:
    for start, end in introns:
        left = _touches(edit, start, start + SITE_BP)
        right = _touches(edit, end - SITE_BP, end)
        if left or right:
            return "splice_donor" if left == (strand == 1) else "splice_acceptor"
    return ""


def _touches(edit: Edit, start: int, end: int) -> bool:
    if edit.deleted:
        return edit.start < end and start < edit.end
    return start < edit.start < end


def _is_near_splice(edit: Edit, introns: Spans) -> bool:
    return any(
        edit.start < junction + after and junction - before < max(edit.end, edit.start + 1)
        for start, end in introns
        for junction, before, after in (
            (start, NEAR_EXON_BP, NEAR_INTRON_BP),
            (end, NEAR_INTRON_BP, NEAR_EXON_BP),
        )
    )


def _is_behind_exon(edit: Edit, introns: Spans, strand: int) -> bool:
    zones = (
        (start + SITE_BP, start + DONOR_REGION_BP)
        if strand == 1
        else (end - DONOR_REGION_BP, end - SITE_BP)
        for start, end in introns
    )
    return any(_touches(edit, start, end) for start, end in zones)


def _is_in_tract(edit: Edit, introns: Spans, strand: int) -> bool:
    tracts = (
        (end - TRACT_BP, end) if strand == 1 else (start, start + TRACT_BP)
        for start, end in introns
    )
    return any(_touches(edit, start, end) for start, end in tracts)


def _coding_terms(edit: Edit, transcript: Transcript) -> Iterator[str]:
    inside = [
        (start, end)
        for start, end in coding_exons(transcript)
        if _touches(edit, start - (not edit.deleted), end)
    ]
    if not inside:
        return
    change = len(edit.inserted) - len(edit.deleted)
    if change % CODON_BP:
        yield "frameshift"
    elif change:
        yield "inframe_insertion" if change > 0 else "inframe_deletion"
    else:
        yield "start_lost" if _is_in_start(edit, transcript) else "missense"


def _is_in_start(edit: Edit, transcript: Transcript) -> bool:
    first, last = transcript.cds or (0, 0)
    codon = (first, first + CODON_BP) if transcript.strand == 1 else (last - CODON_BP, last)
    return codon[0] <= edit.start and edit.end <= codon[1]
