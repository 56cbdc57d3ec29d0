"""Cohorts of invented people as VCF: coalescent ancestries, with missing calls and odd alleles.

    python -m genome_peers.cohorts --people 10000 --span-bp 5000000 --out c10k.vcf.gz

Runs in an environment of its own (msprime, tskit, numpy). The ancestry is msprime's under the
growth of Europeans as Tennessen et al. fitted it (doi:10.1126/science.1219240), so that most
alleles are rare, as in real cohorts. The tree sequence stays beside the VCF: one person more than
the VCF has stands last in it, who can be added later. A site in twelve is an insertion or a
deletion, one in thirty has two alternatives; in one in ten 2 % of calls are missing, elsewhere one
in ten thousand, together 0.2 %. Phase is not written.
"""

import argparse
import math
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final

import msprime
import numpy as np
import tskit
from numpy.typing import NDArray

CONTIG: Final = "chr22"
CONTIG_LENGTH_BP: Final = 50_818_468
START_1BASED: Final = 10_000_001
"""Where the first base of an ancestry lies on the contig."""
GROWTH: Final = 0.0195
GENERATIONS_OF_GROWTH: Final = 204.6
SEED: Final = 7
INDEL_SHARE: Final = 1 / 12
MULTIALLELIC_SHARE: Final = 1 / 30
GAPPED_SHARE: Final = 0.1
GAPPED_RATE: Final = 0.02
MISSING_RATE: Final = 1e-4
LONGEST_INDEL_BP: Final = 12
HEADER: Final = (
    "##fileformat=VCFv4.2\n"
    '##FILTER=<ID=PASS,Description="All filters passed">\n'
    f"##contig=<ID={CONTIG},length={CONTIG_LENGTH_BP}>\n"
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
)


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One line of a cohort: its alleles, and who differs from the reference.

    `haplotypes` are those that carry `allele`, (carriers,) each, ascending; `missing` are people.
    """

    pos_1based: int
    reference: str
    alternatives: tuple[str, ...]
    haplotypes: NDArray[np.int64]
    allele: NDArray[np.uint8]
    missing: NDArray[np.int64]


def demography() -> msprime.Demography:
    """Return the history of Europeans: out of Africa, two narrow passes, two growths."""
    told = msprime.Demography()
    now = 9_279 * math.exp(GROWTH * GENERATIONS_OF_GROWTH)
    told.add_population(name="people", initial_size=now, growth_rate=GROWTH)
    for time, size, growth in (
        (GENERATIONS_OF_GROWTH, 9_279, 0.00307),
        (920, 1_861, 0),
        (2_040, 14_474, 0),
        (5_920, 7_310, 0),
    ):
        told.add_population_parameters_change(
            time=time, initial_size=size, growth_rate=growth, population="people"
        )
    return told


def ancestry(people: int, span_bp: int, kept: Path) -> tskit.TreeSequence:
    """Simulate who descends from whom, and where they mutated; kept in the file `kept`."""
    if kept.exists():
        return tskit.load(kept)
    trees = msprime.sim_ancestry(
        samples=people,
        demography=demography(),
        sequence_length=span_bp,
        recombination_rate=1e-8,
        random_seed=SEED,
    )
    model = msprime.BinaryMutationModel()
    trees = msprime.sim_mutations(trees, rate=1.25e-8, model=model, random_seed=SEED)
    trees.dump(kept)
    return trees


def bases(span_bp: int) -> str:
    """Return the invented reference of the span, the same in every cohort as far as it goes."""
    drawn = np.random.default_rng(SEED).integers(0, 4, span_bp + LONGEST_INDEL_BP)
    return np.frombuffer(b"ACGT", np.uint8)[drawn].tobytes().decode()


def records(trees: tskit.TreeSequence, people: int) -> Iterator[Record]:
    """Yield the lines of the first `people` of an ancestry, in order of position."""
    draw = np.random.default_rng(SEED)
    reference = bases(int(trees.sequence_length))
    held: tuple[int, NDArray[np.int64]] | None = None
    last = -1
    for variant in trees.variants(copy=False):
        kind, rate = draw.random(2)
        offset = int(variant.site.position)
        carriers = np.flatnonzero(variant.genotypes > 0)
        if offset <= last or not _is_seen(carriers, people):
            continue
        if held is None and kind < MULTIALLELIC_SHARE:
            held = offset, carriers
            continue
        place, first = held or (offset, carriers[:0])
        last, held = offset, None
        yield _record(draw, reference, place, (first, carriers), people, kind=kind, rate=rate)


def _is_seen(carriers: NDArray[np.int64], people: int) -> bool:
    """Say whether somebody but not everybody among the first `people` carries it."""
    return 0 < int(np.searchsorted(carriers, 2 * people)) < 2 * people


def _record(  # noqa: PLR0913  what a line is made of
    draw: np.random.Generator,
    reference: str,
    offset: int,
    carriers: tuple[NDArray[np.int64], NDArray[np.int64]],
    people: int,
    *,
    kind: float,
    rate: float,
) -> Record:
    """Make a line of one mutation, or of two when the first of `carriers` has anybody."""
    first, second = carriers
    two = len(first) > 0
    codes = np.zeros(2 * people + 2, np.uint8)
    codes[first[first < len(codes)]] = 1
    codes[second[second < len(codes)]] = 1 + two
    haplotypes = np.flatnonzero(codes)
    told, alternatives = _alleles(draw, reference, offset, is_indel=kind > 1 - INDEL_SHARE, two=two)
    missing = draw.binomial(people, GAPPED_RATE if rate < GAPPED_SHARE else MISSING_RATE)
    return Record(
        START_1BASED + offset,
        told,
        alternatives,
        haplotypes,
        codes[haplotypes],
        draw.integers(0, people, missing),
    )


def _alleles(
    draw: np.random.Generator, reference: str, offset: int, *, is_indel: bool, two: bool
) -> tuple[str, tuple[str, ...]]:
    base = reference[offset]
    others = [each for each in "ACGT" if each != base]
    turn = offset % 3
    if not is_indel:
        return base, tuple(others[turn : turn + 1] + others[turn - 1 : turn or None][: int(two)])
    length = 1 + int(draw.integers(LONGEST_INDEL_BP))
    if offset % 2:
        inserted = "".join("ACGT"[each] for each in draw.integers(0, 4, length))
        longer = base + inserted
        return base, (longer, longer + others[turn])[: 1 + two]
    deleted = reference[offset : offset + 1 + length]
    return deleted, (base, others[turn] + deleted[1:])[: 1 + two]


def codes_of(record: Record, people: range) -> NDArray[np.int64]:
    """Return what each of `people` carries: (people, 2), 0 for the reference."""
    codes = np.zeros(2 * len(people), np.int64)
    of_them = slice(*np.searchsorted(record.haplotypes, (2 * people.start, 2 * people.stop)))
    codes[record.haplotypes[of_them] - 2 * people.start] = record.allele[of_them]
    return codes.reshape(-1, 2)


def missing_of(record: Record, people: range) -> NDArray[np.int64]:
    """Return the places among `people` of those who have no call."""
    missing = record.missing - people.start
    return missing[(missing >= 0) & (missing < len(people))]


def lines(found: Iterator[Record], people: range) -> Iterator[bytes]:
    """Yield each line with GT alone, unphased: `0/0`, the smaller allele first, `./.`."""
    template = np.frombuffer(b"0/0\t" * len(people), np.uint8).copy()
    template[-1] = ord("\n")
    for each in found:
        codes = codes_of(each, people)
        carriers = np.flatnonzero(codes.any(axis=1))
        if len(carriers) == 0:
            continue
        line = template.copy()
        carried = codes[carriers]
        line[carriers * 4] = ord("0") + carried.min(axis=1)
        line[carriers * 4 + 2] = ord("0") + carried.max(axis=1)
        missing = missing_of(each, people)
        line[missing * 4] = line[missing * 4 + 2] = ord(".")
        yield fixed(each, "GT") + line.tobytes()


def fixed(record: Record, layout: str) -> bytes:
    """Return the columns of a line before its people."""
    told = f"{CONTIG}\t{record.pos_1based}\t.\t{record.reference}\t{','.join(record.alternatives)}"
    return f"{told}\t.\tPASS\t.\t{layout}\t".encode()


@dataclass(frozen=True, slots=True)
class Asked:
    """Which file is wanted: of `people` among the `together` of one ancestry."""

    people: range
    together: int
    span_bp: int
    out: Path

    @property
    def trees(self) -> Path:
        """Where the ancestry is kept."""
        return self.out.with_name(f"{self.together}x{self.span_bp}.trees")


def asked_of(words: str | None) -> Asked:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(words or "").partition("\n")[0])
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--first", type=int, default=0, help="of the people of the ancestry")
    parser.add_argument("--together", type=int, help="people of the ancestry, if more")
    parser.add_argument("--span-bp", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    people = range(given.first, given.first + given.people)
    return Asked(people, given.together or given.people, given.span_bp, given.out)


def write(asked: Asked, header: str, told: Iterator[bytes]) -> None:
    """Write a cohort through bgzip, index it, and say how many lines it has."""
    names = "\t".join(f"S{number:06d}" for number in asked.people)
    columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
    count = 0
    with asked.out.open("wb") as out, piped("bgzip", "-@2", "-c", out=out) as into:
        into.write(f"{header}{columns}{names}\n".encode())
        for count, line in enumerate(told, start=1):  # noqa: B007  printed below
            into.write(line)
    subprocess.run(["tabix", "-f", "-p", "vcf", str(asked.out)], check=True)
    print(f"{asked.out.name}\t{len(asked.people):,} people\t{count:,} lines")


@contextmanager
def piped(*command: str, out: BinaryIO) -> Iterator[IO[bytes]]:
    """Run a program, give what to write to it, and wait until it has written `out`."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out) as program:
        if program.stdin is None:
            raise RuntimeError(f"`{command[0]}` was opened without an inlet")
        with program.stdin as into:
            yield into
        if program.wait():
            raise SystemExit(f"`{command[0]}` failed")


def main() -> None:
    """Write one cohort and its index."""
    asked = asked_of(__doc__)
    trees = ancestry(asked.together + 1, asked.span_bp, asked.trees)
    write(asked, HEADER, lines(records(trees, asked.together), asked.people))


if __name__ == "__main__":
    main()
