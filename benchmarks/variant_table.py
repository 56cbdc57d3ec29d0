"""Time the table of published facts about alleles, beside other ways of keeping the same.

An invented VCF as dense and as long-tailed as gnomAD 4 (28 alleles in 100 bp; 87 % substitutions,
half of the rest longer than a key spells; most alleles seen once) is added as `gnomad`, and then
asked about alleles of which two in three are listed: many near each other as in a genome, and few
far apart as in an exome, sorted and shuffled. Peers in the same run: tabix (one place at a time,
and one sweep over all), and blocks of the same columns packed by zstd. All give the same counts.

    python benchmarks/variant_table.py [--alleles 1000000] [--folder DIRECTORY]

Exits 1 when the table finds fewer than 500,000 alleles a second on one core.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pysam
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.change import change_code
from kerne.knowledge.frequencies import PublishedFrequencies
from kerne.knowledge.loading.gnomad import FREQUENCY_FIELDS
from kerne.knowledge.release import Kind, Release
from kerne.knowledge.releases import KnowledgeBase
from kerne.knowledge.variant_table.table import VariantTable

BAR = 500_000
"""Alleles a second on one core, of the issue."""

DENSITY = 0.28
SUBSTITUTIONS = 0.87
DELETIONS = 0.08
BLOCK_ROWS = 4096
COLUMNS = tuple(field.name for field in FREQUENCY_FIELDS)
FIELDS = ("AC", "AN", "nhomalt", "fafmax_faf95_max")
Site = tuple[int, str, str]


def invent(count: int, rng: np.random.Generator) -> list[Site]:
    """Invent sites of chr1: 0-based position, reference, alternative; sorted, each once."""
    places = np.sort(rng.integers(10_000, 10_000 + int(count / DENSITY), 2 * count))
    kinds = rng.random(places.size)
    letters = rng.integers(0, 4, places.size)
    others = (letters + rng.integers(1, 4, places.size)) % 4
    sizes = np.minimum(rng.geometric(0.18, places.size), 60)
    sites = []
    for place, kind, letter, other, size in zip(
        *(each.tolist() for each in (places, kinds, letters, others, sizes)), strict=True
    ):
        base, tail = "ACGT"[letter], ("ACGT"[other] + "ACGT" * 20)[:size]
        if kind < SUBSTITUTIONS:
            sites.append((place, base, "ACGT"[other]))
        else:
            pair = (base + tail, base) if kind < SUBSTITUTIONS + DELETIONS else (base, base + tail)
            sites.append((place, *pair))
    distinct = sorted(set(sites))
    kept = np.sort(rng.permutation(len(distinct))[:count])
    return [distinct[at] for at in kept.tolist()]


def write_vcf(path: Path, sites: Sequence[Site], rng: np.random.Generator) -> None:
    """Write them with counts, most alleles seen once, as bgzip with a tabix index."""
    counts = np.minimum(rng.zipf(1.7, len(sites)), 700_000)
    numbers = 1_614_000 - np.minimum(rng.zipf(1.3, len(sites)), 700_000) * 2
    with pysam.BGZFile(str(path), "wb", None) as file:
        head = ["##fileformat=VCFv4.2", "##contig=<ID=chr1,length=248956422>"]
        head += [f'##INFO=<ID={n},Number=A,Type=Float,Description="x">' for n in FIELDS]
        head.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
        file.write(("\n".join(head) + "\n").encode())
        for (place, reference, alternative), ac, an in zip(
            sites, counts.tolist(), numbers.tolist(), strict=True
        ):
            ac_, an_ = min(ac, an), max(an, 2)
            faf = f";fafmax_faf95_max={ac_ / an_ * 0.8:.5e}" if ac_ > 1 else ""
            info = f"AC={ac_};AN={an_};nhomalt={ac_ // 900}{faf}"
            row = f"chr1\t{place + 1}\t.\t{reference}\t{alternative}\t.\tPASS\t{info}\n"
            file.write(row.encode())
    pysam.tabix_index(str(path), preset="vcf", force=True)


class ZstdBlocks:
    """The same columns in blocks of rows, each packed by zstd: a rival layout.

    Sorted batches only; a block is unpacked when an allele may be in it.
    """

    def __init__(self, table: VariantTable) -> None:
        rows = np.arange(len(table))
        alleles = [table.allele(row) for row in rows.tolist()]
        codes = [change_code(each.reference, each.alternative) for each in alleles]
        columns: list[NDArray[Any]] = [  # Any: of several types
            np.array([each.position for each in alleles], dtype=np.uint32),
            np.array(codes, dtype=np.uint64),
            *(table.whole(name, rows).astype(np.uint32) for name in COLUMNS),
        ]
        keys = self._keys(columns[0], columns[1])
        order = np.argsort(keys)
        self._columns = [column[order] for column in columns]
        self.starts = keys[order][::BLOCK_ROWS]
        self._codec = pa.Codec("zstd")
        self._blocks = [self._packed(first) for first in range(0, len(rows), BLOCK_ROWS)]
        self.size_bytes = sum(len(packed) for block in self._blocks for packed, _ in block)

    @staticmethod
    def _keys(places: NDArray[Any], codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
        hashes = (codes * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
        return (places.astype(np.uint64) << np.uint64(32)) | hashes

    def _packed(self, first: int) -> list[tuple[bytes, int]]:
        parts = [each[first : first + BLOCK_ROWS] for each in self._columns]
        parts[0] = np.diff(parts[0], prepend=np.uint32(0))
        return [(self._codec.compress(p.tobytes(), asbytes=True), p.nbytes) for p in parts]

    def counts(self, positions: NDArray[np.int64], codes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Give AC of sorted alleles, -1 for one not listed."""
        found = np.full(len(positions), -1, dtype=np.int64)
        asked = self._keys(positions, codes)
        last = np.searchsorted(self.starts, asked, side="right") - 1
        types = [column.dtype for column in self._columns]
        for number in np.unique(last[last >= 0]).tolist():
            parts = [
                np.frombuffer(self._codec.decompress(packed, size), dtype=kind)
                for (packed, size), kind in zip(self._blocks[number], types, strict=True)
            ]
            keys = self._keys(np.cumsum(parts[0], dtype=np.uint64), parts[1])
            ours = np.flatnonzero(last == number)
            at = np.minimum(np.searchsorted(keys, asked[ours]), len(keys) - 1)
            is_there = (keys[at] == asked[ours]) & (parts[1][at] == codes[ours])
            values = np.column_stack(parts[2:])[at]
            found[ours[is_there]] = values[is_there, 0]
        return found


