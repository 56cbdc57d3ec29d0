"""What the tests of consent share: a door that stands open, and a register with a few people."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest

from kerne.consent.ledger import ConsentLedger
from kerne.consent.ledger import metadata as consent_tables
from kerne.database.engine import open_database
from kerne.gate.law import RuledGenomes
from kerne.people.asking import Ask, Identity, Pass, Refusal, Role
from kerne.people.ledger import PeopleLedger
from kerne.people.ledger import metadata as people_tables
from kerne.people.person import Person, RegisteredSex
from kerne.people.sample import GenomeRow
from kerne.people.vault import open_vault
from kerne.policy.rulebook import RuleBook

T = TypeVar("T")

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 1)
ZONE = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True)
class OpenedOnce:
    entry: int
    ask: Ask


@dataclass
class OpenDoor:
    """Grants everything except the purpose `insurance`; remembers what was asked."""

    asks: list[Ask] = field(default_factory=list)

    def answer(self, ask: Ask, work: Callable[[Pass], T]) -> T | Refusal:
        self.asks.append(ask)
        if ask.purpose == "insurance":
            return Refusal(("the purpose is not on the list",), ("closed-list",))
        return work(OpenedOnce(100 + len(self.asks), ask))


@dataclass(frozen=True)
class Nation:
    """One process's view of the stores in a directory."""

    people: PeopleLedger
    consent: ConsentLedger


LAWS = {
    True: RuledGenomes(RuleBook.load("denmark")),
    False: RuledGenomes(RuleBook.load("norland")),
}
"""By whether a country takes silence about research for a yes."""


def open_nation(directory: Path, *, research_by_default: bool = True) -> Nation:
    vault = open_vault(directory)
    people = PeopleLedger(open_database(directory / "people.sqlite", people_tables), vault)
    engine = open_database(directory / "consent.sqlite", consent_tables)
    consent = ConsentLedger(engine, vault, people, LAWS[research_by_default])
    return Nation(people, consent)


def number_of(person: int) -> str:
    return f"P-{person:06d}"


def populate(nation: Nation, persons: int, born: date = date(1980, 5, 17)) -> None:
    """Register persons 1, 2, ... with sample `S1`, `S2`, ... each, and no rows."""
    everyone = [
        Person(number_of(i), f"citizen {i}", None, born, RegisteredSex.UNKNOWN, "East")
        for i in range(1, persons + 1)
    ]
    nation.people.register_persons(everyone, entry=1, at=AT)
    nation.people.assign_samples({f"S{i}": number_of(i) for i in range(1, persons + 1)})


def sequence(nation: Nation, row: int, person: int) -> None:
    """Register one more row of `person`."""
    nation.people.register_rows([GenomeRow(row, f"S{person}", number_of(person))])


@pytest.fixture
def nation(tmp_path: Path) -> Nation:
    """Four persons with one row each, rows 10 to 40, and no choices."""
    nation = open_nation(tmp_path)
    populate(nation, 4)
    for person in range(1, 5):
        sequence(nation, 10 * person, person)
    return nation


@pytest.fixture
def door() -> OpenDoor:
    return OpenDoor()


@pytest.fixture
def citizen() -> Identity:
    return Identity("citizen-1", frozenset({Role.CITIZEN}), person="P-000001")
