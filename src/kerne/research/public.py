"""The public tier: yes or no, from a list that stands still until many people have changed. Pure.

An exact public count before and after one withdrawal reveals that person. So the public is told
only whether an allele is carried by enough people, from a list made at a *public epoch*; a new
epoch opens only when enough people have changed, and none opens below the size at which the
attack simulation found membership to be at chance. No genome is read to answer: what is not on
the list is answered `no`, whether it is absent or merely rare.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap


@dataclass(frozen=True, slots=True)
class PublicTier:
    """The limits of the public tier (DESIGN §4: measured with best-first attackers).

    Parameters
    ----------
    smallest_population
        Genomes below which no epoch opens.
    fewest_carriers
        Carriers from which an allele may be on the list.
    lowest_frequency
        Allele frequency from which it may be.
    fewest_changes
        People who must have come or gone before the next epoch opens.
    """

    smallest_population: int = 10_000
    fewest_carriers: int = 10
    lowest_frequency: float = 0.01
    fewest_changes: int = 50


class PublicAnswer(StrEnum):
    """All that the public tier ever says."""

    YES = "yes"
    NO = "no"
    NOT_GIVEN = "not-given"


def may_open(tier: PublicTier, last: BitMap | None, now: BitMap) -> bool:
    """Say whether a new public epoch may open over the rows `now`, the last having been `last`."""
    if len(now) < tier.smallest_population:
        return False
    return last is None or len(last ^ now) >= tier.fewest_changes


def listed(
    tier: PublicTier, carriers: NDArray[np.int64], frequencies: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Choose the alleles that the public may be told of.

    Parameters
    ----------
    carriers
        (alleles,). Genomes that carry each.
    frequencies
        (alleles,). AC / AN, NaN where AN is 0.

    Returns
    -------
    (alleles,).
    """
    return (carriers >= tier.fewest_carriers) & (frequencies >= tier.lowest_frequency)