def tabix_counts(path: Path, asked: Sequence[Site]) -> list[int]:
    """Give AC of alleles by one look at each place; -1 for one not listed."""
    found = []
    with pysam.TabixFile(str(path)) as file:
        for place, reference, alternative in asked:
            count = -1
            for line in file.fetch("chr1", place, place + 1):
                columns = line.split("\t")
                if (int(columns[1]) - 1, columns[3], columns[4]) == (place, reference, alternative):
                    count = int(columns[7][3:].partition(";")[0])
            found.append(count)
    return found


def swept_counts(path: Path, asked: Sequence[Site]) -> list[int]:
    """Give AC of alleles by one sweep over the file; -1 for one not listed."""
    counts = dict.fromkeys(asked, -1)
    with pysam.TabixFile(str(path)) as file:
        for line in file.fetch("chr1"):
            columns = line.split("\t", 8)
            site = (int(columns[1]) - 1, columns[3], columns[4])
            if site in counts:
                counts[site] = int(columns[7][3:].partition(";")[0])
    return [counts[site] for site in asked]


class Asked:
    """A batch of alleles, as values and as arrays."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self.sites = list(sites)
        self.positions = np.array([place for place, _, _ in sites], dtype=np.int64)
        changes = [(reference, alternative) for _, reference, alternative in sites]
        codes = [change_code(*change) for change in changes]
        self.codes = np.array(codes, dtype=np.uint64)
        self.long = dict(zip(codes, changes, strict=True))
        self.alleles = [Allele("chr1", *site) for site in sites]


def timed(work: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Give the least time of some runs, and what the work gave."""
    least, given = float("inf"), None
    for _ in range(repeats):
        began = time.perf_counter()
        given = work()
        least = min(least, time.perf_counter() - began)
    return least, given


