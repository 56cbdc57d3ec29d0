from collections.abc import Callable
from typing import Protocol

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.normalise import Edit, edit_of, left_align, shift_left, shift_right, trim
from kerne.alleles.sequence import SequenceSource
from kerne.errors import AlleleError, AssemblyError

Golden = Callable[[str], list[dict[str, str]]]


class MakeSequence(Protocol):
    def __call__(self, bases: str) -> SequenceSource: ...


@st.composite
def alleles_on_texts(draw: st.DrawFn) -> tuple[str, Allele]:
    """Draw a repetitive sequence and an allele of it, with spare bases on either side."""
    text = draw(st.text("AC", min_size=1, max_size=12))
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    alternative = draw(st.text("AC", min_size=1, max_size=6))
    assume(alternative != text[start:end])
    return text, Allele("chr1", start, text[start:end], alternative)


def changed(text: str, position: int, reference: str, alternative: str) -> str:
    assert text[position : position + len(reference)] == reference
    return text[:position] + alternative + text[position + len(reference) :]


def naive_edits(text: str, result: str) -> list[Edit]:
    """All ways to turn a text into another with the fewest bases deleted and inserted."""
    growth = len(result) - len(text)
    found: list[Edit] = []
    for deleted in range(len(text) + 1):
        inserted = deleted + growth
        if inserted < 0:
            continue
        for start in range(len(text) - deleted + 1):
            new = result[start : start + inserted]
            if text[:start] + new + text[start + deleted :] == result:
                found.append(Edit(start, text[start : start + deleted], new))
        if found:
            return found
    return found


def test_alleles__take_the_normal_form_of_the_golden_table(
    golden: Golden, text_sequence: MakeSequence
) -> None:
    for row in golden("normal_form.tsv"):
        allele = Allele("chr1", int(row["pos_1based"]) - 1, row["ref"], row["alt"])
        normal = left_align(allele, text_sequence(row["sequence"]))
        found = (str(normal.position + 1), normal.reference, normal.alternative)
        assert found == (row["normal_pos_1based"], row["normal_ref"], row["normal_alt"])


@given(alleles_on_texts())
@settings(deadline=None, max_examples=200, derandomize=True)
def test_left_aligned_allele__is_the_leftmost_of_all_ways_to_write_it(
    drawn: tuple[str, Allele],
) -> None:
    text, allele = drawn
    result = changed(text, allele.position, allele.reference, allele.alternative)
    normal = left_align(allele, _Text(text))
    assert changed(text, normal.position, normal.reference, normal.alternative) == result
    assert left_align(normal, _Text(text)) == normal
    if edit_of(allele).is_shiftable:
        leftmost = min(naive_edits(text, result), key=lambda edit: edit.start)
        assert edit_of(normal) == leftmost or normal.position == leftmost.start == 0
        assert normal.position == max(0, leftmost.start - 1)
        assert min(len(normal.reference), len(normal.alternative)) == 1


@given(alleles_on_texts())
@settings(deadline=None, max_examples=200, derandomize=True)
def test_shifted_edit__reaches_the_ends_of_all_ways_to_write_it(drawn: tuple[str, Allele]) -> None:
    text, allele = drawn
    edit = edit_of(allele)
    result = changed(text, edit.start, edit.deleted, edit.inserted)
    ways = sorted(naive_edits(text, result), key=lambda way: way.start)
    left, right = shift_left(edit, "chr1", _Text(text)), shift_right(edit, "chr1", _Text(text))
    if edit.is_shiftable:
        assert (left, right) == (ways[0], ways[-1])
    else:
        assert left == right == edit


@given(alleles_on_texts())
@settings(deadline=None, max_examples=100, derandomize=True)
def test_trimmed_allele__changes_the_same_and_shares_no_spare_base(
    drawn: tuple[str, Allele],
) -> None:
    text, allele = drawn
    position, reference, alternative = trim(allele.position, allele.reference, allele.alternative)
    result = changed(text, allele.position, allele.reference, allele.alternative)
    assert changed(text, position, reference, alternative) == result
    if min(len(reference), len(alternative)) > 1:
        assert reference[0] != alternative[0]
        assert reference[-1] != alternative[-1]


def test_shift__crosses_a_run_longer_than_the_first_window(text_sequence: MakeSequence) -> None:
    sequence = text_sequence("G" + "CA" * 400 + "T")
    deletion = Allele("chr1", 798, "ACA", "A")
    assert left_align(deletion, sequence) == Allele("chr1", 0, "GCA", "G")
    assert shift_right(Edit(1, "CA", ""), "chr1", sequence) == Edit(799, "CA", "")


def test_allele_that_changes_nothing__is_only_trimmed(text_sequence: MakeSequence) -> None:
    same = Allele("chr1", 1, "CG", "CG")
    assert left_align(same, text_sequence("ACGT")) == Allele("chr1", 1, "C", "C")


def test_allele_of_another_sequence__is_refused(text_sequence: MakeSequence) -> None:
    with pytest.raises(AlleleError, match="`chr1-2-A-T` differs from the sequence, which has `C`"):
        left_align(Allele("chr1", 1, "A", "T"), text_sequence("ACGT"))
    assert left_align(Allele("chr1", 1, "N", "T"), text_sequence("ACGT")).alternative == "T"


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        (Allele("chr1", 2, "GG", "GGT"), Allele("chr1", 3, "G", "GT")),
        (Allele("chr1", 2, "G", "GCA"), Allele("chr1", 2, "N", "NCA")),
        (Allele("chr1", 2, "GG", "G"), Allele("chr1", 1, "CG", "C")),
        (Allele("chr1", 2, "G", "T"), Allele("chr1", 2, "G", "T")),
    ],
)
def test_anchor__is_the_sequences_where_a_file_has_a_letter_for_its_n(
    text_sequence: MakeSequence, written: Allele, normal: Allele
) -> None:
    assert left_align(written, text_sequence("ACNGT")) == normal


class _Text:
    """A sequence that refuses what lies outside it, as a FASTA file does."""

    def __init__(self, bases: str) -> None:
        self.bases = bases

    def fetch(self, contig: str, start: int, end: int) -> str:
        if not 0 <= start <= end <= len(self.bases):
            raise AssemblyError(f"`{contig}` ends before `{end}`")
        return self.bases[start:end]

    def length(self, contig: str) -> int:
        del contig
        return len(self.bases)
