from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import PersonError
from kerne.people.kinship import Custody, Kinship, Parenthood, ParentOf

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
