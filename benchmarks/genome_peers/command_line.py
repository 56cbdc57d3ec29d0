"""Task: one question to the command line, from its start to its end."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from genome_peers.bars import Bar
from genome_peers.bench import Bench, Cohort
from genome_peers.runs import Run, in_turns, median_seconds

ALONE_SECONDS: Final = 2.5
PLACES: Final = "chr22:10000001-10100000"


def commands(bench: Bench, cohort: Cohort) -> Iterator[Bar]:
    """Ask the store of an earlier import by `kerne genomes`, with no process that serves it."""
    kerne = str(Path(sys.executable).with_name("kerne"))
    store = ("--store", str(bench.place(f"{cohort.name}.store")))
    variant = first_variant(bench, cohort)

    def asker(*words: str) -> Run:
        return bench.run(kerne, "genomes", *store, *words)

    questions = {
        "frequencies of 100 kb": lambda: asker("frequencies", "-r", PLACES, "-o", "/dev/null"),
        "carriers": lambda: asker("carriers", variant),
        "statistics": lambda: asker("stats"),
    }
    found = in_turns(questions, bench.rounds)
    for name, runs in found.items():
        yield Bar(f"command: {name}", str(cohort), median_seconds(runs), "-", most=ALONE_SECONDS)


def first_variant(bench: Bench, cohort: Cohort) -> str:
    """Return the first single-base variant of a cohort, as the command takes it."""
    with bench.place(cohort.name).with_suffix(".pvar").open() as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            contig, place, _, reference, alternative = line.rstrip().split("\t")[:5]
            if len(reference) == len(alternative) == 1:
                return f"chr{contig.removeprefix('chr')}-{place}-{reference}-{alternative}"
    raise SystemExit(f"`{cohort.name}` has no single-base variant")
