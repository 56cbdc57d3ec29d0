"""Task: how time grows with people, and what that says of 60,000 whole genomes.

A site costs more the more people carry its alternative, and rare alleles come with people: so the
time of a site is measured at several sizes of cohort and laid through them, rather than through
sites. The store of the largest holds few sites of many people, from batches of one ancestry.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from genome_peers.asking import chosen
from genome_peers.bars import Bar
from genome_peers.bench import Bench, Cohort
from genome_peers.runs import Run, in_turns, median_told

BATCH_PEOPLE: Final = 50_000
SITE_SECONDS: Final = 0.5e-6
CORES_HERE: Final = 2
CORES_THERE: Final = 16
PEOPLE_THERE: Final = 60_000
GENOME_BP: Final = 2_875_001_522
"""Autosomes of GRCh38."""
SECONDS_THERE: Final = 600.0
"""What is called minutes: ten of them."""


@dataclass(frozen=True, slots=True)
class Point:
    """What one cohort showed: `seconds` for the frequencies of `sites` over 90 % of `people`.

    They are read from sealed files: a whole nation's genomes are in no process's memory.
    """

    people: int
    span_bp: int
    sites: int
    seconds: float


def growth(bench: Bench, cohorts: Sequence[Cohort], largest: Cohort) -> Iterator[Bar]:
    """Ask the stores of earlier imports, and one of `largest` in batches, over 90 % of each."""
    store = bench.emptied(f"{largest.name}.store")
    for file in bench.batches(largest, BATCH_PEOPLE):
        bench.kerne("add", str(store), str(file))
    found = in_turns({each.name: asker(bench, each) for each in (*cohorts, largest)}, bench.rounds)
    points = [
        Point(
            each.people,
            each.span_bp,
            int(median_told(found[each.name], "alleles")),
            median_told(found[each.name], "from_files"),
        )
        for each in cohorts
    ]
    warm = found[largest.name]
    a_site = median_told(warm, "frequencies") / median_told(warm, "alleles")
    yield Bar("AF over 90 %, an allele", str(largest), a_site, "-", most=SITE_SECONDS)
    bar, told = on_paper(points)
    print(told)
    yield bar


def asker(bench: Bench, cohort: Cohort) -> Callable[[], Run]:
    """Return what asks the store of a cohort for the frequencies among a random 90 %."""
    words = (str(bench.place(f"{cohort.name}.store")), str(chosen(bench, cohort)))
    return lambda: bench.kerne("ask", *words)


def extrapolated(points: list[Point]) -> tuple[float, float]:
    """Return sites and seconds a base at `PEOPLE_THERE`, along a line through logarithms."""
    low, high = sorted(points, key=lambda point: point.people)[-2:]
    share = math.log(PEOPLE_THERE / low.people) / math.log(high.people / low.people)

    def along(one: float, two: float) -> float:
        return one * math.exp(share * math.log(two / one))

    return (
        along(low.sites / low.span_bp, high.sites / high.span_bp),
        along(low.seconds / low.sites, high.seconds / high.sites),
    )


def on_paper(points: list[Point]) -> tuple[Bar, str]:
    """Return the bar of a whole genome at 60,000 people, and the sum that it rests on."""
    density, site_seconds = extrapolated(points)
    sites = density * GENOME_BP
    there = sites * site_seconds * CORES_HERE / CORES_THERE
    told = "\n".join(
        f"  measured: {point.people:,} people, {point.sites:,} alleles in {point.span_bp:,} bp, "
        f"{point.seconds * 1e3:.2f} ms, {point.seconds / point.sites * 1e9:.1f} ns an allele"
        for point in points
    )
    told += (
        f"\n  at {PEOPLE_THERE:,}: {density:.4f} alleles a base x {GENOME_BP:,} bp = {sites:,.0f} "
        f"alleles x {site_seconds * 1e9:.1f} ns = {sites * site_seconds:.1f} s on {CORES_HERE} "
        f"cores, {there:.1f} s on {CORES_THERE}"
    )
    on = f"{PEOPLE_THERE:,} whole genomes, {CORES_THERE} cores"
    return Bar("AF over 90 %, on paper", on, there, "-", most=SECONDS_THERE), told
