"""Compiled kernels that put the calls of a file in order and say which are kept."""

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import bare_kernel


@bare_kernel
def gather_calls(
    first: NDArray[np.int64],
    order: NDArray[np.int64],
    gathered_first: NDArray[np.int64],
    origin: NDArray[np.int64],
) -> None:
    """Fill where the calls of the sites in `order` begin, and where each call was."""
    to = 0
    for at in range(len(order)):
        gathered_first[at] = to
        for call in range(first[order[at]], first[order[at] + 1]):
            origin[to] = call
            to += 1
    gathered_first[len(order)] = to


@bare_kernel
def place_calls(
    first: NDArray[np.int64],
    row: NDArray[np.uint32],
    code: NDArray[np.uint8],
    begins: NDArray[np.int64],
    placed_row: NDArray[np.uint32],
    placed_code: NDArray[np.uint8],
) -> None:
    """Put the calls of each site where they begin among those of others.

    Parameters
    ----------
    first, row, code
        (sites + 1,), (calls,) and (calls,).
    begins
        (sites,): where the calls of each begin in what is filled.
    placed_row, placed_code
        Filled in those places.
    """
    for site in range(len(begins)):
        to = np.uint64(begins[site])
        for call in range(np.uint64(first[site]), np.uint64(first[site + 1])):
            placed_row[to] = row[call]
            placed_code[to] = code[call]
            to += np.uint64(1)


@bare_kernel
def mark_more(
    first: NDArray[np.int64],
    row: NDArray[np.uint32],
    code: NDArray[np.uint8],
    places: NDArray[np.int8],
    classes: NDArray[np.uint8],
    says_more: NDArray[np.bool_],
    more: NDArray[np.bool_],
) -> None:
    """Fill `more`, (calls,), by `says_more`, (places, copies + 1, 256)."""
    for site in range(len(first) - 1):
        place = np.uint64(places[site])
        for call in range(np.uint64(first[site]), np.uint64(first[site + 1])):
            more[call] = says_more[place, classes[place, row[call]], code[call]]


@bare_kernel
def count_carried(
    row: NDArray[np.uint32],
    code: NDArray[np.uint8],
    carried: NDArray[np.bool_],
    counts: NDArray[np.int64],
) -> None:
    """Add to `counts`, (rows,), the calls whose code is `carried`, (256,)."""
    for call in range(len(row)):
        counts[row[call]] += np.int64(carried[code[call]])
