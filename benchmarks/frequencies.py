"""Allele frequencies over a random 90 % of people: Kerne beside the bundled bcftools, as a ratio.

Run with `make bench` or `python benchmarks/frequencies.py [--repeats 5]`. Needs `../shared/data`.
Both answer from a file that lies ready (Kerne's store, an indexed BCF); both times are whole
questions in one warm process, read from disk, the median of the repeats.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pysam.bcftools
from pyroaring import BitMap

from kerne.alleles.assembly import assembly_named
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile

VCF = Path(__file__).parents[2] / "shared/data/genotypes/1000G.chr22_10.5Mb.2548.GRCh38.vcf.gz"
SHARE = 0.9


def median_seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the median wall time of `work` after one run that is not counted."""
    work()
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def main() -> None:
    """Measure and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    if not VCF.exists():
        print(f"skipped: {VCF.name} is not at hand")
        return
    with tempfile.TemporaryDirectory() as folder:
        store = create_store(Path(folder) / "store", assembly_named("GRCh38"), kept_by_centre=False)
        store.add([GenomeFile(VCF, None)])
        reader = open_freestanding(Path(folder) / "store")
        rows = reader.rows()
        chosen = random.Random(1).sample(sorted(rows), round(SHARE * len(rows)))
        names, bcf = Path(folder) / "names.txt", Path(folder) / "people.bcf"
        names.write_text("\n".join(chosen) + "\n")
        pysam.bcftools.view("-Ob", "-o", str(bcf), str(VCF), catch_stdout=False)
        bitmap = BitMap(rows[name] for name in chosen)
        kerne = median_seconds(
            lambda: open_freestanding(Path(folder) / "store").frequencies(bitmap), repeats
        )
        bcftools = median_seconds(
            lambda: pysam.bcftools.view(
                *("-S", str(names), "-Ou", "-o", str(Path(folder) / "out.bcf"), str(bcf)),
                catch_stdout=False,
            ),
            repeats,
        )
    print("people\tkerne_seconds\tbcftools_seconds\tbcftools/kerne")
    print(f"{len(chosen)}\t{kerne:.3f}\t{bcftools:.3f}\t{bcftools / kerne:.1f}")


if __name__ == "__main__":
    main()
