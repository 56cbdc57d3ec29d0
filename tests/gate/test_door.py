"""What the gate does with an ask that names people: decide, record, do, record."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kerne.audit.entry import Outcome, Verdict
from kerne.consent.events import (
    AnalysisConsentWithdrawn,
    ReaderBlocked,
)
from kerne.gate.door import GRANT_LIFETIME
from kerne.gate.grant import Grant
from kerne.people.asking import Action, Ask, Door, Identity, Role

from .conftest import (
    ADULT,
    AT,
    CHILD,
    COUNT,
    GENETICIST,
    MOTHER,
    READ,
    REGISTRAR,
    STRANGER,
    Trust,
    citizen,
    granted,
    refused,
    rows_of,
)


def test_gate__is_the_door_that_rooms_below_know(trust: Trust) -> None:
    door: Door = trust.gate
    assert door is trust.gate


def test_answer__is_what_the_work_returns(trust: Trust) -> None:
    trust.people.start_treatment("doctor-1", ADULT, "K-1", AT)
    grant = granted(trust, READ)
    assert grant.ask == READ
    assert grant.entries == (grant.entry,)
    assert grant.expires_at == AT + GRANT_LIFETIME
    assert rows_of(grant) == {0}


def test_answer__is_recorded_before_the_work_and_after_it(trust: Trust) -> None:
    trust.people.start_treatment("doctor-1", ADULT, "K-1", AT)
    seen: list[int] = []

    def work(grant: Grant) -> str:
        seen.append(trust.audit.size())
        assert grant.entry == trust.audit.size()
        return "read"

    assert trust.gate.answer(READ, work) == "read"
    assert seen == [1]
    (intent,) = trust.intents()
    (outcome,) = trust.outcomes()
    assert intent.intent.verdict is Verdict.PERMITTED
    assert intent.intent.rules == ("treatment-reading",)
    assert intent.intent.about == "case C-1"
    assert (outcome.ask, outcome.outcome) == (intent.number, Outcome.DONE)


def test_refusal__does_no_work_and_is_recorded_with_its_rules(trust: Trust) -> None:
    trust.choose(ReaderBlocked(ADULT, "doctor-1", "citizen-1"))
    trust.people.start_treatment("doctor-1", ADULT, "K-1", AT)
    refusal = refused(trust, READ)
    assert refusal.rules == ("treatment-blocked",)
    (intent,) = trust.intents()
    assert intent.intent.verdict is Verdict.REFUSED
    assert intent.intent.rules == ("treatment-blocked",)
    assert trust.outcomes() == []
    assert trust.audit.naming(ADULT)[0].entry == intent


def test_refusal__of_a_stranger_tells_nothing_of_the_person(trust: Trust) -> None:
    told = refused(trust, READ)
    trust.choose(AnalysisConsentWithdrawn(ADULT, "citizen-1"))
    assert refused(trust, READ) == told
    assert told.rules == ()


@pytest.mark.parametrize("purpose", ["insurance", "pension", "employment", "", "Research"])
def test_purpose__outside_the_list_is_refused_in_words_and_recorded(
    trust: Trust, purpose: str
) -> None:
    refusal = refused(trust, replace(READ, purpose=purpose, persons=(ADULT, MOTHER)))
    assert refusal.rules == ("purpose-closed-list",)
    assert "closed list" in refusal.reasons[0]
    assert [entry.intent.purpose for entry in trust.intents()] == ["outside-the-list"] * 2
    assert trust.audit.naming(MOTHER)[0].personal.said == purpose


def test_purpose__outside_the_list_is_refused_where_nobody_is_named(trust: Trust) -> None:
    refused(trust, Ask(citizen(ADULT), "insurance", Action.ASK_PUBLIC_QUESTION))
    assert len(trust.intents()) == 1


def test_exception__without_a_treatment_relation_is_recorded_with_its_reason(trust: Trust) -> None:
    granted(trust, replace(READ, reason="unconscious, arrhythmia"))
    (found,) = trust.audit.naming(ADULT)
    assert found.entry.intent.rules == ("treatment-exception",)
    assert found.personal.reason == "unconscious, arrhythmia"


def test_block__holds_at_once_and_yields_to_the_exception_only(trust: Trust) -> None:
    trust.people.start_treatment("doctor-1", ADULT, "K-1", AT)
    granted(trust, READ)
    trust.choose(ReaderBlocked(ADULT, "all", "citizen-1"))
    refused(trust, READ)
    granted(trust, replace(READ, reason="unconscious, arrhythmia"))
    refused(trust, replace(READ, action=Action.FOLLOW_ORDER, reason="unconscious, arrhythmia"))


def test_consent__withdrawn_ends_reading_at_once(trust: Trust) -> None:
    trust.people.start_treatment("doctor-1", ADULT, "K-1", AT)
    granted(trust, READ)
    trust.choose(AnalysisConsentWithdrawn(ADULT, "citizen-1"))
    refused(trust, READ)


def test_treatment_relation__that_ended_opens_nothing(trust: Trust) -> None:
    trust.people.start_treatment("doctor-1", ADULT, "K-1", AT - timedelta(days=2))
    trust.people.end_treatment("doctor-1", ADULT, "K-1", AT)
    refused(trust, READ)


def test_trio__is_one_entry_for_each_person_and_one_outcome(trust: Trust) -> None:
    family = (CHILD, MOTHER, ADULT, CHILD)
    for person in family:
        trust.people.start_treatment("geneticist-1", person, "K-1", AT)
    grant = granted(trust, Ask(GENETICIST, "own-treatment", Action.INTERPRET, family))
    assert grant.entries == (1, 2, 3)
    assert rows_of(grant) == {0, 1, 2}
    assert [trust.audit.naming(person)[0].entry.number for person in family[:3]] == [1, 2, 3]
    (outcome,) = trust.outcomes()
    assert (outcome.ask, outcome.last) == (1, 3)


def test_trio__is_refused_whole_and_nobody_is_told_of_another(trust: Trust) -> None:
    for person in (CHILD, MOTHER):
        trust.people.start_treatment("geneticist-1", person, "K-1", AT)
    trust.choose(ReaderBlocked(MOTHER, "geneticist-1", "citizen-3"))
    refusal = refused(trust, Ask(GENETICIST, "own-treatment", Action.INTERPRET, (CHILD, MOTHER)))
    assert refusal.rules == ("treatment-blocked",)
    assert trust.audit.naming(CHILD)[0].entry.intent.rules == ("whole-ask",)
    assert trust.audit.naming(MOTHER)[0].entry.intent.rules == ("treatment-blocked",)


def test_person__whom_nobody_knows_is_refused(trust: Trust) -> None:
    refusal = refused(trust, replace(READ, persons=("P-999999",), reason="a reason"))
    assert refusal.rules == ("person-known",)


def test_person__who_is_new_is_registered_by_a_registrar(trust: Trust) -> None:
    ask = Ask(REGISTRAR, "quality", Action.REGISTER_PERSON, ("P-000077",))
    assert granted(trust, ask).population is None


def test_own_access__is_mine_from_fifteen_in_the_countrys_days(trust: Trust) -> None:
    ask = Ask(citizen(CHILD), "own-access", Action.READ_CHOICES, (CHILD,))
    refused(trust, ask)
    trust.clock.at = AT.replace(year=2030, month=5, day=1, hour=21, minute=59)
    refused(trust, ask)
    trust.clock.advance(timedelta(minutes=1))  # midnight in Copenhagen, still 1 May in UTC
    granted(trust, ask)
    refused(trust, replace(ask, persons=(ADULT,)))


def test_guardian_access__ends_at_fifteen(trust: Trust) -> None:
    ask = Ask(citizen(MOTHER), "guardian-access", Action.READ_ACCESSES, (CHILD,))
    granted(trust, ask)
    refused(trust, replace(ask, who=citizen(STRANGER)))
    trust.clock.at = AT.replace(year=2030, month=5, day=2)
    refused(trust, ask)


def test_roles__are_recorded_as_they_were(trust: Trust, tmp_path: Path) -> None:
    both = Identity("doctor-3", frozenset({Role.GENETICIST, Role.DOCTOR}), "hospital-east")
    granted(trust, replace(COUNT, who=both))
    assert trust.intents()[0].intent.roles == (Role.DOCTOR, Role.GENETICIST)
    assert list(tmp_path.glob("audit.sqlite*"))
