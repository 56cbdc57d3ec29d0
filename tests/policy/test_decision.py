"""Cedar against the plain table of `oracle.py`; the full grid runs in `validation/rules.py`."""

import json
from dataclasses import replace
from itertools import product
from typing import Any

import cedarpy
import pytest

from kerne.database.engine import in_batches
from kerne.errors import PolicyError
from kerne.people.asking import Action, Role
from kerne.policy.decision import Record, as_cedar, decide, decided_by
from kerne.policy.genomes import FindingFacts, GenomeFacts, may_draw_on, may_show
from kerne.policy.rulebook import RuleBook

from . import oracle
from .comparing import differences
from .conftest import ENOUGH, ME, asker, decided, request
from .grid import AGES, PERSON, WORDS, YES_NO, every
from .oracle import LAWS

INSURANCE = "insurance"


def test_rules__decide_a_part_of_the_grid_as_the_plain_table_does(book: RuleBook) -> None:
    requests = list(every(4_000, keep=0.007))
    decisions = decided(book, requests)
    assert len(requests) > 10_000
    assert 200 < sum(decision.permitted for decision in decisions) < len(requests)
    pairs = zip(requests, decisions, strict=True)
    assert differences(book, LAWS[book.country], pairs) == []


def test_purpose__outside_the_list_is_refused_to_everyone(book: RuleBook) -> None:
    asked = [each for each in every(0, keep=0.004) if each.purpose == INSURANCE]
    assert len(asked) > 100
    for decision in decided(book, asked):
        assert not decision.permitted
        assert "purpose-closed-list" in decision.rules


def test_genomes__are_drawn_on_as_the_plain_table_says(book: RuleBook) -> None:
    law = LAWS[book.country]
    by = ("self", "guardian", "representative", "nobody")
    bounds = [(said, left) for said in range(4) for left in range(said, 4)]
    genomes = [
        GenomeFacts(consent, limited, *said_and_left, said_by, age)
        for consent, limited, said_and_left, said_by, age in product(
            YES_NO, YES_NO, bounds, by, AGES
        )
    ]
    for purpose, level in product(WORDS, (1, 2, 3)):
        expected = [oracle.may_draw_on(genome, purpose, level, law) for genome in genomes]
        assert may_draw_on(book, genomes, purpose, level) == expected


def test_findings__are_shown_as_the_plain_table_says(book: RuleBook) -> None:
    findings = [
        FindingFacts(*facts)
        for facts in product(
            YES_NO,
            YES_NO,
            ("all", "actionable", "none"),
            ("self", "guardian", "representative", "nobody"),
            range(41),
        )
    ]
    expected = [oracle.may_show(finding, LAWS[book.country]) for finding in findings]
    assert may_show(book, findings) == expected
    assert any(expected)


def test_decision__of_several_persons_is_one_for_each(denmark: RuleBook) -> None:
    doctor = asker(Role.DOCTOR)
    facts = [PERSON, replace(PERSON, number="P-000005", analysis_consent=False)]
    asked = [request(doctor, "own-treatment", Action.READ_ANSWER, person) for person in facts]
    assert [decision.permitted for decision in decide(denmark, asked)] == [True, False]


def test_decision__is_made_once_for_persons_of_whom_the_same_is_known(
    denmark: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[int] = []
    settle = cedarpy.is_authorized_batch

    def counting(*asked: Any) -> list[cedarpy.AuthzResult]:  # Any: passed on as they came
        settled.append(len(asked[0]))
        return settle(*asked)

    monkeypatch.setattr(cedarpy, "is_authorized_batch", counting)
    citizen = asker(Role.REGISTRAR)
    persons = [replace(PERSON, number=f"P-{n:06d}") for n in range(100)]  # ME is among them
    asked = [request(citizen, "quality", Action.READ_CHOICES, person) for person in persons]
    assert all(decision.permitted for decision in decide(denmark, asked))
    assert settled == [2]


def test_decision__on_two_tales_of_one_person_is_an_error(denmark: RuleBook) -> None:
    me = replace(PERSON, number=ME)
    tales = [me, replace(me, alive=False)]
    asked = [request(asker(), "own-access", Action.READ_ANSWER, person) for person in tales]
    with pytest.raises(PolicyError, match="tell different facts"):
        decide(denmark, asked)


def test_decision__names_the_rules_that_settled_it(denmark: RuleBook) -> None:
    doctor = asker(Role.DOCTOR)
    (yes,) = decide(denmark, [request(doctor, "own-treatment", Action.READ_ANSWER, PERSON)])
    (no,) = decide(denmark, [request(doctor, INSURANCE, Action.READ_ANSWER, PERSON)])
    (silent,) = decide(denmark, [request(doctor, "prevention", Action.READ_ANSWER, PERSON)])
    assert yes.rules == ("treatment-reading",)
    assert no.rules == ("purpose-closed-list",)
    assert silent.rules == ()


def test_record__that_cannot_be_written_stops_everything_but_a_look_for_own_treatment(
    denmark: RuleBook,
) -> None:
    doctor = asker(Role.DOCTOR)
    read = request(doctor, "own-treatment", Action.READ_ANSWER, PERSON)
    order = request(doctor, "own-treatment", Action.PLACE_ORDER, PERSON)
    for record, reads, orders in (
        (Record.MAIN, True, True),
        (Record.SECOND, True, False),
        (Record.NONE, False, False),
    ):
        asked = [replace(read, record=record), replace(order, record=record)]
        assert [one.permitted for one in decide(denmark, asked)] == [reads, orders]


def test_facts__that_the_schema_does_not_know_are_an_error(denmark: RuleBook) -> None:
    wrong = replace(PERSON, age_years="old")  # type: ignore[arg-type]  # that is the test
    with pytest.raises(PolicyError, match="facts do not fit the schema"):
        decide(denmark, [request(asker(), "own-access", Action.READ_ANSWER, wrong)])


def test_questions__fit_the_schema_that_the_rules_were_checked_against(book: RuleBook) -> None:
    """In use they are not held against it one by one: they are made in one place, and here."""
    for some in in_batches(list(every(300, keep=0.001)), ENOUGH):
        questions, entities = as_cedar(some)
        known = cedarpy.Entities.from_json_str(json.dumps(entities), book.schema)
        whole = cedarpy.PolicySet.from_str("\n".join(rule.text for rule in book.rules.values()))
        results = cedarpy.is_authorized_batch(questions, whole, known, book.schema)
        assert [decided_by(result) for result in results] == decide(book, some)


def test_decision__is_none_when_a_rule_cannot_be_evaluated(denmark: RuleBook) -> None:
    """A book that skipped the schema: the rule fails on facts, and must not count as silent."""
    broken = """
        @id("x") permit (principal, action, resource);
        @id("y") forbid (principal, action, resource) when { context.mood == "bad" };
    """
    about = {"read-answer": cedarpy.PolicySet.from_str(broken)}
    with pytest.raises(PolicyError, match="could not be evaluated"):
        decide(
            replace(denmark, about=about),
            [request(asker(Role.DOCTOR), "own-treatment", Action.READ_ANSWER, PERSON)],
        )
