"""Copy the keys of a centre apart from its data, and put such a copy back.

A copy of the keys and a backup made at the same time open everything, erased people too: they are
kept apart, and after each erasure the keys are copied anew and older copies destroyed.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kerne.custody.home import CHECKPOINT_KEY, KEYS
from kerne.database.copying import copy_database
from kerne.durable import sync_directory
from kerne.errors import BackupError, VaultError, reason_of

_ATTEMPTS: Final = 5


def copy_keys(keys: Path, checkpoint_key: Path, into: Path, opens: Callable[[Path], None]) -> None:
    """Copy the keys in the directory `keys`, and the key that signs checkpoints, to `into`.

    Parameters
    ----------
    opens
        Opens the key store in a directory; it raises when the master key there does not fit. The
        master may be changed while it is copied: then it is copied again.

    Raises
    ------
    BackupError
        There is something at `into` already, or it cannot be written.
    VaultError
        The keys do not open.
    """
    if into.exists():
        raise BackupError(f"`{into}` exists already: keys are copied to a new directory")
    partial = into.with_name(f".{into.name}.partial")
    try:
        for attempt in range(1, _ATTEMPTS + 1):
            shutil.rmtree(partial, ignore_errors=True)
            _copy(keys, partial / KEYS)
            try:
                opens(partial / KEYS)
                break
            except VaultError:
                if attempt == _ATTEMPTS:
                    raise
        shutil.copy2(checkpoint_key, partial / CHECKPOINT_KEY)
        partial.rename(into)
        sync_directory(into.parent)
    except OSError as error:
        raise BackupError(f"`{into}` cannot be written: {reason_of(error)}") from error


def put_keys_back(copy: Path, keys: Path, checkpoint_key: Path) -> None:
    """Put a copy of the keys in the places of a restored centre.

    Raises
    ------
    BackupError
        It is no copy of keys, or cannot be put there.
    """
    try:
        shutil.copytree(copy / KEYS, keys)
        shutil.copy2(copy / CHECKPOINT_KEY, checkpoint_key)
    except OSError as error:
        raise BackupError(
            f"`{copy}` is no copy of keys, expected `{KEYS}` and `{CHECKPOINT_KEY}` in it: "
            f"{reason_of(error)}"
        ) from error


def _copy(keys: Path, target: Path) -> None:
    target.mkdir(mode=0o700, parents=True)
    stores = sorted(keys.glob("*.sqlite"))
    for store in stores:
        copy_database(store, target / store.name)
    beside = tuple(store.name for store in stores)
    for path in sorted(keys.iterdir()):
        if path.is_file() and not path.name.startswith((*beside, ".")):
            shutil.copy2(path, target / path.name)
