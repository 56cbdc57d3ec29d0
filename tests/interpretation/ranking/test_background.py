import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerne.alleles.transcript import Transcript
from kerne.interpretation.ranking.background import (
    DOMINANT,
    LEAST_TOLERATED,
    MITOCHONDRIAL_RATE,
    RARE,
    RATE_PER_CODING_BP,
    RECESSIVE,
    SMALL_RNA_RATE,
    Causes,
    Effect,
    Tolerance,
    bases_at_risk,
    effect_of,
    log10_rarity,
    log10_ratio,
    tolerance_of,
)
from kerne.knowledge.allele_facts import PublishedFrequency
from kerne.knowledge.gene_facts import GeneFacts

CAUSES = st.sampled_from([DOMINANT, RECESSIVE])


@pytest.mark.parametrize(
    ("terms", "effect"),
    [
        (("missense", "splice_donor"), Effect.LOSS),
        (("start_lost",), Effect.LOSS),
        (("inframe_deletion", "splice_region"), Effect.IN_FRAME),
        (("stop_lost",), Effect.IN_FRAME),
        (("missense", "splice_region"), Effect.MISSENSE),
        (("splice_region", "intron"), Effect.NEAR_SPLICE),
        (("splice_donor_region", "splice_region"), Effect.DONOR_REGION),
        (("missense", "splice_donor_region"), Effect.MISSENSE),
        (("splice_polypyrimidine_tract", "intron"), Effect.SPLICE_TRACT),
        (("non_coding",), Effect.RNA),
    ],
)
def test_effect__is_that_of_the_worst_term(terms: tuple[str, ...], effect: Effect) -> None:
    assert effect_of(terms) is effect


def test_rates__add_up_to_250_protein_altering_alleles_in_the_coding_bases_of_mane() -> None:
    altering = (Effect.LOSS, Effect.MISSENSE, Effect.IN_FRAME)
    assert sum(RATE_PER_CODING_BP[each] for each in altering) * 33.4e6 == pytest.approx(250)


@pytest.mark.parametrize("causes", [DOMINANT, RECESSIVE])
def test_shares_of_causes__leave_room_for_kinds_not_looked_at(causes: Causes) -> None:
    assert set(causes.shares) == set(Effect)
    assert 0.8 < sum(causes.shares.values()) - causes.shares[Effect.RNA] < 1


def test_half_of_the_causes__are_rarer_than_the_median() -> None:
    assert DOMINANT.share_below(DOMINANT.median) == 0.5
    assert DOMINANT.share_below(0.0) == 0.0


@given(effect=st.sampled_from(Effect), causes=CAUSES, length=st.integers(100, 100_000))
def test_longer_gene__lowers_the_ratio_by_its_length(
    effect: Effect, causes: Causes, length: int
) -> None:
    short = log10_ratio(effect, 0.0, Tolerance(length), causes)
    long = log10_ratio(effect, 0.0, Tolerance(10 * length), causes)
    assert short - long == pytest.approx(1.0)


def test_constraint__raises_the_ratio_of_its_class_only_and_not_without_bound() -> None:
    plain, constrained = Tolerance(1500), Tolerance(1500, loss=0.1, missense=0.5)
    assert constrained.expected(Effect.LOSS) == pytest.approx(plain.expected(Effect.LOSS) / 10)
    assert constrained.expected(Effect.MISSENSE) == pytest.approx(
        plain.expected(Effect.MISSENSE) / 2
    )
    assert constrained.expected(Effect.IN_FRAME) == plain.expected(Effect.IN_FRAME)
    none_seen = Tolerance(1500, loss=0.0).expected(Effect.LOSS)
    assert none_seen == pytest.approx(plain.expected(Effect.LOSS) * LEAST_TOLERATED)


@given(causes=CAUSES, ac=st.integers(1, 5000), an=st.integers(20_000, 100_000))
def test_more_frequent_allele__is_less_likely_a_cause(causes: Causes, ac: int, an: int) -> None:
    rarities = [
        log10_rarity(PublishedFrequency(count, an, 0, count), causes, is_known=True)
        for count in (ac, 2 * ac)
    ]
    assert rarities[0] > rarities[1]


@given(an=st.integers(1000, 300_000))
def test_allele_absent_from_more_people__is_likelier_a_dominant_cause(an: int) -> None:
    few, many = (
        log10_rarity(PublishedFrequency(0, each, 0, 0), DOMINANT, is_known=True)
        for each in (an, 3 * an)
    )
    assert many > few


def test_unknown_frequency__counts_as_any_frequency() -> None:
    unknown = log10_rarity(None, DOMINANT, is_known=False)
    assert unknown == pytest.approx(-math.log10((1 / RARE) ** 0.7), abs=1e-3)
    assert log10_rarity(PublishedFrequency(0, 0, 0, 0), DOMINANT, is_known=True) == unknown
    assert log10_rarity(None, DOMINANT, is_known=True) > 0


def test_recessive_causes__may_be_more_frequent() -> None:
    carried = PublishedFrequency(50, 100_000, 0, 50)
    dominant = log10_rarity(carried, DOMINANT, is_known=True)
    assert log10_rarity(carried, RECESSIVE, is_known=True) > dominant + 0.5


def test_bases_at_risk__are_coding_ones_or_all_of_an_rna_and_count_more_where_mutation_is_fast(
    plus: Transcript,
) -> None:
    assert bases_at_risk(plus) == 180
    rna = Transcript("N.1", "G", "N", "chr1", 1, ((0, 10), (20, 90)), None, None)
    assert bases_at_risk(rna) == 80 * SMALL_RNA_RATE
    assert bases_at_risk(replace(rna, exons=((0, 5000),))) == 5000
    assert bases_at_risk(replace(rna, contig="chrM")) == 80 * MITOCHONDRIAL_RATE


def test_gene_that_nothing_is_published_of__tolerates_as_much_as_the_average(
    plus: Transcript,
) -> None:
    assert tolerance_of(plus, None) == tolerance_of(plus, GeneFacts("PLUS")) == Tolerance(180)
    stated = GeneFacts("PLUS", loeuf=0.2, oe_missense=0.5)
    assert tolerance_of(plus, stated) == Tolerance(180, loss=0.2, missense=0.5)
