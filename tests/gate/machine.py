"""A centre as a state machine sees it: what one process is told to do there, and how it is broken.

Played in small by `test_consent_machine.py`, and at full size, over several processes, by
`validation/consent_machine.py`. The model beside it is `tests/consent/naive_nation.py`.
"""

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from kerne.alleles.assembly import GRCH38
from kerne.alleles.interval import Interval, Intervals
from kerne.audit.ledger import open_audit
from kerne.consent.actions import Consent
from kerne.consent.choices import decide
from kerne.consent.events import (
    AnalysisConsented,
    AnalysisConsentWithdrawn,
    Capacity,
    ConsentEvent,
    LimitedToOwnTreatment,
    LimitLifted,
    ReaderBlocked,
    ReaderUnblocked,
    ResearchLevel,
    ResearchUseAllowed,
    ResearchUseRefused,
    SecondaryChoice,
)
from kerne.consent.ledger import ConsentLedger
from kerne.consent.ledger import metadata as consent_tables
from kerne.database.commits import Commits
from kerne.database.engine import open_database
from kerne.errors import ConsentError, PersonError, ResearchError, StaleVersionError
from kerne.gate.door import Gate
from kerne.gate.facts import FactFinder, Facts
from kerne.gate.grant import Grant
from kerne.gate.law import RuledGenomes
from kerne.genomes.disk.segment_keys import FileSegmentKeys
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reading.intake import GenomeFile
from kerne.people.asking import Action, Ask, Identity, Population, Purpose, Refusal, Role
from kerne.people.kinship import Custody
from kerne.people.ledger import PeopleLedger
from kerne.people.ledger import metadata as people_tables
from kerne.people.person import Person, RegisteredSex
from kerne.people.sample import GenomeRow
from kerne.people.vault import open_vault
from kerne.policy.rulebook import RuleBook
from kerne.research.actions import PermitFile, Research
from kerne.research.events import PermitIssued
from kerne.research.ledger import ResearchLedger
from tests.consent.naive_nation import (
    CARRIER_EVERY,
    DONE,
    ERROR,
    LAWS,
    LEVELS,
    REFUSED,
    START,
    NaiveNation,
    Step,
    nation_of,
)

ZONE: Final = ZoneInfo("Europe/Copenhagen")
PEOPLE: Final = 24
GENOMES_EACH: Final = 6
REGION: Final = Interval("chr1", 0, 100)
REGISTRAR = Identity("registrar-1", frozenset({Role.REGISTRAR, Role.CUSTODIAN}))
COMMITTEE = Identity("committee-1", frozenset({Role.ACCESS_COMMITTEE}))
RESEARCHER = Identity("researcher-1", frozenset({Role.RESEARCHER}), "University")
DOCTOR = Identity("doctor-1", frozenset({Role.DOCTOR}), "Hospital")
NO_ANSWER: Final = "somebody else was first"
"""A question whose project was changed before its answer could be kept: it has none."""

LOOK: Final = {1: Action.ASK_QUESTION, 2: Action.FIND_CARRIERS}
EVENTS: Final[dict[str, Callable[..., ConsentEvent]]] = {
    "withdraw": AnalysisConsentWithdrawn,
    "limit": LimitedToOwnTreatment,
    "lift": LimitLifted,
}


class Pipe(Protocol):
    """Where a worker is told what to do; a connection between processes, or what stands for one."""

    def send(self, obj: Any, /) -> None:  # Any: whatever can be pickled
        """Say something."""
        ...

    def recv(self) -> Any:  # Any: as above
        """Wait until something is said."""
        ...


class NoRecord:
    """An audit that keeps nothing: what is looked for here does not depend on it."""

    def record(self, drafts: Sequence[object], *_: object, **__: object) -> tuple[int, ...]:
        """Return a number for each entry."""
        return tuple(range(1, len(drafts) + 1))

    def close_ask(self, *_: object, **__: object) -> None:
        """Keep nothing of the outcome either."""

    def close(self) -> None:
        """Let go of nothing."""


class WatchedGate(Gate):
    """The gate, with the moment at which it looked at the epoch for the last time."""

    looked_at = 0.0

    def _still_holds(self, grant: Grant, facts: Facts) -> bool:
        self.looked_at = time.monotonic()
        return super()._still_holds(grant, facts)


