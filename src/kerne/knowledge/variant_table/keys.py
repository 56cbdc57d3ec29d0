"""The key of an allele within a page of a contig: 32 bits, sorted, found by halving.

A page is 2^24 bp of a contig, cut into 4,096 bins of 4,096 bp. A key holds the place within its bin
(12 bits) and the change (16 bits). A change of up to six bases together, all A, C, G or T, is
spelled: its number is its place in the sorted list of all such changes, so that keys stand in the
order of place and bases. A longer one has the highest of the 16 bits set and 15 bits of a hash;
whoever finds such a key compares the change itself, which is kept beside it.

The idea of packing place and change into 32 bits, with longer changes aside, is echtvar's (Pedersen
and de Ridder 2023, doi:10.1093/nar/gkac931).
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.change import LETTER_BITS, LETTERS_MOST, change_code, reference_spans

PAGE_BITS: Final = 24
BIN_BITS: Final = 12
BINS: Final = 1 << (PAGE_BITS - BIN_BITS)
CHANGE_BITS: Final = 16
SPELLED_BASES: Final = 6
"""Bases, reference and alternative together, of the longest change that a key spells."""

ASIDE: Final = 1 << (CHANGE_BITS - 1)
"""Set in a key whose change stands beside it."""

SPELLED: Final = ASIDE - 1
"""The bits of a key that spell its change otherwise."""

_TAIL_BITS: Final = LETTER_BITS * (LETTERS_MOST - SPELLED_BASES - 1)
"""Low bits of a change's number that are empty in a short one."""

_FIRST_SHIFT: Final = LETTER_BITS * (LETTERS_MOST - 1)
_IN_BIN: Final = (1 << BIN_BITS) - 1
_HASH_FACTOR: Final = 0x9E3779B97F4A7C15


def page_of(position: int) -> int:
    """Give the page of a 0-based position within its contig."""
    return position >> PAGE_BITS


def make_keys(positions: NDArray[np.int64], codes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Pack places and changes.

    Parameters
    ----------
    positions
        (alleles,): 0-based, of one contig; what lies above the bin is left out.
    codes
        (alleles,): numbers of the changes (`change_code`).

    Returns
    -------
    (alleles,).
    """
    places = (positions & _IN_BIN).astype(np.uint32) << np.uint32(CHANGE_BITS)
    return places | _changes(codes)


def bin_starts(positions: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Give the first row of each bin of a page, and the number of rows: (bins + 1,).

    `positions` are sorted and of one page.
    """
    bins = (positions >> BIN_BITS) & (BINS - 1)
    return np.searchsorted(bins, np.arange(BINS + 1)).astype(np.uint32)


def find_first(
    keys: NDArray[np.uint32],
    starts: NDArray[np.uint32],
    bins: NDArray[np.int64],
    wanted: NDArray[np.uint32],
) -> NDArray[np.int64]:
    """Find the first row with each wanted key in its bin; -1 where there is none.

    Parameters
    ----------
    keys
        (rows,): sorted within each bin.
    starts
        (bins + 1,): first row of each bin.
    bins, wanted
        (alleles,): where to look, and for which key.
    """
    if not keys.size:
        return np.full(len(wanted), -1, dtype=np.int64)
    low = starts[bins].astype(np.int64)
    ends = starts[bins + 1].astype(np.int64)
    left = ends - low
    for _ in range(int(left.max(initial=0)).bit_length()):
        half = left >> 1
        middle = low + half
        # An empty rest looks at a row beyond its bin, and moves nowhere.
        goes_right = (keys[np.minimum(middle, keys.size - 1)] < wanted) & (left > 0)
        low = np.where(goes_right, middle + 1, low)
        left = np.where(goes_right, left - half - 1, half)
    found = (low < ends) & (keys[np.minimum(low, keys.size - 1)] == wanted)
    return np.where(found, low, -1)


def is_aside(keys: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Say which keys do not spell their change."""
    aside: NDArray[np.bool_] = (keys & np.uint32(ASIDE)) != 0
    return aside


def spelled_code(key: int) -> int:
    """Give the number of the change that a key spells."""
    return int(_spelled()[key & SPELLED]) << _TAIL_BITS


@cache
def spelled_spans() -> NDArray[np.int64]:
    """Give how many reference bases each change replaces that a key spells, by its number."""
    return reference_spans(_spelled() << np.uint64(_TAIL_BITS), {})


def _changes(codes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    spelled = _spelled()
    heads = codes >> np.uint64(_TAIL_BITS)
    tails = codes & np.uint64((1 << _TAIL_BITS) - 1)
    ranks = np.searchsorted(spelled, heads)
    is_spelled = (tails == 0) & (spelled[np.minimum(ranks, len(spelled) - 1)] == heads)
    with np.errstate(over="ignore"):
        hashes = (codes * np.uint64(_HASH_FACTOR)) >> np.uint64(64 - CHANGE_BITS + 1)
    return np.where(is_spelled, ranks, hashes | np.uint64(ASIDE)).astype(np.uint32)


@cache
def _spelled() -> NDArray[np.uint64]:
    """List the numbers of all changes that keys spell, without their empty low bits, sorted."""
    letters = np.array([change_code(base, "A") >> _FIRST_SHIFT for base in "ACGT"], dtype=np.uint64)
    numbers = []
    words = np.zeros(1, dtype=np.uint64)
    for size in range(1, SPELLED_BASES + 1):
        words = (words[:, None] << np.uint64(LETTER_BITS) | letters).ravel()
        for split in range(1, size):
            tail_bits = LETTER_BITS * (size - split)
            head, tail = words >> np.uint64(tail_bits), words & np.uint64((1 << tail_bits) - 1)
            empty_bits = LETTER_BITS * (SPELLED_BASES - size)
            whole = (head << np.uint64(tail_bits + LETTER_BITS)) | tail
            numbers.append(whole << np.uint64(empty_bits))
    # INVARIANT: fewer than `ASIDE`.
    return np.sort(np.concatenate(numbers))
