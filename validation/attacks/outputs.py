"""Projects that pool what the airlock let out: a small nation, random histories, and a check.

Whoever has released counts may add and subtract them. `few_that_can_be_told` looks for any such sum
that is the count of 1 to 4 people, by linear algebra and not by the airlock's own reasoning.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, permutations
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from kerne.research.airlock import SMALLEST_CELL, Count, is_small, review
from kerne.research.events import QuestionAnswered

Reviewing = Callable[[Count, Sequence[Count]], bool]
"""Whether an output may leave, given those that have."""

PLACES: Final = {"OUTER": (0, 40), "INNER": (0, 30), "ACROSS": (25, 60), "APART": (60, 90)}
PEOPLE: Final = 60
_BETWEEN: Final = (30, 40)
"""What the outer place has besides the inner: few alleles."""

_TOLERANCE: Final = 1e-9


def anything(_output: Count, _released: Sequence[Count]) -> bool:
    """Let everything out."""
    return True


def by_the_airlock(output: Count, released: Sequence[Count]) -> bool:
    """Let out what the airlock of the centre lets out."""
    return review(output, released).passes


def by_pairs(output: Count, released: Sequence[Count]) -> bool:
    """Let out what does not differ from an earlier population by 1 to 4: looks safe, and is not."""
    return not any(is_small(len(output.rows ^ earlier.rows)) for earlier in released)


@dataclass
class Nation:
    """People with alleles at 90 positions, some of whom may be counted now.

    Parameters
    ----------
    genotypes
        (people, positions). Copies of the alternative allele.
    """

    genotypes: NDArray[np.int64]
    allowed: set[int]
    released: list[Count] = field(default_factory=list)

    def move(self, rng: np.random.Generator) -> None:
        """Let some withdraw, and some come or come back."""
        for person in rng.permutation(len(self.genotypes))[: rng.integers(1, 12)].tolist():
            self.allowed ^= {person}

    def ask(self, place: str, project: str) -> Count:
        """Count the alleles in `place` over those who allow it now."""
        start, end = PLACES[place]
        rows = sorted(self.allowed)
        carried = self.genotypes[rows, start:end].sum(axis=1)
        answered = QuestionAnswered(
            project=project,
            question=f"{project}/Q-{len(self.released) + 1}",
            asked_by=project,
            gene=place,
            contig="chr1",
            start=start,
            end=end,
            genomes=len(rows),
            carriers=int((carried > 0).sum()),
            alleles=int(carried.sum()),
            largest=int(carried.max(initial=0)),
            population="",
        )
        return Count(answered, BitMap(rows))


def history(rng: np.random.Generator, steps: int, reviewing: Reviewing) -> Nation:
    """Let two projects ask, and people come and go, in any order."""
    frequencies = rng.choice([0.01, 0.1, 0.4], 90)
    frequencies[slice(*_BETWEEN)] = 0.004
    genotypes = rng.binomial(2, frequencies, (PEOPLE, 90))
    nation = Nation(genotypes, set(range(rng.integers(20, PEOPLE))))
    for _ in range(steps):
        if rng.integers(2):
            nation.move(rng)
        place, project = rng.choice(list(PLACES)), rng.choice(["PRJ-1", "PRJ-2"])
        output = nation.ask(str(place), str(project))
        if reviewing(output, nation.released):
            nation.released.append(output)
    return nation


def told_of_few(released: Sequence[Count]) -> tuple[int, int, int]:
    """Count what was told of few people: by sums, by a withdrawal, by the rest of a place."""
    return (
        len(few_that_can_be_told(released)),
        single_withdrawals(released),
        small_rests(released),
    )


def few_that_can_be_told(released: Sequence[Count]) -> set[frozenset[int]]:
    """Return every set of 1 to 4 people whose count is a sum of released ones of one place."""
    found: set[frozenset[int]] = set()
    for place in {_place(count) for count in released}:
        counts = [count for count in released if _place(count) == place]
        people = sorted(set().union(*(count.rows for count in counts)))
        rows = np.array([[person in count.rows for person in people] for count in counts], float)
        found |= {frozenset(people[index] for index in chosen) for chosen in _told(rows)}
    return found


def single_withdrawals(released: Sequence[Count]) -> int:
    """Count pairs of one place of which one lacks 1 to 4 people of the other, whoever else came."""
    return sum(
        is_small(len(one.rows - other.rows)) or is_small(len(other.rows - one.rows))
        for one, other in combinations(released, 2)
        if _place(one) == _place(other)
    )


def small_rests(released: Sequence[Count]) -> int:
    """Count pairs of which one lies within the other but for 1 to 4 alleles or carriers."""
    return sum(
        is_small(outer.answered.alleles - inner.answered.alleles)
        or is_small(outer.answered.carriers - inner.answered.carriers)
        for inner, outer in permutations(released, 2)
        if set(inner.rows) <= set(outer.rows)
        and set(range(*_place(inner))) <= set(range(*_place(outer)))
    )


def _place(count: Count) -> tuple[int, int]:
    return count.answered.start, count.answered.end


def _candidates(rows: NDArray[np.float64]) -> Iterable[tuple[int, ...]]:
    """Unite whole groups of people that no count tells apart, as long as they are few."""
    patterns, group = np.unique(rows, axis=1, return_inverse=True)
    members = [np.flatnonzero(group.ravel() == each) for each in range(patterns.shape[1])]
    small = [each for each in members if len(each) < SMALLEST_CELL]
    for number in range(1, SMALLEST_CELL):
        for chosen in combinations(small, number):
            united = tuple(int(index) for each in chosen for index in each)
            if len(united) < SMALLEST_CELL:
                yield united


def _told(rows: NDArray[np.float64]) -> list[tuple[int, ...]]:
    """Choose the sets of few people whose indicator lies in the span of `rows`."""
    candidates = list(_candidates(rows))
    wanted = np.zeros((len(candidates), rows.shape[1]))
    for indicator, chosen in zip(wanted, candidates, strict=True):
        indicator[list(chosen)] = 1
    _, strengths, directions = np.linalg.svd(rows, full_matrices=False)
    span = directions[strengths > _TOLERANCE]
    outside = np.abs(wanted - wanted @ span.T @ span).max(axis=1, initial=0)
    return [chosen for chosen, far in zip(candidates, outside, strict=True) if far < _TOLERANCE]
