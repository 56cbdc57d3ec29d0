"""How parents are related, against every way in which genes can fall."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.assembly import GRCH38, KERNIA1
from kerne.alleles.interval import Interval, Intervals
from kerne.interpretation.family.consanguinity import (
    consanguinity,
    consanguinity_lines,
    kinship_of_parents,
)

Pedigree = dict[str, tuple[str, ...]]

COUSINS: Pedigree = {
    "child": ("m", "f"),
    "m": ("m1", "s1"),
    "f": ("m2", "s2"),
    "s1": ("g1", "g2"),
    "s2": ("g1", "g2"),
}
FAMILIES: dict[str, tuple[Pedigree, float]] = {
    "strangers": ({"child": ("m", "f")}, 0.0),
    "siblings": ({"child": ("m", "f"), "m": ("a", "b"), "f": ("a", "b")}, 1 / 4),
    "half-siblings": ({"child": ("m", "f"), "m": ("a", "b"), "f": ("a", "c")}, 1 / 8),
    "parent and child": ({"child": ("m", "f"), "m": ("f", "b")}, 1 / 4),
    "uncle and niece": (
        {"child": ("m", "f"), "m": ("s", "x"), "s": ("a", "b"), "f": ("a", "b")},
        1 / 8,
    ),
    "first cousins": (COUSINS, 1 / 16),
    "double first cousins": (
        COUSINS | {"m1": ("h1", "h2"), "m2": ("h1", "h2")},
        1 / 8,
    ),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_kinship__is_that_of_the_textbook(name: str) -> None:
    pedigree, expected = FAMILIES[name]
    found = kinship_of_parents("child", lambda person: pedigree.get(person, ()))
    assert found == expected


def _by_gene_dropping(pedigree: Pedigree, one: str, other: str) -> float:
    """Drop the alleles of all founders through the pedigree in every way there is, and count."""
    born = sorted(pedigree)
    alike = ways = 0
    for choices in product((0, 1), repeat=2 * len(born)):
        alleles: dict[str, tuple[str, str]] = {}

        def of(person: str, alleles: dict[str, tuple[str, str]] = alleles) -> tuple[str, str]:
            return alleles.get(person, (f"{person}-0", f"{person}-1"))

        for at, child in enumerate(born):
            first, second = pedigree[child]
            alleles[child] = of(first)[choices[2 * at]], of(second)[choices[2 * at + 1]]
        pairs = [(a, b) for a in of(one) for b in of(other)]
        alike += sum(a == b for a, b in pairs)
        ways += len(pairs)
    return alike / ways


@st.composite
def _pedigrees(draw: st.DrawFn) -> Pedigree:
    """Draw up to five people, named so that everyone comes after their parents."""
    pedigree: Pedigree = {}
    people = ["0", "1", "2"]
    for number in range(3, 3 + draw(st.integers(1, 5))):
        parents = draw(st.lists(st.sampled_from(people), min_size=2, max_size=2, unique=True))
        pedigree[str(number)] = tuple(parents)
        people.append(str(number))
    return pedigree


@settings(deadline=None, derandomize=True, max_examples=40)
@given(_pedigrees())
def test_kinship__agrees_with_genes_dropped_in_every_way(pedigree: Pedigree) -> None:
    youngest = max(pedigree)
    found = kinship_of_parents(youngest, lambda person: pedigree.get(person, ()))
    assert found == pytest.approx(_by_gene_dropping(pedigree, *pedigree[youngest]))


@pytest.mark.parametrize(
    "pedigree", [{}, {"child": ("m",)}, {"child": ("m", "f"), "m": ("f", "a"), "f": ("m", "b")}]
)
def test_kinship__is_not_known_without_both_parents_or_of_a_circle(pedigree: Pedigree) -> None:
    assert kinship_of_parents("child", lambda person: pedigree.get(person, ())) is None


def test_stretches__stand_beside_what_the_pedigree_expects() -> None:
    places = Intervals.build([Interval("chr1", 0, 20_000_000), Interval("chr2", 0, 8_750_100)])
    found = consanguinity(1 / 16, places, GRCH38)
    assert found.stretches == 2
    assert consanguinity_lines(found, "S") == [
        "homozygous stretches\tS\t2: 28.8 Mb, 1.0% of the autosomes\t\t",
        "parents by the pedigree\t\tkinship coefficient 0.0625: 6.2% of the autosomes expected\t\t",
    ]
    unmeasured = consanguinity(None, places, KERNIA1)
    assert unmeasured.homozygous_share is None
    assert consanguinity_lines(unmeasured, "S") == [
        "homozygous stretches\tS\t2: 28.8 Mb\t\t",
        "parents by the pedigree\t\tnot both parents are in the pedigree\t\t",
    ]
