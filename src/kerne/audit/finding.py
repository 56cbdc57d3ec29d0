"""Intents as a reader of the audit finds them: with their personal part and their outcome."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pyroaring import BitMap
from sqlalchemy import Connection, RowMapping, Select, func, select

from kerne.audit.entry import IntentEntry, Kind, Outcome, OutcomeEntry, Personal, decode
from kerne.audit.tables import ENTRY, PERSONAL, POPULATION
from kerne.errors import AuditError


@dataclass(frozen=True, slots=True)
class Found:
    """An intent with all that belongs to it.

    Parameters
    ----------
    entry, leaf
        The intent, and the bytes that stand in the tree.
    personal, salt
        What its commitment commits to.
    closing, closing_leaf
        Its outcome; `None` while there is none.
    """

    entry: IntentEntry
    leaf: bytes
    personal: Personal
    salt: bytes
    closing: OutcomeEntry | None
    closing_leaf: bytes | None

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; `None` for a refusal and while it is under way."""
        return None if self.closing is None else self.closing.outcome

    @property
    def digest(self) -> str:
        """Which population was counted; empty when the intent counted none."""
        return "" if self.entry.population is None else self.entry.population.digest


def naming(connection: Connection, person: str) -> list[Found]:
    """Return the intents that name `person`, oldest first.

    Raises
    ------
    AuditError
        Their counters have a gap: an entry is missing.
    """
    query = _intents().where(PERSONAL.c.person == person).order_by(PERSONAL.c.counter)
    found = [_found(row) for row in connection.execute(query).mappings()]
    for expected, one in enumerate(found, start=1):
        if one.personal.counter != expected:
            raise AuditError(
                f"the entries about a person are not complete: number `{expected}` is missing"
            )
    return found


def numbers_naming(connection: Connection, person: str) -> tuple[int, ...]:
    """Return the numbers of the entries that name `person`, ascending."""
    query = select(PERSONAL.c.number).where(PERSONAL.c.person == person).order_by(PERSONAL.c.number)
    return tuple(connection.execute(query).scalars())


def counting(connection: Connection) -> list[Found]:
    """Return the intents that counted a population, oldest first."""
    query = (
        _intents()
        .where(ENTRY.c.kind == Kind.INTENT, ENTRY.c.population.is_not(None))
        .order_by(ENTRY.c.number)
    )
    return [_found(row) for row in connection.execute(query).mappings()]


def numbered(connection: Connection, number: int) -> Found | None:
    """Return the intent that is entry `number`; `None` when that entry is no intent."""
    row = connection.execute(_intents().where(ENTRY.c.number == number)).mappings().first()
    return None if row is None else _found(row)


def population(connection: Connection, digest: str) -> bytes:
    """Return the stored bitmap of a population that was counted.

    Raises
    ------
    AuditError
        It is missing or is not what was counted.
    """
    query = select(POPULATION.c.rows).where(POPULATION.c.digest == digest)
    stored = connection.execute(query).scalar()
    if stored is None or sha256(stored).hexdigest() != digest:
        raise AuditError(f"the population `{digest}` is missing or was changed")
    return bytes(stored)


def counted_in(connection: Connection, rows: BitMap) -> list[Found]:
    """Return the intents that counted one of the genome rows `rows`, oldest first."""
    counted: dict[str, bool] = {}
    found = []
    for one in counting(connection):
        if one.digest not in counted:
            bitmap = BitMap.deserialize(population(connection, one.digest))
            counted[one.digest] = bool(bitmap & rows)
        if counted[one.digest]:
            found.append(one)
    return found


def _intents() -> Select[Any]:  # Any: columns of three tables
    closing, outcome = ENTRY.alias("closing"), ENTRY.alias("outcome")
    # The first: one that the second log holds too, because nobody knew that it was written here,
    # is merged behind it.
    first = (
        select(func.min(outcome.c.number))
        .where(outcome.c.ask == ENTRY.c.ask, outcome.c.kind == Kind.OUTCOME)
        .correlate(ENTRY)
        .scalar_subquery()
    )
    return (
        select(ENTRY.c.body, PERSONAL, closing.c.body.label("closing"))
        .join(PERSONAL, PERSONAL.c.number == ENTRY.c.number)
        .outerjoin(closing, closing.c.number == first)
    )


def _found(row: RowMapping) -> Found:
    entry = decode(row["body"])
    closing = None if row["closing"] is None else decode(row["closing"])
    if not isinstance(entry, IntentEntry) or not isinstance(closing, OutcomeEntry | None):
        raise AuditError(f"entry `{entry.number}` is not of the kind that it is listed as")
    personal = Personal(row["person"], row["counter"], row["reason"], row["said"])
    return Found(entry, row["body"], personal, row["salt"], closing, row["closing"])
