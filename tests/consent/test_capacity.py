"""Who may decide on a person's data, told as a table, and what the purpose says of it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from kerne.consent.actions import Consent
from kerne.consent.capacity import SignedForm, capacity_of, check_capacity
from kerne.consent.choices import fold
from kerne.consent.events import (
    EVENT_TYPES,
    AnalysisConsented,
    AnalysisConsentWithdrawn,
    Capacity,
    ConsentEvent,
    LimitedToOwnTreatment,
    ResearchLevel,
    ResearchUseAllowed,
    ResearchUseRefused,
    SecondaryChoice,
)
from kerne.consent.receipt import Receipt
from kerne.errors import ConsentError
from kerne.people.asking import Identity, Role

from .conftest import AT, ZONE, Nation, OpenDoor, open_nation, populate

P = "P-000001"
DOCTOR = Identity("doctor-1", frozenset({Role.DOCTOR}), "hospital")
CITIZEN = Identity(P, frozenset({Role.CITIZEN}), person=P)
SELF, GUARDIAN, REPRESENTATIVE = Capacity


@pytest.mark.parametrize(
    ("purpose", "stated", "is_representative", "capacity"),
    [
        ("own-access", None, False, SELF),
        ("own-access", SELF, True, SELF),
        ("guardian-access", None, False, GUARDIAN),
        ("guardian-access", None, True, REPRESENTATIVE),
        ("guardian-access", GUARDIAN, False, GUARDIAN),
        ("own-treatment", None, False, SELF),
        ("own-treatment", GUARDIAN, False, GUARDIAN),
        ("quality", REPRESENTATIVE, False, REPRESENTATIVE),
    ],
)
def test_capacity__follows_from_the_purpose_or_else_from_the_form(
    purpose: str, stated: Capacity | None, is_representative: bool, capacity: Capacity
) -> None:
    found = capacity_of(purpose, stated, person=P, is_representative=is_representative)
    assert found is capacity


@pytest.mark.parametrize(
    ("purpose", "stated"), [("own-access", GUARDIAN), ("guardian-access", SELF)]
)
def test_capacity__that_contradicts_the_purpose_is_an_error(purpose: str, stated: Capacity) -> None:
    with pytest.raises(ConsentError, match=f"means .* and the form says `{stated}`"):
        capacity_of(purpose, stated, person=P, is_representative=False)


@pytest.mark.parametrize(
    ("capacity", "age_years", "is_represented", "problem"),
    [
        (SELF, 15, False, None),
        (SELF, 14, False, "under `15` years"),
        (GUARDIAN, 14, False, None),
        (GUARDIAN, 15, False, "a guardian's signature is not accepted"),
        (REPRESENTATIVE, 40, True, None),
        (REPRESENTATIVE, 40, False, "no registered representative"),
    ],
)
def test_signature__counts_only_of_who_may_decide_at_that_age(
    capacity: Capacity, age_years: int, is_represented: bool, problem: str | None
) -> None:
    facts: dict[str, Any] = {  # Any: keyword arguments of several types
        "person": P,
        "age_years": age_years,
        "age_of_consent_years": 15,
        "is_represented": is_represented,
    }
    if problem is None:
        assert check_capacity(capacity, **facts) is capacity
    else:
        with pytest.raises(ConsentError, match=problem):
            check_capacity(capacity, **facts)


def acting(nation: Nation) -> Consent:
    return Consent(
        *(OpenDoor(), nation.consent, nation.people, lambda: AT),
        age_of_consent_years=15,
        zone=ZONE,
    )


@pytest.mark.parametrize(
    ("born", "signed_by", "is_accepted"),
    [
        (date(2011, 3, 1), None, True),  # fifteen today
        (date(2011, 3, 1), GUARDIAN, False),
        (date(2011, 3, 2), None, False),  # fifteen tomorrow
        (date(2011, 3, 2), GUARDIAN, True),
    ],
)
def test_consent_to_analysis__is_signed_by_who_may_decide_on_that_day(
    tmp_path: Path, born: date, signed_by: Capacity | None, is_accepted: bool
) -> None:
    nation = open_nation(tmp_path)
    populate(nation, 1, born)

    def give() -> object:
        return acting(nation).consent_to_analysis(
            DOCTOR,
            "own-treatment",
            P,
            document="form",
            document_version="2",
            secondary=SecondaryChoice.ALL,
            recontact=False,
            signed_by=signed_by,
        )

    if is_accepted:
        assert isinstance(give(), Receipt)
        assert nation.consent.choices(P).secondary_chosen_by is (signed_by or SELF)
    else:
        with pytest.raises(ConsentError, match="years"):
            give()
        assert nation.consent.events_of(P) == []


def test_choice__keeps_the_form_behind_it_and_who_signed(nation: Nation) -> None:
    form = SignedForm("letter-7", "2026-2", SELF)
    acting(nation).refuse_research(DOCTOR, "own-treatment", P, form=form)
    level = ResearchLevel.ALLELE_FREQUENCY
    assert nation.consent.events_of(P)[0].event == ResearchUseRefused(
        P, level, "doctor-1", "letter-7", "2026-2", SELF
    )


def test_choices__tell_as_what_the_newest_word_was_said() -> None:
    consented = AnalysisConsented(P, "form", "1", "doctor-1", SecondaryChoice.ALL, False, GUARDIAN)
    level = ResearchLevel.SUBJECT_QUERY
    history: list[ConsentEvent] = []
    seen = []
    for event in (
        consented,
        ResearchUseRefused(P, level, "guardian", capacity=GUARDIAN),
        ResearchUseAllowed(P, level, P),
        AnalysisConsentWithdrawn(P, P),
    ):
        history.append(event)
        choices = fold(history)
        seen.append((choices.secondary_chosen_by, choices.research_chosen_by))
    assert seen == [(GUARDIAN, None), (GUARDIAN, GUARDIAN), (GUARDIAN, SELF), (None, SELF)]


def test_choice_of_a_guardian__can_be_repeated_as_ones_own(nation: Nation) -> None:
    level = ResearchLevel.ALLELE_FREQUENCY
    earlier = ResearchUseRefused(P, level, "P-000002", capacity=GUARDIAN)
    nation.consent.append(0, earlier, entry=1, at=AT)
    consent = acting(nation)
    assert isinstance(consent.refuse_research(CITIZEN, "own-access", P), Receipt)
    assert nation.consent.choices(P).research_chosen_by is SELF
    with pytest.raises(ConsentError, match="refused already"):
        consent.refuse_research(CITIZEN, "own-access", P)


def test_take_over__accepts_what_a_guardian_signed_and_no_child(tmp_path: Path) -> None:
    nation = open_nation(tmp_path)
    populate(nation, 1, date(2016, 1, 1))
    consent = acting(nation)
    with pytest.raises(ConsentError, match="expected the signature of a guardian"):
        consent.take_over(DOCTOR, "quality", [LimitedToOwnTreatment(P, "paper")])
    signed = LimitedToOwnTreatment(P, "paper", capacity=GUARDIAN)
    assert consent.take_over(DOCTOR, "quality", [signed]) == 1


@pytest.mark.parametrize(
    ("recorder", "capacity"), [(P, SELF), ("doctor-1", SELF), ("P-000002", GUARDIAN)]
)
def test_stored_choices__of_the_first_version_are_brought_up(
    nation: Nation, recorder: str, capacity: Capacity
) -> None:
    old: dict[str, dict[str, object]] = {
        "AnalysisConsented": {
            "document": "form",
            "document_version": "1",
            "taken_by": recorder,
            "secondary": "all",
            "recontact": True,
        },
        "ResearchUseRefused": {"level": "subject-query"},
        "ResearchUseAllowed": {"level": "subject-query"},
        "ReaderBlocked": {"reader": "all"},
        "ReaderUnblocked": {"reader": "all"},
    }
    with nation.consent.engine.begin() as connection:
        for version, kind in enumerate(EVENT_TYPES, start=1):
            body = {"person": P} | old.get(kind.__name__, {})
            if kind is not AnalysisConsented:
                body |= {"by": recorder, "document": None}
            connection.execute(
                text(
                    "INSERT INTO consent_event (stream, version, type, type_version, at, entry,"
                    " body) VALUES (:person, :version, :type, 1, :at, 1, :body)"
                ),
                {
                    "person": P,
                    "version": version,
                    "type": kind.__name__,
                    "at": AT.isoformat(),
                    "body": json.dumps(body),
                },
            )
    found = [recorded.event for recorded in nation.consent.events_of(P)]
    assert [type(event) for event in found] == list(EVENT_TYPES)
    assert {event.capacity for event in found} == {capacity}
    assert {event.document_version for event in found} == {"1", None}
