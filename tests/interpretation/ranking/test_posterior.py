from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.interpretation.candidate import (
    Candidate,
    Interpretation,
    Likelihood,
    Mode,
    Tier,
)
from kerne.interpretation.ranking.posterior import (
    LIKELY,
    MISSED,
    POSSIBLE,
    gene_odds,
    genes_to_read,
    likelihood,
    weigh,
)

NOTHING = Interpretation("S", "Kernia1", (), (), (), (), (), (), (), 0, 0, ())
ODDS = st.lists(st.floats(-6, 6), max_size=8)


def _candidate(gene: str, disease: str, log10_odds: float) -> Candidate:
    return Candidate(
        0, gene, disease, "", Mode.DOMINANT, (), 0.0, log10_odds, log10_odds, Tier.NO_PANEL, (), ()
    )


def _weighed(*candidates: tuple[str, str, float], unlisted: float = 0.0) -> Interpretation:
    made = tuple(_candidate(*each) for each in candidates)
    return weigh(replace(NOTHING, candidates=made, odds_unlisted=unlisted))


def test_even_odds__leave_half_to_none_of_these() -> None:
    found = _weighed(("A", "OMIM:1", 0.0))
    assert found.candidates[0].probability == found.probability_of_none == 0.5
    assert found.candidates[0].likelihood is Likelihood.POSSIBLE
    assert found.genes_to_read == 1


def test_nothing_found__is_certain_when_nothing_was_ranked() -> None:
    found = weigh(NOTHING)
    assert (found.probability_of_none, found.genes_to_read) == (1.0, 0)


def test_diseases_of_a_gene__add_up_and_share_its_probability() -> None:
    found = _weighed(("B", "OMIM:2", 0.2), ("A", "OMIM:1", 0.0), ("A", "ORPHA:1", 0.0))
    assert [(each.gene, each.rank) for each in found.candidates] == [("A", 1), ("A", 2), ("B", 3)]
    shared = [each.probability for each in found.candidates if each.gene == "A"]
    assert shared == pytest.approx([2 / (1 + 2 + 10**0.2)] * 2)


def test_unlisted_genes__take_their_share() -> None:
    found = _weighed(("A", "OMIM:1", 0.0), unlisted=2.0)
    assert found.candidates[0].probability == found.probability_of_none == 0.25


@given(odds=ODDS, unlisted=st.floats(0, 10))
@settings(deadline=None)
def test_probabilities_of_all_hypotheses__sum_to_one(odds: list[float], unlisted: float) -> None:
    found = _weighed(*((f"G{n}", "OMIM:1", each) for n, each in enumerate(odds)), unlisted=unlisted)
    of_genes = sum(each.probability or 0.0 for each in found.candidates)
    none = found.probability_of_none
    assert none is not None
    assert of_genes + none * (1 + unlisted) == pytest.approx(1.0)
    ratios = [(each.probability or 0.0) / none for each in found.candidates]
    assert ratios == pytest.approx([10**each.log10_odds for each in found.candidates])


@given(odds=ODDS)
def test_weighing_again__changes_nothing(odds: list[float]) -> None:
    found = _weighed(*((f"G{n}", "OMIM:1", each) for n, each in enumerate(odds)))
    assert weigh(found) == found


@given(st.lists(st.floats(0, 0.2), max_size=5))
def test_reading__stops_when_the_rest_is_improbable(probability: list[float]) -> None:
    falling = sorted(probability, reverse=True)
    number = genes_to_read(falling)
    assert sum(falling[number:]) <= MISSED + 1e-9
    assert number == 0 or sum(falling[number - 1 :]) > MISSED - 1e-9


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (LIKELY, Likelihood.LIKELY),
        (LIKELY - 1e-9, Likelihood.POSSIBLE),
        (POSSIBLE, Likelihood.POSSIBLE),
        (POSSIBLE - 1e-9, Likelihood.UNLIKELY),
    ],
)
def test_word__changes_at_the_documented_probability(probability: float, word: Likelihood) -> None:
    assert likelihood(probability) is word


def test_odds_of_genes__are_sums() -> None:
    assert gene_odds([("A", 0.0), ("B", 1.0), ("A", 0.0)]) == {"A": 2.0, "B": 10.0}
