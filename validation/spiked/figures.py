"""From ranks and probabilities of many patients to figures, with intervals."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kerne.interpretation.ranking.posterior import (
    LIKELY,
    POSSIBLE,
    PROBABILITY_OF_NONE,
    gene_odds,
    genes_to_read,
)
from kerne.interpretation.ranking.ranking import Ranked

TOPS = (1, 2, 5, 10)
DRAWS = 2000
BINS = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the ranking said of one patient.

    Parameters
    ----------
    rank
        Mid-rank of the true gene among genes; infinite when it is no candidate.
    truth
        Probability of the true gene; 0 when it is no candidate, or nothing was planted.
    probabilities
        Of all genes, falling.
    first
        The gene at the top; empty when there is none.
    """

    disease: str
    gene: str
    rank: float
    truth: float
    probabilities: tuple[float, ...]
    first: str


def outcome_of(ranked: Sequence[Ranked], disease: str, gene: str) -> Outcome:
    """Look for the true gene among the ranked ones; an empty `gene` is nowhere."""
    odds = gene_odds((each.gene, each.log10_odds) for each in ranked)
    total = 1.0 + sum(odds.values())
    rank, truth = np.inf, odds.get(gene, 0.0)
    if gene in odds:
        others = [value for symbol, value in odds.items() if symbol != gene]
        rank = 1 + sum(v > truth for v in others) + sum(v == truth for v in others) / 2
    falling = tuple(sorted((value / total for value in odds.values()), reverse=True))
    first = max(odds, key=lambda symbol: odds[symbol], default="")
    return Outcome(disease, gene, rank, truth / total, falling, first)


def weights_of(outcomes: Sequence[Outcome]) -> NDArray[np.float64]:
    """Weigh patients so that each disease counts once."""
    diseases = [each.disease for each in outcomes]
    times = Counter(diseases)
    share = np.array([1 / times[each] for each in diseases], dtype=np.float64)
    share /= share.sum()
    return share


def show_ranks(title: str, outcomes: Sequence[Outcome]) -> dict[int, float]:
    """Print one line of ranks; returns the share in each of `TOPS`, by case, in per cent."""
    if not outcomes:
        print(f"{title:46s} nobody")
        return dict.fromkeys(TOPS, 0.0)
    ranks = np.array([each.rank for each in outcomes])
    by_case = {top: 100 * float(np.mean(ranks <= top)) for top in TOPS}
    macro = [100 * float(weights_of(outcomes) @ (ranks <= top)) for top in TOPS]
    low, high = interval(outcomes, lambda each: each.rank <= 1)
    diseases = len({each.disease for each in outcomes})
    print(
        f"{title:46s} {len(outcomes):5d} {diseases:4d}  "
        f"{'/'.join(f'{by_case[top]:.1f}' for top in TOPS):22s}"
        f"{'/'.join(f'{each:.1f}' for each in macro):22s}[{low:.1f}-{high:.1f}]"
        f"  {100 * float(np.mean(np.isinf(ranks))):.1f}"
    )
    return by_case


def interval(outcomes: Sequence[Outcome], is_hit: Callable[[Outcome], bool]) -> tuple[float, float]:
    """Bootstrap a macro-averaged share over diseases: 95 %, in per cent."""
    by_disease: dict[str, list[bool]] = {}
    for each in outcomes:
        by_disease.setdefault(each.disease, []).append(is_hit(each))
    shares = np.array([100 * sum(each) / len(each) for each in by_disease.values()])
    draws = np.random.default_rng(1).integers(0, shares.size, (DRAWS, shares.size))
    low, high = np.percentile(shares[draws].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Judgement:
    """How good probabilities are: shares in per cent, errors from 0 to 1."""

    false_likely: float
    calibration_error: float
    median_to_read: float


def judge_probabilities(planted: Sequence[Outcome], bare: Sequence[Outcome]) -> Judgement:
    """Compare probabilities with what came true, and print the table.

    Patients with and without a cause are weighed as the prior says they are among all patients.
    """
    first = [(each.probabilities[0], each.rank == 1) for each in planted if each.probabilities]
    none = [(each.probabilities[0], False) for each in bare if each.probabilities]
    said = np.array([share for share, _ in (*first, *none)])
    true = np.array([is_true for _, is_true in (*first, *none)], dtype=float)
    solved = (1 - PROBABILITY_OF_NONE) / len(planted)
    unsolved = PROBABILITY_OF_NONE / len(bare)
    weight = np.array([solved] * len(first) + [unsolved] * len(none))
    weight /= weight.sum()
    error = _calibration(said, true, weight)
    likely = [bool(each.probabilities) and each.probabilities[0] >= LIKELY for each in bare]
    found = [each.rank == 1 and each.truth >= LIKELY for each in planted]
    read = np.array([genes_to_read(each.probabilities) for each in planted])
    shown = [sum(share >= POSSIBLE for share in each.probabilities) for each in planted]
    print(
        f"  a likely gene: in {100 * np.mean(found):.1f} % of those with a cause the true one, in "
        f"{100 * np.mean(likely):.1f} % of {len(bare)} without a cause; genes to read: median "
        f"{np.median(read):.0f}, mean {read.mean():.1f}; likely or possible: median "
        f"{np.median(shown):.0f}; calibration error {error:.3f}"
    )
    return Judgement(100 * float(np.mean(likely)), error, float(np.median(read)))


def _calibration(
    said: NDArray[np.float64], true: NDArray[np.float64], weight: NDArray[np.float64]
) -> float:
    """Give the expected calibration error over ten equal bins, and print them."""
    error, table = 0.0, []
    bins = np.minimum((said * BINS).astype(int), BINS - 1)
    for number in range(BINS):
        here = bins == number
        if not here.any():
            continue
        share = float(weight[here].sum())
        mean = float(np.average(said[here], weights=weight[here]))
        came = float(np.average(true[here], weights=weight[here]))
        error += share * abs(mean - came)
        table.append(f"{100 * mean:.0f}:{100 * came:.0f}")
    print(f"  probability of the first gene, said:came true in per cent: {' '.join(table)}")
    return error
