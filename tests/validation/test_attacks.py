"""The attacks of `validation/disclosure.py`, against naive reckoning and against what must fail."""

import math
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

import disclosure
from attacks import differencing, membership, outputs
from attacks.answers import (
    Attack,
    binomial,
    by_frequency,
    counted_among_strangers,
    drawn,
    knowing_everyone_else,
    of_family,
    present,
    sharp,
)
from attacks.membership import Scores
from attacks.spectrum import Spectrum, child, human_spectrum, near, person, sibling

FREQUENCY = np.array([0.01, 0.3, 0.9])


def chance(n: int, k: int, f: float) -> float:
    return math.comb(n, k) * f**k * (1 - f) ** (n - k)


def rising(copies: NDArray[np.int64], alleles: int) -> NDArray[np.float64]:
    return copies / alleles


@pytest.mark.parametrize("carried", [25_000, 4_500_000])
def test_spectrum__lets_a_person_carry_what_they_should(carried: int) -> None:
    spectrum = human_spectrum(carried)
    assert spectrum.carried == pytest.approx(carried, rel=0.001)
    assert spectrum.sites.sum() > 1_000_000
    rare = spectrum.frequency < 0.005
    share = 2 * (spectrum.sites * spectrum.frequency)[rare].sum() / carried
    assert 0.01 < share < 0.04


def test_spectrum__refined_has_classes_of_one_copy_at_the_threshold() -> None:
    spectrum = human_spectrum(25_000, about=(0.01, 10_000))
    copies = spectrum.frequency * 10_000
    assert {96, 97, 98, 99, 100, 101, 102, 103, 104} <= set(np.rint(copies).astype(int).tolist())
    assert spectrum.carried == pytest.approx(25_000, rel=0.01)
    kept = near(spectrum, 0.0098, 0.0102).frequency
    assert kept.min() > 0.0098
    assert kept.max() < 0.0102


def test_kin__share_alleles_by_descent() -> None:
    """A child has one of the parent's alleles; siblings both, one or none: counted one by one."""
    for index, f in enumerate(FREQUENCY.tolist()):
        alleles = [(0, 1 - f), (1, f)]
        parent_child, siblings = np.zeros((3, 3)), np.zeros((3, 3))
        for four in product(alleles, repeat=4):
            (a, b, c, d), weight = [x for x, _ in four], math.prod(p for _, p in four)
            for passed in product((a, b), (c, d)):
                parent_child[a + b, sum(passed)] += weight / 4
                for other in product((a, b), (c, d)):
                    siblings[sum(passed), sum(other)] += weight / 16
        own = person(FREQUENCY)[index]
        assert np.allclose(child(FREQUENCY)[index] * own[:, None], parent_child)
        assert np.allclose(sibling(FREQUENCY)[index] * own[:, None], siblings)


def test_binomial__is_that_of_the_textbook() -> None:
    copies, weights = binomial(40, 0.3)
    assert copies.tolist() == list(range(41))
    assert np.allclose(weights, [chance(40, k, 0.3) for k in range(41)])


def test_answers__are_summed_over_the_strangers() -> None:
    table = counted_among_strangers(rising, 10, FREQUENCY, slots=2)
    for index, f in enumerate(FREQUENCY.tolist()):
        for own in range(3):
            expected = sum(chance(18, k, f) * (k + own) / 20 for k in range(19))
            assert table[index, own] == pytest.approx(expected)


def test_outside__is_what_anyone_in_the_place_would_bring() -> None:
    spectrum = Spectrum(FREQUENCY, np.array([10, 10, 10]))
    attack = by_frequency(sharp, 30, spectrum)
    for index, f in enumerate(FREQUENCY.tolist()):
        expected = sum(chance(60, k, f) for k in range(10, 61))
        assert attack.outside[index, 0] == pytest.approx(expected)
    family = of_family(sharp, 30, spectrum)
    assert np.allclose(family.outside, attack.outside)


