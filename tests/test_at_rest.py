"""What stands in the files of a centre in clear, and what does not."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import MetaData

from kerne.cases.answers.answer import SUMS
from kerne.cases.ledger import CaseLedger
from kerne.database.engine import open_database
from kerne.database.remains import find_remains
from kerne.errors import VaultError
from kerne.people.ledger import PeopleLedger, metadata
from kerne.people.vault import KEYS_FILE, Vault, open_vault
from kerne.sequencing.ledger import OrderLedger

pytestmark = pytest.mark.xdist_group("demo")

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
IN_CLEAR_BY_DESIGN = ("answers", "knowledge")
"""Signed answers as handed over; releases of public reference data."""


class Walked(Protocol):
    @property
    def home(self) -> Path: ...


@dataclass
class Home:
    """A copy of the walked home, and what is sealed in it of the patient who got an answer."""

    path: Path
    person: str
    vault: Vault
    cases: CaseLedger
    case: str
    secrets: dict[str, str]


@pytest.fixture
def home(walked: Walked, tmp_path: Path) -> Iterator[Home]:
    path = tmp_path / "home"
    shutil.copytree(walked.home, path)
    engine = open_database(path / "centre.sqlite", metadata)
    vault = open_vault(path / "keys")
    cases = CaseLedger(engine, vault)
    line = min(cases.lines(), key=lambda line: line.number)
    person = PeopleLedger(engine, vault).person(line.person)
    order = OrderLedger(engine, vault).order(line.order_number)
    secrets = {"name": person.name, "clinical question": order.question}
    secrets |= {f"term {term}": term for term in cases.case(line.number).observed}
    signed = cases.case(line.number).signed
    assert signed is not None
    # The list of digests holds nothing else, and digests stand in clear.
    (listed,) = (file.digest for file in signed.files if file.name == SUMS)
    with engine.connect() as connection:
        kept = "SELECT digest FROM case_document WHERE number = ? AND digest != ?"
        digests = connection.exec_driver_sql(kept, (line.number, listed)).scalars().all()
    secrets |= {
        f"document {digest}": cases.document(line.number, digest).decode(errors="replace")
        for digest in digests
    }
    yield Home(path, line.person, vault, cases, line.number, secrets)
    engine.dispose()
    vault.close()


def test_what_is_sealed__stands_in_clear_in_no_file_of_the_centre(home: Home) -> None:
    assert len(home.secrets) > 10
    assert find_remains(home.path, home.secrets, leave_out=IN_CLEAR_BY_DESIGN) == []


def test_search__would_find_each_secret(home: Home) -> None:
    for number, text in enumerate(home.secrets.values()):
        (home.path / f"leak-{number}").write_text(text)
    found = find_remains(home.path, home.secrets, leave_out=IN_CLEAR_BY_DESIGN)
    assert {remain.secret for remain in found} == set(home.secrets)


def test_signed_answer__is_handed_over_in_clear(home: Home) -> None:
    found = {remain.secret for remain in find_remains(home.path / "answers", home.secrets)}
    assert any(secret.startswith("term") for secret in found)


def test_erased_key__with_the_master_rotated_leaves_old_copies_shut(home: Home) -> None:
    home.vault.close()
    old = (home.path / "keys" / KEYS_FILE).read_bytes()
    home.vault.destroy(home.person)
    home.vault.rotate_master()
    with pytest.raises(VaultError, match=f"the key of `{home.person}` was destroyed"):
        home.cases.case(home.case)
    home.vault.close()
    (home.path / "keys" / KEYS_FILE).write_bytes(old)
    with pytest.raises(VaultError, match=r"master.key` is missing"):
        open_vault(home.path / "keys")


def test_tables__are_all_named_in_the_page_on_what_stands_in_clear(home: Home) -> None:
    page = (Path(__file__).parent.parent / "docs" / "explanation" / "at-rest.md").read_text()
    tables = set()
    for path in home.path.rglob("*.sqlite"):
        engine = open_database(path, MetaData())
        with engine.connect() as connection:
            tables |= set(connection.exec_driver_sql(TABLES).scalars())
        engine.dispose()
    assert len(tables) > 20
    assert sorted(table for table in tables if f"`{table}`" not in page) == []
