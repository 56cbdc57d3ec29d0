"""Expressions over cohorts say what sets say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import GenomeError
from kerne.genomes.cohorts import Cohort, parse_cohort

EVERYONE = frozenset(f"S{number}" for number in range(8))
COHORTS = {"a": ["S1", "S2", "S3"], "b-1": ["S3", "S4"], "c": []}
trees = st.recursive(
    st.sampled_from(sorted(COHORTS)),
    lambda inner: st.one_of(
        inner.map(lambda one: ("~", one)),
        st.tuples(st.sampled_from("&|"), inner, inner),
    ),
    max_leaves=8,
)


def text_of(tree: object) -> str:
    match tree:
        case (sign, inner):
            return f"{sign}({text_of(inner)})"
        case (sign, one, other):
            return f"({text_of(one)}) {sign}({text_of(other)})"
        case _:
            return str(tree)


def members(tree: object) -> frozenset[str]:
    match tree:
        case ("~", inner):
            return EVERYONE - members(inner)
        case ("&", one, other):
            return members(one) & members(other)
        case ("|", one, other):
            return members(one) | members(other)
        case _:
            return frozenset(COHORTS[str(tree)])


@given(trees)
@settings(deadline=None)
def test_expression__is_what_sets_say(tree: object) -> None:
    found = parse_cohort(text_of(tree), COHORTS)
    assert {sample for sample in EVERYONE if sample in found} == members(tree)


@pytest.mark.parametrize(
    ("expression", "same"),
    [("~a & b-1", "(~a) & b-1"), ("a | b-1 & c", "a | (b-1 & c)"), ("a&~c|b-1", "(a & ~c) | b-1")],
)
def test_expression__binds_not_before_and_before_or(expression: str, same: str) -> None:
    assert parse_cohort(expression, COHORTS) == parse_cohort(same, COHORTS)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "expected the name of a cohort .* at its end"),
        ("a &", "at its end"),
        ("a b-1", "expected `&`, `|` or the end at `b-1`"),
        ("(a", r"expected `\)` at its end"),
        ("a & x", r"\(`a`, `b-1`, `c`\) at `x`"),
        ("a)", "the end at `"),
    ],
)
def test_malformed_expression__is_told_where(expression: str, message: str) -> None:
    with pytest.raises(GenomeError, match=message):
        parse_cohort(expression, COHORTS)


def test_everyone_but_some__is_a_cohort() -> None:
    assert ~Cohort(frozenset({"S1"})) == Cohort(frozenset({"S1"}), inverted=True)
