"""A document in authenticated blocks: a change, cut, growth, swap or move of any of them is found.

    header     `KERNESEA`, version (1 byte), block size (4), salt (32),
               length (2) and text of the person, length (2) and text of the document's name
    blocks     AES-256-GCM of 64 KiB each, the last one shorter: ciphertext and tag (16)
    manifest   number of blocks (8), bytes of the content (8), HMAC-SHA-256 over header and both

Numbers are big-endian. The keys of blocks and manifest are derived from the owner's key by HKDF
(RFC 5869) with the salt, and the whole header as `info`: blocks of one document, person or sealing
open in no other. A block's nonce is its index and whether it is the last, as in the STREAM
construction (Hoang, Reyhanitabar, Rogaway and Vizar 2015, doi:10.1007/978-3-662-47989-6_24), and
no nonce is used twice because no salt is. The manifest is checked against the size of the file
before the first byte is given out, so that a cut file gives nothing at all.

Memory is one block, or four for each thread that reads, whatever the size of the document.
"""

import hmac
import io
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kerne.errors import VaultError

MAGIC: Final = b"KERNESEA"
VERSION: Final = 1
BLOCK_BYTES: Final = 64 * 1024
SALT_BYTES: Final = 32
TAG_BYTES: Final = 16
LARGEST_BLOCK_BYTES: Final = 16 * 1024 * 1024
"""A header that names a larger block is not ours; memory is never taken on its word."""

_FIXED: Final = struct.Struct(f">{len(MAGIC)}sBI{SALT_BYTES}s")
_LENGTH: Final = struct.Struct(">H")
_COUNTS: Final = struct.Struct(">QQ")
_MAC_BYTES: Final = 32
_MANIFEST_BYTES: Final = _COUNTS.size + _MAC_BYTES
NEAR_BYTES: Final = 256 * 1024
"""How much is read at a time from a disk: it stays in the processor's cache until it is opened."""


@dataclass(frozen=True, slots=True)
class Label:
    """Whose a document is and which: it opens under no other label."""

    person: str
    document: str

    def __str__(self) -> str:
        return f"`{self.document}` of `{self.person}`"


@dataclass(frozen=True, slots=True)
class Manifest:
    """How many blocks and how many bytes of content there are."""

    blocks: int
    length_bytes: int


class Ranges(Protocol):
    """Where the bytes of a sealed document lie, read from any place in them."""

    @property
    def size_bytes(self) -> int:
        """How many there are."""
        ...

    @property
    def fetch_bytes(self) -> int:
        """About how many are best read at a time."""
        ...

    def read_into(self, target: memoryview, offset: int) -> int:
        """Fill `target` from `offset` on; return how much of it was filled, less at the end."""
        ...


class Seekable:
    """The bytes of a binary file, for one thread at a time.

    Parameters
    ----------
    source
        Opened for reading, and able to seek; nothing but the document is in it.
    """

    fetch_bytes = NEAR_BYTES

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    @property
    def size_bytes(self) -> int:
        """How many there are."""
        return self._source.seek(0, io.SEEK_END)

    def read_into(self, target: memoryview, offset: int) -> int:
        """Fill `target` from `offset` on; return how much of it was filled, less at the end."""
        self._source.seek(offset)
        found = self._source.read(len(target))
        target[: len(found)] = found
        return len(found)


