from bisect import bisect_right
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.sequence import CODONS, reverse_complement
from kerne.alleles.transcript import Transcript
from kerne.synthetic.country import Country
from kerne.synthetic.effect import (
    Effect,
    changed_span,
    coding_segments,
    coding_sequence,
    effect_of,
)

# two exons around an intron GTCCAG; coding ATG AAA TGC | TTT GGA TAA
LEADER, FIRST, INTRON, SECOND, TAIL = "CCCC", "ATGAAATGC", "GTCCAG", "TTTGGATAA", "CCC"
SPACER = "CCCCC"
GENE = LEADER + FIRST + INTRON + SECOND + TAIL
CONTIG = SPACER + GENE + SPACER
REVERSED = reverse_complement(CONTIG)
PLACES = {"leader": 6, "start": 9, "lysine": 12, "cysteine": 15, "intron": 18, "second": 24}


def transcript(strand: Literal[1, -1]) -> Transcript:
    exons, cds = ((5, 18), (24, 36)), (9, 33)
    if strand == -1:
        size = len(CONTIG)
        exons = ((size - 36, size - 24), (size - 18, size - 5))
        cds = (size - 33, size - 9)
    return Transcript("T", "G", "GENE", "chr1", strand, exons, cds, "P")


def allele(position: int, reference: str, alternative: str, strand: int) -> Allele:
    """Turn a change written on the gene's strand (no anchor) to the contig's strand."""
    if strand == 1:
        if len(reference) == len(alternative):
            return Allele("chr1", position, reference, alternative)
        anchor = CONTIG[position - 1]
        return Allele("chr1", position - 1, anchor + reference, anchor + alternative)
    start = len(CONTIG) - position - len(reference)
    turned = reverse_complement(reference), reverse_complement(alternative)
    if len(reference) == len(alternative):
        return Allele("chr1", start, *turned)
    anchor = REVERSED[start - 1]
    return Allele("chr1", start - 1, anchor + turned[0], anchor + turned[1])


CASES = [
    (2, "C", "T", Effect.INTERGENIC),
    (6, "C", "T", Effect.UNTRANSLATED),
    (34, "C", "T", Effect.UNTRANSLATED),
    (9, "A", "G", Effect.START_LOST),
    (12, "A", "T", Effect.STOP_GAINED),
    (12, "A", "G", Effect.MISSENSE),
    (14, "A", "G", Effect.SYNONYMOUS),
    (31, "A", "C", Effect.STOP_LOST),
    (18, "G", "A", Effect.SPLICE_DONOR),
    (19, "T", "A", Effect.SPLICE_DONOR),
    (20, "C", "A", Effect.INTRON),
    (22, "A", "C", Effect.SPLICE_ACCEPTOR),
    (23, "G", "C", Effect.SPLICE_ACCEPTOR),
    (12, "A", "", Effect.FRAMESHIFT),
    (12, "AAA", "", Effect.IN_FRAME_DELETION),
    (12, "", "GGG", Effect.IN_FRAME_INSERTION),
    (12, "", "TAA", Effect.STOP_GAINED),
    (12, "", "G", Effect.FRAMESHIFT),
    (20, "CC", "", Effect.INTRON),
    (17, "CG", "", Effect.SPLICE_DONOR),
]


@pytest.mark.parametrize("strand", [1, -1])
@pytest.mark.parametrize(("position", "reference", "alternative", "expected"), CASES)
def test_effect__is_that_of_the_changed_protein_on_either_strand(
    strand: Literal[1, -1], position: int, reference: str, alternative: str, expected: Effect
) -> None:
    contig = CONTIG if strand == 1 else REVERSED
    changed = allele(position, reference, alternative, strand)
    assert effect_of(changed, transcript(strand), contig) is expected


def test_effect__of_a_transcript_that_codes_for_nothing_is_untranslated_or_intronic() -> None:
    silent = Transcript("T", "G", "GENE", "chr1", 1, ((5, 18), (24, 36)), None, None)
    assert coding_segments(silent) == []
    assert effect_of(Allele("chr1", 12, "A", "T"), silent, CONTIG) is Effect.UNTRANSLATED
    assert effect_of(Allele("chr1", 20, "C", "T"), silent, CONTIG) is Effect.INTRON


def test_changed_span__leaves_the_anchor_out() -> None:
    assert changed_span(Allele("chr1", 4, "A", "T")) == (4, 5, "T")
    assert changed_span(Allele("chr1", 4, "ACG", "A")) == (5, 7, "")
    assert changed_span(Allele("chr1", 4, "A", "ACG")) == (5, 5, "CG")


@pytest.mark.parametrize("strand", [1, -1])
def test_coding_sequence__reads_in_the_direction_of_translation(strand: Literal[1, -1]) -> None:
    contig = CONTIG if strand == 1 else REVERSED
    assert coding_sequence(transcript(strand), contig) == FIRST + SECOND


def naive_substitution(country: Country, chosen: Transcript, base: int, alternative: str) -> Effect:
    """Look one codon up, by the transcript's own arithmetic."""
    assert chosen.coding_span is not None
    offset = base - chosen.coding_span[0]
    contig = country.genome.sequences[chosen.contig]
    spots = [chosen.genomic(base - offset % 3 + step) for step in range(3)]
    codon = [contig[s] if chosen.strand == 1 else reverse_complement(contig[s]) for s in spots]
    before = CODONS["".join(codon)]
    codon[offset % 3] = alternative
    after = CODONS["".join(codon)]
    if offset < 3:
        return Effect.START_LOST
    if before == after:
        return Effect.SYNONYMOUS
    if after == "*":
        return Effect.STOP_GAINED
    return Effect.STOP_LOST if before == "*" else Effect.MISSENSE


@settings(deadline=None, max_examples=80, derandomize=True)
@given(data=st.data())
def test_effect__of_a_substitution_is_that_of_its_codon(
    country: Country, data: st.DataObject
) -> None:
    chosen = data.draw(st.sampled_from(country.genome.transcripts))
    assert chosen.coding_span is not None
    base = data.draw(st.integers(chosen.coding_span[0], chosen.coding_span[1] - 1))
    position = chosen.genomic(base)
    contig = country.genome.sequences[chosen.contig]
    alternative = data.draw(st.sampled_from(sorted(set("ACGT") - {contig[position]})))
    said = alternative if chosen.strand == 1 else reverse_complement(alternative)
    changed = Allele(chosen.contig, position, contig[position], alternative)
    expected = naive_substitution(country, chosen, base, said)
    assert effect_of(changed, chosen, contig) is expected


def test_genes__stand_apart_so_that_an_allele_meets_one_at_most(country: Country) -> None:
    for contig in country.genome.sequences:
        ours = [t for t in country.genome.transcripts if t.contig == contig]
        starts = [t.start for t in ours]
        assert starts == sorted(starts)
        assert all(left.end <= right.start for left, right in pairwise(ours))
        assert bisect_right(starts, ours[-1].end) == len(ours)
