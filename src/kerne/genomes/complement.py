"""How many copies of X and Y a genome has, measured from its own calls and never assumed.

Three signs, each a sum that a reader can add up in one pass over a file:

*How calls are written.* Callers that know ploidy write haploid calls on a single X.
*Heterozygous calls on X* outside the pseudo-autosomal regions, where everything is written as
diploid, by the likelihood ratio of two copies (about half of the carried variants are
heterozygous in a whole genome, a third where only common ones were asked) to one (nearly none
are); what stays below odds of a thousand is unclear.
*Depth*, where DP is told: the mean over calls on X, or on Y, against the mean over autosomal calls
is half the number of copies. It alone tells X0, XXY, XYY and mosaics.

Signs that contradict each other are unclear, and an unclear chromosome counts nothing: a caller
that was told `male` writes an XXY genome haploid, and a contaminated XY genome looks like XX.

References
----------
Illumina DRAGEN, ploidy estimator: X 0.75-1.25 and Y 0-0.25 of autosomal depth are XX; 0.25-0.75
twice XY; and so on by steps of 0.5 for X0, XXY, XYY. Bounds here are narrower, and what lies
between two of them is mosaic: loss of Y in a third of an old man's blood is Y at 0.33.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HET_SHARE_OF_TWO: Final = 0.3
HET_SHARE_OF_ONE: Final = 0.02
LOG_ODDS_NEEDED: Final = math.log(1000)
HAPLOID_MAJORITY: Final = 10
TOLERATED_COPIES: Final = 0.3
"""How far a depth may be from a whole number of copies; further off is mosaic."""
LEAST_PLACES: Final = 100
"""Fewer depths tell nothing: at 30 reads the mean of 100 is sure to a tenth of a copy."""
LEAST_SHARE_ON_Y: Final = 0.01
"""Beside two X, fewer calls on Y than this share of those on X are misplaced reads of X.

