"""Flip single bits anywhere in the files of a genome store: all found, none served, all repaired.

Each flip is made in a store of several segments, manifest included. Then the scrub must name that
file and no other; the store, opened anew, must answer as before or say that it is damaged; and a
repair from a good copy must leave every file as it was.

    python validation/scrub.py [--flips 10000] [--genomes 24] [--sites 4000] [--seed 1]
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import StringIO
from multiprocessing import get_context
from pathlib import Path

from kerne.alleles.assembly import GRCH38
from kerne.errors import DamagedStoreError
from kerne.genomes.frequencies import write_table_1based
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.scrub import scrub
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile

BATCH = 4
"""Genomes added at a time, so that there are several segments."""


CALLS = ("0/0", "0/1", "1/1", "./.", "0|1")
SHARES = (80, 10, 5, 2, 3)


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of some flips."""

    flips: Counter[str]
    bytes_of: Counter[str]
    missed: list[str]
    refused: int


def main() -> int:
    """Flip, and say what came of it; the exit code is 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=10_000)
    parser.add_argument("--genomes", type=int, default=24)
    parser.add_argument("--sites", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        store = filled(place, options.genomes, options.sites, random.Random(options.seed))
        truth = answers(store)
        workers = os.cpu_count() or 1
        shares = [len(range(each, options.flips, workers)) for each in range(workers)]
        # Forked: each worker has its own copy of the store.
        with ProcessPoolExecutor(workers, get_context("fork")) as pool:
            work = partial(flipped, store, place, truth, options.seed)
            tallies = list(pool.map(work, range(workers), shares))
    return told(tallies, time.perf_counter() - start)


def told(tallies: list[Tally], seconds: float) -> int:
    """Print the figures; return the exit code."""
    flips = sum((each.flips for each in tallies), Counter[str]())
    missed = [each for tally in tallies for each in tally.missed]
    refused = sum(each.refused for each in tallies)
    print(f"{flips.total():,} single-bit flips in {seconds:.0f} s: {len(missed)} amiss")
    print(f"the store refused to answer {refused:,} times; otherwise its answers were right")
    for file, count in sorted(flips.items()):
        print(f"{count:8,} in `{file}`, {tallies[0].bytes_of[file]:,} bytes")
    for each in missed[:5]:
        print(f"    {each}")
    return 1 if missed else 0


def filled(place: Path, genomes: int, sites: int, rng: random.Random) -> Path:
    """Return a new store with invented genomes in several segments."""
    store = create_store(place / "store", GRCH38, kept_by_centre=False)
    positions = sorted(rng.sample(range(10_000, 60_000_000), sites))
    for first in range(0, genomes, BATCH):
        names = [f"s{number:03}" for number in range(first, min(first + BATCH, genomes))]
        path = place / f"{first}.vcf"
        head = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
        lines = ["##fileformat=VCFv4.2", "\t".join([head, *names])]
        for at in positions:
            calls = rng.choices(
                ["0/0", "0/1", "1/1", "./.", "0|1"], [80, 10, 5, 2, 3], k=len(names)
            )
            alternative = "CGT"[at % 3]
            lines.append("\t".join([f"chr20\t{at}\t.\tA\t{alternative}\t.\t.\t.\tGT", *calls]))
        path.write_text("\n".join(lines) + "\n")
        store.add([GenomeFile(path)])
    return store.path


def answers(store: Path) -> list[object]:
    """Ask the store all there is to ask of everything in it."""
    reader = open_freestanding(store)
    table = StringIO()
    write_table_1based(reader.frequencies(), table)
    people = [
        (row, repr(list(reader.variants_of(row))), repr(reader.callable_of(row)))
        for row in reader.rows().values()
    ]
    return [table.getvalue(), people, reader.stats()]


def flipped(
    store: Path, place: Path, truth: list[object], seed: int, worker: int, flips: int
) -> Tally:
    """Flip so many bits, one after the other, in a copy of the store."""
    copy = Path(shutil.copytree(store, place / f"copy-{worker}"))
    rng = random.Random(f"{seed} {worker}")
    files = {
        path.relative_to(store): path.stat().st_size
        for path in store.rglob("*")
        if path.is_file() and path.stat().st_size
    }
    tally = Tally(Counter(), Counter({str(k): v for k, v in files.items()}), [], 0)
    refused = 0
    for _ in range(flips):
        (file,) = rng.choices(list(files), list(files.values()))
        bit = rng.randrange(8 * files[file])
        tally.flips[str(file)] += 1
        problems, is_refused = one(store, copy, file, bit, truth)
        refused += is_refused
        tally.missed.extend(f"bit {bit} of `{file}`: {problem}" for problem in problems)
    return Tally(tally.flips, tally.bytes_of, tally.missed, refused)


def one(
    store: Path, copy: Path, file: Path, bit: int, truth: list[object]
) -> tuple[list[str], bool]:
    """Flip one bit; return what is amiss, and whether the store said that it is damaged."""
    problems, is_refused = [], False
    content = bytearray((copy / file).read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    (copy / file).write_bytes(content)
    if named(lambda: [each.file for each in scrub(copy).damages], file) != [str(file)]:
        problems.append("the scrub did not name it")
    try:
        if answers(copy) != truth:
            problems.append("it was served")
    except DamagedStoreError:
        is_refused = True
    found = scrub(copy, store)
    if [(each.file, each.is_repaired) for each in found.damages] != [(str(file), True)]:
        problems.append("it was not repaired")
    if (copy / file).read_bytes() != (store / file).read_bytes():
        problems.append("the repaired file is another")
    return problems, is_refused


def named(look: Callable[[], list[str]], file: Path) -> list[str]:
    """Return what a scrub names; one that stops at the manifest names that."""
    try:
        return look()
    except DamagedStoreError as error:
        return [str(file)] if f"{file}`" in str(error) else [str(error)]


if __name__ == "__main__":
    sys.exit(main())
