"""Compiled kernels that count a tile among chosen rows.

The chosen rows of a segment are at most 65,536 bits (8 KB) and stay in the first cache while lists
of rows stream by; planes are counted a word at a time.
"""

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import bit_count, kernel, lowest_bit
from kerne.genomes.segments.kernels import COMPLEMENT, DENSE, SPARSE


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
    marks: NDArray[np.uint8],
    weights: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:
    """Add what heterozygous, homozygous and missing rows count for at `[start, end)`.

    The lists of all sites are read as one, and a list's count is the difference between its end and
    its start: most lists are so short that a loop over each would cost more than its rows.

    Parameters
    ----------
    kind, first, lists, plane
        How each site is kept, where its lists begin, how long they are (sites, 3), and where its
        planes begin.
    chosen, marks
        The chosen rows: bits in words of 64, and (rows,) 0 or 1.
    weights
        (3, counts), what one heterozygous, homozygous or missing row adds to each count.
    counts
        (counts, end - start), added to.
    """
    begin = first[start]
    size = first[end - 1] - begin
    for which in range(3):
        size += np.uint64(lists[end - 1, which])
    ranks = np.empty((size >> np.uint64(5)) + np.uint64(1), dtype=np.uint64)
    _rank(ids, begin, size, marks, ranks)
    found = np.empty((3, end - start), dtype=np.int32)
    _count_lists(start, first, lists, ranks, found)
    _count_planes(start, kind, plane, planes, chosen, found)
    for what in range(len(counts)):
        for which in range(3):
            weight = weights[which, what]
            if weight:
                _add(weight, found[which], counts[what])


@kernel
def _count_lists(
    start: int,
    first: NDArray[np.uint64],
    lists: NDArray[np.uint32],
    ranks: NDArray[np.uint64],
    found: NDArray[np.int32],
) -> None:
    """Fill how many chosen rows each of the three lists of a site has, (3, sites from `start`)."""
    begin = first[start]
    last = np.int64(0)
    for here in range(np.uint64(0), np.uint64(found.shape[1])):
        site = np.uint64(start) + here
        homs = first[site] - begin + np.uint64(lists[site, 0])
        before_homs = _chosen_before(homs, ranks)
        gone = homs + np.uint64(lists[site, 1])
        before_gone = before_homs if gone == homs else _chosen_before(gone, ranks)
        found[0, here] = before_homs - last
        found[1, here] = before_gone - before_homs
        last = _chosen_before(gone + np.uint64(lists[site, 2]), ranks)
        found[2, here] = last - before_gone


@kernel
def _count_planes(
    start: int,
    kind: NDArray[np.uint8],
    plane: NDArray[np.uint64],
    planes: NDArray[np.uint64],
    chosen: NDArray[np.uint64],
    found: NDArray[np.int32],
) -> None:
    """Set heterozygous and homozygous rows where sites are not lists of them, (3, sites)."""
    words = np.uint64(len(chosen))
    everyone = np.int64(0)
    for word in chosen:
        everyone += bit_count(word)
    for here in range(np.uint64(0), np.uint64(found.shape[1])):
        site = np.uint64(start) + here
        if kind[site] == DENSE:
            hom = _chosen_in(planes, plane[site] + words, chosen)
            found[0, here] = _chosen_in(planes, plane[site], chosen) - hom
            found[1, here] = hom
        elif kind[site] == COMPLEMENT:
            hom = everyone - np.int64(found[0, here]) - np.int64(found[1, here])
            found[1, here] = hom - np.int64(found[2, here])


@kernel
def _add(weight: np.int64, found: NDArray[np.int32], counts: NDArray[np.int64]) -> None:
    """Add what the rows that were found count for, (sites,)."""
    for site in range(len(found)):
        counts[site] += weight * np.int64(found[site])


@kernel
def _rank(
    ids: NDArray[np.uint16],
    begin: np.uint64,
    size: np.uint64,
    marks: NDArray[np.uint8],
    ranks: NDArray[np.uint64],
) -> None:
    """Fill, for each 32 of the `size` rows from `begin` on, which of them are marked.

    As 32 bits, below how many rows before them are.
    """
    total = np.uint64(0)
    whole = size >> np.uint64(5)
    for block in range(np.uint64(0), whole):
        at = begin + (block << np.uint64(5))
        bits = np.uint32(0)
        for bit in range(np.uint64(0), np.uint64(32)):
            bits |= np.uint32(marks[ids[at + bit]]) << np.uint32(bit)
        ranks[block] = (total << np.uint64(32)) | np.uint64(bits)
        total += np.uint64(bit_count(np.uint64(bits)))
    at = begin + (whole << np.uint64(5))
    bits = np.uint32(0)
    for bit in range(np.uint64(0), size & np.uint64(31)):
        bits |= np.uint32(marks[ids[at + bit]]) << np.uint32(bit)
    ranks[whole] = (total << np.uint64(32)) | np.uint64(bits)


