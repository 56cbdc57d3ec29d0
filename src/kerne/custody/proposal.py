"""A proposal and what may happen to it: one custodian proposes, another carries it out.

Pure: no clock and no I/O. The rule book forbids the same custodian too; here it is decided a
second time, so that no mistake in one of the two lets a single person erase another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from kerne.custody.events import (
    CustodyEvent,
    ErasureBegun,
    ErasureProposed,
    ErasureStep,
    ErasureStepDone,
    Inventory,
    PseudonymTurnedBack,
    TurnBackProposed,
)
from kerne.database.history import Recorded
from kerne.errors import CustodyError


class Stage(StrEnum):
    """How far a proposal has come."""

    PROPOSED = "proposed"
    BEGUN = "begun"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal as its events add up.

    Parameters
    ----------
    version
        How many events were folded.
    asked
        What was proposed, and by whom.
    proposed_at
        UTC.
    carried_out_by
        The second custodian; `None` while it waits for one.
    entry
        The audit entry under which it was carried out, 0 before.
    found
        What an erasure found before anything was destroyed.
    steps
        The steps of an erasure that are done.
    rewritten
        Segments of the genome database that were replaced by ones without the person.
    ended_at
        UTC; of the last event, once nothing is left to do.
    """

    version: int
    asked: ErasureProposed | TurnBackProposed
    proposed_at: datetime
    carried_out_by: str | None = None
    entry: int = 0
    found: Inventory | None = None
    steps: frozenset[ErasureStep] = frozenset()
    rewritten: tuple[str, ...] = ()
    ended_at: datetime | None = None

    @property
    def number(self) -> str:
        """The number of the proposal."""
        return self.asked.proposal

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        if self.carried_out_by is None:
            return Stage.PROPOSED
        return Stage.BEGUN if self.next_step is not None else Stage.DONE

    @property
    def next_step(self) -> ErasureStep | None:
        """The first step of an erasure that was carried out and is not done yet."""
        if self.found is None:
            return None
        return next((step for step in ErasureStep if step not in self.steps), None)

    def after(self, recorded: Recorded[CustodyEvent]) -> "Proposal":
        """Return the proposal once `recorded` has happened."""
        event = recorded.event
        version = recorded.version
        if isinstance(event, ErasureStepDone):
            return replace(
                self,
                version=version,
                steps=self.steps | {event.step},
                rewritten=(*self.rewritten, *event.rewritten),
                ended_at=recorded.at,
            )
        if isinstance(event, ErasureBegun | PseudonymTurnedBack):
            found = event.found if isinstance(event, ErasureBegun) else None
            return replace(
                self,
                version=version,
                carried_out_by=event.by,
                entry=recorded.entry,
                found=found,
                ended_at=recorded.at,
            )
        raise CustodyError(f"proposal `{self.number}` was made twice")


def fold(history: Sequence[Recorded[CustodyEvent]]) -> Proposal:
    """Fold the events of one proposal, oldest first.

    Raises
    ------
    CustodyError
        It does not begin with a proposal.
    """
    first = history[0]
    if not isinstance(first.event, ErasureProposed | TurnBackProposed):
        raise CustodyError(f"the history of `{first.stream}` does not begin with a proposal")
    proposal = Proposal(first.version, first.event, first.at)
    for recorded in history[1:]:
        proposal = proposal.after(recorded)
    return proposal


def begin_erasure(proposal: Proposal, person: str, by: str, found: Inventory) -> ErasureBegun:
    """Decide that `by` carries out the erasure of `person`.

    Raises
    ------
    CustodyError
        The proposal is of something or somebody else, is carried out already, or is their own.
    """
    if not isinstance(proposal.asked, ErasureProposed) or proposal.asked.person != person:
        raise CustodyError(f"proposal `{proposal.number}` is not to erase `{person}`")
    _check_second(proposal, by)
    return ErasureBegun(proposal.number, by, found)


def turn_back(proposal: Proposal, by: str) -> PseudonymTurnedBack:
    """Decide that `by` is told whose pseudonym it is.

    Raises
    ------
    CustodyError
        The proposal is of something else, is carried out already, or is their own.
    """
    _ = turn_back_asked(proposal)
    _check_second(proposal, by)
    return PseudonymTurnedBack(proposal.number, by)


def turn_back_asked(proposal: Proposal) -> TurnBackProposed:
    """Return what was proposed, when it was to turn a pseudonym back.

    Raises
    ------
    CustodyError
        It was something else.
    """
    if not isinstance(proposal.asked, TurnBackProposed):
        raise CustodyError(f"proposal `{proposal.number}` is not to turn a pseudonym back")
    return proposal.asked


def _check_second(proposal: Proposal, by: str) -> None:
    if proposal.stage is not Stage.PROPOSED:
        raise CustodyError(f"proposal `{proposal.number}` was carried out already")
    # INVARIANT: nobody carries out what they proposed themselves.
    if proposal.asked.by == by:
        raise CustodyError(
            f"proposal `{proposal.number}` is your own: another custodian carries it out"
        )
