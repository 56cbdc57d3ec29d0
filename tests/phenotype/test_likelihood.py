"""Likelihood ratios: equal to a naive sum over every pair, explained, and blind to nothing."""

import gzip
import json
from math import log10
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import PhenotypeError
from kerne.phenotype.annotations import COLUMNS, Annotations, read_annotations
from kerne.phenotype.likelihood import LikelihoodModel, Weights
from kerne.phenotype.ontology import Ontology, read_ontology
from kerne.phenotype.sparse import RAREST

CASES = Path(__file__).parents[3] / "shared" / "data" / "cases" / "published_cases.jsonl.gz"


def naive_frequencies(annotations: Annotations, disease: str, weights: Weights) -> dict[int, float]:
    """Frequency of each annotated term of one disease, pooled over rows and smoothed."""
    smoothing = weights.smoothing
    seen: dict[int, float] = {}
    counted: dict[int, float] = {}
    for row in annotations.of(disease):
        if row.patients:
            patients = float(row.patients)
        elif row.frequency is None or row.negated:
            patients = smoothing.unstated_patients
        else:
            patients = smoothing.class_patients
        stated = smoothing.prior_frequency if row.frequency is None else row.frequency
        seen[row.term] = seen.get(row.term, 0.0) + (0.0 if row.negated else stated * patients)
        counted[row.term] = counted.get(row.term, 0.0) + patients
    prior = smoothing.prior_patients
    return {
        term: min(
            (seen[term] + prior * smoothing.prior_frequency) / (counted[term] + prior),
            smoothing.ceiling,
        )
        for term in seen
        if seen[term] > 0
    }


def naive_spread(ontology: Ontology, frequencies: dict[int, float]) -> dict[int, float]:
    """Every term with the highest frequency of what is more specific than it."""
    spread: dict[int, float] = {}
    for term, frequency in frequencies.items():
        for ancestor in ontology.ancestors(term).tolist():
            spread[ancestor] = max(spread.get(ancestor, 0.0), frequency)
    return spread


def naive_score(
    ontology: Ontology, annotations: Annotations, observed: list[int], weights: Weights
) -> list[float]:
    spread = [
        naive_spread(ontology, naive_frequencies(annotations, disease, weights))
        for disease in annotations.diseases
    ]
    background = [
        max(sum(each.get(term, 0.0) for each in spread), RAREST) / max(len(spread), 1)
        for term in range(len(ontology))
    ]
    implied = {
        ancestor
        for term in observed
        for ancestor in ontology.ancestors(term).tolist()
        if ancestor != term
    }
    scores = []
    for disease in spread:
        total = 0.0
        for term in set(observed) - implied:
            ratio = 0.0
            for ancestor in ontology.ancestors(term).tolist():
                lost = log10(background[ancestor]) - log10(background[term])
                here = disease.get(ancestor, 0.0) / background[ancestor]
                ratio = max(ratio, here * 10 ** (-weights.backoff * lost))
            total += log10((1 - weights.noise) * ratio + weights.noise)
        scores.append(total)
    return scores


def obo(parents: list[list[int]]) -> str:
    stanzas = [
        "\n".join(
            [f"[Term]\nid: HP:{118 + term:07}\nname: term {term}"]
            + [f"is_a: HP:{118 + parent:07} ! x" for parent in above]
        )
        for term, above in enumerate(parents)
    ]
    return "format-version: 1.2\n\n" + "\n\n".join(stanzas) + "\n"


def hpoa(rows: list[tuple[int, int, str, bool]]) -> str:
    lines = []
    for disease, term, frequency, negated in rows:
        before = (f"OMIM:{disease}", "x", "NOT" if negated else "", f"HP:{118 + term:07}", "PMID:1")
        lines.append("\t".join((*before, "PCS", "", frequency, "", "", "P", "x")))
    return "\n".join((COLUMNS, *lines)) + "\n"


