from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kerne.database.engine import open_database
from kerne.people.kinship import Custody
from kerne.people.ledger import PeopleLedger, metadata
from kerne.people.person import Person, RegisteredSex
from kerne.people.standing import Standing, standings
from kerne.people.vault import open_vault

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = AT.date()
CHILD, MOTHER, DEAD = "P-000001", "P-000002", "P-000003"


@pytest.fixture
def ledger(tmp_path: Path) -> PeopleLedger:
    ledger = PeopleLedger(open_database(tmp_path / "people.sqlite", metadata), open_vault(tmp_path))
    born = date(2015, 5, 2)
    ledger.register_persons(
        [
            Person(CHILD, "A", None, born, RegisteredSex.FEMALE, "East"),
            Person(MOTHER, "B", None, date(1985, 1, 1), RegisteredSex.FEMALE, "East"),
            Person(DEAD, "C", None, date(1950, 1, 1), RegisteredSex.MALE, "East", TODAY),
        ],
        custodies=[
            Custody(MOTHER, CHILD, born),
            Custody(DEAD, CHILD, born, until=TODAY),
        ],
        entry=1,
        at=AT,
    )
    return ledger


def standing_of(ledger: PeopleLedger, *numbers: str, identity: str = "doctor-1") -> object:
    return standings(ledger.engine, numbers, identity, AT, TODAY)


def test_standing__tells_birth_life_and_guardians_of_the_day(ledger: PeopleLedger) -> None:
    assert standing_of(ledger, CHILD, MOTHER, DEAD, "P-000009") == {
        CHILD: Standing(date(2015, 5, 2), True, False, None, frozenset({MOTHER}), frozenset()),
        MOTHER: Standing(date(1985, 1, 1), True, False, None, frozenset(), frozenset()),
        DEAD: Standing(date(1950, 1, 1), False, False, None, frozenset(), frozenset()),
    }


@pytest.mark.parametrize("others", [(), (MOTHER,)])
def test_standing__tells_who_is_treated_by_the_asker_now(
    ledger: PeopleLedger, others: tuple[str, ...]
) -> None:
    def is_treated(identity: str) -> bool:
        found = standings(ledger.engine, (CHILD, *others), identity, AT, TODAY)
        return found[CHILD].is_treated

    ledger.start_treatment("doctor-1", CHILD, "K-1", AT - timedelta(days=1))
    ledger.start_treatment("doctor-1", DEAD, "K-2", AT - timedelta(days=1))
    ledger.start_treatment("doctor-2", CHILD, "K-3", AT + timedelta(days=1))
    assert is_treated("doctor-1")
    assert not is_treated("doctor-2")
    assert not is_treated("doctor-3")
    ledger.end_treatment("doctor-1", CHILD, "K-1", AT)
    assert not is_treated("doctor-1")


def test_standing__tells_when_a_relation_of_the_two_next_begins_or_ends(
    ledger: PeopleLedger,
) -> None:
    def changes() -> datetime | None:
        return standings(ledger.engine, (CHILD,), "doctor-1", AT, TODAY)[CHILD].changes

    ledger.start_treatment("doctor-1", CHILD, "K-1", AT - timedelta(days=1))
    ledger.start_treatment("doctor-2", CHILD, "K-2", AT + timedelta(minutes=1))
    assert changes() is None
    ledger.start_treatment("doctor-1", CHILD, "K-3", AT + timedelta(hours=2))
    assert changes() == AT + timedelta(hours=2)
    ledger.end_treatment("doctor-1", CHILD, "K-1", AT + timedelta(hours=1))
    assert changes() == AT + timedelta(hours=1)
