"""What somebody tries who wants data that are not theirs to see."""

import os
import pickle
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kerne.audit.entry import Outcome, Verdict
from kerne.consent.actions import Consent
from kerne.consent.events import (
    AnalysisConsentWithdrawn,
    LimitedToOwnTreatment,
    ReaderBlocked,
    ResearchLevel,
    ResearchUseRefused,
)
from kerne.consent.receipt import Receipt
from kerne.errors import GateError
from kerne.gate.grant import Grant
from kerne.gate.plain import MOST_CHARACTERS
from kerne.people.asking import Action, Ask, Purpose, Refusal

from .conftest import (
    ADULT,
    AT,
    CHILD,
    COUNT,
    DOCTOR,
    MOTHER,
    QUESTION,
    READ,
    RESEARCHER,
    STRANGER,
    ZONE,
    Trust,
    citizen,
    granted,
    refused,
    rows_of,
)

ODD_PURPOSES = [
    "insurance",
    "Own-Treatment",
    " own-treatment",
    "own-treatment ",
    "own-treatment\n",
    "own-treatment\0",
    "own\u2010treatment",
    "own_treatment",
    "OWN_TREATMENT",
    "Purpose.OWN_TREATMENT",
    "own-treatment,research",
    "\uff4f\uff57\uff4e-treatment",
    "own-treatment\u200b",
    "own-treatment\udcff",
    "",
    "\0",
    '"] || true || ["',
    "research" * 1_000_000,
]


@pytest.mark.parametrize("purpose", ODD_PURPOSES, ids=range(len(ODD_PURPOSES)))
def test_purpose_spelt_oddly__is_refused_and_recorded(trust: Trust, purpose: str) -> None:
    trust.people.start_treatment("doctor-1", ADULT, "K-1", AT)
    granted(trust, READ)
    refusal = refused(trust, replace(READ, purpose=purpose))
    assert refusal.rules == ("purpose-closed-list",)
    refused(trust, replace(COUNT, purpose=purpose))
    last = trust.audit.naming(ADULT)[-1]
    assert last.entry.intent.verdict is Verdict.REFUSED
    assert last.entry.intent.purpose == "outside-the-list"
    assert len(last.personal.said) <= MOST_CHARACTERS + len("...")
    assert last.personal.said.isprintable()


@pytest.mark.parametrize(
    "ask",
    [
        replace(QUESTION, project="project-1\0"),
        replace(QUESTION, project="project-1\udcff"),
        replace(QUESTION, project="PROJECT-1"),
        replace(QUESTION, project="project-2' OR '1'='1"),
        replace(QUESTION, project=""),
        replace(QUESTION, project=None),
        replace(READ, persons=("P-000001\udcff",)),
        replace(READ, persons=("P-000001 ",)),
        replace(READ, persons=("%",)),
        replace(READ, reason="\udcff" * 10_000),
    ],
    ids=range(10),
)
def test_ask_with_odd_words__is_refused_or_recorded_like_any_other(trust: Trust, ask: Ask) -> None:
    answer = trust.gate.answer(ask, lambda grant: grant.entry)
    assert trust.intents()
    assert isinstance(answer, Refusal) or ask.reason


def test_cpr_number__typed_anywhere_never_stands_in_clear(trust: Trust) -> None:
    for number in ("250947-9989", "2509479989", "250947 9989"):
        refused(trust, replace(QUESTION, project=f"for {number}", about=f"question {number}"))
    trust.audit.close()
    for path in Path(str(trust.audit.engine.url.database)).parent.iterdir():
        if path.is_file():
            assert b"9989" not in path.read_bytes(), path


def test_order_numbers__stand_in_clear_as_they_are(trust: Trust) -> None:
    refused(trust, replace(READ, about="order K-2026-000012"))
    assert trust.intents()[-1].intent.about == "order K-2026-000012"


# Grants


def test_grant__of_one_person_opens_no_row_of_another(trust: Trust) -> None:
    trust.people.start_treatment("doctor-1", ADULT, "K-1", AT)
    assert rows_of(granted(trust, READ)) == set(trust.people.rows_of(ADULT))
    refused(trust, replace(READ, persons=(ADULT, STRANGER)))


def test_grant__that_expired_while_the_work_was_done_reads_nothing_more(trust: Trust) -> None:
    trust.people.start_treatment("doctor-1", ADULT, "K-1", AT)

    def slow(grant: Grant) -> None:
        trust.clock.at = grant.expires_at
        grant.genomes({Action.READ_GENOME}, trust.clock())

    with pytest.raises(GateError, match="expired"):
        trust.gate.answer(READ, slow)
    assert trust.outcomes()[-1].outcome is Outcome.FAILED


# Choices that change under a question


@pytest.mark.parametrize(
    "change",
    [
        AnalysisConsentWithdrawn(ADULT, ADULT),
        ReaderBlocked(ADULT, "doctor-1", ADULT),
        ReaderBlocked(ADULT, "all", ADULT),
    ],
)
def test_reading__that_is_no_longer_allowed_when_it_ends_is_not_handed_out(
    trust: Trust,
    change: AnalysisConsentWithdrawn | ReaderBlocked,
) -> None:
    trust.people.start_treatment("doctor-1", ADULT, "K-1", AT)

    def slow(_grant: Grant) -> str:
        trust.choose(change)
        return "a genome"

    answer = trust.gate.answer(READ, slow)
    assert isinstance(answer, Refusal)
    assert trust.outcomes()[-1].outcome is Outcome.SUPERSEDED
    assert trust.intents()[-1].intent.verdict is Verdict.REFUSED


