from dataclasses import replace
from datetime import datetime

import pytest

from kerne.errors import OrderError, PersonError
from kerne.people.asking import Action, Identity, Refusal, Role
from kerne.people.sample import GenomeOrigin
from kerne.sequencing.actions import FollowedOrder, Orders
from kerne.sequencing.events import CancelReason, OrderCancelled, OrderEvent
from kerne.sequencing.ledger import OrderLedger
from kerne.sequencing.order import Order, Stage, TubeQuality, accept_sample

from .conftest import NotedRelations, WatchedDoor

OWN = "own-treatment"
GOOD_TUBE = TubeQuality(50.0, 100.0, 1.8)


def placed(orders: Orders, doctor: Identity, person: str = "P-1") -> str:
    order = orders.place(doctor, OWN, person, patient_group="heart", question="why?")
    assert isinstance(order, Order)
    return order.number


def test_orders__take_a_patient_from_the_doctor_to_the_released_sample(
    orders: Orders,
    door: WatchedDoor,
    relations: NotedRelations,
    doctor: Identity,
    laboratory: Identity,
) -> None:
    number = placed(orders, doctor)
    assert relations.treated == {("doctor-1", "P-1")}
    orders.accept_sample(laboratory, OWN, number, barcode="B-1", sample="S-1")
    assert relations.samples == {"S-1": "P-1"}
    assert relations.origins == {"S-1": GenomeOrigin.GERMLINE}
    orders.record_quality(laboratory, OWN, number, GOOD_TUBE)
    orders.record_run(
        laboratory, OWN, number, run="R-1", mean_depth_reads=34.0, callable_fraction=0.97
    )
    order = orders.release_sample(laboratory, OWN, number)
    assert isinstance(order, Order)
    assert order.stage is Stage.RELEASED
    assert [ask.action for ask in door.asks] == [Action.PLACE_ORDER] + 4 * [Action.HANDLE_SAMPLE]
    assert {ask.persons for ask in door.asks} == {("P-1",)}
    assert door.asks[-1].about == f"order {number}"


def test_orders__commit_each_step_under_its_audit_entry(
    orders: Orders, doctor: Identity, laboratory: Identity
) -> None:
    number = placed(orders, doctor)
    orders.accept_sample(laboratory, OWN, number, barcode="B-1", sample="S-1")
    assert [recorded.entry for recorded in orders.ledger.history.read(number)] == [1, 2]


def test_orders__change_nothing_when_the_gate_refuses(
    orders: Orders, door: WatchedDoor, doctor: Identity, relations: NotedRelations
) -> None:
    door.closed_to.add("P-1")
    answer = orders.place(doctor, OWN, "P-1", patient_group="heart", question="why?")
    assert isinstance(answer, Refusal)
    assert orders.ledger.lines() == []
    assert relations.treated == set()


def test_place__refuses_an_incomplete_form_before_it_asks_the_gate(
    orders: Orders, door: WatchedDoor, doctor: Identity
) -> None:
    with pytest.raises(OrderError, match="clinical question"):
        orders.place(doctor, OWN, "P-1", patient_group="heart", question="")
    nowhere = replace(doctor, organisation=None)
    with pytest.raises(OrderError, match="must belong to a hospital or site"):
        orders.place(nowhere, OWN, "P-1", patient_group="heart", question="why?")
    assert door.asks == []


