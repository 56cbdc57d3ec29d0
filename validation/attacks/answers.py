"""How likely a `yes` is with the attacked person counted and without, as an attacker reckons."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from attacks.spectrum import GENOTYPES, Spectrum, person
from kerne.research.public import PublicTier, chance_of_yes

Rule = Callable[[NDArray[np.int64], int], NDArray[np.float64]]
"""What a tier does: (copies of an allele, alleles counted) to the chance of a `yes`."""


def present(copies: NDArray[np.int64], _alleles: int) -> NDArray[np.float64]:
    """Say `yes` to whatever anyone carries: no defence."""
    return (copies >= 1).astype(np.float64)


def sharp(copies: NDArray[np.int64], alleles: int) -> NDArray[np.float64]:
    """Say `yes` from 1 % and 10 copies: a threshold that can be seen."""
    return (copies >= max(10.0, 0.01 * alleles)).astype(np.float64)


def drawn(copies: NDArray[np.int64], alleles: int) -> NDArray[np.float64]:
    """Do as the centre does: call its own code."""
    return chance_of_yes(PublicTier(), copies / alleles)


@dataclass(frozen=True, slots=True, eq=False)
class Attack:
    """What an attacker reckons of every question that may be asked.

    Parameters
    ----------
    sites
        (classes,). Sites that may be asked about.
    genotypes
        (classes, 3). The chance that the genome at hand has 0, 1 or 2 copies.
    inside, outside
        (classes, 3). The chance of `yes` if the victim was counted, and if not.
    """

    sites: NDArray[np.int64]
    genotypes: NDArray[np.float64]
    inside: NDArray[np.float64]
    outside: NDArray[np.float64]

    @property
    def separation(self) -> float:
        """Expected distance of the two score distributions, in standard deviations (d')."""
        variance = np.clip(self.outside * (1 - self.outside), 1e-15, None)
        each = self.genotypes * (self.inside - self.outside) ** 2 / variance
        return float(np.sqrt((self.sites[:, None] * each).sum()))


def by_frequency(
    rule: Rule, genomes: int, spectrum: Spectrum, kin: NDArray[np.float64] | None = None
) -> Attack:
    """Reckon as one who knows the population's frequencies, and the victim's genome.

    Parameters
    ----------
    kin
        (classes, 3, 3). If given, the genome at hand is a relative's, and this the chance of the
        victim's copies given theirs.
    """
    table = counted_among_strangers(rule, genomes, spectrum.frequency, slots=2)
    anyone = person(spectrum.frequency)
    outside = np.repeat((anyone * table).sum(axis=1)[:, None], GENOTYPES, axis=1)
    inside = table if kin is None else np.einsum("cgh,ch->cg", kin, table)
    return Attack(spectrum.sites, anyone, inside, outside)


def of_family(rule: Rule, genomes: int, spectrum: Spectrum) -> Attack:
    """Reckon as `by_frequency`, but a child and both parents were counted, or none of them."""
    f = spectrum.frequency
    table = counted_among_strangers(rule, genomes, f, slots=6)
    untransmitted = person(f)
    inside = np.stack(
        [
            sum(untransmitted[:, k] * table[:, 2 * own + k] for k in range(GENOTYPES))
            for own in range(GENOTYPES)
        ],
        axis=1,
    )
    six = np.stack([_binomial(6, k) * f**k * (1 - f) ** (6 - k) for k in range(7)], axis=1)
    outside = np.repeat((six * table).sum(axis=1)[:, None], GENOTYPES, axis=1)
    return Attack(spectrum.sites, person(f), inside, outside)


def knowing_everyone_else(rule: Rule, genomes: int, spectrum: Spectrum) -> Attack:
    """Reckon as one who knows every other genome: counts are exact but for the victim's part."""
    alleles = 2 * genomes
    others = np.rint(spectrum.frequency * alleles).astype(np.int64)
    inside = np.stack([rule(others + own, alleles) for own in range(GENOTYPES)], axis=1)
    outside = np.repeat(inside[:, :1], GENOTYPES, axis=1)
    return Attack(spectrum.sites, person(spectrum.frequency), inside, outside)


def counted_among_strangers(
    rule: Rule, genomes: int, frequency: NDArray[np.float64], slots: int
) -> NDArray[np.float64]:
    """Return the chance of `yes` by the copies that some known people bring.

    Everyone else's copies are binomial; the sum runs over all that are within eight standard
    deviations.

    Parameters
    ----------
    slots
        Alleles of the known people: two each.

    Returns
    -------
    (classes, slots + 1).
    """
    table = np.zeros((len(frequency), slots + 1))
    for index, f in enumerate(frequency.tolist()):
        copies, weights = binomial(2 * genomes - slots, f)
        span = np.arange(copies[0], copies[-1] + slots + 1)
        chances = rule(span, 2 * genomes)
        for own in range(slots + 1):
            table[index, own] = weights @ chances[own : own + len(copies)]
    return np.clip(table, 0, 1)  # weights add up to 1 but for rounding


def binomial(alleles: int, f: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the likely numbers of copies among `alleles`, and their probabilities."""
    reach = 8 * np.sqrt(alleles * f * (1 - f)) + 12
    low, high = max(0, int(alleles * f - reach)), min(alleles, int(alleles * f + reach))
    copies = np.arange(low, high + 1)
    logs = _log_factorials(alleles)
    weights = np.exp(
        logs[alleles]
        - logs[copies]
        - logs[alleles - copies]
        + copies * np.log(f)
        + (alleles - copies) * np.log1p(-f)
    )
    return copies, weights / weights.sum()


def _binomial(n: int, k: int) -> float:
    logs = _log_factorials(n)
    return float(np.rint(np.exp(logs[n] - logs[k] - logs[n - k])))


@lru_cache(maxsize=8)
def _log_factorials(n: int) -> NDArray[np.float64]:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
