from datetime import date
from pathlib import Path

import pytest

from kerne.errors import PersonError, VaultError
from kerne.people.kinship import Custody, Parenthood, ParentOf
from kerne.people.ledger import PeopleLedger
from kerne.people.person import Person, RegisteredSex

from .conftest import AT, number_of, open_register, person_of

CPR = "2509479989"  # official test numbers
OTHER_CPR = "2512489996"


def test_register__gives_persons_back_as_they_were(register: PeopleLedger, tmp_path: Path) -> None:
    persons = [
        person_of(1, cpr=CPR),
        person_of(2, died=date(2025, 12, 31)),
        Person("P-1234567", "", None, date(1900, 1, 1), RegisteredSex.UNKNOWN, "West"),
    ]
    register.register_persons(persons, entry=7, at=AT)
    assert open_register(tmp_path).persons() == persons
    assert [register.person(each.number) for each in persons] == persons
    assert register.person_numbers() == ["P-000001", "P-000002", "P-1234567"]
    assert register.born("P-000001") == date(1980, 5, 17)
    assert register.has_person("P-000001")
    assert not register.has_person("P-000003")
    assert register.has_entry(7)
    assert not register.has_entry(8)


def test_register__shows_no_name_or_state_number_in_its_file(
    register: PeopleLedger, tmp_path: Path
) -> None:
    register.register_person(person_of(1, cpr=CPR), entry=1, at=AT)
    content = b"".join(path.read_bytes() for path in tmp_path.glob("people.sqlite*"))
    assert b"P-000001" in content
    assert "Ægir".encode() not in content
    assert b"gir 1" not in content
    assert CPR.encode() not in content


def test_register__finds_a_person_by_state_number(register: PeopleLedger) -> None:
    register.register_persons([person_of(1), person_of(2, cpr=CPR)], entry=1, at=AT)
    assert register.number_of_cpr("250947-9989") == "P-000002"
    with pytest.raises(PersonError, match="nobody is registered under this civil") as caught:
        register.number_of_cpr(OTHER_CPR)
    assert OTHER_CPR not in str(caught.value)


@pytest.mark.parametrize(
    "again",
    [
        [person_of(1)],
        [person_of(3), person_of(1)],
        [person_of(3, cpr=CPR)],
        [person_of(3), person_of(3)],
        [person_of(3, cpr=OTHER_CPR), person_of(4, cpr=OTHER_CPR)],
    ],
)
def test_register__takes_a_number_once_and_all_or_none(
    register: PeopleLedger, again: list[Person]
) -> None:
    register.register_persons([person_of(1), person_of(2, cpr=CPR)], entry=1, at=AT)
    with pytest.raises(PersonError, match="is registered already") as caught:
        register.register_persons(again, entry=2, at=AT)
    assert CPR not in str(caught.value)
    assert register.person_numbers() == ["P-000001", "P-000002"]
    assert not register.has_entry(2)


def test_register__of_nobody_is_no_error(register: PeopleLedger) -> None:
    register.register_persons([], entry=1, at=AT)
    assert register.persons() == []


def test_register__the_next_number_follows_the_greatest(register: PeopleLedger) -> None:
    assert register.next_number() == "P-000001"
    register.register_person(person_of(999_999), entry=1, at=AT)
    assert register.next_number() == "P-1000000"
    register.register_person(person_of(1_000_000), entry=1, at=AT)
    assert register.next_number() == "P-1000001"


@pytest.mark.parametrize("ask", [PeopleLedger.person, PeopleLedger.born])
def test_register__somebody_unknown_is_named(register: PeopleLedger, ask: object) -> None:
    assert callable(ask)
    with pytest.raises(PersonError, match="`P-000009` is not registered"):
        ask(register, "P-000009")


def test_register__a_person_whose_key_was_destroyed_cannot_be_named(
    register: PeopleLedger,
) -> None:
    register.register_person(person_of(1), entry=1, at=AT)
    register._vault.destroy("P-000001")
    with pytest.raises(VaultError, match="was destroyed"):
        register.person("P-000001")
    assert register.born("P-000001") == date(1980, 5, 17)


def test_kin__come_back_as_they_were(register: PeopleLedger) -> None:
    parents = [
        ParentOf(number_of(1), number_of(3)),
        ParentOf(number_of(2), number_of(3)),
        ParentOf(number_of(2), number_of(3), Parenthood.SOCIAL),
    ]
    custodies = [
        Custody(number_of(1), number_of(3), date(2011, 3, 3), date(2012, 1, 1)),
        Custody(number_of(1), number_of(3), date(2013, 3, 3)),
    ]
    persons = [person_of(i) for i in range(1, 5)]
    register.register_persons(persons, parents, custodies, entry=1, at=AT)
    assert set(register.kinship().parents) == set(parents)
    assert set(register.kinship().custodies) == set(custodies)


def test_kin__may_be_added_later_and_said_twice(peopled: PeopleLedger) -> None:
    bond = ParentOf(number_of(1), number_of(3))
    custody = Custody(number_of(1), number_of(3), date(2011, 3, 3))
    for entry in (2, 3):
        peopled.add_kin([bond], [custody], entry=entry, at=AT)
        assert peopled.has_entry(entry)
    assert peopled.kinship().parents == (bond,)
    assert peopled.kinship().custodies == (custody,)


def test_kin__must_be_registered_and_possible(peopled: PeopleLedger) -> None:
    with pytest.raises(PersonError, match="person `P-000009` is not registered"):
        peopled.add_kin([ParentOf("P-000009", number_of(3))], entry=2, at=AT)
    custody = Custody(number_of(1), "P-000009", date(2011, 3, 3))
    with pytest.raises(PersonError, match="person `P-000009` is not registered"):
        peopled.register_persons([person_of(8)], [], [custody], entry=2, at=AT)
    peopled.add_kin([ParentOf(number_of(i), number_of(3)) for i in (1, 2)], entry=2, at=AT)
    with pytest.raises(PersonError, match="`3` genetic parents"):
        peopled.add_kin([ParentOf(number_of(4), number_of(3))], entry=3, at=AT)
    assert not peopled.has_person(number_of(8))
    assert len(peopled.kinship().parents) == 2
