"""What the tests of research share: a small nation with genomes behind the real gate."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from pyroaring import BitMap

from kerne.alleles.assembly import GRCH38
from kerne.alleles.interval import Interval, Intervals
from kerne.audit.entry import Entry, IntentEntry, OutcomeEntry
from kerne.audit.ledger import AuditLedger, open_audit
from kerne.consent.events import (
    AnalysisConsented,
    ConsentEvent,
    ResearchLevel,
    ResearchUseAllowed,
    ResearchUseRefused,
    SecondaryChoice,
)
from kerne.consent.ledger import ConsentLedger
from kerne.consent.ledger import metadata as consent_tables
from kerne.database.commits import Commits
from kerne.database.engine import open_database
from kerne.errors import KnowledgeError
from kerne.gate.door import Gate
from kerne.gate.law import RuledGenomes
from kerne.genomes.disk.segment_keys import CentreSegmentKeys
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reading.intake import GenomeFile
from kerne.people.asking import Identity, Refusal, Role
from kerne.people.ledger import PeopleLedger
from kerne.people.ledger import metadata as people_tables
from kerne.people.person import Person, RegisteredSex
from kerne.people.sample import GenomeRow
from kerne.people.vault import open_vault
from kerne.policy.rulebook import RuleBook
from kerne.research.actions import PermitFile, Research
from kerne.research.events import PermitIssued, QuestionAnswered
from kerne.research.ledger import ResearchLedger
from kerne.research.public import PublicTier

if TYPE_CHECKING:
    from sqlalchemy import Engine

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PEOPLE = 14
COMMITTEE = Identity("committee-1", frozenset({Role.ACCESS_COMMITTEE}))
RESEARCHER = Identity("researcher-1", frozenset({Role.RESEARCHER}), "University")
OUTSIDER = Identity("researcher-2", frozenset({Role.RESEARCHER}), "University")
REGISTRAR = Identity("registrar-1", frozenset({Role.REGISTRAR}))
DOCTOR = Identity("doctor-1", frozenset({Role.DOCTOR}), "Hospital")
TIER = PublicTier(smallest_population=7, never_below=0.1, always_from=0.25, largest_cost=100)
CODING = Intervals.build([Interval("chr1", 0, 28)])
GENES = {
    "SHARED": Interval("chr1", 0, 15),
    "ALONE": Interval("chr1", 15, 25),
    "LEANING": Interval("chr1", 25, 50),
}


def person(number: int) -> str:
    return f"P-{number:06d}"


def sample(number: int) -> str:
    return f"S-{number:06d}"


def genomes_text() -> str:
    """Eight carry `SHARED`, one `ALONE`, five `LEANING`, of whose seven alleles one has six."""
    everyone = range(1, PEOPLE + 1)
    head = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
    lines = ["\t".join([head, *(sample(number) for number in everyone)])]
    sites = [(10, "A", "C", dict.fromkeys(range(1, 9), "0/1")), (20, "G", "T", {1: "0/1"})]
    sites += [(position, "C", "G", {2: "1/1"}) for position in (30, 32, 34)]
    sites += [(40, "T", "A", dict.fromkeys((3, 4, 5, 6), "0/1"))]
    for position, reference, alternative, carriers in sites:
        calls = [carriers.get(number, "0/0") for number in everyone]
        fixed = ["chr1", str(position), ".", reference, alternative, ".", ".", ".", "GT"]
        lines.append("\t".join([*fixed, *calls]))
    return "\n".join(lines) + "\n"


TERMS = PermitIssued(
    project="PRJ-0001",
    title="Retinal dystrophies",
    level=ResearchLevel.ALLELE_FREQUENCY,
    users=(RESEARCHER.identifier,),
    ethics_reference="NVK-1",
    first_day=date(2026, 1, 1),
    last_day=date(2026, 12, 31),
    issued_by="",
)


@dataclass
class Nation:
    """Research with everything that it stands on; `now` and `meanwhile` can be set."""

    people: PeopleLedger
    consent: ConsentLedger
    audit: AuditLedger
    store: GenomeStore
    ledger: ResearchLedger
    gate: Gate
    research: Research
    now: datetime = AT
    meanwhile: list[Callable[[], None]] = field(default_factory=list)

    def choose(self, event: ConsentEvent) -> None:
        version = self.consent.choices(event.person).version
        self.consent.append(version, event, entry=1, at=AT)

    def refuse(self, number: int) -> None:
        level = ResearchLevel.ALLELE_FREQUENCY
        self.choose(ResearchUseRefused(person(number), level, person(number)))

    def allow(self, number: int) -> None:
        level = ResearchLevel.ALLELE_FREQUENCY
        self.choose(ResearchUseAllowed(person(number), level, person(number)))

    def rows(self, numbers: Iterable[int]) -> BitMap:
        return BitMap.union(BitMap(), *(self.people.rows_of(person(each)) for each in numbers))

    def count(
        self, gene: str = "SHARED", who: Identity = RESEARCHER, project: str = "PRJ-0001"
    ) -> QuestionAnswered | Refusal:
        return self.research.count_alleles(who, "research", project, gene)

    def counted(self, gene: str = "SHARED", project: str = "PRJ-0001") -> QuestionAnswered:
        answered = self.count(gene, project=project)
        assert isinstance(answered, QuestionAnswered)
        return answered

    def entries(self) -> list[Entry]:
        return [self.audit.entry(number + 1) for number in range(self.audit.size())]

    def intents(self) -> list[IntentEntry]:
        return [entry for entry in self.entries() if isinstance(entry, IntentEntry)]

    def outcomes(self) -> list[str]:
        return [entry.outcome for entry in self.entries() if isinstance(entry, OutcomeEntry)]

    def permit(self, terms: PermitIssued = TERMS) -> None:
        assert self.research.issue_permit(COMMITTEE, "research", terms) == terms.project


def region_of_gene(gene: str) -> Interval:
    if gene not in GENES:
        raise KnowledgeError(f"gene `{gene}` is unknown")
    return GENES[gene]


@pytest.fixture
def nation(tmp_path: Path) -> Nation:
    """Fourteen consenting people with a genome each, and no permit yet."""
    made: list[Nation] = []

    def store_clock() -> datetime:
        """Whatever happens `meanwhile` happens once, while a question reads genomes."""
        while made[0].meanwhile:
            made[0].meanwhile.pop()()
        return made[0].now

    vault = open_vault(tmp_path)
    engine: Engine = open_database(tmp_path / "centre.sqlite", people_tables)
    consent_tables.create_all(engine)
    people = PeopleLedger(engine, vault)
    consent = ConsentLedger(engine, vault, people, RuledGenomes(RuleBook.load("denmark")))
    audit = open_audit(tmp_path / "audit.sqlite")
    ledger = ResearchLedger(engine, vault)
    create_store(tmp_path / "genomes", GRCH38, kept_by_centre=True)
    store = GenomeStore(tmp_path / "genomes", store_clock, CentreSegmentKeys(vault))
    zone = ZoneInfo("Europe/Copenhagen")
    book = RuleBook.load("denmark")
    gate = Gate(
        *(book, people, consent, audit, PermitFile(ledger), lambda: made[0].now, zone),
        moves=Commits(engine).mark,
    )
    research = Research(
        ledger=ledger,
        gate=gate,
        genomes=store,
        register=people,
        region_of_gene=region_of_gene,
        coding_places=lambda: CODING,
        clock=lambda: made[0].now,
        tier=TIER,
    )
    made.append(Nation(people, consent, audit, store, ledger, gate, research))
    settle(made[0], tmp_path / "everyone.vcf")
    return made[0]


def settle(nation: Nation, file: Path) -> None:
    everyone = range(1, PEOPLE + 1)
    born = date(1980, 1, 1)
    nation.people.register_persons(
        [
            Person(person(number), f"Name {number}", None, born, RegisteredSex.UNKNOWN, "East")
            for number in everyone
        ],
        entry=1,
        at=AT,
    )
    nation.people.assign_samples({sample(number): person(number) for number in everyone})
    for number in everyone:
        choice = SecondaryChoice.NONE
        nation.choose(AnalysisConsented(person(number), "form", "1", "doctor-1", choice, False))
    file.write_text(genomes_text())
    added = nation.store.add([GenomeFile(file)])
    nation.people.register_rows(
        GenomeRow(genome.row, genome.sample, person(int(genome.sample[2:]))) for genome in added
    )
