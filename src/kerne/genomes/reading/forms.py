"""Which value of a sample is what, as the FORMAT column of a line says."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import bare_kernel, kernel_part
from kerne.genomes.reading.bundles import (
    DEPTH,
    DEPTHS,
    FORMAT_BYTES,
    HAS_GENOTYPE,
    QUALITY,
    SMALLEST_DEPTH,
    Scratch,
)
from kerne.genomes.reading.cells import COLON, letters, stands_at

FORMAT_COLUMN: Final = 8
_GT: Final = letters("GT")
_DP: Final = letters("DP")
_GQ: Final = letters("GQ")
_AD: Final = letters("AD")
_MIN_DP: Final = letters("MIN_DP")


@kernel_part
def read_form(raw: NDArray[np.uint8], scratch: Scratch) -> bool:
    """Read FORMAT into `Scratch.form`, unless it is that of the line before.

    False when it is longer than there is room, or has GT elsewhere than first.
    """
    start = scratch.tabs[FORMAT_COLUMN - 1] + 1
    size = scratch.tabs[FORMAT_COLUMN] - start
    if _is_last_form(raw, start, size, scratch):
        return True
    scratch.state[FORMAT_BYTES] = -1
    if size > len(scratch.format_text) or not _read_keys(raw, start, start + size, scratch.form):
        return False
    for at in range(size):
        scratch.format_text[at] = raw[start + at]
    scratch.state[FORMAT_BYTES] = size
    return True


@kernel_part
def _is_last_form(raw: NDArray[np.uint8], start: int, size: int, scratch: Scratch) -> bool:
    if size != scratch.state[FORMAT_BYTES]:
        return False
    return stands_at(raw, start, start + size, scratch.format_text[:size])


@bare_kernel
def _read_keys(raw: NDArray[np.uint8], start: int, end: int, form: NDArray[np.int64]) -> bool:
    form[:] = -1
    form[HAS_GENOTYPE] = 0
    column = 0
    at = start
    while at <= end:
        stop = at
        while stop < end and raw[stop] != COLON:
            stop += 1
        if not _take_key(raw, at, stop, column, form):
            return False
        column += 1
        at = stop + 1
    if form[SMALLEST_DEPTH] < 0:
        form[SMALLEST_DEPTH] = form[DEPTH]
    return True


@kernel_part
def _take_key(
    raw: NDArray[np.uint8], at: int, end: int, column: int, form: NDArray[np.int64]
) -> bool:
    """Note the column of a key, the last one where it stands twice; GT is only ever first."""
    if _is_key(raw, at, end, _GT):
        form[HAS_GENOTYPE] = 1
        return column == 0
    if _is_key(raw, at, end, _DP):
        form[DEPTH] = column
    elif _is_key(raw, at, end, _GQ):
        form[QUALITY] = column
    elif _is_key(raw, at, end, _AD):
        form[DEPTHS] = column
    elif _is_key(raw, at, end, _MIN_DP):
        form[SMALLEST_DEPTH] = column
    return True


@kernel_part
def _is_key(raw: NDArray[np.uint8], at: int, end: int, key: NDArray[np.uint8]) -> bool:
    return end - at == len(key) and stands_at(raw, at, end, key)
