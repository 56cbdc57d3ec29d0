"""A transcript on the genome, and the arithmetic between genome, spliced and coding positions."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from kerne.errors import AlleleError


@dataclass(frozen=True, slots=True)
class TranscriptPosition:
    """A genomic position seen from a transcript.

    `base` is the 0-based offset in the spliced transcript of the position itself, or, within an
    intron, of the nearest exonic base; `offset` is then the distance to it, negative before the
    base, and 0 in an exon. Before the transcript `base` is negative, after it it is its length or
    more.
    """

    base: int
    offset: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """One transcript of a gene.

    Parameters
    ----------
    identifier
        With its version: `NM_000518.5`.
    exons
        Genomic, ascending whatever the strand, 0-based half-open.
    cds
        Genomic span of the coding sequence from the first base of the start codon to the last of
        the stop codon (either strand), 0-based half-open; `None` when nothing is coded for.
    tags
        `MANE_Select` and the like.

    Raises
    ------
    AlleleError
        The exons are not ascending, or the coding sequence does not begin and end in them.
    """

    identifier: str
    gene_id: str
    symbol: str
    contig: str
    strand: Literal[1, -1]
    exons: tuple[tuple[int, int], ...]
    cds: tuple[int, int] | None
    protein_id: str | None
    tags: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        flat = [position for exon in self.exons for position in exon]
        ascending = all(left < right for left, right in pairwise(flat))
        if not flat or not ascending:
            raise AlleleError(f"exons of `{self.identifier}` are missing, empty or not ascending")
        if self.cds is not None and not (
            self.cds[0] < self.cds[1]
            and self.is_exonic(self.cds[0])
            and self.is_exonic(self.cds[1] - 1)
        ):
            raise AlleleError(f"coding sequence of `{self.identifier}` does not lie in its exons")

    @property
    def start(self) -> int:
        """First genomic position."""
        return self.exons[0][0]

    @property
    def end(self) -> int:
        """Genomic end."""
        return self.exons[-1][1]

    @property
    def spliced_bp(self) -> int:
        """Length of the spliced transcript."""
        return sum(end - start for start, end in self.exons)

    @property
    def exons_in_order(self) -> tuple[tuple[int, int], ...]:
        """Exons from 5' to 3', each still ascending on the genome."""
        return self.exons if self.strand == 1 else self.exons[::-1]

    @property
    def coding_span(self) -> tuple[int, int] | None:
        """Span of the coding sequence in the spliced transcript, stop codon included."""
        if self.cds is None:
            return None
        first, last = self.cds[0], self.cds[1] - 1
        if self.strand == -1:
            first, last = last, first
        return self.locate(first).base, self.locate(last).base + 1

    def is_exonic(self, position: int) -> bool:
        """Tell whether a genomic position lies in an exon."""
        return any(start <= position < end for start, end in self.exons)

    def locate(self, position: int) -> TranscriptPosition:
        """See a genomic position from the transcript.

        The middle base of an intron of odd length counts from the exon before it.

        References
        ----------
        HGVS nomenclature 21.1, numbering: nucleotide numbering in introns.
        """
        here = position if self.strand == 1 else -position - 1
        passed, previous_end = 0, None
        for start, end in self._oriented():
            before = start - here
            if previous_end is not None and before > 0:
                after = here - previous_end + 1
                near_previous = after <= before
                return TranscriptPosition(
                    passed - 1 if near_previous else passed, after if near_previous else -before
                )
            if here < end:
                return TranscriptPosition(passed - before, 0)
            passed, previous_end = passed + end - start, end
        return TranscriptPosition(passed + here - self._oriented()[-1][1], 0)

    def genomic(self, base: int) -> int:
        """Give the genomic position of a spliced offset.

        Raises
        ------
        AlleleError
            The offset lies outside the transcript.
        """
        remaining = base
        for start, end in self._oriented():
            if 0 <= remaining < end - start:
                here = start + remaining
                return here if self.strand == 1 else -here - 1
            remaining -= end - start
        raise AlleleError(f"`{self.identifier}` has no base at offset `{base}`")

    def _oriented(self) -> tuple[tuple[int, int], ...]:
        # Exons on an axis that ascends from 5' to 3': the genome's own, or the genome mirrored.
        if self.strand == 1:
            return self.exons
        return tuple((-end, -start) for start, end in self.exons[::-1])
