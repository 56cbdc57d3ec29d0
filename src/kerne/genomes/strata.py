"""Frequencies by stratum: the same alleles counted among parts of those who are counted.

By sex means by the complement that was measured, never by what is registered. Strata that are
named may overlap, and need not make up the whole.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TextIO

from pyroaring import BitMap

from kerne.errors import GenomeError
from kerne.genomes.cohorts import Samples
from kerne.genomes.complement import Karyotype
from kerne.genomes.frequencies import COLUMNS, Frequencies

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_PLACE: Final = COLUMNS[:4]
_COUNTS: Final = ("AC", "AN", "AF", "hom", "het", "hemi")


class SexStratum(StrEnum):
    """The strata of a count by sex; every genome is in exactly one.

    `X` are genomes with one X in whose files nothing tells whether there is a Y. `OTHER` are X0,
    XXY, XYY, mosaics and what is unclear.
    """

    XX = "XX"
    XY = "XY"
    X = "X"
    OTHER = "other"


_STRATUM_OF: Final = {
    Karyotype.XX: SexStratum.XX,
    Karyotype.DOUBLE_X_WITH_Y: SexStratum.XX,
    Karyotype.XY: SexStratum.XY,
    Karyotype.SINGLE_X: SexStratum.X,
}


@dataclass(frozen=True, slots=True)
class Strata:
    """How to divide those who are counted.

    Parameters
    ----------
    by_sex
        By the complement that was measured.
    by_region
        By the region of residence in the register.
    named
        Samples by name of the stratum.
    """

    by_sex: bool = False
    by_region: bool = False
    named: Mapping[str, Samples] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class StratifiedFrequencies:
    """Counts among everyone who was counted, and of the same alleles in each stratum."""

    whole: Frequencies
    strata: Mapping[str, Frequencies]


def rows_by_sex(karyotypes: Mapping[int, Karyotype]) -> dict[str, BitMap]:
    """Return the rows of each stratum, empty ones too."""
    strata: dict[str, BitMap] = {stratum.value: BitMap() for stratum in SexStratum}
    for row, karyotype in karyotypes.items():
        strata[_STRATUM_OF.get(karyotype, SexStratum.OTHER)].add(row)
    return strata


def check_strata(names: Iterable[str]) -> None:
    """Check the names that somebody gave to strata: they become names of columns.

    Raises
    ------
    GenomeError
        A name is not letters, digits, dots and hyphens.
    """
    for name in names:
        if _NAME.fullmatch(name) is None:
            raise GenomeError(f"stratum `{name}`: expected letters, digits, dots and hyphens")


def unite_strata(*ways: Mapping[str, BitMap]) -> dict[str, BitMap]:
    """Return the strata of several ways of dividing.

    Raises
    ------
    GenomeError
        Two ways have a stratum of one name.
    """
    united: dict[str, BitMap] = {}
    for way in ways:
        for name in sorted(united.keys() & way.keys()):
            raise GenomeError(f"there are two strata `{name}`: call yours otherwise")
        united |= way
    return united


def write_strata_1based(found: StratifiedFrequencies, stream: TextIO) -> None:
    """Write one line an allele, tab-separated: `AC`, ... of the whole, then `AC_NAME`, ... of each.

    Positions count from 1; AF is `.` where AN is 0.
    """
    parts = {"": found.whole, **{f"_{name}": part for name, part in found.strata.items()}}
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
    writer.writerow([*_PLACE, *(f"{count}{name}" for name in parts for count in _COUNTS)])
    whole = found.whole
    for at in range(len(whole)):
        place = (
            *(whole.contig[at], int(whole.position[at]) + 1),
            *(whole.reference[at], whole.alternative[at]),
        )
        writer.writerow(
            [*place, *(value for part in parts.values() for value in _values(part, at))]
        )


def _values(part: Frequencies, at: int) -> tuple[object, ...]:
    ac, an = int(part.ac[at]), int(part.an[at])
    af = f"{ac / an:.6g}" if an else "."
    return ac, an, af, int(part.hom[at]), int(part.het[at]), int(part.hemi[at])
