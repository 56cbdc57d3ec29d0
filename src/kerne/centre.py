"""The one place where the parts of a centre are joined, from its settings.

A centre is a directory (`KERNE_HOME`):

    kerne.toml           settings, read once
    centre.sqlite        people, choices, orders, cases, research: one transaction each
    audit/               the record of every decision, and the key that signs checkpoints
    keys/                the master key, persons' keys, the key that signs answers
    genomes/             the National Genome Database
    knowledge/           releases of reference data
    answers/             signed answers as handed over, a directory each

Nothing above this module opens any of them, and nothing below knows of more than its own part.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from kerne.alleles.assembly import assembly_named
from kerne.alleles.interval import Interval
from kerne.audit.actions import Audit
from kerne.audit.checkpoint import sign_checkpoint, signing_key, write_checkpoint
from kerne.audit.ledger import open_audit
from kerne.audit.tree import EMPTY_ROOT
from kerne.cases.actions import Cases
from kerne.cases.answer import ReleasedOrder
from kerne.cases.closing import ClosedGenes, RuledFindings
from kerne.cases.ledger import CaseLedger
from kerne.cases.signature import open_answer_key
from kerne.consent.actions import Consent
from kerne.consent.ledger import ConsentLedger
from kerne.consent.ledger import metadata as consent_metadata
from kerne.consent.taking_over import OptOutRegister
from kerne.database.engine import open_database
from kerne.errors import KnowledgeError, OrderError, PersonError, SettingsError
from kerne.gate.door import Gate
from kerne.gate.law import RuledGenomes
from kerne.genomes.actions import Genomes
from kerne.genomes.store import GenomeStore, create_store, utc_now
from kerne.interpretation.at_hand import Knowledge, open_knowledge
from kerne.knowledge.genes import GeneModels, read_gene_models
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase
from kerne.people.actions import People
from kerne.people.asking import Identity, Role
from kerne.people.ledger import PeopleLedger
from kerne.people.ledger import metadata as people_metadata
from kerne.people.organisation import Organisation
from kerne.people.vault import open_vault
from kerne.policy.rulebook import RuleBook
from kerne.policy.terms import Terms
from kerne.research.actions import PermitFile, Research
from kerne.research.ledger import ResearchLedger
from kerne.sequencing.actions import Orders
from kerne.sequencing.events import OrderPlaced
from kerne.sequencing.ledger import OrderLedger
from kerne.sequencing.turnaround import Calendar
from kerne.settings import FILE_NAME, Settings, read_settings, write_settings

Clock = Callable[[], datetime]
"""Returns the present moment, in UTC."""


_CHECKPOINT_KEY: Final = "audit/checkpoint.key"
_NEWEST_CHECKPOINT: Final = "audit/newest.checkpoint"


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
    identify: Callable[[str], Identity]


def found_centre(
    settings: Settings,
    registrar: Identity,
    organisations: tuple[Organisation, ...] = (),
    *,
    reference: Path | None = None,
) -> None:
    """Make a new centre in the directory that `settings` name, with its first registrar.

    Everybody else is registered and appointed by that registrar, through the gate.

    Parameters
    ----------
    reference
        FASTA of the assembly: it becomes a release, and alleles are left-aligned by it. Without it
        they are trimmed only.

    Raises
    ------
    SettingsError
        There is a centre already.
    """
    home = settings.home
    if (home / FILE_NAME).exists():
        raise SettingsError(f"`{home}` already holds a centre")
    for name in ("audit", "keys", "genomes", "knowledge", "answers"):
        (home / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    assembly = assembly_named(settings.assembly)
    if reference is not None:
        base = KnowledgeBase(home / "knowledge")
        reference = base.add(Kind.REFERENCE, reference, assembly=assembly.name).path
    create_store(home / "genomes", assembly, kept_by_centre=True, reference=reference)
    vault = open_vault(home / "keys", settings.keys)
    people = PeopleLedger(open_database(home / "centre.sqlite", people_metadata), vault)
    for organisation in organisations:
        people.add_organisation(organisation)
    people.appoint(registrar)
    people.engine.dispose()
    key = signing_key(home / _CHECKPOINT_KEY)
    write_checkpoint(home / _NEWEST_CHECKPOINT, sign_checkpoint(0, EMPTY_ROOT, utc_now(), key))
    # INVARIANT: the settings come last: a home without them is no centre yet.
    write_settings(settings)


@contextmanager
def open_centre(home: Path, clock: Clock = utc_now) -> Iterator[Centre]:
    """Open the centre in `home`; what an interrupted process left open is closed first.

    Raises
    ------
    SettingsError
        There is no centre.
    PolicyError
        The rule book does not load: a centre without its law does not open.
    """
    parts = _Parts(read_settings(home), clock)
    try:
        parts.recover()
        yield parts.centre()
    finally:
        parts.close()


class _Parts:
    """The parts of one centre and how they are joined."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._home = settings.home
        self._assembly = assembly_named(settings.assembly)
        book = RuleBook.load(settings.country)
        self._book = book
        self._engine = open_database(self._home / "centre.sqlite", people_metadata)
        consent_metadata.create_all(self._engine)
        vault = open_vault(self._home / "keys", settings.keys)
        self._people = PeopleLedger(self._engine, vault)
        law = RuledGenomes(book)
        self._consent = ConsentLedger(self._engine, vault, self._people, law)
        self._orders = OrderLedger(self._engine, vault)
        self._cases = CaseLedger(self._engine, vault)
        self._research = ResearchLedger(self._engine, vault)
        self._audit = open_audit(self._home / "audit" / "audit.sqlite")
        self._second = self._audit.second(self._home / "audit" / "second.sqlite")
        self._store = GenomeStore(self._home / "genomes", clock)
        self._gate = Gate(
            book,
            self._people,
            self._consent,
            self._audit,
            PermitFile(self._research),
            clock,
            settings.tzinfo,
            second=self._second,
        )
        self._audit_actions = Audit(
            self._audit,
            signing_key(self._home / _CHECKPOINT_KEY),
            self._gate,
            self._people.rows_ever_of,
            clock,
            self._home / _NEWEST_CHECKPOINT,
            second=self._second,
        )
        self._calendar = Calendar(book.terms.holidays, settings.tzinfo)
        self._order_actions = Orders(self._orders, self._gate, self._people, self._calendar, clock)
        findings = RuledFindings(law, self._consent, self._people, clock, settings.tzinfo)
        closed = ClosedGenes(findings, lambda: self._genes)
        self._genome_actions = Genomes(self._store, self._gate, self._people, closed)
        self._knowledge_base = KnowledgeBase(self._home / "knowledge")
        self._case_actions = Cases(
            ledger=self._cases,
            gate=self._gate,
            orders=_OrderBook(self._orders, self._calendar),
            register=self._people,
            findings=findings,
            genomes=self._genome_actions,
            knowledge=lambda: self._knowledge,
            assembly=self._assembly,
            key=open_answer_key(self._home / "keys" / "answers.pem"),
            answers=self._home / "answers",
            clock=clock,
            zone=settings.tzinfo,
        )

    def centre(self) -> Centre:
        """Return what people can do."""
        gate, clock = self._gate, self._clock
        return Centre(
            settings=self._settings,
            terms=self._book.terms,
            people=People(gate, self._people, clock),
            consent=Consent(
                *(gate, self._consent, self._people, clock),
                age_of_consent_years=self._book.terms.own_choices_from_years,
                zone=self._settings.tzinfo,
                react=self._react,
            ),
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
                region_of_gene=self._region_of_gene,
                clock=clock,
            ),
            identify=partial(_identify, self._people),
        )

    def recover(self) -> None:
        """Carry on what an interrupted process left: lists first, then the open audit entries."""
        self._genome_actions.recover()
        self._react()
        self._case_actions.issue_outstanding()
        ledgers = (
            self._people.has_entry,
            self._consent.has_entry,
            self._orders.history.has_entry,
            self._cases.history.has_entry,
            self._research.history.has_entry,
            self._genome_actions.has_entry,
        )
        self._gate.close_open_intents(lambda entry: any(has_entry(entry) for has_entry in ledgers))

    def _react(self) -> None:
        """Do in one room what follows from another: each step may be done again without harm.

        An order placed while its patient withdrew is met from either side.
        """
        self._order_actions.react()
        self._case_actions.react()
        for person in self._consent.withdrawals("orders"):
            self._end_orders(person)
        for placed in self._orders.unhandled("consent", OrderPlaced):
            self._end_orders(placed.event.person)

    def _end_orders(self, person: str) -> None:
        withdrawal = self._consent.withdrawal_of(person)
        if withdrawal is not None:
            self._order_actions.cancel_without_consent(
                person, by=withdrawal.by, entry=withdrawal.entry
            )

    def close(self) -> None:
        """Sign the audit as it stands, and let go of every file."""
        try:
            self._audit_actions.keep_newest()
        finally:
            if "_knowledge" in self.__dict__:
                self._knowledge.close()
            self._audit.close()
            self._second.engine.dispose()
            self._engine.dispose()

    @cached_property
    def _knowledge(self) -> Knowledge:
        return open_knowledge(self._knowledge_base, self._assembly)

    @cached_property
    def _genes(self) -> GeneModels:
        release = self._knowledge_base.newest(Kind.GENES, self._assembly.name)
        if release is None:
            raise KnowledgeError(
                "the centre has no gene models; add them with `kerne knowledge add genes FILE`"
            )
        return read_gene_models(release.path, self._assembly)

    def _region_of_gene(self, gene: str) -> Interval:
        transcripts = self._genes.of_gene(gene)
        if not transcripts:
            raise KnowledgeError(f"gene `{gene}` is unknown to the gene models of this centre")
        return Interval(
            transcripts[0].contig,
            min(transcript.start for transcript in transcripts),
            max(transcript.end for transcript in transcripts),
        )


