from datetime import timedelta
from pathlib import Path

import pytest

from kerne.errors import PersonError
from kerne.people.asking import Identity, Role
from kerne.people.ledger import PeopleLedger
from kerne.people.organisation import Organisation, OrganisationKind
from kerne.people.treatment import TreatmentRelation

from .conftest import AT, number_of, open_register

P = number_of(1)
DOCTOR = Identity("doctor-1", frozenset({Role.DOCTOR, Role.CITIZEN}), "Hospital North", P)


def test_identity__comes_back_as_it_was_appointed(peopled: PeopleLedger, tmp_path: Path) -> None:
    nobody = Identity("visitor", frozenset())
    for identity in (DOCTOR, nobody):
        peopled.appoint(identity)
        assert open_register(tmp_path).identity(identity.identifier) == identity
    assert peopled.identities() == [DOCTOR, nobody]


def test_identity__a_later_appointment_replaces_the_earlier(peopled: PeopleLedger) -> None:
    peopled.appoint(DOCTOR)
    moved = Identity("doctor-1", frozenset({Role.GENETICIST}), "Hospital South")
    peopled.appoint(moved, entry=12, at=AT)
    assert peopled.identity("doctor-1") == moved
    assert peopled.has_entry(12)


def test_identity__of_somebody_unknown_is_an_error(peopled: PeopleLedger) -> None:
    with pytest.raises(PersonError, match="identity `doctor-9` is not known here"):
        peopled.identity("doctor-9")
    stranger = Identity("doctor-9", frozenset(), None, "P-000009")
    with pytest.raises(PersonError, match="person `P-000009` is not registered"):
        peopled.appoint_all([DOCTOR, stranger])
    assert peopled.identities() == []


def test_organisation__comes_back_as_it_was(peopled: PeopleLedger) -> None:
    east = Organisation("east", "Sequencing East", OrganisationKind.LABORATORY, "East")
    peopled.add_organisation(east)
    assert peopled.organisation("east") == east
    nation = Organisation("east", "Sequencing", OrganisationKind.AUTHORITY)
    peopled.add_organisation(nation)
    assert peopled.organisation("east") == nation
    with pytest.raises(PersonError, match="organisation `west` is not registered"):
        peopled.organisation("west")


def test_treatment__holds_from_its_start_to_its_end(peopled: PeopleLedger) -> None:
    assert not peopled.treats("doctor-1", P)
    peopled.start_treatment("doctor-1", P, "K-1", AT)
    peopled.start_treatment("doctor-1", P, "K-1", AT + timedelta(days=5))
    peopled.start_treatment("doctor-1", P, "K-2", AT + timedelta(days=1))
    assert peopled.treats("doctor-1", P)
    assert not peopled.treats("doctor-2", P)
    assert not peopled.treats("doctor-1", number_of(2))
    peopled.end_treatment("doctor-1", P, "K-1", AT + timedelta(days=2))
    assert peopled.treats("doctor-1", P)
    peopled.end_treatment("doctor-1", P, "K-2", AT + timedelta(days=3))
    assert not peopled.treats("doctor-1", P)
    day = timedelta(days=1)
    assert peopled.treatments("doctor-1", P) == [
        TreatmentRelation("doctor-1", P, "K-1", AT, AT + 2 * day),
        TreatmentRelation("doctor-1", P, "K-2", AT + day, AT + 3 * day),
    ]


def test_treatment__that_is_not_there_cannot_end(peopled: PeopleLedger) -> None:
    peopled.start_treatment("doctor-1", P, "K-1", AT)
    peopled.end_treatment("doctor-1", P, "K-1", AT)
    for order in ("K-1", "K-2"):
        with pytest.raises(PersonError, match=f"does not treat `{P}` under `{order}`"):
            peopled.end_treatment("doctor-1", P, order, AT)
    with pytest.raises(PersonError, match="`P-000009` is not registered"):
        peopled.start_treatment("doctor-1", "P-000009", "K-1", AT)


def test_treatment__a_relation_holds_from_its_first_moment_to_before_its_last() -> None:
    hour = timedelta(hours=1)
    relation = TreatmentRelation("doctor-1", P, "K-1", AT, AT + hour)
    assert not relation.holds(AT - hour)
    assert relation.holds(AT)
    assert not relation.holds(AT + hour)
    assert TreatmentRelation("doctor-1", P, "K-1", AT).holds(AT + 1000 * hour)
