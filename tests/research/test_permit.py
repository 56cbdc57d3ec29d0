"""A project's history folds to its permit, its questions and what left."""

from dataclasses import replace
from datetime import date

import pytest

from kerne.consent.events import ResearchLevel
from kerne.errors import ResearchError
from kerne.research.events import (
    OutputHeld,
    OutputReleased,
    PermitIssued,
    PermitRevoked,
    QuestionAnswered,
)
from kerne.research.permit import Permit, fold, issue, next_question, revoke

TERMS = PermitIssued(
    project="KP-1",
    title="Retinal dystrophies",
    level=ResearchLevel.ALLELE_FREQUENCY,
    users=("researcher-1",),
    ethics_reference="NVK-1",
    first_day=date(2026, 1, 1),
    last_day=date(2026, 12, 31),
    issued_by="committee-1",
)
QUESTION = QuestionAnswered(
    "KP-1", "KP-1/Q-1", "researcher-1", "ABCA4", "chr1", 10, 20, 9, 6, 7, 2, "digest"
)


def test_permit__holds_from_its_first_to_its_last_day() -> None:
    permit = fold("KP-1", [TERMS])
    assert permit.is_active(date(2026, 1, 1))
    assert permit.is_active(date(2026, 12, 31))
    assert not permit.is_active(date(2025, 12, 31))
    assert not permit.is_active(date(2027, 1, 1))


def test_permit__holds_no_longer_when_revoked() -> None:
    permit = fold("KP-1", [TERMS, PermitRevoked("KP-1", "committee-1")])
    assert not permit.is_active(date(2026, 6, 1))
    assert permit.version == 2


def test_project_without_history__has_no_permit() -> None:
    assert not fold("KP-9", []).is_active(date(2026, 6, 1))


def test_history__numbers_questions_and_remembers_what_left() -> None:
    permit = fold(
        "KP-1",
        [
            TERMS,
            QUESTION,
            OutputHeld("KP-1", "KP-1/Q-1", ("small-cell",)),
            OutputReleased("KP-1", "KP-1/Q-1"),
        ],
    )
    assert permit.question("KP-1/Q-1") == QUESTION
    assert permit.released == {"KP-1/Q-1"}
    assert next_question(permit) == "KP-1/Q-2"


def test_question__that_was_never_answered_is_named_in_the_error() -> None:
    with pytest.raises(ResearchError, match="`KP-1/Q-7`"):
        fold("KP-1", [TERMS]).question("KP-1/Q-7")


def test_permit__is_issued_once() -> None:
    assert issue(Permit("KP-1"), TERMS) == TERMS
    with pytest.raises(ResearchError, match="already has a permit"):
        issue(fold("KP-1", [TERMS]), TERMS)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (replace(TERMS, users=()), "at least one"),
        (replace(TERMS, ethics_reference=""), "ethics approval"),
        (replace(TERMS, last_day=date(2025, 1, 1)), "ends before it starts"),
    ],
)
def test_permit__without_users_ethics_or_time_is_not_issued(
    terms: PermitIssued, words: str
) -> None:
    with pytest.raises(ResearchError, match=words):
        issue(Permit("KP-1"), terms)


def test_permit__is_revoked_once() -> None:
    permit = fold("KP-1", [TERMS])
    event = revoke(permit, "committee-1")
    assert event == PermitRevoked("KP-1", "committee-1")
    for gone in (fold("KP-1", [TERMS, event]), Permit("KP-1")):
        with pytest.raises(ResearchError, match="could be revoked"):
            revoke(gone, "committee-1")
