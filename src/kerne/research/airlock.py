"""The airlock: what may leave a workspace. It refuses unless every check passes. Pure.

Three checks. *Small cells*: a count of 1 to 4 genomes, or one that leaves out 1 to 4 of those
counted, points at people. *Dominance*: most of the count comes from one genome. *Differencing*:
the populations over which a place was counted, by whomever, cut the nation into cells, people of
one cell having been in exactly the same counts. Whatever is added and subtracted of those numbers
is a sum over whole cells. So no cell may hold 1 to 4 people, and none is cut off by one withdrawal,
though others came at the same time. And where one count lies within another, in people and in
place, what the outer one has besides is a count too, and must not be a small one.

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
    before = [earlier for earlier in released if _overlap(answered, earlier.answered)]
    if not any(_is_same(output, earlier) for earlier in before) and _tells_of_few(output, before):
        found[Check.DIFFERENCING] = (
            "together with counts of this place that left before, the number would tell about "
            f"fewer than {SMALLEST_CELL} genomes"
        )
    return Verdict(tuple(found), tuple(found.values()))


def is_small(genomes: int) -> bool:
    """Say whether so few genomes stand out: none is safe, and so are enough."""
    return 0 < genomes < SMALLEST_CELL


def cells(populations: Iterable[BitMap]) -> list[BitMap]:
    """Cut all rows that occur into those that were in exactly the same populations."""
    found: list[BitMap] = []
    everyone = BitMap()
    for rows in populations:
        parts = (part for cell in found for part in (cell & rows, cell - rows))
        found = [part for part in (*parts, rows - everyone) if part]
        everyone |= rows
    return found


def _tells_of_few(output: Count, before: list[Count]) -> bool:
    populations = (output.rows, *(earlier.rows for earlier in before))
    if any(is_small(len(cell)) for cell in cells(populations)):
        return True
    return any(_rest_is_small(output, earlier) for earlier in before)


def _rest_is_small(one: Count, other: Count) -> bool:
    """Say whether one count lies within the other, and what the outer one has besides is few.

    The difference of the two is then itself a count: of people who left or came, of a place
    around a place, or of both.
    """
    if _lies_within(other, one):
        inner, outer = other, one
    elif _lies_within(one, other):
        inner, outer = one, other
    else:
        return False
    carriers = outer.answered.carriers - inner.answered.carriers
    alleles = outer.answered.alleles - inner.answered.alleles
    others = len(outer.rows) - len(inner.rows) - carriers
    same_place = _place(inner.answered) == _place(outer.answered)
    return is_small(carriers) or is_small(alleles) or (same_place and is_small(others))


def _is_same(one: Count, other: Count) -> bool:
    return one.rows == other.rows and _place(one.answered) == _place(other.answered)


def _place(answered: QuestionAnswered) -> tuple[str, int, int]:
    return answered.contig, answered.start, answered.end


def _lies_within(inner: Count, outer: Count) -> bool:
    """Say whether all that `inner` counts is counted by `outer`, in people and in place."""
    of_people = inner.rows.issubset(outer.rows)
    start, end = inner.answered.start, inner.answered.end
    return of_people and outer.answered.start <= start and end <= outer.answered.end


def _overlap(one: QuestionAnswered, other: QuestionAnswered) -> bool:
    return one.contig == other.contig and one.start < other.end and other.start < one.end
