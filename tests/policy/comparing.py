"""Hold what the rules decided against what the plain table says."""

from collections.abc import Iterable
from typing import Final

from kerne.policy.decision import Decision, Request
from kerne.policy.rulebook import RuleBook

from .oracle import Answer, Law, judge

STOPS: Final = {
    "purpose-closed-list": "no such purpose",
    "record-first": "no record",
    "person-known": "nobody",
    "research-names-nobody": "research names nobody",
    "research-output-own": "own output",
    "treatment-blocked": "blocked",
    "limited-to-own-treatment": "kept to own treatment",
    "limit-from-fifteen": "too young to limit",
    "limit-from-sixteen": "too young to limit",
    "choices-of-the-dead": "choices of the dead",
}
"""What the table calls each thing that a forbid stops."""


def as_answer(book: RuleBook, decision: Decision) -> Answer:
    """Return a decision in the words of the table."""
    return Answer(
        decision.permitted,
        frozenset() if decision.permitted else frozenset(STOPS[name] for name in decision.rules),
        decision.permitted and not book.telling.isdisjoint(decision.rules),
    )


def differences(
    book: RuleBook, law: Law, decided: Iterable[tuple[Request, Decision]]
) -> list[tuple[Request, Decision, Answer]]:
    """Return the requests on which the rules and the table do not say the same."""
    judged = ((request, decision, judge(request, law)) for request, decision in decided)
    return [each for each in judged if as_answer(book, each[1]) != each[2]]
