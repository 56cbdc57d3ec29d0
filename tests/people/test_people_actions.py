from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kerne.errors import PersonError
from kerne.people.actions import People
from kerne.people.asking import Action, Identity, Refusal, Role
from kerne.people.kinship import Custody, ParentOf, Representation
from kerne.people.ledger import PeopleLedger

from .conftest import AT, OpenDoor, number_of, person_of

REGISTRAR = Identity("registrar-1", frozenset({Role.REGISTRAR}))


@pytest.fixture
def people(door: OpenDoor, register: PeopleLedger) -> People:
    return People(door, register, lambda: AT)


def test_registration__is_one_ask_about_everyone(
    people: People, door: OpenDoor, register: PeopleLedger
) -> None:
    numbers = people.register_persons(
        REGISTRAR,
        "custody",
        [person_of(1), person_of(2)],
        [ParentOf(number_of(1), number_of(2))],
        [Custody(number_of(1), number_of(2), date(2020, 1, 1))],
    )
    assert numbers == ("P-000001", "P-000002")
    (ask,) = door.asks
    assert (ask.who, ask.action, ask.persons) == (REGISTRAR, Action.REGISTER_PERSON, numbers)
    assert "Ægir" not in repr(ask)
    assert register.has_entry(101)
    assert register.kinship().parents_of(number_of(2)) == (number_of(1),)
    assert register.kinship().is_guardian(number_of(1), number_of(2), date(2020, 1, 1))


def test_appointment__concerns_the_citizens_behind_the_identities(
    people: People, door: OpenDoor, register: PeopleLedger
) -> None:
    people.register_persons(REGISTRAR, "custody", [person_of(1)])
    citizen = Identity("citizen-1", frozenset({Role.CITIZEN}), person=number_of(1))
    doctor = Identity("doctor-1", frozenset({Role.DOCTOR}), "Hospital North")
    answer = people.appoint(REGISTRAR, "custody", [citizen, doctor])
    assert answer == ("citizen-1", "doctor-1")
    assert door.asks[-1].persons == (number_of(1),)
    assert register.identities() == [citizen, doctor]
    assert register.has_entry(102)


def test_samples__are_assigned_under_one_entry(
    people: People, door: OpenDoor, register: PeopleLedger
) -> None:
    people.register_persons(REGISTRAR, "custody", [person_of(1), person_of(2)])
    samples = {"S1": number_of(1), "S2": number_of(2), "S3": number_of(1)}
    assert people.assign_samples(REGISTRAR, "custody", samples) == ("S1", "S2", "S3")
    assert door.asks[-1].persons == (number_of(1), number_of(2))
    assert register.samples_of(number_of(1)) == ("S1", "S3")
    assert register.has_entry(102)


def test_refusal__changes_nothing(people: People, register: PeopleLedger) -> None:
    answers = [
        people.register_persons(REGISTRAR, "insurance", [person_of(1)]),
        people.appoint(REGISTRAR, "insurance", [REGISTRAR]),
        people.assign_samples(REGISTRAR, "insurance", {"S1": number_of(1)}),
    ]
    assert all(isinstance(answer, Refusal) for answer in answers)
    assert register.persons() == []
    assert register.identities() == []


def test_registration__twice_is_an_error(people: People) -> None:
    people.register_persons(REGISTRAR, "custody", [person_of(1)])
    with pytest.raises(PersonError, match="registered already"):
        people.register_persons(REGISTRAR, "custody", [person_of(1)])


def test_representative__is_appointed_under_one_entry_and_replaced_by_the_same_anew(
    people: People, door: OpenDoor, register: PeopleLedger
) -> None:
    people.register_persons(REGISTRAR, "custody", [person_of(1), person_of(2)])
    since = date(2026, 1, 1)
    appointed = Representation(number_of(2), number_of(1), since, "decision 7")
    assert people.appoint_representative(REGISTRAR, "custody", appointed) == number_of(1)
    assert door.asks[-1].persons == (number_of(1), number_of(2))
    assert register.has_entry(102)
    assert register.representatives_of(number_of(1), since) == {number_of(2)}
    assert register.representatives_of(number_of(1), date(2025, 12, 31)) == set()
    ended = replace(appointed, until=date(2026, 2, 1))
    people.appoint_representative(REGISTRAR, "custody", ended)
    assert register.representatives_of(number_of(1), date(2026, 2, 1)) == set()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"representative": number_of(1)}, "cannot be appointed to represent themselves"),
        ({"representative": "P-000099"}, "`P-000099` is not registered"),
        ({"decision": ""}, "names the decision"),
        ({"until": date(2026, 1, 1)}, "ends after it starts"),
    ],
)
def test_representative__that_cannot_be_is_an_error(
    people: People,
    register: PeopleLedger,
    change: dict[str, Any],  # Any: fields of several types
    problem: str,
) -> None:
    people.register_persons(REGISTRAR, "custody", [person_of(1), person_of(2)])
    appointed = Representation(number_of(2), number_of(1), date(2026, 1, 1), "decision 7")
    with pytest.raises(PersonError, match=problem):
        people.appoint_representative(REGISTRAR, "custody", replace(appointed, **change))
    assert register.representatives_of(number_of(1), date(2026, 1, 2)) == set()


def test_twins__are_declared_under_one_entry_each_and_twice_is_once(
    people: People, door: OpenDoor, register: PeopleLedger
) -> None:
    people.register_persons(REGISTRAR, "custody", [person_of(1), person_of(2)])
    for one, other in ((2, 1), (1, 2)):
        said = (number_of(one), number_of(other))
        assert people.declare_twins(REGISTRAR, "custody", *said) == said
        assert door.asks[-1].persons == said
    assert register.has_entry(103)
    assert len(register.kinship().twins) == 1
    with pytest.raises(PersonError, match="cannot be their own twin"):
        people.declare_twins(REGISTRAR, "custody", number_of(1), number_of(1))
    with pytest.raises(PersonError, match="`P-000099` is not registered"):
        people.declare_twins(REGISTRAR, "custody", number_of(1), "P-000099")
    assert isinstance(
        people.declare_twins(REGISTRAR, "insurance", number_of(1), number_of(2)), Refusal
    )
