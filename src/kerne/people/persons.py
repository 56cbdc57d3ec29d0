"""Persons and their kin in the register of people.

Names and civil registration numbers are sealed under each person's key; a keyed hash finds a
civil registration number again without showing it. Numbers, dates and relations stand in clear.
"""

import hmac
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or_update

from kerne.database.engine import reading
from kerne.errors import PersonError
from kerne.people.cpr import check_cpr
from kerne.people.kinship import (
    Custody,
    Kinship,
    Parenthood,
    ParentOf,
    Representation,
    TwinOf,
)
from kerne.people.person import Person, RegisteredSex
from kerne.people.tables import (
    CUSTODY,
    ERASED_NUMBER,
    PARENTHOOD,
    PERSON,
    REPRESENTATION,
    TWIN,
    check_never_erased,
    check_registered,
    custody_of,
    found_rows,
    record_change,
    record_kin_change,
    representation_of,
)
from kerne.people.vault import Vault

CPR_KEY = "civil-registration-hash"
"""The centre's key that civil registration numbers are found by."""

_PLACE = "person"


class PersonRegister:
    """The part of the register that knows persons and kin; see `people.ledger.PeopleLedger`."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self.engine = engine
        self._vault = vault

    def register_person(self, person: Person, *, entry: int, at: datetime) -> None:
        """Register one person; see `register_persons`."""
        self.register_persons([person], entry=entry, at=at)

    def register_persons(
        self,
        persons: Sequence[Person],
        parents: Iterable[ParentOf] = (),
        custodies: Iterable[Custody] = (),
        *,
        entry: int,
        at: datetime,
    ) -> None:
        """Register persons with their kin, all or none.

        Raises
        ------
        PersonError
            A number or civil registration number is registered already, a relative is not
            registered, or the kinship cannot be (see `Kinship`).
        """
        parents, custodies = tuple(parents), tuple(custodies)
        with reading(self.engine).connect() as connection:
            check_never_erased(connection, [person.number for person in persons])
        rows = self._person_rows(persons)
        with self.engine.begin() as connection:
            _check_new(connection, rows)
            if rows:
                connection.execute(insert(PERSON), rows)
            _relate(connection, parents, custodies)
            record_change(connection, "persons registered", entry, at)

    def next_number(self) -> str:
        """Return the first person number after all that are registered or have been."""
        erased = select(ERASED_NUMBER.c.number).where(ERASED_NUMBER.c.number.startswith("P-"))
        used = select(PERSON.c.number).union_all(erased).subquery()
        longest_first = func.length(used.c.number).desc()
        query = select(used.c.number).order_by(longest_first, used.c.number.desc()).limit(1)
        with reading(self.engine).connect() as connection:
            last = connection.execute(query).scalar() or "P-0"
        return f"P-{int(last.removeprefix('P-')) + 1:06d}"

    def person(self, number: str) -> Person:
        """Return the person with this number, name and civil registration number unsealed.

        Raises
        ------
        PersonError
            Nobody is registered under it.
        """
        found = self._persons(select(PERSON).where(PERSON.c.number == number))
        if not found:
            raise PersonError(f"person `{number}` is not registered")
        return found[0]

    def persons(self) -> list[Person]:
        """Return everyone, by number."""
        return self._persons(select(PERSON).order_by(PERSON.c.number))

    def person_numbers(self) -> list[str]:
        """Return the numbers of everyone, with nothing unsealed."""
        with reading(self.engine).connect() as connection:
            query = select(PERSON.c.number).order_by(PERSON.c.number)
            return list(connection.execute(query).scalars())

    def has_person(self, number: str) -> bool:
        """Say whether somebody is registered under this number."""
        query = select(PERSON.c.number).where(PERSON.c.number == number)
        with reading(self.engine).connect() as connection:
            return connection.execute(query).first() is not None

    def born(self, number: str) -> date:
        """Return the date of birth, with nothing unsealed.

        Raises
        ------
        PersonError
            Nobody is registered under this number.
        """
        query = select(PERSON.c.born).where(PERSON.c.number == number)
        with reading(self.engine).connect() as connection:
            born = connection.execute(query).scalar()
        if born is None:
            raise PersonError(f"person `{number}` is not registered")
        return date.fromisoformat(born)

    def registered_sex(self, number: str) -> RegisteredSex:
        """Return the sex in the register, with nothing unsealed.

        Raises
        ------
        PersonError
            Nobody is registered under this number.
        """
        query = select(PERSON.c.sex).where(PERSON.c.number == number)
        with reading(self.engine).connect() as connection:
            sex = connection.execute(query).scalar()
        if sex is None:
            raise PersonError(f"person `{number}` is not registered")
        return RegisteredSex(sex)

    def number_of_cpr(self, cpr: str) -> str:
        """Return the number of the person with this civil registration number.

        Raises
        ------
        PersonError
            It is malformed, or nobody is registered under it.
        """
        wanted = _keyed_hash(self._vault.centre_key(CPR_KEY), check_cpr(cpr))
        query = select(PERSON.c.number).where(PERSON.c.cpr_hash == wanted)
        with reading(self.engine).connect() as connection:
            number = connection.execute(query).scalar()
        if number is None:
            raise PersonError("nobody is registered under this civil registration number")
        return str(number)

    def numbers_of_cprs(self, cprs: Collection[str]) -> dict[str, str]:
        """Return the person numbers behind civil registration numbers, by those; unknown left out.

        Raises
        ------
        PersonError
            One is malformed.
        """
        key = self._vault.centre_key(CPR_KEY)
        wanted = {_keyed_hash(key, check_cpr(cpr)): cpr for cpr in cprs}
        with reading(self.engine).connect() as connection:
            found = found_rows(connection, PERSON.c.cpr_hash, wanted)
            return {wanted[row.cpr_hash]: row.number for row in found}

    def births(self, numbers: Collection[str]) -> dict[str, date]:
        """Return the dates of birth of those who are registered, with nothing unsealed."""
        with reading(self.engine).connect() as connection:
            found = found_rows(connection, PERSON.c.number, numbers)
            return {row.number: date.fromisoformat(row.born) for row in found}

    def kinship(self) -> Kinship:
        """Return who is whose parent and guardian, of everyone."""
        with reading(self.engine).connect() as connection:
            return Kinship(*_bonds(connection))

    def add_kin(
        self,
        parents: Iterable[ParentOf],
        custodies: Iterable[Custody] = (),
        *,
        entry: int,
        at: datetime,
    ) -> None:
        """Add parents and guardians of persons that are registered, all or none.

        Raises
        ------
        PersonError
            As `register_persons`.
        """
        with self.engine.begin() as connection:
            _relate(connection, tuple(parents), tuple(custodies))
            record_change(connection, "kin added", entry, at)

    def declare_twins(self, one: str, other: str, *, entry: int, at: datetime) -> None:
        """Say that two persons are monozygotic twins; saying it again changes nothing.

        Raises
        ------
        PersonError
            One of them is not registered, or they are the same.
        """
        twins = TwinOf(*sorted((one, other)))
        Kinship(twins=[twins])
        statement = insert_or_update(TWIN).values(one=twins.one, other=twins.other)
        with self.engine.begin() as connection:
            check_registered(connection, {one, other})
            connection.execute(statement.on_conflict_do_nothing())
            record_kin_change(connection)
            record_change(connection, "twins declared", entry, at)

    def representatives_of(self, number: str, on: date) -> frozenset[str]:
        """Return who was appointed to decide for the person on the day `on`."""
        query = select(REPRESENTATION).where(REPRESENTATION.c.person == number)
        with reading(self.engine).connect() as connection:
            found = [representation_of(row) for row in connection.execute(query)]
        return frozenset(each.representative for each in found if each.holds(on))

    def appoint_representative(
        self, representation: Representation, *, entry: int, at: datetime
    ) -> None:
        """Say that somebody decides for an adult; the same appointment again ends it anew.

        Raises
        ------
        PersonError
            One of them is not registered, they are the same, the decision is not named, or the
            appointment ends before it starts.
        """
        _check_representation(representation)
        values = {
            "representative": representation.representative,
            "person": representation.person,
            "since": representation.since.isoformat(),
            "decision": representation.decision,
            "until": representation.until and representation.until.isoformat(),
        }
        statement = insert_or_update(REPRESENTATION).values(values)
        changed = {name: values[name] for name in ("decision", "until")}
        with self.engine.begin() as connection:
            check_registered(connection, {representation.representative, representation.person})
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["representative", "person", "since"], set_=changed
                )
            )
            record_change(connection, "representative appointed", entry, at)

    def _persons(self, query: Select[Any]) -> list[Person]:  # Any: every column of the table
        with reading(self.engine).connect() as connection:
            found = connection.execute(query).all()
        opened = self._vault.unseal_all({row.number: row.sealed for row in found}, _PLACE)
        return [_person(row, json.loads(opened[row.number])) for row in found]

    def _person_rows(self, persons: Sequence[Person]) -> list[dict[str, Any]]:  # Any: columns
        secrets = {
            person.number: json.dumps({"name": person.name, "cpr": person.cpr}).encode()
            for person in persons
        }
        sealed = self._vault.seal_all(secrets, _PLACE)
        key = self._vault.centre_key(CPR_KEY)
        return [
            {
                "number": person.number,
                "born": person.born.isoformat(),
                "sex": person.sex.value,
                "region": person.region,
                "died": person.died and person.died.isoformat(),
                "sealed": sealed[person.number],
                "cpr_hash": person.cpr and _keyed_hash(key, person.cpr),
            }
            for person in persons
        ]


def _check_new(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:  # Any: columns
    for column, what in ((PERSON.c.number, "number"), (PERSON.c.cpr_hash, "cpr_hash")):
        wanted = [row[what] for row in rows if row[what] is not None]
        taken = {getattr(found, what) for found in found_rows(connection, column, wanted)}
        for row in rows:
            if row[what] in taken:
                raise PersonError(
                    f"`{row['number']}`: its number or civil registration number is "
                    "registered already"
                )
            taken |= {row[what]} - {None}


def _check_representation(representation: Representation) -> None:
    if representation.representative == representation.person:
        raise PersonError(f"`{representation.person}` cannot be appointed to represent themselves")
    if not representation.decision:
        raise PersonError("an appointment names the decision that it rests on")
    if representation.until is not None and representation.until <= representation.since:
        raise PersonError("an appointment ends after it starts")


def _relate(
    connection: Connection, parents: Sequence[ParentOf], custodies: Sequence[Custody]
) -> None:
    known_parents, known_custodies, _ = _bonds(connection)
    Kinship([*known_parents, *parents], [*known_custodies, *custodies])
    elders = {bond.parent for bond in parents} | {custody.guardian for custody in custodies}
    children = {bond.child for bond in parents} | {custody.child for custody in custodies}
    check_registered(connection, elders | children)
    for bond in set(parents) - set(known_parents):
        values = {"parent": bond.parent, "child": bond.child, "kind": bond.kind.value}
        connection.execute(insert(PARENTHOOD).values(values))
    if parents:
        record_kin_change(connection)
    for custody in set(custodies) - set(known_custodies):
        connection.execute(
            insert(CUSTODY).values(
                guardian=custody.guardian,
                child=custody.child,
                since=custody.since.isoformat(),
                until=custody.until and custody.until.isoformat(),
            )
        )


def _bonds(connection: Connection) -> tuple[list[ParentOf], list[Custody], list[TwinOf]]:
    parents = [
        ParentOf(found.parent, found.child, Parenthood(found.kind))
        for found in connection.execute(select(PARENTHOOD))
    ]
    custodies = [custody_of(found) for found in connection.execute(select(CUSTODY))]
    twins = [TwinOf(found.one, found.other) for found in connection.execute(select(TWIN))]
    return parents, custodies, twins


def _person(row: Row[Any], opened: dict[str, str | None]) -> Person:  # Any: every column
    return Person(
        number=row.number,
        name=opened["name"] or "",
        cpr=opened["cpr"],
        born=date.fromisoformat(row.born),
        sex=RegisteredSex(row.sex),
        region=row.region,
        died=_day(row.died),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _keyed_hash(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
