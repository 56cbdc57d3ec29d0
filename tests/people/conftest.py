"""What the tests of people share: an empty register, and persons made of a number."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from kerne.database.engine import open_database
from kerne.people.asking import Ask, Pass, Refusal
from kerne.people.ledger import PeopleLedger, metadata
from kerne.people.person import Person, RegisteredSex
from kerne.people.vault import Vault, open_vault

T = TypeVar("T")

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHARED = Path(__file__).parents[3] / "shared" / "data"


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


def number_of(person: int) -> str:
    return f"P-{person:06d}"


def person_of(person: int, *, cpr: str | None = None, died: date | None = None) -> Person:
    born = date(1980, 5, 17)
    return Person(number_of(person), f"Ægir {person}", cpr, born, RegisteredSex.MALE, "East", died)


def open_register(directory: Path) -> PeopleLedger:
    engine = open_database(directory / "people.sqlite", metadata)
    return PeopleLedger(engine, open_vault(directory))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return open_vault(tmp_path)


@pytest.fixture
def register(tmp_path: Path) -> PeopleLedger:
    return open_register(tmp_path)


@pytest.fixture
def peopled(register: PeopleLedger) -> PeopleLedger:
    """A register with persons 1 to 6 and sample `S1` of person 1, `S2` of person 2, ..."""
    register.register_persons([person_of(i) for i in range(1, 7)], entry=1, at=AT)
    register.assign_samples({f"S{i}": number_of(i) for i in range(1, 7)})
    return register


@pytest.fixture
def door() -> OpenDoor:
    return OpenDoor()
