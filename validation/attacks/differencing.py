"""Who left between two answers? What two epochs tell together of one withdrawal among many.

The attacker has the genome of one person and every answer before and after. Either that person was
counted and is among those who left, or was never counted and a stranger left in their place.
"""

from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from attacks.answers import Attack, Rule, binomial
from attacks.membership import Scores
from attacks.spectrum import GENOTYPES, Spectrum, person

OUTCOMES: Final = 4
"""Yes and yes, yes then no, no then yes, no and no."""

_NEVER: Final = 1e-12


def flip_chances(
    rule: Rule, genomes: int, frequency: NDArray[np.float64], changes: int
) -> NDArray[np.float64]:
    """Return the chance of each pair of answers, by the copies of one who leaves.

    Half of `changes` leave and half come; each allele keeps its draw. One draw for two chances
    `p` and `q` gives yes and yes with the lesser of them, and a flip with their difference.

    Returns
    -------
    (classes, 3, `OUTCOMES`).
    """
    leaving = changes // 2
    table = np.zeros((len(frequency), GENOTYPES, OUTCOMES))
    for index, f in enumerate(frequency.tolist()):
        stay, weights = binomial(2 * (genomes - leaving), f)
        left, come = binomial(2 * (leaving - 1), f), binomial(2 * leaving, f)
        for (gone, p_gone), (new, p_new) in product(_pairs(*left), _pairs(*come)):
            after = rule(stay + new, 2 * genomes)
            for own in range(GENOTYPES):
                before = rule(stay + gone + own, 2 * genomes)
                both = np.minimum(before, after)
                chances = (both, before - both, after - both, 1 - np.maximum(before, after))
                table[index, own] += p_gone * p_new * np.array([weights @ c for c in chances])
    return table


def score_flips(
    rule: Rule,
    genomes: int,
    spectrum: Spectrum,
    changes: int,
    victims: int,
    rng: np.random.Generator,
) -> Scores:
    """Attack one withdrawal among `changes`, when the same people keep the same draws."""
    inside = flip_chances(rule, genomes, spectrum.frequency, changes)
    anyone = person(spectrum.frequency)
    outside = np.einsum("cg,cgo->co", anyone, inside)
    scores = Scores(np.zeros(victims), np.zeros(victims))
    for index, sites in enumerate(spectrum.sites.tolist()):
        for own in range(GENOTYPES):
            chances = inside[index, own]
            if np.abs(chances - outside[index]).max() < _NEVER:
                continue
            ratios = np.log(np.clip(chances, _NEVER, 1) / np.clip(outside[index], _NEVER, 1))
            share = float(anyone[index, own])
            for scored, truth in ((scores.inside, chances), (scores.outside, outside[index])):
                numbers = rng.binomial(sites, share, victims)
                np.add(scored, rng.multinomial(numbers, truth / truth.sum()) @ ratios, out=scored)
    return scores


def score_exact_counts(
    spectrum: Spectrum, changes: int, asked: int, victims: int, rng: np.random.Generator
) -> Scores:
    """Attack one withdrawal among `changes` in exact counts of the `asked` rarest sites carried.

    A site loses a copy if its carrier leaves, and else only if one of the strangers who leave
    carries it too; who comes is left out. The score is above zero if more than half lost a copy.
    """
    carried = np.cumsum(spectrum.sites * 2 * spectrum.frequency)
    f = float(spectrum.frequency[int(np.searchsorted(carried, asked))])
    strangers = rng.binomial(asked, 1 - (1 - f) ** changes, victims).astype(np.float64)
    return Scores(np.full(victims, asked / 2), strangers - asked / 2)


def _pairs(copies: NDArray[np.int64], weights: NDArray[np.float64]) -> list[tuple[int, float]]:
    """Pair numbers with their probabilities, without those that never happen."""
    pairs = zip(copies.tolist(), weights.tolist(), strict=True)
    return [(number, weight) for number, weight in pairs if weight > _NEVER]


def guessing_a_genotype(attack: Attack) -> float:
    """Return how often one allele of one person is guessed right, all else being known.

    The person carries one copy or none, either being as likely; the best allele is taken.
    """
    difference = np.abs(attack.inside[:, 1] - attack.inside[:, 0]).max()
    return 0.5 + float(difference) / 2
