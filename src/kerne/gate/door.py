"""The gate: every read or change of personal data passes here, and nowhere else.

An ask is decided from facts by the rule book, recorded durably, and only then done: the work is a
function that is handed the grant. A refusal is recorded like a permission. For a collective
question the epoch of choices is read again after the work, and what shows the data of named persons
is decided again; when it no longer holds, the result is thrown away and the whole ask is repeated,
so that no answer comes from choices that no longer hold.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Final, TypeVar

from kerne.audit.entry import Intent, Outcome, Verdict
from kerne.audit.ledger import AuditLedger, Draft
from kerne.audit.second import TwoLogs
from kerne.consent.ledger import ConsentLedger
from kerne.errors import AuditError, GateError
from kerne.gate.facts import FactFinder, Facts
from kerne.gate.grant import Grant
from kerne.gate.permits import PermitRegister
from kerne.gate.plain import in_clear, writable
from kerne.gate.proposals import NoProposals, ProposalRegister
from kerne.people.asking import Action, Ask, Population, Purpose, Refusal
from kerne.people.ledger import PeopleLedger
from kerne.policy.decision import Decision, Record, decide
from kerne.policy.rulebook import RuleBook
from kerne.policy.words import CLOSED_LIST, WHOLE_ASK, reasons_in_words

GRANT_LIFETIME: Final = timedelta(minutes=15)
MOST_ATTEMPTS: Final = 8
"""How often a collective question is tried while choices change under it."""

SHOWS: Final = frozenset(
    {
        Action.READ_CHOICES,
        Action.READ_ACCESSES,
        Action.FOLLOW_ORDER,
        Action.READ_GENOME,
        Action.DOWNLOAD_GENOME,
        Action.INTERPRET,
        Action.READ_RELATIONSHIP_CHECK,
        Action.READ_IDENTITY_CHECK,
        Action.READ_ANSWER,
    }
)
"""Actions on named persons that show their data: decided again before the answer is handed out."""

RECORDED_AS: Final = {
    Action.READ_RELATIONSHIP_CHECK: Action.INTERPRET,
    Action.READ_IDENTITY_CHECK: Action.HANDLE_SAMPLE,
}
"""Actions whose entry has a broader word: no page must hint at a doubt about kin or identity."""

WHILE_UNPROVEN: Final = frozenset({Purpose.OWN_TREATMENT, Purpose.CUSTODY})
"""What a centre answers that was restored without its replica: care, and setting it right."""

CHOOSES: Final = frozenset(
    {Action.READ_CHOICES, Action.CHANGE_CHOICE, Action.WIDEN_CHOICE, Action.LIMIT_DATA}
)
"""Actions that such a centre lets through as well: choices are made and taken over at any time."""

UNPROVEN: Final = "restored-unproven"
"""Named in a refusal in the place of a rule."""

_UNPROVEN_WORDS: Final = (
    "this centre was restored from a backup without the choices made after it: it answers own "
    "treatment only until a custodian has taken over the newest choices and confirmed it"
)

OUTSIDE_THE_LIST: Final = "outside-the-list"
"""What the clear part of an entry says of a purpose that is no word of the closed list."""

NO_PROPOSALS: Final = NoProposals()

T = TypeVar("T")


class Gate:
    """Decides, records, grants; see `answer`.

    Parameters
    ----------
    rulebook
        The country's rules.
    people, consent, permits
        Where the facts are.
    audit
        Where every ask is recorded before it is answered.
    clock
        Gives the time now, in UTC.
    zone
        The country's time zone: ages and terms are counted in its days.
    proposals
        Where acts that take two people are proposed.
    second
        The log behind the audit: what the rules let go on while the audit fails is recorded there.
    is_unproven
        Says whether the centre was restored and choices made since may be missing.
    moves
        Marks the ledgers of people, choices, permits and proposals: two marks that are equal have
        no commit between them. Without it no two are, and facts are always read again.
    """

    def __init__(  # noqa: PLR0913, PLR0917  here all of trust meets
        self,
        rulebook: RuleBook,
        people: PeopleLedger,
        consent: ConsentLedger,
        audit: AuditLedger,
        permits: PermitRegister,
        clock: Callable[[], datetime],
        zone: tzinfo,
        proposals: ProposalRegister = NO_PROPOSALS,
        second: AuditLedger | None = None,
        *,
        is_unproven: Callable[[], bool] = lambda: False,
        moves: Callable[[], object] = object,
    ) -> None:
        self._rulebook = rulebook
        self._is_unproven = is_unproven
        self._logs = TwoLogs(audit, second)
        self._clock = clock
        self._finder = FactFinder(people, consent, permits, proposals, zone, moves)

    def answer(self, ask: Ask, work: Callable[[Grant], T]) -> T | Refusal:
        """Decide, record, and only then do the work.

        Parameters
        ----------
        ask
            What is asked. When it names several people, all must allow it.
        work
            Does it under the grant. The work of a collective question may be done more than once,
            so it must change nothing. How it ended is recorded before its result is passed on.

        Returns
        -------
        What `work` returned, or the refusal.

        Raises
        ------
        AuditError
            It cannot be recorded. Before the work: nothing was done. After it: nothing is
            answered, and what was changed is found and recorded at the next start.
        GateError
            Choices changed under a collective question each time that it was tried.
        """
        ask = _recordable(ask)
        for _ in range(MOST_ATTEMPTS):
            opened = self._open(ask)
            if isinstance(opened, Refusal):
                return opened
            grant, facts = opened
            result = self._do(grant, work)
            if self._still_holds(grant, facts):
                outcome = Outcome.REFUSED if isinstance(result, Refusal) else Outcome.DONE
                self._close(grant, outcome)
                return result
            self._close(grant, Outcome.SUPERSEDED)
        raise GateError("choices changed under the question each time it was tried: ask again")

    def close_open_intents(self, committed: Callable[[int], bool]) -> tuple[int, ...]:
        """Record how asks ended whose process ended in the middle; called at every start.

        Parameters
        ----------
        committed
            Says whether any ledger holds a change under an entry's number.

        Returns
        -------
        The numbers of the first entries of the asks that were closed.
        """
        return self._logs.close_abandoned(committed, self._clock)

    def _open(self, ask: Ask) -> tuple[Grant, Facts] | Refusal:
        """Decide and record; nothing has been done yet."""
        at = self._clock()
        try:
            purpose = Purpose(ask.purpose)
        except ValueError:
            # No fact is even looked up: there is no such purpose.
            outside = Decision(permitted=False, rules=(CLOSED_LIST,))
            return self._refuse(ask, [outside for _ in _concerned(ask)], at)
        is_open = purpose in WHILE_UNPROVEN or ask.action in CHOOSES
        if not is_open and self._is_unproven():
            unproven = Decision(permitted=False, rules=(UNPROVEN,))
            return self._refuse(ask, [unproven for _ in _concerned(ask)], at)
        facts = self._finder.facts(ask, at)
        decisions = decide(self._rulebook, facts.requests)
        if not all(decision.permitted for decision in decisions):
            return self._refuse(ask, decisions, at)
        population = self._finder.population(ask, purpose, facts.today)
        rules = [decision.rules for decision in decisions]
        drafts = self._drafts(ask, Verdict.PERMITTED, rules)
        entries = self._record(ask, drafts, at, None if ask.persons else population)
        grant = Grant(
            ask=ask,
            purpose=purpose,
            entry=entries[0],
            entries=entries,
            population=population,
            expires_at=at + GRANT_LIFETIME,
        )
        return grant, facts

    def _refuse(self, ask: Ask, decisions: Sequence[Decision], at: datetime) -> Refusal:
        refusing = [decision for decision in decisions if not decision.permitted]
        # One person's entry never tells another's reasons.
        rules = [(WHOLE_ASK,) if each.permitted else each.rules for each in decisions]
        self._logs.record(self._drafts(ask, Verdict.REFUSED, rules), at)
        reasons = dict.fromkeys(
            reason for decision in refusing for reason in self._words(ask, decision.rules)
        )
        settled = dict.fromkeys(rule for decision in refusing for rule in decision.rules)
        return Refusal(reasons=tuple(reasons), rules=tuple(settled))

    def _record(
        self, ask: Ask, drafts: Sequence[Draft], at: datetime, population: Population | None
    ) -> tuple[int, ...]:
        try:
            return self._logs.record(drafts, at, population)
        except AuditError:
            if not self._is_permitted(ask, Record.SECOND):
                raise
            return self._logs.record_in_second(drafts, at)

    def _words(self, ask: Ask, rules: tuple[str, ...]) -> tuple[str, ...]:
        if rules == (UNPROVEN,):
            return (_UNPROVEN_WORDS,)
        return reasons_in_words(self._rulebook, ask.action, ask.purpose, rules)

    def _do(self, grant: Grant, work: Callable[[Grant], T]) -> T:
        try:
            return work(grant)
        except BaseException:
            self._close(grant, Outcome.FAILED)
            raise

    def _still_holds(self, grant: Grant, facts: Facts) -> bool:
        """Say whether what the answer rests on is still so: choices, relations, permits, rows, day.

        INVARIANT: what changes something is never found wanting here, since it would be repeated.
        """
        if self._finder.still_stand(facts, self._clock()):
            return True
        ask = grant.ask
        if ask.persons:
            return ask.action not in SHOWS or (self._is_permitted(ask) and self._opens_same(grant))
        if grant.population is None:
            return True
        if self._finder.epoch(self._clock()) != grant.population.epoch:
            return False
        # A permit may have been revoked, which is in no epoch.
        return ask.project is None or self._is_permitted(ask)

    def _opens_same(self, grant: Grant) -> bool:
        """Say whether a genome that is only read is in the same rows as when it was opened."""
        if grant.ask.action is not Action.READ_GENOME or grant.population is None:
            return True
        today = self._finder.today(self._clock())
        now = self._finder.population(grant.ask, grant.purpose, today)
        return now is not None and now.rows == grant.population.rows

    def _is_permitted(self, ask: Ask, record: Record = Record.MAIN) -> bool:
        requests = self._finder.facts(ask, self._clock(), record).requests
        return all(decision.permitted for decision in decide(self._rulebook, requests))

    def _drafts(self, ask: Ask, verdict: Verdict, rules: Sequence[tuple[str, ...]]) -> list[Draft]:
        """Draft an entry for each person concerned, settled by the rules in the same place."""
        is_listed = ask.purpose in set(Purpose)
        intent = Intent(
            who=ask.who.identifier,
            organisation=ask.who.organisation,
            roles=tuple(sorted(ask.who.roles)),
            purpose=ask.purpose if is_listed else OUTSIDE_THE_LIST,
            action=RECORDED_AS.get(ask.action, ask.action),
            about=in_clear(ask.about),
            project=ask.project and in_clear(ask.project),
            verdict=verdict,
            rules=(),
        )
        return [
            Draft(
                replace(intent, rules=settled, law=self._rulebook.law_of(settled)),
                person,
                said=ask.purpose,
                reason=ask.reason,
            )
            for person, settled in zip(_concerned(ask), rules, strict=True)
        ]

    def _close(self, grant: Grant, outcome: Outcome) -> None:
        at = self._clock()
        try:
            self._logs.close_ask(grant.entry, outcome, at)
        except AuditError:
            if grant.entry < 0 or not self._is_permitted(grant.ask, Record.SECOND):
                raise
            self._logs.close_in_second(grant.entry, grant.entries[-1], outcome, at)


def _recordable(ask: Ask) -> Ask:
    """Return `ask` with what was typed made fit for the record: none may be too odd for it."""
    return replace(
        ask,
        purpose=writable(str(ask.purpose)),
        persons=tuple(map(writable, ask.persons)),
        project=ask.project and writable(ask.project),
        reason=ask.reason and writable(ask.reason),
        proposal=ask.proposal and writable(ask.proposal),
        patient=ask.patient and writable(ask.patient),
    )


def _concerned(ask: Ask) -> tuple[str | None, ...]:
    """Return the persons named, each once, or `None` alone."""
    return tuple(dict.fromkeys(ask.persons)) or (None,)
