"""The peers that are libraries, asked in a warm process of their own: pgenlib and GRG.

    python -m genome_peers.arrays pgenlib c10k names.txt
    python -m genome_peers.arrays grg c10k.grg names.txt

Prints one line of JSON: medians in seconds. Runs in the environment `arrays`. pgenlib is asked in
its fastest way: `count`, which never unpacks genotypes. A GRG here comes from the ancestry itself,
the smallest graph there is, without the missing calls.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pgenlib
import pygrgl
from numpy.typing import NDArray

REPEATS: Final = 9
PROBES: Final = 200
SEED: Final = 1


def median_seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median wall time of `work` after one run that is not counted."""
    work()
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def offsets(pvar: Path) -> NDArray[np.uintp]:
    """Return where the alleles of each variant begin, (variants + 1,)."""
    counts = [0]
    with pvar.open() as lines:
        counts += [line.split("\t", 5)[4].count(",") + 2 for line in lines if line[0] != "#"]
    return np.cumsum(counts).astype(np.uintp)


def ask_pgenlib(prefix: Path, names: list[str]) -> dict[str, float]:
    """Count all variants among people by their names, and find the carriers of single variants."""
    with prefix.with_suffix(".psam").open() as lines:
        place = {line.split()[0]: at for at, line in enumerate(lines, start=-1)}
    chosen = np.array(sorted(place[name] for name in names), np.uint32)
    people = len(place) - 1
    begins = offsets(prefix.with_suffix(".pvar"))
    variants = len(begins) - 1

    def opened(subset: NDArray[np.uint32] | None) -> pgenlib.PgenReader:
        name = str(prefix.with_suffix(".pgen")).encode()
        return pgenlib.PgenReader(
            name, raw_sample_ct=people, sample_subset=subset, allele_idx_offsets=begins
        )

    among, whole = opened(chosen), opened(None)
    counts = np.empty(4, np.uint32)
    genotypes = np.empty(people, np.int8)

    def count() -> None:
        for variant in range(variants):
            among.count(variant, counts)

    def carriers() -> None:
        for variant in probes:
            whole.read(variant, genotypes)
            np.flatnonzero(genotypes > 0)

    probes = np.random.default_rng(SEED).integers(0, variants, PROBES).tolist()
    return {"frequencies": median_seconds(count), "carriers": median_seconds(carriers) / PROBES}


def ask_grg(path: Path, names: list[str]) -> dict[str, float]:
    """Count all mutations among people, whose names tell their place in the ancestry."""
    chosen = np.array([int(name[1:]) for name in names])
    graph = pygrgl.load_immutable_grg(str(path))
    wanted = np.zeros((1, graph.num_samples), np.int32)
    wanted[0, 2 * chosen] = wanted[0, 2 * chosen + 1] = 1
    return {"frequencies": median_seconds(lambda: pygrgl.matmul(graph, wanted, pygrgl.UP))}


def main() -> None:
    """Ask one of the two, and print what it took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("peer", choices=["pgenlib", "grg"])
    parser.add_argument("path", type=Path)
    parser.add_argument("keep", type=Path, help="names of people, one a line")
    asked = parser.parse_args()
    ask = ask_grg if asked.peer == "grg" else ask_pgenlib
    print(json.dumps(ask(asked.path, asked.keep.read_text().split())))


if __name__ == "__main__":
    main()
