"""What people do with the audit: prove it, sign it, and see who has read their data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyroaring import BitMap

from kerne.audit.checkpoint import (
    Checkpoint,
    read_checkpoint,
    sign_checkpoint,
    write_checkpoint,
)
from kerne.audit.entry import Outcome, Verdict
from kerne.audit.ledger import AuditLedger, Found
from kerne.audit.verification import Verification, verify
from kerne.people.asking import Action, Ask, Door, Identity, Refusal, Role


@dataclass(frozen=True, slots=True)
class Access:
    """One time that somebody asked for a person's data.

    Parameters
    ----------
    number
        Of the audit entry; with it the access can be proved.
    at
        UTC.
    who, organisation, roles
        The asker.
    purpose, action, about, project, reason
        What was asked and why, `purpose` and `reason` as the asker typed them.
    verdict, rules
        What was decided, and by which rules.
    outcome
        How it ended; `None` for a refusal and while it is under way.
    counter
        1-based running number among the accesses that name the person; `None` for a collective
        one, in which the person was one of many.
    """

    number: int
    at: datetime
    who: str
    organisation: str | None
    roles: tuple[Role, ...]
    purpose: str
    action: Action
    about: str
    project: str | None
    reason: str | None
    verdict: Verdict
    rules: tuple[str, ...]
    outcome: Outcome | None
    counter: int | None

    @property
    def is_collective(self) -> bool:
        """Whether the person was counted among others and not named."""
        return self.counter is None


class Audit:
    """The audit, as people use it.

    Parameters
    ----------
    ledger
        Where it is written.
    key
        The centre's signing key.
    door
        The gate.
    rows_of
        Returns every genome row that ever was a person's.
    clock
        Gives the time now, in UTC.
    newest
        File that holds the newest checkpoint apart from the entries: it misses those that are cut
        off their end. None is kept when it is not named.
    """

    def __init__(
        self,
        ledger: AuditLedger,
        key: Ed25519PrivateKey,
        door: Door,
        rows_of: Callable[[str], BitMap],
        clock: Callable[[], datetime],
        newest: Path | None = None,
    ) -> None:
        self._ledger = ledger
        self._key = key
        self._door = door
        self._rows_of = rows_of
        self._clock = clock
        self._newest = newest

    def verify(self, held: Iterable[Checkpoint] = ()) -> Verification:
        """Read the whole audit and say what is not as it was written.

        It shows nobody's data and needs no grant. `held` are checkpoints that witnesses hold.

        Raises
        ------
        AuditError
            The file of the newest checkpoint is missing.
        """
        kept = [] if self._newest is None else [read_checkpoint(self._newest)]
        return verify(self._ledger.engine, self._key.public_key(), [*held, *kept])

    def checkpoint(self) -> Checkpoint:
        """Sign the audit as it is now, and keep the checkpoint beside it."""
        checkpoint = self._sign()
        self._ledger.add_checkpoint(checkpoint)
        return checkpoint

    def keep_newest(self) -> None:
        """Sign the audit as it is now in the file of the newest checkpoint.

        A file that is missing stays so, and one that the entries no longer agree with is left as
        it is: both are evidence, and `verify` tells of them.
        """
        if self._newest is None or not self._newest.exists():
            return
        kept = read_checkpoint(self._newest)
        if self._ledger.size() > kept.size and self._ledger.root(kept.size) == kept.root:
            write_checkpoint(self._newest, self._sign())

    def _sign(self) -> Checkpoint:
        size = self._ledger.size()
        return sign_checkpoint(size, self._ledger.root(size), self._clock(), self._key)

    def accesses_of(self, who: Identity, purpose: str, person: str) -> tuple[Access, ...] | Refusal:
        """Return every access to the data of `person`, oldest first, this one included.

        The list is complete: the accesses that name the person are counted without a gap, and
        each collective one keeps whom it counted.

        Raises
        ------
        AuditError
            An entry is missing, or a population was changed.
        """
        ask = Ask(who, purpose, Action.READ_ACCESSES, (person,), about="accesses")
        return self._door.answer(ask, lambda _granted: self._accesses(person))

    def _accesses(self, person: str) -> tuple[Access, ...]:
        found = self._ledger.naming(person) + self._ledger.counting_one_of(self._rows_of(person))
        return tuple(_access(one) for one in sorted(found, key=lambda one: one.entry.number))


def _access(found: Found) -> Access:
    entry, intent, personal = found.entry, found.entry.intent, found.personal
    return Access(
        number=entry.number,
        at=entry.at,
        who=intent.who,
        organisation=intent.organisation,
        roles=intent.roles,
        purpose=personal.said,
        action=intent.action,
        about=intent.about,
        project=intent.project,
        reason=personal.reason,
        verdict=intent.verdict,
        rules=intent.rules,
        outcome=found.outcome,
        counter=personal.counter,
    )
