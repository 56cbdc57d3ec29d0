"""What a variant is predicted to do to the protein, as an HGVS `p.` name in parentheses.

The spliced transcript is read with the edit in it, from the start codon to the first stop, and the
two proteins are compared: the first residue that differs, and how far the change goes. Anything
that touches an intron is `p.?`: splicing is not predicted here.

References
----------
HGVS nomenclature 21.1, https://hgvs-nomenclature.org: recommendations for proteins.
"""

from dataclasses import dataclass

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import MITOCHONDRION
from kerne.alleles.hgvs import copied_range, placed_edit
from kerne.alleles.normalise import Edit
from kerne.alleles.sequence import (
    CODONS,
    MITOCHONDRIAL_CODONS,
    SequenceSource,
    reverse_complement,
    translate,
)
from kerne.alleles.transcript import Transcript

UNKNOWN = "p.?"
UNCHANGED = "p.(=)"
START_LOST = "p.(Met1?)"

_STOP = "*"
_CODON_BP = 3
_MITOCHONDRIAL_STARTS = frozenset({"ATG", "ATA", "ATT", "ATC", "GTG"})
"""NCBI genetic code 2."""


def protein_name(transcript: Transcript, allele: Allele, sequence: SequenceSource | None) -> str:
    """Name the predicted change of the protein: `p.(Glu7Val)`, `p.(Arg97ProfsTer23)`.

    `p.(=)` when the changed bases code for the same protein, `p.(Met1?)` when the start codon is
    lost, and `p.?` when nothing can be said: there is no sequence, nothing is coded for, an intron
    or only untranslated bases are touched, or the coding sequence of the transcript cannot be read
    from start to stop.

    Raises
    ------
    AlleleError
        The allele lies on another contig, is symbolic, changes nothing, or its reference differs
        from the sequence.
    """
    return protein_name_of(transcript, placed_edit(transcript, allele, sequence), sequence)


def protein_name_of(transcript: Transcript, edit: Edit, sequence: SequenceSource | None) -> str:
    """Name the predicted change of the protein by an edit, where it is placed; see `protein_name`.

    Another placement of the same change gives the same name, or `p.?` where it reaches an intron.
    """
    coding_span = transcript.coding_span
    if sequence is None or coding_span is None:
        return UNKNOWN
    change = _spliced(transcript, edit, sequence)
    if change is None or change.end <= coding_span[0] or change.start >= coding_span[1]:
        return UNKNOWN
    message = spliced_sequence(transcript, sequence)
    if _leaves_coding_as_it_is(change, message, coding_span[0]):
        return UNKNOWN
    if change.start < coding_span[0]:
        return START_LOST
    return _name(
        message[coding_span[0] :],
        coding_span[1] - coding_span[0],
        change.moved(-coding_span[0]),
        transcript,
    )


def spliced_sequence(transcript: Transcript, sequence: SequenceSource) -> str:
    """Read the exons of a transcript from 5' to 3'.

    Raises
    ------
    AssemblyError
        The sequence lacks the contig or ends before the transcript does.
    """
    forward = "".join(
        sequence.fetch(transcript.contig, start, end) for start, end in transcript.exons
    )
    return forward if transcript.strand == 1 else reverse_complement(forward)


@dataclass(frozen=True, slots=True)
class _Change:
    """Bases `[start, end)` of the spliced transcript give way to `inserted`, in its direction."""

    start: int
    end: int
    inserted: str

    def moved(self, by: int) -> "_Change":
        return _Change(self.start + by, self.end + by, self.inserted)

    def apply(self, bases: str) -> str:
        return bases[: self.start] + self.inserted + bases[self.end :]

    @property
    def shifts_frame(self) -> bool:
        return (len(self.inserted) - (self.end - self.start)) % _CODON_BP != 0


