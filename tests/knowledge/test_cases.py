"""Published cases."""

import json
from pathlib import Path
from typing import Any

import pytest

from kerne.errors import InputFileError
from kerne.knowledge.cases import (
    PublishedCase,
    PublishedVariant,
    as_json_lines,
    read_cases,
)


def test_published_case__keeps_terms_diagnosis_and_variants(cases_file: Path) -> None:
    first, _ = read_cases(cases_file)
    assert first == PublishedCase(
        identifier="PMID_1_A",
        sex="MALE",
        observed=("HP:0001250",),
        excluded=("HP:0000518",),
        disease="OMIM:1",
        disease_name="Fits",
        gene="AAA",
        variants=(
            PublishedVariant(
                gene="AAA",
                contig="chr1",
                position=151,
                reference="A",
                alternative="T",
                build="hg38",
                genotype="heterozygous",
                coding_name="NM_1.4:c.2A>T",
                words="",
            ),
            PublishedVariant("", "", None, "", "", "", "", "", "exon 2 deletion"),
        ),
        publication="PMID:1",
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"hpo":', '"terms":', "line 1: a case without `hpo`"),
        ('"id":"OMIM:1"', '"id":""', "line 1: case `PMID_1_A` has no diagnosed disease"),
        ('{"id"', '"id"', "line 1: not JSON"),
        ('["HP:0001250"]', "1", "line 1: not a case"),
        ('"pos":152', '"pos":"x"', "line 1: not a case"),
        ('{"id":"OMIM:1","label":"Fits"}', "[]", "line 1: not a case"),
    ],
)
def test_published_case__malformed_line_is_refused(
    cases_file: Path, old: str, new: str, problem: str
) -> None:
    cases_file.write_text(cases_file.read_text().replace(old, new))
    with pytest.raises(InputFileError, match=problem):
        list(read_cases(cases_file))


def test_published_cases__are_read_whole(shared: Path) -> None:
    cases = list(read_cases(shared / "cases" / "published_cases.jsonl.gz"))
    assert len(cases) == 5698
    assert sum(variant.position is not None for case in cases for variant in case.variants) == 5843


def packet(**changes: Any) -> dict[str, Any]:  # Any: JSON
    """A Phenopacket of an invented patient."""
    variant = {
        "geneContext": {"valueId": "HGNC:1", "symbol": "AAA"},
        "expressions": [{"syntax": "hgvs.c", "value": "NM_1.4:c.2A>T"}],
        "vcfRecord": {
            "genomeAssembly": "hg38",
            "chrom": "chr1",
            "pos": "152",
            "ref": "A",
            "alt": "T",
        },
        "allelicState": {"id": "GENO:0000135", "label": "heterozygous"},
    }
    diagnosis = {
        "disease": {"id": "OMIM:1", "label": "Fits"},
        "genomicInterpretations": [
            {"variantInterpretation": {"variationDescriptor": variant}},
            {"variantInterpretation": {"variationDescriptor": {"label": "a deletion"}}},
        ],
    }
    whole = {
        "id": "PMID_1_A",
        "subject": {"id": "A", "sex": "MALE"},
        "phenotypicFeatures": [
            {"type": {"id": "HP:0001250", "label": "Seizure"}},
            {"type": {"id": "HP:0000518", "label": "Cataract"}, "excluded": True},
        ],
        "interpretations": [{"id": "x", "diagnosis": diagnosis}],
        "metaData": {
            "phenopacketSchemaVersion": "2.0.0",
            "externalReferences": [{"id": "PMID:1", "description": "a paper"}],
        },
    }
    return whole | changes


def write(path: Path, *packets: dict[str, Any], indent: int | None = 2) -> Path:
    path.write_text("\n".join(json.dumps(each, indent=indent) for each in packets) + "\n")
    return path


def test_phenopacket__is_the_same_case_however_it_is_given(
    tmp_path: Path, cases_file: Path
) -> None:
    first, _ = read_cases(cases_file)
    whole = write(tmp_path / "a.json", packet())
    lines = write(tmp_path / "a.jsonl", packet(), indent=None)
    folder = tmp_path / "folder" / "deep"
    folder.mkdir(parents=True)
    write(folder / "a.json", packet())
    for path in (whole, lines, folder.parent):
        (case,) = read_cases(path)
        assert case.variants == first.variants[:1]
        assert (case.observed, case.excluded) == (first.observed, first.excluded)
        assert (case.disease, case.gene) == (first.disease, first.gene)
        assert case.publication == first.publication
    (again,) = as_json_lines(folder.parent)
    kept = tmp_path / "kept.jsonl"
    kept.write_text(again)
    assert list(read_cases(kept)) == list(read_cases(whole))


def test_publication__is_read_from_the_identifier_where_nothing_refers_to_it(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "a.json", packet(metaData={"phenopacketSchemaVersion": "2.0"}))
    (case,) = read_cases(path)
    assert case.publication == "PMID:1"


def test_case_to_be_ranked__needs_no_diagnosis(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", packet(interpretations=[]))
    (case,) = read_cases(path, diagnosed=False)
    assert (case.disease, case.observed) == ("", ("HP:0001250",))
    with pytest.raises(InputFileError, match="case `PMID_1_A` has no diagnosed disease"):
        list(read_cases(path))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"metaData": {"phenopacketSchemaVersion": "1.0.0"}}, "version `1.0.0`, expected 2.0"),
        ({"metaData": {}}, "version `not stated`, expected 2.0"),
        (
            {"phenotypicFeatures": [{"type": {"id": "HP:0001250"}, "negated": True}]},
            "expected 2.0",
        ),
        ({"phenotypicFeatures": [{}]}, "a case without `type`"),
    ],
)
def test_phenopacket__of_another_kind_is_refused(
    tmp_path: Path, changes: dict[str, Any], problem: str
) -> None:
    path = write(tmp_path / "a.json", packet(**changes))
    with pytest.raises(InputFileError, match=problem):
        list(read_cases(path))


def test_folder_without_phenopackets__is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="no phenopacket"):
        list(read_cases(tmp_path))


def test_file_that_is_neither__is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{\n"some": "thing"}\n')
    with pytest.raises(InputFileError, match="no Phenopacket"):
        list(read_cases(path))
    path.write_text("{\nhalf")
    with pytest.raises(InputFileError, match="not JSON"):
        list(read_cases(path))
