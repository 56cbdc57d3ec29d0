"""Every class of tampering, and what is needed to find it."""

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kerne.audit.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint, write_checkpoint
from kerne.audit.entry import IntentEntry
from kerne.audit.verification import verify
from kerne.database.engine import unopened_database
from kerne.errors import AuditError

from .forging import Row, Try, edit, read_rows, rehash
from .scene import AT, AUDIT, KEY, NEWEST, PERSONS, SECOND, Scene

STRANGER: Final = Ed25519PrivateKey.from_private_bytes(b"s" * 32)


@dataclass(frozen=True)
class Attack:
    """A class of tampering; `is_hidden` when the files alone cannot show it."""

    name: str
    apply: Callable[[Try], None]
    is_hidden: bool = False


@dataclass(frozen=True)
class Seen:
    """Who finds one tampering: the files alone, a witness's checkpoint, a citizen's receipt."""

    alone: bool
    witness: bool
    receipt: bool


def attack(scene: Scene, home: Path, which: Attack, seed: int) -> Seen:
    """Tamper with a copy of the audit in `home`, and say who finds it."""
    shutil.copytree(scene.now, home)
    which.apply(Try(scene, home, Random(f"{which.name} {seed}")))
    # What the files alone show is also shown with one checkpoint more to compare.
    alone = is_found(home, [])
    seen = Seen(
        alone=alone,
        witness=alone or is_found(home, [scene.witness]),
        receipt=alone or is_found(home, [scene.receipt]),
    )
    shutil.rmtree(home)
    return seen


def is_found(home: Path, held: list[Checkpoint]) -> bool:
    """Verify the audit in `home` as `kerne audit verify` does."""
    try:
        newest = read_checkpoint(home / NEWEST)
    except AuditError:
        return True
    engine, second = unopened_database(home / AUDIT), unopened_database(home / SECOND)
    found = verify(engine, KEY.public_key(), [*held, newest], second)
    engine.dispose()
    second.dispose()
    return not found.is_intact


# What the files alone show


def drop(attempt: Try) -> None:
    number = attempt.any_entry()
    for table in ("personal", "entry"):
        attempt.sql(f"DELETE FROM {table} WHERE number = {number}")


def drop_and_close_the_gap(attempt: Try) -> None:
    number = attempt.any_entry()
    for table in ("personal", "entry"):
        attempt.sql(
            f"DELETE FROM {table} WHERE number = {number}",
            f"UPDATE {table} SET number = -number WHERE number > {number}",
            f"UPDATE {table} SET number = -number - 1 WHERE number < 0",
        )


def swap(attempt: Try) -> None:
    one, other = attempt.random.sample(range(1, attempt.size() + 1), 2)
    for table in ("personal", "entry"):
        attempt.sql(
            f"UPDATE {table} SET number = -{one} WHERE number = {one}",
            f"UPDATE {table} SET number = {one} WHERE number = {other}",
            f"UPDATE {table} SET number = {other} WHERE number = -{one}",
        )


def reverse_a_run(attempt: Try) -> None:
    length = attempt.random.randint(2, 12)
    start = attempt.random.randint(1, attempt.size() - length)
    for table in ("personal", "entry"):
        attempt.sql(
            f"UPDATE {table} SET number = -({2 * start + length} - number) "
            f"WHERE number BETWEEN {start} AND {start + length}",
            f"UPDATE {table} SET number = -number WHERE number < 0",
        )


def insert_a_copy(attempt: Try) -> None:
    """Repeat an entry after another, with everything behind it moved on."""
    number, copied = attempt.any_entry(), attempt.any_entry()
    attempt.sql(
        f"UPDATE entry SET number = -number WHERE number > {number}",
        "UPDATE entry SET number = -number + 1 WHERE number < 0",
        f"INSERT INTO entry SELECT {number + 1}, kind, ask, population, body FROM entry "
        f"WHERE number = {copied + (copied > number)}",
    )


def add_at_the_end(attempt: Try) -> None:
    copied = attempt.any_entry()
    attempt.sql(
        f"INSERT INTO entry SELECT {attempt.size() + 1}, kind, ask, population, body FROM entry "
        f"WHERE number = {copied}"
    )


def some_person(attempt: Try) -> str:
    return attempt.random.choice(PERSONS)


def renumber_counters(attempt: Try) -> None:
    """Take an entry out of a person's count and move the rest up."""
    person, other = attempt.random.sample(PERSONS, 2)
    counter = attempt.random.randint(1, 3)
    attempt.sql(
        f"UPDATE personal SET person = '{other}', counter = 9999 "
        f"WHERE person = '{person}' AND counter = {counter}",
        f"UPDATE personal SET counter = -counter WHERE person = '{person}' AND counter > {counter}",
        f"UPDATE personal SET counter = -counter - 1 WHERE person = '{person}' AND counter < 0",
    )


