from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.transcript import Transcript, TranscriptPosition
from kerne.errors import AlleleError

Strand = Literal[1, -1]


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Draw a transcript of up to four short exons on either strand."""
    exons = []
    position = draw(st.integers(0, 5))
    for _ in range(draw(st.integers(1, 4))):
        end = position + draw(st.integers(1, 6))
        exons.append((position, end))
        position = end + draw(st.integers(1, 9))
    bases = [base for start, end in exons for base in range(start, end)]
    first, last = sorted(draw(st.lists(st.sampled_from(bases), min_size=2, max_size=2)))
    strand: Strand = draw(st.sampled_from((1, -1)))
    return make_transcript(strand, tuple(exons), (first, last + 1))


def make_transcript(
    strand: Strand, exons: tuple[tuple[int, int], ...], cds: tuple[int, int] | None
) -> Transcript:
    return Transcript("NM_1.1", "gene", "GENE", "chr1", strand, exons, cds, None)


def naive_bases(transcript: Transcript) -> list[int]:
    """Genomic positions of the spliced bases, from 5' to 3'."""
    ascending = [base for start, end in transcript.exons for base in range(start, end)]
    return ascending if transcript.strand == 1 else ascending[::-1]


def naive_location(transcript: Transcript, position: int) -> TranscriptPosition:
    """Take the nearest exonic base, the 5' one of two that are as near."""
    bases = naive_bases(transcript)
    distances = [(position - base) * transcript.strand for base in bases]
    nearest = min(range(len(bases)), key=lambda at: (abs(distances[at]), at))
    outside = not transcript.start <= position < transcript.end
    if outside:
        return TranscriptPosition(nearest + distances[nearest], 0)
    return TranscriptPosition(nearest, distances[nearest])


@given(transcripts())
@settings(deadline=None, max_examples=150, derandomize=True)
def test_location__is_the_nearest_exonic_base_and_the_distance_to_it(
    transcript: Transcript,
) -> None:
    for position in range(-5, transcript.end + 5):
        assert transcript.locate(position) == naive_location(transcript, position)
        assert transcript.is_exonic(position) == (position in naive_bases(transcript))


@given(transcripts())
@settings(deadline=None, max_examples=100, derandomize=True)
def test_spliced_bases__map_to_the_genome_and_back(transcript: Transcript) -> None:
    bases = naive_bases(transcript)
    assert transcript.spliced_bp == len(bases)
    assert [transcript.genomic(at) for at in range(len(bases))] == bases
    assert [transcript.locate(base).base for base in bases] == list(range(len(bases)))
    assert transcript.cds is not None
    assert transcript.coding_span is not None
    start, end = transcript.coding_span
    coding = [base for base in bases if transcript.cds[0] <= base < transcript.cds[1]]
    assert bases[start:end] == coding


def test_middle_of_an_odd_intron__counts_from_the_exon_before_it() -> None:
    exons = ((0, 10), (15, 20))
    assert make_transcript(1, exons, None).locate(12) == TranscriptPosition(9, 3)
    assert make_transcript(-1, exons, None).locate(12) == TranscriptPosition(4, 3)


def test_exons_in_order__run_from_5_to_3() -> None:
    exons = ((0, 10), (15, 20))
    assert make_transcript(1, exons, None).exons_in_order == exons
    assert make_transcript(-1, exons, None).exons_in_order == exons[::-1]
    assert make_transcript(-1, exons, None).coding_span is None


@pytest.mark.parametrize("offset", [-1, 15])
def test_offset_outside_the_transcript__is_refused(offset: int) -> None:
    with pytest.raises(AlleleError, match="has no base at offset"):
        make_transcript(1, ((0, 10), (15, 20)), None).genomic(offset)


@pytest.mark.parametrize("exons", [(), ((5, 5),), ((10, 20), (0, 5)), ((0, 10), (9, 20))])
def test_exons_out_of_order__are_refused(exons: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(
        AlleleError, match=r"exons of `NM_1\.1` are missing, empty or not ascending"
    ):
        make_transcript(1, exons, None)


@pytest.mark.parametrize("cds", [(5, 5), (5, 12), (12, 18)])
def test_coding_sequence_outside_the_exons__is_refused(cds: tuple[int, int]) -> None:
    with pytest.raises(AlleleError, match=r"coding sequence of `NM_1\.1`"):
        make_transcript(1, ((0, 10), (15, 20)), cds)
