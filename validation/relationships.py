"""Check registered kinship on real people: named trios are supported, strangers are not.

1,004 SNPs of the whole genome in 3,202 people. Four trios of the 1000 Genomes Project are known by
name. A stranger in a parent's or sibling's place is drawn at random; of 3,202 people about one pair
in 3,000 is first-degree kin, so that a few "strangers" are none.

    python validation/relationships.py [--data DIR] [--people 400] [--strangers 2000] [--seed 1]
"""

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

from kerne.alleles.assembly import GRCH38
from kerne.alleles.vcf import open_vcf
from kerne.interpretation.call_file import read_calls
from kerne.interpretation.calls import GenomeCalls
from kerne.interpretation.parentage import Support, check_relationships
from kerne.interpretation.pedigree import Family, Kin, Relative

SNPS = "genotypes/1000G.1004snps.3202.GRCh38.vcf.gz"
SOURCE = "1000 Genomes Project, 30x on GRCh38, 1,004 SNPs, 3,202 people"
TRIOS = (
    ("NA12878", "NA12892", "NA12891"),
    ("NA19240", "NA19238", "NA19239"),
    ("HG00514", "HG00513", "HG00512"),
    ("HG00733", "HG00732", "HG00731"),
)
"""Child, mother and father (doi:10.1016/j.cell.2022.08.004)."""
LEAST_FOUND = 0.995


def check(patient: GenomeCalls, **kin: GenomeCalls) -> tuple[dict[Kin, Support], tuple[Kin, ...]]:
    """Return what is said of each relative, and who is left out."""
    family = Family(
        tuple(Relative(Kin[name.upper()], affected=False, calls=e) for name, e in kin.items())
    )
    found = check_relationships(patient, family)
    return {each.kin: each.support for each in found.kin}, found.left_out


def check_trios(people: dict[str, GenomeCalls]) -> bool:
    """Check the named trios, and each with a stranger for a father; say whether all is right."""
    is_right = True
    stranger = people["HG00096"]
    for child, mother, father in TRIOS:
        true, out = check(people[child], mother=people[mother], father=people[father])
        false, left = check(people[child], mother=people[mother], father=stranger)
        is_right &= set(true.values()) == {Support.SUPPORTED} and not out
        is_right &= left == (Kin.FATHER,) and false[Kin.MOTHER] is Support.SUPPORTED
        print(f"{child}: parents {sorted(set(true.values()))}, a stranger left out: {left}")
    return is_right


def check_strangers(people: dict[str, GenomeCalls], pairs: int, seed: int) -> bool:
    """Put strangers in a relative's place; say whether enough of them were found."""
    rng = random.Random(seed)
    names = sorted(people)
    is_right = True
    for kin in ("father", "sibling"):
        said = Counter[Support]()
        started = time.perf_counter()
        for _ in range(pairs):
            one, other = rng.sample(names, 2)
            supports, _ = check(people[one], **{kin: people[other]})
            said[supports[Kin[kin.upper()]]] += 1
        share = said[Support.NOT_SUPPORTED] / pairs
        took = (time.perf_counter() - started) / pairs
        print(
            f"strangers as {kin}: {share:.2%} of {pairs:,} not supported, {took * 1000:.1f} ms each"
        )
        is_right &= share >= LEAST_FOUND
    return is_right


def main() -> int:
    """Print the figures; 1 when one is missed."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=beside)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--strangers", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    path = options.data / SNPS
    with open_vcf(path) as vcf:
        known = vcf.header.samples
    drawn = random.Random(options.seed).sample(known, options.people)
    samples = tuple(dict.fromkeys((*sum(TRIOS, ()), "HG00096", *drawn)))
    people = {each.sample: each for each in read_calls(path, GRCH38, samples)}
    print(f"{SOURCE}: {len(people):,} of them read")
    is_right = check_trios(people)
    is_right &= check_strangers(people, options.strangers, options.seed)
    print("every bar is met" if is_right else "A BAR IS MISSED")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