def swap_personal_parts(attempt: Try) -> None:
    one, other = attempt.random.sample(PERSONS, 2)
    attempt.sql(
        f"UPDATE personal SET person = 'x' WHERE person = '{one}'",
        f"UPDATE personal SET person = '{one}' WHERE person = '{other}'",
        f"UPDATE personal SET person = '{other}' WHERE person = 'x'",
    )


def delete_personal_parts(attempt: Try) -> None:
    attempt.sql(f"DELETE FROM personal WHERE person = '{some_person(attempt)}'")


def hide_a_count(attempt: Try) -> None:
    while not attempt.sql(
        f"UPDATE entry SET population = NULL WHERE number = {attempt.any_entry()} "
        "AND population IS NOT NULL"
    ):
        pass


def splice_rows(attempt: Try) -> None:
    """Put a run of another centre's rows in the place of our own."""
    start = attempt.any_entry()
    end = attempt.random.randint(start, attempt.size())
    other = attempt.scene.other / AUDIT
    connection = sqlite3.connect(attempt.home / AUDIT)
    connection.execute("ATTACH ? AS other", [str(other)])
    run = f"WHERE number BETWEEN {start} AND {end}"
    for table in ("entry", "personal"):
        connection.execute(f"DELETE FROM main.{table} {run}")
    connection.execute(f"INSERT INTO main.entry SELECT * FROM other.entry {run}")
    connection.execute(f"INSERT OR REPLACE INTO main.personal SELECT * FROM other.personal {run}")
    connection.commit()
    connection.close()


def cut_off(attempt: Try) -> None:
    """Cut entries off the end, and make everything else agree; the newest checkpoint stays."""
    newest = (attempt.home / NEWEST).read_bytes()
    rehash(attempt, read_rows(attempt.home / AUDIT)[: attempt.any_entry()], None)
    (attempt.home / NEWEST).write_bytes(newest)


def roll_back_one_file(attempt: Try) -> None:
    shutil.copy(attempt.scene.older / AUDIT, attempt.home / AUDIT)


def forget_newest(attempt: Try) -> None:
    (attempt.home / NEWEST).unlink()


def sign_as_a_stranger(attempt: Try) -> None:
    rehash(attempt, edited(attempt), STRANGER)


def edit_and_rehash(attempt: Try) -> None:
    """Change an entry and every hash above it, without the key; the newest checkpoint stays."""
    newest = (attempt.home / NEWEST).read_bytes()
    rehash(attempt, edited(attempt), None)
    (attempt.home / NEWEST).write_bytes(newest)


def make_up_a_checkpoint(attempt: Try) -> None:
    kept = read_checkpoint(attempt.home / NEWEST)
    size = attempt.any_entry()
    write_checkpoint(attempt.home / NEWEST, sign_checkpoint(size, kept.root, AT, KEY))


def cut_off_the_second_log(attempt: Try) -> None:
    shutil.copy(attempt.scene.older / SECOND, attempt.home / SECOND)


def edit_the_second_log(attempt: Try) -> None:
    which = attempt.random.choice(("who", "about", "at", "verdict"))
    attempt.sql(
        f"UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), '\"{which}\"', '\"whose\"') "
        "AS BLOB) WHERE number = (SELECT max(number) FROM entry WHERE kind = 'intent')",
        file=SECOND,
    )


# What only something held outside shows


def roll_back_everything(attempt: Try) -> None:
    for name in (AUDIT, SECOND, NEWEST):
        shutil.copy(attempt.scene.older / name, attempt.home / name)


def cut_off_and_older_checkpoint(attempt: Try) -> None:
    rows = read_rows(attempt.home / AUDIT)[: attempt.any_entry(after=attempt.older_size())]
    while is_late(rows[-1]):  # late entries without their merger would be seen
        del rows[-1]
    rehash(attempt, rows, None)


def is_late(row: Row) -> bool:
    return getattr(row.entry, "late", None) is not None


def edited(attempt: Try, after: int = 0) -> list[Row]:
    """Return all rows, one of them saying that somebody else asked."""
    rows = read_rows(attempt.home / AUDIT)
    while True:
        number = attempt.any_entry(after)
        row = rows[number - 1]
        if isinstance(row.entry, IntentEntry):
            changed = replace(row.entry, intent=replace(row.entry.intent, who="nobody"))
            rows[number - 1] = replace(row, entry=changed)
            return rows


def edit_after_an_older_checkpoint(attempt: Try) -> None:
    rehash(attempt, edited(attempt, after=attempt.older_size()), None)


def edit_and_sign(attempt: Try) -> None:
    rehash(attempt, edited(attempt), KEY)


def without_ask(attempt: Try) -> list[Row]:
    """Return all rows but those of one ask."""
    rows = read_rows(attempt.home / AUDIT)
    while True:
        entry = rows[attempt.any_entry() - 1].entry
        if isinstance(entry, IntentEntry) and entry.late is None:
            return [row for row in rows if getattr(row.entry, "ask", None) != entry.ask]


