"""Kerne's own side, each step in a process of its own: adding, and asking a warm reader.

    python -m genome_peers.kerne_side add STORE FILE
    python -m genome_peers.kerne_side ask STORE names.txt
    python -m genome_peers.kerne_side forget STORE SAMPLE ...
    python -m genome_peers.kerne_side disk STORE

Prints one line of JSON: medians in seconds, and sums by which answers are compared with a peer's.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

from pyroaring import BitMap

from kerne.alleles.interval import Interval
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reader import Reader, open_freestanding
from kerne.genomes.reading.intake import GenomeFile, StoreRules

REPEATS: Final = 9
PROBES: Final = 200
SEED: Final = 1
SMALL: Final = Interval("chr22", 10_000_000, 10_010_000)
"""Asked about first, so that what is loaded once a process is loaded."""


def median_seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median wall time of `work` after one run that is not counted."""
    work()
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def add(store: Path, files: list[Path]) -> dict[str, float]:
    """Add files to a store, made if there is none; then ask for one place, as proof that it can."""
    genomes = FreestandingGenomes(store)
    started = time.perf_counter()
    added = genomes.add([GenomeFile(file) for file in files], StoreRules("GRCh38"))
    seconds = time.perf_counter() - started
    genomes.frequencies("chr22:10000001-10010000", [added[-1].sample])
    return {"seconds": seconds, "queryable": time.perf_counter() - started}


def ask(store: Path, keep: Path) -> dict[str, float]:
    """Ask everything of a reader that is warm."""
    reader = open_freestanding(store)
    rows = reader.rows()
    chosen = BitMap(rows[name] for name in keep.read_text().split())
    reader.frequencies(chosen, SMALL)
    from_files = once(lambda: reader.frequencies(chosen))
    found = reader.frequencies(chosen)
    first, warm = person(reader, sorted(rows.values()))
    return {
        "from_files": from_files,
        "frequencies": fresh_cohorts(reader, chosen, sorted(rows.values())),
        "withdrawal": withdrawals(reader, chosen),
        "carriers": carriers(reader, found),
        "person_from_files": first,
        "person": warm,
        "alleles": len(found),
        "ac": int(found.ac.sum()),
        "an": int(found.an.sum()),
    }


def fresh_cohorts(reader: Reader, chosen: BitMap, rows: list[int]) -> float:
    """Return how long another random cohort of the same size takes: the same one is remembered."""
    draw = random.Random(SEED)
    cohorts = [BitMap(draw.sample(rows, len(chosen))) for _ in range(REPEATS)]
    return statistics.median(once(partial(reader.frequencies, each)) for each in cohorts)


def withdrawals(reader: Reader, chosen: BitMap) -> float:
    """Return how long the next answer takes after one more of the cohort has withdrawn."""
    left = BitMap(chosen)
    reader.frequencies(left)
    taken = []
    for row in list(chosen)[:PROBES]:
        left.remove(row)
        taken.append(once(partial(reader.frequencies, left)))
    return statistics.median(taken)


def carriers(reader: Reader, found: Frequencies) -> float:
    """Return how long the carriers of one variant take: the median of random ones."""
    draw = random.Random(SEED)
    probes = [found.allele(draw.randrange(len(found))) for _ in range(PROBES)]
    reader.carrying(probes[0])
    return statistics.median(once(partial(reader.carrying, each)) for each in probes)


def person(reader: Reader, rows: list[int]) -> tuple[float, float]:
    """Return how long one person takes: the median of random ones, at first and then warm."""
    draw = random.Random(SEED)
    probes = draw.sample(rows, min(PROBES, len(rows)))
    reader.calls_of(probes[0])
    first, warm = (
        statistics.median(once(partial(reader.calls_of, each)) for each in probes) for _ in range(2)
    )
    return first, warm


def once(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def forget(store: Path, samples: list[str]) -> dict[str, float]:
    """Forget samples one by one; after each, open the store and count everybody who is left."""
    forgotten, counted = [], []
    genomes = FreestandingGenomes(store)
    for sample in samples:
        forgotten.append(once(partial(genomes.remove, sample)))
        counted.append(once(genomes.frequencies))
        if sample in open_freestanding(store).rows():
            raise SystemExit(f"`{sample}` is still there")
    return {"forget": statistics.median(forgotten), "next": statistics.median(counted)}


def disk(store: Path) -> dict[str, float]:
    """Return how many bytes of a store hold sites and calls by variant, and calls by person."""
    by_variant = by_person = 0
    for segment in GenomeStore(store).snapshot().segments:
        for partition in segment.partitions:
            told = partition.directory
            blobs = [[tile.site_blob, tile.call_blob, *tile.planes] for tile in told.tiles]
            by_variant += sum(blob.length for blob in chain(*blobs))
            by_person += sum(group.blob.length for group in told.groups)
    return {"by_variant": by_variant, "by_person": by_person}


def main() -> None:
    """Take one step and print what it took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    steps = parser.add_subparsers(dest="step", required=True)
    for name, more in (
        *(("add", "files"), ("ask", "keep"), ("forget", "samples")),
        ("disk", None),
    ):
        step = steps.add_parser(name)
        step.add_argument("store", type=Path)
        if more:
            step.add_argument(more, nargs="+")
    given = parser.parse_args()
    if given.step == "add":
        told = add(given.store, [Path(each) for each in given.files])
    elif given.step == "ask":
        told = ask(given.store, Path(given.keep[0]))
    elif given.step == "disk":
        told = disk(given.store)
    else:
        told = forget(given.store, given.samples)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
