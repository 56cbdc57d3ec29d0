"""What the tests of the gate share: the trust storey of a centre, and the people in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kerne.audit.entry import Entry, IntentEntry, OutcomeEntry
from kerne.audit.ledger import AuditLedger
from kerne.audit.ledger import metadata as audit_tables
from kerne.consent.events import AnalysisConsented, ConsentEvent, ResearchLevel, SecondaryChoice
from kerne.consent.ledger import ConsentLedger
from kerne.consent.ledger import metadata as consent_tables
from kerne.database.commits import Commits
from kerne.database.engine import open_database
from kerne.gate.door import Gate
from kerne.gate.grant import Grant
from kerne.gate.law import RuledGenomes
from kerne.gate.permits import PermitFacts
from kerne.people.asking import Action, Ask, Identity, Purpose, Refusal, Role
from kerne.people.kinship import Custody
from kerne.people.ledger import PeopleLedger
from kerne.people.ledger import metadata as people_tables
from kerne.people.person import Person, RegisteredSex
from kerne.people.sample import GenomeRow
from kerne.people.vault import open_vault
from kerne.policy.rulebook import RuleBook

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Copenhagen")
ADULT, CHILD, MOTHER, STRANGER = "P-000001", "P-000002", "P-000003", "P-000004"

DOCTOR = Identity("doctor-1", frozenset({Role.DOCTOR}), "hospital-east")
GENETICIST = Identity("geneticist-1", frozenset({Role.GENETICIST}), "hospital-east")
LABORATORY = Identity("laboratory-1", frozenset({Role.LABORATORY}), "site-east")
RESEARCHER = Identity("researcher-1", frozenset({Role.RESEARCHER}), "university")
CHECKER = Identity("checker-1", frozenset({Role.OUTPUT_CHECKER}))
REGISTRAR = Identity("registrar-1", frozenset({Role.REGISTRAR}))
CUSTODIAN = Identity("custodian-1", frozenset({Role.CUSTODIAN}))


def citizen(person: str) -> Identity:
    return Identity(f"citizen-{person}", frozenset({Role.CITIZEN}), None, person)


READ = Ask(DOCTOR, "own-treatment", Action.READ_GENOME, (ADULT,), about="case C-1")
COUNT = Ask(DOCTOR, "treatment-of-another", Action.COUNT_GENOMES, about="gene ABCA4")
QUESTION = Ask(RESEARCHER, "research", Action.ASK_QUESTION, project="project-1", about="gene A")


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self, at: datetime = AT) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


@dataclass
class Permits:
    """Permits by project."""

    held: dict[str, PermitFacts] = field(default_factory=dict)

    def facts(self, project: str) -> PermitFacts | None:
        return self.held.get(project)


@dataclass
class Trust:
    """One process's view of the trust storey of a centre."""

    people: PeopleLedger
    consent: ConsentLedger
    audit: AuditLedger
    permits: Permits
    clock: Clock
    gate: Gate

    def choose(self, event: ConsentEvent) -> None:
        version = self.consent.choices(event.person).version
        self.consent.append(version, event, entry=1, at=self.clock())

    def consented(self, person: str) -> None:
        self.choose(
            AnalysisConsented(person, "form-1", "2", "doctor-1", SecondaryChoice.ACTIONABLE, False)
        )

    def entries(self) -> list[Entry]:
        return [self.audit.entry(number + 1) for number in range(self.audit.size())]

    def intents(self) -> list[IntentEntry]:
        return [entry for entry in self.entries() if isinstance(entry, IntentEntry)]

    def outcomes(self) -> list[OutcomeEntry]:
        return [entry for entry in self.entries() if isinstance(entry, OutcomeEntry)]


def open_trust(directory: Path, clock: Clock, permits: Permits) -> Trust:
    vault = open_vault(directory)
    people = PeopleLedger(open_database(directory / "people.sqlite", people_tables), vault)
    book = RuleBook.load("denmark")
    choices = open_database(directory / "consent.sqlite", consent_tables)
    consent = ConsentLedger(choices, vault, people, RuledGenomes(book))
    audit = AuditLedger(open_database(directory / "audit.sqlite", audit_tables))
    ledgers = [Commits(people.engine), Commits(choices)]

    def moves() -> object:
        return [each.mark() for each in ledgers], dict(permits.held)

    gate = Gate(book, people, consent, audit, permits, clock, ZONE, moves=moves)
    return Trust(people, consent, audit, permits, clock, gate)


def add_people(trust: Trust) -> None:
    born = {
        ADULT: date(1980, 5, 2),
        CHILD: date(2015, 5, 2),
        MOTHER: date(1985, 1, 1),
        STRANGER: date(1970, 1, 1),
    }
    trust.people.register_persons(
        [
            Person(number, f"Name {number}", None, day, RegisteredSex.FEMALE, "East")
            for number, day in born.items()
        ],
        custodies=[Custody(MOTHER, CHILD, date(2015, 5, 2))],
        entry=1,
        at=AT,
    )
    people = {ADULT: "S-1", CHILD: "S-2", MOTHER: "S-3", STRANGER: "S-4"}
    trust.people.assign_samples({sample: person for person, sample in people.items()})
    trust.people.register_rows(
        [GenomeRow(row, sample, person) for row, (person, sample) in enumerate(people.items())]
    )
    for person in people:
        trust.consented(person)


def rows_of(grant: Grant) -> set[int]:
    assert grant.population is not None
    return set(grant.population.rows)


def granted(trust: Trust, ask: Ask) -> Grant:
    grant = trust.gate.answer(ask, lambda given: given)
    assert isinstance(grant, Grant), grant
    return grant


def refused(trust: Trust, ask: Ask) -> Refusal:
    def never(_grant: Grant) -> None:
        pytest.fail("work was done for what is refused")

    refusal = trust.gate.answer(ask, never)
    assert isinstance(refusal, Refusal)
    assert refusal.reasons
    return refusal


@pytest.fixture
def permits() -> Permits:
    permit = PermitFacts(
        project="project-1",
        purpose=Purpose.RESEARCH,
        ethics_approved=True,
        active_from=date(2026, 1, 1),
        expires=date(2027, 1, 1),
        users=frozenset({RESEARCHER.identifier}),
        level=ResearchLevel.ALLELE_FREQUENCY,
    )
    return Permits({"project-1": permit})


@pytest.fixture
def trust(tmp_path: Path, permits: Permits) -> Trust:
    made = open_trust(tmp_path, Clock(), permits)
    add_people(made)
    return made


@pytest.fixture
def reopened(tmp_path: Path, permits: Permits) -> Callable[[], Trust]:
    """Another process's view of the same centre."""
    return lambda: open_trust(tmp_path, Clock(), permits)
