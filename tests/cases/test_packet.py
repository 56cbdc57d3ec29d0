import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from google.protobuf.json_format import Parse, ParseError
from phenopackets import Phenopacket

from kerne.alleles.vrs import VrsAllele
from kerne.cases.answers.packet import diagnoses_of, packet_record
from kerne.cases.answers.report import Conclusion, Finding, Report, report_of, with_conclusion
from kerne.cases.events import Bearing
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import Interpretation, NamedTerm
from kerne.phenotype.phenopacket import Progress, Sex, Status


def finding(report: Report) -> Finding:
    assert report.conclusion is not None
    return report.conclusion.findings[0]


def judged(report: Report, *findings: Finding) -> Report:
    return with_conclusion(report, Conclusion(findings, None, "geneticist-1", "Hospital North"))


def test_packet__of_an_unjudged_genome_holds_no_diagnosis(report: Report) -> None:
    assert diagnoses_of(report) == ()


def test_packet__leaves_rejected_variants_out(signed_report: Report) -> None:
    rejected = replace(finding(signed_report), bearing=Bearing.REJECTED)
    assert diagnoses_of(judged(signed_report, rejected)) == ()


def test_packet__joins_the_variants_of_one_disease(signed_report: Report) -> None:
    first = finding(signed_report)
    second = replace(first, bearing=Bearing.CONTRIBUTORY)
    other = replace(first, disease="", disease_name="", bearing=Bearing.CANDIDATE)
    unnamed, dravet = sorted(
        diagnoses_of(judged(signed_report, first, other, second)),
        key=lambda diagnosis: len(diagnosis.variants),
    )
    assert [variant.status for variant in dravet.variants] == [
        Status.CAUSATIVE,
        Status.CONTRIBUTORY,
    ]
    assert dravet.progress is Progress.SOLVED
    assert (unnamed.disease, unnamed.disease_name) == ("SCN1A", "SCN1A")
    assert unnamed.progress is Progress.UNSOLVED


def test_packet__is_canonical_json_with_the_phenotype_that_was_used(
    found: Interpretation, signed_report: Report, knowledge: Knowledge
) -> None:
    blue_ears = (NamedTerm("HP:0000010", "Blue ears"),)
    known = replace(found, observed=blue_ears, excluded=(NamedTerm("HP:0000020", "Green nails"),))
    now = datetime(2026, 3, 12, tzinfo=UTC)
    report = report_of(known, title="Answer", subject="P-000123", facts=(), made_at=now)
    report = judged(report, finding(signed_report))
    packet = json.loads(packet_record(report, Sex.FEMALE, knowledge.ontology))
    features = {
        each["type"]["id"]: each.get("excluded", False) for each in packet["phenotypicFeatures"]
    }
    assert features == {"HP:0000010": False, "HP:0000020": True}
    assert packet["subject"] == {"id": "P-000123", "sex": "FEMALE"}
    assert "OMIM:607208" in json.dumps(packet["interpretations"])


def test_packet__is_a_phenopacket_to_the_schemas_own_package(
    found: Interpretation, signed_report: Report, knowledge: Knowledge
) -> None:
    known = replace(
        found,
        observed=(NamedTerm("HP:0000010", "Blue ears"),),
        excluded=(NamedTerm("HP:0000020", "Green nails"),),
    )
    vrs = VrsAllele("SQ.IIB53T8CNeJJdUqzn9V_JnRtQadwWCbl", 148_205, 148_206, "T")
    report = judged(
        replace(signed_report, interpretation=known), replace(finding(signed_report), vrs=vrs)
    )
    content = packet_record(report, Sex.FEMALE, knowledge.ontology)
    packet = Parse(content, Phenopacket())
    (interpretation,) = packet.interpretations
    (genomic,) = interpretation.diagnosis.genomic_interpretations
    descriptor = genomic.variant_interpretation.variation_descriptor
    assert (descriptor.vcf_record.pos, descriptor.vcf_record.alt) == (148_206, "T")
    assert list(descriptor.xrefs) == [vrs.identifier]
    assert packet.phenotypic_features[1].excluded
    with pytest.raises(ParseError):
        Parse(content.replace(b"phenotypicFeatures", b"phenotypicFeature"), Phenopacket())
