"""What a running centre keeps in its replica, and what it makes sure of against it at a start."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kerne.audit.checkpoint import Checkpoint, parse_checkpoint, read_checkpoint
from kerne.custody.ledger import CustodyLedger
from kerne.custody.replica import Keep, RemovedGenome, Replica
from kerne.errors import AuditError

_REACTION = "replica"


class Handing(Protocol):
    """A history that hands its events on (`database.carrying.Carrier`)."""

    def hand_on(self, reaction: str, keep: Keep) -> None:
        """Give `keep` what `reaction` has not handed on yet."""
        ...


class Tree(Protocol):
    """What is asked of the audit."""

    def size(self) -> int:
        """Return how many entries there are."""
        ...

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the tree of the first `size` entries."""
        ...


@dataclass(frozen=True, slots=True)
class Standby:
    """The replica of one centre; without one, nothing is kept and nothing is found out.

    Parameters
    ----------
    newest
        File of the newest checkpoint beside the audit.
    """

    replica: Replica | None
    consent: Handing
    ledger: CustodyLedger
    audit: Tree
    newest: Path

    def keep_choices(self) -> None:
        """Keep the choices that were committed and are not kept yet.

        INVARIANT: called before a choice is acknowledged.
        """
        if self.replica is not None:
            self.consent.hand_on(_REACTION, self.replica.keep_choices)

    def keep_erasure(self, person: str, _entry: int) -> None:
        """Keep that `person` is being erased."""
        if self.replica is not None:
            self.replica.keep_erasure(person, self.ledger.erasure_of(person))

    def keep_removal(self, person: str, sample: str, row: int) -> None:
        """Keep that a genome of `person` is taken out of the database.

        INVARIANT: called before it is.
        """
        if self.replica is not None:
            self.replica.keep_removal(person, RemovedGenome(sample, row))

    def keep_checkpoint(self) -> None:
        """Keep the newest checkpoint."""
        if self.replica is not None and self.newest.exists():
            self.replica.keep_checkpoint(read_checkpoint(self.newest).text())

    def known_checkpoint(self) -> Checkpoint | None:
        """Return the newest checkpoint that was kept; `None` without one."""
        text = None if self.replica is None else self.replica.checkpoint()
        return None if text is None else parse_checkpoint(text)

    def check_not_older(self) -> None:
        """Make sure that the audit continues what the replica knows of it.

        Raises
        ------
        AuditError
            It is an older one, or another: a home was put back without `kerne restore`.
        """
        known = self.known_checkpoint()
        if known is not None and not self._continues(known):
            raise AuditError(
                f"the audit does not continue the checkpoint of `{known.size}` entries that the "
                "replica keeps: it was rolled back; restore a backup with `kerne restore`"
            )

    def _continues(self, known: Checkpoint) -> bool:
        try:
            return self.audit.size() >= known.size and self.audit.root(known.size) == known.root
        except AuditError:
            return True  # an audit that does not work is no older one: the gate deals with it
