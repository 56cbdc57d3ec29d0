from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.errors import InterpretationError
from kerne.interpretation.candidate import (
    CandidateVariant,
    Classification,
    Evidence,
    Genotype,
    Met,
    Strength,
)
from kerne.interpretation.classification import (
    POINTS,
    benign,
    classify,
    not_judged,
    not_met,
    pathogenic,
    total_points,
)
from kerne.interpretation.criteria.caps import MOST_TOGETHER, cap, uncapped
from kerne.interpretation.criteria.overrides import (
    AT_MOST_STRONG,
    CRITERIA,
    GENETICIST,
    PATHOGENIC,
    Override,
    override_criteria,
    reconsider,
)

LEVELS = (Strength.SUPPORTING, Strength.MODERATE, Strength.STRONG)
TO_VERY_STRONG = (*LEVELS, Strength.VERY_STRONG)
TO_FOUR = {Strength.NONE: 0, Strength.SUPPORTING: 1, Strength.MODERATE: 2, Strength.STRONG: 4}


def _met(criterion: str, strength: Strength) -> Evidence:
    make = pathogenic if criterion in PATHOGENIC else benign
    return make(criterion, strength, "seen", "release")


def _points(evidence: tuple[Evidence, ...]) -> dict[str, int]:
    return {each.criterion: each.points for each in evidence}


@pytest.mark.parametrize(("predicted", "located"), list(product(LEVELS, LEVELS)))
def test_predictor_and_place__count_together_at_most_as_strong(
    predicted: Strength, located: Strength
) -> None:
    capped = _points(cap([_met("PP3", predicted), _met("PM1", located)]))
    # naive: of all pairs of strengths no greater than judged, the most that is allowed
    most = max(
        first + second
        for first in TO_FOUR.values()
        for second in TO_FOUR.values()
        if first <= TO_FOUR[predicted] and second <= TO_FOUR[located] and first + second <= 4
    )
    assert capped["PP3"] + capped["PM1"] == most


def test_destroyed_product__counts_once() -> None:
    evidence = (
        _met("PVS1", Strength.STRONG),
        _met("PP3", Strength.SUPPORTING),
        _met("PM4", Strength.MODERATE),
        _met("PM2", Strength.SUPPORTING),
    )
    capped = cap(evidence)
    assert _points(capped) == {"PVS1": 4, "PP3": 0, "PM4": 0, "PM2": 1}
    assert capped[1].met is Met.NOT_MET
    assert "would be supporting; PVS1 counts it already" in capped[1].data
    assert uncapped(capped[1]) == evidence[1]


def test_what_a_cap_took__comes_back_when_its_cause_is_overridden() -> None:
    capped = cap((_met("PVS1", Strength.VERY_STRONG), _met("PP3", Strength.SUPPORTING)))
    no_loss = Override("PVS1", Met.NOT_MET, Strength.NONE, "spliced out in blood")
    redone = override_criteria(capped, [no_loss])
    assert _points(redone) == {"PVS1": 0, "PP3": 1}
    assert redone[0].source == GENETICIST
    assert redone[0].overridden == capped[0]


def test_override__redoes_the_class_at_once() -> None:
    evidence = (
        _met("PM2", Strength.SUPPORTING),
        _met("PM1", Strength.MODERATE),
        not_judged("PS3", "entered by a curator"),
    )
    assert classify(evidence) is Classification.UNCERTAIN
    assay = Override("PS3", Met.MET, Strength.STRONG, "no enzyme activity, PMID:1")
    assert classify(override_criteria(evidence, [assay])) is Classification.LIKELY_PATHOGENIC
    common = Override("BA1", Met.MET, Strength.STAND_ALONE, "5 % of Greenlanders")
    assert classify(override_criteria(evidence, [assay, common])) is Classification.BENIGN


def test_override__may_be_taken_back_and_the_programs_judgement_is_kept() -> None:
    evidence = (not_met("PM5", "nothing known", "clinvar"),)
    first = Override("PM5", Met.MET, Strength.MODERATE, "our own case")
    back = Override("PM5", Met.NOT_MET, Strength.NONE, "that case was another gene")
    redone = override_criteria(override_criteria(evidence, [first]), [back])
    words = "that case was another gene (the program: not met, nothing known)"
    assert (redone[0].met, redone[0].data) == (Met.NOT_MET, words)
    assert redone[0].overridden == evidence[0]


