"""Who is whose parent, genetic and social apart, who has custody, and who represents whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kerne.errors import PersonError

GENETIC_PARENTS = 2
FIRST_COUSINS = 4
"""Meioses between first cousins: the closest kin that studies of unrelated people leave out too.

References
----------
Manichaikul et al. 2010 (doi:10.1093/bioinformatics/btq559), table 1: third degree.
"""


class Parenthood(StrEnum):
    """How someone is a parent. A person may be both, by two facts."""

    GENETIC = "genetic"
    SOCIAL = "social"


@dataclass(frozen=True, slots=True, order=True)
class ParentOf:
    """One person is a parent of another, by person numbers."""

    parent: str
    child: str
    kind: Parenthood = Parenthood.GENETIC


@dataclass(frozen=True, slots=True, order=True)
class TwinOf:
    """Two persons were declared monozygotic twins: two people, one genome."""

    one: str
    other: str


@dataclass(frozen=True, slots=True, order=True)
class Custody:
    """One person has custody of a child from `since` until the day before `until`."""

    guardian: str
    child: str
    since: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Say whether custody is held on the day `on`."""
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True, order=True)
class Representation:
    """One person was appointed to decide for an adult, from `since` until the day before `until`.

    `decision` is the reference of the authority's decision or of the registered power of attorney.
    """

    representative: str
    person: str
    since: date
    decision: str
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Say whether the appointment stands on the day `on`."""
        return self.since <= on and (self.until is None or on < self.until)


class Kinship:
    """The relations between persons.

    Parameters
    ----------
    parents
        Parents of children.
    custodies
        Custody of children.
    twins
        Declared monozygotic twins.

    Raises
    ------
    PersonError
        Someone is their own parent, guardian or twin, or has more than two genetic parents.
    """

    def __init__(
        self,
        parents: Iterable[ParentOf] = (),
        custodies: Iterable[Custody] = (),
        twins: Iterable[TwinOf] = (),
    ) -> None:
        self.parents = tuple(sorted(set(parents)))
        self.custodies = tuple(custodies)
        self.twins = tuple(sorted(set(twins)))
        self._elders: dict[str, set[str]] = defaultdict(set)
        self._children: dict[str, set[str]] = defaultdict(set)
        self._twins: dict[str, set[str]] = defaultdict(set)
        for bond in self.parents:
            _check_apart(bond.parent, bond.child)
            if bond.kind is Parenthood.GENETIC:
                self._elders[bond.child].add(bond.parent)
                self._children[bond.parent].add(bond.child)
        for custody in self.custodies:
            _check_apart(custody.guardian, custody.child)
        for twin in self.twins:
            if twin.one == twin.other:
                raise PersonError(f"`{twin.one}` cannot be their own twin")
            self._twins[twin.one].add(twin.other)
            self._twins[twin.other].add(twin.one)
        for child, elders in self._elders.items():
            if (count := len(elders)) > GENETIC_PARENTS:
                raise PersonError(f"`{child}` has `{count}` genetic parents, expected at most two")

    def parents_of(self, child: str, kind: Parenthood = Parenthood.GENETIC) -> tuple[str, ...]:
        """Return the parents of `child`, by number."""
        if kind is Parenthood.GENETIC:
            return tuple(sorted(self._elders.get(child, ())))
        return tuple(b.parent for b in self.parents if b.child == child and b.kind is kind)

    def children_of(self, parent: str, kind: Parenthood = Parenthood.GENETIC) -> tuple[str, ...]:
        """Return the children of `parent`, by number."""
        return tuple(b.child for b in self.parents if b.parent == parent and b.kind is kind)

    def guardians_of(self, child: str, on: date) -> frozenset[str]:
        """Return who has custody of `child` on the day `on`."""
        return frozenset(c.guardian for c in self.custodies if c.child == child and c.holds(on))

    def is_guardian(self, guardian: str, child: str, on: date) -> bool:
        """Say whether `guardian` has custody of `child` on the day `on`."""
        return guardian in self.guardians_of(child, on)

    def family_of(self, person: str) -> frozenset[str]:
        """Return everyone connected to `person` by genes, `person` included.

        Parents of a common child are connected through it: this is the family whose genomes are
        left out when other people's genomes are counted as evidence.
        """
        family, waiting = {person}, [person]
        while waiting:
            near = [waiting.pop()]
            bonds = (self._elders, self._children, self._twins)
            new = set().union(*(_next(bond, near) for bond in bonds)) - family
            family |= new
            waiting.extend(new)
        return frozenset(family)

    def twins_of(self, person: str) -> frozenset[str]:
        """Return who was declared to be of one egg with `person`, by any number of declarations."""
        return frozenset(self._with_twins({person})) - {person}

    def relatives_of(self, person: str, meioses: int = FIRST_COUSINS) -> frozenset[str]:
        """Return who shares an ancestor with `person`, or is one, over at most so many meioses.

        A twin of one egg stands as near as the person; who shares a child is no relative.
        """
        found: set[str] = set()
        elders = self._with_twins({person})
        for up in range(meioses + 1):
            line = elders
            found |= line
            for _ in range(meioses - up):
                line = self._with_twins(_next(self._children, line))
                found |= line
            elders = self._with_twins(_next(self._elders, elders))
        return frozenset(found) - {person}

    def _with_twins(self, persons: set[str]) -> set[str]:
        found, waiting = set(persons), persons
        while waiting:
            waiting = _next(self._twins, waiting) - found
            found |= waiting
        return found


def _next(bonds: Mapping[str, set[str]], persons: Iterable[str]) -> set[str]:
    return set().union(*(bonds.get(person, ()) for person in persons))


def _check_apart(elder: str, child: str) -> None:
    if elder == child:
        raise PersonError(f"`{child}` cannot be a parent or guardian of themselves")
