"""What each line of the scores of losses and gains may count, for what a geneticist enters.

References
----------
Riggs et al. 2020, doi:10.1038/s41436-019-0686-8, tables 1 (loss) and 2 (gain): of each line the
range and, where a line may count for several patients or families, the maximum of them all.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kerne.errors import InterpretationError
from kerne.interpretation.candidate import Met
from kerne.interpretation.criteria.copy_number import Copies

Bounds = Mapping[str, tuple[float, float]]

_BOTH: Final[Bounds] = {
    "1A": (0.0, 0.0),
    "1B": (-0.60, -0.60),
    "3A": (0.0, 0.0),
    "3B": (0.45, 0.45),
    "3C": (0.90, 0.90),
    "4A": (0.0, 0.90),
    "4B": (0.0, 0.90),
    "4C": (0.0, 0.90),
    "4D": (-0.30, 0.0),
    "4E": (0.0, 0.30),
    "4F": (0.15, 0.15),
    "4G": (0.30, 0.30),
    "4H": (0.45, 0.45),
    "4I": (-0.90, 0.0),
    "4J": (-0.90, 0.0),
    "4K": (-0.30, 0.0),
    "4L": (0.0, 0.45),
    "4M": (0.0, 0.45),
    "4N": (-0.90, 0.0),
    "4O": (-1.0, 0.0),
    "5A": (0.0, 0.45),
    "5B": (-0.45, 0.0),
    "5C": (-0.30, 0.0),
    "5D": (0.0, 0.45),
    "5E": (-0.45, 0.0),
    "5F": (0.0, 0.0),
    "5G": (0.0, 0.15),
    "5H": (0.0, 0.30),
}
_LOSS: Final[Bounds] = {
    "2A": (1.0, 1.0),
    "2B": (0.0, 0.0),
    "2C-1": (0.45, 1.0),
    "2C-2": (0.0, 0.45),
    "2D-1": (0.0, 0.0),
    "2D-2": (0.45, 0.90),
    "2D-3": (0.0, 0.45),
    "2D-4": (0.45, 1.0),
    "2E": (0.0, 0.90),
    "2F": (-1.0, -1.0),
    "2G": (0.0, 0.0),
    "2H": (0.15, 0.15),
}
_GAIN: Final[Bounds] = {
    "2A": (1.0, 1.0),
    "2B": (0.0, 0.0),
    "2C": (-1.0, -1.0),
    "2D": (-1.0, -1.0),
    "2E": (0.0, 0.0),
    "2F": (-1.0, 0.0),
    "2G": (0.0, 0.0),
    "2H": (0.0, 0.0),
    "2I": (0.0, 0.90),
    "2J": (0.0, 0.0),
    "2K": (0.45, 0.45),
    "2L": (0.0, 0.0),
}
SECTIONS: Mapping[Copies, Bounds] = MappingProxyType(
    {Copies.LOSS: {**_BOTH, **_LOSS}, Copies.GAIN: {**_BOTH, **_GAIN}}
)
"""Least and most points by letter; a line that is not met counts 0."""


def check_points(copies: Copies, section: str, met: Met, points: float) -> None:
    """Check that the table has such a line, and lets it count so much.

    Raises
    ------
    InterpretationError
        It does not.
    """
    bounds = SECTIONS[copies].get(section)
    if bounds is None:
        names = ", ".join(sorted(SECTIONS[copies]))
        raise InterpretationError(f"no section `{section}` for a {copies}, expected one of {names}")
    least, most = bounds
    if met is Met.MET and not least <= points <= most:
        raise InterpretationError(
            f"section `{section}` of a {copies} counts {least:.2f} to {most:.2f}, not `{points:g}`"
        )
