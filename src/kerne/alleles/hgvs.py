"""Names of variants on a transcript in the nomenclature of the HGVS.

An allele is stripped to its edit, moved as far as it goes towards the 3' end of the transcript, and
then named: substitution, inversion, duplication, deletion, insertion, or deletion-insertion.
Without a reference sequence only the bases that the allele itself shows are known; substitutions
are then named fully, while indels may lie short of their 3'-most place and a duplication may read
as an insertion.

References
----------
HGVS nomenclature 21.1, https://hgvs-nomenclature.org: recommendations for DNA.
"""

from dataclasses import dataclass

from kerne.alleles.allele import Allele
from kerne.alleles.normalise import Edit, check_reference, edit_of, shift_left, shift_right
from kerne.alleles.sequence import SequenceSource, reverse_complement
from kerne.alleles.transcript import Transcript
from kerne.errors import AlleleError


def coding_name(transcript: Transcript, allele: Allele, sequence: SequenceSource | None) -> str:
    """Name an allele by the coding sequence of a transcript (`c.`), or `n.` where nothing is coded.

    Bases before and after the transcript are counted on from its ends.

    Raises
    ------
    AlleleError
        The allele lies on another contig, is symbolic, changes nothing, or its reference differs
        from the sequence.

    Examples
    --------
    >>> sickle_cell = Allele("chr11", 5227001, "T", "A")
    >>> exons = ((5225463, 5225726), (5226576, 5226799), (5226929, 5227071))
    >>> beta_globin = Transcript(
    ...     "NM_000518.5", "HGNC:4827", "HBB", "chr11", -1, exons, (5225597, 5227021), None
    ... )
    >>> coding_name(beta_globin, sickle_cell, None)
    'NM_000518.5:c.20A>T'
    """
    bases = _OwnBases(allele) if sequence is None else sequence
    edit = placed_edit(transcript, allele, sequence)
    kind = "n" if transcript.cds is None else "c"
    return f"{transcript.identifier}:{kind}.{_change(transcript, edit, bases)}"


def placed_edit(transcript: Transcript, allele: Allele, sequence: SequenceSource | None) -> Edit:
    """Strip an allele to its edit and move it towards the 3' end of the transcript.

    The edit stays in genomic coordinates and on the genome's forward strand. It moves along the
    genome, so that it may cross from an exon into the intron behind it.

    Raises
    ------
    AlleleError
        As `coding_name`.
    """
    if allele.contig != transcript.contig:
        raise AlleleError(f"`{allele}` does not lie on the contig of `{transcript.identifier}`")
    if not set(allele.reference + allele.alternative) <= _LETTERS:
        raise AlleleError(f"`{allele}` is symbolic, expected bases")
    edit = edit_of(allele)
    if edit.deleted == edit.inserted:
        raise AlleleError(f"`{allele}` changes nothing")
    if sequence is not None:
        check_reference(allele, sequence)
    shift = shift_right if transcript.strand == 1 else shift_left
    return shift(edit, allele.contig, _OwnBases(allele) if sequence is None else sequence)


def copied_range(transcript: Transcript, edit: Edit, bases: SequenceSource) -> tuple[int, int]:
    """Find the genomic range that a placed insertion duplicates; empty when it copies nothing.

    The copied bases lie 5' of the insertion, on the side that it was moved away from.
    """
    size = len(edit.inserted)
    start = edit.start - size if transcript.strand == 1 else edit.start
    inside = start >= 0 and start + size <= bases.length(transcript.contig)
    if inside and bases.fetch(transcript.contig, start, start + size) == edit.inserted:
        return start, start + size
    return edit.start, edit.start


def position_name(transcript: Transcript, position: int) -> str:
    """Give a genomic position its number in a transcript: `20`, `-12`, `*4`, `93+2`."""
    place = transcript.locate(position)
    distance = f"{place.offset:+}" if place.offset else ""
    if transcript.coding_span is None:
        return f"{_without_zero(place.base)}{distance}"
    start, end = transcript.coding_span
    if place.base >= end:
        return f"*{place.base - end + 1}{distance}"
    return f"{_without_zero(place.base - start)}{distance}"


def _change(transcript: Transcript, edit: Edit, bases: SequenceSource) -> str:
    deleted, inserted = edit.deleted, edit.inserted
    if transcript.strand == -1:
        deleted, inserted = reverse_complement(deleted), reverse_complement(inserted)
    if not deleted:
        return _insertion(transcript, edit, inserted, bases)
    place = _range(transcript, edit.start, edit.end)
    if not inserted:
        return f"{place}del"
    if len(deleted) == len(inserted) == 1:
        return f"{place}{deleted}>{inserted}"
    if inserted == reverse_complement(deleted):
        return f"{place}inv"
    return f"{place}delins{inserted}"


def _insertion(transcript: Transcript, edit: Edit, inserted: str, bases: SequenceSource) -> str:
    start, end = copied_range(transcript, edit, bases)
    if start < end:
        return f"{_range(transcript, start, end)}dup"
    return f"{_range(transcript, edit.start - 1, edit.start + 1)}ins{inserted}"


def _range(transcript: Transcript, start: int, end: int) -> str:
    first, last = position_name(transcript, start), position_name(transcript, end - 1)
    if transcript.strand == -1:
        first, last = last, first
    return first if first == last else f"{first}_{last}"


def _without_zero(offset: int) -> int:
    # HGVS has no position 0: the base before 1 is -1.
    return offset + 1 if offset >= 0 else offset


@dataclass(frozen=True, slots=True)
class _OwnBases:
    """The reference bases that an allele itself shows: a sequence otherwise unknown."""

    allele: Allele

    def fetch(self, contig: str, start: int, end: int) -> str:
        """Give the known bases among those asked for."""
        del contig  # an allele lies on one
        origin = self.allele.position
        return self.allele.reference[max(0, start - origin) : max(0, end - origin)]

    def length(self, contig: str) -> int:
        """Give the end of what is known."""
        del contig
        return self.allele.end


_LETTERS = frozenset("ACGTN")