class Worker:
    """One process's view of the centre, and what it is told to do there."""

    def __init__(
        self, bench: "Bench", home: Path, pipe: Any, *, is_whole: bool
    ) -> None:  # Any: a pipe, or what stands for one
        self.now = moment(START)
        self.pipe = pipe
        self.held = False
        self.is_whole = is_whole
        book = bench.book
        engine = open_database(home / "centre.sqlite", people_tables)
        consent_tables.create_all(engine)
        vault = open_vault(home)
        self.people = PeopleLedger(engine, vault)
        self.choices = ConsentLedger(engine, vault, self.people, RuledGenomes(book))
        ledger = ResearchLedger(engine, vault)
        audit: Any = open_audit(home / "audit.sqlite") if is_whole else NoRecord()  # Any: or none
        self.audit = audit
        permits = PermitFile(ledger)
        self.gate = WatchedGate(
            *(book, self.people, self.choices, self.audit, permits, lambda: self.now, ZONE),
            moves=Commits(engine).mark,
        )
        self.consent = Consent(
            *(self.gate, self.choices, self.people, lambda: self.now),
            age_of_consent_years=book.terms.own_choices_from_years,
            zone=ZONE,
        )
        self.research = Research(
            ledger=ledger,
            gate=self.gate,
            genomes=GenomeStore(bench.store, self._store_clock, FileSegmentKeys(bench.store)),
            register=self.people,
            region_of_gene=lambda _gene: REGION,
            coding_places=lambda: Intervals.build([REGION]),
            clock=lambda: self.now,
        )

    def _store_clock(self) -> datetime:
        self._hold()
        return self.now

    def _hold(self) -> None:
        """Wait, once, until the driver lets a held question go on."""
        if self.held:
            self.held = False
            self.pipe.send("holding")
            self.pipe.recv()

    def do(self, step: Step, signer: str) -> object:
        """Do one step; return what it was answered, in the model's words."""
        try:
            return getattr(self, f"_{step[0]}")(*step[1:], *([signer] * (step[0] == "choose")))
        except StaleVersionError:
            return NO_ANSWER
        except (ConsentError, PersonError, ResearchError):
            return ERROR

    def _choose(self, person: str, kind: str, level: int, document: str, signer: str) -> object:
        by, capacity = REGISTRAR.identifier, Capacity(signer)
        event: ConsentEvent
        match kind:
            case "consent":
                none = SecondaryChoice.NONE
                event = AnalysisConsented(
                    person, document, "1", by, none, recontact=False, capacity=capacity
                )
            case "refuse" | "allow":
                research = ResearchUseRefused if kind == "refuse" else ResearchUseAllowed
                wanted = ResearchLevel(LEVELS[level - 1])
                event = research(person, wanted, by, capacity=capacity)
            case "block" | "unblock":
                reader = ReaderBlocked if kind == "block" else ReaderUnblocked
                event = reader(person, DOCTOR.identifier, by, capacity=capacity)
            case _:
                event = EVENTS[kind](person, by, capacity=capacity)
        if self.is_whole:
            return done(self.consent.take_over(REGISTRAR, "quality", [event]))
        if kind == "limit" and capacity is Capacity.GUARDIAN:
            return REFUSED  # by a rule that only the whole way asks
        before = self.choices.choices(person)
        self.choices.append(before.version, decide(before, event), entry=1, at=self.now)
        return DONE

    def _row(self, person: str, row: int) -> object:
        self.people.register_rows([GenomeRow(row, sample_of(row), person)])
        return DONE

    def _retire(self, row: int) -> object:
        self.people.retire_row(row)
        return DONE

    def _permit(self, project: str, level: int, first: date, last: date) -> object:
        terms = PermitIssued(
            project, "T", ResearchLevel(LEVELS[level - 1]), (RESEARCHER.identifier,), "E", first,
            last, "",
        )  # fmt: skip
        return done(self.research.issue_permit(COMMITTEE, "research", terms))

    def _revoke(self, project: str) -> object:
        return done(self.research.revoke_permit(COMMITTEE, "research", project))

    def _cut(self, project: str) -> object:
        cut = self.research.issue_cut(RESEARCHER, "research", project)
        return REFUSED if isinstance(cut, Refusal) else cut.genomes

    def _ask(self, question: Step) -> object:
        return getattr(self, f"_ask_{question[0]}")(*question[1:])

    def _ask_rows(self, purpose: str) -> object:
        who = DOCTOR if purpose == Purpose.TREATMENT_OF_ANOTHER else REGISTRAR
        return self._rows(Ask(who, purpose, Action.COUNT_GENOMES))

    def _ask_research(self, project: str, level: int) -> object:
        return self._rows(Ask(RESEARCHER, "research", LOOK[level], project=project))

    def _ask_genome(self, person: str) -> object:
        return self._rows(Ask(DOCTOR, "own-treatment", Action.READ_GENOME, (person,)))

    def _rows(self, ask: Ask) -> object:
        def work(grant: Grant) -> set[int]:
            self._hold()
            return set() if grant.population is None else set(grant.population.rows)

        answer = self.gate.answer(ask, work)
        return REFUSED if isinstance(answer, Refusal) else answer

    def _ask_count(self, project: str, cut: int | None) -> object:
        over = None if cut is None else f"{project}/C-{cut + 1}"
        answer = self.research.count_alleles(RESEARCHER, "research", project, "ABCA4", cut=over)
        return REFUSED if isinstance(answer, Refusal) else (answer.genomes, answer.carriers)

    def _ask_choices(self, asker: str, person: str) -> object:
        purpose = "own-access" if asker == person else "guardian-access"
        who = Identity(asker, frozenset({Role.CITIZEN}), person=asker)

        def work(_grant: Grant) -> str:
            self._hold()
            return DONE

        answer = self.gate.answer(Ask(who, purpose, Action.READ_CHOICES, (person,)), work)
        return done(answer)

    def serve(self) -> None:
        """Do what the driver says until it says nothing more."""
        while (order := self.pipe.recv()) is not None:
            step, signer, day, self.held = order
            self.now = moment(day)
            try:
                answer = self.do(step, signer)
            except Exception:  # noqa: BLE001  whatever it is, it is no answer: the driver tells
                answer = traceback.format_exc()
            self.pipe.send((answer, self.gate.looked_at, time.monotonic()))