A whole genome carries more than 100,000 alleles on two X, and a Y some thousands. No bound is
published; one whole Y by depth is believed without it.
"""
UNCLEAR: Final = -1
_MOSAIC: Final = -2


class Karyotype(StrEnum):
    """The sex chromosomes as far as the calls show them."""

    XX = "XX"
    XY = "XY"
    X0 = "X0"
    XXY = "XXY"
    XYY = "XYY"
    MOSAIC = "mosaic"
    SINGLE_X = "X, Y not seen"
    DOUBLE_X_WITH_Y = "XX with calls on Y"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class DepthSum:
    """Read depths added up: `reads` over `places`, calls or bases of reference blocks."""

    reads: int = 0
    places: int = 0

    def __add__(self, other: "DepthSum") -> "DepthSum":
        """Add the depths of other places."""
        return DepthSum(self.reads + other.reads, self.places + other.places)


NO_DEPTH: Final = DepthSum()


@dataclass(frozen=True, slots=True)
class SexChromosomeCalls:
    """Calls outside the pseudo-autosomal regions, by how they are written; sums that add up.

    Parameters
    ----------
    x_haploid
        Haploid calls on X, whatever they say; the other counts are of what carries something.
    x_het, x_hom
        Diploid calls on X.
    y
        Calls on Y.
    y_het
        Those of them that are heterozygous: reads of X or of a repeat in the wrong place.
    x_depth, y_depth, autosome_depth
        Depths where DP is told. A reference block adds its depth times its bases.
    """

    x_haploid: int = 0
    x_het: int = 0
    x_hom: int = 0
    y: int = 0
    y_het: int = 0
    x_depth: DepthSum = NO_DEPTH
    y_depth: DepthSum = NO_DEPTH
    autosome_depth: DepthSum = NO_DEPTH

    def __add__(self, other: "SexChromosomeCalls") -> "SexChromosomeCalls":
        """Add the calls of another part of the same genome."""
        return SexChromosomeCalls(
            self.x_haploid + other.x_haploid,
            self.x_het + other.x_het,
            self.x_hom + other.x_hom,
            self.y + other.y,
            self.y_het + other.y_het,
            self.x_depth + other.x_depth,
            self.y_depth + other.y_depth,
            self.autosome_depth + other.autosome_depth,
        )


@dataclass(frozen=True, slots=True)
class Complement:
    """Copies of X and Y; `UNCLEAR` (-1) where the calls do not say."""

    karyotype: Karyotype
    x_copies: int
    y_copies: int


_WHOLE: Final = {
    (2, 0): Karyotype.XX,
    (1, 1): Karyotype.XY,
    (1, 0): Karyotype.X0,
    (2, 1): Karyotype.XXY,
    (1, 2): Karyotype.XYY,
    (1, UNCLEAR): Karyotype.SINGLE_X,
    (2, UNCLEAR): Karyotype.DOUBLE_X_WITH_Y,
}


def measure_complement(calls: SexChromosomeCalls) -> Complement:
    """Measure the copies of X and Y.

    Of a mosaic, the chromosome that is there in some cells only is `UNCLEAR`.

    Examples
    --------
    >>> measure_complement(SexChromosomeCalls(x_het=40, x_hom=25)).karyotype
    <Karyotype.XX: 'XX'>
    >>> measure_complement(SexChromosomeCalls(x_het=1, x_hom=60, y=9)).karyotype
    <Karyotype.XY: 'XY'>
    >>> measure_complement(SexChromosomeCalls(x_hom=2)).x_copies
    -1
    >>> measure_complement(SexChromosomeCalls(
    ...     x_het=400, x_hom=250, y=900, y_het=20, x_depth=DepthSum(30_000, 1000),
    ...     y_depth=DepthSum(15_000, 1000), autosome_depth=DepthSum(300_000, 10_000)))
    Complement(karyotype=<Karyotype.XXY: 'XXY'>, x_copies=2, y_copies=1)
    """
    x = _x_copies(calls)
    y = _y_copies(calls, x)
    if _MOSAIC in (x, y):
        return Complement(Karyotype.MOSAIC, max(x, UNCLEAR), max(y, UNCLEAR))
    return complement_of_copies(x, y)


def complement_of_copies(x_copies: int, y_copies: int) -> Complement:
    """Return the complement with these whole numbers of copies; unclear when it has no name here.

    What was kept of a mosaic are its copies alone: it comes back as what they leave open.
    """
    karyotype = _WHOLE.get((x_copies, y_copies), Karyotype.UNCLEAR)
    if karyotype is Karyotype.UNCLEAR:
        return Complement(karyotype, UNCLEAR, UNCLEAR)
    return Complement(karyotype, x_copies, y_copies)


def _x_copies(calls: SexChromosomeCalls) -> int:
    by_calls = _x_by_calls(calls)
    by_depth = _by_depth(calls.x_depth, calls.autosome_depth)
    if by_depth in {UNCLEAR, by_calls}:
        return by_calls
    if by_depth == _MOSAIC or by_calls == UNCLEAR:
        return by_depth
    return UNCLEAR


def _x_by_calls(calls: SexChromosomeCalls) -> int:
    diploid = calls.x_het + calls.x_hom
    if calls.x_haploid:
        return 1 if calls.x_haploid >= HAPLOID_MAJORITY * diploid else UNCLEAR
    log_odds = calls.x_het * math.log(HET_SHARE_OF_TWO / HET_SHARE_OF_ONE)
    log_odds += calls.x_hom * math.log((1 - HET_SHARE_OF_TWO) / (1 - HET_SHARE_OF_ONE))
    if log_odds >= LOG_ODDS_NEEDED:
        return 2
    return 1 if log_odds <= -LOG_ODDS_NEEDED else UNCLEAR


def _y_copies(calls: SexChromosomeCalls, x_copies: int) -> int:
    is_seen = calls.y > 2 * calls.y_het
    by_depth = _by_depth(calls.y_depth, calls.autosome_depth)
    on_x = calls.x_haploid + calls.x_het + calls.x_hom
    if x_copies == 2 and by_depth <= 0 and calls.y < LEAST_SHARE_ON_Y * on_x:  # noqa: PLR2004  XX
        return 0
    if by_depth == UNCLEAR:
        # Without depths: one X with calls on Y has one Y, two X without them have none.
        return {(1, True): 1, (2, False): 0}.get((x_copies, is_seen), UNCLEAR)
    if is_seen or by_depth == 0:
        # On a single X, a Y that is called but hardly there has been lost from most cells.
        is_lost = is_seen and by_depth == 0 and x_copies == 1
        return _MOSAIC if is_lost else by_depth
    return 0 if x_copies == 2 else UNCLEAR  # noqa: PLR2004  two X and nothing on Y that is a Y's


def _by_depth(depth: DepthSum, autosomes: DepthSum) -> int:
    """Return the copies by depth, `_MOSAIC` between two numbers, `UNCLEAR` when it is not told."""
    if min(depth.places, autosomes.places) < LEAST_PLACES or autosomes.reads == 0:
        return UNCLEAR
    copies = 2 * (depth.reads / depth.places) / (autosomes.reads / autosomes.places)
    nearest = round(copies)
    return nearest if abs(copies - nearest) <= TOLERATED_COPIES else _MOSAIC