def _spliced(transcript: Transcript, edit: Edit, sequence: SequenceSource) -> _Change | None:
    """Place an edit in the spliced transcript; `None` when it is not within one exon.

    A duplication lies where the copied bases lie; another insertion needs an exonic base on both
    of its sides.
    """
    start, end = edit.start, edit.end
    if not edit.deleted:
        start, end = copied_range(transcript.strand, transcript.contig, edit, sequence)
    copies = not edit.deleted and start < end
    if start == end:
        start, end = edit.start - 1, edit.start + 1
    if not any(first <= start and end <= last for first, last in transcript.exons):
        return None
    bases = sorted((transcript.locate(start).base, transcript.locate(end - 1).base))
    forward = transcript.strand == 1
    inserted = edit.inserted if forward else reverse_complement(edit.inserted)
    if edit.deleted:
        return _Change(bases[0], bases[1] + 1, inserted)
    at = bases[1] + 1 if copies else bases[1]
    return _Change(at, at, inserted)


def _leaves_coding_as_it_is(change: _Change, message: str, start: int) -> bool:
    """Say whether all is as before from the start codon on: bases came or went in front of it.

    The 3' rule may place such a change on the start codon, as `c.1dup`.
    """
    if change.start > start + len(change.inserted):
        return False
    added_bp = len(change.inserted) - (change.end - change.start)
    return start + added_bp >= 0 and change.apply(message)[start + added_bp :] == message[start:]


def _name(message: str, coding_bp: int, change: _Change, transcript: Transcript) -> str:
    """Name a change of `message`, which is read from its start codon at 0."""
    codons, starts = CODONS, frozenset({message[:_CODON_BP]})
    if transcript.contig == MITOCHONDRION:
        # Mitochondrial stop codons may be completed by the poly(A) tail.
        codons, starts = MITOCHONDRIAL_CODONS, starts | _MITOCHONDRIAL_STARTS
        message, coding_bp = message + "AA", coding_bp + -coding_bp % _CODON_BP
    reference = _reference_protein(message[:coding_bp], codons)
    if reference is None:
        return UNKNOWN
    if change.apply(message)[:_CODON_BP] not in starts:
        return START_LOST
    if change.shifts_frame or change.end > coding_bp:
        first = change.start // _CODON_BP
        tail = translate(change.apply(message)[first * _CODON_BP :], codons)
        return _name_shifted(reference, _whole(reference[:first] + _to_stop(tail)))
    return _name_in_frame(message, reference, change, codons)


def _reference_protein(coding: str, codons: dict[str, str]) -> str | None:
    """Translate a coding sequence; `None` when it does not read from start to stop.

    A TGA that does not end it stands for selenocysteine.
    """
    protein = translate(coding, codons)
    if len(coding) % _CODON_BP or not protein.endswith(_STOP):
        return None
    inner = [at for at, residue in enumerate(protein[:-1]) if residue == _STOP]
    if any(coding[at * _CODON_BP : (at + 1) * _CODON_BP] != "TGA" for at in inner):
        return None
    return _whole(protein[:-1].replace(_STOP, "U") + _STOP)


def _whole(protein: str) -> str:
    # Whatever its codon, translation starts with methionine.
    return "M" + protein[1:]


def _to_stop(protein: str) -> str:
    stop = protein.find(_STOP)
    return protein if stop < 0 else protein[: stop + 1]


def _name_shifted(reference: str, altered: str) -> str:
    """Name a change after which the rest is read in another frame or past the old stop."""
    first = _first_difference(reference, altered)
    if reference == altered:
        return UNCHANGED
    if first == len(altered):
        return UNKNOWN
    if reference[first] == _STOP:
        return _extension(reference, altered)
    if altered[first] == _STOP:
        return f"p.({_residue(reference, first)}Ter)"
    stop = altered.find(_STOP)
    steps = "?" if stop < 0 else stop - first + 1
    return f"p.({_residue(reference, first)}{_ABBREVIATION[altered[first]]}fsTer{steps})"


