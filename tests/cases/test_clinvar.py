import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kerne.alleles.allele import Allele
from kerne.cases.clinvar import clinvar_submission
from kerne.cases.statement import SharedClassification
from kerne.interpretation.candidate import Classification, Mode

from .test_statement import SAID

SCHEMA = Path(__file__).parent.parent / "golden" / "clinvar_submission_schema.json"
"""NCBI's schema of its submission API, a work of the United States Government."""


def problems(content: dict[str, Any]) -> list[str]:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    return [each.message for each in validator.iter_errors(content)]


def record(said: SharedClassification) -> dict[str, Any]:
    made = clinvar_submission("Kerne", [said])
    assert problems(made.content) == []
    (found,) = made.content["germlineSubmission"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("classification", Classification)
@pytest.mark.parametrize("mode", Mode)
def test_submission__is_valid_by_the_schema_of_clinvar(
    classification: Classification, mode: Mode
) -> None:
    assert record(replace(SAID, classification=classification, mode=mode))


def test_schema__finds_what_is_wrong() -> None:
    made = clinvar_submission("Kerne", [SAID]).content
    made["germlineSubmission"][0]["conditionSet"]["condition"][0]["db"] = "none"
    assert problems(made)


def test_record__names_variant_disease_class_day_and_criteria() -> None:
    found = record(SAID)
    (variant,) = found["variantSet"]["variant"]
    assert variant["hgvs"] == "NM_001165963.4:c.4243C>T"
    assert found["conditionSet"]["condition"] == [{"db": "OMIM", "id": "607208"}]
    said = found["germlineClassification"]
    assert said["germlineClassificationDescription"] == "Pathogenic"
    assert said["dateLastEvaluated"] == "2026-03-12"
    assert said["comment"] == "ACMG/AMP criteria: PVS1 (very strong): stop gained; PS2 (strong)."


def test_record__without_a_refseq_name_gives_coordinates_that_count_from_1() -> None:
    allele = Allele("chrM", 99, "CTT", "C")
    found = record(replace(SAID, coding_name="ENST1:c.1del", allele=allele, disease="ORPHA:33069"))
    (variant,) = found["variantSet"]["variant"]
    place = variant["chromosomeCoordinates"]
    assert (place["chromosome"], place["start"], place["stop"]) == ("MT", 100, 102)
    assert found["conditionSet"]["condition"] == [{"db": "Orphanet", "id": "ORPHA33069"}]


def test_record__of_a_disease_in_another_catalogue_gives_its_name() -> None:
    found = record(replace(SAID, disease="DECIPHER:18"))
    assert found["conditionSet"]["condition"] == [{"name": "Dravet syndrome"}]


def test_record__has_the_same_identifier_whenever_it_is_made_and_no_patient_in_it() -> None:
    later = replace(SAID, classification=Classification.BENIGN, at="2027-03-12T09:30+00:00")
    assert record(later)["localID"] == record(SAID)["localID"]
    assert record(replace(SAID, disease="OMIM:1"))["localID"] != record(SAID)["localID"]
    text = json.dumps(record(SAID))
    for private in (SAID.case, SAID.reason, "parents", SAID.by):
        assert private not in text


def test_submission__leaves_out_and_counts_what_clinvar_cannot_take() -> None:
    made = clinvar_submission(
        "Kerne",
        [
            SAID,
            replace(SAID, assembly="Kernia1"),
            replace(SAID, disease=""),
            replace(SAID, allele=Allele("chr1", 100, "N", "<DEL:5000>")),
        ],
    )
    assert (made.records, made.left_out) == (1, 3)
