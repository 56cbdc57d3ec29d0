"""Task: one question to the command line, from start to end, alone and through `serve`."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from genome_peers.bars import Bar
from genome_peers.bench import Bench, Cohort
from genome_peers.runs import Run, in_turns, median_cpu_seconds, median_seconds

ALONE_SECONDS: Final = 2.5
RESIDENT_SECONDS: Final = 0.5
SERVING_SECONDS: Final = 60.0
PLACES: Final = "chr22:10000001-10100000"
SOCKET: Final = ".resident.socket"


def commands(bench: Bench, cohort: Cohort) -> Iterator[Bar]:
    """Ask the store of an earlier import by `kerne genomes`, alone and through `serve`."""
    store = bench.place(f"{cohort.name}.store")
    questions = _questions(bench, cohort, store)
    alone = in_turns(questions, bench.rounds)
    with _served(bench, store):
        in_turns(questions, 1)  # what is asked for is in its memory
        through = in_turns(questions, bench.rounds)
    for found, where, most in (
        (alone, "no resident process", ALONE_SECONDS),
        (through, "through the resident process", RESIDENT_SECONDS),
    ):
        for name, runs in found.items():
            task, wall, cores = f"{name}, {where}", median_seconds(runs), median_cpu_seconds(runs)
            yield Bar(f"command: {task}", str(cohort), wall, "-", most=most)
            yield Bar(f"command: {task}, all cores", str(cohort), cores, "-")


def _questions(bench: Bench, cohort: Cohort, store: Path) -> Mapping[str, Callable[[], Run]]:
    variant = first_variant(bench, cohort)

    def asker(*words: str) -> Run:
        return bench.command("genomes", "--store", str(store), *words)

    return {
        "frequencies of 100 kb": lambda: asker("frequencies", "-r", PLACES, "-o", "/dev/null"),
        "carriers": lambda: asker("carriers", variant),
        "statistics": lambda: asker("stats"),
    }


@contextmanager
def _served(bench: Bench, store: Path) -> Iterator[None]:
    """Keep a resident process of a store, from when it answers on."""
    command = (bench.program, "genomes", "--store", str(store), "serve")
    with subprocess.Popen(command, env=dict(bench.runner.surroundings)) as resident:
        until = time.monotonic() + SERVING_SECONDS
        try:
            while not (store / SOCKET).exists():
                if resident.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"`{' '.join(command)}` does not serve")
                time.sleep(SERVING_SECONDS / 1_000)
            yield
        finally:
            resident.terminate()


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
