"""Speed of the law: one decision, many, and the rows of a nation after a change.

    python benchmarks/gate.py [--people N]

Each figure stands beside the plainest way to the same answer, taken in the same run: rules parsed
anew for each decision, and one Cedar decision a person.
"""

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import cedarpy
import numpy as np

from kerne.consent.events import (
    AnalysisConsented,
    Capacity,
    ConsentEvent,
    LimitedToOwnTreatment,
    ResearchLevel,
    ResearchUseAllowed,
    ResearchUseRefused,
    SecondaryChoice,
)
from kerne.consent.law import AgedProfile
from kerne.consent.ledger import ConsentLedger
from kerne.consent.ledger import metadata as consent_tables
from kerne.database.engine import open_database
from kerne.gate.law import RuledGenomes
from kerne.people.asking import Action, Identity, Purpose, Role
from kerne.people.ledger import PeopleLedger
from kerne.people.ledger import metadata as people_tables
from kerne.people.person import Person, RegisteredSex, age_years
from kerne.people.sample import GenomeRow
from kerne.people.vault import open_vault
from kerne.policy.decision import PersonFacts, Request, as_cedar, decide
from kerne.policy.rulebook import RuleBook

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 1)
DOCTOR = Identity("doctor-1", frozenset({Role.DOCTOR}), "hospital-east")
PATIENT = PersonFacts(
    number="P-000002",
    known=True,
    alive=True,
    age_years=40,
    analysis_consent=True,
    treated_by_asker=True,
    blocks_asker=False,
    guardians=frozenset(),
)
RESEARCH, LEVEL = Purpose.RESEARCH, ResearchLevel.SUBJECT_QUERY
READ = Request(DOCTOR, "own-treatment", Action.READ_GENOME, PATIENT, None, 1, "a reason", TODAY)


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def one_by_one(book: RuleBook, times: int) -> None:
    """Print how long one decision takes, and how long with the rules parsed anew."""
    taken = np.array([seconds(lambda: decide(book, [READ])) for _ in range(times)]) * 1e6
    p50, p99 = np.percentile(taken, [50, 99])
    text = "\n".join(rule.text for rule in book.rules.values())

    def parsed_anew() -> None:
        questions, entities = as_cedar([READ])
        cedarpy.is_authorized_batch(questions, text, entities, str(book.schema))

    anew = np.median([seconds(parsed_anew) for _ in range(50)]) * 1e6
    print(f"one decision: p50 {p50:.0f} us, p99 {p99:.0f} us; rules parsed anew {anew:.0f} us")
    print(f"  ratio to rules parsed anew: {anew / p50:.1f} times faster")


def distinct(count: int) -> list[Request]:
    """Return requests on patients of whom no two are known the same."""
    return [
        replace(
            READ,
            person=replace(
                PATIENT,
                number=f"P-{number:06d}",
                age_years=number % 100,
                guardians=frozenset({f"P-9{number:05d}"}),
            ),
        )
        for number in range(10, count + 10)
    ]


def rate(count: int) -> float:
    """Return how many distinct decisions a second one process makes; the best of five."""
    book, requests = RuleBook.load("denmark"), distinct(count)
    return count / min(seconds(lambda: decide(book, requests)) for _ in range(5))


def many(count: int) -> None:
    """Print how many decisions a second are made."""
    book = RuleBook.load("denmark")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        alone = pool.apply(rate, (count,))
        together = sum(pool.map(rate, [count, count], chunksize=1))
    alike = [replace(READ, person=replace(PATIENT, number=f"P-{n:06d}")) for n in range(count)]
    listed = count / min(seconds(lambda: decide(book, alike)) for _ in range(5))
    print(f"batch, no two alike: {alone:,.0f}/s in one process, {together:,.0f}/s in two")
    print(f"batch of a list (alike but for the number): {listed:,.0f}/s in one process")


