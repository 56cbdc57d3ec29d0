"""Time `kerne interpret` from VCF to report: a whole genome of 5,000,000 variants, and an exome.

All is invented by seed: a reference of GRCh38's size whose bases repeat every six million, genes
where MANE has them, and a table of frequencies for the alleles near exons, most of them common. Of
the whole genome's alleles near exons three in four are left out, as selection does. Every file has
one record that cannot be read, which must be reported and must not end the run. Time and peak
memory are those of the command and of what it starts; making the files is not timed.

    python benchmarks/interpret.py [--variants 5000000] [--exome 60000] [--work DIR] [--genes FILE]

Exits 1 when a bar is missed: 5 minutes and 2 GB for the genome, 60 s for the exome.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pysam
from numpy.typing import NDArray

from kerne.alleles.assembly import GRCH38
from kerne.alleles.interval import Intervals
from kerne.interpretation.consequences.consequence import neighbourhood
from kerne.knowledge.genes import read_gene_models
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase

BLOCK_BP = 6_000_000
LINE_BP = 60
CONTIGS = tuple(f"chr{name}" for name in (*range(1, 23), "X"))
GENOME_SECONDS, EXOME_SECONDS, MEMORY_GB = 300.0, 60.0, 2.0
KEPT_NEAR_EXONS = 0.25
COMMON, RARE = 0.96, 0.03
"""Shares of alleles near exons that are common, and rare; the rest is in no table."""
INDELS = 0.15
TERMS = ("HP:0001250", "HP:0001263", "HP:0000252", "HP:0001252", "HP:0000365")
HEAD = """##fileformat=VCFv4.2
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run took."""

    seconds: float
    memory_gb: float
    words: str


class Genome:
    """The invented reference: the same bases in every contig, again and again."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._bases = "".join(np.array(list("ACGT"))[rng.integers(0, 4, BLOCK_BP)])

    def base(self, position: int) -> str:
        """Give the base at a 0-based position of any contig."""
        return self._bases[position % BLOCK_BP]

    def write(self, path: Path) -> None:
        """Write all contigs as FASTA."""
        lines = [self._bases[at : at + LINE_BP] for at in range(0, BLOCK_BP, LINE_BP)]
        block = "".join(f"{line}\n" for line in lines)
        with path.open("w") as file:
            for contig in CONTIGS:
                whole, rest = divmod(length_of(contig), BLOCK_BP)
                file.write(f">{contig}\n")
                for _ in range(whole):
                    file.write(block)
                full, last = divmod(rest, LINE_BP)
                file.write(block[: full * (LINE_BP + 1)])
                file.write(f"{lines[full][:last]}\n" if last else "")


def length_of(contig: str) -> int:
    """Length of a contig of GRCh38."""
    length = GRCH38.length_bp(contig)
    assert length is not None, "GRCh38 knows its lengths"
    return length


def draw_places(
    rng: np.random.Generator, count: int, near: Intervals, *, exome: bool
) -> dict[str, NDArray[np.int64]]:
    """Draw positions by contig: of an exome near exons only, of a genome fewer there."""
    if exome:
        return _near_exons(rng, count, near)
    total = sum(map(length_of, CONTIGS))
    places = {}
    for contig in CONTIGS:
        wanted = int(count * length_of(contig) / total * 1.05)
        drawn = np.unique(rng.integers(10_000, length_of(contig) - 10_000, wanted))
        dropped = near.contains(contig, drawn) & (rng.random(drawn.size) > KEPT_NEAR_EXONS)
        places[contig] = drawn[~dropped]
    return places


def _near_exons(
    rng: np.random.Generator, count: int, near: Intervals
) -> dict[str, NDArray[np.int64]]:
    spans = {c: near.ranges(c) for c in CONTIGS if c in near.contigs}
    total = sum(int((ends - starts).sum()) for starts, ends in spans.values())
    places = {}
    for contig, (starts, ends) in spans.items():
        sizes = ends - starts
        wanted = round(count * int(sizes.sum()) / total * 1.05)
        which = rng.choice(starts.size, wanted, p=sizes / sizes.sum())
        drawn = starts[which] + (rng.random(wanted) * sizes[which]).astype(np.int64)
        places[contig] = np.unique(drawn)
    return places


Record = tuple[str, int, str, str]
"""Contig, 0-based position, reference, alternative."""


