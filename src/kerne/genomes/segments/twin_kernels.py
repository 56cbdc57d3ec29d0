"""Compiled kernels of the twin by person: calls as numbers of one or two bytes, and back.

A call is the distance to the person's next site, times four, plus what it is (`HET`, `HOM`,
`MISSING`; `ODD` has its code apart), in groups of seven bits, lowest first, the last one below 128.
First groups (*heads*) and further ones (*tails*) lie apart: they have different distributions.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import bare_kernel, kernel
from kerne.genomes.segments.kernels import HOM, ODD

MORE: Final = 128
"""Set in a byte that another one follows."""

SHIFT_MOST: Final = 35
"""Further bits would be of a number that no site has."""


@bare_kernel
def write_calls(
    first: NDArray[np.int64],
    site: NDArray[np.uint32],
    code: NDArray[np.uint8],
    plain: NDArray[np.uint8],
    is_dense: NDArray[np.bool_],
    counts: NDArray[np.uint32],
    heads: NDArray[np.uint8],
    tails: NDArray[np.uint8],
    odd: NDArray[np.uint8],
) -> tuple[int, int, int]:
    """Write the calls of some rows, and return how many heads, tails and odd codes there are.

    What is `HET` or `HOM` at a dense site is not written: it stands in the planes.

    Parameters
    ----------
    first, site, code
        (rows + 1,) and (calls,), sites ascending within a row; `code` without its phase.
    plain
        (256,), what a code is; `ODD` for all that the first three do not say.
    is_dense
        (sites,).
    counts, heads, tails, odd
        Filled: the calls written of each row; one, four and one byte a call are enough.
    """
    to = 0
    more = 0
    odds = 0
    for row in range(len(first) - 1):
        before = np.int64(-1)
        for at in range(first[row], first[row + 1]):
            what = plain[code[at]]
            if is_dense[site[at]] and what <= HOM:
                continue
            counts[row] += np.uint32(1)
            number = ((np.int64(site[at]) - before - 1) << 2) | np.int64(what)
            before = np.int64(site[at])
            heads[to] = np.uint8((number & 127) | (MORE if number >= MORE else 0))
            to += 1
            number >>= 7
            while number:
                tails[more] = np.uint8((number & 127) | (MORE if number >= MORE else 0))
                more += 1
                number >>= 7
            if what == ODD:
                odd[odds] = code[at]
                odds += 1
    return to, more, odds


@bare_kernel
def turn_untold(
    first: NDArray[np.int64],
    row: NDArray[np.uint32],
    code: NDArray[np.uint8],
    plain: NDArray[np.uint8],
    is_dense: NDArray[np.bool_],
    all_first: NDArray[np.int64],
    turned_first: NDArray[np.int64],
    turned_site: NDArray[np.uint32],
    turned_code: NDArray[np.uint8],
    cursor: NDArray[np.int64],
) -> None:
    """Turn calls over, from the rows of each site to the sites of each row, but for the planes'.

    Parameters
    ----------
    first, row, code
        (sites + 1,), (calls,) and (calls,).
    plain, is_dense
        As of `write_calls`, which would leave the same calls out.
    all_first
        (rows + 1,) zeros. Filled: where the calls of a row would begin if all were turned.
    turned_first, turned_site, turned_code
        (rows + 1,) zeros and (calls,). Filled, the last two as far as `turned_first` says.
    cursor
        (rows,), for the kernel to note where it is.
    """
    for site in range(len(is_dense)):
        for at in range(np.uint64(first[site]), np.uint64(first[site + 1])):
            who = np.uint64(row[at]) + np.uint64(1)
            all_first[who] += 1
            turned_first[who] += not (is_dense[site] and plain[code[at]] <= HOM)
    for each in range(len(cursor)):
        all_first[each + 1] += all_first[each]
        turned_first[each + 1] += turned_first[each]
        cursor[each] = turned_first[each]
    for site in range(len(is_dense)):
        for at in range(np.uint64(first[site]), np.uint64(first[site + 1])):
            if is_dense[site] and plain[code[at]] <= HOM:
                continue
            to = np.uint64(cursor[row[at]])
            turned_site[to] = np.uint32(site)
            turned_code[to] = code[at]
            cursor[row[at]] = to + np.uint64(1)


@kernel
def read_calls(
    first: NDArray[np.int64],
    heads: NDArray[np.uint8],
    tails: NDArray[np.uint8],
    odd: NDArray[np.uint8],
    codes: NDArray[np.uint8],
    site: NDArray[np.uint32],
    code: NDArray[np.uint8],
) -> int:
    """Undo `write_calls`; return how many tails were read, -1 when something ends too early.

    Parameters
    ----------
    codes
        (3,), the codes of `HET`, `HOM` and `MISSING`.
    site, code
        Filled.
    """
    here = 0
    odds = 0
    for row in range(len(first) - 1):
        before = np.int64(-1)
        for at in range(first[row], first[row + 1]):
            if at >= len(heads):
                return -1
            byte = np.int64(heads[at])
            number = byte & 127
            shift = 7
            while byte >= MORE:
                if here == len(tails) or shift > SHIFT_MOST:
                    return -1
                byte = np.int64(tails[here])
                here += 1
                number |= (byte & 127) << shift
                shift += 7
            before += (number >> 2) + 1
            site[at] = np.uint32(before)
            what = number & 3
            if what == ODD:
                if odds == len(odd):
                    return -1
                code[at] = odd[odds]
                odds += 1
            else:
                code[at] = codes[what]
    return here


@kernel
def count_dense(
    row: int,
    planes: NDArray[np.uint64],
    counts: NDArray[np.int64],
) -> None:
    """Add to `counts`, (rows,), how many dense sites rows from `row` of the planes on carry.

    Parameters
    ----------
    planes
        (dense sites, 2, words).
    """
    for at in range(len(counts)):
        word = (row + at) >> 6
        bit = np.uint64((row + at) & 63)
        for site in range(len(planes)):
            counts[at] += np.int64((planes[site, 0, word] >> bit) & np.uint64(1))


@kernel
def join_dense(
    row: int,
    planes: NDArray[np.uint64],
    dense: NDArray[np.uint32],
    codes: NDArray[np.uint8],
    first: NDArray[np.int64],
    site: NDArray[np.uint32],
    code: NDArray[np.uint8],
    joined_first: NDArray[np.int64],
    joined_site: NDArray[np.uint32],
    joined_code: NDArray[np.uint8],
) -> int:
    """Put the calls of the planes among those of the twin, which say more where both speak.

    Parameters
    ----------
    dense
        (dense sites,), the index of each.
    codes
        The codes of `HET` and `HOM`.
    joined_first, joined_site, joined_code
        Filled. Returns how many calls there are.
    """
    to = 0
    for at in range(len(first) - 1):
        joined_first[at] = to
        word = (row + at) >> 6
        bit = np.uint64((row + at) & 63)
        here = first[at]
        end = first[at + 1]
        for which in range(len(dense)):
            if not (planes[which, 0, word] >> bit) & np.uint64(1):
                continue
            while here < end and site[here] < dense[which]:
                joined_site[to] = site[here]
                joined_code[to] = code[here]
                here += 1
                to += 1
            if here < end and site[here] == dense[which]:
                continue
            joined_site[to] = dense[which]
            joined_code[to] = codes[np.int64((planes[which, 1, word] >> bit) & np.uint64(1))]
            to += 1
        while here < end:
            joined_site[to] = site[here]
            joined_code[to] = code[here]
            here += 1
            to += 1
    joined_first[len(first) - 1] = to
    return to
