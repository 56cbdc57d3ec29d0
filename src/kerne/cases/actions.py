"""What people do with cases: a geneticist opens, interprets, classifies and signs; others read.

Each method is one act of one person and goes through the gate. What is shown never holds a closed
variant: every look at a ranking goes through `showing`, by the choice as it is at that moment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path

from kerne.alleles.assembly import Assembly
from kerne.cases.answers.document import canonical_json
from kerne.cases.answers.signature import AnswerKey
from kerne.cases.case import (
    Case,
    Opening,
    Stage,
    classify_variant,
    declare_no_finding,
    open_case,
    rank_candidates,
    relabel_finding,
)
from kerne.cases.events import CaseEvent, CaseOpened, KinInCase
from kerne.cases.freestanding import (
    InterpretedFile,
    PatientFiles,
    interpret_file,
    write_report,
)
from kerne.cases.gathering import Gatherer
from kerne.cases.inputs import KeptBasis, NamedRelease, keep_parts
from kerne.cases.issuing import Answer, Issuer, check_others
from kerne.cases.ledger import CaseLedger, CaseLine
from kerne.cases.parts import KinUse, NationalGenomes, OpenFindings, OrderBook, Register
from kerne.cases.profiles import ProfileMarks
from kerne.cases.reproducing import Reproducer, Reproduction
from kerne.cases.sharing import SharedKnowledge
from kerne.cases.showing import Showing
from kerne.cases.statement import SharedClassification
from kerne.cases.validations import Validations
from kerne.cases.verdict import Verdict, find_variant
from kerne.errors import CaseError, StaleVersionError
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import CandidateVariant, Interpretation
from kerne.interpretation.family.parentage import RelationshipCheck
from kerne.knowledge.panels import Panel
from kerne.people.asking import Action, Ask, Door, Identity, Pass, Refusal

__all__ = ["Answer", "Cases", "InterpretedFile", "PatientFiles", "interpret_file", "write_report"]


@dataclass(frozen=True, slots=True)
class Cases:
    """The acts on cases.

    Parameters
    ----------
    knowledge, reopen
        Open the knowledge at hand, and that of certain releases; called when it is needed.
    answers
        Directory under which answers are handed over, one directory a case.
    clock
        Returns the present moment, in UTC.
    """

    ledger: CaseLedger
    gate: Door
    orders: OrderBook
    register: Register
    findings: OpenFindings
    kin: KinUse
    genomes: NationalGenomes
    knowledge: Callable[[], Knowledge]
    reopen: Callable[[Sequence[NamedRelease]], Knowledge]
    assembly: Assembly
    marks: ProfileMarks
    key: AnswerKey
    answers: Path
    clock: Callable[[], datetime]
    zone: tzinfo

    def open_case(
        self,
        who: Identity,
        purpose: str,
        order: str,
        *,
        observed: Sequence[str],
        excluded: Sequence[str] = (),
        relatives: Sequence[KinInCase] = (),
    ) -> Case | Refusal:
        """Open the case of a released order; the geneticist's treatment relation starts.

        Obsolete HPO terms are replaced. `relatives` are genetic kin whose genomes are read beside
        the patient's; the gate is asked about each of them.

        Raises
        ------
        CaseError
            The order has a case, a relative is no kin, or terms are missing or contradictory.
        PhenotypeError
            A term is unknown.
        """
        person = self.orders.person_of(order)
        self._check_kin(person, relatives)
        resolve = self.knowledge().ontology.resolve
        shown = [resolve(term).identifier for term in observed]
        absent = [resolve(term).identifier for term in excluded]

        def work(grant: Pass) -> Case:
            at = self.clock()
            released = self.orders.released(order)
            opening = Opening(order, person, released.sample, tuple(relatives))
            while True:
                number = self.ledger.next_number(at.astimezone(self.zone).year)
                event = open_case(number, opening, who.identifier, shown, absent)
                if self._is_first(event, grant, at):
                    self.react()
                    return self.ledger.case(number)

        persons = (person, *(each.person for each in relatives))
        ask = Ask(who, purpose, Action.OPEN_CASE, persons, about=f"order {order}")
        return self.gate.answer(ask, work)

    def interpret(
        self, who: Identity, purpose: str, case: str, *, panel: Panel | None = None
    ) -> Interpretation | Refusal:
        """Rank what could explain the patient, with reasons; the result is kept sealed.

        Secondary variants are kept apart, and shown as far as the patient's choice opens them now.
        A gene of the panel belongs to the clinical question; the panel is kept with the result.
        """

        def work(grant: Pass) -> Interpretation | Refusal:
            state = self.ledger.case(case)
            gathered = self._gatherer(who, purpose).gather(state)
            if isinstance(gathered, Refusal):
                return gathered
            asked = (self.knowledge(), self._showing.disclosure(state), panel)
            seen = gathered.examine(*asked)
            basis = KeptBasis(seen.basis, gathered.family.persons)
            parts = keep_parts(
                lambda part: self.ledger.keep_document(state, canonical_json(part)),
                seen,
                panel,
                gathered.inputs(*asked),
                basis,
            )
            self._append(state, rank_candidates(state, seen.primary, parts), grant)
            return self._showing.candidates(self.ledger.case(case))

        return self.gate.answer(self._ask(who, purpose, Action.INTERPRET, case), work)

    def candidates(self, who: Identity, purpose: str, case: str) -> Interpretation | Refusal:
        """See the candidates of the newest ranking again, as far as they may be shown now."""
        ask = self._ask(who, purpose, Action.INTERPRET, case)
        return self.gate.answer(
            ask, lambda _grant: self._showing.candidates(self.ledger.case(case))
        )

    def variant(
        self, who: Identity, purpose: str, case: str, allele: str, *, rank: int | None = None
    ) -> CandidateVariant | Refusal:
        """See how one variant of a candidate stands, with what the geneticist judged of it."""
        ask = self._ask(who, purpose, Action.INTERPRET, case)
        return self.gate.answer(
            ask, lambda _grant: self._showing.variant(self.ledger.case(case), allele, rank)
        )

    def relabel(
        self, who: Identity, purpose: str, case: str, gene: str, reason: str
    ) -> Case | Refusal:
        """Re-label whatever is found in a gene as primary, because of what is newly known.

        The answer is the same whether anything is found there or not; `candidates` shows it.

        Raises
        ------
        CaseError
            No gene is called so, there is no reason, or the answer is signed.
        """
        knowledge = self.knowledge()
        if gene not in knowledge.gene_links and not knowledge.genes.of_gene(gene):
            raise CaseError(f"no gene is known here as `{gene}`")
        return self._step(
            who,
            purpose,
            Action.RELABEL_FINDING,
            case,
            lambda state: relabel_finding(state, gene, reason, who.identifier),
            reason=reason,
        )

    def relationship_check(
        self, who: Identity, purpose: str, case: str
    ) -> RelationshipCheck | Refusal:
        """Read what the genotypes say of the family's registered kinship, as last ranked.

        It stands in no report and no list: only those whom the rules name may read it.
        """
        ask = self._ask(who, purpose, Action.READ_RELATIONSHIP_CHECK, case)
        return self.gate.answer(
            ask, lambda _grant: self._showing.relationships(self.ledger.case(case))
        )

    def classify(
        self,
        who: Identity,
        purpose: str,
        case: str,
        allele: str,
        verdict: Verdict,
        *,
        rank: int | None = None,
    ) -> Case | Refusal:
        """Judge one variant of a candidate, the best-ranked unless `rank` names another."""

        def decide(state: Case) -> CaseEvent:
            candidate = find_variant(self._showing.candidates(state), allele, rank)
            return classify_variant(state, candidate, verdict, who.identifier)

        return self._step(who, purpose, Action.CLASSIFY, case, decide)

    def declare_no_finding(
        self, who: Identity, purpose: str, case: str, reason: str
    ) -> Case | Refusal:
        """State that no candidate explains the patient."""
        return self._step(
            who,
            purpose,
            Action.CLASSIFY,
            case,
            lambda state: declare_no_finding(state, who.identifier, reason),
        )

    def sign(
        self, who: Identity, purpose: str, case: str, *, despite_others: bool = False
    ) -> Answer | Refusal:
        """Sign the answer and hand it over as files; from then on it does not change.

        Parameters
        ----------
        despite_others
            Sign though another hospital says what would matter to the patient otherwise.

        Raises
        ------
        CaseError
            There is no conclusion yet, nothing says what was not examined or how much of the
            fitting genes could be read, or something was judged that may not be shown any more;
            or another hospital says otherwise.
        """

        def work(grant: Pass) -> tuple[int, tuple[SharedClassification, ...]]:
            state = self.ledger.case(case)
            self._showing.check_judgements(state)
            others = self.shared.differing(who, state, self.assembly.name)
            check_others(state, () if despite_others else others)
            around = self._issuer.circumstances(who, state, self._showing.disclosure(state))
            found = self._showing.candidates(state)
            contents = self._issuer.contents(state, found, around, self.knowledge())
            self._append(state, self._issuer.keep(state, contents, around, who), grant)
            return grant.entry, others

        done = self.gate.answer(self._ask(who, purpose, Action.SIGN_ANSWER, case), work)
        if isinstance(done, Refusal):
            return done  # What is signed stays signed: a fault below is made good at next start.
        self.shared.react()
        self._issuer.issue(case, done[0])
        return replace(self._issuer.answer(self.ledger.case(case)), others=done[1])

    def read_answer(
        self, who: Identity, purpose: str, case: str, *, reason: str | None = None
    ) -> Answer | Refusal:
        """Read the signed answer of a case."""
        ask = self._ask(who, purpose, Action.READ_ANSWER, case, reason)
        return self.gate.answer(ask, lambda _grant: self._issuer.answer(self.ledger.case(case)))

    def reproduce(self, who: Identity, purpose: str, case: str) -> Reproduction | Refusal:
        """Make the newest ranking and the signed answer again, and say what differs.

        Raises
        ------
        CaseError
            The candidates were not ranked yet, or by a version that kept no inputs.
        """

        def work(_grant: Pass) -> Reproduction | Refusal:
            maker = Reproducer(self.ledger, self._issuer, self.reopen)
            return maker.reproduce(self.ledger.case(case), self._gatherer(who, purpose))

        return self.gate.answer(self._ask(who, purpose, Action.INTERPRET, case), work)

    def list_cases(self, who: Identity, purpose: str) -> tuple[CaseLine, ...]:
        """List the cases that a geneticist opened; a line that the gate refuses is left out."""
        shown = []
        for line in self.ledger.lines(opened_by=who.identifier):
            ask = self._ask(who, purpose, Action.INTERPRET, line.number)
            if not isinstance(self.gate.answer(ask, lambda grant: grant.entry), Refusal):
                shown.append(line)
        return tuple(shown)

    def react(self) -> None:
        """Start what opened cases bring, and keep what answers taught; called at start-up too.

        INVARIANT: a case that was not opened brings none, so an attempt opens no genome.
        """
        for recorded in self.ledger.unhandled("treatment", CaseOpened):
            opened = recorded.event
            for person in (opened.person, *(each.person for each in opened.relatives)):
                self.register.start_treatment(opened.opened_by, person, opened.order, recorded.at)
        self.shared.react()

    def issue_outstanding(self) -> int:
        """Hand over answers that were signed when the machine stopped; called at start-up."""
        outstanding = self.ledger.lines(stage=Stage.SIGNED)
        for line in outstanding:
            self._issuer.issue(line.number, self.ledger.history.read(line.number)[-1].entry)
        return len(outstanding)

    def hand_over(self, person: str) -> None:
        """See to it that the signed answers of `person` stand as files, which need no key."""
        for number in self.ledger.signed_of(person):
            self._issuer.write(self.ledger.case(number))

    @property
    def shared(self) -> SharedKnowledge:
        """What the signed answers taught, for other patients."""
        return SharedKnowledge(self.ledger, self.gate, self.kin, self.register, self.marks)

    @property
    def validations(self) -> Validations:
        """The institutions' own validations of Kerne."""
        return Validations(self.ledger.validations, self.gate, self.clock)

    @property
    def _showing(self) -> Showing:
        return Showing(self.ledger, self.findings)

    @property
    def _issuer(self) -> Issuer:
        return Issuer(
            self.ledger, self.orders, self.register, self.key, self.answers, self.clock, self.zone
        )

    def _gatherer(self, who: Identity, purpose: str) -> Gatherer:
        read = (self.genomes, self.register, self.kin, self.assembly, self.marks)
        return Gatherer(*read, who, purpose)

    def _step(
        self,
        who: Identity,
        purpose: str,
        action: Action,
        case: str,
        decide: Callable[[Case], CaseEvent],
        *,
        reason: str | None = None,
    ) -> Case | Refusal:
        def work(grant: Pass) -> Case:
            state = self.ledger.case(case)
            self._append(state, decide(state), grant)
            return self._showing.case(self.ledger.case(case))

        return self.gate.answer(self._ask(who, purpose, action, case, reason), work)

    def _append(self, state: Case, event: CaseEvent, grant: Pass) -> None:
        self.ledger.append(state, event, entry=grant.entry, at=self.clock())

    def _is_first(self, event: CaseOpened, grant: Pass, at: datetime) -> bool:
        """Append the opening, unless its number went to another case meanwhile."""
        try:
            self.ledger.append(None, event, entry=grant.entry, at=at)
        except StaleVersionError:
            return False
        return True

    def _check_kin(self, person: str, relatives: Sequence[KinInCase]) -> None:
        family = self.register.kinship().family_of(person) - {person}
        named = [each.person for each in relatives]
        if not family.issuperset(named) or len(set(named)) < len(named):
            raise CaseError("a relative in a case is genetic kin of the patient, named once")

    def _ask(
        self, who: Identity, purpose: str, action: Action, case: str, reason: str | None = None
    ) -> Ask:
        person = self.ledger.line(case).person
        return Ask(who, purpose, action, (person,), reason=reason, about=f"case {case}")
