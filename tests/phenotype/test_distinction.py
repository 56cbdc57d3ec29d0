"""What to look for next: features that nobody asked for and that tell two diseases apart."""

import pytest

from kerne.errors import PhenotypeError
from kerne.phenotype.annotations import Annotations
from kerne.phenotype.distinction import tell_apart
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.ontology import Ontology


@pytest.fixture
def model(ontology: Ontology, annotations: Annotations) -> LikelihoodModel:
    return LikelihoodModel(ontology, annotations)


def test_features__that_tell_two_diseases_apart_come_by_what_they_tell(
    model: LikelihoodModel,
) -> None:
    found = tell_apart(model, "OMIM:100000", "ORPHA:2", [])
    assert [each.name for each in found] == [
        "Intellectual disability",
        "Epileptic spasm",
        "Cataract",
        "Nystagmus",
    ]
    assert [each.speaks_for_first for each in found] == [True, True, False, False]
    assert found[0].second == 0


def test_features__that_were_looked_for_are_not_asked_again(
    model: LikelihoodModel, ontology: Ontology
) -> None:
    disability, seizure = ontology.indices(["HP:0001249", "HP:0001250"])
    found = tell_apart(model, "OMIM:100000", "ORPHA:2", [disability], [seizure])
    assert [each.name for each in found] == ["Cataract", "Nystagmus"]


def test_features__are_no_more_than_asked_for(model: LikelihoodModel) -> None:
    assert len(tell_apart(model, "OMIM:100000", "ORPHA:2", [], most=1)) == 1


def test_unknown_disease__is_an_error(model: LikelihoodModel) -> None:
    with pytest.raises(PhenotypeError, match="`OMIM:9`"):
        tell_apart(model, "OMIM:100000", "OMIM:9", [])
