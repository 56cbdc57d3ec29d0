"""How an intent's personal part and its population are kept, in the transaction of its entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pyroaring import BitMap
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert as insert_once

from kerne.audit.entry import Intent, Personal, PopulationMark
from kerne.audit.tables import PERSONAL, POPULATION
from kerne.database.engine import in_batches
from kerne.people.asking import Population


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
    persons = [draft.person for draft in drafts if draft.person is not None]
    last: dict[str, int] = {}
    for some in in_batches(persons):
        query = (
            select(PERSONAL.c.person, func.max(PERSONAL.c.counter))
            .where(PERSONAL.c.person.in_(some))
            .group_by(PERSONAL.c.person)
        )
        last |= {row[0]: row[1] for row in connection.execute(query)}
    return [
        Personal(
            person=draft.person,
            counter=None if draft.person is None else last.get(draft.person, 0) + 1,
            reason=draft.reason,
            said=draft.said,
        )
        for draft in drafts
    ]


def personal_row(
    number: int, salt: bytes, personal: Personal
) -> dict[str, Any]:  # Any: the columns of a table
    """Return the columns of a personal part."""
    return {
        "number": number,
        "salt": salt,
        "person": personal.person,
        "counter": personal.counter,
        "reason": personal.reason,
        "said": personal.said,
    }


def keep_population(connection: Connection, population: Population) -> PopulationMark:
    """Keep the bitmap of a population under its SHA-256; the same one is kept once."""
    rows = BitMap(population.rows)
    rows.run_optimize()
    stored = rows.serialize()
    digest = sha256(stored).hexdigest()
    values = {"digest": digest, "rows": stored}
    connection.execute(insert_once(POPULATION).values(values).on_conflict_do_nothing())
    return PopulationMark(digest, population.epoch)
