"""The airlock holds what would tell about few people, alone or with what left before."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from kerne.research.airlock import SMALLEST_CELL, Check, Count, differs_by_few, review
from kerne.research.events import QuestionAnswered


def count(  # noqa: PLR0913, PLR0917  a count has this many sides
    rows: set[int],
    carriers: int = 50,
    alleles: int = 60,
    largest: int = 2,
    start: int = 100,
    end: int = 200,
    contig: str = "chr1",
    question: str = "KP-1/Q-1",
) -> Count:
    answered = QuestionAnswered(
        project="KP-1",
        question=question,
        asked_by="researcher-1",
        gene="ABCA4",
        contig=contig,
        start=start,
        end=end,
        genomes=len(rows),
        carriers=carriers,
        alleles=alleles,
        largest=largest,
        population="digest",
    )
    return Count(answered, BitMap(rows))


EVERYONE = set(range(100))


def test_airlock__lets_a_large_count_out_when_nothing_left_before() -> None:
    verdict = review(count(EVERYONE), [])
    assert verdict.passes
    assert verdict.words == ()


def test_airlock__lets_a_count_of_nobody_out() -> None:
    assert review(count(EVERYONE, carriers=0, alleles=0, largest=0), []).passes


def test_airlock__holds_a_count_that_rests_on_few_genomes() -> None:
    for carriers in range(1, SMALLEST_CELL):
        assert review(count(EVERYONE, carriers=carriers), []).failed == (Check.SMALL_CELL,)
    assert review(count(EVERYONE, carriers=SMALLEST_CELL), []).passes


def test_airlock__holds_a_count_that_leaves_few_genomes_out() -> None:
    assert review(count(EVERYONE, carriers=99), []).failed == (Check.SMALL_CELL,)
    assert review(count(EVERYONE, carriers=100), []).passes


def test_airlock__holds_a_count_that_one_genome_dominates() -> None:
    assert review(count(EVERYONE, alleles=9, largest=5), []).failed == (Check.DOMINANCE,)
    assert review(count(EVERYONE, alleles=10, largest=5), []).passes


def test_airlock__holds_the_second_of_two_counts_that_differ_by_one_withdrawal() -> None:
    before, after = count(EVERYONE), count(EVERYONE - {7}, question="KP-2/Q-9")
    verdict = review(after, [before])
    assert verdict.failed == (Check.DIFFERENCING,)
    assert "`KP-1/Q-1`" in verdict.words[0]


def test_airlock__lets_the_same_count_out_again() -> None:
    assert review(count(EVERYONE), [count(EVERYONE)]).passes


def test_airlock__lets_a_count_of_another_place_out() -> None:
    assert review(count(EVERYONE), [count(EVERYONE - {7}, start=200, end=300)]).passes
    assert review(count(EVERYONE), [count(EVERYONE - {7}, contig="chr2")]).passes


def test_airlock__holds_a_count_of_an_overlapping_place() -> None:
    assert not review(count(EVERYONE), [count(EVERYONE - {7}, start=199, end=300)]).passes


@settings(deadline=None, derandomize=True)
@given(
    st.sets(st.integers(0, 20)),
    st.sets(st.integers(0, 20)),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_differencing__is_a_few_changed_people_in_a_shared_place(
    one: set[int], other: set[int], start: int, other_start: int
) -> None:
    left = count(one, start=start, end=start + 3)
    right = count(other, start=other_start, end=other_start + 3)
    changed = sum((person in one) != (person in other) for person in range(21))
    shared = set(range(start, start + 3)) & set(range(other_start, other_start + 3))
    assert differs_by_few(left, right) == (bool(shared) and 1 <= changed <= 4)
    assert differs_by_few(left, right) == differs_by_few(right, left)
