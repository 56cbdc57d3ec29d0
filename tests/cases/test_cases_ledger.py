import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from kerne.cases.answers.document import digest_of
from kerne.cases.case import Opening, Stage, open_case
from kerne.cases.ledger import _DOCUMENTS, CaseLedger
from kerne.errors import CaseError, StaleVersionError

from .conftest import ReversingSealer

AT = datetime(2026, 3, 9, 9, tzinfo=UTC)


def opened(ledger: CaseLedger, order: str = "K-1", person: str = "P-1") -> str:
    number = ledger.next_number(2026)
    event = open_case(number, Opening(order, person, "S-1"), "gen-1", ["HP:0001250"], [])
    ledger.append(None, event, entry=1, at=AT)
    return number


def test_case_ledger__numbers_cases_within_the_year(ledger: CaseLedger) -> None:
    assert [opened(ledger), opened(ledger, "K-2")] == ["C-2026-000001", "C-2026-000002"]
    assert ledger.next_number(2027) == "C-2027-000001"


def test_case_ledger__gives_an_order_one_case(ledger: CaseLedger) -> None:
    opened(ledger)
    with pytest.raises(CaseError, match="order `K-1` has case `C-2026-000001` already"):
        opened(ledger)
    assert len(ledger.lines()) == 1


def test_case_ledger__keeps_phenotype_and_documents_sealed_on_disk(
    ledger: CaseLedger, case_file: Path
) -> None:
    case = ledger.case(opened(ledger))
    ledger.keep_document(case, b"the gene is SCN1A")
    with sqlite3.connect(case_file) as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    assert "HP:0001250" not in dump
    assert b"SCN1A".hex() not in dump.lower()


def test_case_ledger__keeps_a_document_once_and_gives_it_back_whole(ledger: CaseLedger) -> None:
    case = ledger.case(opened(ledger))
    digest = ledger.keep_document(case, b"found")
    assert ledger.keep_document(case, b"found") == digest == digest_of(b"found")
    assert ledger.document(case.number, digest) == b"found"
    with pytest.raises(CaseError, match="has no document"):
        ledger.document(case.number, digest_of(b"other"))


def test_case_ledger__notices_a_document_that_was_changed(ledger: CaseLedger) -> None:
    case = ledger.case(opened(ledger))
    digest = ledger.keep_document(case, b"found")
    name = f"case {case.number} document {digest}"
    forged = ReversingSealer().seal_document("P-1", name, b"forged")
    with ledger.history.engine.begin() as connection:
        connection.execute(update(_DOCUMENTS).values(sealed=forged))
    with pytest.raises(CaseError, match="is damaged"):
        ledger.document(case.number, digest)


def test_case_ledger__refuses_a_step_decided_on_an_old_state(ledger: CaseLedger) -> None:
    opening = Opening("K-9", "P-1", "S-1")
    opened(ledger)
    event = open_case("C-2026-000001", opening, "gen-1", ["HP:0001250"], [])
    with pytest.raises(StaleVersionError):
        ledger.append(None, event, entry=2, at=AT)


def test_case_lines__can_be_chosen_by_geneticist_person_and_stage(ledger: CaseLedger) -> None:
    opened(ledger)
    opened(ledger, "K-2", "P-2")
    assert [line.person for line in ledger.lines(opened_by="gen-1")] == ["P-1", "P-2"]
    assert ledger.lines(opened_by="gen-2") == []
    assert ledger.lines(stage=Stage.SIGNED) == []
    assert [line.order_number for line in ledger.lines_of("P-2")] == ["K-2"]


def test_case_ledger__names_a_case_that_is_not_there(ledger: CaseLedger) -> None:
    for look in (ledger.case, ledger.line):
        with pytest.raises(CaseError, match="there is no case `C-9`"):
            look("C-9")
