"""What a structural variant does to a transcript: taken away, repeated, broken, or spared.

Looked at is what the product is read from: the coding sequence, of an RNA gene the exons. By
overlap alone: whether a repeated part reads on in frame, or a turned gene keeps its promoter, is
not known from a place. Terms are those of the Sequence Ontology where it has one.

References
----------
Sequence Ontology SO:0001893 (transcript_ablation), SO:0001572 (exon_loss_variant), SO:0001889
(transcript_amplification); Abou Tayoun et al. 2018 (doi:10.1002/humu.23626), figure 1.
"""

from dataclasses import dataclass

from kerne.alleles.transcript import Transcript
from kerne.interpretation.reading.structural import StructuralCall, StructuralKind

ABLATION = "transcript_ablation"
EXON_LOSS = "exon_loss_variant"
IN_FRAME_EXON_LOSS = "inframe_deletion"
AMPLIFICATION = "transcript_amplification"
INTERNAL_DUPLICATION = "exon_duplication"
PARTIAL_DUPLICATION = "partial_duplication"
BROKEN = "transcript_broken"
INSERTED = "coding_insertion"

TERMS = frozenset(
    {
        *(ABLATION, EXON_LOSS, IN_FRAME_EXON_LOSS, AMPLIFICATION, INTERNAL_DUPLICATION),
        *(PARTIAL_DUPLICATION, BROKEN, INSERTED),
    }
)
DESTROYING = frozenset({ABLATION, EXON_LOSS, INTERNAL_DUPLICATION, BROKEN, INSERTED})
"""Terms of what is expected to destroy the product of the copy."""


@dataclass(frozen=True, slots=True)
class StructuralEffect:
    """What a variant does to one transcript, as a term and in words."""

    transcript: Transcript
    term: str
    words: str


def effect_on(call: StructuralCall, transcript: Transcript) -> StructuralEffect | None:
    """Say what a variant does to the product of a transcript; `None` when it concerns no base."""
    if call.kind is StructuralKind.DELETION:
        return _deleted(call, transcript)
    if call.kind is StructuralKind.DUPLICATION:
        return _repeated(call, transcript)
    if call.kind is StructuralKind.INSERTION:
        return _inserted(call, transcript)
    return _broken(call, transcript)


def coding_exons(transcript: Transcript) -> list[tuple[int, int, int]]:
    """Give number, start and end of what the exons hold of the product, from the first exon on.

    The coding parts, of a transcript that codes for nothing the whole exons.
    """
    first, last = _span(transcript)
    return [
        (number, max(start, first), min(end, last))
        for number, (start, end) in enumerate(transcript.exons_in_order, start=1)
        if max(start, first) < min(end, last)
    ]


def _span(transcript: Transcript) -> tuple[int, int]:
    return transcript.cds or (transcript.start, transcript.end)


def _hit(call: StructuralCall, transcript: Transcript) -> list[tuple[int, int, int]]:
    return [e for e in coding_exons(transcript) if e[1] < call.end and call.start < e[2]]


def _spoken(hit: list[tuple[int, int, int]], transcript: Transcript) -> str:
    first, last = hit[0][0], hit[-1][0]
    which = f"exon {first}" if first == last else f"exons {first} to {last}"
    return f"{which} of {len(transcript.exons)}"


def _covers(call: StructuralCall, start: int, end: int) -> bool:
    return call.start <= start and end <= call.end


def _deleted(call: StructuralCall, transcript: Transcript) -> StructuralEffect | None:
    hit = _hit(call, transcript)
    if not hit:
        return None
    if len(hit) == len(coding_exons(transcript)) and all(_covers(call, s, e) for _, s, e in hit):
        whole = "RNA" if transcript.cds is None else "coding sequence"
        return StructuralEffect(transcript, ABLATION, f"the whole {whole} is lost")
    where = _spoken(hit, transcript)
    lost = sum(min(end, call.end) - max(start, call.start) for _, start, end in hit)
    inner = all(_covers(call, start, end) for _, start, end in hit) or _is_within_one(call, hit)
    ends = {coding_exons(transcript)[0][0], coding_exons(transcript)[-1][0]}
    takes_an_end = bool(ends & {number for number, _, _ in hit})
    if transcript.cds is None:
        return StructuralEffect(transcript, EXON_LOSS, f"{where} lost ({lost} bases of the RNA)")
    if inner and lost % 3 == 0 and not takes_an_end:
        words = f"{where} lost in frame ({lost} coding bases)"
        return StructuralEffect(transcript, IN_FRAME_EXON_LOSS, words)
    return StructuralEffect(transcript, EXON_LOSS, f"{where} lost ({lost} coding bases)")


def _is_within_one(call: StructuralCall, hit: list[tuple[int, int, int]]) -> bool:
    (_, start, end), *others = hit
    return not others and start <= call.start and call.end <= end


def _repeated(call: StructuralCall, transcript: Transcript) -> StructuralEffect | None:
    hit = _hit(call, transcript)
    if not hit:
        return None
    if _covers(call, transcript.start, transcript.end):
        copies = "" if call.copies is None else f" ({call.copies} copies)"
        return StructuralEffect(transcript, AMPLIFICATION, f"the whole gene is repeated{copies}")
    where = _spoken(hit, transcript)
    if transcript.start < call.start and call.end < transcript.end:
        words = f"{where} repeated within the gene"
        return StructuralEffect(transcript, INTERNAL_DUPLICATION, words)
    words = f"{where} repeated, from outside the gene on: an intact copy may remain"
    return StructuralEffect(transcript, PARTIAL_DUPLICATION, words)


def _inserted(call: StructuralCall, transcript: Transcript) -> StructuralEffect | None:
    inside = [e for e in coding_exons(transcript) if e[1] < call.start < e[2]]
    if not inside:
        return None
    size = f"{call.size_bp} bases" if call.size_bp else "bases of unknown number"
    words = f"{size} inserted into {_spoken(inside, transcript)}"
    return StructuralEffect(transcript, INSERTED, words)


def _broken(call: StructuralCall, transcript: Transcript) -> StructuralEffect | None:
    """Say whether a border of an inversion or join parts what the product is read from."""
    borders = [(call.contig, call.start), (call.contig, call.end)]
    if call.mate is not None:
        borders = [(call.contig, call.start), (call.mate.contig, call.mate.position)]
    first, last = _span(transcript)
    parting = {at for contig, at in borders if contig == transcript.contig and first < at < last}
    if not parting or not _parts_exons(call, transcript, parting):
        return None
    turned = call.kind is StructuralKind.INVERSION
    words = "broken by an inversion" if turned else "broken by a join with another place"
    return StructuralEffect(transcript, BROKEN, words)


def _parts_exons(call: StructuralCall, transcript: Transcript, parting: set[int]) -> bool:
    """Say whether coding bases are moved: an inversion within one intron moves none."""
    if call.mate is None and len(parting) > 1:
        return bool(_hit(call, transcript))
    return True
