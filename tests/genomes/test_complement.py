"""Copies of X and Y are measured from calls and depths; what says nothing leaves them unclear."""

from collections import Counter
from dataclasses import replace
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.assembly import GRCH38
from kerne.genomes.complement import (
    UNCLEAR,
    Complement,
    DepthSum,
    Karyotype,
    SexChromosomeCalls,
    complement_of_copies,
    measure_complement,
)
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile

GENOTYPES = Path(__file__).parents[3] / "shared" / "data" / "genotypes"
SNPS = GENOTYPES / "1000G.1004snps.3202.GRCh38.vcf.gz"
READS = 30


@pytest.mark.parametrize(
    ("calls", "karyotype", "x_copies", "y_copies"),
    [
        (SexChromosomeCalls(), Karyotype.UNCLEAR, UNCLEAR, UNCLEAR),
        (SexChromosomeCalls(x_het=1), Karyotype.UNCLEAR, UNCLEAR, UNCLEAR),
        (SexChromosomeCalls(x_het=3), Karyotype.XX, 2, 0),
        (SexChromosomeCalls(x_het=30, x_hom=20), Karyotype.XX, 2, 0),
        (SexChromosomeCalls(x_het=30, x_hom=20, y=2), Karyotype.DOUBLE_X_WITH_Y, 2, UNCLEAR),
        (SexChromosomeCalls(x_het=30, x_hom=20, y=9, y_het=6), Karyotype.XX, 2, 0),
        (SexChromosomeCalls(x_het=3000, x_hom=2000, y=49), Karyotype.XX, 2, 0),
        (SexChromosomeCalls(x_het=3000, x_hom=2000, y=50), Karyotype.DOUBLE_X_WITH_Y, 2, UNCLEAR),
        (SexChromosomeCalls(x_hom=5000, y=5), Karyotype.XY, 1, 1),
        (SexChromosomeCalls(x_hom=40, y=5), Karyotype.XY, 1, 1),
        (SexChromosomeCalls(x_hom=40), Karyotype.SINGLE_X, 1, UNCLEAR),
        (SexChromosomeCalls(x_hom=40, y=4, y_het=3), Karyotype.SINGLE_X, 1, UNCLEAR),
        (SexChromosomeCalls(x_haploid=1), Karyotype.SINGLE_X, 1, UNCLEAR),
        (SexChromosomeCalls(x_haploid=40, x_het=1, y=1), Karyotype.XY, 1, 1),
        (SexChromosomeCalls(x_haploid=4, x_het=4), Karyotype.UNCLEAR, UNCLEAR, UNCLEAR),
        (SexChromosomeCalls(x_het=5, x_hom=25), Karyotype.UNCLEAR, UNCLEAR, UNCLEAR),
    ],
)
def test_complement__is_what_the_calls_show(
    calls: SexChromosomeCalls, karyotype: Karyotype, x_copies: int, y_copies: int
) -> None:
    found = measure_complement(calls)
    assert (found.karyotype, found.x_copies, found.y_copies) == (karyotype, x_copies, y_copies)


def drawn(
    x_copies: float,
    y_copies: float,
    *,
    seed: int,
    het_share: float | None = None,
    is_haploid: bool = False,
    places: int = 500,
) -> SexChromosomeCalls:
    """Draw the calls of a genome with so many copies, at 30 reads on two."""
    rng = np.random.default_rng(seed)

    def depth(copies: float) -> DepthSum:
        return DepthSum(int(rng.poisson(READS * copies / 2, places).sum()), places)

    share = (0.55 if x_copies > 1 else 0.005) if het_share is None else het_share
    het = int(rng.binomial(places, share))
    return SexChromosomeCalls(
        x_haploid=places if is_haploid else 0,
        x_het=0 if is_haploid else het,
        x_hom=0 if is_haploid else places - het,
        y=int(rng.poisson(200 * min(y_copies, 1))),
        x_depth=depth(x_copies),
        y_depth=depth(y_copies),
        autosome_depth=depth(2),
    )


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (2, 0, Complement(Karyotype.XX, 2, 0)),
        (1, 1, Complement(Karyotype.XY, 1, 1)),
        (1, 0, Complement(Karyotype.X0, 1, 0)),
        (2, 1, Complement(Karyotype.XXY, 2, 1)),
        (1, 2, Complement(Karyotype.XYY, 1, 2)),
        (1.5, 0, Complement(Karyotype.MOSAIC, UNCLEAR, 0)),
        (1, 0.5, Complement(Karyotype.MOSAIC, 1, UNCLEAR)),
        (1, 0.15, Complement(Karyotype.MOSAIC, 1, UNCLEAR)),
        (3, 0, Complement(Karyotype.UNCLEAR, UNCLEAR, UNCLEAR)),
        (2, 2, Complement(Karyotype.UNCLEAR, UNCLEAR, UNCLEAR)),
    ],
)
def test_simulated_complement__is_found_from_calls_and_depth(
    x: float, y: float, expected: Complement, seed: int
) -> None:
    assert measure_complement(drawn(x, y, seed=seed)) == expected


