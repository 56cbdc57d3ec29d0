"""Compare every answer about real files with plain Python: zero differences.

As `validation/differential.py`, with files that nobody invented: SNPs of the whole genome in people
of the 1000 Genomes, of whom some have too few calls on X to be clear; a phased slice of chr22; 50
gVCFs, under several thresholds, with their weak calls and callable places; HG002 with the regions
in which it is known.

    python validation/real_files.py [--data DIR] [--people 300] [--seed 1]
"""

import argparse
import gzip
import random
import sys
import tarfile
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pysam.bcftools

from adversary.comparing import differences, keys_of
from adversary.naive import UNCLEAR
from adversary.sequence import InventedSequence, Stretch
from adversary.studies import Study
from adversary.writing import LENGTHS
from kerne.genomes.reading.intake import StoreRules

if TYPE_CHECKING:
    from collections.abc import Callable

SNPS = "genotypes/1000G.1004snps.3202.GRCh38.vcf.gz"
SLICE = "genotypes/1000G.chr22_10.5Mb.2548.GRCh38.vcf.gz"
GVCFS = "genotypes/1000G.chr22.50_gvcfs.tar.gz"
HG002 = "genotypes/HG002_GRCh38_1_22_v4.2.1_benchmark.chr20.vcf.gz"
THRESHOLDS = ((20, 8), (0, 0), (99, 30))
SHOWN = 5


def compare(what: str, study: Study, rng: random.Random) -> int:
    """Add a study and compare every answer; print one line, return the number of differences."""
    start = time.perf_counter()
    study.add_all(rng)
    added = time.perf_counter() - start
    found = differences(study, rng)
    said = Counter[str]()
    for file in study.naive:
        for columns in file.told.values():
            said.update(call.said for calls in columns for call in calls)
    unclear = sum(x == UNCLEAR for file in study.naive for x, _ in file.copies)
    print(
        f"{what}: {len(study.samples)} genomes, {len(keys_of(study.naive))} alleles, added in "
        f"{added:.1f} s; X unclear in {unclear}; {len(found)} differences"
    )
    print("   " + ", ".join(f"{count} {kind}" for kind, count in said.most_common()))
    for line in found[:SHOWN]:
        print(f"   {line[:300]}")
    return len(found)


def empty(work: Path, rules: StoreRules) -> Study:
    """Make a study of real files: without a sequence, alleles are trimmed only."""
    work.mkdir()
    return Study(work, rules, InventedSequence({}), None)


def compare_people(source: Path, work: Path, *, people: int, rng: random.Random) -> int:
    """Compare some random people of a file, in two files of their own."""
    study = empty(work, StoreRules("GRCh38"))
    whole = with_contigs(source, work / "whole.vcf")
    with gzip.open(source, "rt") as stream:
        header = next(line for line in stream if line.startswith("#CHROM"))
    chosen = rng.sample(header.rstrip("\n").split("\t")[9:], people)
    for number, names in enumerate((chosen[: people // 3], chosen[people // 3 :])):
        listed, path = work / f"{number}.txt", work / f"{number}.vcf.gz"
        listed.write_text("".join(f"{name}\n" for name in names))
        pysam.bcftools.view(
            "-S", str(listed), "-I", "-Oz", "-o", str(path), str(whole), catch_stdout=False
        )
        study.take_real(path)
    return compare(f"{people} people of {source.name}", study, rng)


def with_contigs(source: Path, target: Path) -> Path:
    """Copy a VCF with contigs in its header: bcftools needs them, and one of the files has none."""
    with gzip.open(source, "rt") as stream, target.open("w") as copy:
        for number, line in enumerate(stream):
            if not line.startswith("##contig"):
                copy.write(line)
            if number == 0:
                for contig, length in LENGTHS.items():
                    copy.write(f"##contig=<ID={contig},length={length}>\n")
                    copy.write(f"##contig=<ID={contig.removeprefix('chr')},length={length}>\n")
    return target


def compare_gvcfs(archive: Path, work: Path, *, rng: random.Random) -> int:
    """Compare gVCFs under several thresholds."""
    found = 0
    work.mkdir()
    with tarfile.open(archive) as tar:
        tar.extractall(work / "gvcfs", filter="data")
    paths = sorted((work / "gvcfs").rglob("*.g.vcf.gz"))
    for min_gq, min_dp in THRESHOLDS:
        study = empty(work / f"gq{min_gq}", StoreRules("GRCh38", None, min_gq, min_dp))
        for path in paths:
            study.take_real(path)
        found += compare(f"{len(paths)} gVCFs from GQ {min_gq}, DP {min_dp}", study, rng)
    return found


def compare_hg002(variants: Path, work: Path, *, rng: random.Random) -> int:
    """Compare one genome with the BED of where it is known, beside it."""
    study = empty(work, StoreRules("GRCh38"))
    bed = variants.with_name(variants.name.replace(".vcf.gz", ".bed.gz"))
    with gzip.open(bed, "rt") as stream:
        rows = (line.split() for line in stream)
        stretches = [Stretch(contig, int(start), int(end)) for contig, start, end, *_ in rows]
    study.take_real(variants, bed, stretches)
    return compare("HG002 of chr20 with its regions", study, rng)


def main() -> int:
    """Run the comparisons; the exit code is 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    default = Path(__file__).parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="the folder of real data")
    parser.add_argument("--people", type=int, default=300, help="people of the large files")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    data, rng, found = options.data, random.Random(options.seed), 0
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        comparisons: dict[str, Callable[[Path, Path], int]] = {
            SNPS: partial(compare_people, people=options.people, rng=rng),
            SLICE: partial(compare_people, people=options.people, rng=rng),
            GVCFS: partial(compare_gvcfs, rng=rng),
            HG002: partial(compare_hg002, rng=rng),
        }
        for number, (name, comparison) in enumerate(comparisons.items()):
            if (data / name).exists():
                found += comparison(data / name, work / str(number))
            else:
                print(f"skipped: `{data / name}` is not there")
    print(f"{found} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
