"""Diseases with their features, frequencies, modes of inheritance and genes."""

from pathlib import Path

import pytest

from kerne.errors import InputFileError
from kerne.phenotype.annotations import (
    COLUMNS,
    GENE_COLUMNS,
    Annotation,
    Annotations,
    Inheritance,
    read_annotations,
    read_gene_links,
)
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.ontology import Ontology


def test_annotations__list_diseases_sorted_with_names(annotations: Annotations) -> None:
    assert annotations.release == "2025-01-16"
    assert annotations.diseases == ("DECIPHER:3", "OMIM:100000", "ORPHA:2")
    assert annotations.names == ("Loss", "Fits", "Clouds")
    assert annotations.index["ORPHA:2"] == 2


def test_annotations__keep_counts_classes_and_sources(
    annotations: Annotations, ontology: Ontology
) -> None:
    spasm, disability, cataract = ontology.indices(["HP:0011097", "HP:0001249", "HP:0000518"])
    assert annotations.of("OMIM:100000") == (
        Annotation(spasm, 0.75, 4, "3 of 4 patients", negated=False, sex=None, source="PMID:1"),
        Annotation(
            disability, 0.545, None, "frequent (30-79 %)", negated=False, sex=None, source="PMID:1"
        ),
        Annotation(
            disability, 0.9, 10, "9 of 10 patients", negated=False, sex=None, source="PMID:2"
        ),
        Annotation(cataract, None, None, "not stated", negated=True, sex=None, source="PMID:1"),
    )


def test_annotations__replace_moved_terms_and_leave_out_withdrawn_ones(
    annotations: Annotations, ontology: Ontology
) -> None:
    first, second = annotations.of("ORPHA:2")
    assert ontology.ids[first.term] == "HP:0000518"
    assert (second.frequency, second.said, second.sex) == (0.125, "12.5 %", "MALE")


def test_annotations__count_of_nobody_is_not_stated(annotations: Annotations) -> None:
    assert annotations.of("DECIPHER:3")[0].frequency is None
    assert annotations.of("DECIPHER:3")[1].frequency == 0.0


def test_annotations__of_an_unknown_disease_are_none(annotations: Annotations) -> None:
    assert annotations.of("OMIM:999999") == ()


def test_modes__are_the_mendelian_ones(annotations: Annotations) -> None:
    assert annotations.modes == {"OMIM:100000": frozenset({Inheritance.AUTOSOMAL_DOMINANT})}


def test_incomplete_penetrance__is_known_of_a_disease_and_is_no_mode(
    annotations: Annotations,
) -> None:
    assert annotations.spares_some == {"OMIM:100000"}


@pytest.mark.parametrize(
    ("term", "aspect", "name", "is_seldom"),
    [
        ("HP:0000006", "I", "Fits", False),
        ("HP:0001426", "I", "Fits", True),
        ("HP:0001442", "I", "Fits", True),
        ("HP:0003743", "I", "Fits", True),
        ("HP:0001249", "P", "Fits, Susceptibility to, 3", True),
        ("HP:0001249", "P", "Fits", False),
    ],
)
def test_seldom_monogenic__is_what_its_inheritance_or_its_name_says(
    tmp_path: Path, ontology: Ontology, term: str, aspect: str, name: str, *, is_seldom: bool
) -> None:
    lines = (
        f"OMIM:1\t{name}\t\t{each}\tPMID:1\tPCS\t\t\t\t\t{of}\tHPO:x[2025-01-01]"
        for each, of in ((term, aspect), ("HP:0001249", "P"))
    )
    path = tmp_path / "some.hpoa"
    path.write_text("\n".join((COLUMNS, *lines)) + "\n")
    assert ("OMIM:1" in read_annotations(path, ontology).seldom_monogenic) is is_seldom


def test_read_annotations__takes_only_the_databases_asked_for(
    hpoa_file: Path, ontology: Ontology
) -> None:
    found = read_annotations(hpoa_file, ontology, frozenset({"OMIM"}))
    assert found.diseases == ("OMIM:100000",)


def test_read_annotations__of_no_disease_are_empty(tmp_path: Path, ontology: Ontology) -> None:
    path = tmp_path / "empty.hpoa"
    path.write_text(COLUMNS + "\n")
    found = read_annotations(path, ontology)
    assert found.diseases == ()
    assert found.release == "unknown"
    assert found.offsets.tolist() == [0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("#version: 1\n", "found the end"),
        ("id\tname\n", "line 1: expected the header"),
        (f"{COLUMNS}\nOMIM:1\tx\n", "line 2: expected 12 columns, found `2`"),
    ],
)
def test_read_annotations__refuse_another_file(
    tmp_path: Path, ontology: Ontology, text: str, problem: str
) -> None:
    path = tmp_path / "x.hpoa"
    path.write_text(text)
    with pytest.raises(InputFileError, match=problem):
        read_annotations(path, ontology)


@pytest.mark.parametrize("frequency", ["5/4", "often", "1/x", "HP:0040289"])
def test_read_annotations__refuse_a_malformed_frequency(
    tmp_path: Path, ontology: Ontology, frequency: str
) -> None:
    path = tmp_path / "x.hpoa"
    row = ("OMIM:1", "x", "", "HP:0001250", "PMID:1", "PCS", "", frequency, "", "", "P", "x")
    path.write_text(COLUMNS + "\n" + "\t".join(row) + "\n")
    with pytest.raises(InputFileError, match=rf"line 2: malformed frequency `{frequency}`"):
        read_annotations(path, ontology)


def test_gene_links__join_diseases_by_gene(tmp_path: Path) -> None:
    path = tmp_path / "genes_to_phenotype.txt"
    rows = (
        "10\tNAT2\tHP:1\tx\t-\tOMIM:1",
        "10\tNAT2\tHP:2\tx\t1/2\tORPHA:2",
        "2\tA2M\t\t\t\tOMIM:3",
    )
    path.write_text("\n".join((GENE_COLUMNS, *rows)) + "\n")
    assert read_gene_links(path) == {
        "NAT2": frozenset({"OMIM:1", "ORPHA:2"}),
        "A2M": frozenset({"OMIM:3"}),
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [("gene\n", "line 1: expected the header"), (f"{GENE_COLUMNS}\n1\t2\n", "line 2: expected 6")],
)
def test_gene_links__refuse_another_file(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "x.txt"
    path.write_text(text)
    with pytest.raises(InputFileError, match=problem):
        read_gene_links(path)


def test_released_annotations__describe_thousands_of_diseases(
    released_model: LikelihoodModel, released_folder: Path
) -> None:
    annotations = released_model.annotations
    assert len(annotations.diseases) > 12_000
    assert annotations.names[annotations.index["OMIM:154700"]] == "Marfan syndrome"
    assert annotations.modes["OMIM:154700"] == {Inheritance.AUTOSOMAL_DOMINANT}
    assert len(annotations.spares_some) > 100
    links = read_gene_links(released_folder / "genes_to_phenotype.txt")
    assert "OMIM:154700" in links["FBN1"]
