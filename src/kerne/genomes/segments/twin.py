"""The twin: the same calls by person, in groups of rows, with phase and FORMAT values.

It is the whole truth of a segment; tiles are made from it, and `verify` holds them against it.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kerne.errors import DamagedStoreError
from kerne.genomes.calls import FIRST, SECOND, SILENT, Code
from kerne.genomes.reading.chunk import Fields
from kerne.genomes.segments import kernels, twin_kernels
from kerne.genomes.segments.blob import pack, unpack
from kerne.genomes.segments.calls_table import FIELD_NAMES, CallsByRow, CallsBySite, picked
from kerne.genomes.segments.tile import PLANE_ROWS

GROUP_CALLS: Final = 1 << 14
"""About so many calls are read together to read one person."""

PHASE: Final = FIRST | SECOND
_PLAIN_CODES: Final = np.array(
    [Code.HET | SILENT, Code.HOM | SILENT, Code.MISSING | SILENT], dtype=np.uint8
)


def _plain() -> NDArray[np.uint8]:
    plain = np.full(256, kernels.ODD, dtype=np.uint8)
    plain[_PLAIN_CODES] = (kernels.HET, kernels.HOM, kernels.MISSING)
    return plain


_PLAIN: Final = _plain()


@dataclass(frozen=True, slots=True, eq=False)
class RowGroup:
    """The calls of consecutive rows of a segment, from `row` on, in one partition."""

    row: int
    calls: CallsByRow

    @property
    def arrays(self) -> list[NDArray[Any]]:  # Any: arrays of several types
        """All that it is made of."""
        calls = self.calls
        fields = [] if calls.fields is None else [getattr(calls.fields, n) for n in FIELD_NAMES]
        return [calls.first, calls.site, calls.code, *fields]

    def of(self, row: int) -> slice:
        """Return which calls are those of a row of the segment."""
        first = self.calls.first
        return slice(int(first[row - self.row]), int(first[row - self.row + 1]))


def is_only_by_site(code: NDArray[np.uint8], fields: Fields | None) -> bool:
    """Say whether calls by row would tell nothing that calls by site do not tell."""
    return fields is None and not (code & PHASE).any()


def untold_by_row(
    calls: CallsBySite, is_dense: NDArray[np.bool_], rows: int
) -> tuple[NDArray[np.int64], CallsByRow]:
    """Turn over what stands in no plane of calls that are only by site.

    Parameters
    ----------
    is_dense
        (sites,), whether a site has planes.

    Returns
    -------
    Where the calls of each row would begin if all were turned over, (rows + 1,); those that were.
    """
    all_first, first = np.zeros(rows + 1, np.int64), np.zeros(rows + 1, np.int64)
    site, code = np.empty_like(calls.row), np.empty_like(calls.code)
    cursor = np.empty(rows, np.int64)
    twin_kernels.turn_untold(
        calls.first, calls.row, calls.code, _PLAIN, is_dense, all_first, first, site, code, cursor
    )
    size = int(first[-1])
    return all_first, CallsByRow(first, site[:size], code[:size], None)


def row_groups(calls: CallsByRow, all_first: NDArray[np.int64]) -> list[RowGroup]:
    """Cut calls into groups of rows; none lies in two blobs of planes.

    Parameters
    ----------
    all_first
        (rows + 1,), where the calls of each row begin, also those that `calls` is without.
    """
    rows = len(all_first) - 1
    marks = np.arange(GROUP_CALLS, int(all_first[-1]), GROUP_CALLS)
    by_calls = np.searchsorted(all_first, marks)
    cuts = np.unique(np.concatenate([np.arange(0, rows, PLANE_ROWS), by_calls, [rows]]))
    return [_group(calls, int(low), int(high)) for low, high in pairwise(cuts)]


def _group(calls: CallsByRow, low: int, high: int) -> RowGroup:
    begin, end = int(calls.first[low]), int(calls.first[high])
    inside = slice(begin, end)
    fields = None if calls.fields is None else picked(calls.fields, inside)
    first = calls.first[low : high + 1] - begin
    return RowGroup(low, CallsByRow(first, calls.site[inside], calls.code[inside], fields))


def pack_group(group: RowGroup, is_dense: NDArray[np.bool_]) -> bytes:
    """Return a group as a blob, but for what stands in planes.

    Parameters
    ----------
    is_dense
        (sites,), whether a site has planes.
    """
    calls = group.calls
    counts = np.zeros(len(calls.first) - 1, dtype=np.uint32)
    size = len(calls.site)
    heads, tails, odd = (np.empty(most * size, dtype=np.uint8) for most in (1, 4, 1))
    bare = calls.code & np.uint8(~PHASE & 0xFF)
    one, more, odds = twin_kernels.write_calls(
        calls.first, calls.site, bare, _PLAIN, is_dense, counts, heads, tails, odd
    )
    phase, fields = _packed_phase(calls.code), _packed_fields(calls.fields)
    return pack([counts, heads[:one], tails[:more], odd[:odds], phase, *fields])


def unpack_group(
    blob: bytes, row: int, dense: NDArray[np.uint32], planes: NDArray[np.uint64]
) -> RowGroup:
    """Return the group of a blob, whose first row is `row`.

    Parameters
    ----------
    dense, planes
        The indices of the dense sites, and their planes of the rows around `row`, (dense sites, 2,
        words).

    Raises
    ------
    DamagedStoreError
        It is none.
    """
    counts, heads, tails, odd, phase, *fields = unpack(blob)
    first = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    site, code = np.empty(int(first[-1]), np.uint32), np.empty(int(first[-1]), np.uint8)
    read = twin_kernels.read_calls(first, heads, tails, odd, _PLAIN_CODES, site, code)
    if read != len(tails):
        raise DamagedStoreError("the calls of a genome cannot be read")
    if len(dense):
        first, site, code = _with_dense(first, site, code, row % PLANE_ROWS, dense, planes)
    if len(phase):
        code |= _unpacked_phase(phase, len(code))
    return RowGroup(row, CallsByRow(first, site, code, _unpacked_fields(fields)))


def _with_dense(
    first: NDArray[np.int64],
    site: NDArray[np.uint32],
    code: NDArray[np.uint8],
    row: int,
    dense: NDArray[np.uint32],
    planes: NDArray[np.uint64],
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.uint8]]:
    counts = np.diff(first)
    twin_kernels.count_dense(row, planes, counts)
    most = int(counts.sum())
    joined = (np.empty_like(first), np.empty(most, np.uint32), np.empty(most, np.uint8))
    size = twin_kernels.join_dense(row, planes, dense, _PLAIN_CODES, first, site, code, *joined)
    return joined[0], joined[1][:size], joined[2][:size]


def _packed_phase(code: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return two bits a call, four calls a byte; nothing when no call is phased."""
    phase = (code & PHASE) >> np.uint8(5)
    if not phase.any():
        return np.empty(0, dtype=np.uint8)
    four = np.zeros((len(phase) + 3) // 4 * 4, dtype=np.uint8)
    four[: len(phase)] = phase
    four = four.reshape(-1, 4) << np.array([0, 2, 4, 6], dtype=np.uint8)
    joined: NDArray[np.uint8] = np.bitwise_or.reduce(four, axis=1)
    return joined


def _unpacked_phase(phase: NDArray[np.uint8], calls: int) -> NDArray[np.uint8]:
    four = (phase[:, None] >> np.array([0, 2, 4, 6], dtype=np.uint8)) & np.uint8(3)
    unpacked: NDArray[np.uint8] = four.reshape(-1)[:calls] << np.uint8(5)
    return unpacked


def _packed_fields(fields: Fields | None) -> list[NDArray[Any]]:  # Any: the narrowest type
    if fields is None:
        return []
    values = [getattr(fields, name).astype(np.int64) + 1 for name in FIELD_NAMES]
    return [each.astype(np.min_scalar_type(int(each.max(initial=0)))) for each in values]


def _unpacked_fields(columns: list[NDArray[Any]]) -> Fields | None:  # Any: the narrowest type
    if not columns:
        return None
    return Fields(*((column.astype(np.int64) - 1).astype(np.int32) for column in columns))
