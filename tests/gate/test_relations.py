"""Relatives, representatives and second custodians, as the gate finds them in the registers."""

from dataclasses import replace
from datetime import date, timedelta

from kerne.gate.door import Gate
from kerne.people.asking import Action, Ask, Refusal
from kerne.people.kinship import ParentOf, Representation
from kerne.policy.rulebook import RuleBook

from .conftest import (
    ADULT,
    AT,
    CHILD,
    CUSTODIAN,
    DOCTOR,
    MOTHER,
    STRANGER,
    ZONE,
    Trust,
    citizen,
    granted,
    refused,
)

RELATIVE = Ask(
    DOCTOR,
    "treatment-of-another",
    Action.READ_GENOME,
    (MOTHER,),
    reason="her variant decides the child's treatment",
    about="case C-1",
    patient=CHILD,
)


def test_relative__is_read_for_a_patient_whom_the_asker_treats(trust: Trust) -> None:
    trust.people.add_kin([ParentOf(MOTHER, CHILD)], entry=1, at=AT)
    refused(trust, RELATIVE)
    trust.people.start_treatment(DOCTOR.identifier, CHILD, "K-1", AT)
    granted(trust, RELATIVE)
    assert trust.intents()[-1].intent.rules == ("relative-essential-regard",)
    refused(trust, replace(RELATIVE, reason=None))
    refused(trust, replace(RELATIVE, persons=(STRANGER,)))
    refused(trust, replace(RELATIVE, persons=(CHILD,)))
    refused(trust, replace(RELATIVE, patient=None))


def test_representative__decides_while_the_appointment_stands(trust: Trust) -> None:
    ask = Ask(citizen(STRANGER), "guardian-access", Action.READ_CHOICES, (ADULT,), about="choices")
    refused(trust, ask)
    today = AT.date()
    appointed = Representation(STRANGER, ADULT, today, "decision 7", today + timedelta(days=30))
    trust.people.appoint_representative(appointed, entry=1, at=AT)
    granted(trust, ask)
    trust.clock.advance(timedelta(days=30))
    refused(trust, ask)


def test_representative__of_a_child_is_nobody(trust: Trust) -> None:
    appointed = Representation(STRANGER, CHILD, date(2020, 1, 1), "decision 8")
    trust.people.appoint_representative(appointed, entry=1, at=AT)
    ask = Ask(citizen(STRANGER), "guardian-access", Action.READ_CHOICES, (CHILD,), about="choices")
    refused(trust, ask)


def test_act_of_two__that_nobody_proposed_is_refused(trust: Trust) -> None:
    """A centre without a register of proposals has none to carry out."""
    parts = (trust.people, trust.consent, trust.audit, trust.permits, trust.clock, ZONE)
    gate = Gate(RuleBook.load("denmark"), *parts)
    ask = Ask(CUSTODIAN, "custody", Action.ERASE_PERSON, (ADULT,), proposal="X-1", about="erasure")
    assert isinstance(gate.answer(ask, lambda grant: grant.entry), Refusal)
