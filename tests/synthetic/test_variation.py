from bisect import bisect_right
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.synthetic.country import Country
from kerne.synthetic.effect import LOSS_OF_FUNCTION, Effect, effect_of
from kerne.synthetic.family import draw_population
from kerne.synthetic.genome import CONTIGS
from kerne.synthetic.haplotypes import founder_haplotypes
from kerne.synthetic.variation import (
    SPACING_BP,
    Age,
    Site,
    draw_sites,
    survival,
    write_indel,
)


def test_sites__are_in_genomic_order_and_apart(country: Country) -> None:
    places = [(CONTIGS.index(s.allele.contig), s.allele.position) for s in country.sites]
    assert places == sorted(places)
    for left, right in pairwise(country.sites):
        one, other = left.allele, right.allele
        both_planted = left.age is right.age is Age.PLANTED
        if one.contig == other.contig and not both_planted:
            assert one.end + SPACING_BP <= other.position


def test_sites__name_the_reference_that_is_there(country: Country) -> None:
    for site in country.sites:
        sequence = country.genome.sequences[site.allele.contig]
        assert sequence[site.allele.position : site.allele.end] == site.allele.reference
        assert site.allele.reference != site.allele.alternative


def test_indels__are_parsimonious_and_left_aligned(country: Country) -> None:
    indels = [s.allele for s in country.sites if not s.allele.is_snv]
    assert len(indels) > 500
    for allele in indels:
        assert min(len(allele.reference), len(allele.alternative)) == 1
        assert allele.reference[0] == allele.alternative[0]
        assert max(allele.reference, allele.alternative, key=len)[-1] != allele.reference[0]


def test_spectrum__is_rich_in_rare_alleles(country: Country) -> None:
    copies = (country.haplotypes.carried == 1).sum(axis=(0, 1))
    seen = np.bincount(copies)[1:]
    total = 2 * len(country.citizens)
    assert seen[0] == seen.max()
    assert seen[: total // 100].sum() > 0.3 * seen.sum()


def test_planted_sites__all_stay(country: Country) -> None:
    alleles = {site.allele for site in country.sites if site.age is Age.PLANTED}
    planted = {v.allele for answer in country.answers for v in answer.variants}
    assert planted <= alleles


def test_planted_sites__stay_even_where_they_crowd_one_another(country: Country) -> None:
    contig = CONTIGS[0]
    sequence = country.genome.sequences[contig]
    near = [
        Site(Allele(contig, p, sequence[p], "ACGT".replace(sequence[p], "")[0]), Age.PLANTED, 0.0)
        for p in (5_000, 5_003, 5_020)
    ]
    drawn = draw_sites(
        np.random.default_rng(1), country.genome, {Age.RECENT: 20_000}, near, frozenset()
    )
    assert set(near) <= set(drawn)
    others = [s.allele for s in drawn if s not in near and s.allele.contig == contig]
    assert not [a for a in others if a.end > 4_988 and a.position < 5_033]


@pytest.mark.parametrize("effect", sorted(LOSS_OF_FUNCTION))
def test_selection__removes_common_losses(effect: Effect) -> None:
    assert survival(effect, 0.01, recessive=True) == 0
    assert survival(effect, 1e-4, recessive=True) > survival(effect, 1e-4, recessive=False) > 0


def test_selection__is_the_weaker_the_milder_the_effect() -> None:
    order = (Effect.STOP_LOST, Effect.IN_FRAME_DELETION, Effect.MISSENSE, Effect.SYNONYMOUS)
    chances = [survival(effect, 1e-4, recessive=True) for effect in order]
    assert chances == sorted(chances)
    assert survival(Effect.MISSENSE, 0.1, recessive=True) < chances[2]
    assert survival(Effect.IN_FRAME_INSERTION, 0.1, recessive=True) < chances[1]


def test_healthy_citizens__carry_few_losses_and_none_twice(country: Country) -> None:
    losses = []
    genes = {
        contig: [t for t in country.genome.transcripts if t.contig == contig] for contig in CONTIGS
    }
    starts = {contig: [t.start for t in ours] for contig, ours in genes.items()}
    for number, site in enumerate(country.sites):
        allele = site.allele
        before = bisect_right(starts[allele.contig], allele.end) - 1
        if site.age is not Age.PLANTED and before >= 0:
            sequence = country.genome.sequences[allele.contig]
            if effect_of(allele, genes[allele.contig][before], sequence) in LOSS_OF_FUNCTION:
                losses.append(number)
    carried = (country.haplotypes.carried[:, :, losses] == 1).sum(axis=1)
    assert carried.sum(axis=1).mean() < 2
    assert carried.max() == 1


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    sequence=st.text("ACGT", min_size=30, max_size=30),
    length=st.integers(-8, 8).filter(bool),
    seed=st.integers(0, 1000),
)
def test_indel__cannot_be_moved_to_the_left(sequence: str, length: int, seed: int) -> None:
    written = write_indel(np.random.default_rng(seed), sequence, 10, length)
    if written is None:
        return
    reference, alternative = written
    result = sequence[:10] + alternative + sequence[10 + len(reference) :]
    size = abs(length)
    for start in range(10):
        if length < 0:
            moved = sequence[:start] + sequence[start + size :]
        else:
            moved = sequence[:start] + result[start : start + size] + sequence[start:]
        if start <= 9 and moved == result:
            # The same change further left would have to delete or insert after base `start - 1`.
            pytest.fail(f"the indel can stand at {start}")


def test_founders__are_all_haplotypes_that_no_citizen_passed_on() -> None:
    population = draw_population(np.random.default_rng(5), 100, [])
    members = population.members
    founders = set(founder_haplotypes(members))
    for person, member in enumerate(members):
        for side, parent in enumerate((member.mother, member.father)):
            assert ((person, side) in founders) == (parent is None or member.adopted)