def table_counts(table: VariantTable, asked: Asked) -> NDArray[np.int64]:
    """Give AC of alleles, -1 for one not listed, having read every column."""
    rows = table.find_on("chr1", asked.positions, asked.codes, asked.long)
    listed = rows[rows >= 0]
    values = [table.whole(name, listed) for name in COLUMNS]
    found = np.full(len(rows), -1, dtype=np.int64)
    found[rows >= 0] = values[0]
    return found


def compare(asked: Asked, table: VariantTable, blocks: ZstdBlocks, vcf: Path, what: str) -> float:
    """Print the lookups a second of all; give the table's."""
    seconds, ours = timed(lambda: table_counts(table, asked), 5)
    rate = len(asked.sites) / seconds
    print(f"{what}\ttable, arrays\t{rate:,.0f}/s\t1")

    def say(peer: str, count: int, seconds: float, given: Sequence[int]) -> None:
        if list(given) != ours[:count].tolist():
            sys.exit(f"{peer} and the table differ")
        print(f"{what}\t{peer}\t{count / seconds:,.0f}/s\t{rate * seconds / count:,.2f} x the time")

    values = PublishedFrequencies(table)
    seconds, given = timed(lambda: values.look_up(asked.alleles), 2)
    say("table, values", len(asked.sites), seconds, [-1 if e is None else e.ac for e in given])
    if (np.diff(asked.positions) >= 0).all():
        seconds, given = timed(lambda: blocks.counts(asked.positions, asked.codes), 2)
        say("zstd blocks", len(asked.sites), seconds, given.tolist())
        seconds, given = timed(lambda: swept_counts(vcf, asked.sites), 1)
        say("tabix, one sweep", len(asked.sites), seconds, given)
    some = asked.sites[:3000]
    seconds, given = timed(lambda: tabix_counts(vcf, some), 1)
    say("tabix, by place", len(some), seconds, given)
    return rate


def build(folder: Path, vcf: Path, alleles: int) -> Release:
    """Add the VCF to new knowledge, and print the cost."""
    began = time.perf_counter()
    release = KnowledgeBase(folder / "knowledge").add(Kind.GNOMAD, vcf, assembly="GRCh38")
    seconds = time.perf_counter() - began
    print(f"added {alleles:,} alleles in {seconds:.1f} s ({alleles / seconds:,.0f}/s)")
    for path, what in ((release.path, "table"), (vcf, "VCF.gz of these fields only")):
        size = path.stat().st_size
        print(f"{what}\t{size / 1e6:.1f} MB\t{size / alleles:.2f} bytes an allele")
    return release


def main() -> int:
    """Run all; 1 when the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alleles", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    rng = np.random.default_rng(7)
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder, vcf = Path(name), Path(name) / "sites.vcf.gz"
        sites = invent(given.alleles * 3 // 2, rng)
        is_listed = np.sort(rng.permutation(len(sites))[: given.alleles])
        write_vcf(vcf, [sites[at] for at in is_listed.tolist()], rng)
        release = build(folder, vcf, given.alleles)
        seconds, table = timed(lambda: VariantTable(release.path), 3)
        print(f"opened in {seconds * 1e3:.1f} ms")
        blocks = ZstdBlocks(table)
        print(
            f"zstd blocks of {BLOCK_ROWS}\t{blocks.size_bytes / given.alleles:.2f} bytes an allele"
        )
        rates = []
        for what, share in (("many, near", 1.0), ("few, far apart", 0.02)):
            chosen = np.sort(rng.permutation(len(sites))[: int(len(sites) * share)])
            for order in (chosen, rng.permutation(chosen)):
                asked = Asked([sites[at] for at in order.tolist()])
                how = "sorted" if order is chosen else "shuffled"
                rates.append(compare(asked, table, blocks, vcf, f"{what}, {how}"))
    least = min(rates)
    print(f"least\t{least:,.0f} alleles/s\tbar {BAR:,}")
    return 0 if least >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
