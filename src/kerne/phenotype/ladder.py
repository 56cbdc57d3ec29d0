"""The ontology as arrays, with what each term tells: what compiled code walks."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Ladder(NamedTuple):
    """Parents of each term, and what sharing it is worth.

    Parameters
    ----------
    parents_from
        (terms + 1,). The parents of term `t` are `parents[parents_from[t]:parents_from[t + 1]]`.
    gain, loss
        (terms,) what a shared ancestor is worth and what the observed term costs, as factors.
    """

    parents_from: NDArray[np.int64]
    parents: NDArray[np.int32]
    gain: NDArray[np.float64]
    loss: NDArray[np.float64]
