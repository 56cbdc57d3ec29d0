"""The citizens of the synthetic country: who they are, whose children, and what they chose."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

REGIONS: Final = ("North", "Middle", "South", "Isles", "Capital")
"""The five regions; each has a hospital of its own."""


class Sex(StrEnum):
    """The registered sex; in this country the chromosomes always agree with it."""

    FEMALE = "female"
    MALE = "male"


class ParentKind(StrEnum):
    """What makes somebody a parent: the child's genome or the child's upbringing."""

    GENETIC = "genetic"
    SOCIAL = "social"


class ResearchLevel(StrEnum):
    """The three research uses of 1+MG, from the least to the most revealing."""

    ALLELE_FREQUENCY = "allele-frequency"
    SUBJECT_QUERY = "subject-query"
    SECONDARY_USE = "secondary-use"


@dataclass(frozen=True, slots=True, order=True)
class Citizen:
    """One invented person, with the number of the sample that was taken.

    Person and sample numbers are drawn apart: neither tells the other. No citizen has a CPR number.
    """

    number: str
    sample: str
    name: str
    born: date
    sex: Sex
    region: str
    family: str

    def age_years(self, on: date) -> int:
        """Count the birthdays up to and including `on`."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


@dataclass(frozen=True, slots=True)
class Parent:
    """One parent of one child; a child may have several of each kind."""

    child: str
    parent: str
    kind: ParentKind


@dataclass(frozen=True, slots=True)
class Guardian:
    """Custody of a child, from `since` until the 18th birthday `until`."""

    child: str
    guardian: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class ResearchRefusal:
    """A citizen's wish to take no part in research at this level or a more revealing one."""

    person: str
    level: ResearchLevel
    decided_on: date
