"""The public tier: yes or no, by chance, from a list that counts each person once. Pure.

An exact public count before and after one withdrawal reveals that person, and so does any sharp
threshold on it: of ten million alleles some stand exactly at the threshold, and whoever knows the
others' genomes reads the last person off those. So the answer is drawn. An allele that fewer than
`never_below` of the alleles counted are is never on the list, one that `always_from` are always is,
and in between its chance is sin²(pi/2 * t), t running from 0 to 1 across the band. The noise is
the tier's own and not the attacker's ignorance: it holds also against those who know every other
genome. The draws are made once, when a *public epoch* opens, and forgotten; no genome is read to
answer.

Among all rises from 0 to 1 this one tells least. One more copy of an allele turns the angle of
sin² by the same small step wherever in the band it stands, the affinity of the answers with and
without a person is the product of the cosines of their steps, and `cost_of_a_person` is four times
the sum of the squared steps. Whoever has every answer, and all other genomes, then guesses right
whether the person was counted in at most 1/2 + sqrt(cost) / 4 of cases.

Answers about the same person add up, so nobody is counted on two lists: a new epoch opens when
enough people have come whom no earlier list counted. What a withdrawal changes is therefore
nothing that the public sees.

References
----------
Raisaro et al. (2017), doi:10.1093/jamia/ocw167: membership from yes-or-no answers.
Ayoz et al. (2021), doi:10.2478/popets-2021-0036: what an update of the answers gives away.
Figures: `validation/disclosure.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

BYTES_A_DRAW: Final = 8
"""Bytes of randomness behind each draw."""


@dataclass(frozen=True, slots=True)
class PublicTier:
    """The limits of the public tier (`docs/decisions/0010-public-tier.md`).

    Parameters
    ----------
    smallest_population
        People, counted for the first time, below which no epoch opens.
    never_below
        Share of the counted alleles below which an allele is never on the list.
    always_from
        Share from which it always is.
    largest_cost
        Cost of a person of ordinary load above which no epoch opens, however many there are.
        At 0.0019 no attacker has more power than 0.06 at 5 % false positives; the rest is left
        for people who carry more than others.
    """

    smallest_population: int = 55_000
    never_below: float = 0.01
    always_from: float = 0.05
    largest_cost: float = 0.0015


class PublicAnswer(StrEnum):
    """All that the public tier ever says."""

    YES = "yes"
    NO = "no"
    NOT_GIVEN = "not-given"


WORDS_ELSEWHERE: Final = "public answers are about single bases exchanged in coding sequence"


def words_before_the_first(tier: PublicTier) -> str:
    """Say why nothing is told yet."""
    return f"public answers begin when {tier.smallest_population:,} genomes may be counted"


def words_of(tier: PublicTier) -> str:
    """Say what an answer means; either meaning always holds."""
    return (
        f"`yes` means at least {tier.never_below:.0%} of the alleles counted, "
        f"`no` means less than {tier.always_from:.0%}"
    )


def newcomers(now: BitMap, counted: BitMap, persons: Mapping[int, str]) -> BitMap:
    """Return the rows of people whom no list has counted.

    Parameters
    ----------
    now
        Rows that may be counted.
    counted
        Rows that earlier lists counted. A person sequenced anew since has another row now.
    persons
        Whose each row is.
    """
    spent = {persons[row] for row in counted if row in persons}
    return BitMap([row for row in now - counted if persons[row] not in spent])


def chance_of_yes(tier: PublicTier, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance that an allele is on the list, by its share of the alleles counted.

    Parameters
    ----------
    shares
        (alleles,). Copies / (2 x genomes). An uncalled genome counts as one without the allele,
        and a chromosome of which there is one as one of two: one person moves a share by as little
        as may be.

    Returns
    -------
    (alleles,).
    """
    band = tier.always_from - tier.never_below
    through = np.clip((shares - tier.never_below) / band, 0, 1)
    chances: NDArray[np.float64] = np.sin(np.pi / 2 * through) ** 2
    return chances


def cost_of_a_person(
    tier: PublicTier, copies: NDArray[np.int64], squared: NDArray[np.int64], genomes: int
) -> float:
    """Return what a list tells of one of the counted, on average.

    Parameters
    ----------
    copies
        (alleles,). Copies of each allele among the counted.
    squared
        (alleles,). Sum of the squared copies that each genome carries: 1 for one copy, 4 for two.
    genomes
        How many are counted, at least one.
    """
    alleles = 2 * genomes
    reach = 2  # copies that one person can add
    in_band = (copies > tier.never_below * alleles - reach) & (
        copies < tier.always_from * alleles + reach
    )
    load = float(squared[in_band].sum()) / genomes
    step = np.pi / ((tier.always_from - tier.never_below) * alleles)
    return load * float(step) ** 2


def listed(
    tier: PublicTier, copies: NDArray[np.int64], genomes: int, randomness: bytes
) -> NDArray[np.bool_]:
    """Draw the alleles that the public is told `yes` about.

    Parameters
    ----------
    copies
        (alleles,). Copies of each allele among the counted.
    genomes
        How many are counted, at least one.
    randomness
        `BYTES_A_DRAW` unpredictable bytes for each allele; never used again.

    Returns
    -------
    (alleles,).
    """
    draws = (np.frombuffer(randomness, dtype="<u8") >> np.uint64(11)) * 2.0**-53
    chosen: NDArray[np.bool_] = draws < chance_of_yes(tier, copies / (2 * genomes))
    return chosen
