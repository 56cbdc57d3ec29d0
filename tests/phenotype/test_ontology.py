"""Terms, their order, and identifiers that moved."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import InputFileError, PhenotypeError
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.ontology import Ontology, ResolvedTerm, read_ontology


def test_ontology__numbers_phenotypes_only_ancestors_first(ontology: Ontology) -> None:
    assert ontology.release == "2025-01-16"
    assert ontology.ids[0] == "HP:0000118"
    assert ontology.names[0] == "Phenotypic abnormality"
    assert len(ontology) == len(ontology.index) == 8
    assert "HP:0000006" not in ontology.index
    assert all(p < t for t in range(len(ontology)) for p in ontology.parents(t))


def test_ontology__ancestors_run_from_the_root_to_the_term_itself(ontology: Ontology) -> None:
    spasm = ontology.index["HP:0011097"]
    found = [ontology.ids[a] for a in ontology.ancestors(spasm)]
    assert found == ["HP:0000118", "HP:0000707", "HP:0001250", "HP:0011097"]


def test_ontology__term_with_two_parents_is_a_child_of_both(ontology: Ontology) -> None:
    nystagmus = ontology.index["HP:0000639"]
    parents = {ontology.ids[p] for p in ontology.parents(nystagmus)}
    assert parents == {"HP:0000478", "HP:0000707"}
    assert all(nystagmus in ontology.children(p) for p in ontology.parents(nystagmus))


@pytest.mark.parametrize(
    ("given_id", "expected"),
    [
        ("HP:0000518", ResolvedTerm("HP:0000518", "Cataract", None)),
        ("HP:0010920", ResolvedTerm("HP:0000518", "Cataract", "HP:0010920")),
        ("HP:0000057", ResolvedTerm("HP:0000518", "Cataract", "HP:0000057")),
        ("HP:0000491", ResolvedTerm("HP:0000518", "Cataract", "HP:0000491")),
        ("HP:0000006", ResolvedTerm("HP:0000006", "Autosomal dominant inheritance", None)),
    ],
)
def test_resolve__follows_merges_and_replacements_to_the_end(
    ontology: Ontology, given_id: str, expected: ResolvedTerm
) -> None:
    assert ontology.resolve(given_id) == expected


def test_resolve__unknown_term_names_the_nearest(ontology: Ontology) -> None:
    with pytest.raises(PhenotypeError, match=r"no HPO term `HP:0001251`.*nearest is `HP:00012"):
        ontology.resolve("HP:0001251")


def test_resolve__term_like_no_other_is_only_unknown(ontology: Ontology) -> None:
    with pytest.raises(PhenotypeError, match=r"no HPO term `fever` in release `2025-01-16`$"):
        ontology.resolve("fever")


def test_resolve__withdrawn_term_says_what_to_consider(ontology: Ontology) -> None:
    with pytest.raises(PhenotypeError, match=r"consider `HP:0000478` \(Abnormality of the eye\)"):
        ontology.resolve("HP:0000489")
    with pytest.raises(PhenotypeError, match=r"obsolete and nothing replaces it$"):
        ontology.resolve("HP:0000490")


def test_indices__refuse_what_is_not_a_phenotype(ontology: Ontology) -> None:
    assert ontology.indices(["HP:0000057"]) == [ontology.index["HP:0000518"]]
    with pytest.raises(PhenotypeError, match="is not a phenotypic abnormality"):
        ontology.indices(["HP:0000006"])


def test_most_specific__drops_what_is_implied_and_repeated(ontology: Ontology) -> None:
    spasm, seizure, cataract = ontology.indices(["HP:0011097", "HP:0001250", "HP:0000518"])
    assert ontology.most_specific([seizure, spasm, cataract, spasm]) == sorted([spasm, cataract])


def test_read_ontology__refuses_what_is_not_obo(tmp_path: Path) -> None:
    path = tmp_path / "x.obo"
    path.write_text("<rdf/>\n")
    with pytest.raises(InputFileError, match="line 1: not OBO"):
        read_ontology(path)


def test_read_ontology__refuses_one_without_phenotypes(tmp_path: Path) -> None:
    path = tmp_path / "x.obo"
    path.write_text("format-version: 1.2\n\n[Term]\nid: HP:0000001\nname: All\n")
    with pytest.raises(InputFileError, match="expected the term `HP:0000118`"):
        read_ontology(path)


@pytest.mark.parametrize("closing", ["HP:0000002", "HP:0000118"])
def test_read_ontology__refuses_a_circle(tmp_path: Path, closing: str) -> None:
    path = tmp_path / "x.obo"
    stanzas = (("HP:0000118", "HP:0000003"), ("HP:0000002", "HP:0000118"))
    circle = (("HP:0000003", "HP:0000002"), ("HP:0000002", "HP:0000003"))
    lines = ["format-version: 1.2"]
    chosen = circle[0:1] + stanzas if closing == "HP:0000118" else circle + stanzas[1:]
    names = ("HP:0000118", "HP:0000002", "HP:0000003")
    lines += [f"[Term]\nid: {name}\nname: x" for name in names]
    lines += [f"[Term]\nid: {child}\nis_a: {parent} ! x" for child, parent in chosen]
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(InputFileError, match="form a circle"):
        read_ontology(path)


def test_moved_terms__that_replace_each_other_lead_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "x.obo"
    pair = (("HP:0000010", "HP:0000011"), ("HP:0000011", "HP:0000010"))
    lines = ["format-version: 1.2", "[Term]\nid: HP:0000118\nname: Phenotypic abnormality"]
    lines += [
        f"[Term]\nid: {old}\nname: x\nis_obsolete: true\nreplaced_by: {new}" for old, new in pair
    ]
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(PhenotypeError, match="nothing replaces it"):
        read_ontology(path).resolve("HP:0000010")


@st.composite
def graphs(draw: st.DrawFn) -> list[list[int]]:
    """Parents by term; the first is the root, every other has one or more before it."""
    size = draw(st.integers(1, 9))
    return [[]] + [
        draw(st.lists(st.integers(0, term - 1), min_size=1, max_size=3, unique=True))
        for term in range(1, size)
    ]


def naive_ancestors(parents: list[list[int]], term: int) -> set[int]:
    return {term}.union(*(naive_ancestors(parents, parent) for parent in parents[term]))


def identifier(term: int) -> str:
    return f"HP:{118 + term:07}"


@given(parents=graphs(), seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=40, derandomize=True)
def test_ancestors__equal_the_naive_closure(
    parents: list[list[int]], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    order = np.random.default_rng(seed).permutation(len(parents))
    stanzas = [
        "\n".join(
            [f"[Term]\nid: {identifier(t)}\nname: term {t}"]
            + [f"is_a: {identifier(p)} ! x" for p in parents[t]]
        )
        for t in order
    ]
    path = tmp_path_factory.mktemp("graph") / "hp.obo"
    path.write_text("format-version: 1.2\n\n" + "\n\n".join(stanzas) + "\n")
    ontology = read_ontology(path)
    for term in range(len(parents)):
        index = ontology.index[identifier(term)]
        found = {ontology.ids[a] for a in ontology.ancestors(index)}
        assert found == {identifier(a) for a in naive_ancestors(parents, term)}
        assert ontology.ancestors(index)[-1] == index


def test_released_ontology__has_all_phenotypes(released_model: LikelihoodModel) -> None:
    ontology = released_model.ontology
    assert len(ontology) > 18_000
    assert ontology.resolve("HP:0000057").identifier == "HP:0008665"
    assert ontology.names[ontology.index["HP:0001250"]] == "Seizure"
