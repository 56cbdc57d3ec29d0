"""An erased person is in no count, list or log; nothing of them is left in any file."""

import shutil
import sqlite3
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest

from kerne.centre import Centre
from kerne.custody.events import CustodyEvent, ErasureGround, ErasureStep, ErasureStepDone
from kerne.custody.ledger import CustodyLedger
from kerne.custody.proposal import Stage
from kerne.custody.rooms import Rooms
from kerne.errors import CustodyError, PersonError, VaultError
from kerne.people.asking import Refusal
from kerne.people.person import Person, RegisteredSex
from tests.custody.conftest import (
    FIRST,
    OTHER,
    REGISTRAR,
    SECOND,
    SECRETS,
    WHOM,
    Site,
    counted,
    done,
    erase,
    files_with,
    propose,
)

KEEP_THE_NUMBER = {"erased_number", "custody_event", "consent_event"}


def tables_with(database: Path, word: str) -> set[str]:
    """Return the tables of a database in which `word` stands in any column."""
    with closing(sqlite3.connect(database)) as connection:
        names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        return {
            name
            for (name,) in names
            for row in connection.execute(f'SELECT * FROM "{name}"')
            if any(word.encode() in _bytes(value) for value in row)
        }


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def assert_erased(centre: Centre, home: Path) -> None:
    """Check that WHOM is gone and everybody else is not."""
    assert counted(centre) == 4
    with pytest.raises(PersonError, match="nobody is known here"):
        centre.identify(WHOM)
    assert centre.identify(OTHER).person == OTHER
    found = centre.audit.verify()
    assert found.is_intact, found.problems
    for secret in SECRETS:
        assert not files_with(home, secret)


def test_erased_person__is_in_no_count_list_or_file(site: Site) -> None:
    with site.open() as centre:
        assert counted(centre) == 6
        receipt = erase(centre, WHOM)
        assert receipt.person == WHOM
        assert receipt.destroyed[0] == "1 genome in the National Genome Database"
        assert any("segments `000001`: written anew" in words for words in receipt.destroyed)
        # Files are searched while the centre is open: its write-ahead logs lie beside them.
        assert_erased(centre, site.home)
    with site.open() as centre:
        assert_erased(centre, site.home)
    assert not files_with(site.replica, "form-77-of-Xylophia")


def test_erased_person__stands_in_no_table_but_those_that_keep_the_number(site: Site) -> None:
    centre_file, audit_file = site.home / "centre.sqlite", site.home / "audit" / "audit.sqlite"
    assert len(tables_with(centre_file, WHOM)) > 8
    assert tables_with(audit_file, WHOM) == {"personal"}
    with site.open() as centre:
        erase(centre, WHOM)
    assert tables_with(centre_file, WHOM) == KEEP_THE_NUMBER
    assert tables_with(audit_file, WHOM) == set()


def test_numbers_of_an_erased_person__are_never_given_again(site: Site) -> None:
    last = Person("P-000004", "Last One", None, date(1980, 1, 1), RegisteredSex.MALE, "East")
    with site.open() as centre:
        done(centre.people.register_persons(REGISTRAR, "quality", [last]))
        erase(centre, "P-000004")
        erase(centre, WHOM)
        assert centre.people._ledger.next_number() == "P-000005"
        with pytest.raises(PersonError, match="`P-000004` was erased"):
            centre.people.register_persons(REGISTRAR, "quality", [last])
        with pytest.raises(PersonError, match="`S1` was erased"):
            centre.people.assign_samples(REGISTRAR, "quality", {"S1": OTHER})


