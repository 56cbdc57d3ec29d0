"""A column of whole numbers in as few bytes a row as lets any row be read alone.

Most values of a column are near each other: they are kept as small steps from a base, and the few
that are too far stand aside as exceptions (patched frame of reference, Zukowski et al. 2006,
doi:10.1109/ICDE.2006.150). A column of one value takes no bytes. Decimal numbers are whole numbers
of their last place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_WIDTHS: Final[tuple[type[np.unsignedinteger[Any]], ...]] = (np.uint8, np.uint16, np.uint32)
_NO_STEPS: Final = np.zeros(0, dtype=np.uint8)

Steps = NDArray[np.unsignedinteger[Any]] | NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The values of one page.

    Parameters
    ----------
    base
        What a step of 0 stands for.
    steps
        (rows,), or empty when every value but the exceptions is `base`. The greatest step that its
        type has marks an exception.
    exception_rows, exceptions
        (exceptions,): sorted rows, and their values.
    """

    base: int
    steps: Steps
    exception_rows: NDArray[np.uint32]
    exceptions: NDArray[np.int32] | NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the values of rows, (rows,)."""
        if not self.steps.size:
            values = np.full(len(rows), self.base, dtype=np.int64)
            return self._patched(values, rows, np.arange(len(rows)))
        steps = self.steps[rows]
        values = steps.astype(np.int64) + self.base
        if not self.exceptions.size:
            return values
        return self._patched(values, rows, np.flatnonzero(steps == np.iinfo(steps.dtype).max))

    def _patched(
        self, values: NDArray[np.int64], rows: NDArray[np.int64], open_: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Put exceptions in their places among `open_`."""
        if not self.exceptions.size or not open_.size:
            return values
        asked = rows[open_].astype(np.uint32)
        at = np.minimum(np.searchsorted(self.exception_rows, asked), self.exceptions.size - 1)
        is_exception = self.exception_rows[at] == asked
        values[open_[is_exception]] = self.exceptions[at[is_exception]]
        return values


def make_column(values: NDArray[np.int64]) -> Column:
    """Keep values in the way that takes the fewest bytes, (rows,) at most 2^32."""
    return min(_candidates(values), key=_bytes)


def _candidates(values: NDArray[np.int64]) -> Iterator[Column]:
    if not values.size:
        yield _column(values, 0, _NO_STEPS, np.zeros(0, dtype=np.bool_))
        return
    distinct, counts = np.unique(values, return_counts=True)
    least, greatest, commonest = distinct[0], distinct[-1], distinct[np.argmax(counts)]
    yield _column(values, int(commonest), _NO_STEPS, values != commonest)
    for width in _WIDTHS:
        span = int(np.iinfo(width).max) - 1
        for base in sorted({int(least), int(greatest) - span}):
            far = (values < base) | (values > base + span)
            steps = np.where(far, span + 1, values - base).astype(width)
            yield _column(values, base, steps, far)
            if not far.any():
                return
    yield _column(values, 0, values, np.zeros(len(values), dtype=np.bool_))


def _column(values: NDArray[np.int64], base: int, steps: Steps, far: NDArray[np.bool_]) -> Column:
    rows = np.flatnonzero(far)
    exceptions = values[rows]
    fits = not exceptions.size or np.abs(exceptions).max() <= np.iinfo(np.int32).max
    short = exceptions.astype(np.int32) if fits else exceptions
    return Column(base, steps, rows.astype(np.uint32), short)


def _bytes(column: Column) -> int:
    return column.steps.nbytes + column.exception_rows.nbytes + column.exceptions.nbytes
