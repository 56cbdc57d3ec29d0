"""Find genomes filed twice among real people: those, and nobody's relative.

1,004 SNPs of the whole genome in 3,202 people, 602 trios among them. Some are filed again under
another name; every pair of all people is compared.

    python validation/likeness.py [--data DIR] [--people 3202] [--again 20]
"""

import argparse
import gzip
import sys
import tempfile
import time
from pathlib import Path

from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.reading.intake import GenomeFile, StoreRules

SNPS = "genotypes/1000G.1004snps.3202.GRCh38.vcf.gz"
SOURCE = "1000 Genomes Project, 30x on GRCh38, 1,004 SNPs, 3,202 people"
FIRST_SAMPLE = 9
"""Column of the first sample."""


def write(path: Path, lines: list[list[str]], columns: range, prefix: str) -> None:
    """Write the chosen sample columns as a VCF of their own."""
    with path.open("w") as stream:
        for fields in lines:
            chosen = [fields[at] for at in columns if at < len(fields)]
            if fields[0] == "#CHROM":
                chosen = [f"{prefix}{name}" for name in chosen]
            stream.write("\t".join([*fields[:FIRST_SAMPLE], *chosen]) + "\n")


def main() -> int:
    """Print what was found; 1 when a pair is missed or another is named."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    options.add_argument("--people", type=int, default=3202)
    options.add_argument("--again", type=int, default=20)
    said = options.parse_args()
    with gzip.open(said.data / SNPS, "rt") as stream:
        lines = [line.rstrip("\n").split("\t") for line in stream]
    with tempfile.TemporaryDirectory() as folder:
        once, again = Path(folder) / "once.vcf", Path(folder) / "again.vcf"
        write(once, lines, range(FIRST_SAMPLE, FIRST_SAMPLE + said.people), "")
        step = said.people // said.again
        chosen = range(FIRST_SAMPLE, FIRST_SAMPLE + step * said.again, step)
        write(again, lines, chosen, "again-")
        store = FreestandingGenomes(Path(folder) / "store")
        store.add([GenomeFile(once), GenomeFile(again)], StoreRules("GRCh38"))
        started = time.perf_counter()
        found = store.find_duplicates()
        seconds = time.perf_counter() - started
    names = next(fields for fields in lines if fields[0] == "#CHROM")
    expected = {(names[at], f"again-{names[at]}") for at in chosen}
    pairs = {(each.sample, each.other) for each in found}
    people = said.people + said.again
    print(SOURCE)
    print(f"pairs compared\t{people * (people - 1) // 2}\t{seconds:.1f} s")
    print(f"filed again\t{len(expected)}\tfound\t{len(expected & pairs)}")
    print(f"others named\t{sorted(pairs - expected)}")
    return 0 if pairs == expected else 1


if __name__ == "__main__":
    sys.exit(main())
