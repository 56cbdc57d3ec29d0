"""Why not, in words for the person who asked.

A forbid says what stands in the way. Silence says who would be let through, and not which of the
conditions failed: that would tell a stranger whether a person has consented or is being treated.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from kerne.people.asking import Action
from kerne.policy.rulebook import RuleBook

CLOSED_LIST: Final = "purpose-closed-list"
WHOLE_ASK: Final = "whole-ask"
"""Stands in the entry of a person whose own data were not what stopped a request for several."""

IN_THE_WAY: Final[Mapping[str, str]] = {
    CLOSED_LIST: (
        "genome data may be used for a closed list of purposes, and this is not one of them: "
        "insurance, pension and employment have no word in the list"
    ),
    WHOLE_ASK: "the request named several people and was refused as a whole",
    "person-known": "nobody is registered under a person number that was named",
    "treatment-blocked": (
        "the patient has closed the data to you; if essential regard for the patient demands it, "
        "an answer or a genome can be read with a written reason, which the patient is told"
    ),
    "research-output-own": (
        "nobody checks an output of their own project: ask another output checker"
    ),
}
"""What a forbid says, by the name of the rule."""

LET_THROUGH: Final[Mapping[str, str]] = {
    "public-question": "anyone, as a public question that names nobody",
    "treatment-choices": "a doctor who treats the patient",
    "treatment-order": "a doctor, when the patient's written consent to genetic analysis stands",
    "treatment-laboratory": (
        "a laboratory at its site, when the patient's written consent to genetic analysis stands"
    ),
    "treatment-case": (
        "a clinical geneticist, when the patient's written consent to genetic analysis stands"
    ),
    "treatment-interpretation": (
        "the clinical geneticist who treats the patient now, while the patient's written consent "
        "to genetic analysis stands"
    ),
    "treatment-reading": (
        "a doctor or clinical geneticist who treats the patient now, while the patient's written "
        "consent to genetic analysis stands"
    ),
    "treatment-exception": (
        "a doctor or clinical geneticist without such a relation who writes the reason down, "
        "which the patient is told"
    ),
    "another-patient": "a doctor or clinical geneticist, who may count but names no patient",
    "own-access": "the person concerned, from the age of 15",
    "guardian-access": "whoever has custody of the child, until the child is 15",
    "research-question": (
        "a researcher named in the project's permit, while the permit is in force, has ethics "
        "approval and is for this purpose and this close a look"
    ),
    "research-output-check": "an output checker who is not on the project",
    "research-permit": "the access committee",
    "quality-registration": "a registrar",
    "quality-choices": "a registrar who takes choices over from paper or another register",
    "quality-count": "a laboratory, a registrar or a custodian, who may count but name nobody",
    "custody-removal": "a custodian",
}
"""Whom a permit lets through, by the name of the rule."""


def reasons_in_words(
    book: RuleBook, action: Action, purpose: str, rules: Sequence[str]
) -> tuple[str, ...]:
    """Say why `action` for `purpose` was refused by `rules`, or by silence when there are none.

    Examples
    --------
    >>> book = RuleBook.load("denmark")
    >>> reasons_in_words(book, Action.REMOVE_GENOME, "custody", ())
    ('`remove-genome` for the purpose `custody` is open only to: a custodian',)
    >>> reasons_in_words(book, Action.REMOVE_GENOME, "research", ())
    ('no rule lets anyone `remove-genome` for the purpose `research`',)
    """
    if rules:
        return tuple(IN_THE_WAY[rule] for rule in rules)
    through = [LET_THROUGH[rule] for rule in book.allowing(action, purpose)]
    if not through:
        return (f"no rule lets anyone `{action}` for the purpose `{purpose}`",)
    return (f"`{action}` for the purpose `{purpose}` is open only to: {'; or '.join(through)}",)