def test_place__takes_the_next_number_when_another_order_was_faster(
    orders: Orders, doctor: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed(orders, doctor)
    numbers = iter(["K-2026-000001", "K-2026-000002"])
    monkeypatch.setattr(type(orders.ledger), "next_number", lambda *_: next(numbers))
    assert placed(orders, doctor, "P-2") == "K-2026-000002"


def test_orders__wait_for_a_new_tube_when_one_fails(
    orders: Orders, doctor: Identity, laboratory: Identity, relations: NotedRelations
) -> None:
    number = placed(orders, doctor)
    orders.accept_sample(laboratory, OWN, number, barcode="B-1", sample="S-1")
    failed = orders.record_quality(laboratory, OWN, number, TubeQuality(1.0, 10.0, 1.8))
    assert isinstance(failed, Order)
    assert failed.stage is Stage.FAILED
    orders.accept_sample(laboratory, OWN, number, barcode="B-2", sample="S-2")
    assert relations.samples == {"S-1": "P-1", "S-2": "P-1"}


def test_cancel__ends_the_order(orders: Orders, doctor: Identity) -> None:
    cancelled = orders.cancel(doctor, OWN, placed(orders, doctor), "ordered-by-mistake")
    assert isinstance(cancelled, Order)
    assert cancelled.stage is Stage.CANCELLED


def test_follow__shows_the_stage_and_the_clock(
    orders: Orders, doctor: Identity, laboratory: Identity
) -> None:
    number = placed(orders, doctor)
    before = orders.follow(doctor, OWN, number)
    assert isinstance(before, FollowedOrder)
    assert before.turnaround is None
    orders.accept_sample(laboratory, OWN, number, barcode="B-1", sample="S-1")
    after = orders.follow(doctor, OWN, number)
    assert isinstance(after, FollowedOrder)
    assert after.turnaround is not None
    assert (after.order.stage, after.turnaround.working_days) == (Stage.ACCEPTED, 0)


def test_follow_all__hides_the_line_that_is_refused_and_no_other(
    orders: Orders, door: WatchedDoor, doctor: Identity
) -> None:
    for person in ("P-1", "P-2", "P-3"):
        placed(orders, doctor, person)
    door.closed_to.add("P-2")
    assert [line.person for line in orders.follow_all(doctor, OWN)] == ["P-1", "P-3"]


def test_follow_all__shows_a_laboratory_the_samples_at_its_own_site(
    orders: Orders, doctor: Identity, laboratory: Identity
) -> None:
    west = Identity("laboratory-west", frozenset({Role.LABORATORY}), "West")
    first, second = placed(orders, doctor, "P-1"), placed(orders, doctor, "P-2")
    orders.accept_sample(laboratory, OWN, first, barcode="B-1", sample="S-1")
    orders.accept_sample(west, OWN, second, barcode="B-2", sample="S-2")
    assert [line.sample for line in orders.follow_all(laboratory, OWN)] == ["S-1"]
    assert [line.sample for line in orders.follow_all(west, OWN)] == ["S-2"]


def test_react__finishes_what_a_fault_left_undone(
    orders: Orders,
    doctor: Identity,
    relations: NotedRelations,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise PersonError("the machine went off")

    with monkeypatch.context() as patch:
        patch.setattr(NotedRelations, "start_treatment", fail)
        with pytest.raises(PersonError, match="went off"):
            placed(orders, doctor)
    assert relations.treated == set()
    orders.react()
    assert relations.treated == {("doctor-1", "P-1")}


def test_accept_sample__leaves_the_order_as_it_was_when_the_number_is_another_persons(
    orders: Orders, doctor: Identity, laboratory: Identity, relations: NotedRelations
) -> None:
    relations.samples["S-1"] = "P-9"
    number = placed(orders, doctor)
    with pytest.raises(PersonError, match="assigned otherwise before"):
        orders.accept_sample(laboratory, OWN, number, barcode="B-1", sample="S-1")
    assert orders.ledger.order(number).stage is Stage.PLACED


def test_order__that_goes_a_step_further_meanwhile_is_cancelled_all_the_same(
    orders: Orders, doctor: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = orders.place(doctor, "own-treatment", "P-1", patient_group="eye", question="why?")
    assert isinstance(order, Order)
    append, site = OrderLedger.append, "East"

    def overtaken(
        ledger: OrderLedger, state: Order, event: OrderEvent, *, entry: int, at: datetime
    ) -> None:
        monkeypatch.setattr(OrderLedger, "append", append)
        ledger.append(state, accept_sample(state, "S-1", "B-1", site), entry=entry, at=at)
        ledger.append(state, event, entry=entry, at=at)

    monkeypatch.setattr(OrderLedger, "append", overtaken)
    orders.cancel_without_consent("P-1", by="P-1", entry=7)
    orders.cancel_without_consent("P-1", by="P-1", entry=7)
    events = [recorded.event for recorded in orders.ledger.history.read(order.number)]
    assert events[2:] == [OrderCancelled(order.number, "P-1", CancelReason.CONSENT_WITHDRAWN)]