def test_old_backup_and_todays_keys__open_nothing_of_an_erased_person(site: Site) -> None:
    keys, old_keys = site.home / "keys" / "keys.sqlite", site.beside("old-keys.sqlite")
    with site.open() as centre:
        centre.copies.back_up(site.beside("old"))
    shutil.copy(keys, old_keys)
    query = "SELECT number, sealed FROM person"
    with closing(sqlite3.connect(site.beside("old") / "centre.sqlite")) as connection:
        sealed = dict(connection.execute(query).fetchall())
    with site.open() as centre:
        erase(centre, WHOM)
        vault = centre.people._ledger._vault
        assert b"Other Person" in vault.unseal(OTHER, sealed[OTHER], "person")
        with pytest.raises(VaultError, match="was destroyed"):
            vault.unseal(WHOM, sealed[WHOM], "person")
    shutil.copy(old_keys, keys)
    with pytest.raises(VaultError), site.open():
        pytest.fail("an older key store opened with the master key of today")


def test_erasure__takes_two_custodians_and_one_proposal(site: Site) -> None:
    with site.open() as centre:
        number = propose(centre, WHOM)
        own = centre.custody.erase(FIRST, "custody", WHOM, proposal=number)
        assert isinstance(own, Refusal)
        assert "a second custodian" in own.reasons[0]
        with pytest.raises(CustodyError, match="is not to erase"):
            centre.custody.erase(SECOND, "custody", OTHER, proposal=number)
        assert counted(centre) == 6
        done(centre.custody.erase(SECOND, "custody", WHOM, proposal=number))
        assert counted(centre) == 4
        refused = centre.custody.erase(SECOND, "custody", WHOM, proposal=number)
        assert isinstance(refused, Refusal)


def test_erasure__is_refused_while_the_record_is_kept(site: Site) -> None:
    with site.open() as centre:
        refused = centre.custody.propose_erasure(
            *(FIRST, "custody", WHOM), ground=ErasureGround.RETENTION_EXPIRED, document="DEC-12"
        )
        assert isinstance(refused, Refusal)
        assert "until 2036-03-02" in refused.reasons[0]
        assert centre.custody.ledger.proposals() == []


@pytest.mark.parametrize("document", ["", "  ", "the case of Xylophia", "010203-1234"])
def test_proposal__names_a_document_by_its_reference(site: Site, document: str) -> None:
    with site.open() as centre, pytest.raises(CustodyError, match="document"):
        propose(centre, WHOM, document)


class CutOffError(Exception):
    """The process ends here."""


@pytest.mark.parametrize(
    ("step", "is_done"),
    [(ErasureStep.ANSWERS, False), *((step, True) for step in ErasureStep)],
)
def test_erasure__goes_to_its_end_whatever_step_it_is_cut_off_at(
    site: Site, step: ErasureStep, is_done: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts = Rooms.acts

    def cut(rooms: Rooms) -> dict[ErasureStep, object]:
        whole = dict(acts(rooms))

        def cut_off(person: str, entry: int) -> None:
            if is_done:
                whole[step](person, entry)
            raise CutOffError

        return {**whole, step: cut_off}

    with monkeypatch.context() as patch:
        patch.setattr(Rooms, "acts", cut)
        with site.open() as centre, pytest.raises(CutOffError):
            erase(centre, WHOM)
    with site.open() as centre:
        assert_erased(centre, site.home)
        assert [each.stage for each in centre.custody.ledger.proposals()] == [Stage.DONE]


def test_proposal_that_nobody_made__is_unknown(site: Site) -> None:
    with site.open() as centre:
        ledger = centre.custody.ledger
        assert ledger.proposer("X-2026-000009") is None
        with pytest.raises(CustodyError, match="there is no proposal"):
            ledger.proposal("X-2026-000009")


def test_erasure_that_two_processes_carry_on__is_done_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = CustodyLedger.append

    def after_another(
        ledger: CustodyLedger, version: int, event: CustodyEvent, *, entry: int, at: datetime
    ) -> None:
        if isinstance(event, ErasureStepDone):
            append(ledger, version, event, entry=entry, at=at)
        append(ledger, version, event, entry=entry, at=at)

    monkeypatch.setattr(CustodyLedger, "append", after_another)
    with site.open() as centre:
        erase(centre, WHOM)
        (proposal,) = centre.custody.ledger.proposals()
        assert (proposal.stage, proposal.version) == (Stage.DONE, 2 + len(ErasureStep))
