"""What the tests of orders share: a door that stands open, and people who are only noted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest

from kerne.database.engine import open_database
from kerne.errors import PersonError
from kerne.people.asking import Ask, Identity, Pass, Refusal, Role
from kerne.people.sample import GenomeOrigin
from kerne.sequencing.actions import Orders
from kerne.sequencing.ledger import OrderLedger, metadata
from kerne.sequencing.turnaround import Calendar

T = TypeVar("T")


@dataclass(frozen=True)
class Granted:
    entry: int
    ask: Ask


@dataclass
class WatchedDoor:
    """Grants everything except asks about `closed_to`; remembers what was asked."""

    asks: list[Ask] = field(default_factory=list)
    closed_to: set[str] = field(default_factory=set)

    def answer(self, ask: Ask, work: Callable[[Pass], T]) -> T | Refusal:
        self.asks.append(ask)
        if self.closed_to.intersection(ask.persons):
            return Refusal(("the patient has blocked you",), ("blocked",))
        return work(Granted(len(self.asks), ask))


@dataclass
class NotedRelations:
    treated: set[tuple[str, str]] = field(default_factory=set)
    samples: dict[str, str] = field(default_factory=dict)
    origins: dict[str, GenomeOrigin] = field(default_factory=dict)

    def start_treatment(self, identity: str, person: str, order: str, at: datetime) -> None:
        assert order
        assert at.tzinfo is not None
        self.treated.add((identity, person))

    def assign_sample(
        self, sample: str, person: str, origin: GenomeOrigin = GenomeOrigin.GERMLINE
    ) -> None:
        self.origins[sample] = origin
        if self.samples.get(sample, person) != person:
            raise PersonError(f"sample `{sample}` was assigned otherwise before")
        self.samples[sample] = person


class ReversingSealer:
    """Seals so that a reader of the file does not see the text, which is all a test needs."""

    def seal(self, person: str, plain: bytes, place: str) -> bytes:
        return (f"{person} {place}".encode() + b"\0" + plain)[::-1]

    def unseal(self, person: str, sealed: bytes, place: str) -> bytes:
        whose, plain = sealed[::-1].split(b"\0", 1)
        assert whose.decode() == f"{person} {place}"
        return plain


@dataclass
class SteppingClock:
    """Every look at the clock takes an hour."""

    now: datetime = datetime(2026, 3, 2, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now


@pytest.fixture
def order_file(tmp_path: Path) -> Path:
    return tmp_path / "orders.sqlite"


@pytest.fixture
def ledger(order_file: Path) -> OrderLedger:
    return OrderLedger(open_database(order_file, metadata), ReversingSealer())


@pytest.fixture
def door() -> WatchedDoor:
    return WatchedDoor()


@pytest.fixture
def relations() -> NotedRelations:
    return NotedRelations()


@pytest.fixture
def orders(ledger: OrderLedger, door: WatchedDoor, relations: NotedRelations) -> Orders:
    calendar = Calendar("DK", ZoneInfo("Europe/Copenhagen"))
    return Orders(ledger, door, relations, calendar, SteppingClock())


@pytest.fixture
def doctor() -> Identity:
    return Identity("doctor-1", frozenset({Role.DOCTOR}), "Hospital North")


@pytest.fixture
def laboratory() -> Identity:
    return Identity("laboratory-east", frozenset({Role.LABORATORY}), "East")