def test_family__brings_a_childs_alleles_twice_and_two_of_strangers() -> None:
    spectrum = Spectrum(FREQUENCY, np.array([10, 10, 10]))
    inside = of_family(rising, 10, spectrum).inside
    strangers = 14 * FREQUENCY + 2 * FREQUENCY
    for own in range(3):
        assert np.allclose(inside[:, own], (strangers + 2 * own) / 20)


def test_kin__tells_half_of_what_the_own_genome_tells() -> None:
    spectrum = human_spectrum(25_000)
    own = by_frequency(drawn, 10_000, spectrum).separation
    for table in (child(spectrum.frequency), sibling(spectrum.frequency)):
        kin = by_frequency(drawn, 10_000, spectrum, table).separation
        assert kin == pytest.approx(own / 2, rel=0.02)


def test_scores__are_as_far_apart_as_their_separation_says() -> None:
    attack = by_frequency(drawn, 2_000, human_spectrum(25_000))
    scores = membership.score(attack, 6_000, np.random.default_rng(1))
    apart = (scores.inside.mean() - scores.outside.mean()) / scores.outside.std()
    assert attack.separation == pytest.approx(apart, rel=0.1)
    expected = membership.expected_power(attack.separation)
    assert membership.power(scores).low < expected < membership.power(scores).high
    between = membership.accuracy_between_two(scores)
    assert between.low < membership.expected_accuracy_between_two(attack.separation) < between.high


def test_scores__of_a_question_whose_answer_is_the_same_are_level() -> None:
    same = np.full((2, 3), 0.4)
    attack = Attack(np.array([100, 100]), person(np.array([0.1, 0.2])), same, same)
    scores = membership.score(attack, 500, np.random.default_rng(1))
    assert not scores.inside.any()
    assert membership.power(scores).value == pytest.approx(0.05)
    assert membership.accuracy(scores).value == 0.5
    assert membership.accuracy_between_two(scores).value == 0.5


def test_best_question__is_asked_first() -> None:
    """One class tells everything and one little: a single question finds everybody."""
    inside = np.array([[0.5, 0.51, 0.51], [1.0, 1.0, 1.0]])
    outside = np.array([[0.5, 0.5, 0.5], [0.0, 0.0, 0.0]])
    attack = Attack(np.array([100, 100]), person(np.array([0.1, 0.1])), inside, outside)
    scores = membership.score(attack, 200, np.random.default_rng(1), asked=1)
    assert membership.power(scores).value == 1
    assert np.unique(scores.inside).size == 1


def test_power__accuses_at_random_at_the_threshold() -> None:
    outside = np.repeat([0.0, 1.0], [80, 20])
    inside = np.repeat([0.0, 1.0], [60, 40])
    assert membership.power(Scores(inside, outside)).value == pytest.approx(0.4 * 0.05 / 0.2)
    assert membership.power(Scores(inside, outside), 0.2).value == pytest.approx(0.4)
    assert membership.power(Scores(inside, outside), 0.6).value == pytest.approx(0.4 + 0.6 * 0.5)


def test_interval__covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    truth = membership.expected_power(0.5)
    covered = 0
    for _ in range(300):
        inside, outside = rng.normal(0.125, 0.5, 1000), rng.normal(-0.125, 0.5, 1000)
        estimate = membership.power(Scores(inside, outside))
        covered += estimate.low < truth < estimate.high
    assert covered / 300 > 0.91


def test_separate_lists__tell_less_than_one_whose_victims_are_known() -> None:
    rng = np.random.default_rng(1)
    scores = Scores(rng.normal(0.5, 1, 40_000), rng.normal(-0.5, 1, 40_000))
    pooled = membership.counted_once_in(4, scores)
    assert len(pooled.inside) == len(pooled.outside) == 5_000
    assert membership.accuracy(pooled).high < membership.accuracy(scores).low
    between = membership.accuracy_between_two
    assert between(pooled).high < between(scores).low


