"""The airlock holds what would tell about few people, alone or with what left before."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from kerne.research.airlock import SMALLEST_CELL, Check, Count, cells, review
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
    assert "fewer than 5 genomes" in verdict.words[0]


def test_airlock__holds_a_count_after_one_withdrawal_though_others_came() -> None:
    """The number differs by one person less and what the newcomers bring, who may be known."""
    after = count(EVERYONE - {7} | set(range(200, 230)))
    assert review(after, [count(EVERYONE)]).failed == (Check.DIFFERENCING,)
    assert review(after, [after, count(EVERYONE)]).passes


def test_airlock__lets_a_count_out_when_enough_left_and_enough_came() -> None:
    after = count(EVERYONE - set(range(5)) | set(range(200, 205)))
    assert review(after, [count(EVERYONE)]).passes
    fewer = count(EVERYONE - set(range(5)) | set(range(200, 204)))
    assert not review(fewer, [count(EVERYONE)]).passes


def test_airlock__holds_what_three_counts_tell_though_no_two_do() -> None:
    """All, all but 0 to 9, all but 9 to 18: the three together cut off person 9."""
    first = count(EVERYONE)
    second = count(EVERYONE - set(range(10)))
    third = count(EVERYONE - set(range(9, 19)))
    assert review(second, [first]).passes
    assert review(third, [first]).passes
    assert review(third, [second]).passes
    assert review(third, [first, second]).failed == (Check.DIFFERENCING,)


def test_airlock__holds_a_place_inside_another_when_the_rest_is_small() -> None:
    outer = count(EVERYONE, start=100, end=300, carriers=55, alleles=66)
    assert review(count(EVERYONE, carriers=50, alleles=62), [outer]).failed == (Check.DIFFERENCING,)
    assert review(count(EVERYONE, carriers=52, alleles=61), [outer]).failed == (Check.DIFFERENCING,)
    inner = count(EVERYONE, carriers=50, alleles=61)
    assert review(inner, [outer]).passes
    assert review(outer, [inner]).passes
    assert review(count(EVERYONE, alleles=62), [count(EVERYONE, start=150, end=300)]).passes
    others = count(set(range(200, 300)), start=100, end=300, carriers=52, alleles=61)
    assert review(others, [count(EVERYONE)]).passes


def test_airlock__holds_a_count_when_those_who_left_hold_a_small_cell() -> None:
    """Twenty left: 1 to 4 carriers among them point at people, and so do 1 to 4 others."""
    before = count(EVERYONE, carriers=60, alleles=70)
    stayed = EVERYONE - set(range(20))

    def passes(carriers: int, alleles: int) -> bool:
        after = count(stayed, carriers=carriers, alleles=alleles)
        forward, backward = review(after, [before]).passes, review(before, [after]).passes
        assert forward == backward
        return forward

    assert passes(60, 70)
    assert passes(55, 65)
    assert not passes(58, 65)
    assert not passes(60, 68)
    assert not passes(42, 52)
    assert passes(40, 50)


def test_airlock__lets_the_same_count_out_again() -> None:
    assert review(count(EVERYONE), [count(EVERYONE)]).passes


def test_airlock__lets_a_count_of_another_place_out() -> None:
    assert review(count(EVERYONE), [count(EVERYONE - {7}, start=200, end=300)]).passes
    assert review(count(EVERYONE), [count(EVERYONE - {7}, contig="chr2")]).passes


def test_airlock__holds_a_count_of_an_overlapping_place() -> None:
    assert not review(count(EVERYONE), [count(EVERYONE - {7}, start=199, end=300)]).passes


@settings(deadline=None, derandomize=True)
@given(st.lists(st.sets(st.integers(0, 20)), max_size=5))
def test_cells__are_the_people_who_were_in_the_same_populations(
    populations: list[set[int]],
) -> None:
    by_pattern: dict[tuple[bool, ...], set[int]] = {}
    for person in set[int]().union(*populations):
        pattern = tuple(person in population for population in populations)
        by_pattern.setdefault(pattern, set()).add(person)
    found = [frozenset(cell) for cell in cells(map(BitMap, populations))]
    assert len(found) == len(set(found))
    assert set(found) == {frozenset(cell) for cell in by_pattern.values()}
