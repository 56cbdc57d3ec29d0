from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.interpretation.secondary import (
    EVERYTHING_OPEN,
    FINDING_CLASSES,
    Disclosure,
    FindingClass,
    secondary_genes,
    secondary_list,
)

EARLY = FindingClass(actionable=True, adult_onset=False)
LATE = FindingClass(actionable=True, adult_onset=True)
HOPELESS = FindingClass(actionable=False, adult_onset=True)


def test_classes__are_all_four() -> None:
    pairs = {(each.actionable, each.adult_onset) for each in FINDING_CLASSES}
    assert pairs == set(product((True, False), repeat=2))


@pytest.mark.parametrize(
    ("disclosure", "is_shown"),
    [
        (Disclosure(frozenset()), False),
        (Disclosure(frozenset({EARLY})), False),
        (Disclosure(frozenset({LATE})), True),
        (Disclosure(frozenset(), frozenset({"LATE"})), True),
        (Disclosure(frozenset(), frozenset({"OTHER"})), False),
        (EVERYTHING_OPEN, True),
    ],
)
def test_finding__is_shown_when_its_class_is_open_or_its_gene_relabelled(
    disclosure: Disclosure, *, is_shown: bool
) -> None:
    assert disclosure.shows({"LATE": LATE}) is is_shown


classes = st.sampled_from(sorted(FINDING_CLASSES, key=repr))


@given(
    st.dictionaries(st.sampled_from("ABCD"), classes, min_size=1),
    st.frozensets(classes),
    st.frozensets(st.sampled_from("ABCD")),
)
def test_finding_in_several_genes__is_closed_by_each_of_them(
    listed: dict[str, FindingClass], opened: frozenset[FindingClass], relabelled: frozenset[str]
) -> None:
    disclosure = Disclosure(opened, relabelled)
    each = [disclosure.shows({symbol: one}) for symbol, one in listed.items()]
    assert disclosure.shows(listed) is all(each)


def test_words__say_what_is_open_and_nothing_of_what_is_found() -> None:
    assert Disclosure(frozenset()).words == "none"
    assert Disclosure(frozenset({LATE, EARLY})).words == (
        "can be acted on, from childhood, can be acted on, in adults"
    )


def allele(position: int) -> Allele:
    return Allele("chr1", position, "A", "C")


def test_secondary_gene__is_one_of_the_list_or_shares_an_allele_with_one() -> None:
    found = secondary_genes(
        {
            "LISTED": [allele(1), allele(2)],
            "NEIGHBOUR": [allele(2), allele(3)],
            "BEYOND": [allele(3)],
            "ALSO": [allele(2)],
        },
        {"LISTED": EARLY, "ALSO": HOPELESS, "ABSENT": LATE},
    )
    assert found == {
        "LISTED": {"LISTED": EARLY, "ALSO": HOPELESS},
        "NEIGHBOUR": {"LISTED": EARLY, "ALSO": HOPELESS},
        "ALSO": {"LISTED": EARLY, "ALSO": HOPELESS},
    }


def test_list_of_the_program__is_versioned_and_holds_the_acmg_genes() -> None:
    listed = secondary_list()
    actionable = {symbol for symbol, each in listed.classes.items() if each.actionable}
    assert (listed.number, listed.version[:4]) == ("0.2", "0.2 ")
    # ACMG SF v3.2 has 81 genes (doi:10.1016/j.gim.2023.100866).
    assert len(actionable) == 81
    assert {"BRCA1", "LDLR", "TTN", "CALM3"} <= actionable
    assert listed.classes["HTT"] == HOPELESS


@pytest.mark.parametrize("symbol", ["BRCA1", "BRCA2", "PALB2", "MLH1", "MSH6", "HFE", "TTR"])
def test_list_of_the_program__knows_what_waits_for_adult_age(symbol: str) -> None:
    assert secondary_list().classes[symbol] == LATE


@pytest.mark.parametrize("symbol", ["RET", "APC", "RB1", "MEN1", "VHL", "LDLR", "KCNQ1", "OTC"])
def test_list_of_the_program__knows_what_is_acted_on_in_childhood(symbol: str) -> None:
    assert secondary_list().classes[symbol] == EARLY
