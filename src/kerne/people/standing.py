"""How the persons of one request stand, towards the register and the asker: what the gate asks.

Nothing is unsealed, and a request that names thousands costs four questions a batch, not four
a person.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Engine, bindparam, select

from kerne.database.engine import reading
from kerne.people.tables import (
    CUSTODY,
    PERSON,
    REPRESENTATION,
    TREATMENT,
    custody_of,
    found_rows,
    representation_of,
)
from kerne.people.treatment import TreatmentRelation

# Put together once: that takes as long as to ask.
_RELATIONS: Final = select(TREATMENT).where(TREATMENT.c.identity == bindparam("identity"))
_RELATION: Final = _RELATIONS.where(TREATMENT.c.person == bindparam("person"))


@dataclass(frozen=True, slots=True)
class Standing:
    """How one registered person stands at a moment.

    Parameters
    ----------
    born
        Date of birth.
    is_alive
        No death is registered on or before the day.
    is_treated
        The asker is in a treatment relation with the person.
    changes
        When a treatment relation of the two next begins or ends; `None` when none is to.
    guardians
        Person numbers of those who have custody.
    representatives
        Person numbers of those who were appointed to decide for the person.
    """

    born: date
    is_alive: bool
    is_treated: bool
    changes: datetime | None
    guardians: frozenset[str]
    representatives: frozenset[str]


def standings(
    engine: Engine, numbers: Collection[str], identity: str, at: datetime, on: date
) -> dict[str, Standing]:
    """Return how each of the persons called `numbers` stands; who is not registered is left out.

    Parameters
    ----------
    engine
        Of the register of people.
    identity
        Identifier of the asker.
    at, on
        The moment, and its day in the country's zone.
    """
    if not numbers:
        return {}
    with reading(engine).connect() as connection:
        relations = _relations(connection, numbers, identity)
        guardians = _guardians(connection, numbers, on)
        representatives = _representatives(connection, numbers, on)
        return {
            found.number: Standing(
                born=date.fromisoformat(found.born),
                is_alive=found.died is None or date.fromisoformat(found.died) > on,
                is_treated=any(each.holds(at) for each in relations[found.number]),
                changes=_next_change(relations[found.number], at),
                guardians=frozenset(guardians[found.number]),
                representatives=frozenset(representatives[found.number]),
            )
            for found in found_rows(connection, PERSON.c.number, numbers)
        }


def _relations(
    connection: Connection, numbers: Collection[str], identity: str
) -> defaultdict[str, list[TreatmentRelation]]:
    wanted = set(numbers)
    query, given = _RELATIONS, {"identity": identity}
    if len(wanted) == 1:
        query, given["person"] = _RELATION, wanted.pop()
    relations: defaultdict[str, list[TreatmentRelation]] = defaultdict(list)
    for found in connection.execute(query, given):
        relations[found.person].append(
            TreatmentRelation(
                identity=found.identity,
                person=found.person,
                order=found.order,
                since=datetime.fromisoformat(found.since),
                until=None if found.until is None else datetime.fromisoformat(found.until),
            )
        )
    return relations


def _next_change(relations: Iterable[TreatmentRelation], at: datetime) -> datetime | None:
    moments = (moment for each in relations for moment in (each.since, each.until))
    return min((moment for moment in moments if moment is not None and moment > at), default=None)


def _guardians(
    connection: Connection, numbers: Collection[str], on: date
) -> defaultdict[str, set[str]]:
    guardians: defaultdict[str, set[str]] = defaultdict(set)
    for found in found_rows(connection, CUSTODY.c.child, numbers):
        custody = custody_of(found)
        if custody.holds(on):
            guardians[custody.child].add(custody.guardian)
    return guardians


def _representatives(
    connection: Connection, numbers: Collection[str], on: date
) -> defaultdict[str, set[str]]:
    representatives: defaultdict[str, set[str]] = defaultdict(set)
    for found in found_rows(connection, REPRESENTATION.c.person, numbers):
        one = representation_of(found)
        if one.holds(on):
            representatives[one.person].add(one.representative)
    return representatives
