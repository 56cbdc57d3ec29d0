from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.vrs import VrsAllele
from kerne.cases.answers.report import Report
from kerne.cases.statement import (
    OF_A_FAMILY,
    WITHHELD,
    SharedClassification,
    classifications_of,
    disagreements,
    newest_of_each,
)
from kerne.interpretation.candidate import Classification, Evidence, Met, Mode, Strength

NORTH, SOUTH = "Hospital North", "Hospital South"
DE_NOVO = Evidence("PS2", Met.MET, Strength.STRONG, 4, "absent from both parents", "the family")
NULL = Evidence("PVS1", Met.MET, Strength.VERY_STRONG, 8, "stop gained", "genes (3f9a21c0)")
SAID = SharedClassification(
    assembly="GRCh38",
    allele=Allele("chr2", 165_991_389, "G", "A"),
    vrs=VrsAllele("SQ.pnAqCRBrTsUoBghSD1yp_jXWSmlbdh4g", 165_991_389, 165_991_390, "A"),
    gene="SCN1A",
    transcript="NM_001165963.4",
    coding_name="NM_001165963.4:c.4243C>T",
    protein_name="p.(Arg1415Ter)",
    disease="OMIM:607208",
    disease_name="Dravet syndrome",
    mode=Mode.DE_NOVO,
    classification=Classification.PATHOGENIC,
    suggested=Classification.LIKELY_PATHOGENIC,
    points=12,
    evidence=(NULL, DE_NOVO),
    reason="the mother told me",
    organisation=NORTH,
    by="geneticist-1",
    at="2026-03-12T09:30+00:00",
    releases=("clinvar 2026-01 (77ab01de)",),
    case="C-2026-000001",
)


def test_classifications__are_those_that_were_signed(report: Report, signed_report: Report) -> None:
    assert classifications_of(report, "C-1") == ()
    (said,) = classifications_of(signed_report, "C-1")
    assert (said.gene, said.classification, said.suggested) == (
        "SCN1A",
        Classification.PATHOGENIC,
        Classification.LIKELY_PATHOGENIC,
    )
    assert (said.organisation, said.by, said.day, said.case) == (
        NORTH,
        "geneticist-1",
        "2026-03-12",
        "C-1",
    )
    assert said.releases == signed_report.interpretation.releases
    assert said.criteria == "PVS1 very strong, PM2 supporting"


def test_classification__shows_another_hospital_no_family_no_case_and_no_words() -> None:
    assert SAID.seen_by(NORTH) is SAID
    for other in (SOUTH, None):
        seen = SAID.seen_by(other)
        assert "the mother" not in repr(seen)
        assert "parents" not in repr(seen)
        assert "C-2026-000001" not in repr(seen)
        assert seen.evidence == (NULL, replace(DE_NOVO, data=WITHHELD))
        assert (seen.classification, seen.by) == (SAID.classification, SAID.by)


@pytest.mark.parametrize("criterion", sorted(OF_A_FAMILY))
def test_criterion__that_rests_on_a_family_is_told_by_its_weight_alone(criterion: str) -> None:
    said = replace(SAID, evidence=(replace(DE_NOVO, criterion=criterion),))
    assert said.seen_by(SOUTH).evidence[0].data == WITHHELD
    assert said.seen_by(SOUTH).criteria == f"{criterion} strong"


def by(organisation: str, classification: Classification, day: int) -> SharedClassification:
    at = f"2026-03-{day:02d}T09:30+00:00"
    return replace(SAID, organisation=organisation, classification=classification, at=at)


def test_disagreement__is_between_the_newest_words_of_two_hospitals() -> None:
    history = [
        by(NORTH, Classification.PATHOGENIC, 1),
        by(SOUTH, Classification.UNCERTAIN, 2),
        by(NORTH, Classification.UNCERTAIN, 3),
    ]
    (found,) = disagreements(history[:2])
    assert [each.organisation for each in found.said] == [NORTH, SOUTH]
    assert found.matters
    assert disagreements(history) == ()


def test_disagreement__of_degree_is_told_from_one_that_matters() -> None:
    (found,) = disagreements(
        [by(NORTH, Classification.PATHOGENIC, 1), by(SOUTH, Classification.LIKELY_PATHOGENIC, 2)]
    )
    assert not found.matters


CLASSES = st.sampled_from(Classification)


@given(
    st.lists(
        st.tuples(st.sampled_from([NORTH, SOUTH, "West"]), CLASSES, st.integers(1, 28)),
        unique_by=lambda each: (each[0], each[2]),
        max_size=8,
    ),
    st.randoms(),
)
def test_disagreements__are_found_whatever_the_order(
    words: list[tuple[str, Classification, int]], chance: object
) -> None:
    del chance
    newest: dict[str, tuple[int, Classification]] = {}
    for organisation, classification, day in words:
        if day > newest.get(organisation, (0, classification))[0]:
            newest[organisation] = (day, classification)
    differ = len({classification for _, classification in newest.values()}) > 1
    said = [by(*each) for each in words]
    assert bool(disagreements(said)) is differ
    assert disagreements(said) == disagreements(reversed(said))


def test_newest__is_one_for_each_variant_and_disease() -> None:
    other = replace(SAID, disease="OMIM:1", at="2026-01-01T09:30+00:00")
    later = by(NORTH, Classification.BENIGN, 20)
    assert newest_of_each([later, SAID, other]) == (other, later)
