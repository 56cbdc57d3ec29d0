"""Likelihood ratios: equal to a naive sum over every pair, explained, and blind to nothing."""

import gzip
import json
from dataclasses import dataclass
from math import log10
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import PhenotypeError
from kerne.phenotype.annotations import COLUMNS, Annotations, read_annotations
from kerne.phenotype.expectation import EMPTY, Basis
from kerne.phenotype.explanation import explain
from kerne.phenotype.likelihood import UNITS, LikelihoodModel
from kerne.phenotype.ontology import Ontology, read_ontology
from kerne.phenotype.profiles import NOTHING, CaseProfile, LeftOut
from kerne.phenotype.sparse import RAREST
from kerne.phenotype.weights import Weights

CASES = Path(__file__).parents[3] / "shared" / "data" / "cases" / "published_cases.jsonl.gz"


def naive_annotated(
    annotations: Annotations, disease: str, weights: Weights, without: str = ""
) -> dict[int, float]:
    """Frequency of each annotated term of one disease, pooled over rows and smoothed."""
    smoothing = weights.smoothing
    seen: dict[int, float] = {}
    counted: dict[int, float] = {}
    for row in annotations.of(disease):
        if row.source == without:
            continue
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


def naive_cases(ontology: Ontology, profiles: list[CaseProfile]) -> dict[int, float]:
    """Share of patients with each term, one who does not mention it counting half."""
    closed = [{a for t in p.observed for a in ontology.ancestors(t).tolist()} for p in profiles]
    found = {}
    for term in set().union(*closed) if closed else set[int]():
        yes = sum(term in each for each in closed)
        no = sum(term in p.excluded for p in profiles)
        silent = 0.5 * max(len(profiles) - yes - no, 0)
        found[term] = min((yes + 0.2) / (yes + no + silent + 0.8), 0.97)
    return found


def naive_spread(ontology: Ontology, frequencies: dict[int, float]) -> dict[int, float]:
    """Every term with the highest frequency of what is more specific than it."""
    spread: dict[int, float] = {}
    for term, frequency in frequencies.items():
        for ancestor in ontology.ancestors(term).tolist():
            spread[ancestor] = max(spread.get(ancestor, 0.0), frequency)
    return spread


def naive_bases(
    model: LikelihoodModel, disease: str, profiles: list[CaseProfile], without: str
) -> dict[Basis, dict[int, float]]:
    """All diseases of a world have the same name: two or more others are a series."""
    ontology, weights = model.ontology, model.weights
    own = {d: naive_annotated(model.annotations, d, weights, without) for d in model.diseases}
    siblings = [
        other
        for diseases in model.gene_links.values()
        for other in diseases
        if disease in diseases and other != disease and other in own
    ]
    united: dict[int, float] = {}
    for other in siblings:
        for term, share in own[other].items():
            united[term] = max(united.get(term, 0.0), share)
    others = [naive_spread(ontology, own[d]) for d in model.diseases if d != disease]
    series = {
        term: sum(each.get(term, 0.0) for each in others) / len(others)
        for term in {t for each in others for t in each}
    }
    bases = {
        Basis.ANNOTATIONS: own[disease],
        Basis.CASES: naive_cases(
            ontology,
            [
                p
                for p in profiles
                if p.disease == disease and (not without or p.publication != without)
            ],
        ),
        Basis.GENE: united,
        Basis.SERIES: {t: f for t, f in series.items() if f > 0.03} if len(others) > 1 else {},
    }
    return {basis: found for basis, found in bases.items() if found}


def naive_scores(
    model: LikelihoodModel, profiles: list[CaseProfile], observed: list[int], without: str = ""
) -> list[float]:
    ontology, weights, annotations = model.ontology, model.weights, model.annotations
    spread = [
        naive_spread(ontology, naive_annotated(annotations, disease, weights))
        for disease in annotations.diseases
    ]
    information = [
        -log10(max(sum(e.get(t, 0.0) for e in spread), RAREST) / max(len(spread), 1))
        for t in range(len(ontology))
    ]
    use = [0.0] * len(ontology)
    for disease in annotations.diseases:
        rows = annotations.of(disease)
        for row in rows:
            use[row.term] += 1 / len(rows)
    use = [each / sum(use) for each in use]
    implied = {a for t in observed for a in ontology.ancestors(t).tolist() if a != t}
    terms = sorted(set(observed) - implied)
    # A kind stands in for an alias and has no share of its own.
    never = {Basis.KIND} if profiles else {Basis.KIND, Basis.CASES}
    every = [b for b in Basis if b not in never]
    total = sum(weights.bases[basis] for basis in every)

    def ratio(term: int, bases: dict[Basis, dict[int, float]]) -> float:
        mixed = sum(weights.bases[b] for b in every if b not in bases) / total
        for basis, frequencies in bases.items():
            reached = naive_spread(ontology, frequencies)
            best = 0.0
            for ancestor in ontology.ancestors(term).tolist():
                lost = information[term] - information[ancestor]
                here = reached.get(ancestor, 0.0) * 10 ** information[ancestor]
                best = max(best, here * 10 ** (-weights.backoff * lost))
            mixed += weights.bases[basis] / total * best
        return (1 - weights.noise) * mixed + weights.noise

    def share(term: int) -> float:
        repeated = 0.0
        for other in set(terms) - {term}:
            shared = set(ontology.ancestors(term).tolist()) & set(
                ontology.ancestors(other).tolist()
            )
            both = information[term] + information[other]
            if both > 0:
                repeated += (2 * max(information[a] for a in shared) / both) ** 3
        return 1 / (1 + weights.repetition * repeated)

    scores = []
    for disease in model.diseases:
        bases = naive_bases(model, disease, profiles, without)
        explained = sum(use[t] * ratio(t, bases) for t in range(len(ontology)))
        normaliser = weights.normalisation * log10(explained)
        scores.append(sum(share(t) * (log10(ratio(t, bases)) - normaliser) for t in terms))
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


