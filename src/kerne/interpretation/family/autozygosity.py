"""Long homozygous stretches: where both copies of a chromosome come from one ancestor.

A stretch runs from one heterozygous call to the next, and is long when its homozygous alleles are
many and span enough: an outbred genome has hardly any, a child of related parents some percent of
the autosomes, and after uniparental disomy a whole chromosome.

References
----------
McQuillan et al. 2008 (doi:10.1016/j.ajhg.2008.08.007).
"""

from collections.abc import Iterator
from itertools import groupby

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import ContigKind
from kerne.alleles.interval import Interval, Intervals
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.reading.calls import Call, GenomeCalls

LEAST_STRETCH_BP = 2_000_000
LEAST_HOMOZYGOUS = 20


def homozygous_stretches(genome: GenomeCalls) -> Intervals:
    """Find the long homozygous stretches of the autosomes."""
    kinds = {contig.name: contig.kind for contig in genome.assembly.contigs}
    autosomal = (c for c in genome.calls if kinds[c.allele.contig] is ContigKind.AUTOSOME)
    by_contig = groupby(autosomal, key=lambda call: call.allele.contig)
    return Intervals.build(each for _, calls in by_contig for each in _stretches(calls))


def stretch_bp(stretches: Intervals, allele: Allele) -> int:
    """Give the length of the stretch that an allele lies in, 0 when it lies in none."""
    if allele.contig not in stretches.contigs:
        return 0
    starts, ends = stretches.ranges(allele.contig)
    at = int(starts.searchsorted(allele.position, "right")) - 1
    if at < 0 or ends[at] <= allele.position:
        return 0
    return int(ends[at] - starts[at])


def _stretches(calls: Iterator[Call]) -> Iterator[Interval]:
    """Yield those of one contig, whose calls are in order."""
    for is_het, run in groupby(calls, key=lambda call: call.genotype is Genotype.HET):
        alleles = [call.allele for call in run]
        start, end = alleles[0].position, alleles[-1].end
        if not is_het and len(alleles) >= LEAST_HOMOZYGOUS and end - start >= LEAST_STRETCH_BP:
            yield Interval(alleles[0].contig, start, end)
