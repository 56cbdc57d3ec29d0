"""Compiled kernel that spells genotypes out."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import kernel

WIDTH: Final = 4
"""Letters of a genotype at most, with the tab before it."""

TAB: Final = ord("\t")
ZERO: Final = ord("0")
DOT: Final = ord(".")
SLASH: Final = ord("/")
PIPE: Final = ord("|")
ABSENT: Final = -2


@kernel
def spell_genotypes(
    genotypes: NDArray[np.int8],
    phased: NDArray[np.bool_],
    text: NDArray[np.uint8],
    ends: NDArray[np.int64],
) -> None:
    """Write the genotypes of each site, a tab before each, into `text`, one site after the other.

    Parameters
    ----------
    genotypes, phased
        (sites, samples, 2) and (sites, samples), as in `GenotypeBlock`.
    text
        `WIDTH` bytes a genotype are enough.
    ends
        (sites,), filled with where each site ends.
    """
    to = 0
    for site in range(len(genotypes)):
        for sample in range(genotypes.shape[1]):
            first = genotypes[site, sample, 0]
            second = genotypes[site, sample, 1]
            text[to] = TAB
            text[to + 1] = DOT if first < 0 else ZERO + first
            to += 2
            if second != ABSENT:
                text[to] = PIPE if phased[site, sample] else SLASH
                text[to + 1] = DOT if second < 0 else ZERO + second
                to += 2
        ends[site] = to