def test_reading__that_is_still_allowed_when_it_ends_is_handed_out(trust: Trust) -> None:
    trust.people.start_treatment("doctor-1", ADULT, "K-1", AT)

    def slow(_grant: Grant) -> str:
        level = ResearchLevel.ALLELE_FREQUENCY
        trust.choose(ResearchUseRefused(ADULT, level, ADULT))
        return "a genome"

    assert trust.gate.answer(READ, slow) == "a genome"
    assert [outcome.outcome for outcome in trust.outcomes()] == [Outcome.DONE]


def counting_elsewhere(reopened: Callable[[], Trust], until: Path, pipe: int) -> None:
    """Count again and again in another process; report when, and whom."""
    trust, answers = reopened(), []
    is_last = False
    while not is_last:
        is_last = until.exists()
        began = time.monotonic()
        answers.append((began, trust.gate.answer(COUNT, rows_of)))
    with os.fdopen(pipe, "wb") as out:
        pickle.dump(answers, out)


def test_withdrawals__race_with_counts_in_another_process(
    trust: Trust, reopened: Callable[[], Trust], tmp_path: Path
) -> None:
    rows = {person: set(trust.people.rows_of(person)) for person in (ADULT, MOTHER, CHILD)}
    until = tmp_path / "until"
    incoming, outgoing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover  another process
        try:
            counting_elsewhere(reopened, until, outgoing)
        finally:
            os._exit(0)
    os.close(outgoing)
    withdrawn: list[tuple[float, set[int]]] = []
    mine = reopened()
    for person, theirs in rows.items():
        time.sleep(0.1)
        mine.choose(LimitedToOwnTreatment(person, person))
        withdrawn.append((time.monotonic(), theirs))
    until.touch()
    with os.fdopen(incoming, "rb") as told:
        answers = pickle.load(told)
    os.waitpid(child, 0)
    assert answers[-1][1] == set(trust.people.rows_of(STRANGER))
    for began, counted in answers:
        for at, theirs in withdrawn:
            assert began < at or not counted & theirs


# Letting oneself in


def test_reader_who_is_kept_out__cannot_let_themselves_in(trust: Trust) -> None:
    """A doctor may record a choice with the patient, but not open what the patient closed."""
    trust.people.start_treatment("doctor-1", ADULT, "K-1", AT)
    consent = Consent(
        *(trust.gate, trust.consent, trust.people, trust.clock), age_of_consent_years=15, zone=ZONE
    )
    me, own = citizen(ADULT), "own-access"
    assert isinstance(consent.block_reader(me, own, ADULT, "doctor-1"), Receipt)
    assert isinstance(consent.limit_to_own_treatment(me, own, ADULT), Receipt)
    assert isinstance(consent.refuse_research(me, own, ADULT), Receipt)
    level = ResearchLevel.ALLELE_FREQUENCY
    for purpose in Purpose:
        tries = (
            consent.unblock_reader(DOCTOR, purpose, ADULT, "doctor-1"),
            consent.lift_limit(DOCTOR, purpose, ADULT),
            consent.allow_research(DOCTOR, purpose, ADULT, level=level),
        )
        assert all(isinstance(each, Refusal) for each in tries)
    refused(trust, READ)
    assert isinstance(consent.block_reader(DOCTOR, "own-treatment", ADULT, "doctor-2"), Receipt)
    assert isinstance(consent.unblock_reader(me, own, ADULT, "doctor-1"), Receipt)
    granted(trust, READ)


def test_choices_taken_over__that_open_something_are_no_doctors_to_make(trust: Trust) -> None:
    consent = Consent(
        *(trust.gate, trust.consent, trust.people, trust.clock), age_of_consent_years=15, zone=ZONE
    )
    level = ResearchLevel.ALLELE_FREQUENCY
    refusals = [ResearchUseRefused(ADULT, level, "paper")]
    assert consent.take_over(DOCTOR, "own-treatment", refusals) == 1
    assert trust.intents()[-1].intent.action is Action.CHANGE_CHOICE


def test_researcher_who_is_also_a_citizen__sees_their_own_page_and_nobody_elses(
    trust: Trust,
) -> None:
    both = replace(RESEARCHER, person=ADULT)
    own = Ask(both, "own-access", Action.READ_ACCESSES, (ADULT,))
    granted(trust, own)
    refused(trust, replace(own, persons=(STRANGER,)))
    refused(trust, replace(own, persons=(ADULT, STRANGER)))
    for purpose in Purpose:
        refused(trust, replace(own, purpose=purpose, action=Action.READ_GENOME))
        refused(trust, replace(own, purpose=purpose, action=Action.REMOVE_GENOME))
    refused(trust, replace(QUESTION, who=citizen(ADULT)))


def test_words_of_a_forged_identity__give_no_one_elses_rights(trust: Trust) -> None:
    """An identity that is called like another has the roles that it was appointed to, no more."""
    forged = replace(RESEARCHER, identifier="doctor-1")
    trust.people.start_treatment("doctor-1", ADULT, "K-1", AT)
    refused(trust, replace(READ, who=forged))


def test_two_processes__that_withdraw_and_read_agree(
    trust: Trust, reopened: Callable[[], Trust]
) -> None:
    other = reopened()
    before = rows_of(granted(trust, COUNT))
    other.choose(LimitedToOwnTreatment(ADULT, ADULT))
    assert rows_of(granted(trust, COUNT)) == before - set(trust.people.rows_of(ADULT))
    with closing(other.people.engine.raw_connection()):
        refused(trust, replace(READ, persons=(ADULT,)))
