"""Calls in lists, by site or by row, and one turned into the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from isal.isal_zlib import crc32
from numpy.typing import NDArray

from kerne.genomes.calls import FIRST, SECOND
from kerne.genomes.reading.chunk import UNTOLD, Fields
from kerne.genomes.segments import kernels

FIELD_NAMES = ("depth_reads", "reference_reads", "alternative_reads", "quality")


@dataclass(frozen=True, slots=True, eq=False)
class CallsBySite:
    """`first` (sites + 1,) says where the calls of a site begin; rows ascend within it."""

    first: NDArray[np.int64]
    row: NDArray[np.uint32]
    code: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class CallsByRow:
    """`first` (rows + 1,) says where the calls of a row begin; sites ascend within it."""

    first: NDArray[np.int64]
    site: NDArray[np.uint32]
    code: NDArray[np.uint8]
    fields: Fields | None


def by_row(calls: CallsBySite, fields: Fields | None, rows: int) -> CallsByRow:
    """Turn calls over; `fields` are in the order of `calls`."""
    first, site, code, origin = _turned(calls.first, calls.row, calls.code, rows, fields)
    return CallsByRow(first, site, code, None if fields is None else picked(fields, origin))


def by_site(calls: CallsByRow, sites: int) -> CallsBySite:
    """Turn calls over; the fields stay with the rows."""
    return CallsBySite(*_turned(calls.first, calls.site, calls.code, sites, None)[:3])


def calls_checksum(calls: CallsBySite) -> int:
    """Return a checksum of who has which call where, its phase aside (it is with the rows)."""
    bare = calls.code & np.uint8(~(FIRST | SECOND) & 0xFF)
    first, row = np.ascontiguousarray(calls.first), np.ascontiguousarray(calls.row)
    return crc32(bare.data, crc32(row.data, crc32(first.data)))


def picked(fields: Fields, at: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Fields:
    """Return the fields of some of the calls."""
    return Fields(*(getattr(fields, name)[at] for name in FIELD_NAMES))


def joined_fields(parts: Sequence[tuple[Fields | None, int]]) -> Fields | None:
    """Join fields; `UNTOLD` for the calls of a part, so many, that has none."""
    if all(fields is None for fields, _ in parts):
        return None
    columns = (
        [
            np.full(calls, UNTOLD, np.int32) if fields is None else getattr(fields, name)
            for fields, calls in parts
        ]
        for name in FIELD_NAMES
    )
    return Fields(*map(np.concatenate, columns))


def _turned(
    first: NDArray[np.int64],
    minor: NDArray[np.uint32],
    code: NDArray[np.uint8],
    count: int,
    fields: Fields | None,
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int64]]:
    turned = (np.empty(count + 1, np.int64), np.empty_like(minor), np.empty_like(code))
    origin = np.empty(0 if fields is None else len(minor), np.int64)
    kernels.turn(first, minor, code, *turned, origin)
    return *turned, origin
