from datetime import date

import pytest

from kerne import __version__
from kerne.cases.actions import Answer
from kerne.cases.answers.report import NOT_FOR_DIAGNOSIS, Validation
from kerne.errors import CaseError
from kerne.people.asking import Action, Ask, Identity, Purpose, Refusal, Role

from .conftest import Room
from .test_cases_actions import signed

DAY = date(2026, 3, 1)
QUALITY = Purpose.QUALITY


def recorded(room: Room) -> Validation:
    made = room.cases.validations.record(room.geneticist, QUALITY, __version__, DAY, " V-12 ")
    assert isinstance(made, Validation)
    return made


def warnings(answer: Answer) -> bool:
    return NOT_FOR_DIAGNOSIS.encode() in answer.record


def test_answer__is_not_for_diagnosis_until_the_institution_has_validated(room: Room) -> None:
    assert warnings(signed(room)[1])


def test_answer__of_an_institution_that_validated_names_it_and_the_day(room: Room) -> None:
    assert recorded(room) == Validation("Hospital North", __version__, "2026-03-01", "V-12")
    _, answer = signed(room)
    assert not warnings(answer)
    assert b"Hospital North recorded its own validation of version" in answer.record
    assert b"Not for diagnosis" not in answer.page


def test_answer__of_another_institution_is_not_for_diagnosis(room: Room) -> None:
    south = Identity("geneticist-2", frozenset({Role.GENETICIST}), "Hospital South")
    room.cases.validations.record(south, QUALITY, __version__, DAY, "V-1")
    assert warnings(signed(room)[1])


def test_validation__that_was_withdrawn_counts_no_more(room: Room) -> None:
    stood = recorded(room)
    assert room.cases.validations.withdraw(room.geneticist, QUALITY, __version__, "a fault") == (
        stood
    )
    assert warnings(signed(room)[1])
    history = room.cases.validations.history("Hospital North")
    assert [type(event).__name__ for _, event in history] == [
        "ValidationRecorded",
        "ValidationWithdrawn",
    ]
    assert all(room.cases.ledger.has_entry(entry) for entry in (1, 2))


def test_validation__is_of_this_version_a_past_day_and_a_named_document(room: Room) -> None:
    record = room.cases.validations.record
    with pytest.raises(CaseError, match="this is version"):
        record(room.geneticist, QUALITY, "9.9", DAY, "V-12")
    with pytest.raises(CaseError, match="yet to come"):
        record(room.geneticist, QUALITY, __version__, date(2027, 1, 1), "V-12")
    with pytest.raises(CaseError, match="names the document"):
        record(room.geneticist, QUALITY, __version__, DAY, " ")
    with pytest.raises(CaseError, match="must belong to an institution"):
        record(Identity("x", frozenset({Role.GENETICIST})), QUALITY, __version__, DAY, "V-12")


def test_validation__is_withdrawn_when_it_stands_and_for_a_reason(room: Room) -> None:
    with pytest.raises(CaseError, match="has no validation of version"):
        room.cases.validations.withdraw(room.geneticist, QUALITY, __version__, "a fault")
    recorded(room)
    with pytest.raises(CaseError, match="for a reason"):
        room.cases.validations.withdraw(room.geneticist, QUALITY, __version__, "")


def test_validation__is_asked_for_at_the_gate(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(room)
    (ask,) = room.door.asks
    assert (ask.action, ask.persons, ask.about) == (
        Action.RECORD_VALIDATION,
        (),
        f"version {__version__}",
    )
    refusal = Refusal(("no",))

    def refuse(_ask: Ask, _work: object) -> Refusal:
        return refusal

    monkeypatch.setattr(room.door, "answer", refuse)
    assert room.cases.validations.record(room.geneticist, QUALITY, __version__, DAY, "V") is refusal
    assert len(room.cases.validations.history("Hospital North")) == 1
