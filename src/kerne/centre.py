"""The one place where the parts of a centre are joined, from its settings.

A centre is a directory (`KERNE_HOME`):

    kerne.toml           settings, read once
    centre.sqlite        people, choices, orders, cases, research, custody: one transaction each
    audit/               the record of every decision, and the key that signs checkpoints
    keys/                the master key, persons' keys, the key that signs answers
    genomes/             the National Genome Database
    knowledge/           releases of reference data
    answers/             signed answers as handed over, a directory each
    restored-unproven    there after a restore without a replica, until a custodian confirms it

Nothing above this module opens any of them, and nothing below knows of more than its own part.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path

from kerne.alleles.assembly import assembly_named
from kerne.audit.actions import Audit
from kerne.audit.checkpoint import signing_key
from kerne.audit.erasing import AuditErasing
from kerne.audit.ledger import open_audit
from kerne.cases.actions import Cases
from kerne.cases.answers.signature import open_answer_key
from kerne.cases.closing import ClosedGenes, RuledFindings
from kerne.cases.kin_use import KinByChoice
from kerne.cases.ledger import CaseLedger
from kerne.cases.profiles import ProfileMarks
from kerne.cases.reproducing import open_named
from kerne.consent.actions import Consent
from kerne.consent.ledger import ConsentLedger
from kerne.consent.ledger import metadata as consent_metadata
from kerne.consent.taking_over import OptOutRegister
from kerne.custody import home as places
from kerne.custody.actions import Custodians
from kerne.custody.backup import BackupManifest
from kerne.custody.copies import Copies
from kerne.custody.erasure import Eraser
from kerne.custody.ledger import CustodyLedger
from kerne.custody.replica import Replica
from kerne.custody.restore import Replay, Restored, restored_files
from kerne.custody.retention import RetentionTerms
from kerne.custody.rooms import Rooms
from kerne.custody.standby import Standby
from kerne.database.commits import Commits
from kerne.database.engine import open_database
from kerne.durable import sweep
from kerne.founding import ROOMS, found_centre
from kerne.gate.door import Gate
from kerne.gate.law import RuledGenomes
from kerne.genomes.actions import Genomes
from kerne.genomes.disk.segment_keys import CentreSegmentKeys, leave_locked
from kerne.genomes.keeping.store import GenomeStore, utc_now
from kerne.genomes.keeping.upkeep import UNTENDED, Upkeep
from kerne.interpretation.at_hand import Knowledge, open_knowledge
from kerne.joining import OrderBook, Reach, touches_of
from kerne.knowledge.regions import GeneRegions
from kerne.knowledge.releases import KnowledgeBase
from kerne.people.actions import People
from kerne.people.asking import Identity
from kerne.people.ledger import PeopleLedger
from kerne.people.ledger import metadata as people_metadata
from kerne.people.pseudonym import KEY_BYTES, ProjectPseudonyms
from kerne.people.vault import open_vault
from kerne.policy.rulebook import RuleBook
from kerne.policy.terms import Terms
from kerne.research.actions import PermitFile, Research
from kerne.research.ledger import ResearchLedger
from kerne.sealing.place import MasterPlace
from kerne.sequencing.actions import Orders
from kerne.sequencing.events import OrderPlaced
from kerne.sequencing.ledger import OrderLedger
from kerne.sequencing.turnaround import Calendar
from kerne.settings import Settings, read_settings, write_settings

__all__ = ["Centre", "found_centre", "open_centre", "restore_centre"]

Clock = Callable[[], datetime]
"""Returns the present moment, in UTC."""


@dataclass(frozen=True, slots=True)
class Centre:
    """A centre that is open: what people can do in it, one attribute for each domain."""

    settings: Settings
    terms: Terms
    people: People
    consent: Consent
    register: OptOutRegister
    audit: Audit
    genomes: Genomes
    orders: Orders
    cases: Cases
    research: Research
    custody: Custodians
    copies: Copies
    identify: Callable[[str], Identity]


@contextmanager
def open_centre(home: Path, clock: Clock = utc_now, upkeep: Upkeep = UNTENDED) -> Iterator[Centre]:
    """Open the centre in `home`; what an interrupted process left open is closed first.

    Raises
    ------
    SettingsError
        There is no centre.
    PolicyError
        The rule book does not load: a centre without its law does not open.
    """
    parts = _Parts(read_settings(home), clock, upkeep)
    try:
        parts.recover()
        yield parts.centre()
    finally:
        parts.close()


def restore_centre(
    backup: Path,
    home: Path,
    key_copy: Path,
    replica: Path | None = None,
    *,
    without_replica: bool = False,
    clock: Clock = utc_now,
) -> Restored:
    """Restore a backup to the new directory `home`; see `custody.restore`.

    Parameters
    ----------
    replica
        Directory of the replica; the one in the backup's settings when none is named.
    without_replica
        Go on without one: only own treatment is answered until a custodian confirms the restore.

    Raises
    ------
    BackupError
        The backup, the keys or the replica cannot be used, or there is something at `home`.
    """
    with restored_files(backup, home, key_copy) as (place, manifest):
        found = read_settings(place)
        kept = None if without_replica else replica or found.replica
        write_settings(replace(found, home=place, replica=kept))
        with closing(_Parts(read_settings(place), clock)) as parts:
            restored = parts.replay(manifest)
    return restored


class _Parts:
    """The parts of one centre and how they are joined."""

    def __init__(self, settings: Settings, clock: Clock, upkeep: Upkeep = UNTENDED) -> None:
        self._settings = settings
        self._clock = clock
        self._home = settings.home
        self._assembly = assembly_named(settings.assembly)
        self._book = book = RuleBook.load(settings.country)
        self._engine = open_database(self._home / places.DATABASE, people_metadata)
        consent_metadata.create_all(self._engine)
        self._vault = vault = open_vault(self._home / places.KEYS, settings.keys)
        self._people = PeopleLedger(self._engine, vault)
        law = RuledGenomes(book)
        self._consent = ConsentLedger(self._engine, vault, self._people, law)
        self._orders = OrderLedger(self._engine, vault)
        self._cases = CaseLedger(self._engine, vault)
        self._research = ResearchLedger(self._engine, vault)
        self._custody = CustodyLedger(self._engine, vault)
        self._audit = open_audit(self._home / places.AUDIT / places.AUDIT_FILE)
        self._second = self._audit.second(self._home / places.AUDIT / places.SECOND_FILE)
        self._standby = Standby(
            None if settings.replica is None else Replica(settings.replica),
            self._consent.carrier,
            self._custody,
            self._audit,
            self._home / places.AUDIT / places.NEWEST,
        )
        self._store = GenomeStore(
            self._home / places.GENOMES, clock, CentreSegmentKeys(vault), upkeep
        )
        self._gate = Gate(
            book,
            self._people,
            self._consent,
            self._audit,
            PermitFile(self._research),
            clock,
            settings.tzinfo,
            self._custody,
            second=self._second,
            is_unproven=(self._home / places.UNPROVEN).exists,
            moves=Commits(self._engine).mark,
        )
        self._signing_key = signing_key(self._home / places.AUDIT / places.CHECKPOINT_KEY)
        self._audit_actions = Audit(
            self._audit,
            self._signing_key,
            self._gate,
            self._people.rows_ever_of,
            clock,
            self._home / places.AUDIT / places.NEWEST,
            second=self._second,
            telling=book.telling,
        )
        self._calendar = Calendar(book.terms.holidays, settings.tzinfo)
        self._order_actions = Orders(self._orders, self._gate, self._people, self._calendar, clock)
        self._knowledge_base = KnowledgeBase(self._home / "knowledge")
        self._regions = GeneRegions(self._knowledge_base, self._assembly)
        findings = RuledFindings(law, self._consent, self._people, clock, settings.tzinfo)
        closed = ClosedGenes(findings, self._regions.models)
        keep_removal = self._standby.keep_removal
        self._genome_actions = Genomes(self._store, self._gate, self._people, closed, keep_removal)
        self._case_actions = Cases(
            ledger=self._cases,
            gate=self._gate,
            orders=OrderBook(self._orders, self._calendar),
            register=self._people,
            findings=findings,
            kin=KinByChoice(self._consent, self._people, clock, settings.tzinfo),
            genomes=self._genome_actions,
            knowledge=lambda: self._knowledge,
            reopen=partial(open_named, self._knowledge_base, self._assembly),
            assembly=self._assembly,
            marks=ProfileMarks(vault.centre_key("profiles")),
            key=open_answer_key(self._home / places.KEYS / "answers.pem"),
            answers=self._home / "answers",
            clock=clock,
            zone=settings.tzinfo,
        )
        self._eraser = Eraser(self._custody, self._rooms.acts(), clock)

    @cached_property
    def _rooms(self) -> Rooms:
        return Rooms(
            engine=self._engine,
            people=self._people,
            consent=self._consent,
            orders=self._orders,
            cases=self._cases,
            rows_of=self._people.rows_of,
            genomes=self._genome_actions,
            answers=self._case_actions,
            keys=self._vault,
            log=AuditErasing(self._audit, self._second),
            replicate=self._standby.keep_erasure,
            logs=(self._engine, self._audit.engine, self._second.engine),
            clock=self._clock,
        )

    def centre(self) -> Centre:
        """Return what people can do."""
        gate, clock = self._gate, self._clock
        retention = self._book.terms.retention
        consent = Consent(
            *(gate, self._consent, self._people, clock),
            age_of_consent_years=self._book.terms.own_choices_from_years,
            zone=self._settings.tzinfo,
            touches=touches_of(self._book.terms),
            react=self._react,
        )
        return Centre(
            settings=self._settings,
            terms=self._book.terms,
            people=People(gate, self._people, clock),
            consent=consent,
            register=OptOutRegister(
                *(gate, self._consent, self._people, clock),
                age_of_consent_years=self._book.terms.own_choices_from_years,
                zone=self._settings.tzinfo,
                react=self._react,
            ),
            audit=self._audit_actions,
            genomes=self._genome_actions,
            orders=self._order_actions,
            cases=self._case_actions,
            research=Research(
                ledger=self._research,
                gate=gate,
                genomes=self._store,
                region_of_gene=self._regions.region,
                register=self._people,
                coding_places=self._regions.coding_places,
                clock=clock,
            ),
            custody=Custodians(
                gate=gate,
                ledger=self._custody,
                rooms=self._rooms,
                eraser=self._eraser,
                consent=consent,
                projects=self._research,
                pseudonyms=self._pseudonyms,
                rows_ever_of=self._people.rows_ever_of,
                unproven=self._home / places.UNPROVEN,
                terms=RetentionTerms(retention.years, retention.appeal_en),
                clock=clock,
                zone=self._settings.tzinfo,
            ),
            copies=Copies(self._home, self._signing_key, self._open_keys, clock),
            identify=self._people.who_is,
        )

    def recover(self) -> None:
        """Carry on what an interrupted process left: erasures, lists, the open audit entries."""
        for place in (self._home, *(self._home / name for name in ROOMS)):
            sweep(place)
        self._standby.check_not_older()
        self._eraser.recover()
        self._genome_actions.recover()
        self._react()
        self._case_actions.issue_outstanding()
        ledgers = (
            self._people.has_entry,
            self._consent.has_entry,
            self._orders.history.has_entry,
            self._cases.has_entry,
            self._research.history.has_entry,
            self._custody.has_entry,
            self._genome_actions.has_entry,
        )
        self._gate.close_open_intents(lambda entry: any(has_entry(entry) for has_entry in ledgers))

    def _react(self) -> None:
        """Do in one room what follows from another: each step may be done again without harm.

        An order placed while its patient withdrew is met from either side.
        """
        self._standby.keep_choices()
        self._order_actions.react()
        self._case_actions.react()
        for person in self._consent.withdrawals("orders"):
            self._end_orders(person)
        for placed in self._orders.unhandled("consent", OrderPlaced):
            self._end_orders(placed.event.person)
        reach = Reach(self._people, self._orders, self._cases, self._research)
        for withdrawal in self._consent.restrictions("reach"):
            self._end_orders(withdrawal.event.person)
            find = partial(reach, withdrawal.event, withdrawal.entry)
            self._consent.reaches.keep(withdrawal, find, self._clock())

    def _end_orders(self, person: str) -> None:
        withdrawal = self._consent.withdrawal_of(person)
        if withdrawal is not None:
            self._order_actions.cancel_without_consent(
                person, by=withdrawal.by, entry=withdrawal.entry
            )

    def replay(self, manifest: BackupManifest) -> Restored:
        """Take in what was kept apart from the backup that was restored here, and go on from it."""
        restored = Replay(
            home=self._home,
            standby=self._standby,
            consent=self._consent.carrier,
            ledger=self._custody,
            eraser=self._eraser,
            rooms=self._rooms,
            register=self._people,
            keys=self._vault,
            record=AuditErasing(self._audit, self._second).record_restoration,
            leave_locked=partial(leave_locked, self._store.path, CentreSegmentKeys(self._vault)),
        ).run(manifest, self._clock())
        # The replica's checkpoint is of entries that are lost: from now on it is this audit's.
        self._audit_actions.keep_newest()
        self._standby.keep_checkpoint()
        return restored

    def close(self) -> None:
        """Sign the audit as it stands, and let go of every file."""
        try:
            self._audit_actions.keep_newest()
            self._standby.keep_checkpoint()
        finally:
            if "_knowledge" in self.__dict__:
                self._knowledge.close()
            self._audit.close()
            self._second.engine.dispose()
            self._engine.dispose()
            self._vault.close()

    def _open_keys(self, copy: Path) -> None:
        # Keys in a token are not copied, and opening an older copy of the store would settle them.
        if self._settings.keys.master is MasterPlace.FILE:
            open_vault(copy).close()

    def _pseudonyms(self) -> ProjectPseudonyms:
        return ProjectPseudonyms(self._vault.centre_key("pseudonyms", KEY_BYTES))

    @cached_property
    def _knowledge(self) -> Knowledge:
        return open_knowledge(self._knowledge_base, self._assembly)