def test_unsafe_answers__are_seen_to_fail() -> None:
    rng = np.random.default_rng(1)
    whole, coding = human_spectrum(4_500_000), human_spectrum(25_000)
    exact = membership.score_exact_counts(50_000, whole, 1_000, 200, rng)
    assert membership.power(exact).value > 0.99
    left = differencing.score_exact_counts(whole, 50, 1_000, 200, rng)
    assert membership.accuracy(left).value > 0.99
    for rule, genomes in ((present, 1_000), (sharp, 10_000)):
        scores = membership.score(by_frequency(rule, genomes, whole), 100, rng)
        assert membership.power(scores).value > 0.99
    for rule in (sharp, drawn):
        kept = near(coding, 0.009, 0.03)
        flips = differencing.score_flips(rule, 20_000, kept, 20, 400, rng)
        assert membership.accuracy_between_two(flips).low > 0.52


def test_flips__of_a_pair_of_answers_add_up() -> None:
    chances = differencing.flip_chances(drawn, 1_000, np.array([0.02]), 10)
    assert np.allclose(chances.sum(axis=2), 1)
    yes_then_no, no_then_yes = chances[0, :, 1], chances[0, :, 2]
    assert yes_then_no[2] > yes_then_no[1] > yes_then_no[0]
    assert no_then_yes[0] > no_then_yes[1] > no_then_yes[2]
    before, after = chances[0, 1, :2].sum(), chances[0, 1, [0, 2]].sum()
    single = counted_among_strangers(drawn, 1_000, np.array([0.02]), slots=2)[0]
    assert before == pytest.approx(single[1], rel=1e-3)
    assert after == pytest.approx(person(np.array([0.02]))[0] @ single, rel=1e-3)


def test_genotype__of_one_person_is_a_coin_even_if_all_else_is_known() -> None:
    attack = knowing_everyone_else(drawn, 55_000, human_spectrum(25_000))
    assert 0.5 < differencing.guessing_a_genotype(attack) < 0.501
    attack = knowing_everyone_else(sharp, 5_000, human_spectrum(25_000, about=(0.01, 10_000)))
    assert differencing.guessing_a_genotype(attack) == 1


@pytest.mark.parametrize("seed", range(40))
def test_airlock__tells_pooling_projects_of_no_few_people(seed: int) -> None:
    nation = outputs.history(np.random.default_rng(seed), 20, outputs.by_the_airlock)
    assert nation.released
    assert outputs.told_of_few(nation.released) == (0, 0, 0)


def test_histories__give_few_people_away_without_the_airlock() -> None:
    told = np.zeros(3, dtype=np.int64)
    for seed in range(3):
        nation = outputs.history(np.random.default_rng(seed), 20, outputs.anything)
        told += outputs.told_of_few(nation.released)
    assert told.all()


def test_proof__bounds_what_was_simulated() -> None:
    power, accuracy = disclosure.proved(0.0015)
    assert membership.expected_power(math.sqrt(0.0015)) < power < 0.06
    assert 0.5 + math.sqrt(0.0015) / 8 < accuracy < 0.52


def test_row__does_its_duty_with_its_whole_interval() -> None:
    row = disclosure.Row
    estimate = membership.Estimate(0.05, 0.04, 0.07)
    low = membership.Estimate(0.05, 0.04, 0.059)
    half = membership.Estimate(0.5, 0.49, 0.51)
    for duty, power, is_right in (
        (disclosure.Duty.HOLD, low, True),
        (disclosure.Duty.HOLD, estimate, False),
        (disclosure.Duty.FAIL, estimate, False),
        (disclosure.Duty.FAIL, membership.Estimate(0.07, 0.061, 0.08), True),
        (disclosure.Duty.REPORT, estimate, True),
    ):
        made = row(duty, "tier", "nation", 1, "attacker", "all", power, half)
        assert made.is_as_it_must_be is is_right
        assert ("WRONG" in str(made)) is not is_right
