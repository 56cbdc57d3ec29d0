from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.family.autozygosity import (
    LEAST_HOMOZYGOUS,
    LEAST_STRETCH_BP,
    homozygous_stretches,
    stretch_bp,
)
from kerne.interpretation.reading.calls import Call, GenomeCalls

STEP = 150_000


def _genome(genotypes: Iterable[Genotype], contig: str = "chr1", step: int = STEP) -> GenomeCalls:
    calls = (
        Call(Allele(contig, number * step, "A", "C"), genotype)
        for number, genotype in enumerate(genotypes)
    )
    return GenomeCalls("S", GRCH38, tuple(calls))


HOM, HET = Genotype.HOM, Genotype.HET


def _found(genome: GenomeCalls) -> list[tuple[int, int]]:
    starts, ends = homozygous_stretches(genome).ranges("chr1")
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def test_stretch__runs_between_heterozygous_calls() -> None:
    found = _found(_genome([HET, *[HOM] * 30, HET, *[HOM] * 5]))
    assert found == [(STEP, 30 * STEP + 1)]


def test_few_or_close_homozygous_calls__are_no_long_stretch() -> None:
    assert _found(_genome([HOM] * (LEAST_HOMOZYGOUS - 1))) == []
    assert _found(_genome([HOM] * LEAST_HOMOZYGOUS, step=1_000)) == []
    assert len(_found(_genome([HOM] * LEAST_HOMOZYGOUS))) == 1


def test_single_x__is_no_homozygous_stretch() -> None:
    assert homozygous_stretches(_genome([HOM] * 50, "chrX")).contigs == ()


def test_length__is_that_of_the_stretch_around_an_allele() -> None:
    stretches = homozygous_stretches(_genome([HOM] * 30))
    length = 29 * STEP + 1
    places = (0, 29 * STEP, 29 * STEP + 1, 99_000_000)
    found = [stretch_bp(stretches, Allele("chr1", at, "A", "C")) for at in places]
    assert found == [length, length, 0, 0]
    assert stretch_bp(stretches, Allele("chr2", 0, "A", "C")) == 0


@settings(deadline=None, derandomize=True, max_examples=80)
@given(st.lists(st.integers(0, 45), max_size=6))
def test_stretches__are_those_of_a_naive_search(runs: list[int]) -> None:
    genotypes = [g for size in runs for g in (*[HOM] * size, HET)]
    expected, start = [], 0
    for size in runs:
        span = (size - 1) * STEP + 1
        if size >= LEAST_HOMOZYGOUS and span >= LEAST_STRETCH_BP:
            expected.append((start * STEP, start * STEP + span))
        start += size + 1
    assert _found(_genome(genotypes)) == expected
