"""Compiled kernels that fill a matrix of genotypes, sites by samples, from the twin and silence."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import kernel

CODES: Final = 16
CALLABLE: Final = CODES
NOT_CALLABLE: Final = CODES + 1
"""What a genome says that has no call: after the codes in a table of genotypes."""

BARE: Final = 0x0F
ON_FIRST: Final = 0x20
ON_SECOND: Final = 0x40


@kernel
def fill_silence(
    position: NDArray[np.uint32],
    place: NDArray[np.int8],
    at: NDArray[np.uint32],
    bound: NDArray[np.uint32],
    begin: int,
    is_callable: NDArray[np.bool_],
    member: NDArray[np.int64],
    column: NDArray[np.int64],
    classes: NDArray[np.uint8],
    table: NDArray[np.int8],
    genotypes: NDArray[np.int8],
) -> int:
    """Fill in what genomes are where they say nothing; return the next bound to walk over.

    Parameters
    ----------
    position, place
        (sites,), ascending, and the `calls.Place` of each.
    at, bound, begin
        (bounds,) each, as in `Bounds`, and the first that was not walked over yet.
    is_callable
        (rows,), as it was after the bound before `begin`; kept up.
    member, column
        (members,), rows of the segment and their columns of the matrix.
    classes
        (places, rows), copies of each kind of place in each row, plus one.
    table
        (places, classes, codes + 2, 2).
    genotypes
        (sites, columns, 2).
    """
    for site in range(len(position)):
        while begin < len(at) and at[begin] <= position[site]:
            is_callable[bound[begin] >> 1] = bound[begin] & 1 == 0
            begin += 1
        kind = place[site]
        for which in range(len(member)):
            row = member[which]
            said = CALLABLE if is_callable[row] else NOT_CALLABLE
            genotypes[site, column[which], 0] = table[kind, classes[kind, row], said, 0]
            genotypes[site, column[which], 1] = table[kind, classes[kind, row], said, 1]
    return begin


@kernel
def fill_calls(
    start: int,
    place: NDArray[np.int8],
    begin: NDArray[np.int64],
    end: NDArray[np.int64],
    site: NDArray[np.int64],
    code: NDArray[np.uint8],
    member: NDArray[np.int64],
    column: NDArray[np.int64],
    classes: NDArray[np.uint8],
    table: NDArray[np.int8],
    genotypes: NDArray[np.int8],
    phased: NDArray[np.bool_],
) -> None:
    """Fill in the calls at the sites from `start` on, as many as `place` has.

    Parameters
    ----------
    begin, end
        (members,), the calls of each that were not filled in yet; `begin` is moved on.
    site, code
        (calls,), sites ascending within a member.
    """
    for which in range(len(member)):
        call = begin[which]
        while call < end[which] and site[call] < start + len(place):
            here = site[call] - start
            said = code[call]
            kind = place[here]
            first = table[kind, classes[kind, member[which]], said & BARE, 0]
            second = table[kind, classes[kind, member[which]], said & BARE, 1]
            is_phased = said & (ON_FIRST | ON_SECOND) != 0 and second == 1
            if is_phased and said & ON_SECOND == 0:
                first, second = second, first
            genotypes[here, column[which], 0] = first
            genotypes[here, column[which], 1] = second
            phased[here, column[which]] = is_phased
            call += 1
        begin[which] = call
