import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.sequencing.events import PatientGroup
from kerne.synthetic.country import Country
from kerne.synthetic.patient import TermNoise
from kerne.synthetic.presentation import (
    FEWEST_NOTED,
    MOST_NOTED,
    patient_group,
    present,
)
from kerne.synthetic.profile import Heredity, Medicine, Profile


@settings(deadline=None, max_examples=60, derandomize=True)
@given(data=st.data(), seed=st.integers(0, 10**6))
def test_presentation__relates_every_term_to_the_profile_as_it_says(
    medicine: Medicine, data: st.DataObject, seed: int
) -> None:
    gene = data.draw(st.sampled_from(sorted(medicine.profiles)))
    profile = data.draw(st.sampled_from(medicine.profiles[gene]))
    ontology = medicine.ontology
    shown = present(np.random.default_rng(seed), profile, ontology, medicine.signs())
    signs = {ontology.ids[sign] for sign in profile.signs}
    related = {ontology.ids[a] for sign in profile.signs for a in ontology.ancestors(sign)}
    assert 1 <= len(shown.terms) <= MOST_NOTED + 2
    assert len(set(shown.observed)) == len(shown.terms)
    for term in shown.terms:
        if term.noise is TermNoise.EXACT:
            assert term.identifier == term.profile_term
            assert term.identifier in signs
        elif term.noise is TermNoise.IMPRECISE:
            assert term.profile_term in signs
            parents = ontology.parents(ontology.index[term.profile_term])
            assert term.identifier in {ontology.ids[parent] for parent in parents}
        else:
            assert term.profile_term is None
            above = {ontology.ids[a] for a in ontology.ancestors(ontology.index[term.identifier])}
            assert term.identifier not in related
            assert not above & signs


@settings(deadline=None, max_examples=50, derandomize=True)
@given(data=st.data(), seed=st.integers(0, 10**6))
def test_excluded_terms__contradict_nothing_observed(
    medicine: Medicine, data: st.DataObject, seed: int
) -> None:
    gene = data.draw(st.sampled_from(sorted(medicine.profiles)))
    ontology = medicine.ontology
    profile = medicine.profiles[gene][0]
    shown = present(np.random.default_rng(seed), profile, ontology, medicine.signs())
    implied = {
        ontology.ids[a] for t in shown.observed for a in ontology.ancestors(ontology.index[t])
    }
    assert not implied & set(shown.excluded)
    assert len(shown.excluded) <= 2


def test_signs__are_shown_as_often_as_published(medicine: Medicine) -> None:
    ontology = medicine.ontology
    often, seldom = ontology.index["HP:0001250"], ontology.index["HP:0001629"]
    fillers = [ontology.index[t] for t in ("HP:0000518", "HP:0000365", "HP:0001943", "HP:0002650")]
    signs = {often: 0.8, seldom: 0.1, **dict.fromkeys(fillers, 1.0)}
    profile = Profile("GENE", "OMIM:1", "a disease", frozenset({Heredity.DOMINANT}), signs)
    counts = {often: 0, seldom: 0}
    others = medicine.signs()
    for seed in range(400):
        shown = present(np.random.default_rng(seed), profile, ontology, others)
        for term in shown.terms:
            if term.profile_term is not None and ontology.index[term.profile_term] in counts:
                counts[ontology.index[term.profile_term]] += 1
    assert counts[often] / counts[seldom] == pytest.approx(8, rel=0.35)


def test_noise__has_all_three_forms_in_a_country(country: Country) -> None:
    noise = [term.noise for answer in country.answers for term in answer.terms]
    assert noise.count(TermNoise.EXACT) > noise.count(TermNoise.IMPRECISE) > 0
    assert noise.count(TermNoise.EXACT) > noise.count(TermNoise.UNRELATED) > 0


def test_few_signs__are_made_up_for_by_the_most_frequent(medicine: Medicine) -> None:
    ontology = medicine.ontology
    signs = {ontology.index[t]: 1e-9 for t in ("HP:0001250", "HP:0001629", "HP:0000518")}
    profile = Profile("GENE", "OMIM:1", "a disease", frozenset(), signs)
    shown = present(np.random.default_rng(1), profile, ontology, medicine.signs())
    assert len([t for t in shown.terms if t.profile_term is not None]) == FEWEST_NOTED


def test_patient_group__is_that_of_the_main_organ_system(medicine: Medicine) -> None:
    ontology = medicine.ontology
    assert patient_group(["HP:0001250", "HP:0001263"], 5, ontology) == PatientGroup.NEUROGENETIC
    assert patient_group(["HP:0000518"], 50, ontology) == PatientGroup.EYE
    scattered = ["HP:0001250", "HP:0000518", "HP:0001629", "HP:0000077", "HP:0000365"]
    assert patient_group(scattered, 5, ontology) == PatientGroup.RARE_DISEASE_CHILDREN
    assert patient_group(scattered, 18, ontology) == PatientGroup.RARE_DISEASE_ADULTS


def test_patients__are_referred_to_approved_patient_groups(country: Country) -> None:
    assert {patient.patient_group for patient in country.patients} <= set(PatientGroup)
