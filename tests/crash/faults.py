"""An SQLite file whose statements fail on command, below everything that Kerne has of its own."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Engine, event

FAULT: Final = "disk I/O error"


class Lasts(StrEnum):
    """How long a fault lasts from the statement on that it begins with."""

    ONCE = "once"
    FOR_EVER = "for ever"
    LATE = "late"
    """Once, and at a commit: it is done, and said not to be."""


@dataclass
class Faults:
    """What fails of the files whose names end in `ending`.

    Parameters
    ----------
    at
        1-based number of the first statement that fails, counted from `begin`; commits count.
        None fails while it is 0.
    seen, struck
        How many statements there were since, and how many failed.
    """

    ending: str
    at: int = 0
    lasts: Lasts = Lasts.ONCE
    seen: int = 0
    struck: int = field(default=0)

    def begin(self, at: int, lasts: Lasts) -> None:
        """Let the statement number `at` from now on fail."""
        self.at, self.lasts, self.seen, self.struck = at, lasts, 0, 0

    def end(self) -> None:
        """Let nothing fail any more."""
        self.at = 0

    def pass_by(self) -> None:
        """Fail if it is this statement's turn."""
        if self._is_turn():
            raise sqlite3.OperationalError(FAULT)

    def pass_by_commit(self, connection: "_Connection") -> None:
        """Fail if it is this commit's turn, before it is done or after."""
        if self._is_turn():
            if self.lasts is Lasts.LATE:
                sqlite3.Connection.commit(connection)
            raise sqlite3.OperationalError(FAULT)

    def _is_turn(self) -> bool:
        self.seen += 1
        is_turn = self.at and (
            self.seen >= self.at if self.lasts is Lasts.FOR_EVER else self.seen == self.at
        )
        self.struck += bool(is_turn)
        return bool(is_turn)


class _Cursor(sqlite3.Cursor):
    connection: "_Connection"

    def execute(self, *words: Any) -> "_Cursor":  # Any: as they come
        self.connection.faults.pass_by()
        super().execute(*words)
        return self

    def executemany(self, *words: Any) -> "_Cursor":  # Any: as they come
        self.connection.faults.pass_by()
        super().executemany(*words)
        return self


class _Connection(sqlite3.Connection):
    faults: Faults

    def cursor(self, factory: Any = _Cursor) -> Any:  # Any: as the driver has it
        return super().cursor(factory)

    def execute(self, *words: Any) -> sqlite3.Cursor:  # Any: as they come
        self.faults.pass_by()
        return super().execute(*words)

    def executemany(self, *words: Any) -> sqlite3.Cursor:  # Any: as they come
        self.faults.pass_by()
        return super().executemany(*words)

    def commit(self) -> None:
        if self.in_transaction:
            self.faults.pass_by_commit(self)
        super().commit()


@contextmanager
def faults_in(ending: str) -> Iterator[Faults]:
    """Until the end, open files whose names end in `ending` so that they can be made to fail."""
    faults = Faults(ending)

    def connect(_dialect: object, _record: object, words: Any, more: Any) -> Any:  # Any: as given
        if not str(words[0]).endswith(faults.ending):
            return None
        connection = sqlite3.connect(*words, **more, factory=_Connection)
        connection.faults = faults
        return connection

    event.listen(Engine, "do_connect", connect)
    try:
        yield faults
    finally:
        event.remove(Engine, "do_connect", connect)
