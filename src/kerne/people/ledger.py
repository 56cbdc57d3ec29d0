"""The register of people: persons and kin, identities, treatment relations, samples and rows."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, update
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as insert_or_update

from kerne.database.engine import reading
from kerne.errors import PersonError
from kerne.people.asking import Identity, Role
from kerne.people.forgetting import forget
from kerne.people.organisation import Organisation, OrganisationKind
from kerne.people.persons import PersonRegister
from kerne.people.rows import RowRegister
from kerne.people.tables import (
    CHANGE,
    ERASED_NUMBER,
    IDENTITY,
    ORGANISATION,
    PERSON,
    TREATMENT,
    check_registered,
    found_rows,
    metadata,
    record_change,
    utc_text,
)
from kerne.people.treatment import TreatmentRelation
from kerne.people.vault import Vault

__all__ = ["PeopleLedger", "metadata"]


class PeopleLedger(PersonRegister, RowRegister):
    """The register of persons, kin, identities, treatment relations, samples and rows.

    Parameters
    ----------
    engine
        A database with the tables of `metadata`.
    vault
        Seals names and civil registration numbers.
    """

    def __init__(self, engine: Engine, vault: Vault) -> None:
        PersonRegister.__init__(self, engine, vault)
        RowRegister.__init__(self, engine)

    def appoint(
        self, identity: Identity, *, entry: int | None = None, at: datetime | None = None
    ) -> None:
        """Register one identity; see `appoint_all`."""
        self.appoint_all([identity], entry=entry, at=at)

    def appoint_all(
        self,
        identities: Sequence[Identity],
        *,
        entry: int | None = None,
        at: datetime | None = None,
    ) -> None:
        """Register identities with their roles; a later appointment replaces an earlier one.

        Raises
        ------
        PersonError
            The citizen behind an identity is not registered.
        """
        with self.engine.begin() as connection:
            check_registered(connection, {each.person for each in identities if each.person})
            for identity in identities:
                values = {
                    "identifier": identity.identifier,
                    "roles": json.dumps(sorted(identity.roles)),
                    "organisation": identity.organisation,
                    "person": identity.person,
                }
                connection.execute(_replacing(insert_or_update(IDENTITY).values(values)))
            record_change(connection, "identities appointed", entry, at)

    def identity(self, identifier: str) -> Identity:
        """Return the identity called `identifier`.

        Raises
        ------
        PersonError
            Nobody was appointed under it.
        """
        query = select(IDENTITY).where(IDENTITY.c.identifier == identifier)
        with reading(self.engine).connect() as connection:
            found = connection.execute(query).first()
        if found is None:
            raise PersonError(f"identity `{identifier}` is not known here")
        return _identity(found)

    def who_is(self, name: str) -> Identity:
        """Return the identity called `name`: staff by identifier, citizens by person number.

        Raises
        ------
        PersonError
            Nobody is called so.
        """
        if self.has_person(name):
            return Identity(name, frozenset({Role.CITIZEN}), person=name)
        try:
            return self.identity(name)
        except PersonError as error:
            raise PersonError(f"nobody is known here as `{name}`") from error

    def identities(self) -> list[Identity]:
        """Return every identity, by identifier."""
        query = select(IDENTITY).order_by(IDENTITY.c.identifier)
        with reading(self.engine).connect() as connection:
            return [_identity(found) for found in connection.execute(query)]

    def add_organisation(self, organisation: Organisation) -> None:
        """Register an organisation; a later registration replaces an earlier one."""
        values = {
            "identifier": organisation.identifier,
            "name": organisation.name,
            "kind": organisation.kind.value,
            "region": organisation.region,
        }
        with self.engine.begin() as connection:
            connection.execute(_replacing(insert_or_update(ORGANISATION).values(values)))

    def organisation(self, identifier: str) -> Organisation:
        """Return the organisation called `identifier`.

        Raises
        ------
        PersonError
            None is registered under it.
        """
        query = select(ORGANISATION).where(ORGANISATION.c.identifier == identifier)
        with reading(self.engine).connect() as connection:
            found = connection.execute(query).first()
        if found is None:
            raise PersonError(f"organisation `{identifier}` is not registered")
        return Organisation(
            found.identifier, found.name, OrganisationKind(found.kind), found.region
        )

    def start_treatment(self, identity: str, person: str, order: str, at: datetime) -> None:
        """Say that `identity` treats `person` from `at` on; saying it again changes nothing.

        Raises
        ------
        PersonError
            The person is not registered.
        """
        values = {"identity": identity, "person": person, "order": order, "since": utc_text(at)}
        with self.engine.begin() as connection:
            check_registered(connection, [person])
            connection.execute(insert_or_update(TREATMENT).values(values).on_conflict_do_nothing())

    def end_treatment(self, identity: str, person: str, order: str, at: datetime) -> None:
        """Say that a treatment relation ended at `at`.

        Raises
        ------
        PersonError
            There is no such relation, or it has ended.
        """
        ended = (
            update(TREATMENT)
            .where(
                TREATMENT.c.identity == identity,
                TREATMENT.c.person == person,
                TREATMENT.c.order == order,
                TREATMENT.c.until.is_(None),
            )
            .values(until=utc_text(at))
        )
        with self.engine.begin() as connection:
            if connection.execute(ended).rowcount == 0:
                raise PersonError(f"`{identity}` does not treat `{person}` under `{order}`")

    def treats(self, identity: str, person: str) -> bool:
        """Say whether `identity` treats `person` now, under any order."""
        return any(relation.until is None for relation in self.treatments(identity, person))

    def treatments(self, identity: str, person: str) -> list[TreatmentRelation]:
        """Return the relations between `identity` and `person`, oldest first, ended ones too."""
        query = (
            select(TREATMENT)
            .where(TREATMENT.c.identity == identity, TREATMENT.c.person == person)
            .order_by(TREATMENT.c.since, TREATMENT.c.order)
        )
        with reading(self.engine).connect() as connection:
            return [_treatment(found) for found in connection.execute(query)]

    def forget_within(self, connection: Connection, person: str) -> None:
        """Take `person` out of every table in a transaction of the caller's; see `forget`."""
        forget(connection, person)

    def reserve(self, numbers: Collection[str]) -> int:
        """See to it that numbers which nobody here has are never given; return how many they were.

        They were people's whom a restored register does not know.
        """
        with self.engine.begin() as connection:
            known = {found.number for found in found_rows(connection, PERSON.c.number, numbers)}
            unknown = set(numbers) - known
            for number in sorted(unknown):
                once = insert_or_update(ERASED_NUMBER).values(number=number)
                connection.execute(once.on_conflict_do_nothing())
        return len(unknown)

    def has_entry(self, entry: int) -> bool:
        """Say whether a change was committed here under the audit entry `entry`."""
        query = select(CHANGE.c.number).where(CHANGE.c.entry == entry).limit(1)
        with reading(self.engine).connect() as connection:
            return connection.execute(query).first() is not None


def _replacing(statement: Insert) -> Insert:
    """Return an insertion that replaces the row with the same identifier."""
    columns = {column.name: column for column in statement.excluded}
    return statement.on_conflict_do_update(index_elements=["identifier"], set_=columns)


def _identity(found: Row[Any]) -> Identity:  # Any: every column of the table
    return Identity(
        identifier=found.identifier,
        roles=frozenset(Role(role) for role in json.loads(found.roles)),
        organisation=found.organisation,
        person=found.person,
    )


def _treatment(found: Row[Any]) -> TreatmentRelation:  # Any: every column of the table
    return TreatmentRelation(
        identity=found.identity,
        person=found.person,
        order=found.order,
        since=datetime.fromisoformat(found.since),
        until=None if found.until is None else datetime.fromisoformat(found.until),
    )
