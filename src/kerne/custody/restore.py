"""Restore a centre from a backup so that nothing comes back which was taken away since.

The files are checked against the signed manifest and copied beside the new home; the audit's root
and every number of rows must be those of the manifest. Then, before the first answer, what the
replica kept is taken in: choices made since, erasures carried out since. The audit gets one entry
that says where the gap is. Only then the new home appears, whole.

A key that was destroyed is the second witness of an erasure: whoever has one is erased again, with
or without a replica.
"""

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from kerne.audit.checkpoint import Checkpoint, signing_key
from kerne.custody.backup import (
    MANIFEST,
    SIGNATURE,
    BackupManifest,
    check_backup,
    check_restored,
    copy_tree,
)
from kerne.custody.erasure import Eraser
from kerne.custody.home import AUDIT, CHECKPOINT_KEY, KEYS, UNPROVEN, audit_of
from kerne.custody.key_copies import put_keys_back
from kerne.custody.ledger import CustodyLedger
from kerne.custody.replica import Replicated
from kerne.custody.rooms import Rooms
from kerne.custody.standby import Standby
from kerne.database.history import EventLine
from kerne.errors import BackupError, reason_of


class Taking(Protocol):
    """A history that takes in events of another copy of it (`database.carrying.Carrier`)."""

    def take(self, lines: Iterable[EventLine], *, entry: int) -> int:
        """Append those that are not here; return how many they were."""
        ...


class Register(Protocol):
    """What a replay asks of the register of people."""

    def person_numbers(self) -> list[str]:
        """Return the numbers of everyone."""
        ...

    def reserve(self, numbers: Collection[str]) -> int:
        """See to it that numbers which nobody has are never given; return how many they were."""
        ...


class KeyRing(Protocol):
    """What a replay asks of the vault."""

    def holders(self) -> Mapping[str, bool]:
        """Return who has had a key, and whether it is still there."""
        ...


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Parameters
    ----------
    manifest
        Of the backup; root of the audit and numbers of rows were found to be these.
    entry
        The audit entry of the restoration.
    lost_entries
        How many entries of the audit the newest checkpoint knew of that the backup lacks.
    choices, erased, removed
        How many choices were taken in, persons erased again, and other genomes removed again.
    lost_persons
        How many persons the keys or the replica know of whom the backup does not.
    lost_genomes
        How many genomes lie in segments whose keys were destroyed since: they are left out.
    without_key
        How many persons have no key any more: nothing sealed for them can be read.
    is_proven
        A replica was replayed, and the backup was of a proven centre; otherwise the centre answers
        own treatment only.
    """

    manifest: BackupManifest
    entry: int
    lost_entries: int
    choices: int
    erased: int
    removed: int
    lost_persons: int
    lost_genomes: int
    without_key: int
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """The parts of a restored centre that a replay changes."""

    home: Path
    standby: Standby
    consent: Taking
    ledger: CustodyLedger
    eraser: Eraser
    rooms: Rooms
    register: Register
    keys: KeyRing
    record: Callable[[Checkpoint | None, datetime], int]
    leave_locked: Callable[[], int]

    def run(self, manifest: BackupManifest, at: datetime) -> Restored:
        """Take in what was kept apart, and erase again whoever was erased since the backup.

        Without a replica the centre's directory says from now on that it is unproven.
        """
        replica, known = self.standby.replica, self.standby.known_checkpoint()
        kept = Replicated((), (), frozenset()) if replica is None else replica.read()
        registered = set(self.register.person_numbers())
        keys = self.keys.holders()
        destroyed = {person for person, is_there in keys.items() if not is_there}
        named = {line.stream for line in kept.choices} | keys.keys() | kept.erased
        entry = self.record(known, at)
        lost_genomes = self.leave_locked()
        lost = self.register.reserve(named - registered)
        choices = self.consent.take(
            (line for line in kept.choices if line.stream in registered - kept.erased), entry=entry
        )
        self.ledger.carrier.take(kept.proposals, entry=entry)
        self.eraser.recover()
        gone = (kept.erased | destroyed) & registered
        self._erase(gone, kept.erased - destroyed, entry)
        taken_out = ((genome.sample, genome.row) for genome in kept.removed)
        removed = self.rooms.genomes.remove_again(taken_out, entry=entry)
        if replica is None:
            mark_unproven(self.home)
        left = set(self.register.person_numbers())
        return Restored(
            manifest=manifest,
            entry=entry,
            lost_entries=max(0, known.size - manifest.audit.size) if known else 0,
            choices=choices,
            erased=len(registered - left),
            removed=removed,
            lost_persons=lost,
            lost_genomes=lost_genomes,
            without_key=sum(not keys.get(person, False) for person in left),
            is_proven=not (self.home / UNPROVEN).exists(),
        )

    def _erase(self, registered: Collection[str], keyed: Collection[str], entry: int) -> None:
        """Erase whoever is registered, or has a key, though they were erased before."""
        for person in sorted({*registered, *keyed}):
            for act in self.rooms.acts().values():
                act(person, entry)


@contextmanager
def restored_files(
    backup: Path, home: Path, key_copy: Path
) -> Iterator[tuple[Path, BackupManifest]]:
    """Copy a backup and its keys to a place beside `home`; after the block it is there, whole.

    Yields the place and the manifest, once every file, the audit's root and all numbers of rows
    were found to be what the manifest says.

    Raises
    ------
    BackupError
        There is something at `home`, the backup is damaged or not this centre's, or `key_copy` is
        no copy of keys.
    """
    if home.exists():
        raise BackupError(f"`{home}` exists already: a backup is restored to a new home")
    partial = home.with_name(f".{home.name}.restoring")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700, parents=True)
        key = signing_key(_signing_key_of(key_copy)).public_key()
        manifest = check_backup(backup, key)
        copy_tree(backup, partial, without=lambda path: path.name in {MANIFEST, SIGNATURE})
        put_keys_back(key_copy, partial / KEYS, partial / AUDIT / CHECKPOINT_KEY)
        check_restored(partial, manifest, audit_of(partial, key))
        yield partial, manifest
        partial.rename(home)
    except OSError as error:
        raise BackupError(f"`{home}` cannot be written: {reason_of(error)}") from error


def mark_unproven(home: Path) -> None:
    """Say in the centre's directory that choices made since the backup may be missing."""
    (home / UNPROVEN).write_text(
        "Restored without a replica: only own treatment is answered until a custodian confirms.\n"
    )


def _signing_key_of(key_copy: Path) -> Path:
    path = key_copy / CHECKPOINT_KEY
    if not path.is_file():
        raise BackupError(f"`{key_copy}` is no copy of keys: there is no `{CHECKPOINT_KEY}` in it")
    return path
