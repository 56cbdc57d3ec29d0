"""Files sealed for others, and opened from others, in the form of GA4GH Crypt4GH 1.0.

The data stand in blocks of 64 KiB, each a nonce, its ciphertext and a tag of its own, under a key
that the header holds for every reader (`exchange_header`). Nothing binds the blocks to each other:
a file that was cut at a block, or whose blocks were swapped, is a valid Crypt4GH file of another
content. The SHA-256 of the content is therefore returned, for both ends to compare by another way.

A result appears under its name when all of it was written and verified, and not before.
"""

import hashlib
import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from kerne.durable import OWNER_ONLY, sync_directory
from kerne.errors import InputFileError, reason_of
from kerne.sealing.exchange_header import (
    KEY_BYTES,
    NONCE_BYTES,
    TAG_BYTES,
    Header,
    read_header,
    write_header,
)

BLOCK_BYTES: Final = 64 * 1024
_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
_SEALED_BLOCK_BYTES: Final = NONCE_BYTES + BLOCK_BYTES + TAG_BYTES


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What was sealed or opened: bytes of the content, and their SHA-256 in hexadecimal."""

    length_bytes: int
    sha256: str


def seal_file(
    source: Path,
    target: Path,
    readers: Sequence[X25519PublicKey],
    writer: X25519PrivateKey | None = None,
) -> Exchanged:
    """Seal the file `source` for `readers` as a new Crypt4GH file.

    Parameters
    ----------
    writer
        Who seals; without it a key that is forgotten at once, so that only readers can open.

    Raises
    ------
    InputFileError
        `source` cannot be read, or `target` is there already or cannot be written.
    """
    key = os.urandom(KEY_BYTES)
    header = write_header(Header((key,)), writer or X25519PrivateKey.generate(), readers)
    with _reading(source) as file, _appearing(target) as sealed:
        sealed.write(header)
        content = _Counted(_pieces(file, BLOCK_BYTES))
        cipher = ChaCha20Poly1305(key)
        for block in content:
            nonce = os.urandom(NONCE_BYTES)
            sealed.write(nonce + cipher.encrypt(nonce, block, None))
        return content.exchanged()


def open_file(
    source: Path,
    target: Path,
    reader: X25519PrivateKey,
    writer: X25519PublicKey | None = None,
) -> Exchanged:
    """Open the Crypt4GH file `source` into a new file.

    Parameters
    ----------
    writer
        Only what this writer sealed is opened; `None` opens everyone's.

    Raises
    ------
    InputFileError
        `source` is no Crypt4GH file, is not for this reader, was changed, or a block is cut; or
        `target` is there already or cannot be written.
    """
    with _reading(source) as file, _appearing(target) as opened:
        header = read_header(source, file, reader, writer)
        content = _Counted(_edited(_open_blocks(source, file, header.keys), header.edits))
        for piece in content:
            opened.write(piece)
        return content.exchanged()


class _Counted:
    """Passes pieces on, counts their bytes and takes their digest."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._length = 0
        self._digest = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._length += len(piece)
            self._digest.update(piece)
            yield piece

    def exchanged(self) -> Exchanged:
        return Exchanged(self._length, self._digest.hexdigest())


def _open_blocks(path: Path, file: BinaryIO, keys: Sequence[bytes]) -> Iterator[bytes]:
    ciphers = [ChaCha20Poly1305(key) for key in keys]
    for number, sealed in enumerate(_pieces(file, _SEALED_BLOCK_BYTES), start=1):
        if len(sealed) <= NONCE_BYTES + TAG_BYTES:
            raise InputFileError(path, f"block `{number}` is cut")
        yield _open_block(path, number, sealed, ciphers)


def _open_block(
    path: Path, number: int, sealed: bytes, ciphers: Iterable[ChaCha20Poly1305]
) -> bytes:
    nonce, rest = sealed[:NONCE_BYTES], memoryview(sealed)[NONCE_BYTES:]
    for cipher in ciphers:
        try:
            return cipher.decrypt(nonce, rest, None)
        except InvalidTag:
            continue  # of several data keys any may be a block's
    raise InputFileError(path, f"block `{number}` was changed or cut: it opens under no key")


def _edited(pieces: Iterable[bytes], edits: Sequence[int]) -> Iterator[bytes]:
    """Leave out and keep bytes in turn, as the list says; after it what comes next goes on (§4.2).

    A list of an odd number of lengths ends by leaving out, and all the rest is kept.
    """
    lengths = iter(edits or (0,))
    left: int | None = next(lengths)
    is_kept = False
    for piece in pieces:
        rest = memoryview(piece)
        while True:
            taken = rest if left is None else rest[:left]
            if is_kept and taken:
                yield bytes(taken)
            rest = rest[len(taken) :]
            if left is None or (left := left - len(taken)) > 0:
                break
            left, is_kept = next(lengths, None), not is_kept
        # INVARIANT: a piece is used up before the next one is read.


def _pieces(file: BinaryIO, length_bytes: int) -> Iterator[bytes]:
    return itertools.takewhile(bool, iter(lambda: file.read(length_bytes), None))


@contextmanager
def _reading(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputFileError(path, f"cannot be read: {reason_of(error)}") from error
    with file:
        yield file


@contextmanager
def _appearing(path: Path) -> Iterator[BinaryIO]:
    """Write a new file for its owner only, which gets its name when all went well."""
    if path.exists():
        raise InputFileError(path, "is there already, and nothing is replaced")
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(
            os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb"
        ) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        sync_directory(path.parent)
    except OSError as error:
        raise InputFileError(path, f"cannot be written: {reason_of(error)}") from error
    finally:
        partial.unlink(missing_ok=True)