def _name_in_frame(message: str, reference: str, change: _Change, codons: dict[str, str]) -> str:
    """Name a change after which the frame is the old one."""
    first, past = change.start // _CODON_BP, -(-change.end // _CODON_BP)
    end = past * _CODON_BP + len(change.inserted) - (change.end - change.start)
    window = translate(change.apply(message)[first * _CODON_BP : end], codons)
    if past == len(reference) and _STOP not in window:
        tail = translate(change.apply(message)[first * _CODON_BP :], codons)
        return _name_shifted(reference, _whole(reference[:first] + _to_stop(tail)))
    if _STOP in window and past < len(reference):
        return _name_stopped(reference, _whole(reference[:first] + _to_stop(window)), first, past)
    altered = _whole(reference[:first] + _to_stop(window) + reference[past:])
    if len(altered) > len(reference) and reference[_first_difference(reference, altered)] == _STOP:
        return _extension(reference, altered)
    if altered == reference:
        substituted = len(change.inserted) == change.end - change.start
        return f"p.({_residues(reference, first, past)}=)" if substituted else UNCHANGED
    return f"p.({_difference(reference, altered)})"


def _name_stopped(reference: str, altered: str, touched: int, past: int) -> str:
    """Name a change in frame that brings a stop; codons `[touched, past)` are its own."""
    if altered == reference:
        return UNCHANGED
    first = _first_difference(reference, altered)
    if altered[first] == _STOP:
        return f"p.({_residue(reference, first)}Ter)"
    inserted = _spell(altered[first:])
    if touched == past:
        return f"p.({_residues(reference, first - 1, first + 1)}ins{inserted})"
    return f"p.({_residues(reference, first, max(first + 1, past))}delins{inserted})"


def _difference(reference: str, altered: str) -> str:
    """Name what differs between two proteins that begin and end alike, as far 3' as it goes."""
    first = _first_difference(reference, altered)
    room = min(len(reference), len(altered)) - first
    shared = min(room, _first_difference(reference[::-1], altered[::-1]))
    past = len(reference) - shared
    inserted = altered[first : len(altered) - shared]
    if not inserted:
        return f"{_residues(reference, first, past)}del"
    if first == past:
        copied = first - len(inserted)
        if copied >= 0 and reference[copied:first] == inserted:
            return f"{_residues(reference, copied, first)}dup"
        return f"{_residues(reference, first - 1, first + 1)}ins{_spell(inserted)}"
    if past - first == len(inserted) == 1:
        return f"{_residue(reference, first)}{_spell(inserted)}"
    return f"{_residues(reference, first, past)}delins{_spell(inserted)}"


def _extension(reference: str, altered: str) -> str:
    old, new = len(reference) - 1, altered.find(_STOP)
    steps = "?" if new < 0 else new - old
    return f"p.({_residue(reference, old)}{_ABBREVIATION[altered[old]]}extTer{steps})"


def _first_difference(left: str, right: str) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))


def _residue(protein: str, at: int) -> str:
    return f"{_ABBREVIATION[protein[at]]}{at + 1}"


def _residues(protein: str, start: int, end: int) -> str:
    if end - start == 1:
        return _residue(protein, start)
    return f"{_residue(protein, start)}_{_residue(protein, end - 1)}"


def _spell(residues: str) -> str:
    return "".join(_ABBREVIATION[residue] for residue in residues)


# IUPAC-IUB 1983, doi:10.1111/j.1432-1033.1984.tb07877.x; Ter and Xaa as in the HGVS nomenclature.
_RESIDUES = "ACDEFGHIKLMNPQRSTUVWXY*"
_NAMES = "AlaCysAspGluPheGlyHisIleLysLeuMetAsnProGlnArgSerThrSecValTrpXaaTyrTer"
_ABBREVIATION = {residue: _NAMES[3 * at : 3 * at + 3] for at, residue in enumerate(_RESIDUES)}
