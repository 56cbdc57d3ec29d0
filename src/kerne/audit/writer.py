"""How one process can tell whether another that wrote an intent is still at work.

Each writer holds a lock on a file of its own for as long as it lives; the operating system lets
go of it at any death, `kill -9` included. Whose file is gone or unlocked is dead.
"""

import fcntl
import os
from pathlib import Path
from uuid import uuid4

from kerne import durable
from kerne.durable import OWNER_ONLY_DIRECTORY, locked_file, make_directory

_ENDING = ".writer"


class Writer:
    """One process among the writers of one audit; alive until `close` or the process's death.

    Parameters
    ----------
    directory
        Where the writers of this audit keep their files; made when it is not there.
    """

    def __init__(self, directory: Path) -> None:
        self.name = uuid4().hex
        self._directory = directory
        make_directory(directory, OWNER_ONLY_DIRECTORY)
        self._lock = locked_file(self._path(self.name))

    def close(self) -> None:
        """Leave: what this writer left open may be closed by others."""
        self._path(self.name).unlink(missing_ok=True)
        os.close(self._lock)

    def is_alive(self, name: str) -> bool:
        """Say whether the writer called `name` is at work; the file of a dead one is removed."""
        if name == self.name:
            return True
        try:
            lock = os.open(self._path(name), os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            self._path(name).unlink(missing_ok=True)
            return False
        finally:
            os.close(lock)

    def sweep(self) -> None:
        """Remove the files of all dead writers."""
        durable.sweep(self._directory)
        for path in self._directory.glob(f"*{_ENDING}"):
            self.is_alive(path.name.removesuffix(_ENDING))

    def _path(self, name: str) -> Path:
        return self._directory / f"{name}{_ENDING}"