def records(
    rng: np.random.Generator, places: dict[str, NDArray[np.int64]], genome: Genome
) -> Iterator[Record]:
    """Give an allele at each place, in order."""
    for contig, drawn in places.items():
        kinds, others = rng.random(drawn.size), rng.integers(1, 4, drawn.size)
        for position, kind, other in zip(
            drawn.tolist(), kinds.tolist(), others.tolist(), strict=True
        ):
            base = genome.base(position)
            if kind > INDELS:
                yield contig, position, base, "ACGT"[("ACGT".index(base) + other) % 4]
            elif kind > INDELS / 2:
                tail = "".join(genome.base(position + n) for n in range(1, other + 1))
                yield contig, position, base + tail, base
            else:
                yield contig, position, base, base + "ACG"[:other]


def write_genome(path: Path, made: Iterable[Record], rng: np.random.Generator) -> int:
    """Write a VCF of one sample with a record that cannot be read; returns how many it has."""
    genotypes = ("0/1:15,15:30:99", "1/1:0,30:30:90", "0/1:14,18:32:99")
    number = 0
    with pysam.BGZFile(str(path), "wb", None) as file:
        contigs = "".join(f"##contig=<ID={c},length={length_of(c)}>\n" for c in CONTIGS)
        columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tP1\n"
        file.write((HEAD + contigs + columns).encode())
        file.write(b"chr1\tnowhere\t.\tA\tC\t50\tPASS\t.\tGT:AD:DP:GQ\t0/1:15,15:30:99\n")
        for block in _blocks(made, 10_000):
            drawn = rng.integers(0, 3, len(block)).tolist()
            file.write(
                "".join(
                    f"{contig}\t{position + 1}\t.\t{before}\t{after}\t50\tPASS\tAC=1;AN=2;DP=30"
                    f"\tGT:AD:DP:GQ\t{genotypes[which]}\n"
                    for (contig, position, before, after), which in zip(block, drawn, strict=True)
                ).encode()
            )
            number += len(block)
    return number


def write_frequencies(path: Path, made: Iterable[Record], rng: np.random.Generator) -> None:
    """Write how frequent alleles are, as gnomAD's files of sites do."""
    fields = ("AC", "AN", "nhomalt")
    with pysam.BGZFile(str(path), "wb", None) as file:
        head = ["##fileformat=VCFv4.2"]
        head += [f"##contig=<ID={contig},length={length_of(contig)}>" for contig in CONTIGS]
        head += [f'##INFO=<ID={n},Number=A,Type=Integer,Description="x">' for n in fields]
        head.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
        file.write(("\n".join(head) + "\n").encode())
        for block in _blocks(made, 10_000):
            kinds = rng.random(len(block)).tolist()
            lines = (
                f"{contig}\t{position + 1}\t.\t{before}\t{after}\t.\tPASS\t"
                f"AC={400_000 if kind < COMMON else 40};AN=1600000;nhomalt=0\n"
                for (contig, position, before, after), kind in zip(block, kinds, strict=True)
                if kind < COMMON + RARE
            )
            file.write("".join(lines).encode())


def _blocks(made: Iterable[Record], size: int) -> Iterator[list[Record]]:
    block: list[Record] = []
    for record in made:
        block.append(record)
        if len(block) == size:
            yield block
            block = []
    yield block


def write_packet(path: Path) -> None:
    """Write a phenopacket with a handful of features."""
    features = [{"type": {"id": term, "label": term}} for term in TERMS]
    packet = {
        "id": "P1",
        "subject": {"id": "P1", "sex": "FEMALE"},
        "phenotypicFeatures": features,
        "metaData": {"phenopacketSchemaVersion": "2.0", "created": "2026-01-01T00:00:00Z"},
    }
    path.write_text(json.dumps(packet))


def interpret(vcf: Path, packet: Path, knowledge: Path, out: Path) -> Measured:
    """Run the command and watch it."""
    start = "from kerne.cli import main; main()"
    command = [sys.executable, "-c", start, "interpret", str(vcf), "--phenopacket", str(packet)]
    command += ["--assembly", "GRCh38", "--knowledge", str(knowledge), "--out", str(out)]
    began, peak = time.perf_counter(), 0
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        while running.poll() is None:
            peak = max(peak, memory_of(running.pid))
            time.sleep(0.1)
        seconds = time.perf_counter() - began
        said.seek(0)
        words = said.read().decode()
    if running.returncode != 0:
        sys.exit(f"the command failed: {words}")
    return Measured(seconds, peak / 1e9, words)


