"""Whose genomes of a population are counted: one a person, of no two relatives, one of twins.

What may be counted is settled by choices (`consent.populations`); this selects among it, and says
in numbers whom it left out. Of relatives the eldest is counted first: two parents carry what their
child carries, apart from what is new in it. A family's selection depends on nobody else, so that a
question after one choice has changed looks at that family again and at no other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import Protocol

from pyroaring import BitMap

from kerne.people.kinship import Kinship
from kerne.people.sample import BesideRow, CountableRow, RowSnapshot


class Relatives(StrEnum):
    """What becomes of relatives as close as first cousins when genomes are counted."""

    LEFT_OUT = "left out"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class WhoCounted:
    """Whose genomes an answer counted, in numbers.

    Parameters
    ----------
    genomes
        Counted: one a person.
    relatives, twins
        Persons left out beside a relative, or a twin of one egg, who is counted.
    earlier, other_origin
        Further genomes of the persons counted: germline ones that a newer one replaces, and those
        of a tumour, a fetus, a donor's cells or unknown origin.
    """

    genomes: int
    relatives: int = 0
    twins: int = 0
    earlier: int = 0
    other_origin: int = 0

    def __str__(self) -> str:
        """Say it in a line."""
        return (
            f"counted: {self.genomes} genomes, one a person; left out: {self.relatives} relatives, "
            f"{self.twins} twins of one egg, {self.earlier} earlier genomes of the same persons, "
            f"{self.other_origin} genomes of another origin"
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows to count, and who was left out."""

    rows: BitMap
    who: WhoCounted


class RowsAndKin(Protocol):
    """What must be known of rows and kin; `people.ledger.PeopleLedger` knows it."""

    def row_snapshot(self, since: int = 0) -> RowSnapshot:
        """Return the rows to count."""
        ...

    def kin_changed(self, since: int) -> bool:
        """Say whether kin changed after an epoch."""
        ...

    def kinship(self) -> Kinship:
        """Return who is related to whom."""
        ...

    def beside_rows(self) -> dict[int, BesideRow]:
        """Return what other genomes the persons of countable rows have, where there are any."""
        ...


@dataclass(slots=True)
class _Left:
    """Whom the last question left out, of which rows."""

    among: BitMap = field(default_factory=BitMap)
    relatives: BitMap = field(default_factory=BitMap)
    twins: BitMap = field(default_factory=BitMap)


@dataclass(frozen=True, slots=True)
class _Kin:
    """The rows that are related, by row: only rows with a relative among the countable ones.

    `order` holds the rows of each group of connected rows, eldest first; `group` finds it.
    """

    near: Mapping[int, frozenset[int]]
    order: tuple[tuple[int, ...], ...]
    group: Mapping[int, int]


_NOTHING = _Kin({}, (), {})


class CountedPersons:
    """Selects rows; what it knows is brought up to the epoch of each question."""

    def __init__(self, register: RowsAndKin) -> None:
        self._register = register
        self._lock = Lock()
        self._epoch = -1
        self._kinship = Kinship()
        self._near: dict[Relatives, dict[str, frozenset[str]]] = {}
        self._kin = dict.fromkeys(Relatives, _NOTHING)
        self._twins: Mapping[int, frozenset[int]] = {}
        self._left = {mode: _Left() for mode in Relatives}
        self._beside: dict[int, BesideRow] = {}
        self._accompanied = BitMap()

    def select(self, rows: BitMap, epoch: int, relatives: Relatives) -> Selection:
        """Select from `rows`, which were settled at the row epoch `epoch`.

        With `COUNTED` relatives only twins of one egg are left out, all but one.
        """
        with self._lock:
            # A newer state does no harm: the gate throws the answer of an older epoch away.
            if self._epoch < epoch:
                self._bring_up()
            left = self._leave_out(rows, relatives)
            kept = rows - left.relatives - left.twins
            beside = [self._beside[row] for row in kept & self._accompanied]
        who = WhoCounted(
            len(kept),
            len(left.relatives),
            len(left.twins),
            sum(each.earlier for each in beside),
            sum(each.other_origin for each in beside),
        )
        return Selection(kept, who)

    def _leave_out(self, rows: BitMap, mode: Relatives) -> _Left:
        kin, last = self._kin[mode], self._left[mode]
        changed = {kin.group[row] for row in rows ^ last.among if row in kin.group}
        relatives, twins = BitMap(), BitMap()
        for group in changed:
            order = [row for row in kin.order[group] if row in rows]
            for row, chosen in left_out(order, kin.near).items():
                (twins if self._twins.get(row, frozenset()) & chosen else relatives).add(row)
        settled = BitMap(row for group in changed for row in kin.order[group])
        left = _Left(
            BitMap(rows), (last.relatives - settled) | relatives, (last.twins - settled) | twins
        )
        self._left[mode] = left
        return left

    def _bring_up(self) -> None:
        # INVARIANT: the epoch is read first: what is newer than it is read again the next time.
        snapshot = self._register.row_snapshot()
        if self._epoch < 0 or self._register.kin_changed(self._epoch):
            self._kinship = self._register.kinship()
            self._near = {mode: {} for mode in Relatives}
        near, twins = self._near[Relatives.LEFT_OUT], self._near[Relatives.COUNTED]
        for person in snapshot.persons - near.keys():
            near[person] = self._kinship.relatives_of(person)
            twins[person] = self._kinship.twins_of(person)
        counted = _kin_of(snapshot.rows, twins)
        self._kin = {
            Relatives.LEFT_OUT: _kin_of(snapshot.rows, near),
            Relatives.COUNTED: counted,
        }
        self._twins = counted.near
        self._left = {mode: _Left() for mode in Relatives}
        self._beside = self._register.beside_rows()
        self._accompanied = BitMap(self._beside)
        self._epoch = snapshot.epoch


def left_out(order: Iterable[int], near: Mapping[int, frozenset[int]]) -> dict[int, frozenset[int]]:
    """Take rows in their order unless a relative was taken; return who is not, and because of whom.

    Nobody is left out without a relative who is counted, and no two relatives are counted.
    """
    taken: set[int] = set()
    left: dict[int, frozenset[int]] = {}
    for row in order:
        relatives = near.get(row, frozenset()) & taken
        if relatives:
            left[row] = frozenset(relatives)
        else:
            taken.add(row)
    return left


def _kin_of(rows: Sequence[CountableRow], near: Mapping[str, frozenset[str]]) -> _Kin:
    row_of = {each.person: each.row for each in rows}
    related = {
        each.row: frozenset(row_of[person] for person in persons if person in row_of)
        for each in rows
        if (persons := near[each.person])
    }
    related = {row: others for row, others in related.items() if others}
    born = {each.row: each.born for each in rows if each.row in related}
    group: dict[int, int] = {}
    for row in related:
        waiting = [] if row in group else [row]
        number = len(group)
        while waiting:
            one = waiting.pop()
            if one not in group:
                group[one] = number
                waiting.extend(related[one])
    members: dict[int, list[int]] = defaultdict(list)
    for row, number in group.items():
        members[number].append(row)
    numbers = {number: at for at, number in enumerate(members)}
    order = tuple(
        tuple(sorted(group_rows, key=lambda row: (born[row], row)))
        for group_rows in members.values()
    )
    return _Kin(related, order, {row: numbers[number] for row, number in group.items()})
