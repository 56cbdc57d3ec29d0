from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import kerne.interpretation
from kerne.alleles.allele import Allele
from kerne.errors import SyntheticError
from kerne.synthetic.causes import EFFECTS, Kind
from kerne.synthetic.citizen import Sex
from kerne.synthetic.country import Country
from kerne.synthetic.family import Family, Member, Population
from kerne.synthetic.founding import make_country
from kerne.synthetic.genome import invent_genome
from kerne.synthetic.patient import Mode
from kerne.synthetic.planting import (
    HEREDITY_OF,
    SECONDARY_GENES,
    draw_plans,
    modes_of,
)
from kerne.synthetic.profile import Medicine

GENOTYPES = {
    Mode.DOMINANT: ["het"],
    Mode.DE_NOVO: ["het"],
    Mode.RECESSIVE_HOMOZYGOUS: ["hom"],
    Mode.RECESSIVE_COMPOUND: ["het", "het"],
    Mode.X_LINKED: ["hemi"],
}


def carried(country: Country, number: str) -> dict[Allele, int]:
    """Count the copies of every allele that a person has."""
    copies = (country.haplotypes.carried[country.position(number)] == 1).sum(axis=0)
    return {country.sites[n].allele: int(copies[n]) for n in np.flatnonzero(copies)}


def test_every_mode_and_kind__is_planted(country: Country) -> None:
    modes = Counter(answer.mode for answer in country.answers)
    effects = Counter(v.effect for answer in country.answers for v in answer.variants)
    assert set(modes) == set(Mode)
    for kind in Kind:
        assert sum(effects[effect] for effect in EFFECTS[kind]) > 0


def test_each_patient__has_a_gene_of_their_own_and_a_disease_of_it(
    country: Country, medicine: Medicine
) -> None:
    genes = [answer.gene for answer in country.answers]
    assert len(set(genes)) == len(genes)
    for answer in country.answers:
        profile = {p.disease: p for p in medicine.profiles[answer.gene]}[answer.disease]
        assert HEREDITY_OF[answer.mode] in profile.heredity
        assert profile.name == answer.disease_name


def test_causal_alleles__have_the_genotypes_of_their_mode(country: Country) -> None:
    for answer in country.answers:
        assert [variant.genotype for variant in answer.variants] == GENOTYPES[answer.mode]
        copies = carried(country, answer.patient)
        for variant in answer.variants:
            assert copies[variant.allele] == (2 if variant.genotype == "hom" else 1)


def test_compound_alleles__come_from_both_sides(country: Country) -> None:
    site_of = {site.allele: number for number, site in enumerate(country.sites)}
    for answer in country.answers:
        if answer.mode is Mode.RECESSIVE_COMPOUND:
            columns = [site_of[variant.allele] for variant in answer.variants]
            found = country.haplotypes.carried[country.position(answer.patient)][:, columns]
            assert found.tolist() == [[1, 0], [0, 1]]


def test_origins__are_those_that_the_parents_genomes_show(country: Country) -> None:
    for patient, answer in zip(country.patients, country.answers, strict=True):
        parents = {"mother": patient.mother, "father": patient.father}
        have = {name: carried(country, n) for name, n in parents.items() if n is not None}
        for variant in answer.variants:
            shown = [name for name, alleles in have.items() if variant.allele in alleles]
            if variant.origin == "de novo":
                assert len(have) == 2
                assert shown == []
            elif variant.origin != "unknown":
                assert " and ".join(shown) == variant.origin


def test_new_alleles__are_planted_only_where_both_parents_show_it(country: Country) -> None:
    for patient, answer in zip(country.patients, country.answers, strict=True):
        if answer.mode is Mode.DE_NOVO:
            assert patient.mother is not None
            assert patient.father is not None


def test_affected_relatives__are_those_whose_alleles_cause_the_disease(country: Country) -> None:
    for patient, answer in zip(country.patients, country.answers, strict=True):
        for number in patient.relatives:
            copies = carried(country, number)
            mine = [copies.get(variant.allele, 0) for variant in answer.variants]
            if answer.mode in {Mode.DOMINANT, Mode.DE_NOVO}:
                affected = any(mine)
            elif answer.mode is Mode.X_LINKED:
                affected = mine == [1 if country.citizen(number).sex is Sex.MALE else 2]
            else:
                affected = all(mine) if len(mine) == 2 else mine == [2]
            assert (number in patient.affected) == affected


def test_some_patients__carry_an_incidental_loss_of_a_secondary_gene(country: Country) -> None:
    found = [answer.incidental for answer in country.answers if answer.incidental is not None]
    assert len(found) >= 3
    for answer in country.answers:
        assert answer.gene not in SECONDARY_GENES
        if answer.incidental is not None:
            assert answer.incidental.gene in SECONDARY_GENES
            assert answer.incidental.variant.genotype == "het"
            assert answer.incidental.variant.allele in carried(country, answer.patient)


def test_secondary_genes__are_actionable_in_the_list_of_interpretation() -> None:
    listed = Path(kerne.interpretation.__path__[0]) / "secondary_findings.tsv"
    rows = [line.split("\t") for line in listed.read_text().splitlines() if line[:1] != "#"]
    actionable = {row[0] for row in rows if row[1] == "actionable"}
    assert set(SECONDARY_GENES) <= actionable


def test_carriers__are_healthy_and_of_another_family(country: Country) -> None:
    assert country.answers[0].carriers
    for patient, answer in zip(country.patients, country.answers, strict=True):
        for carrier in answer.carriers:
            assert country.citizen(carrier).family != country.citizen(patient.person).family
            assert carried(country, carrier)[answer.variants[0].allele] == 1


def test_carriers__are_found_among_other_patients_families_when_all_have_one(
    small_medicine: Medicine,
) -> None:
    crowded = make_country(3, 30, medicine=small_medicine, patients=10)
    assert crowded.answers[0].carriers


def test_modes__become_dominant_where_a_parent_is_missing() -> None:
    members = (Member(Sex.FEMALE, 40), Member(Sex.FEMALE, 9, 0), Member(Sex.MALE, 30))
    population = Population(members, (Family((0, 1), 1), Family((2,), 2)))
    settled = modes_of(population, [Mode.DE_NOVO, Mode.X_LINKED])
    assert settled == [Mode.DOMINANT, Mode.X_LINKED]


def test_plans__are_refused_when_genes_run_out(medicine: Medicine) -> None:
    genome = invent_genome(np.random.default_rng(1), [], [])
    population = Population((Member(Sex.FEMALE, 9),), (Family((0,), 0),))
    with pytest.raises(SyntheticError, match="too few genes of `autosomal dominant` diseases"):
        draw_plans(np.random.default_rng(1), genome, medicine, population, [Mode.DOMINANT])


def test_incidental_findings__are_left_out_when_no_gene_is_listed(medicine: Medicine) -> None:
    genes = [gene for gene in medicine.profiles if gene not in SECONDARY_GENES][:400]
    members = (Member(Sex.FEMALE, 9), Member(Sex.FEMALE, 8))
    population = Population(members, (Family((0,), 0), Family((1,), 1)))
    genome = invent_genome(np.random.default_rng(1), genes, [])
    modes = [Mode.DOMINANT, Mode.DOMINANT]
    plans = draw_plans(np.random.default_rng(1), genome, medicine, population, modes)
    assert [plan.incidental for plan in plans] == [None, None]
