"""Time the take-over of the national opt-out register: 60,000 lines, for people who are all known.

The gate stands open, so that what is timed is the register's own: reading, comparing, appending.

    python benchmarks/register.py [--lines 60000] [--changed 3000]
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from kerne.consent.events import LimitedToOwnTreatment
from kerne.consent.ledger import ConsentLedger
from kerne.consent.ledger import metadata as consent_tables
from kerne.consent.taking_over import Differences, OptOutRegister
from kerne.database.engine import open_database
from kerne.gate.law import RuledGenomes
from kerne.people.asking import Ask, Identity, Pass, Refusal, Role
from kerne.people.ledger import PeopleLedger
from kerne.people.ledger import metadata as people_tables
from kerne.people.person import Person, RegisteredSex
from kerne.people.vault import open_vault
from kerne.policy.rulebook import RuleBook

T = TypeVar("T")
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
REGISTRAR = Identity("registrar-1", frozenset({Role.REGISTRAR}))


@dataclass(frozen=True)
class Opened:
    """What an open door hands out."""

    entry: int
    ask: Ask


class OpenDoor:
    """Allows everything."""

    def answer(self, ask: Ask, work: Callable[[Pass], T]) -> T | Refusal:
        """Do the work at once."""
        return work(Opened(7, ask))


def timed(what: str, work: Callable[[], T]) -> T:
    """Do the work and print how long it took."""
    began = time.perf_counter()
    done = work()
    print(f"{what}\t{time.perf_counter() - began:.2f} s")
    return done


def settle(home: Path, people: int, limited: int) -> tuple[PeopleLedger, ConsentLedger]:
    """Register people, the first of whom are in the tissue-use register already."""
    vault = open_vault(home)
    register = PeopleLedger(open_database(home / "people.sqlite", people_tables), vault)
    engine = open_database(home / "consent.sqlite", consent_tables)
    choices = ConsentLedger(engine, vault, register, RuledGenomes(RuleBook.load("denmark")))
    everyone = [
        Person(f"P-{number:06d}", "N", None, date(1980, 1, 1), RegisteredSex.UNKNOWN, "East")
        for number in range(people)
    ]
    register.register_persons(everyone, entry=1, at=AT)
    events = [LimitedToOwnTreatment(each.number, "paper") for each in everyone[:limited]]
    choices.append_all(events, entry=1, at=AT)
    return register, choices


def main() -> None:
    """Make a nation and a file, and time preview and application."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--lines", type=int, default=60_000)
    parser.add_argument("--changed", type=int, default=3_000)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        register, choices = settle(home, words.lines, words.lines - words.changed)
        file = home / "register.csv"
        lines = [f"P-{number:06d},2026-02-01,limited" for number in range(words.lines)]
        file.write_text("\n".join(["person,date,choice", *lines]))
        desk = OptOutRegister(
            *(OpenDoor(), choices, register, lambda: AT),
            age_of_consent_years=15,
            zone=ZoneInfo("Europe/Copenhagen"),
        )
        seen = timed("preview", lambda: desk.preview(REGISTRAR, "quality", file))
        if not isinstance(seen, Differences):
            raise SystemExit("the preview was refused")
        for effect, number in seen.counts.items():
            print(f"{effect}\t{number:,}")
        timed("apply", lambda: desk.apply(REGISTRAR, "quality", file, seen.digest))


if __name__ == "__main__":
    main()
