"""What an absent feature says: little, never what nobody recorded, and only where it is due."""

from math import log10
from pathlib import Path

import pytest

from kerne.phenotype.annotations import COLUMNS, Annotations, read_annotations
from kerne.phenotype.exclusion import CAP, Exclusions, telling
from kerne.phenotype.explanation import explain
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.ontology import Ontology

CHILDHOOD = "HP:0011463"
ROWS = (
    ("OMIM:1", "HP:0011097", "HP:0040280", ""),
    ("OMIM:2", "HP:0011097", "19/20", CHILDHOOD),
    ("OMIM:3", "HP:0011097", "9/9", ""),
    ("OMIM:4", "HP:0011097", "HP:0040282", ""),
    ("OMIM:5", "HP:0000518", "100%", ""),
)


@pytest.fixture
def annotated(tmp_path: Path, ontology: Ontology) -> Annotations:
    path = tmp_path / "x.hpoa"
    lines = [
        f"{d}\tx\t\t{term}\tPMID:1\tPCS\t{onset}\t{share}\t\t\tP\tx"
        for d, term, share, onset in ROWS
    ]
    path.write_text("\n".join((COLUMNS, *lines)) + "\n")
    return read_annotations(path, ontology)


def against(annotated: Annotations, ontology: Ontology, term: str, age: float | None) -> set[str]:
    found = Exclusions(ontology, annotated).against(ontology.index[term], age)
    return {annotated.diseases[disease] for disease in found}


def test_absence__speaks_only_against_what_nearly_all_of_many_patients_show(
    annotated: Annotations, ontology: Ontology
) -> None:
    assert against(annotated, ontology, "HP:0011097", 30.0) == {"OMIM:1", "OMIM:2"}


def test_absence_of_a_kind__speaks_against_all_that_have_one_of_it(
    annotated: Annotations, ontology: Ontology
) -> None:
    assert against(annotated, ontology, "HP:0001250", 30.0) == {"OMIM:1", "OMIM:2"}
    assert against(annotated, ontology, "HP:0000518", 30.0) == {"OMIM:5"}


@pytest.mark.parametrize("age", [2.0, None])
def test_absence__says_nothing_before_the_feature_is_due(
    annotated: Annotations, ontology: Ontology, age: float | None
) -> None:
    assert against(annotated, ontology, "HP:0011097", age) == {"OMIM:1"}


def test_absence__weighs_as_the_feature_is_found_when_looked_for_and_is_capped(
    annotated: Annotations, ontology: Ontology
) -> None:
    found = Exclusions(ontology, annotated).against(ontology.index["HP:0011097"], 30.0)
    weights = {annotated.diseases[disease]: ratio for disease, (ratio, _) in found.items()}
    assert weights["OMIM:1"] == pytest.approx(log10(1 - 0.8))
    assert weights["OMIM:2"] == pytest.approx(log10(1 - 0.8 * 0.95))
    assert min(weights.values()) >= CAP


def test_excluded_terms__that_are_observed_after_all_say_nothing(ontology: Ontology) -> None:
    spasm, seizure, nervous = (
        ontology.index[each] for each in ("HP:0011097", "HP:0001250", "HP:0000707")
    )
    assert list(telling([seizure], [spasm], ontology)) == []
    assert list(telling([spasm, seizure], [], ontology)) == [seizure]
    assert list(telling([spasm], [nervous], ontology)) == [spasm]


def test_explanation__shows_what_was_absent_and_why_it_speaks_against(
    annotated: Annotations, ontology: Ontology
) -> None:
    model = LikelihoodModel(ontology, annotated)
    cataract, spasm = ontology.indices(["HP:0000518", "HP:0011097"])
    shown, absent = explain(model, "OMIM:1", [cataract], [spasm])
    assert (shown.is_excluded, absent.is_excluded) == (False, True)
    assert (absent.term, absent.frequency) == ("HP:0011097", "obligate (100 %)")
    scores = model.score([cataract], [spasm])
    total = shown.log10_ratio + absent.log10_ratio
    assert total == pytest.approx(scores[model.index["OMIM:1"]], abs=1e-3)


def test_explanation__of_a_disease_that_an_absence_does_not_touch_leaves_it_out(
    annotated: Annotations, ontology: Ontology
) -> None:
    model = LikelihoodModel(ontology, annotated)
    cataract, spasm = ontology.indices(["HP:0000518", "HP:0011097"])
    assert [each.is_excluded for each in explain(model, "OMIM:5", [cataract], [spasm])] == [False]
