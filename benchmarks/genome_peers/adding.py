"""Tasks: one more genome comes into a cohort's store, and goes again."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from genome_peers.bars import Bar
from genome_peers.bench import Bench, Cohort
from genome_peers.runs import Run, in_turns, median_seconds

VCF_SECONDS: Final = 4.0
GVCF_SECONDS: Final = 20.0
FORGOTTEN: Final = 5


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long the one genome is: variants of both files, blocks of the gVCF."""

    variants: int
    blocks: int


def additions(bench: Bench, cohort: Cohort, lengths: Lengths) -> Iterator[Bar]:
    """Add a VCF and a gVCF to a copy of the store of an earlier import; whole processes."""
    vcf = bench.genome(cohort, lengths.variants)
    gvcf = bench.genome(cohort, lengths.variants, lengths.blocks)

    def add(file: Path) -> Run:
        copy = bench.emptied("grown.store")
        shutil.copytree(bench.place(f"{cohort.name}.store"), copy)
        return bench.kerne("add", str(copy), str(file))

    def bcftools() -> Run:
        out = str(bench.place("one.bcf"))
        return bench.run("bcftools", "view", "-Ob", "--threads", "2", "-o", out, str(vcf))

    found = in_turns(
        {"vcf": lambda: add(vcf), "gvcf": lambda: add(gvcf), "bcftools": bcftools}, bench.rounds
    )
    on = f"{lengths.variants / 1e6:g} M variants to {cohort.people:,}"
    ours = median_seconds(found["vcf"])
    against = "bcftools view -Ob of it alone"
    yield Bar(
        "add one genome", on, ours, against, median_seconds(found["bcftools"]), most=VCF_SECONDS
    )
    on = f"{(lengths.variants + lengths.blocks) / 1e6:g} M lines to {cohort.people:,}"
    yield Bar("add one gVCF", on, median_seconds(found["gvcf"]), "-", most=GVCF_SECONDS)


def forgetting(bench: Bench, cohort: Cohort) -> Iterator[Bar]:
    """Forget one person of a copy of the store, and count without that person."""
    copy = bench.emptied("shrunk.store")
    shutil.copytree(bench.place(f"{cohort.name}.store"), copy)
    told = bench.kerne("forget", str(copy), *(f"S{each:06d}" for each in range(FORGOTTEN))).told
    yield Bar("forget, durable", str(cohort), float(told["forget"]), "-")
    yield Bar("the answer after it, anew", str(cohort), float(told["next"]), "-")
