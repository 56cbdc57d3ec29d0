from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import PersonError
from kerne.people.kinship import Custody, Kinship, Parenthood, ParentOf, TwinOf

from .conftest import number_of

MOTHER, FATHER, CHILD, SIBLING, STEPFATHER, STRANGER = map(number_of, range(1, 7))


@pytest.fixture
def family() -> Kinship:
    return Kinship(
        [
            ParentOf(MOTHER, CHILD),
            ParentOf(FATHER, CHILD),
            ParentOf(MOTHER, SIBLING),
            ParentOf(STEPFATHER, CHILD, Parenthood.SOCIAL),
        ],
        [
            Custody(MOTHER, CHILD, date(2011, 3, 3)),
            Custody(FATHER, CHILD, date(2011, 3, 3), date(2020, 1, 1)),
        ],
    )


def test_kinship__genetic_and_social_parents_are_apart(family: Kinship) -> None:
    assert family.parents_of(CHILD) == (MOTHER, FATHER)
    assert family.parents_of(CHILD, Parenthood.SOCIAL) == (STEPFATHER,)
    assert family.children_of(MOTHER) == (CHILD, SIBLING)
    assert family.children_of(STEPFATHER) == ()
    assert family.children_of(STEPFATHER, Parenthood.SOCIAL) == (CHILD,)


def test_family__is_joined_by_genes_and_not_by_law(family: Kinship) -> None:
    assert family.family_of(FATHER) == {MOTHER, FATHER, CHILD, SIBLING}
    assert family.family_of(STEPFATHER) == {STEPFATHER}
    assert family.family_of(STRANGER) == {STRANGER}


@pytest.mark.parametrize(
    ("on", "guardians"),
    [
        (date(2011, 3, 2), set()),
        (date(2011, 3, 3), {MOTHER, FATHER}),
        (date(2019, 12, 31), {MOTHER, FATHER}),
        (date(2020, 1, 1), {MOTHER}),
    ],
)
def test_custody__holds_from_its_first_day_to_the_day_before_its_end(
    family: Kinship, on: date, guardians: set[str]
) -> None:
    assert family.guardians_of(CHILD, on) == guardians
    assert family.is_guardian(FATHER, CHILD, on) is (FATHER in guardians)
    assert not family.is_guardian(STEPFATHER, CHILD, on)
    assert family.guardians_of(MOTHER, on) == frozenset()


def test_kinship__nobody_has_three_genetic_parents() -> None:
    with pytest.raises(PersonError, match="has `3` genetic parents, expected at most two"):
        Kinship([ParentOf(parent, CHILD) for parent in (MOTHER, FATHER, STRANGER)])


def test_kinship__the_same_bond_twice_is_one_bond() -> None:
    assert Kinship([ParentOf(MOTHER, CHILD)] * 3).parents_of(CHILD) == (MOTHER,)


def test_kinship__nobody_is_their_own_parent_or_guardian() -> None:
    with pytest.raises(PersonError, match="of themselves"):
        Kinship([ParentOf(CHILD, CHILD)])
    with pytest.raises(PersonError, match="of themselves"):
        Kinship([], [Custody(CHILD, CHILD, date(2011, 3, 3))])


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.sets(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=8))
def test_family__is_the_closure_of_parenthood(pairs: set[tuple[int, int]]) -> None:
    # Elders have smaller numbers; the third parent of a child is dropped.
    bonds = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    kept = [bond for bond in bonds if [b for b in bonds if b[1] == bond[1]].index(bond) < 2]
    kinship = Kinship(ParentOf(number_of(a), number_of(b)) for a, b in kept)
    families = {i: {i} for i in range(1, 10)}
    for _ in range(9):
        for a, b in kept:
            joined = families[a] | families[b]
            for member in joined:
                families[member] = joined
    for person, family in families.items():
        assert kinship.family_of(number_of(person)) == {number_of(member) for member in family}


@pytest.fixture
def line() -> Kinship:
    """Two siblings (3, 4) of 1 and 2, their children 5 and 6, grandchildren 7 and 8; twins 8, 9."""
    bonds = [(1, 3), (2, 3), (1, 4), (2, 4), (3, 5), (4, 6), (5, 7), (6, 8)]
    parents = [ParentOf(number_of(a), number_of(b)) for a, b in bonds]
    return Kinship(parents, twins=[TwinOf(number_of(8), number_of(9))])


@pytest.mark.parametrize(
    ("person", "relatives"),
    [
        (1, {3, 4, 5, 6, 7, 8, 9}),
        (2, {3, 4, 5, 6, 7, 8, 9}),
        (3, {1, 2, 4, 5, 6, 7, 8, 9}),
        (5, {1, 2, 3, 4, 6, 7}),
        (7, {1, 2, 3, 4, 5}),
        (9, {1, 2, 3, 4, 6, 8}),
    ],
)
def test_relatives__are_as_near_as_first_cousins(
    line: Kinship, person: int, relatives: set[int]
) -> None:
    assert line.relatives_of(number_of(person)) == set(map(number_of, relatives))


def test_relatives__over_fewer_meioses_are_fewer(line: Kinship) -> None:
    assert line.relatives_of(number_of(3), 1) == {number_of(each) for each in (1, 2, 5)}
    assert line.relatives_of(number_of(3), 2) == {number_of(each) for each in (1, 2, 4, 5, 7)}
    assert line.relatives_of(number_of(8), 0) == {number_of(9)}


def test_twins__are_linked_by_any_number_of_declarations(line: Kinship) -> None:
    assert line.twins_of(number_of(9)) == {number_of(8)}
    assert line.twins_of(number_of(1)) == frozenset()
    triplets = Kinship(twins=[TwinOf(MOTHER, FATHER), TwinOf(FATHER, CHILD)])
    assert triplets.twins_of(CHILD) == {MOTHER, FATHER}
    assert triplets.family_of(CHILD) == {MOTHER, FATHER, CHILD}


def test_kinship__nobody_is_their_own_twin() -> None:
    with pytest.raises(PersonError, match="cannot be their own twin"):
        Kinship(twins=[TwinOf(CHILD, CHILD)])


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    st.sets(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=12),
    st.sets(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=2),
    st.integers(0, 4),
)
def test_relatives__are_those_of_a_common_ancestor(
    pairs: set[tuple[int, int]], twin_pairs: set[tuple[int, int]], meioses: int
) -> None:
    bonds = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    kept = [bond for bond in bonds if [b for b in bonds if b[1] == bond[1]].index(bond) < 2]
    twins = {pair for pair in twin_pairs if pair[0] != pair[1]}
    kinship = Kinship(
        [ParentOf(number_of(a), number_of(b)) for a, b in kept],
        twins=[TwinOf(number_of(a), number_of(b)) for a, b in twins],
    )
    # Naive: how far below each elder everyone is, twins being as far; then the best sum.
    far = 99
    below = {(i, j): 0 if i == j else far for i in range(1, 10) for j in range(1, 10)}
    steps = [(a, b, 1) for a, b in kept] + [
        (a, b, 0) for c, d in twins for a, b in ((c, d), (d, c))
    ]
    for _ in range(20):
        for elder in range(1, 10):
            for a, b, step in steps:
                below[elder, b] = min(below[elder, b], below[elder, a] + step)
    for i in range(1, 10):
        expected = {
            number_of(j)
            for j in range(1, 10)
            if j != i and min(below[e, i] + below[e, j] for e in range(1, 10)) <= meioses
        }
        assert kinship.relatives_of(number_of(i), meioses) == expected
