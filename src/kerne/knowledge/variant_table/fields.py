"""What a table says about each allele, and how values become whole numbers to keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

MISSING: Final = -1
"""Kept for a value that is not stated; no value is negative."""


class Form(StrEnum):
    """How the values of a field are kept.

    A decimal is exact to its digits. A share, from 0 to 1, is kept to four significant digits, and
    to 1e-10 below 1e-6. Texts are numbered in a pool.
    """

    WHOLE = "whole"
    DECIMAL = "decimal"
    SHARE = "share"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """One fact about each allele; `digits` are those after the point of a decimal."""

    name: str
    form: Form
    digits: int = 0


Value = int | float | str | None


class Pool:
    """The texts of a table, each once, by number; the empty text is the first."""

    def __init__(self) -> None:
        self._numbers = {"": 0}

    @property
    def texts(self) -> list[str]:
        """All texts by number."""
        return list(self._numbers)

    def number(self, text: str) -> int:
        """Give the number of a text; a new one gets the next."""
        return self._numbers.setdefault(text, len(self._numbers))


def kept_values(field: Field, values: Sequence[Value], pool: Pool) -> NDArray[np.int64]:
    """Turn values into the whole numbers that are kept, (values,).

    `None` is a missing number, or an empty text.
    """
    if field.form is Form.TEXT:
        return _whole([pool.number(str(each or "")) for each in values])
    if field.form is Form.WHOLE:
        return _whole([MISSING if each is None else int(each) for each in values])
    numbers = np.array([np.nan if each is None else float(each) for each in values])
    missing = np.isnan(numbers)
    known = np.where(missing, 0, numbers)
    decimals = np.rint(known * 10**field.digits).astype(np.int64)
    kept = decimals if field.form is Form.DECIMAL else _kept_shares(known)
    return np.where(missing, MISSING, kept)


def shown_numbers(field: Field, kept: NDArray[np.int64]) -> NDArray[np.float64]:
    """Turn what is kept of a decimal or a share back into numbers, NaN where missing."""
    shown = _shown_shares(kept) if field.form is Form.SHARE else kept / 10**field.digits
    return np.where(kept == MISSING, np.nan, shown)


# A share is kept as a number of four digits and a power of ten: first 0 to 9,999 times 1e-10, then
# for each greater power 1,000 to 9,999 times it. So the numbers fit 16 bits, in their order.
_LEAST_POWER: Final = -10
_LEAST: Final = 10_000
_OF_A_POWER: Final = 9_000
_MANTISSA: Final = 1_000


def _kept_shares(numbers: NDArray[np.float64]) -> NDArray[np.int64]:
    powers = np.maximum(np.floor(np.log10(np.maximum(numbers, 1e-300))) - 3, _LEAST_POWER)
    mantissas = np.rint(numbers / 10.0**powers)
    # Rounding may have made ten thousand of what was less.
    powers, mantissas = (
        np.where(mantissas >= _LEAST, powers + 1, powers),
        np.where(mantissas >= _LEAST, _MANTISSA, mantissas),
    )
    steps = powers - _LEAST_POWER
    above = _LEAST + (steps - 1) * _OF_A_POWER + mantissas - _MANTISSA
    return np.where(steps == 0, mantissas, above).astype(np.int64)


def _shown_shares(kept: NDArray[np.int64]) -> NDArray[np.float64]:
    steps, rest = np.divmod(np.maximum(kept - _LEAST, 0), _OF_A_POWER)
    above = (rest + _MANTISSA) / 10.0 ** (-_LEAST_POWER - 1 - steps)
    return np.where(kept < _LEAST, kept / 10.0**-_LEAST_POWER, above)


def _whole(values: list[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)
