"""How many alleles there are at each frequency, and what a person and their kin carry of them.

Sites are grouped into classes of one frequency each. Sites of a class are exchangeable, so that an
attack on ten million of them is simulated exactly by counting: how many a person carries, and how
many of those were answered `yes`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

GENOTYPES: Final = 3
"""No copy, one, two."""

RARE_EXCESS_FROM: Final = 0.0043
"""Frequency below which growth doubled the alleles that a population of constant size would have.

With 4.5 million sites carried by a person it gives about 100,000 of them below 0.5 %, where 1000
Genomes found 40,000 to 200,000 (doi:10.1038/nature15393).
"""

_EDGES: Final = np.concatenate(
    [
        np.geomspace(1e-6, 0.004, 60, endpoint=False),
        np.geomspace(0.004, 0.1, 64, endpoint=False),
        np.geomspace(0.1, 0.999, 30),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Alleles of a population, (classes,) each: the frequency of a class and its sites."""

    frequency: NDArray[np.float64]
    sites: NDArray[np.int64]

    @property
    def carried(self) -> float:
        """Sites that a person is expected to carry."""
        return float(self.sites @ (1 - (1 - self.frequency) ** 2))


def human_spectrum(carried: int, about: tuple[float, int] | None = None) -> Spectrum:
    """Make the spectrum of a growing population in which a person carries `carried` sites.

    The density of sites is 1/f, as in a population of constant size, times 1 + sqrt(f0/f), the
    excess of rare ones that growth leaves; f0 is `RARE_EXCESS_FROM`.

    Parameters
    ----------
    about
        A frequency and a number of alleles: classes of one copy each around that frequency.
    """
    f0 = RARE_EXCESS_FROM
    edges = _EDGES if about is None else _refined(*about)
    integral = np.log(edges) - 2 * np.sqrt(f0 / edges)
    frequency = np.sqrt(edges[:-1] * edges[1:])
    density = np.diff(integral)
    scale = carried / float(density @ (1 - (1 - frequency) ** 2))
    return Spectrum(frequency, np.rint(scale * density).astype(np.int64))


def near(spectrum: Spectrum, low: float, high: float) -> Spectrum:
    """Keep the classes between two frequencies."""
    kept = (spectrum.frequency > low) & (spectrum.frequency < high)
    return Spectrum(spectrum.frequency[kept], spectrum.sites[kept])


def _refined(f: float, alleles: int) -> NDArray[np.float64]:
    copies = round(f * alleles) + np.arange(-4.5, 5)
    unit = copies / alleles
    return np.concatenate([_EDGES[unit[0] > _EDGES], unit, _EDGES[unit[-1] < _EDGES]])


def person(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance of each genotype of anyone, (classes, 3); Hardy-Weinberg."""
    f = frequency[:, None]
    return np.concatenate([(1 - f) ** 2, 2 * f * (1 - f), f**2], axis=1)


def child(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance of a child's (or parent's) genotype, given one's own.

    Returns
    -------
    (classes, own copies, their copies).
    """
    f = frequency
    passed = np.array([0.0, 0.5, 1.0])  # chance that the allele passed on is the alternative
    table = np.zeros((len(f), GENOTYPES, GENOTYPES))
    for own, chance in enumerate(passed):
        table[:, own, 0] = (1 - chance) * (1 - f)
        table[:, own, 1] = chance * (1 - f) + (1 - chance) * f
        table[:, own, 2] = chance * f
    return table


def sibling(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance of a sibling's genotype, given one's own; shape as for `child`.

    Siblings share both alleles by descent with chance 1/4, one with 1/2, none with 1/4.
    """
    same = np.broadcast_to(np.eye(GENOTYPES), (len(frequency), GENOTYPES, GENOTYPES))
    none = np.repeat(person(frequency)[:, None, :], GENOTYPES, axis=1)
    table: NDArray[np.float64] = same / 4 + child(frequency) / 2 + none / 4
    return table
