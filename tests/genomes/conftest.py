"""What the tests of the genome database share: files written in a line, tables read as dicts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pysam
import pytest

from kerne.alleles.assembly import GRCH38
from kerne.audit.ledger import AuditLedger
from kerne.audit.ledger import metadata as audit_tables
from kerne.consent.events import (
    AnalysisConsented,
    ConsentEvent,
    ResearchLevel,
    SecondaryChoice,
)
from kerne.consent.ledger import ConsentLedger
from kerne.consent.ledger import metadata as consent_tables
from kerne.database.engine import open_database
from kerne.gate.door import Gate
from kerne.gate.law import RuledGenomes
from kerne.gate.permits import PermitFacts
from kerne.genomes.actions import Genomes
from kerne.genomes.disk.segment_keys import CentreSegmentKeys
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.people.asking import Identity, Purpose, Role
from kerne.people.ledger import PeopleLedger
from kerne.people.ledger import metadata as people_tables
from kerne.people.person import Person, RegisteredSex
from kerne.people.vault import open_vault
from kerne.policy.rulebook import RuleBook

Row = tuple[str, int, str, str, Sequence[str]]
WriteVcf = Callable[..., Path]
Table = dict[tuple[str, int, str, str], tuple[int, int, int, int, int]]


@pytest.fixture(scope="session")
def write_vcf() -> WriteVcf:
    def write(
        path: Path,
        samples: Sequence[str],
        rows: Sequence[Row],
        *,
        form: str = "GT",
        meta: str = "",
    ) -> Path:
        """Write a VCF; a row is contig, 1-based position, REF, ALT and the samples' texts.

        ALT may hold `;` and an INFO column after it.
        """
        names = "".join(f"\t{name}" for name in ("FORMAT", *samples)) if samples else ""
        text = f"##fileformat=VCFv4.2\n{meta}#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO{names}\n"
        for contig, position_1based, reference, alternative, fields in rows:
            alternatives, _, info = alternative.partition(";")
            values = "\t".join([form, *fields])
            text += f"{contig}\t{position_1based}\t.\t{reference}\t{alternatives}\t.\t.\t"
            text += f"{info or '.'}\t{values}\n"
        if path.suffix != ".gz":
            path.write_text(text)
            return path
        with pysam.BGZFile(str(path), "wb", None) as stream:
            stream.write(text.encode())
        return path

    return write


@pytest.fixture(scope="session")
def as_table() -> Callable[[Frequencies], Table]:
    def table(found: Frequencies) -> Table:
        """Return AC, AN, hom, het and hemi by contig, 1-based position, REF and ALT."""
        return {
            (allele.contig, allele.position + 1, allele.reference, allele.alternative): (
                int(found.ac[at]),
                int(found.an[at]),
                int(found.hom[at]),
                int(found.het[at]),
                int(found.hemi[at]),
            )
            for at in range(len(found))
            for allele in [found.allele(at)]
        }

    return table


AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERSONS = ("P-000001", "P-000002", "P-000003")
DOCTOR = Identity("doctor-1", frozenset({Role.DOCTOR}), "hospital-east")
LABORATORY = Identity("laboratory-1", frozenset({Role.LABORATORY}), "site-east")
RESEARCHER = Identity("researcher-1", frozenset({Role.RESEARCHER}), "university")
PROJECT = "R-2026-0001"
CUSTODIAN = Identity("custodian-1", frozenset({Role.CUSTODIAN}))


class OnePermit:
    """A register of permits with one, for which single persons may be looked at."""

    def facts(self, project: str) -> PermitFacts | None:
        if project != PROJECT:
            return None
        days, users = (date(2026, 1, 1), date(2027, 1, 1)), frozenset({RESEARCHER.identifier})
        level = ResearchLevel.SUBJECT_QUERY
        return PermitFacts(project, Purpose.RESEARCH, True, *days, users, level)


@dataclass
class Rooms:
    """A centre's genome database with the trust storey around it."""

    genomes: Genomes
    store: GenomeStore
    people: PeopleLedger
    consent: ConsentLedger
    gate: Gate
    audit: AuditLedger
    doctor: Identity = DOCTOR
    laboratory: Identity = LABORATORY
    custodian: Identity = CUSTODIAN
    persons: tuple[str, ...] = PERSONS
    now: list[datetime] = field(default_factory=lambda: [AT])

    def choose(self, event: ConsentEvent) -> None:
        version = self.consent.choices(event.person).version
        self.consent.append(version, event, entry=1, at=AT)


@pytest.fixture
def rooms(tmp_path: Path) -> Rooms:
    """Three consenting people, each with a sample that is not yet in the database."""
    vault = open_vault(tmp_path)
    people = PeopleLedger(open_database(tmp_path / "people.sqlite", people_tables), vault)
    consent_database = open_database(tmp_path / "consent.sqlite", consent_tables)
    consent = ConsentLedger(consent_database, vault, people, RuledGenomes(RuleBook.load("denmark")))
    audit = AuditLedger(open_database(tmp_path / "audit.sqlite", audit_tables))
    now = [AT]
    zone = ZoneInfo("Europe/Copenhagen")
    gate = Gate(RuleBook.load("denmark"), people, consent, audit, OnePermit(), lambda: now[0], zone)
    create_store(tmp_path / "genomes", GRCH38, kept_by_centre=True)
    store = GenomeStore(tmp_path / "genomes", lambda: now[0], CentreSegmentKeys(vault))
    made = Rooms(Genomes(store, gate, people), store, people, consent, gate, audit, now=now)
    people.register_persons(
        [
            Person(number, f"Name {number}", None, date(1980, 1, 1), RegisteredSex.FEMALE, "East")
            for number in PERSONS
        ],
        entry=1,
        at=AT,
    )
    for identity in (DOCTOR, LABORATORY, CUSTODIAN):
        people.appoint(identity)
    for number, person in enumerate(PERSONS):
        people.assign_sample(f"S{number}", person)
        made.choose(
            AnalysisConsented(person, "form-1", "2", "doctor-1", SecondaryChoice.ACTIONABLE, False)
        )
    return made
