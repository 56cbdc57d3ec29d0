import json
from dataclasses import replace
from typing import Any

import pytest
from fhirclient.models.bundle import Bundle

from kerne.alleles.vrs import VrsAllele
from kerne.cases.answers.fhir import bundle_json, bundle_record
from kerne.cases.answers.report import Conclusion, Finding, Report, with_conclusion
from kerne.cases.events import Bearing
from kerne.interpretation.candidate import Classification, Mode
from kerne.phenotype.phenopacket import Sex

LOINC = "http://loinc.org"


def resources(report: Report, kind: str) -> list[dict[str, Any]]:
    entries = bundle_json(report, Sex.FEMALE)["entry"]
    return [each["resource"] for each in entries if each["resource"]["resourceType"] == kind]


def observed(report: Report, profile: str) -> list[dict[str, Any]]:
    return [
        each
        for each in resources(report, "Observation")
        if each["meta"]["profile"][0].endswith(f"/{profile}")
    ]


def component(observation: dict[str, Any], code: str) -> dict[str, Any]:
    (found,) = (
        each for each in observation["component"] if each["code"]["coding"][0]["code"] == code
    )
    assert isinstance(found, dict)
    return found


def code_of(concept: dict[str, Any]) -> str:
    return str(concept["coding"][0]["code"])


def with_findings(report: Report, *findings: Finding) -> Report:
    return with_conclusion(report, Conclusion(findings, None, "geneticist-1", "Hospital North"))


@pytest.fixture
def finding(signed_report: Report) -> Finding:
    assert signed_report.conclusion is not None
    vrs = VrsAllele("SQ.IIB53T8CNeJJdUqzn9V_JnRtQadwWCbl", 148_205, 148_206, "T")
    return replace(signed_report.conclusion.findings[0], vrs=vrs)


def test_bundle__is_valid_fhir_r4(report: Report, finding: Finding) -> None:
    for each in (report, with_findings(report, finding), with_findings(report)):
        parsed = Bundle(json.loads(bundle_record(each, Sex.FEMALE)))
        assert parsed.as_json()["entry"]


def test_bundle__refers_only_to_what_it_holds(report: Report, finding: Finding) -> None:
    text = bundle_record(with_findings(report, finding), Sex.MALE).decode()
    names = {each["fullUrl"] for each in json.loads(text)["entry"]}
    for place in text.split('"reference":"')[1:]:
        assert place.split('"')[0] in names


def test_bundle__is_the_same_for_the_same_report_and_no_other(
    report: Report, finding: Finding
) -> None:
    signed = with_findings(report, finding)
    assert bundle_record(signed, Sex.FEMALE) == bundle_record(replace(signed), Sex.FEMALE)
    other = bundle_json(replace(signed, subject="P-000124"), Sex.FEMALE)
    assert other["id"] != bundle_json(signed, Sex.FEMALE)["id"]


def test_bundle__tells_variant_class_disease_and_inheritance(
    report: Report, finding: Finding
) -> None:
    recessive = replace(finding, mode=Mode.RECESSIVE_HOMOZYGOUS)
    signed = with_findings(report, recessive)
    (variant,) = observed(signed, "variant")
    (implication,) = observed(signed, "diagnostic-implication")
    assert code_of(component(variant, "48004-6")["valueCodeableConcept"]) == (
        "ENST00000303395:c.664C>T"
    )
    place = component(variant, "81254-5")["valueRange"]
    assert (place["low"]["value"], place["high"]["value"]) == (148_206, 148_206)
    assert code_of(component(variant, "81252-9")["valueCodeableConcept"]).startswith("ga4gh:VA.")
    assert code_of(component(implication, "53037-8")["valueCodeableConcept"]) == "LA6668-3"
    disease = component(implication, "81259-4")["valueCodeableConcept"]["coding"][0]
    assert (disease["system"], disease["code"]) == ("http://www.omim.org", "607208")
    mode = component(implication, "condition-inheritance")["valueCodeableConcept"]
    assert code_of(mode) == "HP:0000007"


@pytest.mark.parametrize(
    ("bearings", "answer"),
    [
        ([Bearing.CAUSATIVE], "Positive"),
        ([Bearing.CANDIDATE], "Inconclusive"),
        ([Bearing.REJECTED], "Negative"),
        ([], "Negative"),
    ],
)
def test_bundle__is_never_surer_than_the_geneticist(
    report: Report, finding: Finding, bearings: list[Bearing], answer: str
) -> None:
    signed = with_findings(report, *(replace(finding, bearing=each) for each in bearings))
    (overall,) = observed(signed, "overall-interpretation")
    assert overall["valueCodeableConcept"]["coding"][0]["display"] == answer
    shown = [each for each in bearings if each is not Bearing.REJECTED]
    assert len(observed(signed, "variant")) == len(shown)


def test_bundle__of_an_unjudged_genome_is_preliminary_and_holds_no_variant(report: Report) -> None:
    (made,) = resources(report, "DiagnosticReport")
    assert made["status"] == "preliminary"
    assert observed(report, "variant") == observed(report, "overall-interpretation") == []


def test_bundle__says_what_was_not_examined_and_how_much_was_seen(report: Report) -> None:
    (made,) = resources(report, "DiagnosticReport")
    for limit in (*report.interpretation.not_examined, *report.warnings):
        assert limit in made["conclusion"]
    notes = [each["note"][0]["text"] for each in observed(report, "region-studied")]
    assert notes[0] == "SCN1A: 97.3 % of its coding bases were callable"
    assert "is not known" in notes[1]


def test_bundle__of_a_disease_without_a_number_names_it(report: Report, finding: Finding) -> None:
    unnamed = replace(finding, disease="", disease_name="", classification=Classification.UNCERTAIN)
    (implication,) = observed(with_findings(report, unnamed), "diagnostic-implication")
    codes = [each["code"]["coding"][0]["code"] for each in implication["component"]]
    assert "81259-4" not in codes


def test_bundle__names_genes_by_their_number_at_hgnc_where_it_is_known(
    report: Report, finding: Finding
) -> None:
    named = with_findings(report, replace(finding, hgnc="HGNC:10590"))
    (variant,) = observed(named, "variant")
    assert component(variant, "48018-6")["valueCodeableConcept"] == {
        "coding": [
            {
                "system": "http://www.genenames.org/geneId",
                "code": "HGNC:10590",
                "display": finding.gene,
            }
        ],
        "text": finding.gene,
    }
    assert Bundle(bundle_json(named, Sex.FEMALE)).as_json()["entry"]
    (nameless,) = observed(with_findings(report, finding), "variant")
    assert component(nameless, "48018-6")["valueCodeableConcept"] == {"text": finding.gene}
    covered = replace(report.interpretation.coverage[0], hgnc="HGNC:10585")
    seen = replace(report, interpretation=replace(report.interpretation, coverage=(covered,)))
    (region,) = observed(seen, "region-studied")
    assert code_of(component(region, "48018-6")["valueCodeableConcept"]) == "HGNC:10585"
