"""Task: real people, whose files lie in `../shared/data`; figures without a promise."""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from genome_peers.asking import questions
from genome_peers.bars import Bar
from genome_peers.bench import Bench, RealFile
from genome_peers.importing import imports
from genome_peers.runs import Run, in_turns, median_seconds

SHARED: Final = Path(__file__).parents[3] / "shared/data/genotypes"
PEOPLE: Final = SHARED / "1000G.chr22_10.5Mb.2548.GRCh38.vcf.gz"
GVCFS: Final = SHARED / "1000G.chr22.50_gvcfs.tar.gz"
ONE: Final = SHARED / "HG002_GRCh38_1_22_v4.2.1_benchmark.chr20.vcf.gz"


def real(bench: Bench) -> Iterator[Bar]:
    """Import and ask 2,548 people; add 50 gVCFs together, and the chromosome 20 of one person."""
    missing = [path.name for path in (PEOPLE, GVCFS, ONE) if not path.exists()]
    if missing:
        print(f"skipped: real people, for {missing[0]} is not at hand")
        return
    people = RealFile("1000G chr22", PEOPLE)
    yield from imports(bench, people, None, None)
    yield from questions(bench, people)
    gvcfs = unpacked(bench)

    def add(*files: Path) -> Run:
        return bench.kerne("add", str(bench.emptied("real.store")), *map(str, files))

    found = in_turns({"gvcfs": lambda: add(*gvcfs), "one": lambda: add(ONE)}, bench.rounds)
    yield Bar("add 50 gVCFs", "1000G chr22", median_seconds(found["gvcfs"]), "-")
    yield Bar("add one genome", "HG002 chr20", median_seconds(found["one"]), "-")


def unpacked(bench: Bench) -> list[Path]:
    """Return the gVCFs of the archive, unpacked now if they are not there."""
    folder = bench.place("gvcfs")
    if not folder.exists():
        with tarfile.open(GVCFS) as archive:
            archive.extractall(folder, filter="data")
    return sorted(folder.rglob("*.g.vcf.gz"))
