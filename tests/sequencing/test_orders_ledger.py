import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kerne.errors import OrderError, StaleVersionError
from kerne.people.sample import GenomeOrigin
from kerne.sequencing.events import OrderPlaced
from kerne.sequencing.ledger import OrderLedger
from kerne.sequencing.order import Stage, accept_sample, cancel_order, place_order

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def place(
    ledger: OrderLedger, person: str, question: str = "why?", doctor: str = "doctor-1"
) -> str:
    number = ledger.next_number(2026)
    placed = place_order(number, person, "heart", "routine", (doctor, "North"), question)
    ledger.append(None, placed, entry=1, at=AT)
    return number


def test_next_number__counts_up_within_the_year(ledger: OrderLedger) -> None:
    assert [place(ledger, "P-1"), place(ledger, "P-2")] == ["K-2026-000001", "K-2026-000002"]
    assert ledger.next_number(2027) == "K-2027-000001"


def test_order_ledger__keeps_the_question_sealed_on_disk(
    ledger: OrderLedger, order_file: Path
) -> None:
    number = place(ledger, "P-1", question="unexplained fainting in the family")
    assert ledger.order(number).question == "unexplained fainting in the family"
    with sqlite3.connect(order_file) as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    assert "P-1" in dump
    assert "fainting" not in dump


def test_order_ledger__refuses_a_step_decided_on_an_old_state(ledger: OrderLedger) -> None:
    number = place(ledger, "P-1")
    seen = ledger.order(number)
    ledger.append(seen, accept_sample(seen, "S-1", "B-1", "East"), entry=2, at=AT)
    with pytest.raises(StaleVersionError, match="somebody else changed it first"):
        ledger.append(seen, cancel_order(seen, "d", "no-longer-needed"), entry=3, at=AT)
    assert ledger.order(number).stage is Stage.ACCEPTED


@pytest.mark.parametrize(("sample", "barcode"), [("S-1", "B-2"), ("S-2", "B-1")])
def test_order_ledger__gives_a_sample_and_a_barcode_to_one_order_only(
    ledger: OrderLedger, sample: str, barcode: str
) -> None:
    first, second = (ledger.order(place(ledger, person)) for person in ("P-1", "P-2"))
    ledger.append(first, accept_sample(first, "S-1", "B-1", "East"), entry=2, at=AT)
    with pytest.raises(OrderError, match="was taken in before"):
        ledger.append(second, accept_sample(second, sample, barcode, "West"), entry=3, at=AT)
    assert ledger.order(second.number).stage is Stage.PLACED


def test_lines__can_be_chosen_by_doctor_site_and_stage(ledger: OrderLedger) -> None:
    first = place(ledger, "P-1")
    place(ledger, "P-2", doctor="doctor-2")
    state = ledger.order(first)
    ledger.append(state, accept_sample(state, "S-1", "B-1", "East"), entry=2, at=AT)
    assert [line.number for line in ledger.lines()] == ["K-2026-000001", "K-2026-000002"]
    assert [line.person for line in ledger.lines(ordered_by="doctor-2")] == ["P-2"]
    assert [line.sample for line in ledger.lines(site="East")] == ["S-1"]
    assert [line.accepted_at for line in ledger.lines(stage=Stage.PLACED)] == [None]


def test_order_ledger__names_an_order_that_is_not_there(ledger: OrderLedger) -> None:
    with pytest.raises(OrderError, match="there is no order `K-2026-000009`"):
        ledger.line("K-2026-000009")
    with pytest.raises(OrderError, match="there is no order `K-2026-000009`"):
        ledger.order("K-2026-000009")


def test_unhandled__gives_an_event_again_until_the_next_is_asked_for(ledger: OrderLedger) -> None:
    place(ledger, "P-1")
    place(ledger, "P-2")
    cut_off = next(ledger.unhandled("relations", OrderPlaced))
    assert cut_off.number == 1
    assert [recorded.number for recorded in ledger.unhandled("relations", OrderPlaced)] == [1, 2]
    assert list(ledger.unhandled("relations", OrderPlaced)) == []
    assert len(list(ledger.unhandled("another", OrderPlaced))) == 2


def test_tube__of_a_store_that_knew_no_origins_is_of_germline(
    ledger: OrderLedger, order_file: Path
) -> None:
    number = place(ledger, "P-1")
    seen = ledger.order(number)
    ledger.append(seen, accept_sample(seen, "S-1", "B-1", "East", "fetal"), entry=2, at=AT)
    assert ledger.order(number).sample.origin is GenomeOrigin.FETAL
    with sqlite3.connect(order_file) as connection:
        changed = connection.execute(
            "UPDATE order_event SET type_version = 1, body = json_remove(body, '$.origin')"
            " WHERE type = 'SampleAccepted'"
        )
        assert changed.rowcount == 1
    connection.close()
    assert ledger.order(number).sample.origin is GenomeOrigin.GERMLINE
