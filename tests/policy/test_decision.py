"""Cedar against the plain table of `oracle.py`, exhaustively where states are finite."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import PolicyError
from kerne.people.asking import Action, Identity, Purpose, Role
from kerne.policy.decision import Decision, PermitTerms, PersonFacts, Request, decide
from kerne.policy.rulebook import RuleBook

from .conftest import ME, PERMIT, PERSON, TODAY, asker, request
from .oracle import live_pairs, may

INSURANCE = "insurance"
WORDS = [*(str(purpose) for purpose in Purpose), INSURANCE]
ASKERS = [asker(), asker(Role.LABORATORY, organisation=None), *(asker(role) for role in Role)]
EVERYTHING = asker(*(set(Role) - {Role.OUTPUT_CHECKER}))
BOOLEANS = (False, True)

RELATIONS = [
    {"number": "P-000002", "age_years": 40},
    {"number": ME, "age_years": 14},
    {"number": ME, "age_years": 15},
    {"number": "P-000003", "age_years": 14, "guardians": frozenset({ME})},
    {"number": "P-000003", "age_years": 15, "guardians": frozenset({ME, "P-000009"})},
]

PERMITS = [
    None,
    PERMIT,
    replace(PERMIT, level=3),
    replace(PERMIT, purpose=Purpose.STATISTICS),
    replace(PERMIT, ethics_approved=False),
    replace(PERMIT, users=frozenset({"somebody-else"})),
    replace(PERMIT, active_from=TODAY),
    replace(PERMIT, active_from=date(2026, 3, 2)),
    replace(PERMIT, expires=date(2026, 3, 2)),
    replace(PERMIT, expires=TODAY),
]


def persons() -> Iterator[PersonFacts]:
    for relation, alive, consent, treated, blocked in product(
        RELATIONS, BOOLEANS, BOOLEANS, BOOLEANS, BOOLEANS
    ):
        yield replace(
            PERSON,
            alive=alive,
            analysis_consent=consent,
            treated_by_asker=treated,
            blocks_asker=blocked,
            **relation,  # type: ignore[arg-type]  # values of different types, each for its field
        )
    yield replace(PERSON, known=False)


def decided(book: RuleBook, requests: list[Request]) -> list[Decision]:
    """Decide requests on many states of one person: each state goes in as a person of its own."""
    decisions: list[Decision] = []
    for one in requests:
        decisions += decide(book, [one])
    return decisions


def in_batches(book: RuleBook, requests: list[Request]) -> list[Decision]:
    """As `decided`, a batch for each asker and state, so that no batch holds two states of one."""
    groups: dict[tuple[Identity, PersonFacts | None], list[int]] = {}
    for index, one in enumerate(requests):
        groups.setdefault((one.who, one.person), []).append(index)
    decisions: list[Decision] = [Decision(permitted=False, rules=())] * len(requests)
    for indices in groups.values():
        for index, decision in zip(
            indices, decide(book, [requests[index] for index in indices]), strict=True
        ):
            decisions[index] = decision
    return decisions


def personal_grid() -> list[Request]:
    """Every asker by every pair that the table is about by every state; dead pairs once for all."""
    live = live_pairs()
    every = list(product(Action, WORDS))
    return [
        request(who, purpose, action, person, reason=reason)
        for who in ASKERS
        for action, purpose in every
        if (str(action), purpose) in live
        for person in persons()
        for reason in (None, "a reason")
    ] + [
        request(EVERYTHING, purpose, action, person, PERMIT, reason="a reason")
        for action, purpose in every
        if (str(action), purpose) not in live
        for person in persons()
        if person.analysis_consent and person.alive and not person.blocks_asker
    ]


def collective_grid() -> list[Request]:
    """Every asker by action by purpose by permit by level, naming nobody."""
    return [
        request(who, purpose, action, None, permit, level=level)
        for who in [*ASKERS, asker(Role.RESEARCHER, Role.OUTPUT_CHECKER)]
        for action, purpose in product(Action, WORDS)
        for permit in PERMITS
        for level in ((1, 2, 3) if permit is not None and action is Action.FIND_CARRIERS else (1,))
    ]


@pytest.fixture(scope="module")
def grid() -> list[Request]:
    return [*personal_grid(), *collective_grid()]


@pytest.fixture(scope="module")
def decisions(denmark: RuleBook, grid: list[Request]) -> list[Decision]:
    return in_batches(denmark, grid)


def test_rules__decide_every_request_of_the_grid_as_the_plain_table_does(
    grid: list[Request], decisions: list[Decision]
) -> None:
    different = [
        one for one, decision in zip(grid, decisions, strict=True) if decision.permitted != may(one)
    ]
    assert len(grid) > 50_000
    assert different == []


def test_rules__each_change_an_answer_that_no_other_rule_gives(
    denmark: RuleBook, grid: list[Request], decisions: list[Decision]
) -> None:
    for name in denmark.rules:
        alone = [
            one for one, decision in zip(grid, decisions, strict=True) if decision.rules == (name,)
        ]
        # One of each kind, and up to a hundred of any kind.
        kinds = {(one.who, one.action, one.purpose, one.person is None): one for one in alone}
        alone = [*kinds.values(), *alone[:: len(alone) // 100 + 1]]
        without = "\n".join(rule.text for other, rule in denmark.rules.items() if other != name)
        book = replace(denmark, policies=cedarpy.PolicySet.from_str(without))
        changed = [
            one
            for one, decision in zip(alone, in_batches(book, alone), strict=True)
            if decision.permitted != may(one)
        ]
        assert changed, name


def test_purpose__outside_the_list_is_refused_to_everyone(
    grid: list[Request], decisions: list[Decision]
) -> None:
    for one, decision in zip(grid, decisions, strict=True):
        if one.purpose == INSURANCE:
            assert not decision.permitted
            assert "purpose-closed-list" in decision.rules


@st.composite
def requests(draw: st.DrawFn) -> Request:
    person = st.builds(
        PersonFacts,
        number=st.sampled_from([ME, "P-000002"]),
        known=st.booleans(),
        alive=st.booleans(),
        age_years=st.integers(0, 30),
        analysis_consent=st.booleans(),
        treated_by_asker=st.booleans(),
        blocks_asker=st.booleans(),
        guardians=st.frozensets(st.sampled_from([ME, "P-000008"])),
    )
    days = st.dates(date(2026, 2, 27), date(2026, 3, 3))
    permit = st.builds(
        PermitTerms,
        purpose=st.sampled_from([Purpose.RESEARCH, Purpose.STATISTICS]),
        ethics_approved=st.booleans(),
        active_from=days,
        expires=days,
        users=st.frozensets(st.sampled_from(["asker", "somebody-else"])),
        level=st.integers(1, 3),
    )
    who = st.builds(
        Identity,
        st.just("asker"),
        st.frozensets(st.sampled_from(Role), max_size=4),
        st.none() | st.just("east"),
        st.none() | st.just(ME),
    )
    return draw(
        st.builds(
            Request,
            who=who,
            purpose=st.sampled_from([*WORDS, "", "Research", "own-treatment "]),
            action=st.sampled_from(Action),
            person=st.none() | person,
            permit=st.none() | permit,
            level=st.integers(1, 3),
            reason=st.sampled_from([None, "", "  ", "a reason"]),
            today=days,
        )
    )


@settings(deadline=None, max_examples=250, derandomize=True)
@given(requests())
def test_rules__decide_any_request_as_the_plain_table_does(denmark: RuleBook, one: Request) -> None:
    assert decided(denmark, [one])[0].permitted == may(one)


def test_decision__of_several_persons_is_one_for_each(denmark: RuleBook) -> None:
    doctor = asker(Role.DOCTOR)
    facts = [PERSON, replace(PERSON, number="P-000005", analysis_consent=False)]
    asked = [request(doctor, "own-treatment", Action.READ_ANSWER, person) for person in facts]
    assert [decision.permitted for decision in decide(denmark, asked)] == [True, False]


def test_decision__names_the_rules_that_settled_it(denmark: RuleBook) -> None:
    doctor = asker(Role.DOCTOR)
    (yes,) = decide(denmark, [request(doctor, "own-treatment", Action.READ_ANSWER, PERSON)])
    (no,) = decide(denmark, [request(doctor, INSURANCE, Action.READ_ANSWER, PERSON)])
    (silent,) = decide(denmark, [request(doctor, "prevention", Action.READ_ANSWER, PERSON)])
    assert yes.rules == ("treatment-reading",)
    assert no.rules == ("purpose-closed-list",)
    assert silent.rules == ()


def test_decision__is_none_when_a_rule_cannot_be_evaluated(denmark: RuleBook) -> None:
    """A book that skipped the schema: the rule fails on facts, and must not count as silent."""
    broken = """
        @id("x") permit (principal, action, resource);
        @id("y") forbid (principal, action, resource) when { context.mood == "bad" };
    """
    book = replace(denmark, policies=cedarpy.PolicySet.from_str(broken))
    with pytest.raises(PolicyError, match="could not be evaluated"):
        decide(book, [request(asker(Role.DOCTOR), "own-treatment", Action.READ_ANSWER, PERSON)])
