"""What is sealed in a ledger opens where it was put, and nowhere else."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kerne.cases.case import Opening, open_case
from kerne.cases.ledger import CaseLedger
from kerne.cases.ledger import metadata as case_metadata
from kerne.database.engine import open_database
from kerne.errors import VaultError
from kerne.people.vault import open_vault

AT = datetime(2026, 3, 9, 9, tzinfo=UTC)


@dataclass
class Cases:
    ledger: CaseLedger
    numbers: tuple[str, str]

    def execute(self, statement: str) -> None:
        with self.ledger.history.engine.begin() as connection:
            connection.exec_driver_sql(statement)


@pytest.fixture
def cases(tmp_path: Path) -> Cases:
    """Two cases of one person, each with a document."""
    engine = open_database(tmp_path / "cases.sqlite", case_metadata)
    ledger = CaseLedger(engine, open_vault(tmp_path))
    numbers = ("C-1", "C-2")
    for number, term in zip(numbers, ("HP:0001250", "HP:0000365"), strict=True):
        opening = Opening(f"K-{number}", "P-1", "S-1")
        ledger.append(None, open_case(number, opening, "gen-1", [term], []), entry=1, at=AT)
        ledger.keep_document(ledger.case(number), number.encode())
    return Cases(ledger, numbers)


def test_event__opens_with_what_was_sealed_in_it(cases: Cases) -> None:
    assert [cases.ledger.case(number).observed for number in cases.numbers] == [
        ("HP:0001250",),
        ("HP:0000365",),
    ]


def test_event__does_not_open_with_what_another_sealed(cases: Cases) -> None:
    other = "(SELECT sealed FROM case_event WHERE stream = 'C-2')"
    cases.execute(f"UPDATE case_event SET sealed = {other} WHERE stream = 'C-1'")
    with pytest.raises(VaultError, match="was changed, moved, or is another's"):
        cases.ledger.case("C-1")


@pytest.mark.parametrize("change", ["version = 3", "stream = 'C-3'"])
def test_event__does_not_open_when_it_was_moved(cases: Cases, change: str) -> None:
    cases.execute(f"UPDATE case_event SET {change} WHERE stream = 'C-1'")
    with pytest.raises(VaultError, match="was changed, moved, or is another's"):
        cases.ledger.case("C-3" if "stream" in change else "C-1")


def test_document__does_not_open_in_the_place_of_another(cases: Cases) -> None:
    other = "(SELECT sealed FROM case_document WHERE number = 'C-2')"
    cases.execute(f"UPDATE case_document SET sealed = {other} WHERE number = 'C-1'")
    digest = cases.ledger.keep_document(cases.ledger.case("C-1"), b"C-1")
    with pytest.raises(VaultError, match="what is sealed is `case C-2 document"):
        cases.ledger.document("C-1", digest)
