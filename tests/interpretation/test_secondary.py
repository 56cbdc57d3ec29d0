import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerne.interpretation.secondary import (
    FindingKind,
    SecondaryChoice,
    SecondaryList,
    secondary_list,
)

LIST = SecondaryList("t", {"ACT": FindingKind.ACTIONABLE, "NOT": FindingKind.NOT_ACTIONABLE})


@pytest.mark.parametrize(
    ("choice", "closed"),
    [
        (SecondaryChoice.ALL, set()),
        (SecondaryChoice.ACTIONABLE, {"NOT"}),
        (SecondaryChoice.NONE, {"ACT", "NOT"}),
    ],
)
def test_choice__closes_what_it_excludes(choice: SecondaryChoice, closed: set[str]) -> None:
    genes = ("ACT", "NOT", "OTHER")
    assert {gene for gene in genes if LIST.is_closed(gene, choice, fits=False)} == closed


@given(st.sampled_from(["ACT", "NOT", "OTHER"]), st.sampled_from(SecondaryChoice))
def test_gene_that_fits_the_question__is_never_closed(gene: str, choice: SecondaryChoice) -> None:
    assert not LIST.is_closed(gene, choice, fits=True)


def test_list_of_the_program__is_versioned_and_holds_the_acmg_genes() -> None:
    actionable = [
        symbol for symbol, kind in secondary_list().kinds.items() if kind is FindingKind.ACTIONABLE
    ]
    assert secondary_list().version.startswith("0.1")
    # ACMG SF v3.2 has 81 genes (doi:10.1016/j.gim.2023.100866).
    assert len(actionable) == 81
    assert {"BRCA1", "LDLR", "TTN", "CALM3"} <= set(actionable)
    assert secondary_list().kinds["HTT"] is FindingKind.NOT_ACTIONABLE
