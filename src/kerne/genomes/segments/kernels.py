"""Compiled kernels that turn calls over and make tiles of them.

Row numbers are local to a segment and have 16 bits. Calls of a tile that are just heterozygous,
homozygous or missing, where the genome is callable, lie in three lists a site, or in planes of
bits; the others are few and lie apart as *odd* calls.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import bare_kernel, bit_count, kernel

SPARSE: Final = 0
"""Lists of heterozygous and of homozygous rows."""

DENSE: Final = 1
"""Two planes of bits: rows that carry the allele, and those that carry it twice."""

COMPLEMENT: Final = 2
"""Lists of heterozygous rows and of rows without a call; all others are homozygous."""

HET: Final = 0
HOM: Final = 1
MISSING: Final = 2
ODD: Final = 3
"""What a call is in a tile."""

DENSE_SHARE: Final = 64
"""Planes of bits are read as fast as a list of this share of the rows."""

BACK_MOST: Final = 16
"""Sites in a row are linked, and so alike; further back it is rarely better."""

BACK_SAVING: Final = 10
"""The inverse of the share of its bits that a site must save by referring back."""

DENSE_ROWS: Final = 2048
"""With fewer rows than this a list is small anyway."""


@kernel
def turn(
    first: NDArray[np.int64],
    minor: NDArray[np.uint32],
    code: NDArray[np.uint8],
    turned_first: NDArray[np.int64],
    turned_minor: NDArray[np.uint32],
    turned_code: NDArray[np.uint8],
    origin: NDArray[np.int64],
) -> None:
    """Turn lists of calls over: from the minors of each major to the majors of each minor.

    Parameters
    ----------
    first, minor, code
        (majors + 1,), (calls,) and (calls,).
    turned_first, turned_minor, turned_code
        Filled: (minors + 1,), (calls,) and (calls,); majors ascend within a minor.
    origin
        Filled with where each call was, unless it is empty.
    """
    count = len(turned_first) - 1
    for at in range(count + 1):
        turned_first[at] = 0
    for at in range(len(minor)):
        turned_first[np.int64(minor[at]) + 1] += 1
    for at in range(count):
        turned_first[at + 1] += turned_first[at]
    cursor = turned_first[:count].copy()
    for major in range(len(first) - 1):
        for at in range(first[major], first[major + 1]):
            to = cursor[minor[at]]
            turned_minor[to] = np.uint32(major)
            turned_code[to] = code[at]
            if len(origin):
                origin[to] = at
            cursor[minor[at]] = to + 1


@bare_kernel
def tally(
    first: NDArray[np.int64],
    row: NDArray[np.uint32],
    code: NDArray[np.uint8],
    kinds: NDArray[np.uint8],
    class_of: NDArray[np.uint8],
    counts: NDArray[np.uint32],
) -> None:
    """Count what the calls of each site are in a tile, (sites, 4) into `counts`.

    Parameters
    ----------
    kinds
        (classes, 256), what a code is in a tile for rows of a class.
    class_of
        (rows,), the class of each row.
    """
    for site in range(len(first) - 1):
        for at in range(np.uint64(first[site]), np.uint64(first[site + 1])):
            counts[site, kinds[class_of[row[at]], code[at]]] += np.uint32(1)


@bare_kernel
def fill_tile(
    first: NDArray[np.int64],
    row: NDArray[np.uint32],
    code: NDArray[np.uint8],
    kinds: NDArray[np.uint8],
    class_of: NDArray[np.uint8],
    kind: NDArray[np.uint8],
    counts: NDArray[np.uint32],
    ids: NDArray[np.uint16],
    planes: NDArray[np.uint64],
    odd_site: NDArray[np.uint16],
    odd_row: NDArray[np.uint16],
    odd_code: NDArray[np.uint8],
) -> None:
    """Put the calls of each site into lists, planes and odd calls.

    Parameters
    ----------
    kind, counts
        (sites,) and (sites, 4): how each site is kept, and how many calls of what it has. In a
        `COMPLEMENT` the second count is that of the rows without a call.
    ids, planes, odd_site, odd_row, odd_code
        Filled; `planes` must be zero.
    """
    words = np.uint64((len(class_of) + 63) // 64)
    begin = np.int64(0)
    plane = np.uint64(0)
    odd = np.int64(0)
    for site in range(len(kind)):
        het = begin
        hom = het
        if kind[site] != DENSE:
            hom = het + np.int64(counts[site, 0])
        missing = hom
        if kind[site] != DENSE:
            missing = hom + np.int64(counts[site, 1])
        begin = missing + np.int64(counts[site, 2])
        silent = np.int64(0)
        for at in range(np.uint64(first[site]), np.uint64(first[site + 1])):
            who = np.int64(row[at])
            what = kinds[class_of[np.uint64(who)], code[at]]
            if kind[site] == DENSE and what <= HOM:
                # Both planes are written: which call it is nobody can guess.
                word = plane + np.uint64(who >> 6)
                bit = np.uint64(1) << np.uint64(who & 63)
                planes[word] |= bit
                planes[word + words] |= bit * np.uint64(what == HOM)
                continue
            if kind[site] == COMPLEMENT:
                while silent < who:
                    ids[hom] = np.uint16(silent)
                    hom += 1
                    silent += 1
                silent = who + 1
            if what == MISSING:
                ids[missing] = np.uint16(who)
                missing += 1
            elif what == ODD:
                odd_site[odd] = np.uint16(site)
                odd_row[odd] = np.uint16(who)
                odd_code[odd] = code[at]
                odd += 1
            elif what == HET:
                ids[het] = np.uint16(who)
                het += 1
            elif kind[site] == SPARSE:
                ids[hom] = np.uint16(who)
                hom += 1
        if kind[site] == COMPLEMENT:
            while silent < len(class_of):
                ids[hom] = np.uint16(silent)
                hom += 1
                silent += 1
        if kind[site] == DENSE:
            plane += np.uint64(2) * words


@bare_kernel
def code_gaps(
    lengths: NDArray[np.uint32], ids: NDArray[np.uint16], gaps: NDArray[np.uint16]
) -> None:
    """Write each list as its first row and the distances from row to row, (ids,) into `gaps`."""
    at = 0
    for length in lengths:
        before = np.uint16(0)
        for _ in range(length):
            gaps[at] = ids[at] - before
            before = ids[at]
            at += 1


@bare_kernel
def read_gaps(
    lengths: NDArray[np.uint32], gaps: NDArray[np.uint16], ids: NDArray[np.uint16]
) -> None:
    """Undo `code_gaps`."""
    at = 0
    for length in lengths:
        before = np.uint16(0)
        for _ in range(length):
            before = before + gaps[at]
            ids[at] = before
            at += 1


@bare_kernel
def refer_back(
    planes: NDArray[np.uint64], back: NDArray[np.uint8], changed: NDArray[np.uint64]
) -> None:
    """Write each dense site as what differs from one of the sites before it, where that is less.

    Parameters
    ----------
    planes
        (dense sites, words): both planes of a site, one after the other.
    back, changed
        Filled: how many sites back, 0 for none, and the words that are left.
    """
    for site in range(len(planes)):
        least = 0
        for word in range(planes.shape[1]):
            least += bit_count(planes[site, word])
        # What refers back must save something, or the next one has less to refer to.
        least -= least // BACK_SAVING
        for distance in range(1, min(site, BACK_MOST) + 1):
            bits = 0
            for word in range(planes.shape[1]):
                bits += bit_count(planes[site, word] ^ planes[site - distance, word])
            if bits < least:
                least = bits
                back[site] = np.uint8(distance)
        for word in range(planes.shape[1]):
            changed[site, word] = planes[site, word]
            if back[site]:
                changed[site, word] ^= planes[site - np.int64(back[site]), word]


@bare_kernel
def restore_planes(back: NDArray[np.uint8], planes: NDArray[np.uint64]) -> None:
    """Undo `refer_back` in place."""
    for site in range(len(planes)):
        if back[site]:
            for word in range(planes.shape[1]):
                planes[site, word] ^= planes[site - np.int64(back[site]), word]