def drop_and_sign(attempt: Try) -> None:
    """An ask is gone, its persons' counters renumbered, everything computed and signed anew."""
    rehash(attempt, without_ask(attempt), KEY)


def give_away_and_sign(attempt: Try) -> None:
    """An entry names another person, the counters of both renumbered, all signed anew."""
    rows = read_rows(attempt.home / AUDIT)
    while True:
        number = attempt.any_entry()
        personal = rows[number - 1].personal
        if personal is not None and personal.person is not None:
            other = attempt.random.choice([each for each in PERSONS if each != personal.person])
            rows[number - 1] = replace(rows[number - 1], personal=replace(personal, person=other))
            rehash(attempt, rows, KEY)
            return


def reorder_and_sign(attempt: Try) -> None:
    rows = read_rows(attempt.home / AUDIT)
    while True:
        number = attempt.any_entry()
        one, other = rows[number - 1 : number + 1]
        if is_plain(one) and is_plain(other):
            rows[number - 1 : number + 1] = other, one
            rehash(attempt, rows, KEY)
            return


def is_plain(row: Row) -> bool:
    """Say whether the row is an intent of an ask of its own that was not merged."""
    entry = row.entry
    return isinstance(entry, IntentEntry) and not is_late(row) and entry.ask == entry.number


def own_and_others(attempt: Try) -> list[Row]:
    """Return the older rows of ours, followed by later ones of another centre."""
    ours = read_rows(attempt.scene.older / AUDIT)
    theirs = read_rows(attempt.scene.other / AUDIT)
    start = attempt.random.randint(1, len(theirs) - 2)
    asks = 10_000
    later = [row for row in theirs[start:] if is_plain(row)]
    return ours + [
        replace(row, entry=replace(row.entry, ask=asks + row.entry.number))
        for row in later
        if isinstance(row.entry, IntentEntry)
    ]


def fork_unsigned(attempt: Try) -> None:
    """From the older copy on, another history; its checkpoint is the genuine one of the copy."""
    rehash(attempt, own_and_others(attempt), None)
    shutil.copy(attempt.scene.older / SECOND, attempt.home / SECOND)


def fork_and_sign(attempt: Try) -> None:
    rehash(attempt, own_and_others(attempt), KEY)
    shutil.copy(attempt.scene.older / SECOND, attempt.home / SECOND)


def replace_by_another(attempt: Try) -> None:
    for name in (AUDIT, SECOND, NEWEST):
        shutil.copy(attempt.scene.other / name, attempt.home / name)


ATTACKS: Final = (
    *(
        Attack(f"edit a byte of the table {table}", edit(table))
        for table in (
            "entry",
            "personal",
            "node",
            "population",
            "checkpoint",
            "open_ask",
            "late",
        )
    ),
    Attack("drop an entry", drop),
    Attack("drop an entry and close the gap", drop_and_close_the_gap),
    Attack("swap two entries", swap),
    Attack("reverse a run of entries", reverse_a_run),
    Attack("insert a copy of an entry", insert_a_copy),
    Attack("add an entry at the end", add_at_the_end),
    Attack("renumber the counters of a person", renumber_counters),
    Attack("exchange the personal parts of two persons", swap_personal_parts),
    Attack("delete the personal parts of a person", delete_personal_parts),
    Attack("hide a collective question", hide_a_count),
    Attack("splice rows of another tree", splice_rows),
    Attack("cut off the end, consistently", cut_off),
    Attack("edit and rehash everything", edit_and_rehash),
    Attack("edit, rehash, sign with another key", sign_as_a_stranger),
    Attack("roll back the audit alone", roll_back_one_file),
    Attack("remove the newest checkpoint", forget_newest),
    Attack("make up a checkpoint", make_up_a_checkpoint),
    Attack("roll back the second log", cut_off_the_second_log),
    Attack("edit the second log", edit_the_second_log),
    Attack("roll back all files to older copies", roll_back_everything, is_hidden=True),
    Attack("cut off, with an older checkpoint", cut_off_and_older_checkpoint, is_hidden=True),
    Attack(
        "edit after an older checkpoint, rehash", edit_after_an_older_checkpoint, is_hidden=True
    ),
    Attack("fork after an older checkpoint", fork_unsigned, is_hidden=True),
    Attack("with the key: edit, rehash, sign", edit_and_sign, is_hidden=True),
    Attack("with the key: drop, renumber, sign", drop_and_sign, is_hidden=True),
    Attack("with the key: give to another person", give_away_and_sign, is_hidden=True),
    Attack("with the key: reorder, rehash, sign", reorder_and_sign, is_hidden=True),
    Attack("with the key: fork and sign", fork_and_sign, is_hidden=True),
    Attack("with the key: another whole audit", replace_by_another, is_hidden=True),
)
