"""Which patient has which disease, by which alleles, and how the family came to carry them.

First a plan is drawn for every patient, then its alleles become sites of the country, and then they
are given to haplotypes so that parents, siblings and patient agree.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kerne.alleles.allele import Allele
from kerne.alleles.transcript import Transcript
from kerne.errors import SyntheticError
from kerne.synthetic.causes import Kind, draw_cause
from kerne.synthetic.effect import effect_of
from kerne.synthetic.family import Member, Population
from kerne.synthetic.genome import Genome
from kerne.synthetic.haplotypes import MATERNAL, PATERNAL, Haplotypes
from kerne.synthetic.patient import Mode, PlantedVariant
from kerne.synthetic.profile import Heredity, Medicine, Profile
from kerne.synthetic.variation import Age, Site

SECONDARY_GENES: Final = (
    *("APC", "BRCA1", "BRCA2", "PALB2", "TP53", "MLH1", "MSH2", "MSH6", "PMS2", "PTEN", "MEN1"),
    *("STK11", "NF2", "TSC1", "TSC2", "VHL", "SMAD4", "FBN1", "MYBPC3", "PKP2", "DSP", "KCNH2"),
)
"""Genes of ACMG SF v3.2 (doi:10.1016/j.gim.2023.100866) of which losing one copy is pathogenic."""

MODES: Final = (
    *(Mode.RECESSIVE_COMPOUND, Mode.DE_NOVO, Mode.X_LINKED, Mode.RECESSIVE_HOMOZYGOUS),
    *(Mode.DE_NOVO, Mode.RECESSIVE_COMPOUND, Mode.DOMINANT, Mode.DE_NOVO),
    *(Mode.RECESSIVE_HOMOZYGOUS, Mode.X_LINKED),
)
KINDS: Final = (
    *(Kind.NONSENSE, Kind.MISSENSE, Kind.FRAMESHIFT, Kind.SPLICE, Kind.IN_FRAME, Kind.MISSENSE),
    *(Kind.FRAMESHIFT, Kind.START_LOSS, Kind.MISSENSE, Kind.NONSENSE, Kind.SPLICE),
)
"""Modes and kinds take turns; their numbers share no factor, so that every pair comes up."""

HEREDITY_OF: Final[Mapping[Mode, Heredity]] = {
    Mode.DOMINANT: Heredity.DOMINANT,
    Mode.DE_NOVO: Heredity.DOMINANT,
    Mode.RECESSIVE_HOMOZYGOUS: Heredity.RECESSIVE,
    Mode.RECESSIVE_COMPOUND: Heredity.RECESSIVE,
    Mode.X_LINKED: Heredity.X_LINKED,
}
FEWEST_EXONS: Final = 3
INCIDENTAL_EVERY: Final = 8
CARRIER_SHARE: Final = 0.4


@dataclass(frozen=True, slots=True)
class Plan:
    """What one patient is to have. `person` is a position in the country.

    A homozygous or dominant patient has one allele, a compound one two, the maternal first.
    """

    person: int
    mode: Mode
    profile: Profile
    transcript: Transcript
    alleles: tuple[Allele, ...]
    incidental: tuple[Transcript, Allele] | None


def modes_of(population: Population, wanted: Sequence[Mode]) -> list[Mode]:
    """Settle the modes: without both parents nobody can say that an allele is new."""
    patients = [family.patient for family in population.families if family.patient is not None]
    return [
        Mode.DOMINANT
        if mode is Mode.DE_NOVO and population.members[person].father is None
        else mode
        for person, mode in zip(patients, wanted, strict=True)
    ]


def draw_plans(
    rng: np.random.Generator,
    genome: Genome,
    medicine: Medicine,
    population: Population,
    modes: Sequence[Mode],
) -> tuple[Plan, ...]:
    """Draw a disease and its alleles for every patient, a different gene for each.

    Raises
    ------
    SyntheticError
        The country has too few genes of a mode of inheritance.
    """
    sower = _Sower(rng, genome, medicine)
    patients = [family.patient for family in population.families if family.patient is not None]
    return tuple(
        sower.plan(number, person, mode)
        for number, (person, mode) in enumerate(zip(patients, modes, strict=True))
    )


def planted_sites(rng: np.random.Generator, plans: Sequence[Plan]) -> Iterator[Site]:
    """Make sites of the planned alleles; recessive ones may be known in the population."""
    for plan in plans:
        recessive = HEREDITY_OF[plan.mode] is Heredity.RECESSIVE
        for allele in plan.alleles:
            known = recessive and rng.random() < 0.6  # noqa: PLR2004  more often than not
            share = float(np.exp(rng.uniform(np.log(2e-5), np.log(4e-4)))) if known else 0.0
            yield Site(allele, Age.PLANTED, share)
        if plan.incidental is not None:
            yield Site(plan.incidental[1], Age.PLANTED, 0.0)


class _Sower:
    """Draws plans one after the other and remembers which genes are taken."""

    def __init__(self, rng: np.random.Generator, genome: Genome, medicine: Medicine) -> None:
        self._rng = rng
        self._genome = genome
        self._medicine = medicine
        self._taken = set(SECONDARY_GENES)
        self._secondary = [t for t in genome.transcripts if t.symbol in SECONDARY_GENES]
        self._transcripts = [t for t in genome.transcripts if len(t.exons) >= FEWEST_EXONS]

    def plan(self, number: int, person: int, mode: Mode) -> Plan:
        transcript, profile = self._disease(mode)
        kinds = [KINDS[number % len(KINDS)]]
        if mode is Mode.RECESSIVE_COMPOUND:
            kinds.append(KINDS[(number + 1) % len(KINDS)])
        alleles = self._alleles(transcript, kinds)
        incidental = self._incidental() if number % INCIDENTAL_EVERY == 1 else None
        return Plan(person, mode, profile, transcript, alleles, incidental)

    def _disease(self, mode: Mode) -> tuple[Transcript, Profile]:
        heredity = HEREDITY_OF[mode]
        choices = [
            (transcript, profile)
            for transcript in self._transcripts
            if transcript.symbol not in self._taken
            for profile in self._medicine.profiles[transcript.symbol]
            if heredity in profile.heredity
        ]
        if not choices:
            raise SyntheticError(f"too few genes of `{heredity}` diseases for so many patients")
        chosen = choices[int(self._rng.integers(len(choices)))]
        self._taken.add(chosen[0].symbol)
        return chosen

    def _alleles(self, transcript: Transcript, kinds: Sequence[Kind]) -> tuple[Allele, ...]:
        sequence = self._genome.sequences[transcript.contig]
        alleles: list[Allele] = []
        for kind in kinds:
            allele = draw_cause(self._rng, kind, transcript, sequence)
            while any(allele.position <= a.end and a.position <= allele.end for a in alleles):
                allele = draw_cause(self._rng, kind, transcript, sequence)
            alleles.append(allele)
        return tuple(alleles)

    def _incidental(self) -> tuple[Transcript, Allele] | None:
        if not self._secondary:
            return None
        transcript = self._secondary.pop(int(self._rng.integers(len(self._secondary))))
        return transcript, self._alleles(transcript, [Kind.FRAMESHIFT])[0]


class Planter:
    """Gives planned alleles to people."""

    def __init__(
        self,
        rng: np.random.Generator,
        genome: Genome,
        haplotypes: Haplotypes,
        sites: Sequence[Site],
    ) -> None:
        self._rng = rng
        self._genome = genome
        self._haplotypes = haplotypes
        self._site_of = {site.allele: number for number, site in enumerate(sites)}

    def plant(self, plan: Plan) -> tuple[PlantedVariant, ...]:
        """Give the patient the causal alleles, and the parents what they must have passed on."""
        if plan.mode is Mode.DE_NOVO:
            return (self._give_new(plan),)
        if plan.mode is Mode.RECESSIVE_HOMOZYGOUS:
            return (self._give(plan, plan.alleles[0], (MATERNAL, PATERNAL)),)
        if plan.mode is Mode.RECESSIVE_COMPOUND:
            sides = ((MATERNAL,), (PATERNAL,))
            pairs = zip(plan.alleles, sides, strict=True)
            return tuple(self._give(plan, allele, side) for allele, side in pairs)
        side = MATERNAL if plan.mode is Mode.X_LINKED else int(self._rng.integers(2))
        return (self._give(plan, plan.alleles[0], (side,)),)

    def plant_incidental(self, plan: Plan) -> PlantedVariant | None:
        """Give the patient, and a parent, the allele that has nothing to do with the question."""
        if plan.incidental is None:
            return None
        transcript, allele = plan.incidental
        return self._given(plan.person, transcript, allele, (int(self._rng.integers(2)),))

    def plant_carrier(self, plan: Plan, person: int) -> None:
        """Make somebody else a carrier of the first causal allele."""
        self._haplotypes.give(person, MATERNAL, self._site_of[plan.alleles[0]])

    def is_affected(self, plan: Plan, person: int) -> bool:
        """Tell whether somebody's alleles cause the patient's disease in them too."""
        sites = [self._site_of[allele] for allele in plan.alleles]
        carried = self._haplotypes.carried[person][:, sites]
        hit = (carried == 1).any(axis=1)
        if plan.mode in {Mode.DOMINANT, Mode.DE_NOVO}:
            return bool(hit.any())
        present = (carried >= 0).all(axis=1)
        return bool(hit[present].all())

    def _give_new(self, plan: Plan) -> PlantedVariant:
        allele = plan.alleles[0]
        side = int(self._rng.integers(2))
        self._haplotypes.give_de_novo(plan.person, side, self._site_of[allele])
        return self._described(plan.person, plan.transcript, allele, "de novo")

    def _give(self, plan: Plan, allele: Allele, sides: tuple[int, ...]) -> PlantedVariant:
        return self._given(plan.person, plan.transcript, allele, sides)

    def _given(
        self, person: int, transcript: Transcript, allele: Allele, sides: tuple[int, ...]
    ) -> PlantedVariant:
        for side in sides:
            self._haplotypes.give(person, side, self._site_of[allele])
        origins = [
            ("mother", "father")[s] for s in sides if (person, s) in self._haplotypes.origins
        ]
        complete = len(origins) == len(sides)
        origin = " and ".join(origins) if complete else "unknown"
        return self._described(person, transcript, allele, origin)

    def _described(
        self, person: int, transcript: Transcript, allele: Allele, origin: str
    ) -> PlantedVariant:
        copies, total = self._haplotypes.copies(person, self._site_of[allele])
        genotype = "hemi" if total == 1 else ("hom" if copies == total else "het")
        effect = effect_of(allele, transcript, self._genome.sequences[transcript.contig])
        return PlantedVariant(allele, genotype, effect, origin)


def choose_carriers(
    rng: np.random.Generator, plans: Sequence[Plan], population: Population
) -> dict[int, int]:
    """Choose founders who carry a recessive patient's allele: by patient, the carrier.

    They come from families without a patient, or else from another patient's family. The first
    patient has one whenever there is somebody; nobody is chosen twice.
    """
    families = sorted(population.families, key=lambda family: family.patient is not None)
    free = [
        (family, person)
        for family in families
        for person in family.members
        if _is_adult_founder(population.members[person]) and person != family.patient
    ]
    chosen: dict[int, int] = {}
    for plan in plans:
        recessive = HEREDITY_OF[plan.mode] is Heredity.RECESSIVE
        able = [pair for pair in free if plan.person not in pair[0].members]
        outside = [pair for pair in able if pair[0].patient is None] or able
        if outside and recessive and (not chosen or rng.random() < CARRIER_SHARE):
            pair = outside[int(rng.integers(len(outside)))]
            free.remove(pair)
            chosen[plan.person] = pair[1]
    return chosen


def _is_adult_founder(member: Member) -> bool:
    return member.age_years >= 18 and member.mother is None and member.father is None  # noqa: PLR2004