@pytest.mark.parametrize("seed", range(20))
def test_contradicting_signs__leave_x_unclear(seed: int) -> None:
    written_as_male = drawn(2, 1, seed=seed, is_haploid=True)
    assert measure_complement(written_as_male).x_copies == UNCLEAR
    contaminated = drawn(1, 1, seed=seed, het_share=0.5)
    assert measure_complement(contaminated).x_copies == UNCLEAR
    one_x_twice = drawn(2, 0, seed=seed, het_share=0)
    assert measure_complement(one_x_twice).x_copies == UNCLEAR


@pytest.mark.parametrize("seed", range(20))
def test_depth__decides_where_calls_are_too_few(seed: int) -> None:
    few = drawn(1, 1, seed=seed)
    with_few_calls = SexChromosomeCalls(
        x_hom=3, y=1, x_depth=few.x_depth, y_depth=few.y_depth, autosome_depth=few.autosome_depth
    )
    assert measure_complement(with_few_calls).karyotype is Karyotype.XY


@pytest.mark.parametrize(
    ("copies", "expected"), [(0.5, Karyotype.XX), (0, Karyotype.XX), (1, Karyotype.XXY)]
)
def test_few_calls_on_y_beside_two_x__are_misplaced_unless_a_whole_y_is_there(
    copies: float, expected: Karyotype
) -> None:
    of_women = drawn(2, copies, seed=1)
    calls = replace(of_women, x_het=60_000, x_hom=50_000, y=400)
    assert measure_complement(calls).karyotype is expected


def test_few_depths__tell_nothing() -> None:
    short = drawn(1, 0, seed=1, places=99)
    assert measure_complement(short).karyotype is Karyotype.SINGLE_X
    assert measure_complement(drawn(1, 0, seed=1, places=101)).karyotype is Karyotype.X0


def test_autosomes_without_a_read__tell_nothing() -> None:
    deep = DepthSum(3000, 100)
    found = measure_complement(
        SexChromosomeCalls(x_het=30, x_depth=deep, y_depth=deep, autosome_depth=DepthSum(0, 100))
    )
    assert found.karyotype is Karyotype.XX


depths = st.builds(DepthSum, st.integers(0, 9000), st.integers(0, 300))
parts = st.builds(
    SexChromosomeCalls, *[st.integers(0, 99)] * 5, x_depth=depths, y_depth=depths,
    autosome_depth=depths,
)  # fmt: skip


@given(whole=st.lists(parts, max_size=6), cut=st.integers(0, 6))
@settings(deadline=None)
def test_parts_of_a_file__add_up_in_any_order(whole: list[SexChromosomeCalls], cut: int) -> None:
    nothing = SexChromosomeCalls()
    at_once = reduce(add, whole, nothing)
    assert at_once == reduce(add, whole[cut:], nothing) + reduce(add, whole[:cut], nothing)
    assert at_once.x_depth.reads == sum(part.x_depth.reads for part in whole)
    assert (at_once.y_het, at_once.x_haploid) == (
        sum(part.y_het for part in whole),
        sum(part.x_haploid for part in whole),
    )


@given(parts)
@settings(deadline=None)
def test_kept_copies__come_back_as_the_complement_they_are_of(calls: SexChromosomeCalls) -> None:
    found = measure_complement(calls)
    back = complement_of_copies(found.x_copies, found.y_copies)
    if found.karyotype is not Karyotype.MOSAIC:
        assert back == found
    assert back.karyotype is not Karyotype.MOSAIC


@pytest.mark.skipif(not SNPS.exists(), reason=f"{SNPS.name} is not at hand")
def test_real_people__are_half_with_one_x_and_half_with_two(tmp_path: Path) -> None:
    """36 SNPs of X, none of Y and no depths, of the 3,202 people of 1000 Genomes at 30 reads."""
    store = create_store(tmp_path / "store", GRCH38, kept_by_centre=False)
    store.add([GenomeFile(SNPS, None)])
    found = Counter(open_freestanding(store.path).karyotypes().values())
    assert found.keys() == {Karyotype.XX, Karyotype.SINGLE_X, Karyotype.UNCLEAR}
    assert found[Karyotype.UNCLEAR] < 0.01 * 3202
    assert abs(found[Karyotype.XX] - found[Karyotype.SINGLE_X]) < 0.02 * 3202
