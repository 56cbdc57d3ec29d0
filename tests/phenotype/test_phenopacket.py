"""Phenopackets: read from several dialects, refused in one sentence, and written."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kerne.alleles.allele import Allele
from kerne.errors import InputFileError, PhenotypeError
from kerne.phenotype.ontology import Ontology
from kerne.phenotype.phenopacket import (
    PacketDiagnosis,
    PacketFacts,
    PacketVariant,
    Phenotype,
    Progress,
    Sex,
    Significance,
    Status,
    Zygosity,
    phenopacket_json,
    read_phenopacket,
)

Packet = dict[str, Any]  # Any: JSON of every malformed kind


def feature(term: object, **more: object) -> Packet:
    return {"type": {"id": term, "label": "x"}, **more}


def packet(*features: object, **more: object) -> Packet:
    return {
        "id": "case-1",
        "subject": {"id": "patient-1", "sex": "FEMALE"},
        "phenotypicFeatures": list(features),
        "metaData": {"phenopacketSchemaVersion": "2.0"},
        **more,
    }


def read(path: Path, ontology: Ontology, content: object) -> Phenotype:
    file = path / "case.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_phenopacket(file, ontology)


def test_phenopacket__gives_observed_and_excluded_terms(tmp_path: Path, ontology: Ontology) -> None:
    content = packet(
        feature("HP:0001250"),
        feature("HP:0000518", excluded=True),
        feature("HP:0001249", excluded=False),
        feature("HP:0001250"),
    )
    assert read(tmp_path, ontology, content) == Phenotype(
        subject="patient-1",
        sex=Sex.FEMALE,
        observed=("HP:0001250", "HP:0001249"),
        excluded=("HP:0000518",),
        notes=(),
    )


def test_phenopacket__replaces_an_obsolete_term_and_says_so(
    tmp_path: Path, ontology: Ontology
) -> None:
    found = read(tmp_path, ontology, packet(feature("HP:0001250"), feature("HP:0000057")))
    assert found.observed == ("HP:0001250", "HP:0000518")
    assert found.notes == (
        "feature 2: `HP:0000057` is obsolete or merged, replaced by `HP:0000518` (Cataract)",
    )


def test_phenopacket__leaves_out_what_is_no_phenotype_and_says_so(
    tmp_path: Path, ontology: Ontology
) -> None:
    found = read(tmp_path, ontology, packet(feature("HP:0000006"), feature("HP:0001250")))
    assert found.observed == ("HP:0001250",)
    assert found.notes[0].endswith("is not a phenotypic abnormality, left out")


def test_phenopacket__observed_outweighs_an_excluded_ancestor(
    tmp_path: Path, ontology: Ontology
) -> None:
    content = packet(feature("HP:0011097"), feature("HP:0001250", excluded=True))
    found = read(tmp_path, ontology, content)
    assert found.excluded == ()
    assert found.notes == ("`HP:0001250` is both observed and excluded, taken as observed",)


@pytest.mark.parametrize(
    "meta_data", [{"phenopacketSchemaVersion": "1.0.0"}, {"phenopacket_schema_version": "1.0"}, {}]
)
def test_phenopacket__version_1_is_read_and_said(
    tmp_path: Path, ontology: Ontology, meta_data: Packet
) -> None:
    content = packet(feature("HP:0001250"), feature("HP:0000518", negated=True), metaData=meta_data)
    found = read(tmp_path, ontology, content)
    assert found.excluded == ("HP:0000518",)
    assert found.notes == ("Phenopacket version 1: read as version 2, `negated` as `excluded`",)


def test_phenopacket__may_use_the_other_spelling_of_protocol_buffers(
    tmp_path: Path, ontology: Ontology
) -> None:
    content = {"id": "case-2", "phenotypic_features": [feature("HP:0001250")]}
    found = read(tmp_path, ontology, content)
    assert (found.subject, found.sex, found.observed) == ("case-2", Sex.UNKNOWN, ("HP:0001250",))


def test_phenopacket__without_any_name_is_unnamed(tmp_path: Path, ontology: Ontology) -> None:
    content = {"subject": {"sex": 2}, "phenotypicFeatures": [feature("HP:0001250")]}
    found = read(tmp_path, ontology, content)
    assert (found.subject, found.sex) == ("unnamed", Sex.MALE)


def test_phenopacket__of_a_family_is_that_of_the_proband(
    tmp_path: Path, ontology: Ontology
) -> None:
    found = read(tmp_path, ontology, {"proband": packet(feature("HP:0001250"))})
    assert found.subject == "patient-1"
    assert found.notes == ("a family packet: the phenotype of its proband was read",)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "not a Phenopacket: expected the file to hold a JSON object"),
        ({"proband": 1}, "expected `proband` to hold a JSON object"),
        (packet(), "no `phenotypicFeatures`, expected at least one"),
        ({"phenotypicFeatures": {}}, "no `phenotypicFeatures`"),
        (packet(feature("HP:0001250", excluded=True)), "no observed phenotypic feature"),
        (packet(feature("HP:0001250"), feature("HP:0001251")), "feature `2`: no HPO term `HP:0001"),
        (packet(feature("HP:0000489")), "feature `1`: HPO term `HP:0000489` is obsolete"),
        (packet(feature(7)), "feature `1` has no `type.id`"),
        (packet({"type": "HP:0001250"}), "feature `1` has no `type.id`"),
        (packet("HP:0001250"), "feature `1` has no `type.id`"),
        (packet(feature("HP:0001250"), subject={"sex": "W"}), "sex `W` is unknown"),
        (packet(feature("HP:0001250"), subject={"sex": 9}), "sex `9` is unknown"),
    ],
)
def test_phenopacket__that_cannot_be_used_is_refused_in_one_sentence(
    tmp_path: Path, ontology: Ontology, content: object, problem: str
) -> None:
    with pytest.raises(InputFileError) as refused:
        read(tmp_path, ontology, content)
    assert problem in str(refused.value)
    assert "case.json" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_phenopacket__file_must_be_there_and_text(tmp_path: Path, ontology: Ontology) -> None:
    with pytest.raises(InputFileError, match="no such file"):
        read_phenopacket(tmp_path / "none.json", ontology)
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputFileError, match="not text, expected UTF-8"):
        read_phenopacket(binary, ontology)


FACTS = PacketFacts("case-1", "GRCh38", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "kerne 0.1")
VARIANT = PacketVariant(
    allele=Allele("chr11", 5227001, "T", "A"),
    zygosity=Zygosity.HOMOZYGOUS,
    gene_id="HGNC:4827",
    gene="HBB",
    coding_name="NM_000518.5:c.20A>T",
    protein_name="",
    significance=Significance.PATHOGENIC,
    status=Status.CAUSATIVE,
)


def test_written_packet__reads_back_as_the_same_phenotype(
    tmp_path: Path, ontology: Ontology
) -> None:
    phenotype = Phenotype("patient-1", Sex.MALE, ("HP:0001250",), ("HP:0000518",))
    written = phenopacket_json(phenotype, (), FACTS, ontology)
    assert "interpretations" not in written
    assert read(tmp_path, ontology, written) == phenotype


def test_written_packet__holds_the_diagnosis_as_the_schema_has_it(ontology: Ontology) -> None:
    phenotype = Phenotype("patient-1", Sex.MALE, ("HP:0001250",), ())
    diagnosis = PacketDiagnosis("OMIM:603903", "Sickle cell disease", Progress.SOLVED, (VARIANT,))
    written = phenopacket_json(phenotype, (diagnosis,), FACTS, ontology)
    assert written["metaData"]["created"] == "2026-01-02T03:04:05Z"
    assert written["metaData"]["resources"][0]["version"] == "2025-01-16"
    (interpretation,) = written["interpretations"]
    assert interpretation["progressStatus"] == "SOLVED"
    (genomic,) = interpretation["diagnosis"]["genomicInterpretations"]
    assert genomic["interpretationStatus"] == "CAUSATIVE"
    variation = genomic["variantInterpretation"]["variationDescriptor"]
    assert variation["vcfRecord"] == {
        "genomeAssembly": "GRCh38",
        "chrom": "chr11",
        "pos": "5227002",
        "ref": "T",
        "alt": "A",
    }
    assert variation["expressions"] == [{"syntax": "hgvs.c", "value": "NM_000518.5:c.20A>T"}]
    assert variation["allelicState"] == {"id": "GENO:0000136", "label": "homozygous"}


def test_written_packet__refuses_an_unknown_term(ontology: Ontology) -> None:
    with pytest.raises(PhenotypeError, match="no HPO term"):
        phenopacket_json(Phenotype("x", Sex.MALE, ("HP:9",), ()), (), FACTS, ontology)