def test_variant_with_sections_of_copy_number__takes_no_criterion_of_small_ones() -> None:
    variant = CandidateVariant(
        Allele("chr1", 9, "N", "<DEL>"),
        *(Genotype.HET, "deletion", "T", "", ""),
        (not_judged("CNV 4", "a curator"),),
        *(0, Classification.UNCERTAIN, "", ""),
    )
    assert reconsider(variant, ()) is variant
    with pytest.raises(InterpretationError, match="do not judge structural ones"):
        reconsider(variant, [Override("PM1", Met.MET, Strength.MODERATE, "why")])


@pytest.mark.parametrize(
    ("override", "problem"),
    [
        (Override("PP5", Met.MET, Strength.SUPPORTING, "a laboratory"), "`PP5` is retired"),
        (Override("PX1", Met.MET, Strength.SUPPORTING, "why"), "unknown criterion `PX1`"),
        (Override("PM1", Met.MET, Strength.MODERATE, "  "), "`PM1` needs a reason"),
        (Override("PM1", Met.MET, Strength.NONE, "why"), "expected a strength if it is met"),
        (Override("PM1", Met.NOT_MET, Strength.STRONG, "why"), "expected a strength if it is met"),
        (Override("PM1", Met.MET, Strength.VERY_STRONG, "why"), "at most as strong"),
        (Override("BS1", Met.MET, Strength.STAND_ALONE, "why"), "BA1 stands alone"),
        (Override("BA1", Met.MET, Strength.STRONG, "why"), "BA1 stands alone"),
    ],
)
def test_override_that_says_nothing_usable__is_refused(override: Override, problem: str) -> None:
    with pytest.raises(InterpretationError, match=problem):
        override_criteria((), [override])


def _strengths(criterion: str) -> st.SearchStrategy[Strength]:
    if criterion == "BA1":
        return st.just(Strength.STAND_ALONE)
    return st.sampled_from(LEVELS if criterion in AT_MOST_STRONG else TO_VERY_STRONG)


@st.composite
def _evidence(draw: st.DrawFn) -> tuple[Evidence, ...]:
    criteria = draw(st.lists(st.sampled_from(CRITERIA), unique=True))
    return tuple(_met(each, draw(_strengths(each))) for each in criteria)


@st.composite
def _overrides(draw: st.DrawFn) -> list[Override]:
    criteria = draw(st.lists(st.sampled_from(CRITERIA), max_size=4))
    made = []
    for each in criteria:
        met = draw(st.sampled_from(Met))
        strength = draw(_strengths(each)) if met is Met.MET else Strength.NONE
        made.append(Override(each, met, strength, "why"))
    return made


@settings(deadline=None, derandomize=True, max_examples=200)
@given(_evidence(), _overrides())
def test_caps__hold_for_every_set_of_criteria_and_overrides(
    evidence: tuple[Evidence, ...], overrides: list[Override]
) -> None:
    redone = override_criteria(evidence, overrides)
    points = _points(redone)
    assert points.get("PP3", 0) + points.get("PM1", 0) <= MOST_TOGETHER
    if points.get("PVS1", 0):
        assert (points.get("PP3", 0), points.get("PM4", 0)) == (0, 0)
    assert cap(redone) == redone
    assert len(points) == len(redone)
    assert all(abs(each.points) == POINTS[each.strength] for each in redone)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(_evidence(), _overrides())
def test_overrides__do_not_depend_on_being_made_at_once(
    evidence: tuple[Evidence, ...], overrides: list[Override]
) -> None:
    one_by_one = cap(evidence)
    for each in overrides:
        one_by_one = override_criteria(one_by_one, [each])
    at_once = override_criteria(evidence, overrides)
    assert {replace(e, overridden=None) for e in one_by_one} == {
        replace(e, overridden=None) for e in at_once
    }
    assert total_points(one_by_one) == total_points(at_once)
    assert classify(one_by_one) is classify(at_once)
