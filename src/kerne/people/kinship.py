"""Who is whose parent, genetic and social apart, who has custody, and who represents whom."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kerne.errors import PersonError

GENETIC_PARENTS = 2


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

    Raises
    ------
    PersonError
        Someone is their own parent or guardian, or has more than two genetic parents.
    """

    def __init__(self, parents: Iterable[ParentOf] = (), custodies: Iterable[Custody] = ()) -> None:
        self.parents = tuple(sorted(set(parents)))
        self.custodies = tuple(custodies)
        self._relatives: dict[str, set[str]] = defaultdict(set)
        genetic_parents: dict[str, int] = defaultdict(int)
        for bond in self.parents:
            _check_apart(bond.parent, bond.child)
            if bond.kind is Parenthood.GENETIC:
                genetic_parents[bond.child] += 1
                self._relatives[bond.parent].add(bond.child)
                self._relatives[bond.child].add(bond.parent)
        for custody in self.custodies:
            _check_apart(custody.guardian, custody.child)
        for child, count in genetic_parents.items():
            if count > GENETIC_PARENTS:
                raise PersonError(f"`{child}` has `{count}` genetic parents, expected at most two")

    def parents_of(self, child: str, kind: Parenthood = Parenthood.GENETIC) -> tuple[str, ...]:
        """Return the parents of `child`, by number."""
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
        """Return everyone connected to `person` by genetic parenthood, `person` included.

        Parents of a common child are connected through it: this is the family whose genomes are
        left out when other people's genomes are counted as evidence.
        """
        family, waiting = {person}, [person]
        while waiting:
            new = self._relatives.get(waiting.pop(), set()) - family
            family |= new
            waiting.extend(new)
        return frozenset(family)


def _check_apart(elder: str, child: str) -> None:
    if elder == child:
        raise PersonError(f"`{child}` cannot be a parent or guardian of themselves")
