"""What an interpretation in a centre is made from: the genomes of a case, and the nation's counts.

Every genome and every count is asked for at the gate by its own question, so that each person
sees their own entry. A relative whose genome may not be read now is left out, and that is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly
from kerne.cases.answers.report import PROGRAM
from kerne.cases.case import Case
from kerne.cases.events import KinInCase
from kerne.cases.inputs import (
    GenomeUsed,
    KeptCount,
    KeptInputs,
    NotedCounts,
    in_order,
    kept_panel,
    named,
)
from kerne.cases.parts import KinUse, NationalGenomes, Persons, Register
from kerne.cases.profiles import ProfileMarks
from kerne.errors import CaseError
from kerne.genomes.actions import PersonalGenome
from kerne.genomes.genotypes import Zygosity
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.examination import Examination
from kerne.interpretation.family.consanguinity import kinship_of_parents
from kerne.interpretation.family.parentage import left_out_in_words
from kerne.interpretation.family.pedigree import Family, Kin, PedigreeSex, Relative
from kerne.interpretation.interpretation import examine
from kerne.interpretation.presentation import NationalFrequency
from kerne.interpretation.reading.calls import Call, GenomeCalls
from kerne.interpretation.reading.structural_gathering import read_kept_structural
from kerne.interpretation.secondary import Disclosure
from kerne.knowledge.panels import Panel
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
    answers: dict[Allele, NationalFrequency | None] = field(default_factory=dict)

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
            found: list[NationalFrequency | None] = [None] * len(alleles)
        else:
            self.counted = counted.counted
            columns = (counted.ac.tolist(), counted.an.tolist(), counted.hom.tolist())
            found = [NationalFrequency(*each) for each in zip(*columns, strict=True)]
        self.answers.update(zip(alleles, found, strict=True))
        return found


@dataclass(frozen=True, slots=True)
class GatheredFamily:
    """The relatives whose genomes may be read, and in words who is missing."""

    family: Family | None
    notes: tuple[str, ...] = ()
    used: tuple[GenomeUsed, ...] = ()

    @property
    def persons(self) -> dict[str, str]:
        """The person numbers of the relatives by sample."""
        relatives = () if self.family is None else self.family.relatives
        pairs = zip(relatives, self.used, strict=True)
        return {each.calls.sample: used.person for each, used in pairs}

    @property
    def parents_kinship(self) -> float | None:
        """Kinship coefficient of the patient's parents; `None` where not both are known."""
        return None if self.family is None else self.family.parents_kinship


