"""A signed statement of the whole audit at one moment, small enough to hand to a witness.

Whoever holds a checkpoint can later find out whether anything that it covers was changed, dropped
or reordered, even by someone who can write the file and recompute every hash in it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kerne.durable import replace_durably, write_once
from kerne.errors import AuditError, reason_of

_FIRST_LINE: Final = "kerne audit checkpoint 1"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree of the first `size` entries has this root; `at` is UTC, `signature` is Ed25519."""

    size: int
    root: bytes
    at: datetime
    signature: bytes

    def verifies(self, key: Ed25519PublicKey) -> bool:
        """Say whether the owner of `key` signed exactly this."""
        try:
            key.verify(self.signature, _statement(self.size, self.root, self.at))
        except InvalidSignature:
            return False
        return True

    def text(self) -> str:
        """Return the checkpoint as the lines of text that a witness keeps."""
        statement = _statement(self.size, self.root, self.at).decode()
        return f"{statement}{self.signature.hex()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint whose `text` this is; its signature is not verified here.

    Raises
    ------
    AuditError
        It is not the text of a checkpoint.
    """
    try:
        first, size, root, at, signature = text.splitlines()
        checkpoint = Checkpoint(
            int(size), bytes.fromhex(root), datetime.fromisoformat(at), bytes.fromhex(signature)
        )
    except ValueError as error:
        raise AuditError("a checkpoint is five lines: name, size, root, time, signature") from error
    if first != _FIRST_LINE:
        raise AuditError(f"a checkpoint begins with the line `{_FIRST_LINE}`")
    return checkpoint


def sign_checkpoint(size: int, root: bytes, at: datetime, key: Ed25519PrivateKey) -> Checkpoint:
    """State with `key` that the tree of the first `size` entries has this `root`."""
    return Checkpoint(size, root, at, key.sign(_statement(size, root, at)))


def read_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint that the file at `path` holds.

    Raises
    ------
    AuditError
        The file is missing or holds something else.
    """
    try:
        return parse_checkpoint(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise AuditError(f"the checkpoint `{path}` is missing or cannot be read") from error


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint to the file at `path`, in the place of an earlier one.

    Raises
    ------
    AuditError
        It cannot be written.
    """
    try:
        replace_durably(path, checkpoint.text().encode())
    except OSError as error:
        raise AuditError(
            f"the checkpoint `{path}` cannot be written: {reason_of(error)}"
        ) from error


def signing_key(path: Path) -> Ed25519PrivateKey:
    """Return the centre's signing key from the file at `path`, made when it is not there.

    The file holds the 32 bytes of an Ed25519 seed and can be read by its owner only.

    Raises
    ------
    AuditError
        The file holds something else, or others may read it.
    """
    if not path.exists():
        write_once(path, _new_seed())
    if path.stat().st_mode & 0o077:
        raise AuditError(f"`{path}` can be read by others, expected mode `0600`")
    try:
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    except ValueError as error:
        raise AuditError(f"`{path}` holds no signing key: expected 32 bytes") from error


def _new_seed() -> bytes:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())


def _statement(size: int, root: bytes, at: datetime) -> bytes:
    lines = (_FIRST_LINE, str(size), root.hex(), at.astimezone(UTC).isoformat())
    return "".join(f"{line}\n" for line in lines).encode()
