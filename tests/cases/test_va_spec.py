from dataclasses import replace

import pytest
from ga4gh.core.identifiers import ga4gh_identify
from ga4gh.va_spec.acmg_2015 import (
    VariantPathogenicityEvidenceLine,
    VariantPathogenicityStatement,
)
from ga4gh.vrs.models import Allele as OracleAllele
from pydantic import ValidationError

from kerne.cases.statement import WITHHELD
from kerne.cases.va_spec import statements_of
from kerne.interpretation.candidate import Classification, Evidence, Met, Mode, Strength

from .test_statement import NULL, SAID

CRITERIA = {
    "PVS1": Strength.VERY_STRONG,
    "PS1": Strength.STRONG,
    "PM2": Strength.MODERATE,
    "PP3": Strength.SUPPORTING,
    "BA1": Strength.STAND_ALONE,
    "BS1": Strength.STRONG,
    "BP4": Strength.SUPPORTING,
}


@pytest.mark.parametrize("classification", Classification)
@pytest.mark.parametrize("mode", Mode)
def test_statement__is_one_to_the_reference_implementation(
    classification: Classification, mode: Mode
) -> None:
    (content,) = statements_of([replace(SAID, classification=classification, mode=mode)]).content
    statement = VariantPathogenicityStatement(**content)
    assert statement.classification.primaryCoding.code.root == classification.value
    for line in content["hasEvidenceLines"]:
        VariantPathogenicityEvidenceLine(**line)
    allele = content["proposition"]["subjectVariant"]
    assert ga4gh_identify(OracleAllele(**allele)) == allele["id"]


def test_statement__that_is_wrong_is_found_out() -> None:
    (content,) = statements_of([SAID]).content
    content["classification"]["primaryCoding"]["code"] = "bad"
    with pytest.raises(ValidationError):
        VariantPathogenicityStatement(**content)


@pytest.mark.parametrize(("criterion", "usual"), CRITERIA.items())
@pytest.mark.parametrize("met", [Met.MET, Met.NOT_MET])
def test_criterion__is_written_as_the_guideline_writes_it(
    criterion: str, usual: Strength, met: Met
) -> None:
    evidence = Evidence(criterion, met, usual, 1 if met is Met.MET else 0, "seen", "a source")
    (content,) = statements_of([replace(SAID, evidence=(evidence,))]).content
    (line,) = content["hasEvidenceLines"]
    VariantPathogenicityEvidenceLine(**line)
    expected = criterion if met is Met.MET else f"{criterion}_not_met"
    assert line["evidenceOutcome"]["primaryCoding"]["code"] == expected


def test_criterion__of_another_strength_says_so() -> None:
    weaker = replace(NULL, strength=Strength.MODERATE)
    (content,) = statements_of([replace(SAID, evidence=(weaker,))]).content
    (line,) = content["hasEvidenceLines"]
    VariantPathogenicityEvidenceLine(**line)
    assert line["evidenceOutcome"]["primaryCoding"]["code"] == "PVS1_moderate"
    assert line["directionOfEvidenceProvided"] == "supports"


def test_statement__tells_who_when_and_no_family() -> None:
    (content,) = statements_of([SAID]).content
    (made,) = content["contributions"]
    assert (made["contributor"]["name"], made["date"]) == (SAID.organisation, SAID.at)
    words = [line["description"] for line in content["hasEvidenceLines"]]
    assert words == ["stop gained", WITHHELD]
    for private in (SAID.case, SAID.reason, "parents"):
        assert private not in str(content)


def test_statements__leave_out_what_has_no_vrs_allele_and_what_was_not_judged() -> None:
    unknown = replace(NULL, met=Met.NOT_JUDGED)
    of_a_loss = replace(NULL, criterion="2A")
    made = statements_of(
        [replace(SAID, vrs=None), replace(SAID, disease="", evidence=(unknown, of_a_loss))]
    )
    assert made.left_out == 1
    (content,) = made.content
    assert content["hasEvidenceLines"] == []
    assert content["proposition"]["objectCondition"]["name"] == "a disease of SCN1A"
