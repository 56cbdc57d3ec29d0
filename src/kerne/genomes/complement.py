"""How many copies of X and Y a genome has, measured from its own calls and never assumed.

Callers that know ploidy write haploid calls on a single X: then the calls say it. Others write
everything as diploid: then the share of heterozygous calls outside the pseudo-autosomal regions
says it, by the likelihood ratio of two copies (about half of the carried variants are
heterozygous in a whole genome, a third where only common ones were asked) to one (nearly none
are). What stays below odds of a thousand is unclear, and an unclear genome counts on neither X
nor Y.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HET_SHARE_OF_TWO: Final = 0.3
HET_SHARE_OF_ONE: Final = 0.02
LOG_ODDS_NEEDED: Final = math.log(1000)
HAPLOID_MAJORITY: Final = 10
UNCLEAR: Final = -1


class Karyotype(StrEnum):
    """The sex chromosomes as far as the calls show them."""

    XX = "XX"
    XY = "XY"
    SINGLE_X = "X, Y not seen"
    DOUBLE_X_WITH_Y = "XX with calls on Y"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class SexChromosomeCalls:
    """Calls outside the pseudo-autosomal regions, by how they are written.

    Haploid calls on X are counted whatever they say, the others where they carry something.
    """

    x_haploid: int = 0
    x_het: int = 0
    x_hom: int = 0
    y: int = 0


@dataclass(frozen=True, slots=True)
class Complement:
    """Copies of X and Y; `UNCLEAR` (-1) where the calls do not say."""

    karyotype: Karyotype
    x_copies: int
    y_copies: int


def measure_complement(calls: SexChromosomeCalls) -> Complement:
    """Measure the copies of X and Y.

    Examples
    --------
    >>> measure_complement(SexChromosomeCalls(x_het=40, x_hom=25)).karyotype
    <Karyotype.XX: 'XX'>
    >>> measure_complement(SexChromosomeCalls(x_het=1, x_hom=60, y=9)).karyotype
    <Karyotype.XY: 'XY'>
    >>> measure_complement(SexChromosomeCalls(x_hom=2)).x_copies
    -1
    """
    match _x_copies(calls), calls.y > 0:
        case 2, False:
            return Complement(Karyotype.XX, 2, 0)
        case 2, True:
            return Complement(Karyotype.DOUBLE_X_WITH_Y, 2, UNCLEAR)
        case 1, True:
            return Complement(Karyotype.XY, 1, 1)
        case 1, False:
            return Complement(Karyotype.SINGLE_X, 1, UNCLEAR)
        case _:
            return Complement(Karyotype.UNCLEAR, UNCLEAR, UNCLEAR)


def _x_copies(calls: SexChromosomeCalls) -> int:
    diploid = calls.x_het + calls.x_hom
    if calls.x_haploid:
        return 1 if calls.x_haploid >= HAPLOID_MAJORITY * diploid else UNCLEAR
    log_odds = calls.x_het * math.log(HET_SHARE_OF_TWO / HET_SHARE_OF_ONE)
    log_odds += calls.x_hom * math.log((1 - HET_SHARE_OF_TWO) / (1 - HET_SHARE_OF_ONE))
    if log_odds >= LOG_ODDS_NEEDED:
        return 2
    return 1 if log_odds <= -LOG_ODDS_NEEDED else UNCLEAR
