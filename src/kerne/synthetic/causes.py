"""Alleles that damage a gene in a chosen way."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

import numpy as np

from kerne.alleles.allele import Allele
from kerne.alleles.transcript import Transcript
from kerne.errors import SyntheticError
from kerne.synthetic.effect import Effect, coding_segments, effect_of, is_at_exon_edge
from kerne.synthetic.variation import write_indel

ATTEMPTS: Final = 5_000
CODON_BP: Final = 3


class Kind(StrEnum):
    """The kinds of causal variant that are planted."""

    MISSENSE = "missense"
    NONSENSE = "nonsense"
    FRAMESHIFT = "frameshift"
    SPLICE = "splice"
    START_LOSS = "start loss"
    IN_FRAME = "in-frame"


EFFECTS: Final[Mapping[Kind, frozenset[Effect]]] = {
    Kind.MISSENSE: frozenset({Effect.MISSENSE}),
    Kind.NONSENSE: frozenset({Effect.STOP_GAINED}),
    Kind.FRAMESHIFT: frozenset({Effect.FRAMESHIFT}),
    Kind.SPLICE: frozenset({Effect.SPLICE_DONOR, Effect.SPLICE_ACCEPTOR}),
    Kind.START_LOSS: frozenset({Effect.START_LOST}),
    Kind.IN_FRAME: frozenset({Effect.IN_FRAME_DELETION, Effect.IN_FRAME_INSERTION}),
}


def draw_cause(
    rng: np.random.Generator, kind: Kind, transcript: Transcript, contig_sequence: str
) -> Allele:
    """Draw an allele of this kind, parsimonious and left-aligned.

    Raises
    ------
    SyntheticError
        The transcript has no place for one (a single exon has no splice site).
    """
    propose = _PROPOSALS[kind]
    for _ in range(ATTEMPTS):
        allele = propose(rng, transcript, contig_sequence)
        if allele is None:
            continue
        if effect_of(allele, transcript, contig_sequence) in EFFECTS[kind]:
            return allele
    raise SyntheticError(f"gene `{transcript.symbol}` has no place for a `{kind}` variant")


def _coding_position(transcript: Transcript, codon: int) -> int:
    """Give the genomic position of a codon's base that stands leftmost on the contig."""
    positions = [at for start, end in coding_segments(transcript) for at in range(start, end)]
    last = len(positions) - CODON_BP
    offset = CODON_BP * codon
    return positions[offset if transcript.strand == 1 else last - offset]


def _early_codon(rng: np.random.Generator, transcript: Transcript) -> int:
    """Choose a codon in the first nine tenths, where losing the rest of the protein matters."""
    codons = sum(end - start for start, end in coding_segments(transcript)) // CODON_BP
    return int(rng.integers(1, codons * 9 // 10))


def _substitution(
    rng: np.random.Generator, contig: str, position: int, contig_sequence: str
) -> Allele:
    reference = contig_sequence[position]
    others = [base for base in "ACGT" if base != reference]
    return Allele(contig, position, reference, others[int(rng.integers(3))])


def _in_codon(rng: np.random.Generator, transcript: Transcript, sequence: str) -> Allele | None:
    position = _coding_position(transcript, _early_codon(rng, transcript))
    position += int(rng.integers(CODON_BP))
    if not transcript.is_exonic(position):
        return None
    return _substitution(rng, transcript.contig, position, sequence)


def _in_start(rng: np.random.Generator, transcript: Transcript, sequence: str) -> Allele:
    position = _coding_position(transcript, 0) + int(rng.integers(CODON_BP))
    return _substitution(rng, transcript.contig, position, sequence)


def _at_splice_site(
    rng: np.random.Generator, transcript: Transcript, sequence: str
) -> Allele | None:
    exons = transcript.exons
    if len(exons) == 1:
        return None
    intron = int(rng.integers(len(exons) - 1))
    opens, closes = exons[intron][1], exons[intron + 1][0]
    position = (opens, opens + 1, closes - 2, closes - 1)[int(rng.integers(4))]
    if transcript.cds is None or not transcript.cds[0] < position < transcript.cds[1]:
        return None
    return _substitution(rng, transcript.contig, position, sequence)


def _out_of_frame(rng: np.random.Generator, transcript: Transcript, sequence: str) -> Allele | None:
    position = _coding_position(transcript, _early_codon(rng, transcript))
    position += int(rng.integers(CODON_BP))
    length = int(rng.choice([-5, -4, -2, -1, -1, 1, 1, 2, 4]))
    return _indel(rng, transcript, sequence, position, length)


def _whole_codon(rng: np.random.Generator, transcript: Transcript, sequence: str) -> Allele | None:
    """Delete a codon or set one in between two, so that every other residue stays as it is."""
    position = _coding_position(transcript, _early_codon(rng, transcript)) - 1
    length = CODON_BP * int(rng.choice([-2, -1, -1, 1]))
    return _indel(rng, transcript, sequence, position, length)


def _indel(
    rng: np.random.Generator, transcript: Transcript, sequence: str, position: int, length: int
) -> Allele | None:
    """Write an indel, unless it comes near to the end of an exon."""
    written = write_indel(rng, sequence, position, length)
    if written is None:
        return None
    allele = Allele(transcript.contig, position, *written)
    return None if is_at_exon_edge(allele, transcript) else allele


_PROPOSALS: Final[
    Mapping[Kind, Callable[[np.random.Generator, Transcript, str], Allele | None]]
] = {
    Kind.MISSENSE: _in_codon,
    Kind.NONSENSE: _in_codon,
    Kind.FRAMESHIFT: _out_of_frame,
    Kind.SPLICE: _at_splice_site,
    Kind.START_LOSS: _in_start,
    Kind.IN_FRAME: _whole_codon,
}
