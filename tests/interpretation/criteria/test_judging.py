from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.interpretation.candidate import Evidence, Met, Mode, Strength
from kerne.interpretation.classification import POINTS
from kerne.interpretation.criteria.curated import RETIRED
from kerne.interpretation.criteria.judging import OF_FAMILY, judge
from kerne.interpretation.criteria.overrides import CRITERIA, PATHOGENIC
from kerne.interpretation.criteria.subject import Sources, Subject
from tests.interpretation.criteria.rows import (
    ALL_SOURCES,
    make_circumstances,
    make_subject,
    read_words,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "criteria.tsv"
HEADER, *LINES = GOLDEN.read_text().splitlines()
ROWS = [dict(zip(HEADER.split("\t"), line.split("\t"), strict=True)) for line in LINES]

Make = Callable[..., Subject]


def _judged(row: dict[str, str]) -> dict[str, Evidence]:
    said = read_words(row["said"])
    subject = make_subject(row["terms"], row["protein"], row["coding"], said)
    evidence = judge(subject, ALL_SOURCES, Mode(row["mode"]), make_circumstances(said))
    return {each.criterion: each for each in evidence}


@pytest.mark.parametrize("row", ROWS, ids=[f"{n}-{r['criterion']}" for n, r in enumerate(ROWS, 2)])
def test_criterion__is_judged_as_its_source_says(row: dict[str, str]) -> None:
    evidence = _judged(row)[row["criterion"]]
    found = (evidence.met.value, evidence.points)
    assert found == (row["met"], int(row["points"])), evidence.data


def test_golden_rows__name_every_criterion_and_their_source() -> None:
    assert {row["criterion"] for row in ROWS} == {*CRITERIA, *RETIRED}
    assert all(row["source"] for row in ROWS)


def test_every_criterion__is_listed_once_with_data_and_source(
    subject: Make, sources: Sources
) -> None:
    evidence = judge(subject(), sources, Mode.DOMINANT)
    listed = [each.criterion for each in evidence]
    # PS2 stands for PM6 too, and BS1 for BA1: only one of the two is ever met.
    assert sorted(listed) == sorted({*CRITERIA, *RETIRED} - {"PM6", "BA1"})
    assert all(each.data and each.source for each in evidence)


def test_mitochondrial_variant__is_judged_by_the_same_criteria(
    subject: Make, sources: Sources
) -> None:
    nuclear = {e.criterion for e in judge(subject(), sources, Mode.DOMINANT)}
    own = {e.criterion for e in judge(subject(contig="chrM"), sources, Mode.MITOCHONDRIAL)}
    assert own == nuclear


def test_without_any_knowledge__no_criterion_is_met(subject: Make) -> None:
    evidence = judge(subject(), Sources("genes g"), Mode.DOMINANT)
    assert not [each.criterion for each in evidence if each.met is Met.MET]
    frequencies = {each.criterion: each for each in evidence}
    assert frequencies["PM2"].source == frequencies["BS1"].source == "absent"


def test_criteria_of_the_family__are_named_for_ranks_that_weigh_them_alone() -> None:
    by_family = {row["criterion"] for row in ROWS if set(read_words(row["said"])) & _FAMILY_WORDS}
    met = {row["criterion"] for row in ROWS if row["met"] == "met"}
    assert by_family & met <= OF_FAMILY


_FAMILY_WORDS = {"parents", "partner", "family", "homozygous", "other_cause"}


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(0, 10_000), st.sampled_from(Mode))
def test_no_frequency__is_both_rare_and_common(ac: int, mode: Mode) -> None:
    said = {"counts": f"{ac},10000,0,{ac}"}
    subject = make_subject("missense", "p.(Gln12Arg)", "c.35A>G", said)
    met = {e.criterion for e in judge(subject, ALL_SOURCES, mode) if e.met is Met.MET}
    assert not ("PM2" in met and met & {"BA1", "BS1"})


@settings(deadline=None, derandomize=True, max_examples=120)
@given(st.sampled_from(ROWS), st.sampled_from(ROWS), st.sampled_from(Mode))
def test_points__follow_from_the_strength_and_the_letter(
    row: dict[str, str], other: dict[str, str], mode: Mode
) -> None:
    said = read_words(row["said"]) | read_words(other["said"])
    subject = make_subject(row["terms"], row["protein"], row["coding"], said)
    for each in judge(subject, ALL_SOURCES, mode, make_circumstances(said)):
        sign = 1 if each.criterion in PATHOGENIC else -1
        assert each.points == sign * POINTS[each.strength]
        assert (each.met is Met.MET) is (each.strength is not Strength.NONE)
