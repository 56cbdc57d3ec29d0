"""Whatever is changed in the file after it was written is found."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kerne.audit.checkpoint import sign_checkpoint
from kerne.audit.entry import Outcome, OutcomeEntry, Verdict
from kerne.audit.leaves import append
from kerne.audit.ledger import AuditLedger
from kerne.audit.tables import metadata
from kerne.audit.verification import Verification, verify
from kerne.database.engine import open_database

from .conftest import AT, counting_draft, draft, population

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
Value = int | str | bytes


def fill(audit: AuditLedger) -> None:
    """One of everything: several persons, a refusal, a population, an open ask, a checkpoint."""
    audit.record([draft("P-000001", reason="acute"), draft("P-000002")], AT)
    audit.close_ask(1, Outcome.DONE, AT)
    audit.record([counting_draft()], AT, population(1, 2, 9))
    audit.close_ask(4, Outcome.SUPERSEDED, AT)
    audit.record([draft("P-000001", Verdict.REFUSED)], AT)
    audit.add_checkpoint(sign_checkpoint(6, audit.root(6), AT, KEY))
    audit.record([draft("P-000001"), draft(None)], AT)


def read_again(path: Path) -> Verification:
    engine = open_database(path, metadata)
    found = verify(engine, KEY.public_key())
    engine.dispose()
    return found


@contextmanager
def tampering(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        yield connection
        connection.commit()


@pytest.fixture
def filled(audit: AuditLedger, audit_path: Path) -> Path:
    fill(audit)
    audit.close()
    with closing(sqlite3.connect(audit_path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return audit_path


def flips(value: Value | None) -> Iterator[Value]:
    """Yield `value` with one byte changed, for every byte; something when there was nothing."""
    if value is None:
        yield "x"
    elif isinstance(value, int):
        yield value ^ 1
        yield value ^ 64
    elif isinstance(value, str):
        for place, letter in enumerate(value):
            yield value[:place] + chr(ord(letter) ^ 1) + value[place + 1 :]
    else:
        for place in range(len(value)):
            yield value[:place] + bytes([value[place] ^ 4]) + value[place + 1 :]


def columns() -> list[tuple[str, str]]:
    return [(table.name, column.name) for table in metadata.sorted_tables for column in table.c]


@pytest.mark.parametrize(("table", "column"), columns())
def test_verify__finds_a_flipped_byte_in_every_column(
    filled: Path, tmp_path: Path, table: str, column: str
) -> None:
    """The first, a middle and the last byte of every value; a small file, so copies are cheap."""
    keys = [each.name for each in metadata.tables[table].primary_key]
    names = ", ".join(f'"{name}"' for name in [*keys, column])
    where = " AND ".join(f'"{name}" = ?' for name in keys)
    with closing(sqlite3.connect(filled)) as connection:
        copies = count()
        values = connection.execute(f'SELECT {names} FROM "{table}"').fetchall()
    for *key, value in values:
        if value is None and column == "counter":
            continue  # a text in its place is refused by the table, a number is tried below
        changed = list(flips(value))
        for new in {changed[0], changed[len(changed) // 2], changed[-1]}:
            copy = tmp_path / f"copy-{next(copies)}.sqlite"
            shutil.copy(filled, copy)
            try:
                with tampering(copy) as connection:
                    connection.execute(
                        f'UPDATE "{table}" SET "{column}" = ? WHERE {where}', [new, *key]
                    )
            except sqlite3.IntegrityError:
                continue  # the change would double a key, which the table itself refuses
            assert not read_again(copy).is_intact, (table, column, key, new)


def test_verify__of_an_untouched_audit_finds_nothing(filled: Path) -> None:
    found = read_again(filled)
    assert found.problems == ()
    assert (found.size, found.checkpoints, found.open_asks) == (8, 1, 1)


def test_verify__of_an_empty_audit_finds_nothing(audit: AuditLedger) -> None:
    found = verify(audit.engine, KEY.public_key())
    assert found.is_intact
    assert (found.size, found.root) == (0, audit.root())


TAMPERINGS = {
    "an entry dropped": "DELETE FROM entry WHERE number = 3",
    "the last entry dropped": "DELETE FROM entry WHERE number = 8",
    "two entries exchanged": (
        "UPDATE entry SET body = CASE number WHEN 1 THEN (SELECT body FROM entry WHERE number = 2)"
        " ELSE (SELECT body FROM entry WHERE number = 1) END WHERE number IN (1, 2)"
    ),
    "a personal part dropped": "DELETE FROM personal WHERE number = 1",
    "a personal part given to an outcome": (
        "INSERT INTO personal VALUES (3, x'00', 'P-000001', 9, NULL, 'own-treatment')"
    ),
    "a personal part of no entry": (
        "INSERT INTO personal VALUES (99, x'00', 'P-000001', 9, NULL, 'own-treatment')"
    ),
    "a counter given to nobody": "UPDATE personal SET counter = 1 WHERE person IS NULL",
    "a node dropped": 'DELETE FROM node WHERE level = 1 AND "index" = 0',
    "a node added": "INSERT INTO node VALUES (0, 8, x'00')",
    "a population dropped": "DELETE FROM population",
    "a population added": "INSERT INTO population VALUES ('00', x'00')",
    "a count turned to another population": (
        "UPDATE entry SET population = '00' WHERE population IS NOT NULL"
    ),
    "a count hidden from those it counted": "UPDATE entry SET population = NULL",
    "an open ask dropped": "DELETE FROM open_ask",
    "an open ask added": "INSERT INTO open_ask VALUES (1, 2, 'w')",
    "a checkpoint made up": "INSERT INTO checkpoint VALUES (8, x'00', '2026-03-01', x'00')",
    "a checkpoint of more than there is": "UPDATE checkpoint SET size = 60",
    "a checkpoint at no time": "UPDATE checkpoint SET at = 'yesterday'",
    "a time written in another way": "UPDATE checkpoint SET at = replace(at, 'T', 'U')",
    "a table dropped": "DROP TABLE population",
}


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_verify__finds(filled: Path, statement: str) -> None:
    with tampering(filled) as connection:
        connection.execute(statement)
    assert not read_again(filled).is_intact


def test_verify__names_at_most_twenty_problems(audit: AuditLedger) -> None:
    for number in range(30):
        audit.record([draft(f"P-{number:06d}")], AT)
    with tampering(Path(str(audit.engine.url.database))) as connection:
        connection.execute("UPDATE personal SET said = 'insurance'")
    assert len(verify(audit.engine, KEY.public_key()).problems) == 20


def test_verify__finds_an_outcome_of_what_was_not_open(audit: AuditLedger) -> None:
    fill(audit)
    with audit.engine.begin() as connection:
        append(connection, [OutcomeEntry(9, 6, 6, AT, Outcome.DONE)])
    assert "entry `9` closes what was not open" in verify(audit.engine, KEY.public_key()).problems


def test_verify__finds_a_count_that_skips(audit: AuditLedger, audit_path: Path) -> None:
    audit.record([draft("P-000001")], AT)
    with tampering(audit_path) as connection:
        connection.execute("UPDATE personal SET counter = 5")
    audit.record([draft("P-000001")], AT)
    problems = verify(audit.engine, KEY.public_key()).problems
    assert "entry `2` does not follow in its person's count" in problems


def test_verify__finds_an_older_copy_by_what_a_witness_holds(
    audit: AuditLedger, filled: Path, tmp_path: Path, open_audit: Callable[[], AuditLedger]
) -> None:
    older = tmp_path / "older.sqlite"
    shutil.copy(filled, older)
    audit = open_audit()
    audit.record([draft("P-000003")], AT)
    held = sign_checkpoint(audit.size(), audit.root(), AT, KEY)
    engine = open_database(older, metadata)
    assert verify(engine, KEY.public_key()).is_intact, "the file alone cannot show it"
    assert not verify(engine, KEY.public_key(), [held]).is_intact
    assert verify(audit.engine, KEY.public_key(), [held]).is_intact


def test_verify__finds_an_audit_computed_anew_by_what_a_witness_holds(
    audit: AuditLedger, tmp_path: Path
) -> None:
    fill(audit)
    held = sign_checkpoint(6, audit.root(6), AT, KEY)
    forged = AuditLedger(open_database(tmp_path / "forged.sqlite", metadata))
    for _ in range(8):
        forged.record([draft("P-000009", Verdict.REFUSED)], AT)
    assert verify(forged.engine, KEY.public_key()).is_intact
    assert not verify(forged.engine, KEY.public_key(), [held]).is_intact


def test_verify__does_not_believe_a_checkpoint_of_another_key(audit: AuditLedger) -> None:
    fill(audit)
    held = replace(sign_checkpoint(6, audit.root(6), AT, KEY), signature=b"s" * 64)
    (problem,) = verify(audit.engine, KEY.public_key(), [held]).problems
    assert "not signed by this key" in problem


def test_verify__finds_two_populations_that_were_exchanged(audit: AuditLedger) -> None:
    audit.record([counting_draft()], AT, population(1, 2, 9))
    audit.record([counting_draft()], AT, population(3, 4))
    path = Path(str(audit.engine.url.database))
    with tampering(path) as connection:
        (one, first), (other, second) = connection.execute("SELECT * FROM population").fetchall()
        for rows, digest in ((second, one), (first, other)):
            connection.execute("UPDATE population SET rows = ? WHERE digest = ?", [rows, digest])
    assert len(read_again(path).problems) == 2
