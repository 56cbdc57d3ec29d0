import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.interpretation.candidate import Classification, Evidence, Met, Strength
from kerne.interpretation.classification import (
    LOG10_ODDS_PER_POINT,
    POINTS,
    benign,
    class_of,
    classify,
    not_judged,
    not_met,
    pathogenic,
    total_points,
)

# Tavtigian 2020 (doi:10.1002/humu.24088), table 2.
TABLE = (
    *((points, Classification.PATHOGENIC) for points in range(10, 20)),
    *((points, Classification.LIKELY_PATHOGENIC) for points in range(6, 10)),
    *((points, Classification.UNCERTAIN) for points in range(6)),
    *((points, Classification.LIKELY_BENIGN) for points in range(-6, 0)),
    *((points, Classification.BENIGN) for points in range(-20, -6)),
)


@pytest.mark.parametrize(("points", "expected"), TABLE)
def test_class__follows_the_published_table(points: int, expected: Classification) -> None:
    assert class_of(points) is expected


@pytest.mark.parametrize(
    ("met", "expected"),
    [
        # Richards 2015, table 5: PVS1 with a strong one; two strong; one strong and two moderate.
        ((Strength.VERY_STRONG, Strength.STRONG), Classification.PATHOGENIC),
        ((Strength.VERY_STRONG, Strength.SUPPORTING), Classification.LIKELY_PATHOGENIC),
        ((Strength.STRONG, Strength.MODERATE), Classification.LIKELY_PATHOGENIC),
        ((Strength.MODERATE, Strength.MODERATE), Classification.UNCERTAIN),
        ((), Classification.UNCERTAIN),
    ],
)
def test_combinations_of_criteria__have_their_class(
    met: tuple[Strength, ...], expected: Classification
) -> None:
    assert classify(pathogenic("P", strength, "", "") for strength in met) is expected


def test_stand_alone_benign__outweighs_everything() -> None:
    evidence = [
        benign("BA1", Strength.STAND_ALONE, "", ""),
        pathogenic("PVS1", Strength.VERY_STRONG, "", ""),
        pathogenic("PS2", Strength.STRONG, "", ""),
    ]
    assert classify(evidence) is Classification.BENIGN


def test_criteria_not_met_or_not_judged__carry_no_points() -> None:
    evidence = [not_met("PM2", "", ""), not_judged("PP3", "")]
    assert total_points(evidence) == 0
    assert [item.met for item in evidence] == [Met.NOT_MET, Met.NOT_JUDGED]


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.sampled_from([s for s in Strength if s is not Strength.STAND_ALONE])))
def test_points_of_evidence__add_up(strengths: list[Strength]) -> None:
    evidence: list[Evidence] = [
        pathogenic("P", strength, "", "") if number % 2 else benign("B", strength, "", "")
        for number, strength in enumerate(strengths)
    ]
    naive = 0
    for number, strength in enumerate(strengths):
        naive += POINTS[strength] * (1 if number % 2 else -1)
    assert total_points(evidence) == naive
    assert classify(evidence) is class_of(naive)


def test_eight_points__are_odds_of_350() -> None:
    assert pytest.approx(350) == 10 ** (8 * LOG10_ODDS_PER_POINT)


@pytest.mark.parametrize(
    ("least", "most", "class_"),
    [(0.99, 1.0, Classification.PATHOGENIC), (0.895, 0.99, Classification.LIKELY_PATHOGENIC)],
)
def test_class__is_that_of_the_probability_at_a_prior_of_a_tenth(
    least: float, most: float, class_: Classification
) -> None:
    # Tavtigian 2018: 0.99 is pathogenic, 0.90 likely so; 6 points are 0.899.
    for points in range(-4, 20):
        odds = 10 ** (points * LOG10_ODDS_PER_POINT) / 9
        assert (least <= odds / (1 + odds) < most) is (class_of(points) is class_)
