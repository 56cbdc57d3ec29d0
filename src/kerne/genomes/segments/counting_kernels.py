"""Compiled kernels that count a tile among chosen rows.

The chosen rows of a segment are at most 65,536 bits (8 KB) and stay in the first cache while lists
of rows stream by; planes are counted a word at a time.
"""

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import bit_count, kernel
from kerne.genomes.segments.kernels import COMPLEMENT, DENSE


@kernel
def _chosen_among(
    ids: NDArray[np.uint16], start: np.uint64, end: np.uint64, bits: NDArray[np.uint32]
) -> np.uint32:
    total = np.uint32(0)
    for at in range(start, end):
        row = np.uint32(ids[at])
        total += (bits[row >> np.uint32(5)] >> (row & np.uint32(31))) & np.uint32(1)
    return total


@kernel
def count_sites(
    start: int,
    end: int,
    kind: NDArray[np.uint8],
    first: NDArray[np.uint64],
    lists: NDArray[np.uint32],
    ids: NDArray[np.uint16],
    plane: NDArray[np.uint64],
    planes: NDArray[np.uint64],
    chosen: NDArray[np.uint64],
    found: NDArray[np.int32],
) -> None:
    """Count heterozygous, homozygous and missing rows among the chosen ones at `[start, end)`.

    Parameters
    ----------
    kind, first, lists, plane
        How each site is kept, where its lists begin, how long they are (sites, 3), and where its
        planes begin.
    chosen
        Bits of the chosen rows, in words of 64.
    found
        Filled: (3, end - start).
    """
    bits = chosen.view(np.uint32)
    words = np.uint64(len(chosen))
    everyone = np.int64(0)
    for word in chosen:
        everyone += bit_count(word)
    for site in range(start, end):
        at = first[site]
        if kind[site] == DENSE:
            carrying = np.int64(0)
            twice = np.int64(0)
            one = plane[site]
            two = one + words
            for word in range(np.uint64(0), words):
                carrying += bit_count(planes[one + word] & chosen[word])
                twice += bit_count(planes[two + word] & chosen[word])
            het = carrying - twice
            hom = twice
            missing = np.int64(_chosen_among(ids, at, at + np.uint64(lists[site, 2]), bits))
        else:
            homs = at + np.uint64(lists[site, 0])
            gone = homs + np.uint64(lists[site, 1])
            het = np.int64(_chosen_among(ids, at, homs, bits))
            hom = np.int64(_chosen_among(ids, homs, gone, bits))
            missing = np.int64(_chosen_among(ids, gone, gone + np.uint64(lists[site, 2]), bits))
            if kind[site] == COMPLEMENT:
                hom = everyone - het - hom - missing
        found[0, site - start] = het
        found[1, site - start] = hom
        found[2, site - start] = missing


@kernel
def add_odd(
    start: int,
    site: NDArray[np.uint16],
    row: NDArray[np.uint16],
    code: NDArray[np.uint8],
    chosen: NDArray[np.uint64],
    rule_of: NDArray[np.uint8],
    silence_of: NDArray[np.uint8],
    worth: NDArray[np.int64],
    carried: NDArray[np.bool_],
    found: NDArray[np.int64],
) -> None:
    """Add what odd calls count for, (6, sites from `start` on) into `found`.

    Parameters
    ----------
    site, row, code
        (odd calls,).
    rule_of, silence_of
        (rows,), the rule of each row at this place, and the AN of its silence.
    worth
        (rules, codes, 5), as `calls.WORTH`.
    carried
        (codes,), whether a code is an alternative call.
    found
        AN beyond silence, het, hom, hemi, half, carried.
    """
    for at in range(len(site)):
        who = np.int64(row[at])
        if not (chosen[who >> 6] >> np.uint64(who & 63)) & np.uint64(1):
            continue
        here = np.int64(site[at]) - start
        bare = code[at] & 0x0F
        for what in range(5):
            found[what, here] += worth[rule_of[who], bare, what]
        if code[at] & 0x80:
            found[0, here] -= np.int64(silence_of[who])
        if carried[bare]:
            found[5, here] += 1


@kernel
def silence_at(
    position: NDArray[np.uint32],
    at: NDArray[np.uint32],
    bound: NDArray[np.uint32],
    weight: NDArray[np.uint8],
    an: NDArray[np.int64],
) -> None:
    """Add to `an` the weight of the rows that are callable at each position, (positions,).

    Parameters
    ----------
    position
        Ascending, 0-based.
    at, bound
        Where callable stretches begin and end, ascending: the position, and twice the row, plus
        one where it ends; an end lies at the first position that is no longer callable.
    weight
        (rows,).
    """
    here = 0
    total = np.int64(0)
    for place in range(len(position)):
        while here < len(at) and at[here] <= position[place]:
            if bound[here] & 1:
                total -= np.int64(weight[bound[here] >> 1])
            else:
                total += np.int64(weight[bound[here] >> 1])
            here += 1
        an[place] += total


@kernel
def carriers_of(
    site: int,
    kind: NDArray[np.uint8],
    first: NDArray[np.uint64],
    lists: NDArray[np.uint32],
    ids: NDArray[np.uint16],
    plane: NDArray[np.uint64],
    planes: NDArray[np.uint64],
    chosen: NDArray[np.uint64],
    marks: NDArray[np.uint8],
) -> None:
    """Mark in `marks`, (64 rows a word), which chosen rows carry a site once (1) or twice (2)."""
    at = np.int64(first[site])
    homs = at + np.int64(lists[site, 0])
    gone = homs + np.int64(lists[site, 1])
    if kind[site] == DENSE:
        words = len(chosen)
        one = np.int64(plane[site])
        for row in range(words * 64):
            bit = np.uint64(row & 63)
            once = (planes[one + (row >> 6)] >> bit) & np.uint64(1)
            twice = (planes[one + words + (row >> 6)] >> bit) & np.uint64(1)
            marks[row] = np.uint8(once + twice)
    elif kind[site] == COMPLEMENT:
        for row in range(len(marks)):
            marks[row] = 2
        for place in range(homs, gone + np.int64(lists[site, 2])):
            marks[ids[place]] = 0
    else:
        for place in range(homs, gone):
            marks[ids[place]] = 2
    if kind[site] != DENSE:
        for place in range(at, homs):
            marks[ids[place]] = 1
    for row in range(len(marks)):
        if not (chosen[row >> 6] >> np.uint64(row & 63)) & np.uint64(1):
            marks[row] = 0
