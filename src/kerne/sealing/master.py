"""The master key: it wraps the keys of persons, and lies in a file or in a token.

Master keys are counted in generations. There is one at a time, except between the moment when a
new one is made and that when the old one is destroyed; `keys.sqlite` says which one is in force.
"""

import os
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag

from kerne.durable import sync_directory, write_once
from kerne.errors import VaultError
from kerne.sealing.payload import KEY_BYTES, decrypt, encrypt

FIRST: Final = 1
MASTER_FILE: Final = "master.key"


class MasterKey(Protocol):
    """Wraps other keys. `whose` is bound to what is wrapped, and must be said again to unwrap."""

    def wrap(self, key: bytes, whose: str) -> bytes:
        """Return `key` wrapped."""
        ...

    def unwrap(self, wrapped: bytes, whose: str) -> bytes:
        """Return the key that was wrapped.

        Raises
        ------
        VaultError
            It was changed, is another's, or was wrapped by another master key.
        """
        ...


class MasterKeys(Protocol):
    """Where the master keys of a centre lie."""

    def generations(self) -> list[int]:
        """Return the generations that are there."""
        ...

    def make(self, generation: int) -> None:
        """Make the key of a generation, durably."""
        ...

    def open(self, generation: int) -> MasterKey:
        """Return the key of a generation.

        Raises
        ------
        VaultError
            It is not there or cannot be used.
        """
        ...

    def destroy(self, generation: int) -> None:
        """Destroy the key of a generation; nothing happens when it is not there."""
        ...


class FileMasterKeys:
    """Master keys in files that their owner alone can read: `master.key`, then `master-2.key`.

    Parameters
    ----------
    directory
        Where they lie.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def generations(self) -> list[int]:
        """Return the generations that are there."""
        later = self._directory.glob("master-*.key")
        found = [int(path.stem.removeprefix("master-")) for path in later]
        return sorted(found + [FIRST] * self._path(FIRST).exists())

    def make(self, generation: int) -> None:
        """Make the key of a generation, unless it is there."""
        write_once(self._path(generation), os.urandom(KEY_BYTES))

    def open(self, generation: int) -> MasterKey:
        """Return the key of a generation.

        Raises
        ------
        VaultError
            The file is missing, has the wrong length or can be read by others.
        """
        path = self._path(generation)
        if not path.exists():
            raise VaultError(f"`{path}` is missing: no key of any person opens without it")
        if path.stat().st_mode & 0o077:
            raise VaultError(f"`{path}` can be read by others: expected mode `0600`")
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise VaultError(f"`{path}` has `{len(key)}` bytes, expected `{KEY_BYTES}`")
        return _FileMasterKey(key)

    def destroy(self, generation: int) -> None:
        """Overwrite the file and remove it.

        A file system that writes elsewhere, or a disk that does (SSD), may keep the old bytes:
        overwriting is the best that can be done from here.
        """
        path = self._path(generation)
        if not path.exists():
            return
        with path.open("r+b") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_directory(self._directory)

    def _path(self, generation: int) -> Path:
        name = MASTER_FILE if generation == FIRST else f"master-{generation}.key"
        return self._directory / name


class _FileMasterKey:
    def __init__(self, key: bytes) -> None:
        self._key = key

    def wrap(self, key: bytes, whose: str) -> bytes:
        return encrypt(self._key, key, whose.encode())

    def unwrap(self, wrapped: bytes, whose: str) -> bytes:
        try:
            return decrypt(self._key, wrapped, whose.encode())
        except InvalidTag as error:
            raise unfit_key(whose) from error


def unfit_key(whose: str) -> VaultError:
    """Return the error for a wrapped key that does not unwrap."""
    return VaultError(f"the key of `{whose}` was changed, or is wrapped by another master key")
