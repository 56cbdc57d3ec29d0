"""Which value of a sample is what in a record, as its FORMAT says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

GENOTYPE: Final = "GT"
LARGEST: Final = (1 << 31) - 1
"""Numbers of FORMAT have 32 bits, as in BCF."""


@dataclass(frozen=True, slots=True)
class Form:
    """Columns of what is read; `None` for what FORMAT does not have.

    `smallest_depth` is that of a whole reference block, where it is told.
    """

    has_genotype: bool
    depth: int | None
    quality: int | None
    smallest_depth: int | None


def form_of(format_text: str) -> Form:
    """Read a FORMAT column.

    Raises
    ------
    ValueError
        GT is there and is not the first key.

    References
    ----------
    VCF 4.4 §1.6.2 (GT).
    """
    keys = format_text.split(":")
    if GENOTYPE in keys[1:]:
        raise ValueError(format_text)
    at = {key: column for column, key in enumerate(keys)}
    depth = at.get("DP")
    return Form(keys[0] == GENOTYPE, depth, at.get("GQ"), at.get("MIN_DP", depth))


def number_in(values: Sequence[str], column: int | None) -> float:
    """Return a number of a sample, -1 when the file does not say.

    Raises
    ------
    ValueError
        It is not a number, or too large a one.
    """
    if column is None or column >= len(values) or values[column] == ".":
        return -1.0
    number = float(values[column])
    if "_" in values[column] or not abs(number) <= LARGEST:
        raise ValueError(values[column])
    return number
