"""Which diseases resemble each other, and what their names say."""

import pytest

from kerne.phenotype.naming import NamedFeatures
from kerne.phenotype.ontology import Ontology
from kerne.phenotype.relations import relate, series_name

NAMES = {
    "OMIM:1": "Deafness 1A",
    "OMIM:2": "Deafness 2",
    "OMIM:3": "Deafness 3, with goiter",
    "OMIM:4": "Pendred syndrome",
    "ORPHA:4": "Pendred syndrome",
    "ORPHA:5": "Deafness of many genes",
    "ORPHA:6": "A disease of no gene",
}
LINKS = {"SLC26A4": frozenset({"OMIM:1", "OMIM:4", "ORPHA:5"})}


def test_candidates__are_all_diseases_but_those_that_others_stand_for() -> None:
    found = relate(NAMES, LINKS, {})
    assert found.candidates == ("OMIM:1", "OMIM:2", "OMIM:3", "OMIM:4", "ORPHA:6")


def test_relatives__are_of_one_name_one_gene_and_one_series() -> None:
    found = relate(NAMES, LINKS, {})
    assert found.aliases == {"OMIM:4": ("ORPHA:4",)}
    assert found.kinds == {}
    assert found.orphanet == {"OMIM:1": ("ORPHA:5",), "OMIM:4": ("ORPHA:5",)}
    assert found.siblings == {"OMIM:1": ("OMIM:4",), "OMIM:4": ("OMIM:1",)}
    assert found.series["OMIM:1"] == ("OMIM:2", "OMIM:3")
    assert "OMIM:4" not in found.series
    assert found.genes == {"OMIM:1": ("SLC26A4",), "OMIM:4": ("SLC26A4",)}


def test_alias__that_is_known_makes_one_candidate_of_two() -> None:
    found = relate(NAMES, {}, {"OMIM:2": frozenset({"ORPHA:6", "ORPHA:7"})})
    assert found.aliases["OMIM:2"] == ("ORPHA:6",)
    assert "ORPHA:6" not in found.candidates


KINDS = {
    "OMIM:1": "Joubert syndrome 10",
    "OMIM:2": "Tuberous sclerosis-1",
    "OMIM:3": "Joubert syndrome 11",
    "OMIM:4": "Oro-facial clefts",
    "ORPHA:1": "Joubert syndrome",
    "ORPHA:2": "Tuberous sclerosis complex",
    "ORPHA:3": "Rare tumour of the kidney",
}
KIND_LINKS = {
    "TSC1": frozenset({"OMIM:2", "ORPHA:2", "ORPHA:3"}),
    "OFD1": frozenset({"OMIM:4", "ORPHA:1"}),
}


def test_kind__is_the_disease_with_the_name_of_the_series_or_a_like_name_and_the_gene() -> None:
    found = relate(KINDS, KIND_LINKS, {})
    assert found.kinds == {
        "OMIM:1": ("ORPHA:1",),
        "OMIM:2": ("ORPHA:2",),
        "OMIM:3": ("ORPHA:1",),
    }


def test_kind__is_a_candidate_where_no_gene_tells_what_stands_for_it() -> None:
    found = relate(KINDS, {}, {})
    assert found.kinds["OMIM:1"] == ("ORPHA:1",)
    assert "ORPHA:1" in found.candidates
    assert "ORPHA:1" not in relate(KINDS, KIND_LINKS, {}).candidates


def test_kind__is_not_asked_for_where_orphanet_knows_the_disease_itself() -> None:
    found = relate(KINDS, KIND_LINKS, {"OMIM:1": frozenset({"ORPHA:3"})})
    assert found.aliases["OMIM:1"] == ("ORPHA:3",)
    assert "OMIM:1" not in found.kinds


@pytest.mark.parametrize(
    ("name", "series"),
    [
        ("Amyotrophic lateral sclerosis 1", "amyotrophic lateral sclerosis"),
        ("Spastic paraplegia 78, autosomal recessive", "spastic paraplegia"),
        ("Cardiomyopathy, dilated, 2N", "cardiomyopathy, dilated"),
        ("Diarrhea 3, secretory sodium, congenital, with or without anomalies", "diarrhea"),
        ("Noonan syndrome 2", "noonan syndrome"),
        ("Marfan syndrome", "marfan syndrome"),
    ],
)
def test_series__is_the_name_before_its_number(name: str, series: str) -> None:
    assert series_name(name) == series


def test_named_features__are_the_most_specific_terms_that_the_name_says(
    ontology: Ontology,
) -> None:
    named = NamedFeatures(ontology)

    def said(name: str) -> list[str]:
        return [ontology.names[term] for term in named.of(name)]

    assert said("Cataracts 12, with nystagmus") == ["Cataract", "Nystagmus"]
    assert said("Intellectual disability, X-linked 9") == ["Intellectual disability"]
    assert said("Disability") == []
