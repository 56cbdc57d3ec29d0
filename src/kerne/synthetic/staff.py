"""Those who work with the genomes: hospitals, two sequencing sites, a university, an authority."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from kerne.synthetic.citizen import REGIONS, ResearchLevel, Sex
from kerne.synthetic.names import invent_given_name, invent_surname

SITES: Final = ("East", "West")
SITE_OF_REGION: Final = {
    "North": "West",
    "Middle": "West",
    "South": "West",
    "Isles": "East",
    "Capital": "East",
}
UNIVERSITY: Final = "University of Kernia"
AUTHORITY: Final = "Kernia Genome Centre"
DOCTORS_PER_HOSPITAL: Final = 3


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One appointed person. `role` is one of the words of `people.asking.Role`."""

    identifier: str
    name: str
    role: str
    organisation: str
    region: str | None = None


@dataclass(frozen=True, slots=True)
class SequencingSite:
    """A laboratory that sequences the samples of some regions."""

    name: str
    organisation: str
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResearchProject:
    """A project as applied for: who may ask, at which level, and until when."""

    identifier: str
    title: str
    users: tuple[str, ...]
    level: ResearchLevel
    ethics_approved: bool
    active_from: date
    expires: date


@dataclass(frozen=True, slots=True)
class Institutions:
    """Who works at the centre, where genomes are sequenced, and what is researched."""

    staff: tuple[StaffMember, ...]
    sites: tuple[SequencingSite, ...]
    projects: tuple[ResearchProject, ...]

    def working_as(self, role: str, region: str | None = None) -> tuple[StaffMember, ...]:
        """List those with a role, in a region if one is named."""
        return tuple(
            member
            for member in self.staff
            if member.role == role and region in {None, member.region}
        )


def found_institutions(rng: np.random.Generator, today: date) -> Institutions:
    """Appoint the staff and register the projects; the sites are always the same."""
    return Institutions(_appoint(rng), _sites(), _projects(today))


def hospital_of(region: str) -> str:
    """Name the hospital of a region."""
    return f"Hospital {region}"


def laboratory_of(site: str) -> str:
    """Name the laboratory at a sequencing site."""
    return f"Sequencing {site}"


def _sites() -> tuple[SequencingSite, ...]:
    """List the two sites with the regions that send to them."""
    return tuple(
        SequencingSite(
            site, laboratory_of(site), tuple(r for r in REGIONS if SITE_OF_REGION[r] == site)
        )
        for site in SITES
    )


def _appoint(rng: np.random.Generator) -> tuple[StaffMember, ...]:
    """Appoint everybody that the centre needs; identifiers tell role and number."""
    counts: dict[str, int] = {}
    staff: list[StaffMember] = []
    for role, organisation, region in _posts():
        counts[role] = counts.get(role, 0) + 1
        sex = Sex.FEMALE if rng.integers(2) else Sex.MALE
        name = f"{invent_given_name(rng, sex)} {invent_surname(rng)}"
        identifier = f"{role}-{counts[role]}"
        staff.append(StaffMember(identifier, name, role, organisation, region))
    return tuple(staff)


def _projects(today: date) -> tuple[ResearchProject, ...]:
    """Describe a running project, and one that has expired."""
    year = timedelta(days=365)
    return (
        ResearchProject(
            "PRJ-0001",
            "How common are causes of rare disease in Kernia?",
            ("researcher-1",),
            ResearchLevel.ALLELE_FREQUENCY,
            ethics_approved=True,
            active_from=today - year,
            expires=today + 2 * year,
        ),
        ResearchProject(
            "PRJ-0002",
            "Carriers of recessive disease in five regions",
            ("researcher-2",),
            ResearchLevel.SUBJECT_QUERY,
            ethics_approved=True,
            active_from=today - 3 * year,
            expires=today - timedelta(days=30),
        ),
    )


def _posts() -> Iterator[tuple[str, str, str | None]]:
    for region in REGIONS:
        for _ in range(DOCTORS_PER_HOSPITAL):
            yield "doctor", hospital_of(region), region
    for region in REGIONS:
        yield "geneticist", hospital_of(region), region
    for site in SITES:
        yield "laboratory", laboratory_of(site), None
        yield "laboratory", laboratory_of(site), None
    for _ in range(2):
        yield "researcher", UNIVERSITY, None
    for role in ("registrar", "custodian", "custodian", "output-checker", "access-committee"):
        yield role, AUTHORITY, None
