"""Carry an erasure to its end, step by step, whatever interrupts it.

The decision to begin is an event. From then on each step is done, then recorded; a step that was
cut off is done again at the next start, so each is such that doing it twice is doing it once. Once
begun nothing turns it back: the first thing destroyed is gone.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from kerne.custody.events import ErasureProposed, ErasureStep, ErasureStepDone
from kerne.custody.ledger import CustodyLedger
from kerne.custody.proposal import Proposal, Stage
from kerne.errors import CustodyError, StaleVersionError

Act = Callable[[str, int], Sequence[str] | None]
"""One step, on the person with this number, under this audit entry.

It returns the segments of the genome database that it had replaced, if that is what it does.
"""


class Eraser:
    """Carries out what was decided.

    Parameters
    ----------
    ledger
        The proposals.
    acts
        What each step does, in the rooms that it touches.
    clock
        Gives the time now, in UTC.
    """

    def __init__(
        self,
        ledger: CustodyLedger,
        acts: Mapping[ErasureStep, Act],
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._acts = acts
        self._clock = clock

    def carry_on(self, number: str) -> Proposal:
        """Do every step of a begun erasure that is not done yet; return where it stands then.

        Raises
        ------
        CustodyError
            The proposal is not to erase anybody.
        KerneError
            A step cannot be done now; the next start tries again.
        """
        while True:
            proposal = self._ledger.proposal(number)
            step = proposal.next_step
            if step is None:
                return proposal
            if not isinstance(proposal.asked, ErasureProposed):
                raise CustodyError(f"proposal `{number}` is not to erase anybody")
            rewritten = self._acts[step](proposal.asked.person, proposal.entry) or ()
            self._record(proposal, step, tuple(rewritten))

    def recover(self) -> int:
        """Carry on every erasure that was interrupted; return how many there were."""
        begun = self._ledger.proposals(Stage.BEGUN)
        for proposal in begun:
            self.carry_on(proposal.number)
        return len(begun)

    def _record(self, proposal: Proposal, step: ErasureStep, rewritten: tuple[str, ...]) -> None:
        done = ErasureStepDone(proposal.number, step, rewritten)
        try:
            self._ledger.append(proposal.version, done, entry=proposal.entry, at=self._clock())
        except StaleVersionError:
            return  # another process carries it on too: its history is read again
