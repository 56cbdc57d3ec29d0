"""Compare AC, AN, hom and het with bcftools, allele by allele: zero differences.

Three rounds over the 2,548 people of the 1000 Genomes slice of chr22: all of them in one file,
random subsets of them, and people added one file at a time. Then 1,004 SNPs of the whole genome
in 3,202 people: on X bcftools counts what is written, the database by the copies that it measured,
and so X is compared in those whose copies are clear.

    python validation/against_bcftools.py [--data DIR] [--subsets 20] [--singles 100] [--seed 1]
"""

import argparse
import gzip
import random
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import pysam.bcftools
from pyroaring import BitMap
from pysam.version import __bcftools_version__

from kerne.alleles.assembly import GRCH38
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile

FILE = "genotypes/1000G.chr22_10.5Mb.2548.GRCh38.vcf.gz"
SOURCE = "1000 Genomes Project, phase 3 on GRCh38, chr22 from 10.5 Mb, 2,548 people, phased"
SNPS = "genotypes/1000G.1004snps.3202.GRCh38.vcf.gz"
SNPS_SOURCE = "1000 Genomes Project, 30x on GRCh38, 1,004 SNPs, 3,202 people"
QUERY = '%CHROM\t%POS\t%REF\t%ALT\t%AC\t%AN\t%N_PASS(GT="AA")\t%N_PASS(GT="het")\n'

Key = tuple[str, int, str, str]
Counts = tuple[int, int, int, int]


def counted_by_bcftools(path: Path, samples: Iterable[str] | None, work: Path) -> dict[Key, Counts]:
    """Return AC, AN, hom and het of each allele of bi-allelic records, by bcftools."""
    if samples is not None:
        listed, subset = work / "samples.txt", work / "subset.bcf"
        listed.write_text("".join(f"{sample}\n" for sample in samples))
        pysam.bcftools.view(
            "-S", str(listed), "-Ob", "-o", str(subset), str(path), catch_stdout=False
        )
        path = subset
    counts = {}
    for line in str(pysam.bcftools.query("-f", QUERY, str(path))).splitlines():
        chromosome, position_1based, reference, alternative, *numbers = line.split("\t")
        key = (chromosome, int(position_1based), reference, alternative)
        ac, an, hom, het = map(int, numbers)
        counts[key] = (ac, an, hom, het)
    return counts


def counted_by_kerne(found: Frequencies) -> dict[Key, Counts]:
    """Return AC, AN, hom and het of each allele, from the genome database."""
    keys = zip(
        found.contig,
        (found.position + 1).tolist(),
        found.reference,
        found.alternative,
        strict=True,
    )
    counts = zip(
        found.ac.tolist(), found.an.tolist(), found.hom.tolist(), found.het.tolist(), strict=True
    )
    return dict(zip(keys, counts, strict=True))


def differences(ours: dict[Key, Counts], theirs: dict[Key, Counts]) -> int:
    """Count the alleles on which the two disagree, in a number or in being listed."""
    return sum(ours.get(key) != theirs.get(key) for key in ours.keys() | theirs.keys())


def report(what: str, ours: dict[Key, Counts], theirs: dict[Key, Counts], seconds: float) -> int:
    """Print one line of figures and return the number of differences."""
    different = differences(ours, theirs)
    print(f"{what:<42} {len(theirs):>6} alleles  {different:>4} differences  {seconds:>7.2f} s")
    return different


def compare_whole(path: Path, work: Path, subsets: int, rng: random.Random) -> int:
    """Compare everybody in one file, then random subsets of them."""
    store = create_store(work / "whole", GRCH38, kept_by_centre=False)
    start = time.perf_counter()
    store.add([GenomeFile(path)])
    print(f"added {len(store.rows())} genomes in {time.perf_counter() - start:.2f} s")
    reader = open_freestanding(store.path)
    start = time.perf_counter()
    ours = counted_by_kerne(reader.frequencies())
    seconds = time.perf_counter() - start
    found = report("everybody", ours, counted_by_bcftools(path, None, work), seconds)
    rows = store.rows()
    for number in range(1, subsets + 1):
        chosen = rng.sample(sorted(rows), rng.randint(1, len(rows)))
        start = time.perf_counter()
        ours = counted_by_kerne(reader.frequencies(BitMap([rows[name] for name in chosen])))
        seconds = time.perf_counter() - start
        theirs = counted_by_bcftools(path, chosen, work)
        found += report(f"subset {number} of {len(chosen)} people", ours, theirs, seconds)
    return found


