"""Copies of X and Y are measured from calls; too few calls leave them unclear."""

import pytest

from kerne.genomes.complement import (
    UNCLEAR,
    Karyotype,
    SexChromosomeCalls,
    measure_complement,
)


@pytest.mark.parametrize(
    ("calls", "karyotype", "x_copies", "y_copies"),
    [
        (SexChromosomeCalls(), Karyotype.UNCLEAR, UNCLEAR, UNCLEAR),
        (SexChromosomeCalls(x_het=1), Karyotype.UNCLEAR, UNCLEAR, UNCLEAR),
        (SexChromosomeCalls(x_het=3), Karyotype.XX, 2, 0),
        (SexChromosomeCalls(x_het=30, x_hom=20), Karyotype.XX, 2, 0),
        (SexChromosomeCalls(x_het=30, x_hom=20, y=2), Karyotype.DOUBLE_X_WITH_Y, 2, UNCLEAR),
        (SexChromosomeCalls(x_hom=40, y=5), Karyotype.XY, 1, 1),
        (SexChromosomeCalls(x_hom=40), Karyotype.SINGLE_X, 1, UNCLEAR),
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
