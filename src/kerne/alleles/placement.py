"""All the places at which one deletion or insertion can be written, from left to right.

They make the same sequence. What a change means near a border (of an exon, of a coding sequence)
must not hang on which of them a file happens to use.
"""

from dataclasses import dataclass

from kerne.alleles.allele import Allele
from kerne.alleles.normalise import Edit, edit_of, shift_left, shift_right
from kerne.alleles.sequence import SequenceSource


@dataclass(frozen=True, slots=True)
class Placements:
    """The leftmost placement of an edit, and by how many bases it can move to the right."""

    leftmost: Edit
    steps: int

    @property
    def end(self) -> int:
        """End of the rightmost placement."""
        return self.leftmost.end + self.steps

    def at(self, step: int) -> Edit:
        """Give the placement so many bases to the right of the leftmost."""
        if step == 0:
            return self.leftmost
        start = self.leftmost.start + step
        return Edit(
            start, _turned(self.leftmost.deleted, step), _turned(self.leftmost.inserted, step)
        )

    def within(self, start: int, end: int) -> tuple[Edit, ...]:
        """Give the leftmost and the rightmost placement in `[start, end)`; none where none fits.

        An insertion is within when there are bases of the range on both of its sides.
        """
        room = 0 if self.leftmost.deleted else 1
        first = max(0, start + room - self.leftmost.start)
        last = min(self.steps, end - room - self.leftmost.end)
        if first > last:
            return ()
        return tuple(self.at(step) for step in dict.fromkeys((first, last)))


def placements(allele: Allele, sequence: SequenceSource) -> Placements:
    """Find all placements of an allele; one only when it both deletes and inserts.

    Examples
    --------
    >>> from kerne.alleles.allele import Allele
    >>> class Poly:
    ...     def fetch(self, contig: str, start: int, end: int) -> str:
    ...         return "CAAAT"[start:end]
    ...
    ...     def length(self, contig: str) -> int:
    ...         return 5
    >>> placements(Allele("chr1", 0, "CA", "C"), Poly())
    Placements(leftmost=Edit(start=1, deleted='A', inserted=''), steps=2)
    """
    edit = edit_of(allele)
    if not edit.is_shiftable:
        return Placements(edit, 0)
    leftmost = shift_left(edit, allele.contig, sequence)
    rightmost = shift_right(edit, allele.contig, sequence)
    return Placements(leftmost, rightmost.start - leftmost.start)


def _turned(bases: str, step: int) -> str:
    turn = step % len(bases) if bases else 0
    return bases[turn:] + bases[:turn]