def choices_of(draw: random.Random, person: str) -> list[ConsentEvent]:
    """Draw what somebody chose."""
    by, level = draw.choice(list(Capacity)), draw.choice(list(ResearchLevel))
    secondary = draw.choice(list(SecondaryChoice))
    drawn: list[tuple[float, ConsentEvent]] = [
        (
            0.97,
            AnalysisConsented(person, "form", "1", "d", secondary, recontact=False, capacity=by),
        ),
        (0.10, ResearchUseRefused(person, level, person, capacity=by)),
        (0.05, ResearchUseAllowed(person, level, person, capacity=by)),
        (0.02, LimitedToOwnTreatment(person, person)),
    ]
    return [event for chance, event in drawn if draw.random() < chance]


def nation(people: int, home: Path) -> tuple[ConsentLedger, dict[str, date]]:
    """Make the ledgers of a nation with one genome a person."""
    draw = random.Random(1)
    vault = open_vault(home)
    register = PeopleLedger(open_database(home / "people.sqlite", people_tables), vault)
    law = RuledGenomes(RuleBook.load("norland"))
    choices = open_database(home / "consent.sqlite", consent_tables)
    consent = ConsentLedger(choices, vault, register, law)
    numbers = [f"P-{number:06d}" for number in range(1, people + 1)]
    born = {number: date(draw.randint(1930, 2025), draw.randint(1, 12), 5) for number in numbers}
    sex = RegisteredSex.UNKNOWN
    register.register_persons(
        [Person(number, "x", None, born[number], sex, "East") for number in numbers],
        entry=1,
        at=AT,
    )
    register.assign_samples({f"S-{number}": number for number in numbers})
    register.register_rows(
        GenomeRow(row, f"S-{number}", number) for row, number in enumerate(numbers)
    )
    events = [event for number in numbers for event in choices_of(draw, number)]
    consent.append_all(events, entry=2, at=AT)
    return consent, born


def rows_after_a_change(people: int, *, check: bool) -> bool:
    """Print how long the rows of a nation take; return whether one decision a person agrees."""
    with tempfile.TemporaryDirectory() as folder:
        consent, born = nation(people, Path(folder))

        def rows() -> set[int]:
            return set(consent.population(RESEARCH, LEVEL, TODAY).rows)

        first = seconds(rows)
        times = []
        for person in list(born)[:40]:
            event = ResearchUseAllowed(person, ResearchLevel.SECONDARY_USE, person)
            consent.append(consent.choices(person).version, event, entry=9, at=AT)
            times.append(seconds(lambda: consent.population(RESEARCH, LEVEL, TODAY)))
        warm = seconds(lambda: consent.population(RESEARCH, LEVEL, TODAY))
        print(
            f"rows of {people:,} people: first {first * 1e3:.0f} ms, after a change "
            f"{np.median(times) * 1e3:.2f} ms (worst {max(times) * 1e3:.2f}), "
            f"unchanged {warm * 1e3:.2f} ms, {len(rows()):,} of them"
        )
        return not check or agrees(consent, born, rows())


def agrees(consent: ConsentLedger, born: dict[str, date], rows: set[int]) -> bool:
    """Ask the law about each person alone, print how long that takes, and say if it agrees."""
    book = RuleBook.load("norland")
    started = time.perf_counter()
    alone = set()
    for row, (person, day) in enumerate(born.items()):
        aged = AgedProfile(consent.choices(person).profile, age_years(day, TODAY))
        if RuledGenomes(book).may_draw_on([aged], RESEARCH, LEVEL) == [True]:
            alone.add(row)
    taken = (time.perf_counter() - started) * 1e3
    print(f"  one Cedar decision a person: {taken:,.0f} ms, the same rows: {alone == rows}")
    return alone == rows


def main() -> int:
    """Print the figures; end with 1 when rows differ from one decision a person."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60_000)
    people = parser.parse_args().people
    one_by_one(RuleBook.load("denmark"), 3_000)
    many(5_000)
    agreed = rows_after_a_change(3_000, check=True)
    rows_after_a_change(people, check=False)
    return int(not agreed)


if __name__ == "__main__":
    sys.exit(main())
