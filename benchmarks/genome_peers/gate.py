"""Task: the same questions through gate, choices and durable audit, beside the bare reader."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from genome_peers.bars import Bar
from genome_peers.bench import Bench, Cohort

MORE_SECONDS: Final = 2e-3
"""What the gate may add to the frequencies."""
CARRIERS_SECONDS: Final = 2e-3
PERSON_SECONDS: Final = 3e-3
GENES: Final = Path(__file__).parents[3] / "shared/data/reference/MANE.GRCh38.bigGenePred.bed.gz"
"""Which findings are closed to whom is a matter of genes: a centre must know where they lie."""


def through_gate(bench: Bench, cohort: Cohort) -> Iterator[Bar]:
    """Make a centre around a cohort, and ask both ways in turns."""
    if not GENES.exists():
        print(f"skipped: the questions through the gate, for {GENES.name} is not at hand")
        return
    words = (str(bench.vcf(cohort)), "--people", str(cohort.people), "--genes", str(GENES))
    told = {name: float(each) for name, each in bench.centre(*words).told.items()}
    on, against = str(cohort), "the bare reader"
    limits = {
        "frequencies": told["frequencies_bare"] + MORE_SECONDS,
        "carriers": CARRIERS_SECONDS,
        "person": PERSON_SECONDS,
    }
    for name, most in limits.items():
        yield Bar(
            f"{name}, through the gate", on, told[name], against, told[f"{name}_bare"], most=most
        )
    first, bare = told["person_first"], told["person_first_bare"]
    yield Bar("person, the first time, through the gate", on, first, against, bare)
    # An ask is recorded before its answer and closed after it; this disk alone takes so long.
    yield Bar("two durable commits, plain SQLite", on, told["two_commits"], "-")
