"""What somebody can do who may write every file of an audit."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Table

from kerne.audit import leaves
from kerne.audit.checkpoint import read_checkpoint, sign_checkpoint, write_checkpoint
from kerne.audit.drafts import add_personals
from kerne.audit.entry import (
    Entry,
    IntentEntry,
    MergerEntry,
    OutcomeEntry,
    Personal,
    Verdict,
)
from kerne.audit.finding import numbered
from kerne.audit.ledger import AuditLedger, metadata, open_audit
from kerne.audit.tables import LATE, OPEN_ASK, POPULATION
from kerne.database.engine import unopened_database

from .scene import AT, AUDIT, NEWEST, Scene


@dataclass(frozen=True)
class Row:
    """An entry with its personal part and the salt of it."""

    entry: Entry
    salt: bytes = b""
    personal: Personal | None = None


@dataclass(frozen=True)
class Try:
    """One tampering with the copy of the audit in `home`."""

    scene: Scene
    home: Path
    random: Random

    def sql(self, *statements: str, file: str = AUDIT) -> int:
        """Run `statements` on a file, and return how many rows they changed."""
        with closing(sqlite3.connect(self.home / file)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
            return connection.total_changes

    def size(self) -> int:
        """Return how many entries the untouched audit has."""
        return self.scene.witness.size

    def any_entry(self, after: int = 0) -> int:
        """Return the number of an entry above `after` that both held checkpoints cover."""
        return self.random.randint(after + 1, min(self.size(), self.scene.receipt.size) - 1)

    def older_size(self) -> int:
        """Return how many entries the older copy has."""
        return read_checkpoint(self.scene.older / NEWEST).size


def read_rows(path: Path) -> list[Row]:
    """Return all entries of the audit at `path`."""
    audit = AuditLedger(unopened_database(path))
    rows = []
    with audit.reading() as connection:
        for number in range(1, leaves.size(connection) + 1):
            found = numbered(connection, number)
            entry = audit.entry(number) if found is None else found.entry
            rows.append(Row(entry) if found is None else Row(entry, found.salt, found.personal))
    audit.close()
    audit.engine.dispose()
    return rows


def renumbered(rows: Sequence[Row]) -> list[Row]:
    """Make `rows` a consistent audit: numbers, asks, counters and commitments anew."""
    made: list[Row] = []
    firsts: dict[int, int] = {}
    lasts: dict[int, int] = {}
    counters: Counter[str] = Counter()
    for row in rows:
        number, entry = len(made) + 1, row.entry
        if isinstance(entry, IntentEntry) and row.personal is not None:
            first = firsts.setdefault(entry.ask, number)
            lasts[entry.ask] = number
            personal = row.personal
            if personal.person is not None:
                counters[personal.person] += 1
                personal = replace(personal, counter=counters[personal.person])
            commitment = personal.commitment(row.salt)
            entry = replace(entry, number=number, ask=first, commitment=commitment)
            made.append(Row(entry, row.salt, personal))
        elif isinstance(entry, OutcomeEntry):
            if entry.ask in firsts:
                ask, last = firsts[entry.ask], lasts[entry.ask]
                made.append(Row(replace(entry, number=number, ask=ask, last=last)))
        elif isinstance(entry, MergerEntry):
            made.append(Row(replace(entry, number=number)))
    return made


def rehash(attempt: Try, rows: Sequence[Row], key: Ed25519PrivateKey | None) -> None:
    """Put `rows` in the place of the audit, every hash, count and list computed anew.

    With the key all checkpoints are signed anew; without it none is kept in the file, and the
    newest is the genuine one of the older copy.
    """
    rows = renumbered(rows)
    populations = bitmaps(attempt.home) | bitmaps(attempt.scene.other)
    (attempt.home / AUDIT).unlink()
    audit = open_audit(attempt.home / AUDIT)
    entries = [row.entry for row in rows]
    parts = [(row.entry.number, row.salt, row.personal) for row in rows if row.personal]
    with audit.writing() as there:
        leaves.append(there, entries)
        add_personals(there, parts)
        for table, values in listed(entries, populations):
            there.execute(table.insert().values(values))
    if key is None:
        shutil.copy(attempt.scene.older / NEWEST, attempt.home / NEWEST)
    else:
        for size in (20, audit.size()):
            audit.add_checkpoint(sign_checkpoint(size, audit.root(size), AT, key))
        newest = sign_checkpoint(audit.size(), audit.root(), AT, key)
        write_checkpoint(attempt.home / NEWEST, newest)
    audit.close()


def bitmaps(home: Path) -> dict[str, bytes]:
    with closing(sqlite3.connect(home / AUDIT)) as connection:
        return dict(connection.execute("SELECT digest, rows FROM population").fetchall())


def listed(
    entries: Sequence[Entry], populations: dict[str, bytes]
) -> Iterator[tuple[Table, dict[str, object]]]:
    """Yield the rows of the lists that must agree with `entries`."""
    opened: dict[int, IntentEntry] = {}
    counted = set()
    for entry in entries:
        if isinstance(entry, OutcomeEntry):
            del opened[entry.ask]
        if isinstance(entry, IntentEntry):
            counted |= {entry.population.digest} if entry.population else set()
            if entry.intent.verdict is Verdict.PERMITTED:
                opened[entry.ask] = entry
        if isinstance(entry, IntentEntry | OutcomeEntry) and entry.late is not None:
            late = entry.late
            yield LATE, {"log": late.log, "there": late.number, "number": entry.number}
    for ask, entry in opened.items():
        yield OPEN_ASK, {"ask": ask, "last": entry.number, "writer": entry.writer}
    for digest in counted:
        yield POPULATION, {"digest": digest, "rows": populations[digest]}


def edit(table: str) -> Callable[[Try], None]:
    """Change one bit, letter or number in a random place of `table`."""
    described = metadata.tables[table]
    keys = [column.name for column in described.primary_key]
    columns = [column.name for column in described.c]

    def apply(attempt: Try) -> None:
        with closing(sqlite3.connect(attempt.home / AUDIT)) as connection:
            while True:
                column = attempt.random.choice(columns)
                names = ", ".join(f'"{name}"' for name in [*keys, column])
                rows = connection.execute(f'SELECT {names} FROM "{table}"').fetchall()
                *key, value = attempt.random.choice(rows)
                where = " AND ".join(f'"{name}" = ?' for name in keys)
                values = [changed(value, attempt.random), *key]
                with suppress(sqlite3.IntegrityError):  # the table itself refuses it
                    connection.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE {where}', values)
                    connection.commit()
                    return

    return apply


def changed(value: int | str | bytes | None, random: Random) -> int | str | bytes:
    """Return `value` with one bit or letter changed; something when there was nothing."""
    if value is None:
        return 7
    if isinstance(value, int):
        return value ^ 1 << random.randrange(8)
    place = random.randrange(len(value))
    if isinstance(value, str):
        return (
            value[:place] + chr(ord(value[place]) ^ 1 << random.randrange(3)) + value[place + 1 :]
        )
    octet = bytes([value[place] ^ 1 << random.randrange(8)])
    return value[:place] + octet + value[place + 1 :]
