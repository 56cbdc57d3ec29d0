"""What changes while a question is in flight, beyond the epoch, is in its answer."""

from datetime import timedelta

import pytest

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
