import math

import pytest

from kerne.interpretation.candidate import Mode
from kerne.interpretation.family.explanation import Explanation
from kerne.interpretation.ranking.fits import DiseaseFit
from kerne.interpretation.ranking.ranking import Ranked
from spiked.figures import (
    Outcome,
    judge_probabilities,
    outcome_of,
    show_ranks,
    weights_of,
)


def _ranked(gene: str, log10_odds: float) -> Ranked:
    fit = DiseaseFit("OMIM:1", frozenset(), 0.0)
    return Ranked(gene, fit, Explanation(Mode.DOMINANT, (0,), 0.0, ()), (), log10_odds)


def _outcome(disease: str, rank: float, *probabilities: float) -> Outcome:
    truth = probabilities[0] if rank == 1 else 0.0
    return Outcome(disease, "A", rank, truth, probabilities, "A")


def test_outcome__is_the_mid_rank_of_the_gene_and_its_probability() -> None:
    ranked = [_ranked("A", 0.0), _ranked("B", 0.0), _ranked("C", 1.0), _ranked("D", -9.0)]
    found = outcome_of(ranked, "OMIM:1", "A")
    assert (found.rank, found.first) == (2.5, "C")
    assert found.truth == pytest.approx(1 / 13)
    assert outcome_of(ranked, "OMIM:1", "Z").rank == math.inf
    assert outcome_of([], "OMIM:1", "A").probabilities == ()


def test_each_disease__weighs_the_same() -> None:
    outcomes = [_outcome(each, 1, 0.5) for each in ("X", "X", "X", "Y")]
    assert weights_of(outcomes).tolist() == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2])


def test_shares__are_by_case(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = [_outcome("X", 1, 0.5), _outcome("X", 2, 0.5), _outcome("Y", math.inf, 0.5)]
    found = show_ranks("three", outcomes)
    assert found[1] == pytest.approx(100 / 3)
    assert found[2] == pytest.approx(200 / 3)
    assert "25.0/50.0/50.0/50.0" in capsys.readouterr().out
    assert show_ranks("nobody", []) == {1: 0.0, 2: 0.0, 5: 0.0, 10: 0.0}


def test_probabilities_that_come_true_as_often_as_said__have_no_error() -> None:
    # Of those who are told 40 %, 40 % have the cause: the prior weighs the two lists so.
    with_cause = [_outcome("X", 1, 0.4)] * 10
    without = [_outcome("X", math.inf, 0.4)] * 10
    assert judge_probabilities(with_cause, without).calibration_error == pytest.approx(0)


def test_probabilities_that_are_sure_of_nothing_planted__are_counted_as_false() -> None:
    judged = judge_probabilities(
        [_outcome("X", 1, 0.9)] * 4, [_outcome("X", math.inf, 0.9)] * 3 + [_outcome("X", 9, 0.1)]
    )
    assert judged.false_likely == 75
    assert judged.calibration_error > 0.3
    assert judged.median_to_read == 1