class BlockWriter:
    """Seal what is written, block by block; `close` ends it, and without it nothing opens.

    Parameters
    ----------
    target
        Opened for writing; it is not closed.
    key
        The owner's key, 32 bytes.
    label
        Whose and which document; 65,535 bytes each at most.
    block_bytes
        Bytes of content in a block.
    """

    def __init__(
        self, target: BinaryIO, key: bytes, label: Label, block_bytes: int = BLOCK_BYTES
    ) -> None:
        self._target = target
        self._buffer = bytearray(block_bytes)
        self._sealed = bytearray(block_bytes + TAG_BYTES)
        self._filled = 0
        self._blocks = 0
        self._length = 0
        self._header = _header(label, os.urandom(SALT_BYTES), block_bytes)
        self._cipher, self._manifest_key = _keys(key, self._header)
        target.write(self._header)

    def write(self, content: bytes | memoryview) -> None:
        """Add `content` to the document."""
        rest, block_bytes = memoryview(content).cast("B"), len(self._buffer)
        while rest:
            if self._filled == block_bytes:
                self._emit(memoryview(self._buffer), is_last=False)
                self._filled = 0
            if not self._filled and len(rest) > block_bytes:  # whole, and not the last: no copy
                self._emit(rest[:block_bytes], is_last=False)
                rest = rest[block_bytes:]
                continue
            taken = min(len(rest), block_bytes - self._filled)
            self._buffer[self._filled : self._filled + taken] = rest[:taken]
            self._filled += taken
            rest = rest[taken:]

    def close(self) -> Manifest:
        """Write the last block (empty when the document is) and the manifest."""
        self._emit(memoryview(self._buffer)[: self._filled], is_last=True)
        counts = _COUNTS.pack(self._blocks, self._length)
        mac = hmac.digest(self._manifest_key, self._header + counts, "sha256")
        self._target.write(counts + mac)
        return Manifest(self._blocks, self._length)

    def _emit(self, plain: memoryview, *, is_last: bool) -> None:
        sealed = memoryview(self._sealed)[: len(plain) + TAG_BYTES]
        self._cipher.encrypt_into(_nonce(self._blocks, is_last=is_last), plain, None, sealed)
        self._target.write(sealed)
        self._blocks += 1
        self._length += len(plain)


