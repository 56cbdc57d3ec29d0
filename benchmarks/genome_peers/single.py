"""One more genome for a cohort of `cohorts`: a VCF of whole length, or a gVCF.

    python -m genome_peers.single --cohort 10000x5000000.trees --variants 5000000 --out one.vcf.gz
    python -m genome_peers.single ... --blocks 15000000 --out one.g.vcf.gz

Where the cohort lies, the genome is that of the person who stands last in the ancestry and is in
no cohort file; elsewhere its variants are drawn. Calls carry GT:AD:DP:GQ:PL and lines carry the
INFO of a common caller. In a gVCF, blocks of reference bases join every variant to the next.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import tskit

from genome_peers.cohorts import CONTIG, HEADER, SEED, START_1BASED, piped, records
from genome_peers.fields import FIELDS_HEADER, LAYOUT, call

AUTOSOMES_BP: Final = (
    *(248_956_422, 242_193_529, 198_295_559, 190_214_555, 181_538_259, 170_805_979),
    *(159_345_973, 145_138_636, 138_394_717, 133_797_422, 135_086_622, 133_275_309),
    *(114_364_328, 107_043_718, 101_991_189, 90_338_345, 83_257_441, 80_373_285),
    *(58_617_616, 64_444_167, 46_709_983, 50_818_468),
)
"""Lengths of chr1 to chr22 in GRCh38."""
VARIETY: Final = 8_192
HOMOZYGOUS_SHARE: Final = 0.4
DAMAGED_SHARE: Final = 0.03
"""Blocks whose bases were read too seldom to count."""
ANY: Final = "<NON_REF>"
INFO_HEADER: Final = (
    '##ALT=<ID=NON_REF,Description="Any other allele">\n'
    '##INFO=<ID=END,Number=1,Type=Integer,Description="End of the block">\n'
    '##INFO=<ID=AC,Number=A,Type=Integer,Description="Alleles">\n'
    '##INFO=<ID=AF,Number=A,Type=Float,Description="Frequency">\n'
    '##INFO=<ID=AN,Number=1,Type=Integer,Description="Alleles called">\n'
    '##INFO=<ID=DP,Number=1,Type=Integer,Description="Reads">\n'
    '##INFO=<ID=MQ,Number=1,Type=Float,Description="Mapping quality">\n'
    '##INFO=<ID=QD,Number=1,Type=Float,Description="Quality by depth">\n'
    '##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description="Fewest reads in the block">\n'
)


@dataclass(frozen=True, slots=True, eq=False)
class Variants:
    """The variants of one contig in order: places (1-based) and alleles, with their genotypes."""

    pos_1based: list[int]
    alleles: list[str]
    is_hom: list[bool]


def tails(draw: np.random.Generator, *, is_gvcf: bool) -> list[list[str]]:
    """Return ready ends of lines of variants, from QUAL on: heterozygous ones, homozygous ones."""
    return [
        [_tail(draw, genotype, is_gvcf=is_gvcf) for _ in range(VARIETY)]
        for genotype in ((0, 1), (1, 1))
    ]


def _tail(draw: np.random.Generator, genotype: tuple[int, int], *, is_gvcf: bool) -> str:
    told = call(draw, genotype, 2 + is_gvcf)
    count = sum(genotype)
    quality = 30 + float(draw.exponential(300))
    info = (
        f"AC={count};AF={count / 2:.3f};AN=2;DP={told.split(':')[2]};"
        f"MQ={55 + 5 * draw.random():.2f};QD={2 + 33 * draw.random():.2f}"
    )
    return f"{quality:.2f}\tPASS\t{info}\t{LAYOUT}\t{told}\n"


def block_tails(draw: np.random.Generator) -> list[str]:
    """Return ready ends of lines of reference blocks, from FORMAT on."""
    found = []
    for _ in range(VARIETY):
        depth = int(draw.poisson(30 if draw.random() > DAMAGED_SHARE else 3))
        least = max(0, depth - int(draw.integers(6)))
        likelihoods = f"0,{3 * least},{30 * least + int(draw.integers(90))}"
        quality = min(99, 3 * least)
        found.append(f"GT:DP:GQ:MIN_DP:PL\t0/0:{depth}:{quality}:{least}:{likelihoods}\n")
    return found


def drawn(draw: np.random.Generator, contig: int, count: int) -> Variants:
    """Draw the variants of one autosome, the first of them `contig` 0."""
    places = np.unique(draw.integers(10_001, AUTOSOMES_BP[contig] - 10_000, count + count // 50))
    places = np.sort(draw.choice(places, min(count, len(places)), replace=False))
    kinds = _alleles(draw)
    alleles = [kinds[each] for each in draw.integers(0, len(kinds), len(places)).tolist()]
    return Variants(
        places.tolist(), alleles, (draw.random(len(places)) < HOMOZYGOUS_SHARE).tolist()
    )


def _alleles(draw: np.random.Generator) -> list[str]:
    """Return some thousand pairs of alleles, an indel in seven."""

    def word(length: int) -> str:
        return "".join("ACGT"[each] for each in draw.integers(0, 4, length))

    substituted = [f"{one}\t{two}" for one in "ACGT" for two in "ACGT" if one != two]
    shifted = []
    for _ in range(VARIETY // 14):
        base = word(1)
        longer = base + word(1 + int(draw.integers(12)))
        shifted += [f"{longer}\t{base}", f"{base}\t{longer}"]
    return shifted + substituted * (6 * len(shifted) // len(substituted))


def inherited(trees: tskit.TreeSequence) -> Variants:
    """Return what the last person of an ancestry carries of the first alternative of each line."""
    people = trees.num_samples // 2 - 1
    found = Variants([], [], [])
    for record in records(trees, people):
        carried = int((record.haplotypes[record.allele == 1] >= 2 * people).sum())
        if carried:
            found.pos_1based.append(record.pos_1based)
            found.alleles.append(f"{record.reference}\t{record.alternatives[0]}")
            found.is_hom.append(carried == len((0, 1)))
    return found


def joined(drawn_there: Variants, cohort: Variants, span_bp: int) -> Variants:
    """Put what a person inherited in the place of what was drawn there."""
    start, end = START_1BASED, START_1BASED + span_bp
    before = sum(place < start for place in drawn_there.pos_1based)
    after = sum(place < end for place in drawn_there.pos_1based)

    def join(name: str) -> list[object]:
        there = getattr(drawn_there, name)
        return [*there[:before], *getattr(cohort, name), *there[after:]]

    return Variants(*(join(name) for name in Variants.__slots__))  # type: ignore[arg-type]  # by name


class Writer:
    """Turns variants into lines of one file."""

    def __init__(self, blocks_a_variant: int) -> None:
        self._draw = np.random.default_rng(SEED)
        self._blocks = blocks_a_variant
        self._tails = tails(self._draw, is_gvcf=blocks_a_variant > 0)
        self._block_tails = block_tails(self._draw)

    def lines(self, contig: str, variants: Variants) -> Iterator[str]:
        """Yield the lines of one contig."""
        end = 1
        choices = self._choices(len(variants.pos_1based))
        for place, alleles, is_hom, choice in zip(
            variants.pos_1based, variants.alleles, variants.is_hom, choices, strict=True
        ):
            if self._blocks:
                if place < end:
                    continue
                yield from self._gap(contig, end, place, choice)
                end = place + alleles.index("\t")
                alleles += f",{ANY}"  # noqa: PLW2901  the gVCF's way to tell it
            yield f"{contig}\t{place}\t.\t{alleles}\t{self._tails[is_hom][choice]}"

    def _gap(self, contig: str, start: int, end: int, choice: int) -> Iterator[str]:
        """Yield blocks of reference bases over `[start, end)`, 1-based."""
        cuts = [start + (end - start) * each // self._blocks for each in range(self._blocks + 1)]
        for number, (first, last) in enumerate(pairwise(cuts)):
            if first < last:
                base = "ACGT"[(first + number) & 3]
                tail = self._block_tails[(choice + 1_009 * number) % VARIETY]
                yield f"{contig}\t{first}\t.\t{base}\t{ANY}\t.\t.\tEND={last - 1}\t{tail}"

    def _choices(self, count: int) -> Iterator[int]:
        chosen = self._draw.integers(0, VARIETY, count)
        return iter(chosen.tolist())


def main() -> None:
    """Write one genome."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cohort", type=Path, required=True)
    parser.add_argument("--variants", type=int, required=True)
    parser.add_argument("--blocks", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    trees = tskit.load(asked.cohort)
    draw = np.random.default_rng(SEED)
    writer = Writer(round(asked.blocks / asked.variants))
    contigs = {f"chr{number}": length for number, length in enumerate(AUTOSOMES_BP, start=1)}
    head = HEADER.replace(
        _line(CONTIG, contigs[CONTIG]), "".join(map(_line, contigs, contigs.values()))
    )
    columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tNEW0001\n"
    with asked.out.open("wb") as out, piped("bgzip", "-@2", "-c", out=out) as into:
        into.write((head + INFO_HEADER + FIELDS_HEADER + columns).encode())
        for rank, contig in enumerate(contigs):
            share = AUTOSOMES_BP[rank] / sum(AUTOSOMES_BP)
            variants = drawn(draw, rank, round(asked.variants * share))
            if contig == CONTIG:
                variants = joined(variants, inherited(trees), int(trees.sequence_length))
            into.writelines(line.encode() for line in writer.lines(contig, variants))


def _line(contig: str, length_bp: int) -> str:
    return f"##contig=<ID={contig},length={length_bp}>\n"


if __name__ == "__main__":
    main()