@dataclass(frozen=True, slots=True)
class _OrderBook:
    """Orders, as cases ask about them: the two rooms do not know each other."""

    ledger: OrderLedger
    calendar: Calendar

    def person_of(self, order: str) -> str:
        """Return the number of the person whom the order is for."""
        return self.ledger.line(order).person

    def released(self, order: str) -> ReleasedOrder:
        """Return a released order, with the working days from tube to release."""
        state = self.ledger.order(order)
        sample = state.sample
        if sample.released_at is None:
            raise OrderError(f"the sample of order `{order}` is not released yet: `{state.stage}`")
        return ReleasedOrder(
            number=state.number,
            person=state.person,
            sample=sample.number,
            hospital=state.hospital,
            patient_group=state.patient_group.value,
            question=state.question,
            working_days=self.calendar.working_days(sample.accepted_at, sample.released_at),
        )


def _identify(people: PeopleLedger, name: str) -> Identity:
    """Return the identity called `name`: staff by identifier, citizens by person number.

    Raises
    ------
    PersonError
        Nobody is called so.
    """
    if people.has_person(name):
        return Identity(name, frozenset({Role.CITIZEN}), person=name)
    try:
        return people.identity(name)
    except PersonError as error:
        raise PersonError(f"nobody is known here as `{name}`") from error