class BlockReader:
    """Open a sealed document, whole or in part; every byte given out was verified.

    As many threads may read at a time as its source bears.

    Raises
    ------
    VaultError
        It is no sealed document, is another one, was cut, extended or changed, or the key is
        another.
    """

    def __init__(self, source: Ranges, key: bytes, label: Label) -> None:
        self._source = source
        self._label = label
        self._header, found, self._block_bytes = _read_header(source)
        if found != label:
            raise VaultError(f"what is sealed is {found}, expected {label}")
        self._cipher, manifest_key = _keys(key, self._header)
        self.manifest = self._read_manifest(manifest_key)
        self._fetched_blocks = max(1, source.fetch_bytes // self._block_bytes)
        self._own = threading.local()

    def blocks(self) -> Iterator[bytes]:
        """Yield the content, block by block; every one was verified before it is given out."""
        for index in range(self.manifest.blocks):
            yield self._plain(index, self._fetch(index, index + 1))

    def read(self, start: int, length_bytes: int) -> bytearray:
        """Return `length_bytes` of the content from `start` on (0-based), fewer at its end."""
        end = min(start + length_bytes, self.manifest.length_bytes)
        content = bytearray(max(0, end - start))
        with memoryview(content) as target:
            self._read_into(target, start)
        return content

    def damaged_blocks(self) -> Iterator[int]:
        """Read all that there is and yield the index of each block that does not open."""
        for index in range(self.manifest.blocks):
            try:
                self._plain(index, self._fetch(index, index + 1))
            except VaultError:
                yield index

    def _read_into(self, target: memoryview, start: int) -> None:
        size, end = self._block_bytes, start + len(target)
        past = (end - 1) // size + 1 if target else 0
        for first in range(start // size, past, self._fetched_blocks):
            some = range(first, min(first + self._fetched_blocks, past))
            fetched = self._fetch(some.start, some.stop)
            for index in some:
                at = (index - first) * (size + TAG_BYTES)
                sealed = fetched[at : at + self._length(index) + TAG_BYTES]
                since, until = max(start, index * size), min(end, index * size + size)
                part = target[since - start : until - start]
                if len(part) == self._length(index):
                    self._open(index, sealed, part)
                else:
                    skipped = since - index * size
                    part[:] = self._plain(index, sealed)[skipped : skipped + len(part)]

    def _length(self, index: int) -> int:
        """Return how many bytes of content are in a block."""
        return min(self._block_bytes, self.manifest.length_bytes - index * self._block_bytes)

    def _fetch(self, first: int, past: int) -> memoryview:
        """Return blocks as they lie there; what is returned lasts until the thread's next."""
        sealed_bytes = self._block_bytes + TAG_BYTES
        wanted = (past - 1 - first) * sealed_bytes + self._length(past - 1) + TAG_BYTES
        if len(getattr(self._own, "buffer", b"")) < wanted:
            self._own.buffer = bytearray(wanted)
        target = memoryview(self._own.buffer)[:wanted]
        return target[: self._source.read_into(target, len(self._header) + first * sealed_bytes)]

    def _plain(self, index: int, sealed: memoryview) -> bytes:
        plain = bytearray(self._length(index))
        self._open(index, sealed, memoryview(plain))
        return bytes(plain)

    def _open(self, index: int, sealed: memoryview, target: memoryview) -> None:
        nonce = _nonce(index, is_last=index == self.manifest.blocks - 1)
        if len(sealed) == len(target) + TAG_BYTES:
            with suppress(InvalidTag):
                self._cipher.decrypt_into(nonce, sealed, None, target)
                return
        raise VaultError(f"block `{index}` of {self._label} was changed or moved")

    def _read_manifest(self, key: bytes) -> Manifest:
        size = self._source.size_bytes
        text = _read(self._source, max(size - _MANIFEST_BYTES, len(self._header)), _MANIFEST_BYTES)
        counts, mac = text[: _COUNTS.size], text[_COUNTS.size :]
        if not hmac.compare_digest(hmac.digest(key, self._header + counts, "sha256"), mac):
            raise VaultError(
                f"{self._label} was cut, extended or changed, or is sealed under another key"
            )
        manifest = Manifest(*_COUNTS.unpack(counts))
        if size != self._expected_bytes(manifest):
            raise VaultError(
                f"{self._label} has `{size}` bytes, "
                f"expected `{self._expected_bytes(manifest)}`: blocks were taken out or added"
            )
        return manifest

    def _expected_bytes(self, manifest: Manifest) -> int:
        blocks_bytes = manifest.length_bytes + manifest.blocks * TAG_BYTES
        return len(self._header) + blocks_bytes + _MANIFEST_BYTES


def seal_document(key: bytes, label: Label, content: bytes) -> bytes:
    """Return `content` in authenticated blocks."""
    target = io.BytesIO()
    writer = BlockWriter(target, key, label)
    writer.write(content)
    writer.close()
    return target.getvalue()


def open_document(key: bytes, label: Label, sealed: bytes) -> bytes:
    """Return what `seal_document` sealed under the same key and label; raises as `BlockReader`."""
    return b"".join(BlockReader(Seekable(io.BytesIO(sealed)), key, label).blocks())


def is_document(sealed: bytes) -> bool:
    """Say whether these bytes begin as a document in authenticated blocks."""
    return sealed.startswith(MAGIC)


def _header(label: Label, salt: bytes, block_bytes: int) -> bytes:
    names = [text.encode() for text in (label.person, label.document)]
    if max(map(len, names)) >= 1 << (8 * _LENGTH.size):
        raise VaultError(f"the label {str(label)[:80]} is too long")
    texts = b"".join(_LENGTH.pack(len(name)) + name for name in names)
    return _FIXED.pack(MAGIC, VERSION, block_bytes, salt) + texts


def _read_header(source: Ranges) -> tuple[bytes, Label, int]:
    fixed = _read(source, 0, _FIXED.size)
    if len(fixed) < _FIXED.size or not is_document(fixed):
        raise VaultError("what is sealed is no document in authenticated blocks")
    _, version, block_bytes, _ = _FIXED.unpack(fixed)
    if version != VERSION or not 0 < block_bytes <= LARGEST_BLOCK_BYTES:
        raise VaultError(
            f"the sealed document has format `{version}` and blocks of `{block_bytes}` bytes, "
            f"expected format `{VERSION}`"
        )
    header, names = fixed, []
    for _ in range(2):
        length = _read(source, len(header), _LENGTH.size).ljust(_LENGTH.size, b"\0")
        name = _read(source, len(header) + len(length), *_LENGTH.unpack(length))
        header += length + name
        names.append(name.decode(errors="replace"))
    return header, Label(*names), block_bytes


def _read(source: Ranges, offset: int, length: int) -> bytes:
    found = bytearray(length)
    return bytes(found[: source.read_into(memoryview(found), offset)])


def _keys(key: bytes, header: bytes) -> tuple[AESGCM, bytes]:
    salt = header[_FIXED.size - SALT_BYTES : _FIXED.size]
    both = HKDF(SHA256(), 64, salt, b"kerne container 1" + header).derive(key)
    return AESGCM(both[:32]), both[32:]


def _nonce(index: int, *, is_last: bool) -> bytes:
    return index.to_bytes(11, "big") + bytes([is_last])
