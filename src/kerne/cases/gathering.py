"""What an interpretation in a centre is made from: the genomes of a case, and the nation's counts.

Every genome and every count is asked for at the gate by its own question, so that each person
sees their own entry. A relative whose genome may not be read now is left out, and that is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly
from kerne.cases.case import Case
from kerne.cases.events import KinInCase
from kerne.cases.parts import KinUse, NationalGenomes, Persons, Register
from kerne.genomes.actions import PersonalGenome
from kerne.genomes.genotypes import Zygosity
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.calls import Call, GenomeCalls
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.examination import Examination
from kerne.interpretation.interpretation import examine
from kerne.interpretation.panels import Panel
from kerne.interpretation.parentage import left_out_in_words
from kerne.interpretation.pedigree import Family, Kin, PedigreeSex, Relative
from kerne.interpretation.presentation import NationalFrequency
from kerne.interpretation.secondary import Disclosure
from kerne.people.asking import Identity, Purpose, Refusal
from kerne.people.counted import WhoCounted
from kerne.people.kinship import Kinship
from kerne.people.person import RegisteredSex
from kerne.phenotype.phenopacket import Phenotype, Sex

SEX_OF: Final = {
    RegisteredSex.FEMALE: Sex.FEMALE,
    RegisteredSex.MALE: Sex.MALE,
    RegisteredSex.UNKNOWN: Sex.UNKNOWN,
}
_PEDIGREE_SEX: Final = {
    RegisteredSex.FEMALE: PedigreeSex.FEMALE,
    RegisteredSex.MALE: PedigreeSex.MALE,
    RegisteredSex.UNKNOWN: PedigreeSex.UNKNOWN,
}
_GENOTYPE: Final = {
    Zygosity.HET: Genotype.HET,
    Zygosity.HOM: Genotype.HOM,
    Zygosity.HEMI: Genotype.HEMI,
    Zygosity.HALF: Genotype.HET,
}


@dataclass(slots=True)
class CountedCitizens:
    """The National Genome Database as evidence: unrelated people who allow it, the family left out.

    INVARIANT: the family never counts as evidence about its own variant.
    """

    genomes: NationalGenomes
    who: Identity
    family: frozenset[str]
    refused: tuple[str, ...] = ()
    counted: WhoCounted | None = None

    @property
    def source(self) -> str:
        """Name the database and who was counted."""
        if self.refused:
            return "the national genome database, which refused the question"
        who = "unrelated citizens who allow it, the family left out"
        number = "" if self.counted is None else f"{self.counted.genomes} "
        return f"the national genome database ({number}{who})"

    def look_up(self, alleles: Sequence[Allele]) -> list[NationalFrequency | None]:
        """Count each allele; `None` for all when the gate refuses, with `refused` saying why."""
        purpose = Purpose.TREATMENT_OF_ANOTHER
        counted = self.genomes.frequencies(
            self.who, purpose, alleles=list(alleles), without=self.family
        )
        if isinstance(counted, Refusal):
            self.refused = counted.reasons
            return [None] * len(alleles)
        self.counted = counted.counted
        columns = zip(counted.ac.tolist(), counted.an.tolist(), counted.hom.tolist(), strict=True)
        return [NationalFrequency(*each) for each in columns]


@dataclass(frozen=True, slots=True)
class GatheredFamily:
    """The relatives whose genomes may be read, and in words who is missing."""

    family: Family | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Reads the genomes of one case for one asker."""

    genomes: NationalGenomes
    people: Register
    kin: KinUse
    assembly: Assembly
    who: Identity
    purpose: str

    def examination(
        self, case: Case, knowledge: Knowledge, disclosure: Disclosure, panel: Panel | None
    ) -> Examination | Refusal:
        """Examine the patient's genome beside those of the family, or say why it may not be read.

        A relative who may not be read is left out, and so is one whom the genotypes do not support.
        """
        genome = self.calls_of(case.person)
        if isinstance(genome, Refusal):
            return genome
        kinship = self.people.kinship()
        family = self.family_of(case.person, case.relatives, kinship)
        citizens = CountedCitizens(self.genomes, self.who, kinship.family_of(case.person))
        sex = SEX_OF[self.people.person(case.person).sex]
        seen = examine(
            genome,
            Phenotype(case.person, sex, case.observed, case.excluded),
            knowledge,
            family=family.family,
            panel=panel,
            disclosure=disclosure,
            national=citizens,
        )
        notes = (*seen.primary.notes, *family.notes, *citizens.refused)
        return replace(seen, primary=replace(seen.primary, notes=notes))

    def calls_of(self, person: str) -> GenomeCalls | Refusal:
        """Return the genome of a person as interpretation takes it."""
        found = self.genomes.variants_of(self.who, self.purpose, person)
        return found if isinstance(found, Refusal) else as_calls(found, self.assembly)

    def family_of(
        self, patient: str, relatives: Sequence[KinInCase], kinship: Kinship
    ) -> GatheredFamily:
        """Return the genomes of the relatives that may be read now.

        Why one is missing is that person's own matter: the words are the same whatever the cause.
        """
        at_hand, notes = [], []
        for relative in relatives:
            kin = kin_of(relative.person, patient, kinship, self.people)
            if not self.kin.may_help(relative.person):
                notes.append(left_out_in_words(kin))
                continue
            calls = self.calls_of(relative.person)
            if isinstance(calls, Refusal):
                notes.append(left_out_in_words(kin))
            else:
                sex = _PEDIGREE_SEX[self.people.person(relative.person).sex]
                at_hand.append(Relative(kin, relative.affected, calls, sex))
        return GatheredFamily(Family(tuple(at_hand)) if at_hand else None, tuple(notes))


def as_calls(found: PersonalGenome, assembly: Assembly) -> GenomeCalls:
    """Return one genome of the database as interpretation takes it.

    Half-calls count as one copy; weak calls are shown to the clinic, and their number is noted.
    """
    weak = sum(not variant.is_counted for variant in found.variants)
    return GenomeCalls(
        sample=found.sample,
        assembly=assembly,
        calls=tuple(
            Call(
                variant.allele,
                _GENOTYPE[variant.genotype],
                variant.depth_reads,
                alternative_reads=variant.alternative_reads,
                quality=variant.quality,
            )
            for variant in found.variants
        ),
        callable=found.callable,
        notes=(f"{weak} calls are below the database's quality limits",) if weak else (),
    )


def kin_of(person: str, patient: str, kinship: Kinship, people: Persons) -> Kin:
    """Say what `person` is to `patient` by genetic parenthood; half-siblings are siblings."""
    parents = kinship.parents_of(patient)
    if person in parents:
        return _PARENT.get(people.person(person).sex, Kin.OTHER)
    if patient in kinship.parents_of(person):
        return Kin.CHILD
    return Kin.SIBLING if set(parents) & set(kinship.parents_of(person)) else Kin.OTHER


_PARENT: Final = {RegisteredSex.FEMALE: Kin.MOTHER, RegisteredSex.MALE: Kin.FATHER}
