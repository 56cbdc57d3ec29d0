"""Insertions, deletions and blocks read once more by our own code, whatever `bcftools csq` said.

csq judges an indel where the file has it, leftmost: one that can as well be written inside an exon
is said to destroy the splice site beside it, one in front of the start codon to destroy that. Of
blocks of unequal length it takes the first base for shared. Here all placements are looked at. An
indel that fits into an exon leaves the splice sites as they are, and its term is that of the
changed protein; one that fits into an intron without the two bases at either end does so too.
What touches a splice site wherever it is placed keeps the terms of csq, and that of the site.

Inside an intron csq knows the bases near its ends. We add, as the Ensembl VEP draws them, the third
to sixth base behind an exon (SO:0002170), and how far the tract of pyrimidines before the next one
reaches (SO:0002169).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.normalise import Edit, edit_of
from kerne.alleles.placement import Placements, placements
from kerne.alleles.protein import protein_name_of
from kerne.alleles.sequence import SequenceSource
from kerne.alleles.transcript import Transcript
from kerne.interpretation.consequences.consequence import DONOR_REGION, TRACT, Consequence
from kerne.interpretation.consequences.effect import CODON_BP, effect_of

SPLICE_SITE_BP: Final = 2
SPLICE_REGION_BP: Final = 8
SPLICE_REGION_EXON_BP: Final = 3
"""As `bcftools csq` has it: so many bases of an intron, and of an exon, at their border."""
DONOR_REGION_BP: Final = 6
"""The donor region begins behind the splice site and ends with this base of an intron."""
TRACT_BP: Final = 17
"""The tract begins so many bases before an exon; the bases near the splice site are called so."""


def reread(
    allele: Allele,
    consequences: tuple[Consequence, ...],
    transcripts: Mapping[str, Transcript],
    reference: SequenceSource,
) -> tuple[Consequence, ...]:
    """Read one allele again in every coding transcript.

    A substitution stays as it was said but in a start codon, since csq knows no start but ATG, and
    in the zones of an intron.

    Raises
    ------
    AssemblyError
        A transcript goes past the reference sequence.
    """
    if not allele.is_snv:
        places = placements(allele, reference)
        return tuple(
            _reread(each, places, transcripts[each.transcript], reference) for each in consequences
        )
    at_once = Placements(edit_of(allele), 0)
    return tuple(
        _with(each, ("start_lost",))
        if _loses_start(each, transcripts)
        else _in_zone(each, at_once, transcripts[each.transcript])
        for each in consequences
    )


def _loses_start(said: Consequence, transcripts: Mapping[str, Transcript]) -> bool:
    transcript = transcripts[said.transcript]
    span = transcript.coding_span
    if span is None or not transcript.is_exonic(said.allele.position):
        return False
    return 0 <= transcript.locate(said.allele.position).base - span[0] < CODON_BP


def _reread(
    said: Consequence, places: Placements, transcript: Transcript, reference: SequenceSource
) -> Consequence:
    if transcript.coding_span is None or said.together_with:
        return said
    # Bases that come to stand at the edge of an exon lengthen it: the splice site is as before.
    edge = 0 if places.leftmost.deleted else 1
    for start, end in transcript.exons:
        within = places.within(start - edge, end + edge)
        if within:
            term = _in_exon(within, transcript, reference)
            near = _is_near_splicing(places, (start, end), transcript)
            return _with(said, (term, "splice_region") if near else (term,)) if term else said
    term = _in_intron(places, transcript)
    if term:
        return _in_zone(_with(said, (term,)), places, transcript)
    # csq overlooks some sites beside untranslated exons.
    sites = [site for site in _sites_hit(places.leftmost, transcript) if site not in said.terms]
    return _with(said, (*sites, *said.terms))


def _in_exon(within: tuple[Edit, ...], transcript: Transcript, reference: SequenceSource) -> str:
    """Give the term for placements in one exon; empty when the message cannot be read."""
    untranslated = next(filter(None, (_untranslated(edit, transcript) for edit in within)), "")
    if untranslated:
        return untranslated
    added_bp = len(within[0].inserted) - len(within[0].deleted)
    proteins = (protein_name_of(transcript, edit, reference) for edit in within)
    effect = next(filter(None, (effect_of(protein, added_bp) for protein in proteins)), "")
    if effect or within[0].deleted:
        return effect
    return "frameshift" if added_bp % CODON_BP else "inframe_insertion"


def _untranslated(edit: Edit, transcript: Transcript) -> str:
    """Give the term for an edit that lies before or behind the coding sequence."""
    first, last = transcript.cds or (0, 0)
    before, behind = "5_prime_utr", "3_prime_utr"
    if transcript.strand == -1:
        before, behind = behind, before
    if edit.end <= first:
        return before
    return behind if edit.start >= last else ""


def _in_intron(places: Placements, transcript: Transcript) -> str:
    """Give the term for placements between the splice sites of an intron; empty for none."""
    # An insertion may stand between a site, or a region, and what follows it.
    room = 0 if places.leftmost.deleted else 1
    for (_, start), (end, _) in pairwise(transcript.exons):
        for term, edge_bp in (("intron", SPLICE_REGION_BP), ("splice_region", SPLICE_SITE_BP)):
            if places.within(start + edge_bp - room, end - edge_bp + room):
                return term
    return ""


def _in_zone(said: Consequence, places: Placements, transcript: Transcript) -> Consequence:
    """Add the term for what touches a zone of an intron wherever it is placed."""
    if said.terms not in (("intron",), ("splice_region",)):
        return said
    for (_, start), (end, _) in pairwise(transcript.exons):
        behind = start + SPLICE_SITE_BP, start + DONOR_REGION_BP
        before = end - TRACT_BP, end - SPLICE_REGION_BP
        if transcript.strand == -1:
            behind = end - DONOR_REGION_BP, end - SPLICE_SITE_BP
            before = start + SPLICE_REGION_BP, start + TRACT_BP
        for term, zone in ((DONOR_REGION, behind), (TRACT, before)):
            if all(_touches(places.at(step), *zone) for step in (0, places.steps)):
                return _with(said, (term, *said.terms))
    return said


def _touches(edit: Edit, start: int, end: int) -> bool:
    """Say whether an edit deletes a base of a span, or parts two of them."""
    if edit.deleted:
        return edit.start < end and start < edit.end
    return start < edit.start < end


def _sites_hit(edit: Edit, transcript: Transcript) -> Iterator[str]:
    """Name the splice sites of which a base is deleted, or that are parted by an insertion."""
    before, behind = "splice_acceptor", "splice_donor"
    if transcript.strand == -1:
        before, behind = behind, before
    start, end = (edit.start, edit.end) if edit.deleted else (edit.start - 1, edit.start + 1)
    reach = 1 if edit.deleted else SPLICE_SITE_BP
    for (_, intron_start), (intron_end, _) in pairwise(transcript.exons):
        for site, first in ((behind, intron_start), (before, intron_end - SPLICE_SITE_BP)):
            if min(end, first + SPLICE_SITE_BP) - max(start, first) >= reach:
                yield site


def _is_near_splicing(places: Placements, exon: tuple[int, int], transcript: Transcript) -> bool:
    """Say whether every placement in an exon touches the bases beside one of its introns."""
    start, end = exon
    first = start + SPLICE_REGION_EXON_BP * (start != transcript.start)
    last = end - SPLICE_REGION_EXON_BP * (end != transcript.end)
    return not places.within(first, last)


def _with(said: Consequence, terms: tuple[str, ...]) -> Consequence:
    if terms == said.terms:
        return said
    return replace(said, terms=terms, amino_acids="")