def done(answer: object) -> str:
    """Say whether something was done or refused."""
    return REFUSED if isinstance(answer, Refusal) else DONE


def moment(day: date) -> datetime:
    """Return noon of a day."""
    return datetime.combine(day, clock_time(12), UTC)


def sample_of(row: int) -> str:
    """Return the sample whose genome is in `row` of the store."""
    return f"S{row:04d}"


MUTANTS: Final = (
    *("no-second-reading", "cache-without-epoch", "cache-without-day"),
    "deaf-to-commits",
)


def break_on_purpose(mutant: str | None) -> None:
    """Change the program, in this process, so that it answers from what no longer holds."""
    match mutant:
        case "no-second-reading":
            WatchedGate._still_holds = lambda *_: True  # type: ignore[method-assign]
        case "deaf-to-commits":
            Commits.mark = lambda _commits: (0, 0)  # type: ignore[method-assign, assignment]  # on purpose
        case "cache-without-epoch":
            _cache_without_epoch()
        case "cache-without-day":
            today = FactFinder.today
            first: list[date] = []

            def once(finder: FactFinder, at: datetime) -> date:
                first.append(today(finder, at))
                return first[0]

            FactFinder.today = once  # type: ignore[method-assign, assignment]  # on purpose


def _cache_without_epoch() -> None:
    population = ConsentLedger.population
    kept: dict[tuple[Any, ...], Population] = {}  # Any: the arguments of a question

    def cached(ledger: ConsentLedger, *words: Any) -> Population:  # Any: as above
        found = kept.setdefault(words[:2], population(ledger, *words))
        return replace(found, epoch=ledger.epoch(words[2]))

    ConsentLedger.population = cached  # type: ignore[method-assign, assignment]  # on purpose


@dataclass
class Bench:
    """Templates and rules that every history starts from."""

    country: str
    directory: Path
    book: RuleBook = field(init=False)

    def __post_init__(self) -> None:
        self.book = RuleBook.load(self.country)
        self.law = LAWS[self.country]
        self.store = self.directory / "genomes"
        self.template = self.directory / "template"
        self.template.mkdir()
        make_store(self.store, self.directory / "genomes.vcf")
        settle(self.template, nation_of(self.law, PEOPLE))


def signer_of(nation: NaiveNation, step: Step) -> str:
    """Return as what the choice of a step is signed."""
    return nation.signer(step[1]) if step[0] == "choose" else ""


def rows_to_come(nation: NaiveNation) -> dict[str, list[int]]:
    """Return the rows of the store that each person can be given."""
    rows = range(PEOPLE * GENOMES_EACH)
    return {person: list(rows[index::PEOPLE]) for index, person in enumerate(nation.citizens)}


def make_store(path: Path, file: Path) -> None:
    """Make a store of everyone's genomes, in rows that people are given one after another."""
    samples = [sample_of(row) for row in range(PEOPLE * GENOMES_EACH)]
    calls = ["0/1" if row % CARRIER_EVERY == 0 else "0/0" for row in range(len(samples))]
    head = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
    file.write_text(
        "##fileformat=VCFv4.2\n"
        + "\t".join([head, *samples])
        + "\n"
        + "\t".join(["chr1", "10", ".", "A", "C", ".", ".", ".", "GT", *calls])
        + "\n"
    )
    create_store(path, GRCH38, kept_by_centre=True)
    added = GenomeStore(path, lambda: moment(START), FileSegmentKeys(path)).add([GenomeFile(file)])
    if [genome.row for genome in added] != list(range(len(samples))):
        raise SystemExit("the store gave other rows than the machine counts on")


def settle(home: Path, nation: NaiveNation) -> None:
    """Register everyone, their guardians, samples and doctor."""
    people = PeopleLedger(open_database(home / "centre.sqlite", people_tables), open_vault(home))
    citizens = list(nation.citizens.values())
    people.register_persons(
        [
            Person(each.number, "N", None, each.born, RegisteredSex.UNKNOWN, "East")
            for each in citizens
        ],
        custodies=[
            Custody(each.guardian, each.number, each.born) for each in citizens if each.guardian
        ],
        entry=1,
        at=moment(START),
    )
    samples = range(PEOPLE * GENOMES_EACH)
    people.assign_samples({sample_of(row): citizens[row % PEOPLE].number for row in samples})
    for citizen in citizens:
        began = moment(START) - timedelta(days=1)
        people.start_treatment(DOCTOR.identifier, citizen.number, "K-2025-000001", began)
    people.engine.dispose()
