"""The airlock: what may leave a workspace. It refuses unless every check passes. Pure.

Three checks. *Small cells*: a count of 1 to 4 genomes, or one that leaves out 1 to 4 of those
counted, points at people. *Dominance*: most of the count comes from one genome. *Differencing*:
the same place was counted before over almost the same people, by whomever, and the difference of
the two numbers would be an answer about those few.

References
----------
Hundepool et al., Statistical Disclosure Control (2012), doi:10.1002/9781118348239, chapters 3-4.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pyroaring import BitMap

from kerne.research.events import QuestionAnswered

SMALLEST_CELL: Final = 5
"""Fewest genomes that a released number may rest on, or differ by."""

LARGEST_SHARE: Final = 0.5
"""Largest share of the counted alleles that one genome may bring."""


class Check(StrEnum):
    """What the airlock looks for."""

    SMALL_CELL = "small-cell"
    DOMINANCE = "dominance"
    DIFFERENCING = "differencing"


@dataclass(frozen=True, slots=True)
class Count:
    """An answered question together with the rows that it was counted over."""

    answered: QuestionAnswered
    rows: BitMap


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the airlock found; nothing found means that the output may leave."""

    failed: tuple[Check, ...]
    words: tuple[str, ...]

    @property
    def passes(self) -> bool:
        """Say whether the output may leave."""
        return not self.failed


def review(output: Count, released: Iterable[Count]) -> Verdict:
    """Check one output against its own size and against everything released before.

    Parameters
    ----------
    output
        What is to leave.
    released
        Every count that has left any workspace: users who share what they got are one user.
    """
    found: dict[Check, str] = {}
    answered = output.answered
    if is_small(answered.carriers) or is_small(answered.genomes - answered.carriers):
        found[Check.SMALL_CELL] = (
            f"fewer than {SMALLEST_CELL} genomes stand behind the number, or outside it"
        )
    if answered.alleles and answered.largest / answered.alleles > LARGEST_SHARE:
        found[Check.DOMINANCE] = "one genome brings most of the number"
    for earlier in released:
        if differs_by_few(output, earlier):
            found[Check.DIFFERENCING] = (
                f"`{earlier.answered.question}` was released over almost the same people: "
                f"the two numbers together would tell about fewer than {SMALLEST_CELL} of them"
            )
            break
    return Verdict(tuple(found), tuple(found.values()))


def is_small(genomes: int) -> bool:
    """Say whether so few genomes stand out: none is safe, and so are enough."""
    return 0 < genomes < SMALLEST_CELL


def differs_by_few(one: Count, other: Count) -> bool:
    """Say whether two counts overlap in place and differ by a few genomes, but by some."""
    if not _overlap(one.answered, other.answered):
        return False
    return is_small(len(one.rows ^ other.rows))


def _overlap(one: QuestionAnswered, other: QuestionAnswered) -> bool:
    return one.contig == other.contig and one.start < other.end and other.start < one.end
