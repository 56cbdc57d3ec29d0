"""Copy a centre while it runs, so that the copy can prove itself.

The order keeps what must stay true: every change in a copied ledger has its entry in the copied
audit, so the audit is copied last; every genome row that the copied store holds has its person in
the copied register, so nobody adds a genome between the two. What is signed in a copied ledger but
not yet handed over is handed over when the copy is opened.

A backup is a directory that appears whole or not at all. Its manifest names every file with its
length and SHA-256, how many rows each table has, and the root of the audit; it is signed with the
key that signs checkpoints. No key is ever in it: persons' keys are copied by `copy_keys`, apart.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kerne.database.copying import count_rows
from kerne.durable import sync_directory, write_durably
from kerne.errors import BackupError, reason_of

MANIFEST: Final = "backup.json"
SIGNATURE: Final = "backup.sig"
FORMAT: Final = 1
_DATABASE: Final = ".sqlite"

CopyPart = Callable[[Path], None]
"""Copies one part of a centre into the directory that is given."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file of a backup."""

    length_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class AuditMark:
    """How many entries the audit has, and the hexadecimal root of their tree."""

    size: int
    root: str


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """What a backup says it is.

    Parameters
    ----------
    made_at
        ISO 8601 in UTC; when it was begun.
    files
        By path within the backup.
    rows
        How many rows each table of each database has.
    audit
        Of the copied audit.
    """

    made_at: str
    files: Mapping[str, KeptFile]
    rows: Mapping[str, Mapping[str, int]]
    audit: AuditMark


def back_up(
    into: Path,
    parts: Sequence[CopyPart],
    audit_of: Callable[[Path], AuditMark],
    key: Ed25519PrivateKey,
    at: datetime,
) -> BackupManifest:
    """Copy every part, in this order, to the new directory `into`.

    Parameters
    ----------
    audit_of
        Reads the copied audit whole; it raises when that does not verify.
    key
        Signs the manifest.

    Raises
    ------
    BackupError
        There is something at `into` already, or it cannot be written.
    """
    if into.exists():
        raise BackupError(f"`{into}` exists already: a backup is made anew")
    partial = into.with_name(f".{into.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)  # of a backup that was cut off
        partial.mkdir(mode=0o700, parents=True)
        for copy in parts:
            copy(partial)
        audit = audit_of(partial)
        manifest = BackupManifest(at.isoformat(), _files(partial), _rows(partial), audit)
        content = _content(manifest)
        write_durably(partial / MANIFEST, content)
        write_durably(partial / SIGNATURE, key.sign(content).hex().encode())
        _sync(partial)
        partial.rename(into)
        sync_directory(into.parent)
    except OSError as error:
        raise BackupError(f"`{into}` cannot be written: {reason_of(error)}") from error
    return manifest


def check_backup(backup: Path, key: Ed25519PublicKey) -> BackupManifest:
    """Read a backup whole and return its manifest.

    Raises
    ------
    BackupError
        It is no backup, was not signed with this key, or a file of it is missing, too many or
        changed.
    """
    manifest = _read_manifest(backup, key)
    found = _files(backup)
    for path in sorted(found.keys() | manifest.files.keys()):
        if found.get(path) != manifest.files.get(path):
            what = "is not in its manifest" if path not in manifest.files else "was changed"
            what = "is missing" if path not in found else what
            raise BackupError(f"`{backup}` is damaged: file `{path}` {what}")
    return manifest


def check_restored(home: Path, manifest: BackupManifest, audit: AuditMark) -> None:
    """Check that a restored centre holds what the backup said, before anything is written to it.

    Raises
    ------
    BackupError
        The root of the audit or a number of rows is another.
    """
    if audit != manifest.audit:
        raise BackupError(
            f"the restored audit has `{audit.size}` entries and root `{audit.root}`, expected "
            f"`{manifest.audit.size}` and `{manifest.audit.root}`"
        )
    for name, expected in manifest.rows.items():
        if count_rows(home / name) != expected:
            raise BackupError(f"`{name}` as restored has other rows than the backup said")


def copy_tree(source: Path, target: Path, *, without: Callable[[Path], bool]) -> None:
    """Copy a directory but for what `without` says, and what is being written meanwhile."""
    target.mkdir(mode=0o700, exist_ok=True)
    for path in sorted(source.iterdir()):
        if without(path):
            continue
        if path.is_dir():
            copy_tree(path, target / path.name, without=without)
        else:
            shutil.copy2(path, target / path.name)


def is_hidden(path: Path) -> bool:
    """Say whether a file is being written, or a lock: such names begin with a full stop."""
    return path.name.startswith(".")


def _files(backup: Path) -> dict[str, KeptFile]:
    return {
        path.relative_to(backup).as_posix(): _kept(path)
        for path in sorted(backup.rglob("*"))
        if path.is_file() and path.relative_to(backup).as_posix() not in {MANIFEST, SIGNATURE}
    }


def _kept(path: Path) -> KeptFile:
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        return KeptFile(os.fstat(file.fileno()).st_size, digest)


def _rows(backup: Path) -> dict[str, dict[str, int]]:
    return {
        path.relative_to(backup).as_posix(): count_rows(path)
        for path in sorted(backup.rglob(f"*{_DATABASE}"))
    }


def _content(manifest: BackupManifest) -> bytes:
    values = {"format": FORMAT, **asdict(manifest)}
    return json.dumps(values, sort_keys=True, indent=1).encode()


def _read_manifest(backup: Path, key: Ed25519PublicKey) -> BackupManifest:
    try:
        content = (backup / MANIFEST).read_bytes()
        key.verify(bytes.fromhex((backup / SIGNATURE).read_text()), content)
        values: dict[str, Any] = json.loads(content)  # Any: JSON
        if values.pop("format") != FORMAT:
            raise BackupError(f"`{backup}` is of another version, expected format `{FORMAT}`")
        return BackupManifest(
            made_at=values["made_at"],
            files={name: KeptFile(**file) for name, file in values["files"].items()},
            rows=values["rows"],
            audit=AuditMark(**values["audit"]),
        )
    except InvalidSignature as error:
        raise BackupError(f"`{backup}` was not signed with the key of this centre") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"`{backup}` is no backup: its manifest cannot be read") from error


def _sync(directory: Path) -> None:
    """Force every file and name below `directory` to the disk."""
    for path in directory.rglob("*"):
        if path.is_dir():
            sync_directory(path)
        else:
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    sync_directory(directory)
