"""How the country is founded: stage by stage from a seed.

Each stage draws from a random stream of its own, named by seed and stage: a change of one stage
leaves the draws of the others as they were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

import numpy as np

from kerne.errors import SyntheticError
from kerne.synthetic.country import Country
from kerne.synthetic.family import Population, draw_population
from kerne.synthetic.genome import Genome, invent_genome
from kerne.synthetic.haplotypes import Haplotypes, draw_haplotypes, founder_haplotypes
from kerne.synthetic.patient import Answer, Incidental, Patient
from kerne.synthetic.planting import (
    MODES,
    SECONDARY_GENES,
    Plan,
    Planter,
    choose_carriers,
    draw_plans,
    modes_of,
    planted_sites,
)
from kerne.synthetic.presentation import Presentation, present
from kerne.synthetic.profile import Heredity, Medicine, read_medicine
from kerne.synthetic.published import draw_published
from kerne.synthetic.referral import Referrer, household_of
from kerne.synthetic.registry import Register, draw_choices, draw_register
from kerne.synthetic.staff import Institutions, found_institutions
from kerne.synthetic.variation import Site, counts_for, draw_sites

TODAY: Final = date(2026, 6, 1)
GENES: Final = 1_200
X_LINKED_GENES: Final = 110
FEWEST_CITIZENS: Final = 12
MOST_CITIZENS: Final = 5_000
SMALL_COUNTRY: Final = 120


class Stage(IntEnum):
    """The random streams."""

    GENES = 1
    GENOME = 2
    POPULATION = 3
    PLANS = 4
    PLANTED_SITES = 5
    SITES = 6
    HAPLOTYPES = 7
    PLANTING = 8
    PUBLISHED = 9
    REGISTER = 10
    PRESENTATION = 11
    REFERRAL = 12
    CARRIERS = 13
    CHOICES = 14
    INSTITUTIONS = 15


def patients_for(citizens: int) -> int:
    """Say how many patients a country of this size has: at least 40 from 120 citizens on."""
    if citizens < SMALL_COUNTRY:
        return max(4, citizens // 5)
    return max(min(48, citizens // 3), citizens // 20)


def make_country(
    seed: int,
    citizens: int = 500,
    *,
    medicine: Medicine | None = None,
    patients: int | None = None,
    today: date = TODAY,
) -> Country:
    """Make the country of this seed: the same arguments give the same country.

    Parameters
    ----------
    medicine
        Disease profiles; by default those of the packaged HPO release.
    patients
        How many; by default `patients_for(citizens)`.

    Raises
    ------
    SyntheticError
        The number of citizens is out of range, or there are too few genes for the patients.
    """
    if not FEWEST_CITIZENS <= citizens <= MOST_CITIZENS:
        raise SyntheticError(
            f"`{citizens}` citizens asked for, expected {FEWEST_CITIZENS} to {MOST_CITIZENS}"
        )
    medicine = read_medicine() if medicine is None else medicine
    number = patients_for(citizens) if patients is None else patients
    founding = _Founding(seed, medicine, today)
    land = founding.settle(citizens, number)
    return founding.govern(land, *founding.populate(land))


@dataclass(frozen=True, slots=True)
class _Land:
    """The country before anybody has a haplotype or a name."""

    genome: Genome
    population: Population
    plans: tuple[Plan, ...]
    sites: tuple[Site, ...]


class _Founding:
    """The stages in their order: `settle`, `populate`, `govern`."""

    def __init__(self, seed: int, medicine: Medicine, today: date) -> None:
        self._seed = seed
        self._medicine = medicine
        self._today = today

    def settle(self, citizens: int, patients: int) -> _Land:
        """Draw the genome, the families, the plans for patients and the sites."""
        genome = invent_genome(self._stream(Stage.GENOME), *self._genes())
        wanted = [MODES[number % len(MODES)] for number in range(patients)]
        population = draw_population(self._stream(Stage.POPULATION), citizens, wanted)
        modes = modes_of(population, wanted)
        plans = draw_plans(self._stream(Stage.PLANS), genome, self._medicine, population, modes)
        return _Land(genome, population, plans, self._sites(genome, population, plans))

    def populate(self, land: _Land) -> tuple[Haplotypes, Planter]:
        """Draw the haplotypes; the planter can then give the planned alleles to people."""
        members = land.population.members
        rng = self._stream(Stage.HAPLOTYPES)
        haplotypes = draw_haplotypes(rng, land.genome, land.sites, members)
        rng = self._stream(Stage.PLANTING)
        return haplotypes, Planter(rng, land.genome, haplotypes, land.sites)

    def govern(self, land: _Land, haplotypes: Haplotypes, planter: Planter) -> Country:
        """Plant, then write down who lives here, who is ill, and what everybody chose."""
        register = draw_register(self._stream(Stage.REGISTER), land.population, self._today)
        carriers = choose_carriers(self._stream(Stage.CARRIERS), land.plans, land.population)
        presentations = self._presentations(land.plans)
        answers = _answers(planter, land.plans, presentations, register, carriers)
        institutions = found_institutions(self._stream(Stage.INSTITUTIONS), self._today)
        willing = [register.citizens[person].number for person in carriers.values()]
        return Country(
            seed=self._seed,
            today=self._today,
            ontology=self._medicine.ontology,
            genome=land.genome,
            sites=land.sites,
            haplotypes=haplotypes,
            published=draw_published(self._stream(Stage.PUBLISHED), land.sites),
            register=register,
            choices=draw_choices(self._stream(Stage.CHOICES), register, willing, self._today),
            institutions=institutions,
            patients=self._patients(land, planter, presentations, register, institutions),
            answers=answers,
        )

    def _stream(self, stage: Stage) -> np.random.Generator:
        return np.random.default_rng([self._seed, stage])

    def _genes(self) -> tuple[list[str], list[str]]:
        """Choose the genes of the country: autosomal and X-linked."""
        rng = self._stream(Stage.GENES)
        heredity = {gene: self._medicine.heredity_of(gene) for gene in self._medicine.profiles}
        x_linked = [gene for gene in heredity if Heredity.X_LINKED in heredity[gene]]
        secondary = [gene for gene in SECONDARY_GENES if gene in heredity]
        others = [gene for gene in heredity if gene not in {*x_linked, *secondary}]
        x_chosen = _some(rng, x_linked, X_LINKED_GENES)
        return secondary + _some(rng, others, GENES - len(secondary) - len(x_chosen)), x_chosen

    def _sites(
        self, genome: Genome, population: Population, plans: Sequence[Plan]
    ) -> tuple[Site, ...]:
        """Draw the sites; in genes of purely recessive diseases rare losses are tolerated."""
        founders = len(founder_haplotypes(population.members))
        children = sum(member.mother is not None for member in population.members)
        recessive = frozenset(
            transcript.symbol
            for transcript in genome.transcripts
            if self._medicine.heredity_of(transcript.symbol) == {Heredity.RECESSIVE}
        )
        planted = list(planted_sites(self._stream(Stage.PLANTED_SITES), plans))
        counts = counts_for(genome, founders, children)
        return draw_sites(self._stream(Stage.SITES), genome, counts, planted, recessive)

    def _presentations(self, plans: Sequence[Plan]) -> list[Presentation]:
        rng = self._stream(Stage.PRESENTATION)
        signs = self._medicine.signs()
        return [present(rng, plan.profile, self._medicine.ontology, signs) for plan in plans]

    def _patients(
        self,
        land: _Land,
        planter: Planter,
        presentations: Sequence[Presentation],
        register: Register,
        institutions: Institutions,
    ) -> tuple[Patient, ...]:
        rng = self._stream(Stage.REFERRAL)
        referrer = Referrer(self._medicine.ontology, register, institutions, self._today)
        families = {family.patient: family for family in land.population.families}
        patients: list[Patient] = []
        for plan, presentation in zip(land.plans, presentations, strict=True):
            family = families[plan.person]
            relatives = [person for person in family.members if person != plan.person]
            affected = [person for person in relatives if planter.is_affected(plan, person)]
            member = land.population.members[plan.person]
            household = household_of(member, family, plan.person, affected)
            patients.append(referrer.refer(rng, household, presentation))
        return tuple(patients)


def _answers(
    planter: Planter,
    plans: Sequence[Plan],
    presentations: Sequence[Presentation],
    register: Register,
    carriers: Mapping[int, int],
) -> tuple[Answer, ...]:
    """Plant what was planned for every patient and write down what it came to."""
    answers: list[Answer] = []
    for plan, presentation in zip(plans, presentations, strict=True):
        variants = planter.plant(plan)
        others = [carriers[plan.person]] if plan.person in carriers else []
        for carrier in others:
            planter.plant_carrier(plan, carrier)
        answers.append(
            Answer(
                patient=register.citizens[plan.person].number,
                gene=plan.transcript.symbol,
                disease=plan.profile.disease,
                disease_name=plan.profile.name,
                mode=plan.mode,
                variants=variants,
                terms=presentation.terms,
                incidental=_incidental(planter, plan),
                carriers=tuple(register.citizens[carrier].number for carrier in others),
            )
        )
    return tuple(answers)


def _incidental(planter: Planter, plan: Plan) -> Incidental | None:
    variant = planter.plant_incidental(plan)
    if variant is None or plan.incidental is None:
        return None
    return Incidental(plan.incidental[0].symbol, variant)


def _some(rng: np.random.Generator, names: Sequence[str], number: int) -> list[str]:
    """Choose `number` of the names, or all when there are fewer."""
    chosen = rng.permutation(len(names))[: max(0, number)]
    return [names[n] for n in sorted(chosen.tolist())]
