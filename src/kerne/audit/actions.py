"""What people do with the audit: prove it, sign it, and see who has read their data."""

import logging
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pyroaring import BitMap

from kerne.audit.access import CitizenLog, access_of
from kerne.audit.checkpoint import (
    Checkpoint,
    read_checkpoint,
    sign_checkpoint,
    write_checkpoint,
)
from kerne.audit.finding import Found
from kerne.audit.ledger import AuditLedger
from kerne.audit.proof import (
    Since,
    consistency_document,
    inclusion_document,
    log_document,
)
from kerne.audit.second import merge
from kerne.audit.verification import Verification, verify
from kerne.errors import AuditError
from kerne.people.asking import Action, Ask, Door, Identity, Pass, Refusal

_LOG: Final = logging.getLogger(__name__)


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
    second
        The second log, when there is one.
    telling
        Names of the rules under which the person is told of each use.
    """

    def __init__(  # noqa: PLR0913  all that the audit is joined from
        self,
        ledger: AuditLedger,
        key: Ed25519PrivateKey,
        door: Door,
        rows_of: Callable[[str], BitMap],
        clock: Callable[[], datetime],
        newest: Path | None = None,
        *,
        second: AuditLedger | None = None,
        telling: Collection[str] = (),
    ) -> None:
        self._ledger = ledger
        self._key = key
        self._door = door
        self._rows_of = rows_of
        self._clock = clock
        self._newest = newest
        self._second = second
        self._telling = frozenset(telling)

    def verify(self, held: Iterable[Checkpoint] = ()) -> Verification:
        """Read the whole audit and say what is not as it was written.

        It shows nobody's data and needs no grant. `held` are checkpoints that witnesses hold.

        Raises
        ------
        AuditError
            The file of the newest checkpoint is missing.
        """
        kept = [] if self._newest is None else [read_checkpoint(self._newest)]
        behind = None if self._second is None else self._second.engine
        return verify(self._ledger.engine, self.public_key, [*held, *kept], behind)

    def checkpoint(self) -> Checkpoint:
        """Sign the audit as it is now, and keep the checkpoint beside it."""
        checkpoint = self._sign()
        self._ledger.add_checkpoint(checkpoint)
        return checkpoint

    def keep_newest(self) -> None:
        """Sign the audit as it is now in the file of the newest checkpoint.

        A file that is missing stays so, and one that the entries no longer agree with is left as
        it is: both are evidence, and `verify` tells of them. While the audit does not work the
        file stays as it is, too.
        """
        if self._newest is None or not self._newest.exists():
            return
        kept = read_checkpoint(self._newest)
        try:
            if self._ledger.size() > kept.size and self._ledger.root(kept.size) == kept.root:
                write_checkpoint(self._newest, self._sign())
        except AuditError as error:
            _LOG.warning("the newest checkpoint was not renewed: %s", error)

    def _sign(self, size: int | None = None) -> Checkpoint:
        size = self._ledger.size() if size is None else size
        return sign_checkpoint(size, self._ledger.root(size), self._clock(), self._key)

    @property
    def public_key(self) -> Ed25519PublicKey:
        """What the centre's checkpoints are verified with."""
        return self._key.public_key()

    def prove(self, number: int, size: int | None = None) -> str:
        """Return the proof that entry `number` is among the first `size`, all when `None`.

        It shows nobody's data and needs no grant: whom an entry concerns does not stand in it.

        Raises
        ------
        AuditError
            It is not among them.
        """
        return self._prove(number, size, None)

    def prove_to(
        self, who: Identity, purpose: str, person: str, number: int, size: int | None = None
    ) -> str | Refusal:
        """As `prove`, with the personal part of an entry that names `person`.

        Raises
        ------
        AuditError
            It is not among them, or does not name `person`.
        """

        def work(_granted: Pass) -> str:
            found = self._ledger.intent(number)
            if found is None or found.personal.person != person:
                raise AuditError(f"entry `{number}` does not name this person")
            return self._prove(number, size, found)

        ask = Ask(who, purpose, Action.READ_ACCESSES, (person,), about="proof of an access")
        return self._door.answer(ask, work)

    def _prove(self, number: int, size: int | None, about: Found | None) -> str:
        checkpoint = self._sign(size)
        (entry,) = self._ledger.prove([number], checkpoint.size)
        return inclusion_document(checkpoint, self.public_key, entry, about)

    def prove_consistency(self, held: Checkpoint) -> str:
        """Return the proof that the audit of today begins with the one that `held` states.

        Raises
        ------
        AuditError
            It does not, or `held` was not signed by this centre.
        """
        checkpoint = self._sign()
        return consistency_document(checkpoint, self.public_key, self._since(held, checkpoint))

    def _since(self, held: Checkpoint, now: Checkpoint) -> Since:
        if not held.verifies(self.public_key):
            raise AuditError("the older checkpoint was not signed by this centre")
        if held.size > now.size or self._ledger.root(held.size) != held.root:
            raise AuditError(
                f"the audit does not begin with the `{held.size}` entries of the older checkpoint: "
                "it was rolled back or changed"
            )
        return Since(held, self._ledger.prove_consistency(held.size, now.size))

    def log_of(
        self, who: Identity, purpose: str, person: str, held: Checkpoint | None = None
    ) -> CitizenLog | Refusal:
        """Return every access to the data of `person`, this one included, with its proof.

        The accesses that name the person are counted without a gap, and each collective one keeps
        whom it counted.

        Parameters
        ----------
        held
            Kept by the person from before: it is shown that the audit still begins with it.

        Raises
        ------
        AuditError
            An entry is missing, a population was changed, the audit does not begin with `held`, or
            what waits in the second log cannot be merged.
        """

        def work(granted: Pass) -> CitizenLog:
            log = self._ledger.personal_log(person, self._rows_of(person), until=granted.entry)
            now = self._sign()
            since = None if held is None else self._since(held, now)
            proven = self._ledger.prove(log.numbers(), now.size)
            found = sorted([*log.named, *log.counted], key=lambda one: one.entry.number)
            return CitizenLog(
                accesses=tuple(access_of(one, self._telling) for one in found),
                checkpoint=now,
                document=log_document(now, self.public_key, log, proven, since),
            )

        if self._second is not None:
            # Without what waits there the log would not be complete.
            merge(self._ledger, self._second, self._clock())
        ask = Ask(who, purpose, Action.READ_ACCESSES, (person,), about="accesses")
        return self._door.answer(ask, work)
