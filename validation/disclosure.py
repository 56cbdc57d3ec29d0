"""What the public tier and the airlock give away, to the strongest attacker that we can think of.

Every answer that the public tier gives must leave a likelihood-ratio attack at a power of at most
0.06 at 5 % false positives, and naming which of two people was counted right in at most 52 % of
cases; the upper ends of the 95 % intervals count. Controls, ways of answering that are known to be
unsafe, must be seen to fail. The exit code is 1 if a control does not, or if an answer that the
centre gives exceeds its bar.

    python validation/disclosure.py [--victims 200000] [--histories 1000] [--seed 1]
"""

import argparse
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from attacks import differencing, membership, outputs
from attacks.answers import (
    Attack,
    Rule,
    by_frequency,
    drawn,
    knowing_everyone_else,
    of_family,
    present,
    sharp,
)
from attacks.membership import Estimate, Scores
from attacks.spectrum import Spectrum, child, human_spectrum, near, sibling
from kerne.research.public import PublicTier, cost_of_a_person

POWER: Final = 0.06
ACCURACY: Final = 0.52
MARGIN: Final = 0.003
"""What the smallest N leaves for the width of the intervals."""

CODING: Final = 25_000
"""Exchanged bases that a person carries in coding sequence: 20,000 to 25,000 in 1000 Genomes."""

WHOLE_GENOME: Final = 4_500_000
HEAVY: Final = 1.25
"""How many times the ordinary load the heaviest carriers have."""

OTHERS: Final = "everyone else's genomes"
FAMILY: Final = "frequencies, child and parents counted"
CHANGES: Final = 50
TIER: Final = PublicTier()


class Duty(StrEnum):
    """What a row of the table must do."""

    HOLD = "holds"
    FAIL = "fails, as it must"
    REPORT = "not given"


@dataclass(frozen=True, slots=True)
class Row:
    """One attack on one way of answering."""

    duty: Duty
    tier: str
    stratum: str
    genomes: int
    attacker: str
    asked: str
    power: Estimate | None
    accuracy: Estimate | None

    @property
    def holds(self) -> bool:
        """Whether both figures keep below their bars, with their intervals."""
        power = self.power is None or self.power.high <= POWER
        return power and (self.accuracy is None or self.accuracy.high <= ACCURACY)

    @property
    def fails(self) -> bool:
        """Whether a figure is above its bar, with its interval."""
        power = self.power is not None and self.power.low > POWER
        return power or (self.accuracy is not None and self.accuracy.low > ACCURACY)

    @property
    def is_as_it_must_be(self) -> bool:
        """Whether the row does its duty."""
        wanted = {Duty.HOLD: self.holds, Duty.FAIL: self.fails, Duty.REPORT: True}
        return wanted[self.duty]

    def __str__(self) -> str:
        figures = (str(each or "-") for each in (self.power, self.accuracy))
        verdict = self.duty if self.is_as_it_must_be else "WRONG"
        return (
            f"{self.tier:<34}{self.stratum:<11}{self.genomes:>9,}  {self.attacker:<38}"
            f"{self.asked:>9}  {{:<26}}{{:<26}}{verdict}".format(*figures)
        )


