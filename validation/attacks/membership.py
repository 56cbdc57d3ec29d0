"""Was this person counted? The likelihood-ratio attack over all answers, and how well it does.

By Neyman and Pearson no attacker with the same knowledge does better. The tier answers everybody
alike, so users who pool what they got are one attacker who has every answer.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from attacks.answers import Attack
from attacks.spectrum import Spectrum

FALSE_POSITIVES: Final = 0.05
_NEVER: Final = 1e-12
_AT_ONCE: Final = 4_000
_STEEP: Final = 3.0
_SURE: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share, with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Log likelihood ratios of victims who were counted, and of others: (victims,) each."""

    inside: NDArray[np.float64]
    outside: NDArray[np.float64]


def score(
    attack: Attack,
    victims: int,
    rng: np.random.Generator,
    *,
    asked: int | None = None,
    lists: int = 1,
) -> Scores:
    """Attack `victims` people who were counted and as many who were not.

    Parameters
    ----------
    asked
        Questions that are asked, the most telling first; `None` asks all.
    lists
        How many lists, each drawn anew over the same people, answered every question.
    """
    questions = _Questions(attack)
    inside, outside = (
        np.concatenate(
            [
                questions.scores(min(_AT_ONCE, victims - done), counted, rng, asked, lists)
                for done in range(0, victims, _AT_ONCE)
            ]
        )
        for counted in (True, False)
    )
    return Scores(inside, outside)


class _Questions:
    """The questions that tell something, by class of sites and genotype, most telling first."""

    def __init__(self, attack: Attack) -> None:
        inside = np.clip(attack.inside, _NEVER, 1 - _NEVER)
        outside = np.clip(attack.outside, _NEVER, 1 - _NEVER)
        self._if_yes = np.log(inside / outside)
        self._if_no = np.log((1 - inside) / (1 - outside))
        self._attack = attack
        information = inside * self._if_yes + (1 - inside) * self._if_no
        tells = np.abs(attack.inside - attack.outside) > _NEVER
        classes, genotypes = np.nonzero(tells)
        best = np.argsort(-information[classes, genotypes], kind="stable")
        self._class, self._genotype = classes[best], genotypes[best]

    def scores(
        self,
        victims: int,
        counted: bool,  # noqa: FBT001  inside or outside
        rng: np.random.Generator,
        asked: int | None,
        lists: int,
    ) -> NDArray[np.float64]:
        at = (self._class, self._genotype)
        numbers = self._genomes(victims, rng)
        if asked is not None:
            before = np.cumsum(numbers, axis=1) - numbers
            numbers = np.clip(asked - before, 0, numbers)
        chance = (self._attack.inside if counted else self._attack.outside)[at]
        yes = rng.binomial(lists * numbers, chance)
        total = yes @ (self._if_yes - self._if_no)[at] + lists * numbers @ self._if_no[at]
        scores: NDArray[np.float64] = total
        return scores

    def _genomes(self, victims: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw how many sites of each question a person has: (victims, questions)."""
        used, column = np.unique(self._class, return_inverse=True)
        sites, share = self._attack.sites[used], self._attack.genotypes[used]
        two = rng.binomial(sites, share[:, 2], (victims, len(used)))
        one = rng.binomial(sites - two, share[:, 1] / (1 - share[:, 2]))
        by_genotype = np.stack([sites - one - two, one, two])
        numbers: NDArray[np.int64] = by_genotype[self._genotype, :, column].T
        return numbers


def score_exact_counts(
    genomes: int, spectrum: Spectrum, asked: int, victims: int, rng: np.random.Generator
) -> Scores:
    """Attack exact counts of the `asked` rarest sites that each victim carries once.

    With the victim, the others bring the count but for one copy; the ratio of the two binomials
    has a closed form in the count.
    """
    carried = spectrum.sites * 2 * spectrum.frequency * (1 - spectrum.frequency)
    rarest = np.searchsorted(np.cumsum(carried), np.arange(asked) + 0.5)
    f, alleles = spectrum.frequency[rarest], 2 * genomes
    scores = []
    for own in (1, 0):
        counts = own + rng.binomial(alleles - 2 * own, f, (victims, asked))
        ratios = counts * (alleles - counts) / (alleles * (alleles - 1.0) * f * (1 - f))
        scores.append(np.log(np.clip(ratios, _NEVER, None)).sum(axis=1))
    return Scores(scores[0], scores[1])


def counted_once_in(lists: int, scores: Scores) -> Scores:
    """Combine scores of separate lists, of which the victim was counted in one, or in none.

    The attacker does not know in which, and takes the mean likelihood ratio over the lists. Of
    `2 * lists` scores that are given one victim inside and one outside are made.
    """
    victims = len(scores.outside) // (2 * lists)
    outside, inside = scores.outside[: 2 * victims * lists].reshape(2, victims, lists).copy()
    inside[:, 0] = scores.inside[:victims]
    return Scores(*(np.log(np.exp(each).mean(axis=1)) for each in (inside, outside)))


def power(scores: Scores, false_positives: float = FALSE_POSITIVES) -> Estimate:
    """Return the share of counted victims who are found when so few others are.

    Equal scores at the threshold are accused at random, so that the rate is exactly that.
    """
    outside = np.sort(scores.outside)
    threshold = outside[-max(1, int(np.ceil(false_positives * len(outside))))]
    above, at = (outside > threshold).mean(), (outside == threshold).mean()
    accused = (false_positives - above) / at
    inside = scores.inside
    value = float((inside > threshold).mean() + accused * (inside == threshold).mean())
    # The threshold is an estimate too. Where it lies, `slope` counted people have a score for one
    # other: that is what a likelihood ratio says.
    slope = math.exp(min(float(threshold), _STEEP))
    spread = value * (1 - value) / len(inside)
    spread += slope**2 * false_positives * (1 - false_positives) / len(outside)
    return _estimate(value, spread)


def accuracy(scores: Scores) -> Estimate:
    """Return how often the better hypothesis is true, either being as likely beforehand."""
    right = np.concatenate([_wins(scores.inside), _wins(-scores.outside)])
    return _estimate(float(right.mean()), float(right.var()) / len(right))


def accuracy_between_two(scores: Scores) -> Estimate:
    """Return how often, of one counted and one other, the counted one is named."""
    right = _wins(scores.inside - scores.outside)
    return _estimate(float(right.mean()), float(right.var()) / len(right))


def expected_power(separation: float) -> float:
    """Return the power when scores are normal and `separation` standard deviations apart."""
    normal = NormalDist()
    return normal.cdf(normal.inv_cdf(FALSE_POSITIVES) + separation)


def expected_accuracy_between_two(separation: float) -> float:
    """Return the accuracy between two when scores are normal."""
    return NormalDist().cdf(separation / np.sqrt(2))


def _wins(differences: NDArray[np.float64]) -> NDArray[np.float64]:
    """Score 1 above zero, 0 below, and a coin's half on it."""
    return (np.sign(differences) + 1) / 2


def _estimate(value: float, variance: float) -> Estimate:
    reach = _SURE * float(np.sqrt(variance))
    return Estimate(value, max(0.0, value - reach), min(1.0, value + reach))
