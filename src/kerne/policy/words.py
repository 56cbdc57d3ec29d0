"""Why not, in words for the person who asked: the rules' own, in English or Danish.

A forbid says what stands in the way. Silence says who would be let through, and not which of the
conditions failed: that would tell a stranger whether a person has consented or is being treated.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from kerne.people.asking import Action
from kerne.policy.rulebook import Rule, RuleBook

CLOSED_LIST: Final = "purpose-closed-list"
"""The rule that every country's book has: a purpose outside the list is refused unread."""
WHOLE_ASK: Final = "whole-ask"
"""Stands in the entry of a person whose own data were not what stopped a request for several."""


class Language(StrEnum):
    """The languages that rules are explained in."""

    ENGLISH = "en"
    DANISH = "da"


_WHOLE: Final[Mapping[Language, str]] = {
    Language.ENGLISH: "the request named several people and was refused as a whole",
    Language.DANISH: "anmodningen nævnte flere personer og blev afvist som helhed",
}
_NOBODY: Final[Mapping[Language, str]] = {
    Language.ENGLISH: "no rule lets anyone `{action}` for the purpose `{purpose}`",
    Language.DANISH: "ingen regel lader nogen `{action}` til formålet `{purpose}`",
}
_ONLY: Final[Mapping[Language, str]] = {
    Language.ENGLISH: "`{action}` for the purpose `{purpose}` is open only to: {through}",
    Language.DANISH: "`{action}` til formålet `{purpose}` er kun åbent for: {through}",
}
_OR: Final[Mapping[Language, str]] = {Language.ENGLISH: "; or ", Language.DANISH: "; eller "}


def reasons_in_words(
    book: RuleBook,
    action: Action,
    purpose: str,
    rules: Sequence[str],
    language: Language = Language.ENGLISH,
) -> tuple[str, ...]:
    """Say why `action` for `purpose` was refused by `rules`, or by silence when there are none.

    Examples
    --------
    >>> book = RuleBook.load("denmark")
    >>> reasons_in_words(book, Action.REMOVE_GENOME, "custody", ())
    ('`remove-genome` for the purpose `custody` is open only to: a custodian',)
    >>> reasons_in_words(book, Action.REMOVE_GENOME, "research", (), Language.DANISH)
    ('ingen regel lader nogen `remove-genome` til formålet `research`',)
    """
    if rules:
        return tuple(
            _WHOLE[language] if name == WHOLE_ASK else in_words(book.rules[name], language)
            for name in rules
        )
    named = {"action": action.value, "purpose": purpose}
    through = [in_words(book.rules[name], language) for name in book.allowing(action, purpose)]
    if not through:
        return (_NOBODY[language].format(**named),)
    return (_ONLY[language].format(**named, through=_OR[language].join(through)),)


def in_words(rule: Rule, language: Language) -> str:
    """Say in plain words whom a permit lets through, or what a forbid puts in the way."""
    return rule.da if language is Language.DANISH else rule.en
