"""Several alleles of one copy of a chromosome, as the one change that they make together."""

from collections.abc import Collection
from itertools import pairwise

from kerne.alleles.allele import Allele
from kerne.alleles.normalise import edit_of
from kerne.alleles.sequence import SequenceSource
from kerne.errors import AlleleError


def joined(alleles: Collection[Allele], sequence: SequenceSource) -> Allele:
    """Write alleles of one haplotype as one block, from the first changed base to the last.

    Raises
    ------
    AlleleError
        They lie on several contigs, or change the same bases.

    Examples
    --------
    >>> class Text:
    ...     def fetch(self, contig: str, start: int, end: int) -> str:
    ...         return "ATGTGGTAA"[start:end]
    ...
    ...     def length(self, contig: str) -> int:
    ...         return 9
    >>> str(joined([Allele("chr1", 3, "T", "A"), Allele("chr1", 5, "G", "C")], Text()))
    'chr1-4-TGG-AGC'
    """
    contigs = {allele.contig for allele in alleles}
    placed = ((edit_of(allele), allele.position) for allele in alleles)
    # Of two insertions at one place the one with the earlier anchor comes first.
    in_order = sorted(placed, key=lambda each: (each[0].start, each[0].end, each[1]))
    edits = [edit for edit, _ in in_order]
    if len(contigs) != 1 or any(left.end > right.start for left, right in pairwise(edits)):
        names = ", ".join(f"`{allele}`" for allele in sorted(alleles))
        raise AlleleError(f"{names} cannot lie on one copy: other contigs, or the same bases")
    (contig,) = contigs
    start, end = edits[0].start, edits[-1].end
    bases, at = "", start
    for edit in edits:
        bases += sequence.fetch(contig, at, edit.start) + edit.inserted
        at = edit.end
    return Allele(contig, start, sequence.fetch(contig, start, end), bases)
