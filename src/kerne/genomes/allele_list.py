"""Alleles as columns of numbers; their texts are made when somebody asks for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.change import Change, change_code, change_of, changes_of, join_long


@dataclass(frozen=True, eq=False)
class AlleleList:
    """Alleles of an assembly, (alleles,) each.

    Parameters
    ----------
    names
        The contigs of the assembly.
    rank
        The contig of each, an index into `names`.
    position
        0-based.
    change
        Numbers of `alleles.change`; the texts of long ones are in `long`.
    """

    names: tuple[str, ...]
    rank: NDArray[np.int16]
    position: NDArray[np.uint32]
    change: NDArray[np.uint64]
    long: Mapping[int, Change]

    def __len__(self) -> int:
        return len(self.position)

    @cached_property
    def contig(self) -> NDArray[np.object_]:
        """The name of each contig."""
        names: NDArray[np.object_] = np.array(self.names, dtype=np.object_)[self.rank]
        return names

    @property
    def reference(self) -> NDArray[np.object_]:
        """The reference bases of each."""
        return self._texts[0]

    @property
    def alternative(self) -> NDArray[np.object_]:
        """The alternative bases of each."""
        return self._texts[1]

    @cached_property
    def _texts(self) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        return changes_of(self.change, self.long)

    def allele(self, index: int) -> Allele:
        """Return one of them."""
        bases = change_of(int(self.change[index]), self.long)
        return Allele(self.names[int(self.rank[index])], int(self.position[index]), *bases)

    def only(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> "AlleleList":
        """Return those that are marked, or at these indices."""
        columns = (self.rank[kept], self.position[kept], self.change[kept])
        return AlleleList(self.names, *columns, self.long)


def listed(alleles: Sequence[Allele], names: Sequence[str]) -> AlleleList:
    """Return alleles as a list, in their order."""
    rank_of = {name: rank for rank, name in enumerate(names)}
    changes = [(each.reference, each.alternative) for each in alleles]
    codes = [change_code(*change) for change in changes]
    return AlleleList(
        tuple(names),
        np.array([rank_of[each.contig] for each in alleles], dtype=np.int16),
        np.array([each.position for each in alleles], dtype=np.uint32),
        np.array(codes, dtype=np.uint64),
        dict(zip(codes, changes, strict=True)),
    )


def joined_alleles(names: tuple[str, ...], parts: Sequence[AlleleList]) -> AlleleList:
    """Return lists that follow one another as one."""
    return AlleleList(
        names,
        np.concatenate([np.empty(0, np.int16), *(part.rank for part in parts)]),
        np.concatenate([np.empty(0, np.uint32), *(part.position for part in parts)]),
        np.concatenate([np.empty(0, np.uint64), *(part.change for part in parts)]),
        join_long(part.long for part in parts),
    )
