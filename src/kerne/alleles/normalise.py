"""One allele, one way to write it: trimmed, and shifted as far left as the sequence allows.

An indel in a repeat can be written at several places. Here an allele without its anchor base is an
`Edit`: bases deleted, bases inserted. A pure deletion or insertion moves by one base wherever the
base that it would leave behind equals the one that it would take in; VCF wants it leftmost, HGVS
wants it as far as it goes towards the 3' end of the transcript.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kerne.alleles.allele import Allele
from kerne.alleles.sequence import SequenceSource
from kerne.errors import AlleleError

_FIRST_WINDOW_BP = 64


@dataclass(frozen=True, slots=True)
class Edit:
    """What an allele changes: `deleted`, from 0-based `start` on, gives way to `inserted`."""

    start: int
    deleted: str
    inserted: str

    @property
    def end(self) -> int:
        """End of the deleted bases; `start` when nothing is deleted."""
        return self.start + len(self.deleted)

    @property
    def is_shiftable(self) -> bool:
        """Whether it is a pure deletion or insertion."""
        return not (self.deleted and self.inserted)


def trim(position: int, reference: str, alternative: str) -> tuple[int, str, str]:
    """Take off the bases that both share, last ones first, and keep at least one of each.

    Examples
    --------
    >>> trim(100, "CAAT", "CAT")
    (100, 'CA', 'C')

    References
    ----------
    Tan A, Abecasis GR, Kang HM, 2015, doi:10.1093/bioinformatics/btv112 (parsimony).
    """
    room = min(len(reference), len(alternative)) - 1
    shared = _shared(reference[::-1], alternative[::-1], room)
    reference, alternative = _without_last(reference, shared), _without_last(alternative, shared)
    room = min(len(reference), len(alternative)) - 1
    shared = _shared(reference, alternative, room)
    return position + shared, reference[shared:], alternative[shared:]


def edit_of(allele: Allele) -> Edit:
    """Take the anchor off: all the bases that reference and alternative share, last ones first.

    Examples
    --------
    >>> edit_of(Allele("chr20", 100, "CAA", "CA"))
    Edit(start=101, deleted='A', inserted='')
    """
    reference, alternative = allele.reference, allele.alternative
    room = min(len(reference), len(alternative))
    shared = _shared(reference[::-1], alternative[::-1], room)
    reference, alternative = _without_last(reference, shared), _without_last(alternative, shared)
    shared = _shared(reference, alternative, room - shared)
    return Edit(allele.position + shared, reference[shared:], alternative[shared:])


def shift_left(edit: Edit, contig: str, sequence: SequenceSource) -> Edit:
    """Move a pure deletion or insertion as far left as the result stays the same."""
    if not edit.is_shiftable:
        return edit
    unit = (edit.deleted or edit.inserted)[::-1]

    def upstream(size: int) -> str:
        return sequence.fetch(contig, max(0, edit.start - size), edit.start)[::-1]

    steps, unit = _roll(unit, upstream)
    return _moved(edit, -steps, unit[::-1])


def shift_right(edit: Edit, contig: str, sequence: SequenceSource) -> Edit:
    """Move a pure deletion or insertion as far right as the result stays the same."""
    if not edit.is_shiftable:
        return edit
    length = sequence.length(contig)

    def downstream(size: int) -> str:
        return sequence.fetch(contig, edit.end, min(length, edit.end + size))

    steps, unit = _roll(edit.deleted or edit.inserted, downstream)
    return _moved(edit, steps, unit)


def left_align(allele: Allele, sequence: SequenceSource) -> Allele:
    """Write an allele the one way that VCF normal form allows: leftmost and parsimonious.

    An indel keeps the base before it as its anchor, or, at the start of the contig, the one after
    it: the sequence's own, also where that is N and the allele was written with another letter. An
    allele that changes nothing is only trimmed.

    Raises
    ------
    AlleleError
        The reference bases are not those of the sequence.
    AssemblyError
        The sequence lacks the contig or ends before the allele does.

    References
    ----------
    VCF 4.4 §1.6.1 (REF); Tan et al. 2015, doi:10.1093/bioinformatics/btv112.
    """
    check_reference(allele, sequence)
    edit = edit_of(allele)
    if not edit.is_shiftable or edit.deleted == edit.inserted:
        return Allele(allele.contig, *trim(allele.position, allele.reference, allele.alternative))
    edit = shift_left(edit, allele.contig, sequence)
    if edit.start > 0:
        anchor = sequence.fetch(allele.contig, edit.start - 1, edit.start)
        reference, alternative = anchor + edit.deleted, anchor + edit.inserted
        return Allele(allele.contig, edit.start - 1, reference, alternative)
    anchor = sequence.fetch(allele.contig, edit.end, edit.end + 1)
    return Allele(allele.contig, 0, edit.deleted + anchor, edit.inserted + anchor)


def check_reference(allele: Allele, sequence: SequenceSource) -> None:
    """Check that the reference bases of an allele stand in the sequence; N stands for any.

    Raises
    ------
    AlleleError
        They do not.
    AssemblyError
        The sequence lacks the contig or ends before the allele does.
    """
    bases = sequence.fetch(allele.contig, allele.position, allele.end)
    pairs = zip(bases, allele.reference, strict=True)
    if any(ours != theirs and {ours, theirs} <= _BASES for ours, theirs in pairs):
        raise AlleleError(
            f"reference of `{allele}` differs from the sequence, which has `{bases}` there; "
            "is it of another assembly?"
        )


def _shared(left: str, right: str, room: int) -> int:
    shared = 0
    while shared < room and left[shared] == right[shared]:
        shared += 1
    return shared


def _without_last(bases: str, count: int) -> str:
    return bases[: len(bases) - count]


def _roll(unit: str, ahead: Callable[[int], str]) -> tuple[int, str]:
    """Count the steps that a unit can take through the bases ahead; give it as it reads there."""
    size = _FIRST_WINDOW_BP
    while True:
        window = ahead(size)
        text = unit + window
        steps = _shared(text, window, len(window)) if unit else 0
        if steps < len(window) or len(window) < size:
            return steps, text[steps : steps + len(unit)]
        size *= 4


def _moved(edit: Edit, steps: int, unit: str) -> Edit:
    if edit.deleted:
        return Edit(edit.start + steps, unit, "")
    return Edit(edit.start + steps, "", unit)


_BASES = frozenset("ACGT")
