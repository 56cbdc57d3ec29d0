"""How an intent's personal part and its population are kept, in the transaction of its entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from sqlite3 import Connection as SqliteConnection
from typing import Final

from pyroaring import BitMap
from sqlalchemy import Connection

from kerne.audit.entry import Intent, Personal, PopulationMark
from kerne.database.engine import driver
from kerne.people.asking import Population

_LAST_COUNTER: Final = "SELECT max(counter) FROM personal WHERE person = ?"
_ADD_PERSONAL: Final = (
    "INSERT INTO personal (number, salt, person, counter, reason, said) VALUES (?, ?, ?, ?, ?, ?)"
)
_ADD_POPULATION: Final = (
    "INSERT INTO population (digest, rows) VALUES (?, ?) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be recorded about one person, or about nobody by name.

    `said` and `reason` are the purpose and the reason as the asker typed them.
    """

    intent: Intent
    person: str | None
    said: str
    reason: str | None = None


def personals(connection: Connection, drafts: Sequence[Draft]) -> list[Personal]:
    """Give each draft its personal part, with the next number in its person's count."""
    last: dict[str, int] = {}
    return [_personal(driver(connection), draft, last) for draft in drafts]


def _personal(connection: SqliteConnection, draft: Draft, last: dict[str, int]) -> Personal:
    person, counter = draft.person, None
    if person is not None:
        if person not in last:
            last[person] = connection.execute(_LAST_COUNTER, (person,)).fetchone()[0] or 0
        counter = last[person] = last[person] + 1
    return Personal(person, counter, draft.reason, draft.said)


def add_personals(connection: Connection, parts: Iterable[tuple[int, bytes, Personal]]) -> None:
    """Keep personal parts beside their entries, each with the entry's number and its salt."""
    rows = [
        (number, salt, part.person, part.counter, part.reason, part.said)
        for number, salt, part in parts
    ]
    driver(connection).executemany(_ADD_PERSONAL, rows)


def keep_population(connection: Connection, population: Population) -> PopulationMark:
    """Keep the bitmap of a population under its SHA-256; the same one is kept once."""
    rows = BitMap(population.rows)
    rows.run_optimize()
    stored = rows.serialize()
    digest = sha256(stored).hexdigest()
    driver(connection).execute(_ADD_POPULATION, (digest, stored))
    return PopulationMark(digest, population.epoch)
