"""What a working process says of itself while it lives: where it is, and what it acknowledged.

Nothing here waits for a disk or slows a disk down.
"""

import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self
from unittest.mock import patch

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from kerne.audit.ledger import AuditLedger

from .telling import Say

KEPT: Final = (
    *("consent_event", "order_event", "case_event", "research_event", "change", "row_change"),
    *("person", "sample", "case_document"),
)
"""Tables of `centre.sqlite` whose rows are never changed once they are there."""

LOOKED_AT: Final = frozenset({"os.rename", "os.link", "os.mkdir", "os.rmdir", "os.remove"})


def narrate(step: Callable[[str, str], None], home: Path) -> None:
    """Call `step` (store, what) at every step of every transaction and file in `home`.

    For a process that ends soon: what is hooked in stays hooked in.
    """

    def of(connection: Connection) -> str:
        return Path(str(connection.engine.url.database)).stem

    def begin(connection: Connection) -> None:
        is_reading = connection.get_execution_options().get("kerne_reading", False)
        connection.info["kerne_store"] = of(connection)
        connection.info["kerne_writes"] = not is_reading
        step(of(connection), "reading" if is_reading else "beginning")

    def statement(connection: Connection, *_words: object) -> None:
        if connection.info.get("kerne_writes"):
            step(of(connection), "writing")

    def commit(connection: Connection) -> None:
        if connection.info.get("kerne_writes"):
            step(of(connection), "committing")

    def done(_connection: object, record: ConnectionPoolEntry) -> None:
        if record.info.get("kerne_writes"):
            step(record.info["kerne_store"], "done")

    event.listen(Engine, "begin", begin)
    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", commit)
    event.listen(Pool, "checkin", done)
    _narrate_files(step, str(home))


def _narrate_files(step: Callable[[str, str], None], home: str) -> None:
    fsync = os.fsync

    def sync(descriptor: Any) -> None:  # Any: what os.fsync takes
        step("files", "syncing")
        fsync(descriptor)
        step("files", "synced")

    def looked_at(name: str, words: tuple[object, ...]) -> None:
        if name in LOOKED_AT and any(str(word).startswith(home) for word in words):
            step("files", name.removeprefix("os."))

    patch("os.fsync", sync).start()
    sys.addaudithook(looked_at)


class Witness:
    """Says which rows the stores of `home` hold that they did not hold before."""

    def __init__(self, home: Path, say: Say) -> None:
        self.say = say
        self._watched = ExitStack()
        self._centre = _open(home / "centre.sqlite")
        self._audit = _open(home / "audit" / "audit.sqlite")
        self._seen = dict.fromkeys((*KEPT, "entry"), 0)

    def __enter__(self) -> Self:
        """Tell of an entry as soon as the audit has acknowledged it, until the end."""
        record, settle = AuditLedger.record, AuditLedger.settle_ask

        def recorded(*words: Any, **more: Any) -> tuple[int, ...]:  # Any: as they come
            numbers = record(*words, **more)
            self.entries()
            self.say("recorded")
            return numbers

        def settled(*words: Any) -> bool:  # Any: as they come
            was_open = settle(*words)
            self.entries()
            self.say("settled")
            return was_open

        self._watched.enter_context(patch.object(AuditLedger, "record", recorded))
        self._watched.enter_context(patch.object(AuditLedger, "settle_ask", settled))
        return self

    def __exit__(self, *_words: object) -> None:
        """Let go of the stores."""
        self._watched.close()
        self._centre.close()
        self._audit.close()

    def entries(self) -> None:
        """Say which entries of the audit are new."""
        self.say("rows", table="entry", rows=self._new(self._audit, "entry"))

    def everything(self) -> None:
        """Say which entries and which rows of the centre are new."""
        self.entries()
        for table in KEPT:
            new = self._new(self._centre, table)
            if new:
                self.say("rows", table=table, rows=new)

    def _new(self, store: sqlite3.Connection, table: str) -> dict[int, str]:
        rows = digests(store, table, self._seen[table])
        self._seen[table] = max(rows, default=self._seen[table])
        return rows


def digests(store: sqlite3.Connection, table: str, after: int = 0) -> dict[int, str]:
    """Return the SHA-256 of each row of a table after a row number."""
    query = f"SELECT rowid, * FROM {table} WHERE rowid > ? ORDER BY rowid"
    return {
        row[0]: sha256(repr(row).encode()).hexdigest()[:16] for row in store.execute(query, [after])
    }


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
