"""One writer at a time, and a clear word when nothing can be written."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kerne.errors import GenomeError, reason_of

LOCK: Final = "lock"
COMPACTION_LOCK: Final = "compaction.lock"


@contextmanager
def only_writer(store: Path, name: str = LOCK) -> Iterator[None]:
    """Be the only writer of the store in the directory `store`; whoever comes second waits.

    Parameters
    ----------
    name
        Of the lock: who compacts holds another, so that others write meanwhile.

    Raises
    ------
    GenomeError
        The store cannot be written.
    """
    try:
        with (store / name).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise GenomeError(f"`{store}` cannot be written: {reason_of(error)}") from error