FREQUENCIES = ("", "1/2", "0/3", "7/7", "HP:0040283", "HP:0040280", "40%")


@st.composite
def worlds(
    draw: st.DrawFn,
) -> tuple[list[list[int]], list[tuple[int, int, str, bool]], list[int]]:
    """Parents by term, annotation rows, observed terms."""
    size = draw(st.integers(2, 9))
    parents: list[list[int]] = [[]] + [
        draw(st.lists(st.integers(0, term - 1), min_size=1, max_size=2, unique=True))
        for term in range(1, size)
    ]
    terms = st.integers(0, size - 1)
    row = st.tuples(st.integers(1, 4), terms, st.sampled_from(FREQUENCIES), st.booleans())
    rows = draw(st.lists(row, min_size=1, max_size=14))
    return parents, rows, draw(st.lists(terms, max_size=4))


@given(world=worlds())
@settings(deadline=None, max_examples=60, derandomize=True)
def test_score__equals_the_naive_ratio_and_its_explanation(
    world: tuple[list[list[int]], list[tuple[int, int, str, bool]], list[int]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    parents, rows, terms = world
    folder = tmp_path_factory.mktemp("world")
    (folder / "hp.obo").write_text(obo(parents))
    (folder / "phenotype.hpoa").write_text(hpoa(rows))
    ontology = read_ontology(folder / "hp.obo")
    annotations = read_annotations(folder / "phenotype.hpoa", ontology)
    observed = ontology.indices(f"HP:{118 + term:07}" for term in terms)
    model = LikelihoodModel(ontology, annotations)
    scores = model.score(observed)
    assert scores == pytest.approx(naive_score(ontology, annotations, observed, Weights()))
    for disease, score in zip(annotations.diseases, scores, strict=True):
        parts = model.explain(disease, observed)
        assert sum(part.log10_ratio for part in parts) == pytest.approx(score)


@pytest.fixture
def model(ontology: Ontology, annotations: Annotations) -> LikelihoodModel:
    return LikelihoodModel(ontology, annotations)


def test_score__is_zero_when_nothing_was_observed(model: LikelihoodModel) -> None:
    assert model.score([]).tolist() == [0.0, 0.0, 0.0]


def test_score__prefers_the_disease_that_has_the_term(
    model: LikelihoodModel, ontology: Ontology
) -> None:
    scores = model.score(ontology.indices(["HP:0011097"]))
    assert scores.argmax() == model.annotations.index["OMIM:100000"]


def test_score__never_falls_below_the_noise_floor(
    model: LikelihoodModel, ontology: Ontology
) -> None:
    observed = ontology.indices(["HP:0000518", "HP:0011097"])
    assert model.score(observed).min() >= 2 * log10(model.weights.noise)


def test_score__does_not_count_a_term_twice(model: LikelihoodModel, ontology: Ontology) -> None:
    spasm, seizure = ontology.indices(["HP:0011097", "HP:0001250"])
    assert model.score([spasm, seizure]).tolist() == model.score([spasm]).tolist()


def test_score__excluded_term_speaks_against_a_disease_that_has_it(
    model: LikelihoodModel, ontology: Ontology
) -> None:
    spasm, disability = ontology.indices(["HP:0011097", "HP:0001249"])
    difference = model.score([spasm], excluded=[disability]) - model.score([spasm])
    numbers = model.annotations.index
    assert difference[numbers["OMIM:100000"]] < 0 < difference[numbers["ORPHA:2"]]


def test_explain__shows_the_feature_its_frequency_and_source(
    model: LikelihoodModel, ontology: Ontology
) -> None:
    (part,) = model.explain("OMIM:100000", ontology.indices(["HP:0001249"]))
    assert (part.term, part.name) == ("HP:0001249", "Intellectual disability")
    assert part.annotation_term == "HP:0001249"
    # Two sources have it; the one that counted patients is shown.
    assert (part.frequency, part.source) == ("9 of 10 patients", "PMID:2")


def test_explain__backs_off_to_a_related_feature(
    model: LikelihoodModel, ontology: Ontology
) -> None:
    (part,) = model.explain("OMIM:100000", ontology.indices(["HP:0001250"]))
    assert part.annotation_name == "Epileptic spasm"
    assert part.log10_ratio > 0


def test_explain__names_no_feature_where_only_noise_explains(
    model: LikelihoodModel, ontology: Ontology
) -> None:
    (part,) = model.explain("OMIM:100000", ontology.indices(["HP:0000518"]))
    assert (part.annotation_term, part.annotation_name, part.frequency, part.source) == ("",) * 4
    assert log10(model.weights.noise) <= part.log10_ratio < 0


def test_explain__disease_whose_features_were_never_seen_has_only_noise(
    ontology: Ontology, tmp_path: Path
) -> None:
    path = tmp_path / "x.hpoa"
    disability = 1249 - 118
    path.write_text(hpoa([(1, disability, "0/3", False), (2, disability, "", False)]))
    model = LikelihoodModel(ontology, read_annotations(path, ontology))
    (part,) = model.explain("OMIM:1", ontology.indices(["HP:0001249"]))
    assert part.log10_ratio == pytest.approx(log10(model.weights.noise))


def test_explain__refuses_an_unknown_disease(model: LikelihoodModel) -> None:
    with pytest.raises(PhenotypeError, match="disease `OMIM:1` has no annotations"):
        model.explain("OMIM:1", [])


def test_model__of_no_disease_scores_nothing(ontology: Ontology, tmp_path: Path) -> None:
    path = tmp_path / "x.hpoa"
    path.write_text(COLUMNS + "\n")
    model = LikelihoodModel(ontology, read_annotations(path, ontology))
    assert model.score(ontology.indices(["HP:0001250"])).shape == (0,)


def test_released_model__spells_out_a_textbook_disease(released_model: LikelihoodModel) -> None:
    # Marfan syndrome: ectopia lentis, aortic root aneurysm, arachnodactyly, pectus excavatum.
    terms = ["HP:0001083", "HP:0002616", "HP:0001166", "HP:0000767"]
    scores = released_model.score(released_model.ontology.indices(terms))
    best = np.argsort(-scores)[:10]
    assert "OMIM:154700" in {released_model.annotations.diseases[number] for number in best}


def test_released_model__explains_what_it_scores(
    released_model: LikelihoodModel,
) -> None:
    ontology, annotations = released_model.ontology, released_model.annotations
    observed = ontology.indices(["HP:0001250", "HP:0000252"])
    scores = released_model.score(observed)
    for disease in annotations.diseases[:: len(annotations.diseases) // 20]:
        parts = released_model.explain(disease, observed)
        total = sum(part.log10_ratio for part in parts)
        assert total == pytest.approx(scores[annotations.index[disease]])


@pytest.mark.skipif(not CASES.exists(), reason="published cases are not at hand")
def test_published_cases__mostly_rank_their_disease_high(released_model: LikelihoodModel) -> None:
    """Circular: the annotations draw on the same publications. It shows that nothing is broken."""
    ontology, annotations = released_model.ontology, released_model.annotations
    with gzip.open(CASES, "rt") as file:
        cases = [json.loads(line) for line in file]
    known = [case for case in cases if case["hpo"] and case["disease"]["id"] in annotations.index]
    ranks = []
    for case in known[:: len(known) // 60]:
        observed = [ontology.index[ontology.resolve(term).identifier] for term in case["hpo"]]
        scores = released_model.score(observed)
        ranks.append(1 + int((scores > scores[annotations.index[case["disease"]["id"]]]).sum()))
    assert np.mean(np.array(ranks) <= 10) > 0.5
    assert np.mean(np.array(ranks) <= 1) > 0.3
