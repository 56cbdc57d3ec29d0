"""The families of the country before they have names: who descends from whom.

A patient's family comes in the shapes that a clinic sees: both parents, both parents and a sibling,
the mother alone, nobody. The rest of the citizens are couples with children, single parents and
people who live alone; a few children are adopted: their parents are social ones only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from kerne.errors import SyntheticError
from kerne.synthetic.citizen import Sex
from kerne.synthetic.patient import Mode

CHILD_SHARE: Final = 0.7
"""Share of children among patients; adults with parents in the country are under 46."""


class Shape(StrEnum):
    """Which relatives are citizens."""

    ALONE = "alone"
    MOTHER = "mother"
    PARENTS = "parents"
    PARENTS_AND_SIBLING = "parents and sibling"

    @property
    def people(self) -> int:
        """How many people such a family has, the patient included."""
        return list(Shape).index(self) + 1


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a family.

    `mother` and `father` are positions among all members of the country. They are the genetic
    parents unless `adopted`.
    """

    sex: Sex
    age_years: int
    mother: int | None = None
    father: int | None = None
    adopted: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """Members by position in the country; `patient` is one of them, if there is one."""

    members: tuple[int, ...]
    patient: int | None = None


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody, family by family."""

    members: tuple[Member, ...]
    families: tuple[Family, ...]


def draw_population(rng: np.random.Generator, citizens: int, modes: Sequence[Mode]) -> Population:
    """Draw families until the country has its citizens; the patients come first, in order.

    Raises
    ------
    SyntheticError
        There are more patients than citizens.
    """
    if len(modes) > citizens:
        raise SyntheticError(f"`{citizens}` citizens cannot include `{len(modes)}` patients")
    settling = _Settling(rng)
    for number, mode in enumerate(modes):
        settling.patient(mode, citizens - (len(modes) - number - 1))
    while len(settling.members) < citizens:
        settling.household(citizens)
    return Population(tuple(settling.members), tuple(settling.families))


class _Settling:
    """The country as it fills."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self.members: list[Member] = []
        self.families: list[Family] = []

    def patient(self, mode: Mode, limit: int) -> None:
        """Settle a patient's family; afterwards at most `limit` people live in the country."""
        shape = self._shape(mode, limit - len(self.members))
        sex = self._sex(mode)
        age = self._patient_age(shape)
        first = len(self.members)
        mother = father = None
        if shape is not Shape.ALONE:
            mother = self._join(Member(Sex.FEMALE, age + int(self._rng.integers(21, 39))))
        if shape in {Shape.PARENTS, Shape.PARENTS_AND_SIBLING}:
            father = self._join(Member(Sex.MALE, age + int(self._rng.integers(22, 44))))
        patient = self._join(Member(sex, age, mother, father))
        if shape is Shape.PARENTS_AND_SIBLING:
            self._join(Member(self._sex(None), self._sibling_age(age), mother, father))
        self.families.append(Family(tuple(range(first, len(self.members))), patient))

    def household(self, limit: int) -> None:
        """Settle a family without a patient."""
        room = limit - len(self.members)
        first = len(self.members)
        size = min(room, int(self._rng.choice([1, 2, 3, 4, 5], p=[0.4, 0.12, 0.2, 0.2, 0.08])))
        if size == 1:
            self._join(Member(self._sex(None), self._adult()))
        else:
            self._parents_with_children(size)
        self.families.append(Family(tuple(range(first, len(self.members)))))

    def _parents_with_children(self, size: int) -> None:
        oldest = int(self._rng.integers(0, 34))
        mother = self._join(Member(Sex.FEMALE, oldest + int(self._rng.integers(20, 38))))
        father = None
        children = size - 1
        if size > Shape.MOTHER.people:
            father = self._join(Member(Sex.MALE, oldest + int(self._rng.integers(21, 42))))
            children = size - 2
        for number in range(children):
            adopted = bool(self._rng.random() < 0.04)  # noqa: PLR2004  a few in a hundred
            age = max(0, oldest - 3 * number)
            self._join(Member(self._sex(None), age, mother, father, adopted=adopted))

    def _shape(self, mode: Mode, room: int) -> Shape:
        wanted = Shape.PARENTS
        if self.families:  # the first patient always comes with both parents
            shares = [0.0, 0.0, 0.75, 0.25] if mode is Mode.DE_NOVO else [0.14, 0.12, 0.52, 0.22]
            wanted = list(Shape)[int(self._rng.choice(len(Shape), p=shares))]
        return list(Shape)[min(wanted.people, room) - 1]

    def _sex(self, mode: Mode | None) -> Sex:
        if mode is Mode.X_LINKED:
            return Sex.MALE
        return Sex.FEMALE if self._rng.random() < 0.5 else Sex.MALE  # noqa: PLR2004  as many

    def _adult(self) -> int:
        return int(self._rng.integers(18, 88))

    def _patient_age(self, shape: Shape) -> int:
        if self._rng.random() < CHILD_SHARE:
            return int(self._rng.integers(1, 18))
        return self._adult() if shape is Shape.ALONE else int(self._rng.integers(18, 46))

    def _sibling_age(self, age: int) -> int:
        return abs(age + int(self._rng.choice([-5, -4, -3, -2, 2, 3, 4, 5])))

    def _join(self, member: Member) -> int:
        self.members.append(member)
        return len(self.members) - 1
