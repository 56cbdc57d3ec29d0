"""Questions that name nobody: whom they count, and what happens when choices move meanwhile."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from pyroaring import BitMap

from kerne.audit.entry import Outcome
from kerne.consent.events import (
    LimitedToOwnTreatment,
    ResearchLevel,
    ResearchUseRefused,
)
from kerne.errors import GateError
from kerne.gate.door import MOST_ATTEMPTS
from kerne.gate.grant import Grant
from kerne.gate.permits import NoPermits
from kerne.people.asking import Action, Ask, Identity, Refusal

from .conftest import (
    ADULT,
    AT,
    CHECKER,
    COUNT,
    MOTHER,
    QUESTION,
    READ,
    REGISTRAR,
    RESEARCHER,
    STRANGER,
    Permits,
    Trust,
    granted,
    refused,
    rows_of,
)


def test_collective_question__counts_whoever_allows_it_now(trust: Trust) -> None:
    grant = granted(trust, COUNT)
    assert rows_of(grant) == {0, 1, 2, 3}
    trust.choose(LimitedToOwnTreatment(ADULT, "citizen-1"))
    assert rows_of(granted(trust, COUNT)) == {1, 2, 3}


def test_collective_question__is_one_entry_that_keeps_whom_it_counted(trust: Trust) -> None:
    granted(trust, COUNT)
    (found,) = trust.audit.counting()
    assert trust.audit.population(found.digest) == BitMap([0, 1, 2, 3])
    assert found.personal.person is None
    assert found.outcome is Outcome.DONE


def test_collective_question__is_asked_again_when_choices_move_under_it(trust: Trust) -> None:
    counted: list[set[int]] = []

    def work(grant: Grant) -> int:
        counted.append(rows_of(grant))
        if len(counted) == 1:
            trust.choose(LimitedToOwnTreatment(ADULT, "citizen-1"))
        return len(rows_of(grant))

    assert trust.gate.answer(COUNT, work) == 3
    assert counted == [{0, 1, 2, 3}, {1, 2, 3}]
    outcomes = [outcome.outcome for outcome in trust.outcomes()]
    assert outcomes == [Outcome.SUPERSEDED, Outcome.DONE]


def test_collective_question__is_asked_again_when_the_day_changes_under_it(trust: Trust) -> None:
    days: list[date] = []

    def work(_grant: Grant) -> None:
        days.append(trust.clock().date())
        if len(days) == 1:
            trust.clock.advance(timedelta(days=1))

    trust.gate.answer(COUNT, work)
    assert days == [date(2026, 3, 1), date(2026, 3, 2)]


def test_collective_question__is_refused_when_its_permit_ends_under_it(trust: Trust) -> None:
    def work(_grant: Grant) -> str:
        trust.clock.at = AT.replace(year=2027)
        return "an answer of last year"

    assert isinstance(trust.gate.answer(QUESTION, work), Refusal)


def test_collective_question__is_given_up_when_choices_never_rest(trust: Trust) -> None:
    def work(_grant: Grant) -> None:
        trust.clock.advance(timedelta(days=1))

    with pytest.raises(GateError, match="choices changed under the question"):
        trust.gate.answer(COUNT, work)
    assert [outcome.outcome for outcome in trust.outcomes()] == [Outcome.SUPERSEDED] * MOST_ATTEMPTS


def test_named_question__is_not_repeated(trust: Trust) -> None:
    trust.people.start_treatment("doctor-1", ADULT, "K-1", AT)
    times: list[int] = []

    def work(grant: Grant) -> None:
        times.append(grant.entry)
        trust.choose(LimitedToOwnTreatment(STRANGER, "citizen-4"))

    trust.gate.answer(READ, work)
    assert len(times) == 1


def test_research__counts_at_the_level_of_the_question(trust: Trust, permits: Permits) -> None:
    trust.choose(ResearchUseRefused(ADULT, ResearchLevel.SUBJECT_QUERY, "citizen-1"))
    trust.choose(ResearchUseRefused(MOTHER, ResearchLevel.ALLELE_FREQUENCY, "citizen-3"))
    assert rows_of(granted(trust, QUESTION)) == {0, 1, 3}
    carriers = replace(QUESTION, action=Action.FIND_CARRIERS)
    refused(trust, carriers)
    permits.held["project-1"] = replace(
        permits.held["project-1"], level=ResearchLevel.SUBJECT_QUERY
    )
    assert rows_of(granted(trust, carriers)) == {1, 3}


def test_research__needs_a_permit_that_names_the_asker(trust: Trust) -> None:
    refused(trust, replace(QUESTION, project=None))
    refused(trust, replace(QUESTION, project="project-2"))
    refused(trust, replace(QUESTION, who=replace(RESEARCHER, identifier="researcher-2")))
    refused(trust, replace(QUESTION, persons=(ADULT,)))


def test_permits__of_a_centre_that_issued_none_are_none() -> None:
    assert NoPermits().facts("project-1") is None


def test_statistics__are_bound_by_the_refusal_of_allele_frequencies(trust: Trust) -> None:
    trust.choose(ResearchUseRefused(ADULT, ResearchLevel.ALLELE_FREQUENCY, "citizen-1"))
    ask = Ask(REGISTRAR, "statistics", Action.COUNT_GENOMES)
    assert rows_of(granted(trust, ask)) == {1, 2, 3}
    assert rows_of(granted(trust, replace(ask, purpose="quality"))) == {0, 1, 2, 3}


@pytest.mark.parametrize("purpose", ["research", "own-treatment", "custody"])
def test_public_question__opens_no_genome(trust: Trust, purpose: str) -> None:
    ask = Ask(Identity("anyone", frozenset()), purpose, Action.ASK_PUBLIC_QUESTION)
    assert granted(trust, ask).population is None


def test_output__is_not_repeated_and_counts_nobody(trust: Trust) -> None:
    ask = Ask(CHECKER, "research", Action.RELEASE_OUTPUT, project="project-1")
    assert granted(trust, ask).population is None


def test_output__is_not_checked_by_its_own_project(trust: Trust, permits: Permits) -> None:
    permits.held["project-1"] = replace(
        permits.held["project-1"], users=frozenset({CHECKER.identifier})
    )
    ask = Ask(CHECKER, "research", Action.RELEASE_OUTPUT, project="project-1")
    assert refused(trust, ask).rules == ("research-output-own",)
