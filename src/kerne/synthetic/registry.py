"""The population register: numbers, names, birthdays, regions; kinship, custody, choices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from kerne.synthetic.citizen import (
    REGIONS,
    Citizen,
    Guardian,
    Parent,
    ParentKind,
    ResearchLevel,
    ResearchRefusal,
)
from kerne.synthetic.family import Member, Population
from kerne.synthetic.names import invent_given_name, invent_surname

OF_AGE_YEARS: Final = 18
REFUSING_SHARE: Final = 0.09
OWN_TREATMENT_ONLY_SHARE: Final = 0.015
WITHDRAWING_SHARE: Final = 0.02
LEVEL_SHARES: Final = (0.35, 0.3, 0.35)
DAYS_A_YEAR: Final = 365.25


@dataclass(frozen=True, slots=True)
class Register:
    """Who lives in the country, and how they belong together."""

    citizens: tuple[Citizen, ...]
    parents: tuple[Parent, ...]
    guardians: tuple[Guardian, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What citizens decided about research.

    Parameters
    ----------
    refusals
        Standing before the first question is asked.
    own_treatment_only
        Person numbers in the tissue-use register: nothing but their own treatment.
    withdrawing
        Person numbers of those who refuse all research later, in this order.
    """

    refusals: tuple[ResearchRefusal, ...]
    own_treatment_only: tuple[str, ...]
    withdrawing: tuple[str, ...]


def draw_register(rng: np.random.Generator, population: Population, today: date) -> Register:
    """Give every member of the population a number, a sample, a name, a birthday and a region."""
    samples = rng.permutation(len(population.members)) + 1
    citizens: list[Citizen] = []
    for number, family in enumerate(population.families, start=1):
        region = REGIONS[int(rng.integers(len(REGIONS)))]
        surname = invent_surname(rng)
        for person in family.members:
            member = population.members[person]
            citizens.append(
                Citizen(
                    number=f"P-{person + 1:06d}",
                    sample=f"S-{samples[person]:06d}",
                    name=f"{invent_given_name(rng, member.sex)} {surname}",
                    born=_birthday(rng, member.age_years, today),
                    sex=member.sex,
                    region=region,
                    family=f"F-{number:05d}",
                )
            )
    members = population.members
    return Register(
        tuple(citizens), _parents(members, citizens), _guardians(members, citizens, today)
    )


def draw_choices(
    rng: np.random.Generator, register: Register, willing: Sequence[str], today: date
) -> Choices:
    """Draw who refuses research, who limits use to own treatment, and who will withdraw.

    Parameters
    ----------
    willing
        Person numbers who refuse nothing at first; the first of them withdraws first.
    """
    adults = [
        citizen.number
        for citizen in register.citizens
        if citizen.age_years(today) >= OF_AGE_YEARS and citizen.number not in willing
    ]
    levels = list(ResearchLevel)
    refusals: list[ResearchRefusal] = []
    limited: list[str] = []
    content: list[str] = []
    for person in adults:
        chance = rng.random()
        if chance < OWN_TREATMENT_ONLY_SHARE:
            limited.append(person)
        elif chance < OWN_TREATMENT_ONLY_SHARE + REFUSING_SHARE:
            level = levels[int(rng.choice(len(levels), p=LEVEL_SHARES))]
            decided = today - timedelta(days=int(rng.integers(30, 700)))
            refusals.append(ResearchRefusal(person, level, decided))
        else:
            content.append(person)
    wanted = max(1, round(WITHDRAWING_SHARE * len(register.citizens)))
    others = [content[number] for number in rng.permutation(len(content)).tolist()]
    return Choices(tuple(refusals), tuple(limited), (*willing, *others)[:wanted])


def _birthday(rng: np.random.Generator, age_years: int, today: date) -> date:
    """Choose a day such that the person has had exactly so many birthdays by today."""
    days = int(rng.integers(1, 364))
    return today - timedelta(days=int(age_years * DAYS_A_YEAR) + days)


def _parents(members: Sequence[Member], citizens: Sequence[Citizen]) -> tuple[Parent, ...]:
    found: list[Parent] = []
    for child, member in enumerate(members):
        for parent in (member.mother, member.father):
            if parent is not None:
                number = citizens[child].number
                if not member.adopted:
                    found.append(Parent(number, citizens[parent].number, ParentKind.GENETIC))
                found.append(Parent(number, citizens[parent].number, ParentKind.SOCIAL))
    return tuple(found)


def _guardians(
    members: Sequence[Member], citizens: Sequence[Citizen], today: date
) -> tuple[Guardian, ...]:
    """Give minors their parents as guardians; those who live without parents here have none."""
    return tuple(
        Guardian(
            citizens[child].number,
            citizens[parent].number,
            citizens[child].born,
            _years_after(citizens[child].born, OF_AGE_YEARS),
        )
        for child, member in enumerate(members)
        for parent in (member.mother, member.father)
        if parent is not None and citizens[child].age_years(today) < OF_AGE_YEARS
    )


def _years_after(born: date, years: int) -> date:
    """Give the birthday of that age; who was born on 29 February has it on 1 March otherwise."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)
