"""Compare the genome database with bcftools and with plain Python, on invented files.

Each study is some files that hold whatever VCF allows (`adversary/files.py`, `blocks.py`), over a
sequence made for it, in every dress (`writing.py`), added in any order and any batches. Everything
that can be asked is compared: AC, AN, hom, het and hemi of every allele among everybody and among
random samples, in regions, of alleles asked for by name, carriers, each genome's alleles, depth
and callable places, matrices, and the command line's table.

Two oracles. bcftools splits, left-aligns and reads every call, and counts what is as written. A
database in plain Python (`naive.py`) knows the rest, of which bcftools knows nothing: what silence
says, a file that has an allele twice, single copies of X and Y, thresholds of a gVCF. Each of the
two is compared with the other as well. bcftools' own way is known in these places, and no
difference: it refuses a breakend without a mate, and keeps anchors in lower case.

    python validation/differential.py [--files 2000] [--seed 1] [--processes 2] [--studies SEED ...]
"""

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pysam.version import __bcftools_version__

from adversary.command_line import differences_of_command_line
from adversary.comparing import differences, differences_from_bcftools, keys_of
from adversary.matrices import differences_of_matrices
from adversary.studies import Study, accepts_bcf, invent_study
from adversary.writing import Container
from kerne.errors import KerneError

SHOWN = 10
STUDIES_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """One study compared; `lines` say each difference."""

    seed: int
    files: int
    samples: int
    alleles: int
    lines: tuple[str, ...]


def compare(seed: int, containers: Sequence[Container]) -> Outcome:
    """Invent the study of a seed, add it and compare it."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        study = invent_study(rng, work, containers)
        try:
            study.add_all(rng)
            lines = _differences(study, rng, work)
        except KerneError as error:
            lines = [f"refused: {error}"]
        size = (len(study.files), len(study.samples), len(keys_of(study.naive)))
    return Outcome(seed, *size, tuple(lines))


def _differences(study: Study, rng: random.Random, work: Path) -> list[str]:
    chosen = rng.sample(study.samples, rng.randint(0, len(study.samples)))
    return [
        *differences(study, rng),
        *differences_from_bcftools(study, rng, work),
        *differences_of_command_line(study, chosen, work),
        *differences_of_matrices(study, frozenset(chosen), rng),
    ]


def compare_many(first_seed: int, files: int, processes: int) -> int:
    """Compare studies until they hold so many files; return the number of differences."""
    with tempfile.TemporaryDirectory() as directory:
        containers = [Container.PLAIN, Container.BGZIP]
        if accepts_bcf(Path(directory)):
            containers.append(Container.BCF)
    print(f"bcftools {__bcftools_version__}; files are {', '.join(containers)}")
    start = time.perf_counter()
    outcomes: list[Outcome] = []
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        seed = first_seed
        while sum(outcome.files for outcome in outcomes) < files:
            seeds = range(seed, seed + STUDIES_AT_ONCE)
            outcomes += pool.starmap(compare, [(each, containers) for each in seeds])
            seed += STUDIES_AT_ONCE
    return report(outcomes, time.perf_counter() - start)


def report(outcomes: Sequence[Outcome], seconds: float) -> int:
    """Print the figures and the first differences; return how many there are."""
    bad = [(outcome.seed, line) for outcome in outcomes for line in outcome.lines]
    for seed, line in bad[:SHOWN]:
        print(f"study {seed}: {line}")
    files = sum(outcome.files for outcome in outcomes)
    samples = sum(outcome.samples for outcome in outcomes)
    alleles = sum(outcome.alleles for outcome in outcomes)
    print(f"{len(outcomes)} studies, {files} files, {samples} genomes, {alleles} alleles")
    print(f"{len(bad)} differences in {seconds:.0f} s")
    return len(bad)


def main() -> int:
    """Run the comparison; the exit code is 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=2000, help="files to compare at least")
    parser.add_argument("--seed", type=int, default=1, help="of the first study")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--studies", type=int, nargs="*", help="compare these seeds only")
    options = parser.parse_args()
    if options.studies:
        outcomes = [compare(seed, [Container.PLAIN, Container.BGZIP]) for seed in options.studies]
        return 1 if report(outcomes, 0) else 0
    return 1 if compare_many(options.seed * 1_000_000, options.files, options.processes) else 0


if __name__ == "__main__":
    sys.exit(main())
