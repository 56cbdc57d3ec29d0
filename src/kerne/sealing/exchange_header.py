"""The header of a Crypt4GH file: for each reader a packet that holds the key of the data.

A packet is sealed by ChaCha20-Poly1305 under a key that the writer's and the reader's X25519 keys
give. A reader passes over the packets of others. An edit list says which bytes of the data are to
be left out and which kept, in turn.

References
----------
GA4GH Crypt4GH 1.0, §3.2 (header), §3.3 (packets), §4.2 (edit list).
"""

import hashlib
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from kerne.errors import InputFileError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
LARGEST_PACKET_BYTES: Final = 16 * 1024 * 1024
"""Memory for a packet is never taken on its word alone."""

_MAGIC: Final = b"crypt4gh"
_VERSION: Final = 1
_START: Final = struct.Struct(f"<{len(_MAGIC)}sII")
_NUMBER: Final = struct.Struct("<I")
_X25519_CHACHA20_POLY1305: Final = 0
_CHACHA20_POLY1305: Final = 0
_DATA_KEY: Final = 0
_EDIT_LIST: Final = 1
_SMALLEST_PACKET_BYTES: Final = 2 * _NUMBER.size + KEY_BYTES + NONCE_BYTES + TAG_BYTES


@dataclass(frozen=True, slots=True, repr=False)
class Header:
    """What a reader's packets hold.

    Parameters
    ----------
    keys
        Each block of the data is sealed under one of them.
    edits
        How many bytes to leave out, to keep, to leave out, ...; empty: keep all.
    """

    keys: tuple[bytes, ...]
    edits: tuple[int, ...] = ()


def write_header(
    header: Header, writer: X25519PrivateKey, readers: Sequence[X25519PublicKey]
) -> bytes:
    """Return a header that every one of `readers` can open, sealed by `writer`."""
    payloads = [_pack(_DATA_KEY, _CHACHA20_POLY1305) + key for key in header.keys]
    if header.edits:
        lengths = struct.pack(f"<{len(header.edits)}Q", *header.edits)
        payloads.append(_pack(_EDIT_LIST, len(header.edits)) + lengths)
    packets = [_packet(payload, writer, reader) for reader in readers for payload in payloads]
    return _START.pack(_MAGIC, _VERSION, len(packets)) + b"".join(packets)


def read_header(
    path: Path, source: BinaryIO, reader: X25519PrivateKey, writer: X25519PublicKey | None = None
) -> Header:
    """Read a header; `source` stands at the first block of the data afterwards.

    Parameters
    ----------
    path
        How errors call the file.
    writer
        Packets that somebody else wrote are passed over; `None` takes everyone's.

    Raises
    ------
    InputFileError
        It is no Crypt4GH file, is cut, or no packet is for this reader.
    """
    keys: list[bytes] = []
    edits: list[tuple[int, ...]] = []
    for packet in _packets(path, source):
        payload = _opened(packet, reader, writer)
        if payload is None:
            continue
        if _number(path, payload, 0) == _DATA_KEY:
            keys.append(_data_key(path, payload))
        else:
            edits.append(_edit_list(path, payload))
    if not keys:
        by = "" if writer is None else " by that writer"
        raise InputFileError(path, f"was not sealed to this key{by}: no packet of it opens")
    if len(edits) > 1:
        raise InputFileError(path, f"has `{len(edits)}` edit lists, expected one at most")
    return Header(tuple(keys), edits[0] if edits else ())


def _packets(path: Path, source: BinaryIO) -> Iterator[bytes]:
    start = source.read(_START.size)
    if len(start) < _START.size or not start.startswith(_MAGIC):
        raise InputFileError(path, "is no Crypt4GH file: expected `crypt4gh` at its start")
    _, version, count = _START.unpack(start)
    if version != _VERSION:
        raise InputFileError(path, f"has version `{version}` of Crypt4GH, expected `{_VERSION}`")
    for number in range(1, count + 1):
        text = source.read(_NUMBER.size)
        length = int.from_bytes(text, "little")
        if len(text) == _NUMBER.size and length > LARGEST_PACKET_BYTES:
            raise InputFileError(path, f"packet `{number}` of its header claims `{length}` bytes")
        packet = source.read(max(length - _NUMBER.size, 0))
        if len(packet) < length - _NUMBER.size or length < 2 * _NUMBER.size:
            raise InputFileError(path, f"packet `{number}` of its header is cut")
        yield packet


def _opened(
    packet: bytes, reader: X25519PrivateKey, writer: X25519PublicKey | None
) -> bytes | None:
    """Return what a packet holds; `None` when it is for somebody else."""
    fields = memoryview(packet)[_NUMBER.size :]
    by, nonce, sealed = fields[:KEY_BYTES], fields[KEY_BYTES:][:NONCE_BYTES], fields[44:]
    is_ours = int.from_bytes(packet[: _NUMBER.size], "little") == _X25519_CHACHA20_POLY1305
    if not is_ours or len(packet) + _NUMBER.size < _SMALLEST_PACKET_BYTES:
        return None
    if writer is not None and writer.public_bytes_raw() != by:
        return None
    try:
        shared = reader.exchange(X25519PublicKey.from_public_bytes(bytes(by)))
        key = _shared_key(shared, reader.public_key().public_bytes_raw(), bytes(by))
        return ChaCha20Poly1305(key).decrypt(bytes(nonce), sealed, None)
    except (InvalidTag, ValueError):  # a ValueError: a point that shares a key with everybody
        return None


def _packet(payload: bytes, writer: X25519PrivateKey, reader: X25519PublicKey) -> bytes:
    by, nonce = writer.public_key().public_bytes_raw(), os.urandom(NONCE_BYTES)
    key = _shared_key(writer.exchange(reader), reader.public_bytes_raw(), by)
    sealed = ChaCha20Poly1305(key).encrypt(nonce, payload, None)
    rest = _NUMBER.pack(_X25519_CHACHA20_POLY1305) + by + nonce + sealed
    return _NUMBER.pack(_NUMBER.size + len(rest)) + rest


def _shared_key(shared: bytes, reader: bytes, writer: bytes) -> bytes:
    return hashlib.blake2b(shared + reader + writer).digest()[:KEY_BYTES]  # §3.3.1


def _data_key(path: Path, payload: bytes) -> bytes:
    method = _number(path, payload, 1)
    if method != _CHACHA20_POLY1305:
        raise InputFileError(
            path, f"its data are sealed by method `{method}`, expected ChaCha20-Poly1305 (`0`)"
        )
    key = payload[8 : 8 + KEY_BYTES]  # what may follow is padding
    if len(key) < KEY_BYTES:
        raise InputFileError(path, f"its data key has `{len(key)}` bytes, expected `{KEY_BYTES}`")
    return key


def _edit_list(path: Path, payload: bytes) -> tuple[int, ...]:
    kind, count = _number(path, payload, 0), _number(path, payload, 1)
    if kind != _EDIT_LIST:
        raise InputFileError(path, f"has a packet of the unknown kind `{kind}` in its header")
    lengths = payload[8 : 8 + 8 * count]
    if len(lengths) < 8 * count:
        raise InputFileError(path, f"its edit list is cut: expected `{count}` lengths")
    return struct.unpack(f"<{count}Q", lengths)


def _number(path: Path, payload: bytes, index: int) -> int:
    text = payload[index * _NUMBER.size :][: _NUMBER.size]
    if len(text) < _NUMBER.size:
        raise InputFileError(path, "a packet of its header is cut")
    return int.from_bytes(text, "little")


def _pack(*numbers: int) -> bytes:
    return b"".join(map(_NUMBER.pack, numbers))
