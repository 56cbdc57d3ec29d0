"""Whether anything was committed to a database since one last looked, asked of the database itself.

SQLite tells each connection a number that differs whenever another connection, of this process or
of any other, has committed something in between (`PRAGMA data_version`). A connection that only
asks this sees every commit, at a thousandth of the price of reading what may have changed. Nothing
is notified, so no notification can be lost.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine, event

from kerne.database.engine import BUSY_TIMEOUT_MS, reading
from kerne.errors import LedgerError

T = TypeVar("T")


class Commits:
    """Tells whether anything was committed to the file of an engine.

    Its connection is closed when the engine is disposed of, and opened anew when it is needed.
    """

    def __init__(self, engine: Engine) -> None:
        self._path = Path(engine.url.database or "").absolute()
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened = 0
        event.listen(engine, "engine_disposed", self._close)

    def mark(self) -> tuple[int, int]:
        """Return a mark; two that are equal have no commit between them.

        Raises
        ------
        LedgerError
            The database cannot be read.
        """
        with self._lock:
            try:
                connection = self._connection or self._open()
                (version,) = connection.execute("PRAGMA data_version").fetchone()
            except sqlite3.Error as error:
                raise LedgerError(f"`{self._path}` cannot be read: {error}") from error
            return self._opened, version

    def _open(self) -> sqlite3.Connection:
        # Versions of two connections tell nothing of each other: the count keeps them apart.
        self._opened += 1
        self._connection = sqlite3.connect(
            f"{self._path.as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
        return self._connection

    def _close(self, _engine: Engine) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


class ReadOnce(Generic[T]):
    """A value of a database, read anew only when anything was committed since it was read.

    Parameters
    ----------
    read
        Reads it in one transaction.
    """

    def __init__(self, engine: Engine, read: Callable[[Connection], T]) -> None:
        self._engine = engine
        self._read = read
        self._commits = Commits(engine)
        self._held: tuple[tuple[int, int], T] | None = None

    def value(self) -> T:
        """Return the value as it is now."""
        # INVARIANT: the mark is taken before the value is read, so it is never the newer one.
        mark = self._commits.mark()
        held = self._held
        if held is not None and held[0] == mark:
            return held[1]
        with reading(self._engine).connect() as connection:
            value = self._read(connection)
        self._held = mark, value
        return value
