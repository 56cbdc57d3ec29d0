"""Copy an SQLite file while it is in use, and count what is in one."""

import sqlite3
from contextlib import closing
from pathlib import Path

from kerne.errors import LedgerError


def copy_database(source: Path, target: Path) -> None:
    """Copy the database at `source` as it is at one moment into a new file.

    Nobody who writes to it waits. The copy is one file, without a write-ahead log beside it, and
    can be read by its owner only.

    Raises
    ------
    LedgerError
        It cannot be read, or the copy cannot be written.
    """
    try:
        target.touch(mode=0o600, exist_ok=False)
        with closing(_opened(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)  # in one step: one snapshot
        into_one_file(target)
    except (OSError, sqlite3.Error) as error:
        raise LedgerError(f"`{source}` cannot be copied to `{target}`: {error}") from error


def into_one_file(path: Path) -> None:
    """Bring a database that nobody has open into one file, without a log beside it.

    Raises
    ------
    LedgerError
        Somebody has it open, or it is no database.
    """
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise LedgerError(f"`{path}` cannot be closed: {error}") from error


def count_rows(path: Path) -> dict[str, int]:
    """Return how many rows each table of the database at `path` has.

    Raises
    ------
    LedgerError
        It cannot be read.
    """
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
    try:
        with closing(_opened(path)) as connection:
            names = [name for (name,) in connection.execute(tables)]
            return {name: _rows(connection, name) for name in names}
    except sqlite3.Error as error:
        raise LedgerError(f"`{path}` cannot be read: {error}") from error


def _rows(connection: sqlite3.Connection, table: str) -> int:
    # The name comes from the schema of the file itself; SQL takes no parameter in its place.
    (rows,) = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608
    return int(rows)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
