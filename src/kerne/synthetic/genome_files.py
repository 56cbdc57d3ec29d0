"""Genomes as a sequencing site delivers them: bgzipped VCF, and the regions that were callable.

Patients and their relatives get a file each, with depths. The other citizens of a site share one,
with genotypes only. Some regions are hard to sequence in everybody, some failed in one sample; no
variant is called there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pysam
from numpy.typing import NDArray

from kerne.alleles.interval import Interval, Intervals
from kerne.synthetic.country import NOTICE, Country
from kerne.synthetic.genome import ASSEMBLY, CONTIGS, Genome
from kerne.synthetic.haplotypes import ABSENT
from kerne.synthetic.variation import Age

HARD_REGIONS_PER_MB: Final = 8
FAILED_REGIONS_PER_MB: Final = 7
MARGIN_BP: Final = 60
"""What was planted is always called: no failed region comes nearer."""
MEAN_DEPTH: Final = 36
LOWEST_DEPTH: Final = 12
BEST_QUALITY: Final = 99
MISSING_SHARE: Final = 0.002
FILES_STREAM: Final = 100
"""Number of the random streams of files; the stages of founding have those below."""

_FORMAT_LINES: Final = (
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads by allele">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
)


@dataclass(frozen=True, slots=True)
class DeliveredGenomes:
    """One delivered VCF, the BED of its callable regions, and the person numbers in its order."""

    vcf: Path
    callable_bed: Path
    persons: tuple[str, ...]


class Delivery:
    """Writes the genomes of one country into a folder."""

    def __init__(self, country: Country, folder: Path) -> None:
        self._country = country
        self._folder = folder
        self._sites = tuple(
            f"{site.allele.contig}\t{site.allele.position + 1}\t.\t{site.allele.reference}"
            f"\t{site.allele.alternative}\t.\tPASS\t."
            for site in country.sites
        )
        alleles = [site.allele for site in country.sites]
        self._contigs = np.array([CONTIGS.index(allele.contig) for allele in alleles])
        self._first = np.array([allele.position for allele in alleles])
        self._last = np.array([allele.end - 1 for allele in alleles])
        self._planted = [s.allele for s in country.sites if s.age is Age.PLANTED]
        self._hard = self._regions(self._stream(0), HARD_REGIONS_PER_MB, 300, 1_400)

    def deliver_one(self, number: str) -> DeliveredGenomes:
        """Write the genome of one person, with depths and qualities."""
        position = self._country.position(number)
        sample = self._country.citizens[position].sample
        rng = self._stream(position + 1)
        failed = self._regions(rng, FAILED_REGIONS_PER_MB, 80, 500)
        delivered = self._paths(sample, (number,))
        uncallable = Intervals.build([*self._hard, *failed])
        _write_callable(delivered.callable_bed, self._country.genome, uncallable)
        lines = self._own_lines(rng, position, self._covered(uncallable))
        _write_bgzip(delivered.vcf, [*self._header([sample]), *lines])
        return delivered

    def deliver_many(self, name: str, numbers: Sequence[str]) -> DeliveredGenomes:
        """Write the genomes of several people into one file; a few genotypes are missing."""
        positions = [self._country.position(number) for number in numbers]
        samples = [self._country.citizens[position].sample for position in positions]
        rng = np.random.default_rng([self._country.seed, FILES_STREAM, 0, *name.encode()])
        delivered = self._paths(name, tuple(numbers))
        uncallable = Intervals.build(self._hard)
        _write_callable(delivered.callable_bed, self._country.genome, uncallable)
        lines = self._shared_lines(rng, positions, self._covered(uncallable))
        _write_bgzip(delivered.vcf, [*self._header(samples), *lines])
        return delivered

    def _stream(self, number: int) -> np.random.Generator:
        return np.random.default_rng([self._country.seed, FILES_STREAM, number])

    def _paths(self, name: str, persons: tuple[str, ...]) -> DeliveredGenomes:
        return DeliveredGenomes(
            self._folder / f"{name}.vcf.gz", self._folder / f"{name}.callable.bed", persons
        )

    def _regions(
        self, rng: np.random.Generator, per_megabase: int, shortest: int, longest: int
    ) -> list[Interval]:
        """Draw regions that fail to be called, none of them near to what was planted."""
        regions: list[Interval] = []
        for contig in CONTIGS:
            length = len(self._country.genome.sequences[contig])
            for _ in range(int(rng.poisson(per_megabase * length / 1e6))):
                size = int(rng.integers(shortest, longest))
                start = int(rng.integers(0, length - size))
                regions.append(Interval(contig, start, start + size))
        return [region for region in regions if not self._is_needed(region)]

    def _is_needed(self, region: Interval) -> bool:
        return any(
            allele.contig == region.contig
            and allele.position - MARGIN_BP < region.end
            and region.start < allele.end + MARGIN_BP
            for allele in self._planted
        )

    def _covered(self, uncallable: Intervals) -> NDArray[np.bool_]:
        """Tell which sites can be called: (sites,). A deletion is, when all its bases are."""
        covered = np.ones(self._first.size, dtype=np.bool_)
        for number, contig in enumerate(CONTIGS):
            here = self._contigs == number
            for positions in (self._first[here], self._last[here]):
                covered[here] &= ~uncallable.contains(contig, positions)
        return covered

    def _header(self, samples: Sequence[str]) -> list[str]:
        contigs = (
            f"##contig=<ID={contig},length={len(self._country.genome.sequences[contig])},"
            f"assembly={ASSEMBLY}>"
            for contig in CONTIGS
        )
        columns = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
        return [
            "##fileformat=VCFv4.3",
            f"##source=kerne; {NOTICE}",
            f"##reference={ASSEMBLY}",
            '##FILTER=<ID=PASS,Description="All filters passed">',
            *contigs,
            *_FORMAT_LINES,
            "\t".join((*columns, *samples)),
        ]

    def _own_lines(
        self, rng: np.random.Generator, position: int, covered: NDArray[np.bool_]
    ) -> Iterator[str]:
        carried = self._country.haplotypes.carried[position]
        seen = np.flatnonzero((carried == 1).any(axis=0) & covered)
        haploid = (carried[1, seen] == ABSENT).tolist()
        copies = (carried[:, seen] == 1).sum(axis=0).tolist()
        depths = rng.poisson(np.where(haploid, MEAN_DEPTH / 2, MEAN_DEPTH))
        depths = np.maximum(depths, LOWEST_DEPTH)
        halves = rng.binomial(depths, 0.5)
        qualities = np.minimum(3 * depths + rng.integers(-8, 9, depths.size), BEST_QUALITY)
        for site, is_haploid, count, depth, half, quality in zip(
            seen.tolist(),
            haploid,
            copies,
            depths.tolist(),
            halves.tolist(),
            qualities.tolist(),
            strict=True,
        ):
            het = count == 1 and not is_haploid
            genotype = "0/1" if het else ("1" if is_haploid else "1/1")
            reads = max(3, min(half, depth - 3)) if het else depth
            yield (
                f"{self._sites[site]}\tGT:AD:DP:GQ"
                f"\t{genotype}:{depth - reads},{reads}:{depth}:{quality}"
            )

    def _shared_lines(
        self, rng: np.random.Generator, positions: Sequence[int], covered: NDArray[np.bool_]
    ) -> Iterator[str]:
        carried = self._country.haplotypes.carried
        texts = np.array(["0/0", "0/1", "1/1", "0", "1", "./.", "."])
        for site in np.flatnonzero(covered).tolist():
            haplotypes = carried[positions, :, site]
            copies = (haplotypes == 1).sum(axis=1)
            if copies.any():
                haploid = haplotypes[:, 1] == ABSENT
                codes = np.where(haploid, 3 + copies, copies)
                missing = rng.random(codes.size) < MISSING_SHARE
                codes[missing] = np.where(haploid, 6, 5)[missing]
                yield "\t".join((self._sites[site], "GT", *texts[codes].tolist()))


def _write_callable(path: Path, genome: Genome, uncallable: Intervals) -> None:
    """Write what is left of the contigs, 0-based half-open as BED has it."""
    with path.open("w") as file:
        for contig in CONTIGS:
            whole = Interval(contig, 0, len(genome.sequences[contig]))
            for region in uncallable.gaps(whole):
                file.write(f"{region.contig}\t{region.start}\t{region.end}\n")


def _write_bgzip(path: Path, lines: Iterable[str]) -> None:
    with pysam.BGZFile(str(path), "wb", None) as file:
        for line in lines:
            file.write(f"{line}\n".encode("ascii"))
