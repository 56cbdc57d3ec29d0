"""An explanation: one way in which variants of a gene would cause a disease."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from kerne.interpretation.candidate import Mode
from kerne.interpretation.family.factors import FACTORS, Fact
from kerne.phenotype.annotations import Inheritance


@dataclass(frozen=True, slots=True)
class Explanation:
    """One way in which observations would cause a disease.

    Parameters
    ----------
    members
        Indices of the observations that take part.
    log10_fit
        Sum of the factors.
    reasons
        The factors in words.
    """

    mode: Mode
    members: tuple[int, ...]
    log10_fit: float
    reasons: tuple[str, ...]


def explained(mode: Mode, members: tuple[int, ...], facts: Sequence[Fact]) -> Explanation:
    """Sum the facts of an explanation up."""
    return Explanation(
        mode, members, sum(factor for factor, _ in facts), tuple(words for _, words in facts)
    )


def besides(explanation: Explanation, fact: Fact) -> Explanation:
    """Add a fact to an explanation, as its last reason."""
    factor, words = fact
    return replace(
        explanation,
        log10_fit=explanation.log10_fit + factor,
        reasons=(*explanation.reasons, words),
    )


def allows(known: Collection[Inheritance], wanted: Collection[Inheritance]) -> bool:
    """Say whether a disease of these modes, none stated for any, can be of one wanted."""
    return not known or bool(set(known) & set(wanted))


def unstated(known: Collection[Inheritance]) -> list[Fact]:
    """Give the price of a disease without a stated mode."""
    if known:
        return []
    return [(FACTORS.mode_unknown, "no mode of inheritance is stated for the disease")]
