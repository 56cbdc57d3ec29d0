"""What custodians do: erase a person and turn a pseudonym back, each by two; and leaving research.

One custodian proposes, another carries out. The rule book is asked both times, and what it says of
the second custodian is decided here once more (`custody.proposal`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Protocol

from pyroaring import BitMap

from kerne.consent.actions import UNSIGNED
from kerne.consent.capacity import SignedForm
from kerne.consent.receipt import Receipt
from kerne.custody.erasure import Eraser
from kerne.custody.events import (
    CustodyEvent,
    ErasureGround,
    ErasureProposed,
    RestoreConfirmed,
    TurnBackGround,
    TurnBackProposed,
)
from kerne.custody.ledger import CustodyLedger
from kerne.custody.proposal import Proposal, begin_erasure, turn_back, turn_back_asked
from kerne.custody.receipt import ErasureReceipt, RemovalReceipt, receipt_of_erasure
from kerne.custody.retention import RetentionTerms, kept_until, refusal_to_erase
from kerne.custody.rooms import Rooms
from kerne.errors import CustodyError, StaleVersionError
from kerne.gate.plain import in_clear
from kerne.people.asking import Action, Ask, Door, Identity, Pass, Refusal


class Choosing(Protocol):
    """What custody asks of consent (`consent.actions.Consent`)."""

    def refuse_research(
        self, who: Identity, purpose: str, person: str, *, form: SignedForm = UNSIGNED
    ) -> Receipt | Refusal:
        """Refuse all research."""
        ...


class Pseudonyms(Protocol):
    """What custody asks of pseudonyms (`people.pseudonym.ProjectPseudonyms`)."""

    def person(self, project: str, pseudonym: str) -> str:
        """Return the number of the person behind a pseudonym of a project."""
        ...


class Projects(Protocol):
    """What custody asks of research."""

    def in_force(self, on: date) -> tuple[str, ...]:
        """Return the projects whose permit is in force on a day."""
        ...

    def that_counted(self, rows: BitMap) -> tuple[str, ...]:
        """Return the projects that have counted one of these rows."""
        ...

    def that_released(self, rows: BitMap) -> tuple[str, ...]:
        """Return the projects from which a number over one of these rows was released."""
        ...


@dataclass(frozen=True, slots=True)
class TurnedBack:
    """Whose pseudonym it is, told under the audit entry `entry`."""

    proposal: str
    project: str
    pseudonym: str
    person: str
    entry: int


@dataclass(frozen=True, slots=True)
class Custodians:
    """The acts of custodians.

    Parameters
    ----------
    rows_ever_of
        Returns every genome row that ever was a person's.
    unproven
        The file that is there while a restored centre waits for its confirmation.
    clock
        Returns the present moment, in UTC.
    """

    gate: Door
    ledger: CustodyLedger
    rooms: Rooms
    eraser: Eraser
    consent: Choosing
    projects: Projects
    pseudonyms: Callable[[], Pseudonyms]
    rows_ever_of: Callable[[str], BitMap]
    terms: RetentionTerms
    clock: Callable[[], datetime]
    zone: tzinfo
    unproven: Path

    def propose_erasure(
        self,
        who: Identity,
        purpose: str,
        person: str,
        *,
        ground: ErasureGround,
        document: str,
        reason: str | None = None,
    ) -> Proposal | Refusal:
        """Propose to erase a person; another custodian carries it out.

        Parameters
        ----------
        document
            Reference of the decision behind it, without personal data.

        Raises
        ------
        CustodyError
            The document is not named, or not by a reference such as `DEC-2026-12`.
        """
        reference = _reference(document)

        def work(granted: Pass) -> Proposal | Refusal:
            kept = self._refusal(person, ground)
            if kept is not None:
                return kept
            return self._propose(
                lambda number: ErasureProposed(number, person, ground, reference, who.identifier),
                granted,
            )

        about = f"erasure on the ground {ground}"
        ask = Ask(who, purpose, Action.PROPOSE_ERASURE, (person,), reason=reason, about=about)
        return self.gate.answer(ask, work)

    def erase(
        self,
        who: Identity,
        purpose: str,
        person: str,
        *,
        proposal: str,
        reason: str | None = None,
    ) -> ErasureReceipt | Refusal:
        """Carry out what another custodian proposed: the person is erased for good.

        Raises
        ------
        CustodyError
            The proposal is of something or somebody else, is carried out already, or is their own.
        KerneError
            A step cannot be done now. The erasure has begun, and the next start carries it on.
        """

        def work(granted: Pass) -> ErasureReceipt | Refusal:
            state = self.ledger.proposal(proposal)
            found = self.rooms.inventory(person)
            event = begin_erasure(state, person, who.identifier, found)
            kept = self._refusal(person, _ground(state))
            if kept is not None:
                return kept
            self.ledger.append(state.version, event, entry=granted.entry, at=self.clock())
            return receipt_of_erasure(self.eraser.carry_on(proposal))

        ask = Ask(
            who,
            purpose,
            Action.ERASE_PERSON,
            (person,),
            reason=reason,
            about=f"proposal {proposal}",
            proposal=proposal,
        )
        return self.gate.answer(ask, work)

    def propose_turn_back(  # noqa: PLR0913  one argument for each field of the form
        self,
        who: Identity,
        purpose: str,
        project: str,
        pseudonym: str,
        *,
        ground: TurnBackGround,
        document: str,
        reason: str | None = None,
    ) -> Proposal | Refusal:
        """Propose to turn a pseudonym of a project back; the person sees it in their log.

        Raises
        ------
        CustodyError
            The document is not named, or not by a reference such as `DEC-2026-12`.
        PersonError
            It is no pseudonym of this project.
        """
        reference = _reference(document)
        person = self.pseudonyms().person(project, pseudonym)

        def work(granted: Pass) -> Proposal:
            return self._propose(
                lambda number: TurnBackProposed(
                    number, project, pseudonym, ground, reference, who.identifier
                ),
                granted,
            )

        ask = Ask(
            who,
            purpose,
            Action.PROPOSE_TURN_BACK,
            (person,),
            project=project,
            reason=reason,
            about=f"a pseudonym, on the ground {ground}",
        )
        return self.gate.answer(ask, work)

    def turn_back(
        self, who: Identity, purpose: str, proposal: str, *, reason: str | None = None
    ) -> TurnedBack | Refusal:
        """Carry out what another custodian proposed: learn whose pseudonym it is.

        Raises
        ------
        CustodyError
            The proposal is of something else, is carried out already, or is their own.
        """
        asked = turn_back_asked(self.ledger.proposal(proposal))
        person = self.pseudonyms().person(asked.project, asked.pseudonym)

        def work(granted: Pass) -> TurnedBack:
            state = self.ledger.proposal(proposal)
            event = turn_back(state, who.identifier)
            self.ledger.append(state.version, event, entry=granted.entry, at=self.clock())
            return TurnedBack(proposal, asked.project, asked.pseudonym, person, granted.entry)

        ask = Ask(
            who,
            purpose,
            Action.TURN_BACK_PSEUDONYM,
            (person,),
            project=asked.project,
            reason=reason,
            about=f"proposal {proposal}",
            proposal=proposal,
        )
        return self.gate.answer(ask, work)

    def remove_from_research(
        self, who: Identity, purpose: str, person: str, *, form: SignedForm = UNSIGNED
    ) -> RemovalReceipt | Refusal:
        """Refuse all research for a person, and name the projects that it reaches.

        Raises
        ------
        ConsentError
            The person is not registered, or has refused all research already.
        """
        choice = self.consent.refuse_research(who, purpose, person, form=form)
        if isinstance(choice, Refusal):
            return choice
        rows = self.rows_ever_of(person)
        today = self.clock().astimezone(self.zone).date()
        return RemovalReceipt(
            choice,
            running=self.projects.in_force(today),
            counted=self.projects.that_counted(rows),
            released=self.projects.that_released(rows),
        )

    def proposals(self, who: Identity, purpose: str) -> tuple[Proposal, ...] | Refusal:
        """Return every proposal, oldest first, whatever has become of it."""
        ask = Ask(who, purpose, Action.READ_PROPOSALS, about="proposals")
        return self.gate.answer(ask, lambda _granted: tuple(self.ledger.proposals()))

    def confirm_restore(self, who: Identity, purpose: str, *, taken_over: str) -> str | Refusal:
        """Answer for a centre that was restored without its replica: it is open to all again.

        Parameters
        ----------
        taken_over
            Reference of the newest opt-out register that was taken over since.

        Returns
        -------
        The number of the confirmation.

        Raises
        ------
        CustodyError
            The centre waits for no confirmation, or no register is named by its reference.
        """
        reference = _reference(taken_over)

        def work(granted: Pass) -> str:
            if not self.unproven.exists():
                raise CustodyError("this centre waits for no confirmation")
            number = self._append(
                lambda number: RestoreConfirmed(number, reference, who.identifier), granted
            )
            # INVARIANT: recorded first: cut off here, it is confirmed again.
            self.unproven.unlink()
            return number

        ask = Ask(who, purpose, Action.CONFIRM_RESTORE, about=f"restore, register {reference}")
        return self.gate.answer(ask, work)

    def recover(self) -> int:
        """Carry on erasures that were interrupted; called at start-up before anything else."""
        return self.eraser.recover()

    def _refusal(self, person: str, ground: ErasureGround) -> Refusal | None:
        until = kept_until(
            self.rooms.last_answer(person),
            self.rooms.last_record(person),
            self.terms.years,
            self.zone,
        )
        today = self.clock().astimezone(self.zone).date()
        return refusal_to_erase(ground, until, today, self.terms)

    def _propose(self, event: Callable[[str], CustodyEvent], granted: Pass) -> Proposal:
        return self.ledger.proposal(self._append(event, granted))

    def _append(self, event: Callable[[str], CustodyEvent], granted: Pass) -> str:
        """Append the first event of a new history, and return the number that it was given."""
        at = self.clock()
        while True:
            number = self.ledger.next_number(at.astimezone(self.zone).year)
            try:
                self.ledger.append(0, event(number), entry=granted.entry, at=at)
            except StaleVersionError:
                continue  # the number went to another act meanwhile
            return number


def _reference(document: str) -> str:
    if not document.strip():
        raise CustodyError("name the document of the decision behind it")
    if in_clear(document) != document:
        raise CustodyError("a document is named by its reference, such as `DEC-2026-12`")
    return document


def _ground(proposal: Proposal) -> ErasureGround:
    if not isinstance(proposal.asked, ErasureProposed):
        raise CustodyError(f"proposal `{proposal.number}` is not to erase anybody")
    return proposal.asked.ground
