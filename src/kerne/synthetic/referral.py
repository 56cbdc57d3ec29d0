"""What the doctors write when they refer their patients."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from kerne.phenotype.ontology import Ontology
from kerne.synthetic.citizen import Citizen
from kerne.synthetic.family import Family, Member
from kerne.synthetic.patient import Patient, SecondaryChoice
from kerne.synthetic.presentation import Presentation, patient_group
from kerne.synthetic.registry import Register
from kerne.synthetic.staff import SITE_OF_REGION, Institutions, hospital_of

URGENT_SHARE = 0.15
RECONTACT_SHARE = 0.8
SECONDARY_SHARES = (0.4, 0.4, 0.2)


@dataclass(frozen=True, slots=True)
class Household:
    """The patient's family by position in the register; `affected` have the same disease."""

    patient: int
    mother: int | None
    father: int | None
    siblings: tuple[int, ...]
    affected: tuple[int, ...]


def household_of(
    member: Member, family: Family, patient: int, affected: Iterable[int]
) -> Household:
    """Sort a patient's family into parents and siblings."""
    siblings = set(family.members) - {patient, member.mother, member.father}
    return Household(
        patient, member.mother, member.father, tuple(sorted(siblings)), tuple(affected)
    )


@dataclass(frozen=True, slots=True)
class Referrer:
    """What a referral needs to know of the country."""

    ontology: Ontology
    register: Register
    institutions: Institutions
    today: date

    def refer(
        self, rng: np.random.Generator, household: Household, presentation: Presentation
    ) -> Patient:
        """Write the referral of one patient to the patient group that fits the terms."""
        citizen = self.register.citizens[household.patient]
        mother, father = household.mother, household.father
        age = citizen.age_years(self.today)
        return Patient(
            person=citizen.number,
            patient_group=patient_group(presentation.observed, age, self.ontology),
            hospital=hospital_of(citizen.region),
            ordered_by=self._one_of(rng, "doctor", citizen),
            geneticist=self._one_of(rng, "geneticist", citizen),
            site=SITE_OF_REGION[citizen.region],
            ordered_on=self.today - timedelta(days=int(rng.integers(20, 330))),
            urgent=bool(rng.random() < URGENT_SHARE),
            clinical_question=self._question(presentation),
            observed=presentation.observed,
            excluded=presentation.excluded,
            secondary=list(SecondaryChoice)[int(rng.choice(3, p=SECONDARY_SHARES))],
            recontact=bool(rng.random() < RECONTACT_SHARE),
            mother=None if mother is None else self._number(mother),
            father=None if father is None else self._number(father),
            siblings=tuple(map(self._number, household.siblings)),
            affected=tuple(map(self._number, household.affected)),
        )

    def _number(self, person: int) -> str:
        return self.register.citizens[person].number

    def _one_of(self, rng: np.random.Generator, role: str, citizen: Citizen) -> str:
        able = self.institutions.working_as(role, citizen.region)
        return able[int(rng.integers(len(able)))].identifier

    def _question(self, presentation: Presentation) -> str:
        names = [self.ontology.labels[term].lower() for term in presentation.observed[:3]]
        return f"Is there a genetic cause of {', '.join(names[:-1])} and {names[-1]}?"
