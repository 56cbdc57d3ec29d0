"""Compiled kernels that put the calls of a file in order and say which are kept."""

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import kernel


@kernel
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


@kernel
def move_calls(
    first: NDArray[np.int64],
    row: NDArray[np.uint32],
    code: NDArray[np.uint8],
    order: NDArray[np.int64],
    moved_first: NDArray[np.int64],
    moved_row: NDArray[np.uint32],
    moved_code: NDArray[np.uint8],
) -> None:
    """Fill the calls of the sites in `order`, none of which is mentioned twice."""
    to = np.uint64(0)
    for at in range(len(order)):
        moved_first[at] = to
        for call in range(np.uint64(first[order[at]]), np.uint64(first[order[at] + 1])):
            moved_row[to] = row[call]
            moved_code[to] = code[call]
            to += np.uint64(1)
    moved_first[len(order)] = to


@kernel
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


@kernel
def count_carried(
    row: NDArray[np.uint32],
    code: NDArray[np.uint8],
    carried: NDArray[np.bool_],
    counts: NDArray[np.int64],
) -> None:
    """Add to `counts`, (rows,), the calls whose code is `carried`, (256,)."""
    for call in range(len(row)):
        counts[row[call]] += np.int64(carried[code[call]])
