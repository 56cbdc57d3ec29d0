"""Open an SQLite file the one way Kerne opens it: WAL, `synchronous=FULL`, foreign keys on.

A transaction takes the writers' lock at `BEGIN`, unless the engine was asked for by `reading`:
then it takes no lock, sees one snapshot from its first question on, and may not write.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry

from kerne.errors import LedgerError, reason_of

BUSY_TIMEOUT_MS = 30_000
PARAMETERS = 10_000
"""How many values one statement is given at most; SQLite's own bound is 32,766."""

_READING = "kerne_reading"
T = TypeVar("T")


def open_database(path: Path, metadata: MetaData) -> Engine:
    """Open the SQLite file at `path`, made with its tables when it is not there.

    Writers take the lock at `BEGIN`, so that a transaction that has read what it decides on
    cannot find it changed when it writes. A new file can be read by its owner only.

    Raises
    ------
    LedgerError
        The file exists and is not an SQLite database, or cannot be made.
    """
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise LedgerError(f"`{path}` cannot be opened as a database: {reason_of(error)}") from error
    engine = unopened_database(path)
    try:
        metadata.create_all(engine)
    except DatabaseError as error:
        engine.dispose()
        raise LedgerError(f"`{path}` cannot be opened as a database: {error.orig}") from error
    return engine


def unopened_database(path: Path) -> Engine:
    """Return an engine for the SQLite file at `path`, which is opened when it is first needed."""
    # Values never stand in an error: they may be about people, and errors are logged.
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def reading(engine: Engine) -> Engine:
    """Return `engine` for questions only: they wait for no writer, and no writer for them."""
    return engine.execution_options(**{_READING: True})


def driver(connection: Connection) -> SqliteConnection:
    """Return the driver's own connection under `connection`, in the same transaction.

    For the few statements that are run thousands of times a second, such as those of the audit.

    Raises
    ------
    LedgerError
        The database is not SQLite.
    """
    plain = connection.connection.driver_connection
    if not isinstance(plain, SqliteConnection):
        raise LedgerError("only SQLite is supported")
    return plain


def empty_log(engine: Engine) -> None:
    """Write the write-ahead log into the database and cut it to nothing: old pages lay in it.

    Raises
    ------
    LedgerError
        Somebody still reads what lies in it; it can be done again.
    """
    raw = engine.raw_connection()
    try:
        is_busy, _, _ = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        raw.close()
    if is_busy:
        raise LedgerError(
            f"the write-ahead log of `{engine.url.database}` is in use: what was overwritten is "
            "still in it, and the next start empties it"
        )


def in_batches(items: Sequence[T], size: int = PARAMETERS) -> Iterator[Sequence[T]]:
    """Yield `items` in order, at most `size` at a time.

    Examples
    --------
    >>> list(in_batches([1, 2, 3], 2))
    [[1, 2], [3]]
    """
    return (items[start : start + size] for start in range(0, len(items), size))


def _begin(connection: Connection) -> None:
    is_reading = connection.get_execution_options().get(_READING, False)
    driver(connection).execute(f"PRAGMA query_only={int(is_reading)}")
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    if not isinstance(connection, SqliteConnection):
        raise LedgerError("only SQLite is supported")
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
