"""The keys of a store's segments: one each, made when it is begun, destroyed when it is no more.

In a centre they lie in the key store, wrapped by the master key, apart from every backup of the
data: a segment whose key was destroyed opens nowhere, in no old copy either. A store with no
centre around it has no place apart. Its keys lie beside what they seal, in the file `keys`: that
finds every change of a segment, and keeps nothing secret.
"""

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol

from kerne.durable import OWNER_ONLY, replace_durably
from kerne.errors import DamagedStoreError, VaultError
from kerne.sealing.payload import KEY_BYTES

FILE_NAME: Final = "keys"
FORMAT: Final = 1


class SegmentKeys(Protocol):
    """A ring of keys, by the names of segments; written by one at a time, the store's writer."""

    def new(self, name: str) -> bytes:
        """Return a new key, durably kept; one that a writer left behind gives way to it."""
        ...

    def key(self, name: str) -> bytes:
        """Return the key of a segment.

        Raises
        ------
        VaultError
            It has none, or it was destroyed.
        """
        ...

    def destroy(self, name: str) -> None:
        """Destroy the key of a segment for good; nothing happens when there is none."""
        ...

    def names(self) -> frozenset[str]:
        """Return the segments that have a key."""
        ...


class KeyStore(Protocol):
    """What is asked of a centre's vault."""

    def make_segment_key(self, name: str) -> bytes:
        """Return a new key, instead of any that there was."""
        ...

    def segment_key(self, name: str) -> bytes:
        """Return a key."""
        ...

    def segment_keys(self) -> Mapping[str, bool]:
        """Return which segments have had a key, and whether it is still there."""
        ...

    def destroy_segment_key(self, name: str) -> None:
        """Destroy a key for good."""
        ...


@dataclass(frozen=True, slots=True)
class CentreSegmentKeys:
    """Keys in the key store of a centre; every call raises `VaultError` when it does not open."""

    vault: KeyStore

    def new(self, name: str) -> bytes:
        """Return a new key, durably kept."""
        return self.vault.make_segment_key(name)

    def key(self, name: str) -> bytes:
        """Return the key of a segment; raises `VaultError` when there is none."""
        return self.vault.segment_key(name)

    def destroy(self, name: str) -> None:
        """Destroy the key of a segment for good; nothing happens when there is none."""
        if name in self.names():
            self.vault.destroy_segment_key(name)

    def names(self) -> frozenset[str]:
        """Return the segments that have a key."""
        return frozenset(name for name, is_there in self.vault.segment_keys().items() if is_there)


class FileSegmentKeys:
    """Keys in the file `keys` of a store, which its owner alone can read.

    Raises, whatever is asked, `DamagedStoreError` when the file is not as it was written.
    """

    def __init__(self, store: Path) -> None:
        self._path = store / FILE_NAME

    def new(self, name: str) -> bytes:
        """Return a new key, durably kept."""
        key = os.urandom(KEY_BYTES)
        self._write(self._read() | {name: key})
        return key

    def key(self, name: str) -> bytes:
        """Return the key of a segment; raises `VaultError` when there is none."""
        found = self._read().get(name)
        if found is None:
            raise VaultError(f"segment `{name}` has no key in `{self._path}`")
        return found

    def destroy(self, name: str) -> None:
        """Take the key of a segment out; what the disk keeps of the old file is not overwritten."""
        keys = self._read()
        if keys.pop(name, None) is not None:
            self._write(keys)

    def names(self) -> frozenset[str]:
        """Return the segments that have a key."""
        return frozenset(self._read())

    def _read(self) -> dict[str, bytes]:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        try:
            keys = {name: bytes.fromhex(key) for name, key in json.loads(content)["keys"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            keys = {}
        if _content(keys) != content:
            raise DamagedStoreError(f"`{self._path}` is damaged: its checksum does not match")
        return keys

    def _write(self, keys: Mapping[str, bytes]) -> None:
        replace_durably(self._path, _content(keys), OWNER_ONLY)


def keep_only(keys: SegmentKeys, named: Collection[str]) -> None:
    """Destroy every key of a segment that is not `named`: replaced, or never finished."""
    for name in sorted(keys.names() - set(named)):
        keys.destroy(name)


def _content(keys: Mapping[str, bytes]) -> bytes:
    values: dict[str, Any] = {  # Any: JSON
        "format": FORMAT,
        "keys": {name: key.hex() for name, key in sorted(keys.items())},
    }
    checksum = sha256(json.dumps(values).encode()).hexdigest()
    return (json.dumps({**values, "sha256": checksum}, indent=1) + "\n").encode()
