"""Compare AN and AC of 50 real gVCFs with a naive count over their lines: zero differences.

The oracle knows nothing of Kerne. For each file it marks, base by base, where a record says
enough (genotype called, GQ and depth at the thresholds), and for each allele of the study it asks
each file in turn: what the record of that very allele says, or else whether the base is marked.

    python validation/gvcf_callable.py [--data DIR] [--min-gq 20] [--min-dp 8]
"""

import argparse
import gzip
import sys
import tarfile
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from kerne.alleles.assembly import GRCH38
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile

FILE = "genotypes/1000G.chr22.50_gvcfs.tar.gz"

SOURCE = "1000 Genomes Project gVCFs of 50 people, chr22, GRCh38 (test data of hail-is/hail)"

Key = tuple[int, str, str]


@dataclass
class NaiveGenome:
    """One gVCF as the oracle reads it; positions count from 1."""

    good_bases: set[int] = field(default_factory=set)
    told: dict[Key, tuple[int, int]] = field(default_factory=dict)

    def count(self, key: Key) -> tuple[int, int]:
        """Return what this genome adds to AC and AN of an allele."""
        if key in self.told:
            return self.told[key]
        return (0, 2) if key[0] in self.good_bases else (0, 0)


def trimmed(position: int, reference: str, alternative: str) -> Key:
    """Return an allele without what both sides share."""
    while len(reference) > 1 and len(alternative) > 1 and reference[-1] == alternative[-1]:
        reference, alternative = reference[:-1], alternative[:-1]
    while len(reference) > 1 and len(alternative) > 1 and reference[0] == alternative[0]:
        position, reference, alternative = position + 1, reference[1:], alternative[1:]
    return position, reference, alternative


def read_naively(path: Path, min_gq: int, min_dp: int) -> NaiveGenome:
    """Read a gVCF line by line, the plainest way."""
    genome = NaiveGenome()
    with gzip.open(path, "rt") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            _, text, _, reference, alternatives, _, _, info, keys, values = line.split()
            position = int(text)
            fields = dict(zip(keys.split(":"), values.split(":"), strict=False))
            end = position + len(reference) - 1
            for item in info.split(";"):
                if item.startswith("END="):
                    end = int(item[4:])
            genotype = fields["GT"].replace("|", "/").split("/")
            depth = fields.get("MIN_DP", fields.get("DP", "-1"))
            good = "." not in genotype
            good = good and int(fields.get("GQ", "-1")) >= min_gq and int(depth) >= min_dp
            if good:
                genome.good_bases.update(range(position, end + 1))
            for number, alternative in enumerate(alternatives.split(","), start=1):
                if not alternative.startswith("<"):
                    key = trimmed(position, reference, alternative)
                    copies = genotype.count(str(number))
                    genome.told[key] = (copies, len(genotype)) if good else (0, 0)
    return genome


def main() -> int:
    """Run the comparison; the exit code is 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="the folder of real data")
    parser.add_argument("--min-gq", type=int, default=20)
    parser.add_argument("--min-dp", type=int, default=8)
    options = parser.parse_args()
    archive = options.data / FILE
    if not archive.exists():
        print(f"skipped: `{archive}` is not there")
        return 0
    print(f"data: {SOURCE} ({archive.name})")
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        with tarfile.open(archive) as tar:
            tar.extractall(work, filter="data")
        return compare(sorted(work.rglob("*.g.vcf.gz")), work, options.min_gq, options.min_dp)


def compare(paths: list[Path], work: Path, min_gq: int, min_dp: int) -> int:
    """Compare every allele; return 1 when anything differs."""
    store = create_store(work / "store", GRCH38, kept_by_centre=False, min_gq=min_gq, min_dp=min_dp)
    start = time.perf_counter()
    store.add([GenomeFile(path) for path in paths])
    print(f"added {len(paths)} gVCFs in {time.perf_counter() - start:.2f} s")
    found = open_freestanding(store.path).frequencies()
    genomes = [read_naively(path, min_gq, min_dp) for path in paths]
    counted = {}
    for index in range(len(found)):
        allele = found.allele(index)
        key = (allele.position + 1, allele.reference, allele.alternative)
        counted[key] = (int(found.ac[index]), int(found.an[index]))
    told = {key for genome in genomes for key in genome.told if key[2].isalpha()}
    different = 0
    for key in told | counted.keys():
        counts = [genome.count(key) for genome in genomes]
        expected = (sum(ac for ac, _ in counts), sum(an for _, an in counts))
        different += counted.get(key) != expected
    full = int((found.an == 2 * len(paths)).sum())
    print(
        f"{len(found)} alleles, AN from {found.an.min()} to {found.an.max()}, {full} called in all"
    )
    print(f"{different} differences")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