@kernel
def _chosen_before(at: np.uint64, ranks: NDArray[np.uint64]) -> np.int64:
    """Count the marked rows before one, by the table that `_rank` fills."""
    rank = ranks[at >> np.uint64(5)]
    below = (np.uint64(1) << (at & np.uint64(31))) - np.uint64(1)
    return np.int64(rank >> np.uint64(32)) + bit_count(rank & below)


@kernel
def _chosen_in(
    planes: NDArray[np.uint64], plane: np.uint64, chosen: NDArray[np.uint64]
) -> np.int64:
    """Count the chosen rows in a plane of bits."""
    total = np.int64(0)
    for word in range(np.uint64(0), np.uint64(len(chosen))):
        total += bit_count(planes[plane + word] & chosen[word])
    return total


@kernel
def add_at(home: NDArray[np.int64], part: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
    """Add counts of some sites, (counts, sites), where each of them is in all sites."""
    for what in range(len(part)):
        for site in range(len(home)):
            counts[what, home[site]] += part[what, site]


@kernel
def add_odd(
    start: int,
    site: NDArray[np.uint16],
    row: NDArray[np.uint16],
    code: NDArray[np.uint8],
    chosen: NDArray[np.uint64],
    class_of: NDArray[np.uint8],
    added: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:
    """Add what odd calls count for.

    Parameters
    ----------
    site, row, code
        (odd calls,).
    class_of
        (rows,), copies of the place in each row, plus one.
    added
        (copies + 1, 256, counts), what a call with a code adds to each count.
    counts
        (counts, sites from `start` on), added to.
    """
    for at in range(len(site)):
        who = np.int64(row[at])
        if (chosen[who >> 6] >> np.uint64(who & 63)) & np.uint64(1):
            for what in range(len(counts)):
                counts[what, np.int64(site[at]) - start] += added[class_of[who], code[at], what]


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
    rows: NDArray[np.int64],
    copies: NDArray[np.uint8],
) -> int:
    """Find the chosen rows that carry a site, ascending, and whether once (1) or twice (2).

    Parameters
    ----------
    rows, copies
        Filled, as many as there can be. Returns how many there are.
    """
    het = np.int64(first[site])
    hom = np.int64(het + np.int64(lists[site, 0]))
    homs = hom
    gone = hom + np.int64(lists[site, 1])
    missing = gone
    end = gone + np.int64(lists[site, 2])
    found = 0
    if kind[site] == SPARSE:
        while het < homs or hom < gone:
            is_het = hom == gone or (het < homs and ids[het] < ids[hom])
            row = np.int64(ids[het] if is_het else ids[hom])
            het += 1 if is_het else 0
            hom += 0 if is_het else 1
            if (chosen[row >> 6] >> np.uint64(row & 63)) & np.uint64(1):
                rows[found] = row
                copies[found] = 1 if is_het else 2
                found += 1
        return found
    words = len(chosen)
    one = np.int64(plane[site])
    for word in range(words):
        left = chosen[word]
        if kind[site] == DENSE:
            left &= planes[one + word]
        while left:
            row = np.int64(word * 64 + lowest_bit(left))
            lowest = np.uint64(1) << np.uint64(row & 63)
            left ^= lowest
            number = 2
            if kind[site] == DENSE:
                number = 2 if planes[one + words + word] & lowest else 1
            else:
                # The lists ascend as the rows do: each is walked once.
                while het < homs and np.int64(ids[het]) < row:
                    het += 1
                while hom < gone and np.int64(ids[hom]) < row:
                    hom += 1
                while missing < end and np.int64(ids[missing]) < row:
                    missing += 1
                if het < homs and np.int64(ids[het]) == row:
                    number = 1
                elif (hom < gone and np.int64(ids[hom]) == row) or (
                    missing < end and np.int64(ids[missing]) == row
                ):
                    continue
            rows[found] = row
            copies[found] = number
            found += 1
    return found
