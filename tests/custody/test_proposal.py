"""One custodian proposes, another carries out; nobody does both."""

from datetime import UTC, datetime

import pytest

from kerne.custody.events import (
    CustodyEvent,
    ErasureBegun,
    ErasureGround,
    ErasureProposed,
    ErasureStep,
    ErasureStepDone,
    Inventory,
    PseudonymTurnedBack,
    TurnBackGround,
    TurnBackProposed,
)
from kerne.custody.proposal import Proposal, Stage, begin_erasure, fold, turn_back
from kerne.custody.receipt import receipt_of_erasure
from kerne.database.history import Recorded
from kerne.errors import CustodyError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NUMBER, PERSON = "X-2026-000001", "P-000001"
NOTHING = Inventory(0, 0, 0, 0, 0, ())
ERASURE = ErasureProposed(NUMBER, PERSON, ErasureGround.WRONG_REGISTRATION, "DEC-1", "custodian-1")
TURN_BACK = TurnBackProposed(
    NUMBER, "PRJ-0001", "ABC", TurnBackGround.DATA_ERROR, "DEC-1", "custodian-1"
)


def history(*events: CustodyEvent) -> list[Recorded[CustodyEvent]]:
    return [
        Recorded(number, NUMBER, number, AT, 70 + number, event)
        for number, event in enumerate(events, start=1)
    ]


def steps(*done: ErasureStep) -> list[CustodyEvent]:
    return [ErasureStepDone(NUMBER, step) for step in done]


def finished(found: Inventory) -> Proposal:
    begun = ErasureBegun(NUMBER, "custodian-2", found)
    return fold(history(ERASURE, begun, *steps(*ErasureStep)))


def test_proposal__waits_for_a_second_custodian_and_then_for_its_steps() -> None:
    proposal = fold(history(ERASURE))
    assert (proposal.stage, proposal.next_step) == (Stage.PROPOSED, None)
    begun = begin_erasure(proposal, PERSON, "custodian-2", NOTHING)
    proposal = fold(history(ERASURE, begun))
    assert (proposal.stage, proposal.next_step) == (Stage.BEGUN, ErasureStep.ANSWERS)
    assert (proposal.carried_out_by, proposal.entry) == ("custodian-2", 72)
    proposal = fold(history(ERASURE, begun, *steps(ErasureStep.ANSWERS)))
    assert proposal.next_step is ErasureStep.GENOMES
    assert finished(NOTHING).stage is Stage.DONE


def test_key__is_destroyed_before_the_records_go_and_the_master_after_both() -> None:
    order = list(ErasureStep)
    assert order.index(ErasureStep.ANSWERS) < order.index(ErasureStep.KEY)
    assert order.index(ErasureStep.REPLICA) < order.index(ErasureStep.KEY)
    assert order.index(ErasureStep.KEY) < order.index(ErasureStep.RECORDS)
    assert order.index(ErasureStep.RECORDS) < order.index(ErasureStep.MASTER)
    assert order[-1] is ErasureStep.REMNANTS


@pytest.mark.parametrize(
    ("person", "by", "problem"),
    [
        (PERSON, "custodian-1", "is your own"),
        ("P-000002", "custodian-2", "is not to erase `P-000002`"),
    ],
)
def test_erasure__is_refused_to_the_proposer_and_for_another_person(
    person: str, by: str, problem: str
) -> None:
    with pytest.raises(CustodyError, match=problem):
        begin_erasure(fold(history(ERASURE)), person, by, NOTHING)


def test_erasure__is_carried_out_once() -> None:
    with pytest.raises(CustodyError, match="carried out already"):
        begin_erasure(finished(NOTHING), PERSON, "custodian-3", NOTHING)


def test_pseudonym__is_turned_back_by_another_custodian_once() -> None:
    proposal = fold(history(TURN_BACK))
    with pytest.raises(CustodyError, match="is your own"):
        turn_back(proposal, "custodian-1")
    event = turn_back(proposal, "custodian-2")
    assert event == PseudonymTurnedBack(NUMBER, "custodian-2")
    proposal = fold(history(TURN_BACK, event))
    assert (proposal.stage, proposal.next_step) == (Stage.DONE, None)
    with pytest.raises(CustodyError, match="carried out already"):
        turn_back(proposal, "custodian-3")


def test_proposal__of_one_kind_does_not_serve_the_other() -> None:
    with pytest.raises(CustodyError, match="not to turn a pseudonym back"):
        turn_back(fold(history(ERASURE)), "custodian-2")
    with pytest.raises(CustodyError, match="not to erase"):
        begin_erasure(fold(history(TURN_BACK)), PERSON, "custodian-2", NOTHING)


def test_history__begins_with_one_proposal() -> None:
    with pytest.raises(CustodyError, match="does not begin with a proposal"):
        fold(history(PseudonymTurnedBack(NUMBER, "custodian-2")))
    with pytest.raises(CustodyError, match="made twice"):
        fold(history(ERASURE, ERASURE))


def test_receipt__names_what_was_destroyed_and_which_answers_stay() -> None:
    receipt = receipt_of_erasure(finished(Inventory(1, 2, 1, 3, 9, ("C-2026-000004",))))
    assert receipt.destroyed[:5] == (
        "1 genome in the National Genome Database",
        "2 orders with the clinical question",
        "1 case with phenotype, candidates and judgements",
        "3 choices in the history of consent",
        "9 entries of the audit: whom it was about, and the asker's own words",
    )
    assert "`C-2026-000004`, in `answers/C-2026-000004`" in receipt.stays[0]
    assert len(receipt_of_erasure(finished(NOTHING)).destroyed) == len(receipt.destroyed) - 5


def test_receipt__is_not_written_before_the_last_step() -> None:
    begun = ErasureBegun(NUMBER, "custodian-2", NOTHING)
    for unfinished in (history(ERASURE), history(ERASURE, begun), history(TURN_BACK)):
        with pytest.raises(CustodyError, match="is not finished"):
            receipt_of_erasure(fold(unfinished))