def memory_of(process: int) -> int:
    """Sum the memory of a process and of all that it started, in bytes; shared pages count once."""
    found, waiting = 0, [process]
    while waiting:
        here = waiting.pop()
        folder = Path("/proc") / str(here)
        try:
            rollup = (folder / "smaps_rollup").read_text()
            children = (folder / "task" / str(here) / "children").read_text()
        except OSError:
            continue
        proportional = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
        found += int(proportional.split()[1]) * 1024
        waiting += map(int, children.split())
    return found


def show(name: str, variants: int, measured: Measured, seconds: float) -> bool:
    """Print one run beside its bar; says whether it is met."""
    is_met = measured.seconds <= seconds and measured.memory_gb <= MEMORY_GB
    is_reported = "1 bad records passed over: line " in measured.words
    print(
        f"{name}: {variants:,} variants in {measured.seconds:.1f} s (at most {seconds:.0f}), peak "
        f"{measured.memory_gb:.2f} GB (at most {MEMORY_GB:.0f}); bad record "
        f"{'reported' if is_reported else 'NOT REPORTED'}: "
        f"{'met' if is_met and is_reported else 'MISSED'}"
    )
    print(f"  {measured.words.splitlines()[0]}")
    return is_met and is_reported


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the files, run, print; fails when a bar is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "reference"
    parser.add_argument("--variants", type=int, default=5_000_000)
    parser.add_argument("--exome", type=int, default=60_000)
    parser.add_argument("--work", type=Path, help="Keep the files here and use them again.")
    parser.add_argument("--genes", type=Path, default=beside / "MANE.GRCh38.bigGenePred.bed.gz")
    options = parser.parse_args(arguments)
    if not options.genes.exists():
        print(f"skipped: no gene models in {options.genes}")
        return 0
    with tempfile.TemporaryDirectory() as name:
        work = options.work or Path(name)
        sizes = {"genome": options.variants, "exome": options.exome}
        counts = prepare(work, options.genes, sizes)
        print(f"{os.cpu_count()} processors")
        met = [
            show(
                kind,
                counts[kind],
                interpret(
                    work / f"{kind}.vcf.gz",
                    work / "packet.json",
                    work / "knowledge",
                    Path(name) / kind,
                ),
                limit,
            )
            for kind, limit in (("exome", EXOME_SECONDS), ("genome", GENOME_SECONDS))
        ]
    return 0 if all(met) else 1


def prepare(work: Path, genes: Path, sizes: dict[str, int]) -> dict[str, int]:
    """Make all files that are not there yet; returns the variants of each genome."""
    done = work / "counts.json"
    if done.exists():
        return {str(name): int(count) for name, count in json.loads(done.read_text()).items()}
    work.mkdir(parents=True, exist_ok=True)
    genome = Genome(np.random.default_rng(1))
    genome.write(work / "reference.fa")
    base = KnowledgeBase(work / "knowledge")
    base.add(Kind.REFERENCE, work / "reference.fa", assembly=GRCH38.name)
    base.add(Kind.GENES, genes, assembly=GRCH38.name)
    near = neighbourhood(read_gene_models(genes, GRCH38))
    counts, listed = dict[str, int](), set[Record]()
    for seed, (kind, size) in enumerate(sizes.items(), start=2):
        places = draw_places(np.random.default_rng(seed), size, near, exome=kind == "exome")
        made = records(np.random.default_rng(seed), places, genome)
        counts[kind] = write_genome(
            work / f"{kind}.vcf.gz", _noting(made, near, listed), np.random.default_rng(seed)
        )
    ordered = sorted(listed, key=lambda each: (CONTIGS.index(each[0]), *each[1:]))
    write_frequencies(work / "sites.vcf.gz", ordered, np.random.default_rng(9))
    base.add(Kind.GNOMAD, work / "sites.vcf.gz", assembly=GRCH38.name)
    write_packet(work / "packet.json")
    done.write_text(json.dumps(counts))
    return counts


def _noting(made: Iterable[Record], near: Intervals, listed: set[Record]) -> Iterator[Record]:
    """Pass records on, and note those near exons."""
    spans = {contig: near.ranges(contig) for contig in near.contigs}
    for record in made:
        starts, ends = spans.get(record[0], (np.empty(0), np.empty(0)))
        at = int(np.searchsorted(starts, record[1], side="right")) - 1
        if at >= 0 and record[1] < ends[at]:
            listed.add(record)
        yield record


if __name__ == "__main__":
    sys.exit(main())
