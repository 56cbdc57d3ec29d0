"""Whose genomes a question may draw on, and which secondary findings may be shown: by the rules.

Both are asked of few distinct facts, however many people there are, and each is settled fully.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from kerne.policy.decision import CENTRE, entity, settle
from kerne.policy.rulebook import DRAW_ON, SHOW_FINDING, RuleBook

NOBODY: Final = "nobody"
"""Who chose, where nobody has."""


@dataclass(frozen=True, slots=True)
class GenomeFacts:
    """What rules may know of one genome among many.

    Parameters
    ----------
    analysis_consent, limited
        As in `PersonFacts`.
    research_said, research_left
        How many levels of research were allowed, and how many are left that were not refused.
    research_by
        As what the newest word on research was said: `self`, `guardian`, `representative` or
        `nobody`.
    age_years
        Of the owner; the highest of the rule book's ages that was reached is enough.
    """

    analysis_consent: bool
    limited: bool
    research_said: int
    research_left: int
    research_by: str
    age_years: int


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """What rules may know of a kind of secondary finding and of whom it is about.

    `choice` is `all`, `actionable` or `none`; `chosen_by` as `GenomeFacts.research_by`.
    """

    actionable: bool
    adult_onset: bool
    choice: str
    chosen_by: str
    age_years: int


def may_draw_on(
    book: RuleBook, genomes: Sequence[GenomeFacts], purpose: str, level: int
) -> list[bool]:
    """Say of each genome whether a question for `purpose` may draw on it.

    `level` is how closely the question looks, as in `Request`.

    Raises
    ------
    PolicyError
        A rule could not be evaluated.
    """
    entities = [
        entity("Kerne::Genome", str(place), asdict(each)) for place, each in enumerate(genomes)
    ]
    return _settle(book, DRAW_ON, entities, {"purpose": purpose, "level": level})


def may_show(book: RuleBook, findings: Sequence[FindingFacts]) -> list[bool]:
    """Say of each kind of secondary finding whether it may be shown.

    Raises
    ------
    PolicyError
        A rule could not be evaluated.
    """
    entities = [
        entity("Kerne::Finding", str(place), asdict(each)) for place, each in enumerate(findings)
    ]
    return _settle(book, SHOW_FINDING, entities, {})


def _settle(
    book: RuleBook,
    action: str,
    entities: list[dict[str, Any]],  # Any: Cedar's JSON form
    context: dict[str, Any],
) -> list[bool]:
    questions = [
        {
            "principal": CENTRE,
            "action": {"type": "Kerne::Action", "id": action},
            "resource": one["uid"],
            "context": context,
        }
        for one in entities
    ]
    return [decision.permitted for decision in settle(book, action, questions, entities)]
