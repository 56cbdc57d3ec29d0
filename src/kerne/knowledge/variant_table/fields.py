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

    A decimal is exact to its digits, a real number to 24 bits. Texts are numbered in a pool.
    """

    WHOLE = "whole"
    DECIMAL = "decimal"
    REAL = "real"
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
    if field.form is Form.DECIMAL:
        scaled = np.where(np.isnan(numbers), MISSING, np.rint(numbers * 10**field.digits))
        return scaled.astype(np.int64)
    return numbers.astype(np.float32).view(np.uint32).astype(np.int64)


def shown_numbers(field: Field, kept: NDArray[np.int64]) -> NDArray[np.float64]:
    """Turn what is kept of a decimal or real field back into numbers, NaN where missing."""
    if field.form is Form.REAL:
        return kept.astype(np.uint32).view(np.float32).astype(np.float64)
    return np.where(kept == MISSING, np.nan, kept / 10**field.digits)


def _whole(values: list[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)
