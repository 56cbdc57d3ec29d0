"""What changes while a question is in flight, beyond the epoch, is in its answer."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from kerne.gate.facts import Facts
from kerne.gate.grant import Grant
from kerne.people.asking import Refusal

from .conftest import ADULT, DOCTOR, QUESTION, READ, Permits, Trust, rows_of


def test_permit__that_is_revoked_while_its_question_is_asked_answers_no_more(
    trust: Trust, permits: Permits
) -> None:
    def revoke(_grant: Grant) -> str:
        permits.held.clear()
        return "counted"

    assert isinstance(trust.gate.answer(QUESTION, revoke), Refusal)
    assert [each.outcome for each in trust.outcomes()] == ["superseded"]


def _counting(work: Callable[..., Facts], done: list[str]) -> Callable[..., Facts]:
    def counted(*given: object) -> Facts:
        done.append("facts")
        return work(*given)

    return counted


@pytest.fixture
def treated(trust: Trust) -> Trust:
    began = trust.clock() - timedelta(days=1)
    trust.people.start_treatment(DOCTOR.identifier, ADULT, "K-2026-000001", began)
    return trust


def test_genome__that_is_removed_while_it_is_read_is_read_no_more(treated: Trust) -> None:
    seen: list[set[int]] = []

    def remove(grant: Grant) -> None:
        seen.append(rows_of(grant))
        treated.people.retire_row(0)

    treated.gate.answer(READ, remove)
    assert seen == [{0}, set()]
    assert [each.outcome for each in treated.outcomes()] == ["superseded", "done"]


def test_genome__of_another_that_changes_meanwhile_does_not_repeat_a_reading(
    treated: Trust,
) -> None:
    treated.gate.answer(READ, lambda _grant: treated.people.retire_row(3))
    assert [each.outcome for each in treated.outcomes()] == ["done"]


def test_relation__that_ends_by_the_clock_while_its_answer_is_made_opens_nothing(
    treated: Trust,
) -> None:
    hour = timedelta(hours=1)
    treated.people.end_treatment(DOCTOR.identifier, ADULT, "K-2026-000001", treated.clock() + hour)

    def dawdle(_grant: Grant) -> str:
        treated.clock.advance(hour)
        return "read"

    assert isinstance(treated.gate.answer(READ, dawdle), Refusal)
    assert [each.outcome for each in treated.outcomes()] == ["superseded"]


def test_facts__are_read_once_for_an_answer_under_which_nothing_moves(
    treated: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    finder = treated.gate._finder
    monkeypatch.setattr(finder, "facts", _counting(finder.facts, read))
    assert treated.gate.answer(READ, lambda _grant: "read") == "read"
    assert len(read) == 1
    treated.gate.answer(READ, lambda _grant: treated.people.retire_row(3))
    assert len(read) == 3
