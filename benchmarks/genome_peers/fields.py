"""A cohort whose calls carry GT:AD:DP:GQ:PL, as callers write them; see `cohorts` for the people.

    python -m genome_peers.fields --people 2000 --span-bp 5000000 --out c2k_fields.vcf.gz

What a call carries is drawn from `VARIETY` ready texts of its genotype: depth about 30 reads, GQ
three times the depth and 99 at most for a reference call, PL smallest at the genotype.
"""

from collections.abc import Iterator
from itertools import combinations_with_replacement
from typing import Final

import numpy as np

from genome_peers.cohorts import (
    HEADER,
    SEED,
    Record,
    ancestry,
    asked_of,
    codes_of,
    fixed,
    missing_of,
    records,
    write,
)

VARIETY: Final = 4_096
DEPTH_READS: Final = 30
MOST_GQ: Final = 99
LAYOUT: Final = "GT:AD:DP:GQ:PL"
FIELDS_HEADER: Final = (
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads of each allele">\n'
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">\n'
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality of the genotype">\n'
    '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Likelihood of each genotype">\n'
)
MISSING: Final = -1
Genotype = tuple[int, int]


def call(draw: np.random.Generator, genotype: Genotype | None, alleles: int) -> str:
    """Return one call, of `genotype` or missing, at a place with so many alleles."""
    depth = int(draw.poisson(DEPTH_READS)) + 1
    every = [(a, b) for b in range(alleles) for a in range(b + 1)]
    if genotype is None:
        nothing = ",".join("0" * alleles), ",".join("0" * len(every))
        return f"./.:{nothing[0]}:0:0:{nothing[1]}"
    reads = [0] * alleles
    half = int(draw.binomial(depth, 0.5)) if genotype[0] != genotype[1] else depth
    reads[genotype[0]] += half
    reads[genotype[1]] += depth - half
    quality = 3 * depth if genotype[0] == genotype[1] else 10 * min(half, depth - half) + 1
    unlike = [quality * (len({*each} - {*genotype}) + (each[0] == each[1])) for each in every]
    unlike = [each + 1 + int(draw.integers(3 * depth)) for each in unlike]
    unlike[every.index(genotype)] = 0
    told = ",".join(map(str, reads)), ",".join(map(str, unlike))
    return f"{genotype[0]}/{genotype[1]}:{told[0]}:{depth}:{min(MOST_GQ, quality)}:{told[1]}"


class Texts:
    """Ready texts of calls, by how many alleles a place has and by genotype."""

    def __init__(self) -> None:
        draw = np.random.default_rng(SEED)
        self._tables = {}
        for alleles in (2, 3):
            table = np.empty((alleles * alleles + 1, VARIETY), dtype=object)
            for one, two in combinations_with_replacement(range(alleles), 2):
                table[one * alleles + two] = [
                    call(draw, (one, two), alleles) for _ in range(VARIETY)
                ]
            table[MISSING] = call(draw, None, alleles)
            self._tables[alleles] = table
        self._draw = np.random.default_rng(SEED)

    def line(self, record: Record, people: range) -> bytes:
        """Return the calls of a whole line."""
        alleles = 1 + len(record.alternatives)
        codes = codes_of(record, people)
        kind = codes.min(axis=1) * alleles + codes.max(axis=1)
        kind[missing_of(record, people)] = MISSING
        variety = self._draw.integers(0, VARIETY, len(people))
        return "\t".join(self._tables[alleles][kind, variety].tolist()).encode() + b"\n"


def main() -> None:
    """Write the cohort and its index."""
    asked = asked_of(__doc__)
    trees = ancestry(asked.together + 1, asked.span_bp, asked.trees)
    texts = Texts()

    def lines() -> Iterator[bytes]:
        for record in records(trees, asked.together):
            yield fixed(record, LAYOUT) + texts.line(record, asked.people)

    write(asked, HEADER + FIELDS_HEADER, lines())


if __name__ == "__main__":
    main()