@dataclass(frozen=True)
class World:
    """Parents by term, annotation rows, genes of diseases, patients, and what one shows."""

    parents: list[list[int]]
    rows: list[tuple[int, int, str, bool]]
    links: dict[str, frozenset[str]]
    patients: list[tuple[int, list[int], list[int], str]]
    observed: list[int]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    size = draw(st.integers(2, 9))
    parents: list[list[int]] = [[]] + [
        draw(st.lists(st.integers(0, term - 1), min_size=1, max_size=2, unique=True))
        for term in range(1, size)
    ]
    terms = st.integers(0, size - 1)
    several = st.lists(terms, max_size=4)
    row = st.tuples(st.integers(1, 4), terms, st.sampled_from(FREQUENCIES), st.booleans())
    publication = st.sampled_from(("PMID:1", "PMID:2", ""))
    patient = st.tuples(st.integers(1, 5), several, several, publication)
    gene = st.sets(st.integers(1, 5).map("OMIM:{}".format), max_size=3).map(frozenset)
    return World(
        parents,
        draw(st.lists(row, min_size=1, max_size=14)),
        draw(st.dictionaries(st.sampled_from("AB"), gene, max_size=2)),
        draw(st.lists(patient, max_size=4)),
        draw(several),
    )


@given(world=worlds())
@settings(deadline=None, max_examples=60, derandomize=True)
def test_score__equals_the_naive_ratio_and_its_explanation(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("world")
    (folder / "hp.obo").write_text(obo(world.parents))
    (folder / "phenotype.hpoa").write_text(hpoa(world.rows))
    ontology = read_ontology(folder / "hp.obo")
    annotations = read_annotations(folder / "phenotype.hpoa", ontology)

    def index(terms: list[int]) -> list[int]:
        return ontology.indices(f"HP:{118 + term:07}" for term in terms)

    profiles = [
        CaseProfile(str(n), f"OMIM:{d}", "x", (), tuple(index(yes)), tuple(index(no)), publication)
        for n, (d, yes, no, publication) in enumerate(world.patients)
        if yes
    ]
    model = LikelihoodModel(ontology, annotations, gene_links=world.links, profiles=profiles)
    observed = index(world.observed)
    for left_out in (NOTHING, LeftOut("PMID:1", annotations=True)):
        scores = model.score(observed, left_out=left_out)
        naive = naive_scores(model, profiles, observed, left_out.publication)
        assert scores == pytest.approx(naive, abs=0.5 / UNITS * max(len(observed), 1))
        for disease, score in zip(model.diseases, scores, strict=True):
            parts = explain(model, disease, observed, left_out=left_out)
            told = sum(part.log10_ratio for part in parts)
            assert told == pytest.approx(score, abs=0.5 / UNITS * max(len(observed), 1))


@pytest.fixture
def model(ontology: Ontology, annotations: Annotations) -> LikelihoodModel:
    return LikelihoodModel(ontology, annotations)


def test_score__is_zero_when_nothing_was_observed(model: LikelihoodModel) -> None:
    assert model.score([]).tolist() == [0.0, 0.0, 0.0]


def test_score__prefers_the_disease_that_has_the_term(
    model: LikelihoodModel, ontology: Ontology
) -> None:
    scores = model.score(ontology.indices(["HP:0011097"]))
    assert scores.argmax() == model.index["OMIM:100000"]


def test_ratios__never_fall_below_the_noise_floor(model: LikelihoodModel) -> None:
    for disease in model.diseases:
        column = model.unnormalised(model.expectations.of(disease))
        assert column.min() >= model.weights.noise


def test_score__does_not_count_a_term_twice(model: LikelihoodModel, ontology: Ontology) -> None:
    spasm, seizure = ontology.indices(["HP:0011097", "HP:0001250"])
    assert model.score([spasm, seizure]).tolist() == model.score([spasm]).tolist()


def test_score__excluded_term_speaks_against_a_disease_that_has_it(
    model: LikelihoodModel, ontology: Ontology
) -> None:
    spasm, disability = ontology.indices(["HP:0011097", "HP:0001249"])
    difference = model.score([spasm], excluded=[disability]) - model.score([spasm])
    assert difference[model.index["OMIM:100000"]] < 0
    assert difference[model.index["ORPHA:2"]] == 0


def test_explain__shows_the_feature_its_frequency_and_source(
    model: LikelihoodModel, ontology: Ontology
) -> None:
    (part,) = explain(model, "OMIM:100000", ontology.indices(["HP:0001249"]))
    assert (part.term, part.name) == ("HP:0001249", "Intellectual disability")
    assert part.annotation_term == "HP:0001249"
    # Two sources have it; the one that counted patients is shown.
    assert (part.frequency, part.source) == ("9 of 10 patients", "PMID:2")


def test_explain__backs_off_to_a_related_feature(
    model: LikelihoodModel, ontology: Ontology
) -> None:
    (part,) = explain(model, "OMIM:100000", ontology.indices(["HP:0001250"]))
    assert part.annotation_name == "Epileptic spasm"
    assert part.log10_ratio > 0


def test_explain__names_no_feature_where_only_noise_explains(
    model: LikelihoodModel, ontology: Ontology
) -> None:
    (part,) = explain(model, "OMIM:100000", ontology.indices(["HP:0000518"]))
    assert (part.annotation_term, part.annotation_name, part.frequency, part.source) == ("",) * 4
    assert part.basis == ""
    assert part.log10_ratio < 0


def test_explain__disease_of_which_nothing_is_known_is_as_good_as_chance(
    ontology: Ontology, tmp_path: Path
) -> None:
    path = tmp_path / "x.hpoa"
    disability = 1249 - 118
    path.write_text(hpoa([(1, disability, "0/3", False), (2, disability, "", False)]))
    model = LikelihoodModel(ontology, read_annotations(path, ontology))
    (part,) = explain(model, "OMIM:1", ontology.indices(["HP:0001249"]))
    assert part.log10_ratio == pytest.approx(0)


def test_mixture__gives_a_kind_part_of_the_share_of_an_alias(model: LikelihoodModel) -> None:
    shares = dict(model.mixture(dict.fromkeys(Basis, EMPTY)))
    others = set(Basis) - {Basis.KIND, Basis.CASES}
    assert sum(shares[basis] for basis in others) == pytest.approx(1)
    assert 0 < shares[Basis.KIND] < shares[Basis.ALIAS]


def test_released_model__explains_by_the_disease_that_it_is_a_kind_of(
    released_model: LikelihoodModel,
) -> None:
    sclerosis = "OMIM:191100"
    (kind,) = released_model.relations.kinds[sclerosis]
    features = released_model.expectations.annotated(kind)
    parts = explain(released_model, sclerosis, features.terms.tolist())
    explained = [part for part in parts if part.basis == Basis.KIND.value]
    assert explained
    assert all(part.source.startswith(kind) for part in explained)


def test_explain__refuses_an_unknown_disease(model: LikelihoodModel) -> None:
    with pytest.raises(PhenotypeError, match="disease `OMIM:1` has no annotations"):
        explain(model, "OMIM:1", [])


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
    assert "OMIM:154700" in {released_model.diseases[number] for number in best}


def test_released_model__explains_what_it_scores(
    released_model: LikelihoodModel,
) -> None:
    observed = released_model.ontology.indices(["HP:0001250", "HP:0000252"])
    scores = released_model.score(observed)
    for disease in released_model.diseases[:: len(released_model.diseases) // 20]:
        parts = explain(released_model, disease, observed)
        total = sum(part.log10_ratio for part in parts)
        assert total == pytest.approx(scores[released_model.index[disease]], abs=1 / UNITS)


@pytest.mark.skipif(not CASES.exists(), reason="published cases are not at hand")
def test_published_cases__mostly_rank_their_disease_high(released_model: LikelihoodModel) -> None:
    """Circular: the annotations draw on the same publications. It shows that nothing is broken."""
    ontology = released_model.ontology
    with gzip.open(CASES, "rt") as file:
        cases = [json.loads(line) for line in file]
    known = [
        case for case in cases if case["hpo"] and case["disease"]["id"] in released_model.index
    ]
    ranks = []
    for case in known[:: len(known) // 60]:
        observed = [ontology.index[ontology.resolve(term).identifier] for term in case["hpo"]]
        scores = released_model.score(observed)
        ranks.append(1 + int((scores > scores[released_model.index[case["disease"]["id"]]]).sum()))
    assert np.mean(np.array(ranks) <= 10) > 0.5
    assert np.mean(np.array(ranks) <= 1) > 0.3
