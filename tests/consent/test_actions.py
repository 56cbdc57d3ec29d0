from collections.abc import Callable
from datetime import datetime

import pytest

from kerne.consent.actions import Consent
from kerne.consent.capacity import SignedForm
from kerne.consent.events import (
    AnalysisConsented,
    ConsentEvent,
    LimitedToOwnTreatment,
    ResearchLevel,
    ResearchUseRefused,
    SecondaryChoice,
)
from kerne.consent.law import Chosen
from kerne.consent.receipt import Receipt
from kerne.errors import ConsentError, StaleVersionError
from kerne.people.asking import Action, Identity, Refusal

from .conftest import AT, ZONE, Nation, OpenDoor

P = "P-000001"
Act = Callable[[Consent, Identity, str, str], Receipt | Refusal]


def acting(door: OpenDoor, nation: Nation, clock: Callable[[], datetime]) -> Consent:
    return Consent(
        *(door, nation.consent, nation.people, clock), age_of_consent_years=15, zone=ZONE
    )


@pytest.fixture
def consent(door: OpenDoor, nation: Nation) -> Consent:
    return acting(door, nation, lambda: AT)


def give(consent: Consent, who: Identity, purpose: str, person: str) -> Receipt | Refusal:
    return consent.consent_to_analysis(
        who,
        purpose,
        person,
        document="D-1",
        document_version="2026-1",
        secondary=SecondaryChoice.ALL,
        recontact=True,
    )


def refuse_all(consent: Consent, who: Identity, purpose: str, person: str) -> Receipt | Refusal:
    return consent.refuse_research(who, purpose, person)


def allow_counts(consent: Consent, who: Identity, purpose: str, person: str) -> Receipt | Refusal:
    level = ResearchLevel.ALLELE_FREQUENCY
    return consent.allow_research(who, purpose, person, level=level, form=SignedForm("D-2"))


def block(consent: Consent, who: Identity, purpose: str, person: str) -> Receipt | Refusal:
    return consent.block_reader(who, purpose, person, "doctor-9")


def unblock(consent: Consent, who: Identity, purpose: str, person: str) -> Receipt | Refusal:
    return consent.unblock_reader(who, purpose, person, "doctor-9")


def copy(consent: Consent, who: Identity, purpose: str, person: str) -> Receipt | Refusal:
    return consent.consent_to_download(who, purpose, person, form=SignedForm("D-9", "1"))


ACTS: list[tuple[Act, str]] = [
    (give, "AnalysisConsented"),
    (Consent.limit_to_own_treatment, "LimitedToOwnTreatment"),
    (Consent.lift_limit, "LimitLifted"),
    (refuse_all, "ResearchUseRefused"),
    (allow_counts, "ResearchUseAllowed"),
    (block, "ReaderBlocked"),
    (unblock, "ReaderUnblocked"),
    (Consent.withdraw_analysis, "AnalysisConsentWithdrawn"),
    (copy, "RawDownloadConsented"),
    (Consent.withdraw_download, "RawDownloadConsentWithdrawn"),
]
ACTIONS = {
    "AnalysisConsented": Action.RECORD_CONSENT,
    "LimitedToOwnTreatment": Action.LIMIT_DATA,
    "LimitLifted": Action.WIDEN_CHOICE,
    "ResearchUseAllowed": Action.WIDEN_CHOICE,
    "ReaderUnblocked": Action.WIDEN_CHOICE,
    "RawDownloadConsented": Action.WIDEN_CHOICE,
}
"""What each is asked for as; what is not named narrows."""


def test_every_act__asks_the_gate_and_appends_one_event_under_its_entry(
    consent: Consent, door: OpenDoor, nation: Nation, citizen: Identity
) -> None:
    for number, (act, name) in enumerate(ACTS, start=1):
        receipt = act(consent, citizen, "own-access", P)
        assert isinstance(receipt, Receipt)
        assert (receipt.person, receipt.entry, receipt.at) == (P, 100 + number, AT)
        ask = door.asks[-1]
        action = ACTIONS.get(name, Action.CHANGE_CHOICE)
        assert (ask.who, ask.action, ask.persons) == (citizen, action, (P,))
        assert ask.about == f"choice {name}"
        last = nation.consent.events_of(P)[-1]
        assert type(last.event).__name__ == name
        assert (last.version, last.entry, last.at) == (number, 100 + number, AT)
        assert nation.consent.has_entry(100 + number)
    recorded = [each.event for each in nation.consent.events_of(P)]
    by = {e.taken_by if isinstance(e, AnalysisConsented) else e.by for e in recorded}
    assert by == {"citizen-1"}