@dataclass(frozen=True, slots=True)
class Gathered:
    """What an examination is made from, as it was read for one asker."""

    genome: GenomeCalls
    used: GenomeUsed
    phenotype: Phenotype
    family: GatheredFamily
    citizens: CountedCitizens | NotedCounts

    def examine(
        self, knowledge: Knowledge, disclosure: Disclosure, panel: Panel | None
    ) -> Examination:
        """Examine the patient's genome beside those of the family."""
        seen = examine(
            self.genome,
            self.phenotype,
            knowledge,
            family=self.family.family,
            panel=panel,
            disclosure=disclosure,
            national=self.citizens,
        )
        notes = (*seen.primary.notes, *self.notes)
        return replace(seen, primary=replace(seen.primary, notes=notes))

    @property
    def notes(self) -> tuple[str, ...]:
        """Who was left out, and what was refused, in words."""
        refused = self.citizens.refused if isinstance(self.citizens, CountedCitizens) else ()
        return (*self.family.notes, *refused)

    def inputs(
        self, knowledge: Knowledge, disclosure: Disclosure, panel: Panel | None
    ) -> KeptInputs:
        """Return what an examination was made from, to be kept after it was made."""
        counts = sorted(self.citizens.answers.items())
        return KeptInputs(
            program=PROGRAM,
            phenotype=self.phenotype,
            genome=self.used,
            relatives=self.family.used,
            notes=self.notes,
            panel=kept_panel(panel),
            open_classes=in_order(disclosure),
            relabelled=tuple(sorted(disclosure.relabelled)),
            source=self.citizens.source,
            counts=tuple(KeptCount(allele, answer) for allele, answer in counts),
            releases=named(knowledge.releases),
            parents_kinship=self.family.parents_kinship,
        )


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Reads the genomes of one case for one asker."""

    genomes: NationalGenomes
    people: Register
    kin: KinUse
    assembly: Assembly
    marks: ProfileMarks
    who: Identity
    purpose: str

    def gather(self, case: Case) -> Gathered | Refusal:
        """Read the patient's genome and those of the family, or say why the first may not be read.

        A relative who may not be read is left out.
        """
        found = self.genomes.variants_of(self.who, self.purpose, case.person)
        if isinstance(found, Refusal):
            return found
        kinship = self.people.kinship()
        sex = SEX_OF[self.people.person(case.person).sex]
        mark = self.marks.family(kinship.family_of(case.person))
        return Gathered(
            as_calls(found, self.assembly),
            GenomeUsed(case.person, found.row),
            Phenotype(case.person, sex, case.observed, case.excluded, family=mark),
            self.family_of(
                case.person,
                case.relatives,
                kinship,
                kinship_of_parents(case.person, kinship.parents_of),
            ),
            CountedCitizens(self.genomes, self.who, kinship.family_of(case.person)),
        )

    def gather_again(self, inputs: KeptInputs) -> Gathered | Refusal:
        """Read the genomes that a ranking was made from again, beside what was kept of it.

        Raises
        ------
        CaseError
            A genome is another now, or one of a relative may not be read any more.
        """
        found = self.genomes.variants_of(self.who, self.purpose, inputs.genome.person)
        if isinstance(found, Refusal):
            return found
        _check_row(found.row, inputs.genome)
        patient = inputs.genome.person
        kin = [KinInCase(each.person, each.affected) for each in inputs.relatives]
        family = self.family_of(patient, kin, self.people.kinship(), inputs.parents_kinship)
        if family.notes:
            raise CaseError(f"{family.notes[0]}; it was read then")
        for now, then in zip(family.used, inputs.relatives, strict=True):
            _check_row(now.row, then)
        again = replace(family, notes=inputs.notes)
        return Gathered(
            as_calls(found, self.assembly),
            inputs.genome,
            inputs.phenotype,
            again,
            NotedCounts.of(inputs),
        )

    def family_of(
        self,
        patient: str,
        relatives: Sequence[KinInCase],
        kinship: Kinship,
        parents_kinship: float | None,
    ) -> GatheredFamily:
        """Return the genomes of the relatives that may be read now.

        Why one is missing is that person's own matter: the words are the same whatever the cause.
        How the parents are related is known without a genome.
        """
        at_hand, notes, used = [], [], []
        for relative in relatives:
            kin = kin_of(relative.person, patient, kinship, self.people)
            if not self.kin.may_help(relative.person):
                notes.append(left_out_in_words(kin))
                continue
            found = self.genomes.variants_of(self.who, self.purpose, relative.person)
            if isinstance(found, Refusal):
                notes.append(left_out_in_words(kin))
            else:
                sex = _PEDIGREE_SEX[self.people.person(relative.person).sex]
                calls = as_calls(found, self.assembly)
                at_hand.append(Relative(kin, relative.affected, calls, sex))
                used.append(GenomeUsed(relative.person, found.row, relative.affected))
        is_known = bool(at_hand) or parents_kinship is not None
        family = Family(tuple(at_hand), parents_kinship) if is_known else None
        return GatheredFamily(family, tuple(notes), tuple(used))


def _check_row(row: int, used: GenomeUsed) -> None:
    if row != used.row:
        raise CaseError("a genome that was read then has been replaced by a newer one since")


def as_calls(found: PersonalGenome, assembly: Assembly) -> GenomeCalls:
    """Return one genome of the database as interpretation takes it.

    Half-calls count as one copy; weak calls are shown to the clinic, and their number is noted.
    """
    weak = sum(not variant.is_counted for variant in found.variants)
    structural = read_kept_structural(found.structural or (), assembly)
    notes = (f"{weak} calls are below the database's quality limits",) if weak else ()
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
        notes=(*notes, *structural.notes),
        structural=structural.calls,
        doubtful=structural.doubtful,
        is_structural_kept=found.structural is not None,
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
