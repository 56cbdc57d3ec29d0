"""Alleles of one contig in order, and how the sites of several segments become one list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.change import Change, join_long
from kerne.alleles.kernel import kernel


@dataclass(frozen=True, slots=True, eq=False)
class ContigSites:
    """Alleles of one contig, (sites,) each, ascending by position and change, each once.

    `position` is 0-based; `change` is a number of `alleles.change`, whose long ones are in `long`.
    """

    position: NDArray[np.uint32]
    change: NDArray[np.uint64]
    long: Mapping[int, Change]

    def __len__(self) -> int:
        return len(self.position)

    def between(self, start: int, end: int) -> "ContigSites":
        """Return the sites at indices `[start, end)`."""
        return ContigSites(self.position[start:end], self.change[start:end], self.long)

    def find(self, position: int, change: int) -> int:
        """Return the index of an allele, -1 when it is not there."""
        low = int(np.searchsorted(self.position, np.uint32(position), side="left"))
        for at in range(low, len(self)):
            if self.position[at] != position:
                break
            if self.change[at] == change:
                return at
        return -1


NO_SITES = ContigSites(np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.uint64), {})


def joined_sites(parts: Sequence[ContigSites]) -> ContigSites:
    """Return sites that follow one another as one list."""
    return ContigSites(
        np.concatenate([NO_SITES.position, *(part.position for part in parts)]),
        np.concatenate([NO_SITES.change, *(part.change for part in parts)]),
        join_long(part.long for part in parts),
    )


def is_ascending(position: NDArray[np.uint32], change: NDArray[np.uint64]) -> bool:
    """Say whether sites are in order and each is there once."""
    if len(position) < 2:  # noqa: PLR2004  two can be compared
        return True
    further = position[1:] > position[:-1]
    same = position[1:] == position[:-1]
    return bool((further | (same & (change[1:] > change[:-1]))).all())


def unite(tables: Sequence[ContigSites]) -> tuple[ContigSites, list[NDArray[np.int64]]]:
    """Unite the sites of several tables; return them and where each table's sites went.

    Raises
    ------
    AlleleError
        Two different long changes have one number.
    """
    told = [table for table in tables if len(table)]
    if len(told) == 1:
        return told[0], [np.arange(len(table)) for table in tables]
    long = join_long(table.long for table in tables)
    united = NO_SITES
    places: list[NDArray[np.int64]] = []
    for table in tables:
        old, new = np.empty(len(united), np.int64), np.empty(len(table), np.int64)
        size = _merge_places(united.position, united.change, table.position, table.change, old, new)
        position, change = np.empty(size, np.uint32), np.empty(size, np.uint64)
        position[old], change[old] = united.position, united.change
        position[new], change[new] = table.position, table.change
        united = ContigSites(position, change, long)
        places = [old[place] for place in places]
        places.append(new)
    return united, places


@kernel
def _merge_places(
    position: NDArray[np.uint32],
    change: NDArray[np.uint64],
    other_position: NDArray[np.uint32],
    other_change: NDArray[np.uint64],
    old: NDArray[np.int64],
    new: NDArray[np.int64],
) -> int:
    """Find where two ascending lists go in their union; return its size."""
    left = right = size = 0
    while left < len(position) or right < len(other_position):
        takes_left = left < len(position)
        takes_right = right < len(other_position)
        if takes_left and takes_right:
            if position[left] != other_position[right]:
                takes_left = position[left] < other_position[right]
                takes_right = not takes_left
            elif change[left] != other_change[right]:
                takes_left = change[left] < other_change[right]
                takes_right = not takes_left
        if takes_left:
            old[left] = size
            left += 1
        if takes_right:
            new[right] = size
            right += 1
        size += 1
    return size