class Table:
    """The rows of one run: makes them, prints them, and remembers the wrong ones."""

    def __init__(self, victims: int, rng: np.random.Generator) -> None:
        self.victims = victims
        self.few = max(100, victims // 10)
        """Victims of controls: what is far above its bar is seen on few."""
        self.rng = rng
        self.wrong = 0
        heads = ("power [95 %]", "accuracy [95 %]")
        print(
            f"{'tier':<34}{'stratum':<11}{'genomes':>9}  {'attacker':<38}{'questions':>9}  "
            f"{heads[0]:<26}{heads[1]:<26}verdict"
        )

    def add(self, row: Row) -> None:
        """Print a row."""
        self.wrong += not row.is_as_it_must_be
        print(row, flush=True)

    def attack(  # noqa: PLR0913  what stands in the row
        self,
        duty: Duty,
        tier: str,
        genomes: int,
        attacker: str,
        attack: Attack,
        *,
        asked: int | None = None,
        lists: int = 1,
        stratum: str = "nation",
    ) -> None:
        """Make the row of a membership attack."""
        victims = self.victims if duty is Duty.HOLD else self.few
        scores = membership.score(attack, victims, self.rng, asked=asked, lists=lists)
        questions = "all" if asked is None else f"{asked:,}"
        self.scored(duty, tier, genomes, attacker, scores, questions, stratum)

    def scored(  # noqa: PLR0913, PLR0917  what stands in the row
        self,
        duty: Duty,
        tier: str,
        genomes: int,
        attacker: str,
        scores: Scores,
        asked: str = "all",
        stratum: str = "nation",
    ) -> None:
        """Make the row of scores."""
        power = membership.power(scores)
        accuracy = membership.accuracy_between_two(scores)
        self.add(Row(duty, tier, stratum, genomes, attacker, asked, power, accuracy))


def controls(table: Table, coding: Spectrum, whole: Spectrum) -> None:
    """Attack what is known to be unsafe, the tier of an earlier version among it."""
    few, rng, fail = table.few // 5, table.rng, Duty.FAIL
    exact = membership.score_exact_counts(50_000, whole, 1_000, few, rng)
    table.scored(fail, "exact counts", 50_000, "frequencies", exact, "1,000")
    for changes in (1, CHANGES):
        left = differencing.score_exact_counts(whole, changes, 1_000, few, rng)
        attacker = f"withdrawal, 1 of {changes} changes"
        table.scored(fail, "exact counts", 50_000, attacker, left, "1,000")
    attack = by_frequency(present, 1_000, whole)
    table.attack(fail, "yes/no, anyone carries it", 1_000, "frequencies", attack, asked=1_000)
    attack = by_frequency(sharp, 10_000, whole)
    table.attack(fail, "yes/no from 1 %, whole genome", 10_000, "frequencies", attack)
    at_threshold = human_spectrum(CODING, about=(0.01, 2 * 50_000))
    attack = knowing_everyone_else(sharp, 50_000, at_threshold)
    table.attack(fail, "yes/no from 1 %, coding", 50_000, OTHERS, attack)
    for name, rule, spectrum, genomes in (
        ("yes/no from 1 %, whole genome", sharp, near(whole, 0.005, 0.02), 10_000),
        ("drawn, draws kept, coding", drawn, near(coding, 0.009, 0.06), 50_000),
    ):
        flips = differencing.score_flips(rule, genomes, spectrum, CHANGES, few, rng)
        table.scored(fail, name, genomes, f"withdrawal, 1 of {CHANGES} changes", flips)
    attack = knowing_everyone_else(drawn, 50_000, coding)
    name = "drawn anew over the same people"
    table.attack(fail, name, 50_000, "50 epochs, everyone else's genomes", attack, lists=50)
    attack = knowing_everyone_else(drawn, 60_000, whole)
    table.attack(fail, "drawn, whole genome", 60_000, OTHERS, attack)


def attackers(genomes: int, coding: Spectrum) -> Iterator[tuple[str, Attack]]:
    """Name the attackers whom the public tier must withstand, and what they reckon."""
    f = coding.frequency
    heavy = human_spectrum(int(HEAVY * CODING))
    yield "frequencies", by_frequency(drawn, genomes, coding)
    yield "frequencies, a child's genome", by_frequency(drawn, genomes, coding, child(f))
    yield "frequencies, a sibling's genome", by_frequency(drawn, genomes, coding, sibling(f))
    yield FAMILY, of_family(drawn, genomes, coding)
    yield OTHERS, knowing_everyone_else(drawn, genomes, coding)
    yield "the same, a heavy carrier", knowing_everyone_else(drawn, genomes, heavy)


def given(table: Table, coding: Spectrum) -> None:
    """Attack what the centre tells, from the smallest nation that is told anything."""
    tier = "drawn 1-5 %, coding"
    smallest = TIER.smallest_population
    for asked in (1_000, 100_000):
        attack = by_frequency(drawn, smallest, coding)
        table.attack(Duty.HOLD, tier, smallest, "frequencies", attack, asked=asked)
    for attacker, attack in attackers(smallest, coding):
        table.attack(Duty.HOLD, tier, smallest, attacker, attack)
    for genomes in (2 * smallest, 20 * smallest):
        for attacker in (OTHERS, FAMILY):
            attack = attack_of(attacker, drawn, genomes, coding)
            table.attack(Duty.HOLD, tier, genomes, attacker, attack)
    attack = knowing_everyone_else(drawn, smallest, coding)
    for epochs in (2, 4):
        scores = membership.score(attack, epochs * table.victims, table.rng)
        pooled = membership.counted_once_in(epochs, scores)
        attacker = f"{epochs} epochs, counted in one or none"
        table.scored(Duty.HOLD, tier, smallest, attacker, pooled)
    guess = differencing.guessing_a_genotype(attack)
    estimate = Estimate(guess, guess, guess)
    attacker = "one genotype, all else being known"
    table.add(Row(Duty.HOLD, tier, "nation", smallest, attacker, "best", None, estimate))


def not_given(table: Table, coding: Spectrum) -> None:
    """Attack the strata of a nation of the smallest size; none of them is told anything."""
    for stratum, parts in (("one sex", 2), ("one region", 5)):
        genomes = TIER.smallest_population // parts
        attack = knowing_everyone_else(drawn, genomes, coding)
        table.attack(Duty.REPORT, "drawn", genomes, OTHERS, attack, stratum=stratum)


def smallest_nation(spectrum: Spectrum, attacker: str) -> int:
    """Return the fewest genomes, to 1,000, at which an attack on all answers keeps the bars."""
    low, high = 1, 5_000  # thousands
    while high - low > 1:
        middle = (low + high) // 2
        separation = attack_of(attacker, drawn, 1_000 * middle, spectrum).separation
        power = membership.expected_power(separation) <= POWER - MARGIN
        between = membership.expected_accuracy_between_two(separation) <= ACCURACY - MARGIN
        low, high = (low, middle) if power and between else (middle, high)
    return 1_000 * high


def attack_of(attacker: str, rule: Rule, genomes: int, spectrum: Spectrum) -> Attack:
    """Return what one of the two strongest attackers reckons."""
    strongest = {OTHERS: knowing_everyone_else, FAMILY: of_family}
    return strongest[attacker](rule, genomes, spectrum)


def check_limits(table: Table, coding: Spectrum, whole: Spectrum) -> None:
    """Find the smallest nations that keep the bars; at half of them the attack must succeed."""
    found = {
        (scope, attacker): smallest_nation(spectrum, attacker)
        for scope, spectrum in (("coding", coding), ("whole genome", whole))
        for attacker in (OTHERS, FAMILY)
    }
    for attacker in (OTHERS, FAMILY):
        half = found["coding", attacker] // 2
        attack = attack_of(attacker, drawn, half, coding)
        scores = membership.score(attack, table.victims, table.rng)
        table.scored(Duty.FAIL, "drawn 1-5 %, coding", half, attacker, scores)
        table.wrong += found["coding", attacker] > TIER.smallest_population
    print(f"\nsmallest N that keeps the bars (the tier opens at {TIER.smallest_population:,})")
    for (scope, attacker), genomes in found.items():
        print(f"  {scope:<14}{attacker:<40}{genomes:>9,}")
    check_cost(table, coding)


def check_cost(table: Table, coding: Spectrum) -> None:
    """Compare the cost of the smallest nation, and what is proved at the largest cost."""
    genomes = TIER.smallest_population
    f, sites = coding.frequency, coding.sites
    copies = np.repeat(np.rint(2 * genomes * f).astype(np.int64), sites)
    squared = np.repeat(np.rint(genomes * (2 * f + 2 * f**2)).astype(np.int64), sites)
    cost = cost_of_a_person(TIER, copies, squared, genomes)
    print(f"\ncost of a person at N = {genomes:,}: {cost:.5f}; the tier allows {TIER.largest_cost}")
    table.wrong += cost > TIER.largest_cost
    for who, load in (("ordinary", 1.0), ("heavy", HEAVY)):
        power, accuracy = proved(load * TIER.largest_cost)
        print(f"proved at that, {who} carrier: power <= {power:.4f}, accuracy <= {accuracy:.4f}")
        table.wrong += power > POWER or accuracy > ACCURACY


def proved(cost: float) -> tuple[float, float]:
    """Return bounds on power and accuracy that hold for any attacker and any spectrum.

    The affinity of the answers with and without a person is at least 1 - cost/8, and a test whose
    rates are sin²(a) and sin²(b) needs an affinity of cos(b - a) or less.
    """
    start = math.asin(math.sqrt(membership.FALSE_POSITIVES))
    power = math.sin(start + math.acos(1 - cost / 8)) ** 2
    return power, 0.5 + math.sqrt(cost) / 4


def check_airlock(table: Table, histories: int, seed: int) -> None:
    """Let two projects pool what leaves, in random histories; count what tells of 1 to 4 people."""
    print("\nairlock: what two projects learn of 1 to 4 people, in random histories")
    print(f"{'what leaves':<30}{'released':>9}{'sums':>7}{'withdrawals':>13}{'rests':>7}")
    for name, reviewing, is_safe in (
        ("anything (control)", outputs.anything, False),
        ("no two that differ by few", outputs.by_pairs, False),
        ("what the airlock lets out", outputs.by_the_airlock, True),
    ):
        told = np.zeros(4, dtype=np.int64)
        for number in range(histories if is_safe else max(10, histories // 50)):
            rng = np.random.default_rng([seed, number])
            released = outputs.history(rng, 30, reviewing).released
            told += [len(released), *outputs.told_of_few(released)]
        print(f"{name:<30}{told[0]:>9}{told[1]:>7}{told[2]:>13}{told[3]:>7}")
        table.wrong += told[1:].any() == is_safe or told[0] == 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and the limits; return 1 if anything is not as it must be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--victims", type=int, default=200_000)
    parser.add_argument("--histories", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    coding, whole = human_spectrum(CODING), human_spectrum(WHOLE_GENOME)
    for scope, spectrum in (("coding", coding), ("whole genome", whole)):
        print(f"{scope}: {spectrum.sites.sum():,} answerable alleles")
    table = Table(options.victims, np.random.default_rng(options.seed))
    controls(table, coding, whole)
    given(table, coding)
    not_given(table, coding)
    check_limits(table, coding, whole)
    check_airlock(table, options.histories, options.seed)
    print(f"\n{table.wrong} not as it must be; {time.perf_counter() - start:.0f} s")
    return int(table.wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