def compare_one_by_one(path: Path, work: Path, singles: int, rng: random.Random) -> int:
    """Compare after adding people one file at a time, each by an `add` of its own."""
    with pysam.VariantFile(str(path)) as source:
        chosen = rng.sample(list(source.header.samples), singles)
    store = create_store(work / "singles", GRCH38, kept_by_centre=False)
    seconds = 0.0
    for sample in chosen:
        file = work / "single.vcf.gz"
        pysam.bcftools.view("-s", sample, "-Oz", "-o", str(file), str(path), catch_stdout=False)
        start = time.perf_counter()
        GenomeStore(store.path).add([GenomeFile(file)])
        seconds += time.perf_counter() - start
    print(f"added {singles} files in {seconds:.2f} s, {len(store.manifest.segments)} segments")
    start = time.perf_counter()
    ours = counted_by_kerne(open_freestanding(store.path).frequencies())
    taken = time.perf_counter() - start
    theirs = counted_by_bcftools(path, chosen, work)
    return report(f"{singles} people one by one", ours, theirs, taken)


def compare_snps(path: Path, work: Path) -> int:
    """Compare everybody at SNPs of all chromosomes, except whose copies of X are unclear."""
    store = create_store(work / "snps", GRCH38, kept_by_centre=False)
    store.add([GenomeFile(path)])
    (segment,) = store.snapshot().segments
    clear = segment.rows.x_copies >= 0
    chosen = [
        sample for sample, is_clear in zip(segment.rows.samples, clear, strict=True) if is_clear
    ]
    print(f"{len(clear) - len(chosen)} of {len(clear)} people have too few calls on X to be clear")
    start = time.perf_counter()
    ours = counted_by_kerne(
        open_freestanding(store.path).frequencies(BitMap(segment.rows.ids[clear]))
    )
    seconds = time.perf_counter() - start
    theirs = counted_by_bcftools(with_contigs(path, work / "snps.vcf"), chosen, work)
    named = {(GRCH38.contig(key[0]).name, *key[1:]): counts for key, counts in theirs.items()}
    return report(f"1,004 SNPs in {len(chosen)} people", ours, named, seconds)


def with_contigs(path: Path, target: Path) -> Path:
    """Copy a VCF whose header names no contigs, which bcftools needs."""
    with gzip.open(path, "rt") as source:
        lines = source.readlines()
    names = dict.fromkeys(line.split("\t", 1)[0] for line in lines if not line.startswith("#"))
    contigs = [f"##contig=<ID={name}>\n" for name in names]
    target.write_text("".join([lines[0], *contigs, *lines[1:]]))
    return target


def main() -> int:
    """Run the comparison; the exit code is 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="the folder of real data")
    parser.add_argument("--subsets", type=int, default=20, help="random subsets to compare")
    parser.add_argument("--singles", type=int, default=100, help="people added one by one")
    parser.add_argument("--seed", type=int, default=1, help="seed of the random choices")
    options = parser.parse_args()
    path, rng = options.data / FILE, random.Random(options.seed)
    if not path.exists():
        print(f"skipped: `{path}` is not there")
        return 0
    print(f"data: {SOURCE} ({path.name}); bcftools {__bcftools_version__}")
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        found = compare_whole(path, work, options.subsets, rng)
        found += compare_one_by_one(path, work, options.singles, rng)
        if (options.data / SNPS).exists():
            print(f"data: {SNPS_SOURCE} ({Path(SNPS).name})")
            found += compare_snps(options.data / SNPS, work)
    print(f"{found} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
