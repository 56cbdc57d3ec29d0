"""Read genomic names, and what a record shows of the reference around an indel.

A record that gives an indel leftmost (as VCF has it) and also by its genomic name, which is
rightmost, shows every base in between: they repeat the bases that came or went. That is enough
to name the indel on a transcript of either strand without a reference sequence.
"""

import re
from dataclasses import dataclass

from kerne.alleles.allele import Allele
from kerne.alleles.normalise import Edit, edit_of, shift_left, shift_right
from kerne.alleles.sequence import SequenceSource, reverse_complement
from kerne.alleles.transcript import Transcript

_PLACE = r"[-*]?\d+(?:[-+]\d+)?"
_NAME = re.compile(
    rf"({_PLACE})(?:_({_PLACE}))?(?:([ACGT])>([ACGT])|(del|dup|inv)([ACGT]*)|del([ACGT]*)ins([ACGT]+)"
    r"|ins([ACGT]+))"
)


@dataclass(frozen=True, slots=True)
class GenomicChange:
    """Bases `[start, end)`, 0-based, that a genomic name is about, and what it says of them."""

    start: int
    end: int
    kind: str
    inserted: str
    replaced: str = ""

    def edit(self, contig: str, sequence: SequenceSource) -> Edit:
        """Give what it does to a sequence."""
        bases = sequence.fetch(contig, self.start, self.end)
        if self.kind == "dup":
            return Edit(self.end, "", bases)
        if self.kind == "ins":
            return Edit(self.start + 1, "", self.inserted)
        inserted = reverse_complement(bases) if self.kind == "inv" else self.inserted
        return Edit(self.start, bases, inserted)


def read_genomic(name: str) -> GenomicChange | None:
    """Read what follows `g.` or `m.`; `None` for forms that name no bases of one place."""
    match = _NAME.fullmatch(name.replace(" ", ""))
    if match is None or not (match[1] + (match[2] or "")).isdigit():
        return None
    return _change(match, int(match[1]) - 1, int(match[2] or match[1]))


def read_coding(name: str, transcript: Transcript) -> GenomicChange | None:
    """Read what follows `c.` or `n.` as a change of the genome's forward strand.

    The inverse of what is to be checked, written apart from it. `None` for forms that name no
    bases of one place, and for places that the transcript does not have.
    """
    match = _NAME.fullmatch(name.replace(" ", ""))
    if match is None:
        return None
    first = _genomic_position(match[1], transcript)
    last = _genomic_position(match[2] or match[1], transcript)
    if first is None or last is None:
        return None
    change = _change(match, min(first, last), max(first, last) + 1)
    if transcript.strand == 1:
        return change
    inserted, replaced = reverse_complement(change.inserted), reverse_complement(change.replaced)
    return GenomicChange(change.start, change.end, change.kind, inserted, replaced)


def _genomic_position(place: str, transcript: Transcript) -> int | None:
    base, offset = re.fullmatch(r"([-*]?\d+)([-+]\d+)?", place).groups()  # type: ignore[union-attr]  # the pattern of `_NAME`
    start, end = transcript.coding_span or (0, 0)
    is_behind = base[0] == "*"
    at = end + int(base[1:]) - 1 if is_behind else start + int(base) - (base[0] != "-")
    if not 0 <= at < transcript.spliced_bp:
        return None
    return transcript.genomic(at) + transcript.strand * int(offset or 0)


def _change(match: re.Match[str], start: int, end: int) -> GenomicChange:
    if match[3]:
        return GenomicChange(start, end, ">", match[4], match[3])
    if match[5]:
        return GenomicChange(start, end, match[5], "")
    return GenomicChange(start, end, "ins" if match[9] else "delins", match[9] or match[8])


def without_redundant_letters(name: str) -> str:
    """Take out blanks, and the deleted or copied bases, which are no longer written (HGVS 21.1).

    Examples
    --------
    >>> without_redundant_letters("NM_1.1:c.915delA"), without_redundant_letters("c.2 T > G")
    ('NM_1.1:c.915del', 'c.2T>G')
    >>> without_redundant_letters("c.22_23delCCinsAG"), without_redundant_letters("c.41_43del3")
    ('c.22_23delinsAG', 'c.41_43del')
    """
    return re.sub(r"(del|dup|inv)(?:[ACGTN]+|\d+)", r"\1", name.replace(" ", ""))


def rightmost_edit(
    change: GenomicChange, transcript: Transcript | None, contig: str, sequence: SequenceSource
) -> Edit:
    """Give what a change does, stripped and moved to its 3'-most place on the transcript.

    Without a transcript the place is rightmost on the chromosome.
    """
    edit = change.edit(contig, sequence)
    stripped = edit_of(Allele(contig, edit.start, edit.deleted, edit.inserted))
    shift = shift_right if transcript is None or transcript.strand == 1 else shift_left
    return shift(stripped, contig, sequence)


def allele_of(contig: str, change: GenomicChange | None, sequence: SequenceSource) -> Allele | None:
    """Write a genomic name as an allele with an anchor base; `None` where the bases are unknown."""
    if change is None or change.start < 1 or change.end > sequence.length(contig):
        return None
    edit = change.edit(contig, sequence)
    anchor = sequence.fetch(contig, edit.start - 1, edit.start)
    if "N" in anchor + edit.deleted + edit.inserted:
        return None
    if len(edit.deleted) == len(edit.inserted):
        return Allele(contig, edit.start, edit.deleted, edit.inserted)
    return Allele(contig, edit.start - 1, anchor + edit.deleted, anchor + edit.inserted)


@dataclass(frozen=True, slots=True)
class ShownBases:
    """The reference bases that a record shows, in one stretch."""

    start: int
    bases: str

    def fetch(self, contig: str, start: int, end: int) -> str:
        """Give the known bases among those asked for."""
        del contig
        return self.bases[max(0, start - self.start) : max(0, end - self.start)]

    def length(self, contig: str) -> int:
        """Give the end of what is known."""
        del contig
        return self.start + len(self.bases)


def shown_bases(allele: Allele, change: GenomicChange) -> ShownBases | None:
    """Give what leftmost allele and rightmost name show; `None` when they contradict each other."""
    edit = edit_of(allele)
    known = allele.reference
    if edit.is_shiftable:
        rightmost = {"del": change.start, "dup": change.end, "ins": change.start + 1}
        steps = rightmost.get(change.kind, -1) - edit.start
        if steps < 0 or edit.end != allele.end:
            return None
        unit = edit.deleted or edit.inserted
        known += (unit * (steps // len(unit) + 1))[:steps]
    elif (change.start, change.end) != (edit.start, edit.end):
        return None
    return ShownBases(allele.position, known)
