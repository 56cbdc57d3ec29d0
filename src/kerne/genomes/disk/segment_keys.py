"""The keys of a store's segments, by name: one each, destroyed when somebody is forgotten.

In a centre they come from the key store, wrapped by the master key and apart from every backup of
the data: a segment whose key was destroyed opens nowhere, in no old backup either. So a segment
that was merely replaced keeps its key, and older backups open; once somebody is forgotten, all keys
go of which the manifest names no segment. A store with no centre around it has no place apart. Its
keys lie beside what they seal, in the file `keys`: that finds every change of a segment, and keeps
nothing secret.
"""

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol

from kerne.durable import OWNER_ONLY, replace_durably
from kerne.errors import DamagedStoreError, VaultError
from kerne.genomes.disk.manifest import read_manifest, write_manifest
from kerne.genomes.disk.writing import only_writer
from kerne.sealing.payload import KEY_BYTES

FILE_NAME: Final = "keys"
FORMAT: Final = 1


class SegmentKeys(Protocol):
    """A ring of keys, by the names of segments, which are numbers; one writes at a time."""

    def new(self, name: str) -> bytes:
        """Return the key of a segment that is begun, durably kept.

        Raises
        ------
        VaultError
            It was destroyed: the number must not be used again.
        """
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

    def keep_only(self, named: Collection[str], below: int) -> None:
        """Destroy all keys of numbers smaller than `below`, but for segments that are `named`."""
        ...


class KeyStore(Protocol):
    """What is asked of a centre's vault."""

    def segment_key(self, number: int) -> bytes:
        """Return a key."""
        ...

    def destroy_segment_keys(self, runs: Sequence[range]) -> None:
        """Destroy keys for good."""
        ...


@dataclass(frozen=True, slots=True)
class CentreSegmentKeys:
    """Keys from the key store of a centre; every call raises `VaultError` when it does not open."""

    vault: KeyStore

    def new(self, name: str) -> bytes:
        """Return the key of a segment that is begun."""
        return self.vault.segment_key(int(name))

    def key(self, name: str) -> bytes:
        """Return the key of a segment; raises `VaultError` when it was destroyed."""
        return self.vault.segment_key(int(name))

    def destroy(self, name: str) -> None:
        """Destroy the key of a segment for good."""
        self.vault.destroy_segment_keys([range(int(name), int(name) + 1)])

    def keep_only(self, named: Collection[str], below: int) -> None:
        """Destroy all keys of numbers smaller than `below`, but for segments that are `named`."""
        self.vault.destroy_segment_keys(list(_between(sorted(map(int, named)), below)))


class FileSegmentKeys:
    """Keys in the file `keys` of a store, which its owner alone can read.

    Raises, whatever is asked, `DamagedStoreError` when the file is not as it was written.
    """

    def __init__(self, store: Path) -> None:
        self._path = store / FILE_NAME

    def new(self, name: str) -> bytes:
        """Return a new key, durably kept; one that a dead writer left gives way to it."""
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

    def keep_only(self, named: Collection[str], below: int) -> None:
        """Take out all keys of numbers smaller than `below`, but for segments that are `named`."""
        keys = self._read()
        kept = {name: key for name, key in keys.items() if name in named or int(name) >= below}
        if kept != keys:
            self._write(kept)

    def names(self) -> frozenset[str]:
        """Return the segments that have a key."""
        return frozenset(self._read())

    def _read(self) -> dict[str, bytes]:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        return keys_from(content, self._path)

    def _write(self, keys: Mapping[str, bytes]) -> None:
        replace_durably(self._path, keys_file(keys), OWNER_ONLY)


class KeptElsewhere:
    """No keys: those of a centre's store are in its key store; whatever is asked is refused."""

    def new(self, name: str) -> bytes:
        """Raise `VaultError`."""
        return self.key(name)

    def key(self, name: str) -> bytes:
        """Raise `VaultError`."""
        raise VaultError(f"the key of segment `{name}` is kept by a centre: ask there")

    def destroy(self, name: str) -> None:
        """Raise `VaultError`."""
        self.key(name)

    def keep_only(self, _named: Collection[str], _below: int) -> None:
        """Do nothing: there are none here to destroy."""


@dataclass(frozen=True, slots=True)
class GivenKeys:
    """Keys that were read before, of a store that is only read."""

    keys: Mapping[str, bytes] = field(repr=False)

    def key(self, name: str) -> bytes:
        """Return the key of a segment; raises `VaultError` when there is none."""
        found = self.keys.get(name)
        if found is None:
            raise VaultError(f"segment `{name}` has no key there")
        return found


def leave_locked(store: Path, keys: SegmentKeys) -> int:
    """Take segments whose keys were destroyed out of a manifest; return how many rows they had.

    That is so in a backup from before an erasure, with the keys of after it: the segment that held
    the erased person held others, too. What it holds can never be read again.

    Raises
    ------
    GenomeError
        There is no store, or it cannot be written.
    DamagedStoreError
        Its manifest does not match its checksum.
    """
    with only_writer(store):
        manifest = read_manifest(store)
        locked = [entry for entry in manifest.segments if not _opens(entry.name, keys)]
        if not locked:
            return 0
        lost = {entry.name for entry in locked}
        begun = manifest.compaction
        changed = replace(
            manifest,
            generation=manifest.generation + 1,
            segments=tuple(entry for entry in manifest.segments if entry.name not in lost),
            compaction=None if begun is None or lost.intersection(begun.sources) else begun,
        )
        write_manifest(store, changed)
    return sum(entry.rows for entry in locked)


def _opens(name: str, keys: SegmentKeys) -> bool:
    try:
        keys.key(name)
    except VaultError:
        return False
    return True


def keys_from(content: bytes, path: Path | str) -> dict[str, bytes]:
    """Return the keys that the file at `path` holds, by segment.

    Raises
    ------
    DamagedStoreError
        It is not as it was written.
    """
    try:
        keys = {name: bytes.fromhex(key) for name, key in json.loads(content)["keys"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        keys = {}
    if keys_file(keys) != content:
        raise DamagedStoreError(f"`{path}` is damaged: its checksum does not match")
    return keys


def _between(numbers: Sequence[int], below: int) -> Iterator[range]:
    """Yield the runs of numbers smaller than `below` that are not among `numbers`."""
    start = 0
    for number in [*(each for each in numbers if each < below), below]:
        if start < number:
            yield range(start, number)
        start = number + 1


def keys_file(keys: Mapping[str, bytes]) -> bytes:
    """Return what a file of keys holds."""
    values: dict[str, Any] = {  # Any: JSON
        "format": FORMAT,
        "keys": {name: key.hex() for name, key in sorted(keys.items())},
    }
    checksum = sha256(json.dumps(values).encode()).hexdigest()
    return (json.dumps({**values, "sha256": checksum}, indent=1) + "\n").encode()