@pytest.mark.parametrize(("act", "name"), ACTS)
def test_every_act__that_the_gate_refuses_changes_nothing(
    consent: Consent, nation: Nation, citizen: Identity, act: Act, name: str
) -> None:
    answer = act(consent, citizen, "insurance", P)
    assert answer == Refusal(("the purpose is not on the list",), ("closed-list",)), name
    assert nation.consent.events_of(P) == []


@pytest.mark.parametrize(("act", "name"), ACTS)
def test_every_act__on_somebody_unknown_is_an_error(
    consent: Consent, citizen: Identity, act: Act, name: str
) -> None:
    with pytest.raises(ConsentError, match="person `P-999999` is not registered"):
        act(consent, citizen, "own-access", "P-999999")
    assert name


def test_act__that_changes_nothing_is_an_error(consent: Consent, citizen: Identity) -> None:
    refuse_all(consent, citizen, "own-access", P)
    with pytest.raises(ConsentError, match="refused already"):
        refuse_all(consent, citizen, "own-access", P)


def test_act__decided_on_choices_that_moved_meanwhile_fails_and_changes_nothing(
    door: OpenDoor, nation: Nation, citizen: Identity
) -> None:
    def interrupting_clock() -> datetime:
        nation.consent.append(0, LimitedToOwnTreatment(P, "x"), entry=1, at=AT)
        return AT

    consent = acting(door, nation, interrupting_clock)
    with pytest.raises(StaleVersionError):
        refuse_all(consent, citizen, "own-access", P)
    assert len(nation.consent.events_of(P)) == 1


def test_choices_of__are_read_through_the_gate(
    consent: Consent, door: OpenDoor, citizen: Identity
) -> None:
    give(consent, citizen, "own-access", P)
    chosen = consent.choices_of(citizen, "own-access", P)
    assert isinstance(chosen, Chosen)
    assert chosen.choices.secondary is SecondaryChoice.ALL
    assert chosen.research is ResearchLevel.SECONDARY_USE
    assert (door.asks[-1].action, door.asks[-1].persons) == (Action.READ_CHOICES, (P,))
    assert isinstance(consent.choices_of(citizen, "insurance", P), Refusal)
    with pytest.raises(ConsentError, match="not registered"):
        consent.choices_of(citizen, "own-access", "P-999999")


def test_take_over__records_the_choices_of_many_under_one_ask(
    consent: Consent, door: OpenDoor, nation: Nation, citizen: Identity
) -> None:
    level = ResearchLevel.SUBJECT_QUERY
    events: list[ConsentEvent] = [
        AnalysisConsented("P-000001", "D-1", "1", "paper", SecondaryChoice.NONE, False),
        AnalysisConsented("P-000002", "D-2", "1", "paper", SecondaryChoice.ALL, False),
        ResearchUseRefused("P-000001", level, "paper"),
    ]
    assert consent.take_over(citizen, "custody", events) == 3
    assert [(ask.action, ask.persons) for ask in door.asks] == [
        (Action.RECORD_CONSENT, ("P-000001", "P-000002")),
        (Action.CHANGE_CHOICE, ("P-000001",)),
    ]
    assert nation.consent.chosen("P-000001", 40).research is ResearchLevel.ALLELE_FREQUENCY
    assert nation.consent.choices("P-000002").secondary is SecondaryChoice.ALL
    assert {each.entry for each in nation.consent.events_of("P-000001")} == {101, 102}


def test_take_over__records_all_or_none(
    consent: Consent, nation: Nation, citizen: Identity
) -> None:
    limited = LimitedToOwnTreatment("P-000001", "paper")
    for second in (LimitedToOwnTreatment("P-999999", "paper"), limited):
        with pytest.raises(ConsentError):
            consent.take_over(citizen, "custody", [limited, second])
        assert nation.consent.events_of("P-000001") == []
    assert isinstance(consent.take_over(citizen, "insurance", [limited]), Refusal)


def test_take_over__decided_on_choices_that_moved_meanwhile_fails_and_changes_nothing(
    door: OpenDoor, nation: Nation, citizen: Identity
) -> None:
    def interrupting_clock() -> datetime:
        nation.consent.append(0, LimitedToOwnTreatment(P, "x"), entry=1, at=AT)
        return AT

    consent = acting(door, nation, interrupting_clock)
    events = [LimitedToOwnTreatment("P-000002", "paper"), LimitedToOwnTreatment(P, "paper")]
    with pytest.raises(StaleVersionError):
        consent.take_over(citizen, "custody", events)
    assert nation.consent.events_of("P-000002") == []
