"""The expectation of one disease over all terms at once: two walks over the ontology a basis.

Upwards each term takes the highest frequency of what is more specific than it; downwards each term
takes the best worth of what is above it. Both visit every line of the ontology once.
"""

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import kernel
from kerne.phenotype.ladder import Ladder


@kernel
def add_basis(
    ladder: Ladder,
    terms: NDArray[np.int32],
    frequencies: NDArray[np.float64],
    share: float,
    column: NDArray[np.float64],
) -> None:
    """Add `share` times the ratio of each term under one basis to (terms,) `column`."""
    best = np.zeros(column.size)
    for number in range(terms.size):
        best[terms[number]] = max(best[terms[number]], frequencies[number])
    for term in range(column.size - 1, -1, -1):
        if best[term] > 0:
            for at in range(ladder.parents_from[term], ladder.parents_from[term + 1]):
                parent = ladder.parents[at]
                best[parent] = max(best[parent], best[term])
    for term in range(column.size):
        best[term] *= ladder.gain[term]
        for at in range(ladder.parents_from[term], ladder.parents_from[term + 1]):
            best[term] = max(best[term], best[ladder.parents[at]])
        column[term] += share * best[term] * ladder.loss[term]
