"""Names of variants on a transcript or a chromosome in the nomenclature of the HGVS.

An allele is stripped to its edit, moved as far as it goes towards the 3' end of what it is named
on, and then named: substitution, inversion, duplication, repeat, deletion, insertion, or
deletion-insertion. Without a reference sequence only the bases that the allele itself shows are
known; substitutions are then named fully, while indels may lie short of their 3'-most place and a
duplication may read as an insertion.

References
----------
HGVS nomenclature 21.1, https://hgvs-nomenclature.org: recommendations for DNA.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly, ContigKind
from kerne.alleles.normalise import Edit, check_reference, edit_of, shift_left, shift_right
from kerne.alleles.sequence import SequenceSource, reverse_complement
from kerne.alleles.transcript import Transcript
from kerne.errors import AlleleError

Strand = Literal[1, -1]

_CODON_BP = 3


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
    codes = transcript.cds is not None
    axis = _Axis(
        transcript.contig,
        transcript.strand,
        lambda position: position_name(transcript, position),
        # HGVS 21.1, repeated sequences: on `c.` only units that keep the frame are so named.
        unit_bp=_CODON_BP if codes else 1,
    )
    return f"{transcript.identifier}:{'c' if codes else 'n'}.{_change(axis, edit, bases)}"


def genomic_name(assembly: Assembly, allele: Allele, sequence: SequenceSource | None) -> str:
    """Name an allele on its chromosome (`g.`), or `m.` on the mitochondrion.

    The accession is RefSeq's; an assembly without any (the synthetic country's) gives the name of
    the contig instead.

    Raises
    ------
    AlleleError
        The allele is symbolic, changes nothing, or its reference differs from the sequence.
    AssemblyError
        The assembly does not have the contig.

    Examples
    --------
    >>> from kerne.alleles.assembly import GRCH38
    >>> genomic_name(GRCH38, Allele("chr11", 5227001, "T", "A"), None)
    'NC_000011.10:g.5227002T>A'
    """
    bases = _OwnBases(allele) if sequence is None else sequence
    edit = _placed(allele, 1, sequence)
    contig = assembly.contig(allele.contig)
    axis = _Axis(contig.name, 1, lambda position: str(position + 1), unit_bp=1)
    kind = "m" if contig.kind is ContigKind.MITOCHONDRION else "g"
    reference = assembly.accession(contig.name) or contig.name
    return f"{reference}:{kind}.{_change(axis, edit, bases)}"


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
    return _placed(allele, transcript.strand, sequence)


def copied_range(strand: Strand, contig: str, edit: Edit, bases: SequenceSource) -> tuple[int, int]:
    """Find the genomic range that a placed insertion duplicates; empty when it copies nothing.

    The copied bases lie 5' of the insertion, on the side that it was moved away from.
    """
    start, end = _before(strand, edit.start, len(edit.inserted))
    if _bases_at(contig, start, end, bases) == edit.inserted:
        return start, end
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


@dataclass(frozen=True, slots=True)
class _Axis:
    """What an allele is named on: its numbers, and the lengths of units named as repeats."""

    contig: str
    strand: Strand
    number: Callable[[int], str]
    unit_bp: int

    def range(self, start: int, end: int) -> str:
        first, last = self.number(start), self.number(end - 1)
        if self.strand == -1:
            first, last = last, first
        return first if first == last else f"{first}_{last}"

    def read(self, bases: str) -> str:
        return bases if self.strand == 1 else reverse_complement(bases)


def _placed(allele: Allele, strand: Strand, sequence: SequenceSource | None) -> Edit:
    if not set(allele.reference + allele.alternative) <= _LETTERS:
        raise AlleleError(f"`{allele}` is symbolic, expected bases")
    edit = edit_of(allele)
    if edit.deleted == edit.inserted:
        raise AlleleError(f"`{allele}` changes nothing")
    if sequence is not None:
        check_reference(allele, sequence)
    shift = shift_right if strand == 1 else shift_left
    return shift(edit, allele.contig, _OwnBases(allele) if sequence is None else sequence)


def _change(axis: _Axis, edit: Edit, bases: SequenceSource) -> str:
    deleted, inserted = axis.read(edit.deleted), axis.read(edit.inserted)
    if not deleted:
        return _insertion(axis, edit, bases)
    place = axis.range(edit.start, edit.end)
    if not inserted:
        return f"{place}del"
    if len(deleted) == len(inserted) == 1:
        return f"{place}{deleted}>{inserted}"
    if inserted == reverse_complement(deleted):
        return f"{place}inv"
    return f"{place}delins{inserted}"


def _insertion(axis: _Axis, edit: Edit, bases: SequenceSource) -> str:
    start, end = copied_range(axis.strand, axis.contig, edit, bases)
    if start < end:
        return f"{axis.range(start, end)}dup"
    repeat = _repeat(axis, edit, bases)
    if repeat:
        return repeat
    return f"{axis.range(edit.start - 1, edit.start + 1)}ins{axis.read(edit.inserted)}"


def _repeat(axis: _Axis, edit: Edit, bases: SequenceSource) -> str:
    """Name an insertion that adds several copies to fewer that stand before it; empty otherwise.

    One copy more, or as many as there were, is a duplication.

    References
    ----------
    HGVS nomenclature 21.1, DNA: duplication (more than one additional copy), repeated sequences.
    """
    unit = repeated_unit(edit.inserted)
    added = len(edit.inserted) // len(unit)
    if added == 1 or len(unit) % axis.unit_bp:
        return ""
    start, end, copies = edit.start, edit.start, 0
    before = _before(axis.strand, edit.start, len(unit))
    while _bases_at(axis.contig, *before, bases) == unit:
        start, end = min(start, before[0]), max(end, before[1])
        copies += 1
        before = _before(axis.strand, start if axis.strand == 1 else end, len(unit))
    return f"{axis.range(start, end)}{axis.read(unit)}[{copies + added}]" if copies else ""


def repeated_unit(bases: str) -> str:
    """Give the shortest unit that `bases` repeats.

    Examples
    --------
    >>> repeated_unit("CAGCAG"), repeated_unit("CAGC"), repeated_unit("")
    ('CAG', 'CAGC', '')
    """
    sizes = (size for size in range(1, len(bases) + 1) if len(bases) % size == 0)
    return next((bases[:n] for n in sizes if bases[:n] * (len(bases) // n) == bases), "")


def _before(strand: Strand, at: int, size: int) -> tuple[int, int]:
    """Give the genomic range of so many bases just 5' of a place between two bases."""
    return (at - size, at) if strand == 1 else (at, at + size)


def _bases_at(contig: str, start: int, end: int, bases: SequenceSource) -> str:
    inside = start >= 0 and end <= bases.length(contig)
    return bases.fetch(contig, start, end) if inside else ""


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
