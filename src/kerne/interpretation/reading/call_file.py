"""Read the alleles of one genome or a family from a VCF, with whatever is wrong with the file.

One bad record never ends the run: it is passed over, counted and named. What ends it is a file
that as a whole is not what it should be: of another assembly, or unusable for the greater part.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly
from kerne.alleles.interval import IntervalLookup, Intervals
from kerne.alleles.normalise import left_align, trim
from kerne.alleles.sequence import SequenceSource
from kerne.alleles.vcf import VcfFile, VcfRecord, open_vcf
from kerne.errors import AlleleError, AssemblyError, InputFileError
from kerne.interpretation.reading.bad_records import BadRecords
from kerne.interpretation.reading.build_check import BuildCheck
from kerne.interpretation.reading.calls import Call, GenomeCalls, Phase
from kerne.interpretation.reading.reads import Reads
from kerne.interpretation.reading.reference_blocks import (
    BLOCK_WORDS,
    ReferenceBlocks,
    is_block_record,
)
from kerne.interpretation.reading.sample_fields import SampleFields
from kerne.interpretation.reading.structural import each_once
from kerne.interpretation.reading.structural_gathering import (
    FILTERED,
    NO_GENOTYPE,
    PASSING,
    ContigNames,
    StructuralGatherer,
)
from kerne.interpretation.reading.structural_records import is_structural_alternative

BASES = frozenset("ACGT")
COMPARED_OUTSIDE = 2_000
"""So many alleles outside the wanted intervals are compared with the reference, to know the build.
"""


def read_calls(
    path: Path,
    assembly: Assembly,
    samples: Sequence[str] = (),
    *,
    reference: SequenceSource | None = None,
    within: Intervals | None = None,
    callable_in: Intervals | None = None,
) -> tuple[GenomeCalls, ...]:
    """Read the alleles of samples from a VCF.

    Records that did not pass are counted, not read; bad ones are passed over, counted and named,
    as long as they are the lesser part.

    Parameters
    ----------
    samples
        In the order wanted; none means the only sample of the file.
    reference
        For left-aligning; without it alleles are only trimmed.
    within
        Keep alleles that touch these intervals only; the others are counted.
    callable_in
        Where the first of the samples could be read. Without it, and of the others, only what the
        reference blocks of a gVCF say is known.

    Raises
    ------
    InputFileError
        The file is no VCF, is or looks like one of another assembly, lacks a sample, or more than
        half of its records are malformed.
    """
    with open_vcf(path) as vcf:
        _check_assembly(path, vcf, assembly)
        chosen = _choose(path, tuple(vcf.header.samples), samples)
        reader = _Reader(path, assembly, chosen, reference, within)
        for record in vcf.each():
            reader.take(record)
    first, *others = reader.genomes()
    return (first if callable_in is None else first.with_callable(callable_in), *others)


def _check_assembly(path: Path, vcf: VcfFile, assembly: Assembly) -> None:
    lengths = {name: length for name, length in vcf.header.contig_lengths.items() if length}
    try:
        assembly.check_lengths(lengths)
    except AssemblyError as error:
        raise InputFileError(path, f"is not of assembly `{assembly.name}`: {error}") from error


def _choose(path: Path, present: tuple[str, ...], wanted: Sequence[str]) -> dict[str, int]:
    if not wanted and len(present) != 1:
        names = ", ".join(f"`{name}`" for name in present[:10]) or "none"
        raise InputFileError(path, f"has {len(present)} samples ({names}); name one of them")
    for name in wanted:
        if name not in present:
            raise InputFileError(path, f"has no sample `{name}`")
    return {name: present.index(name) for name in wanted or present}


class _Reader:
    """The state of reading one file: a dictionary of calls a sample, and counts of the rest."""

    def __init__(
        self,
        path: Path,
        assembly: Assembly,
        columns: Mapping[str, int],
        reference: SequenceSource | None,
        within: Intervals | None,
    ) -> None:
        self._path = path
        self._assembly = assembly
        self._columns = columns
        self._reference = reference
        self._within = None if within is None else IntervalLookup(within)
        self._contigs = ContigNames(assembly)
        self._lengths: dict[str, int] = {}
        self._calls: dict[str, dict[Allele, Call]] = {name: {} for name in columns}
        self._absent = _absent_of(columns)
        self._blocks = {name: ReferenceBlocks() for name in columns}
        self._is_gvcf = False
        self._records = 0
        self._read: Counter[str] = Counter()
        self._passed_over: Counter[str] = Counter()
        self._structural = StructuralGatherer(
            self._contigs, columns, self._absent, self._passed_over
        )
        self._bad = BadRecords(path)
        self._build = BuildCheck(path, assembly)

    def take(self, record: VcfRecord | InputFileError) -> None:
        self._records += 1
        if isinstance(record, InputFileError):
            self._bad.take(record)
            return
        contig = self._contigs.find(record.contig_text)
        if contig is None:
            self._passed_over["on contigs that the assembly does not have"] += 1
            return
        self._build.look(contig, record)
        if not PASSING.issuperset(record.filters):
            self._passed_over[FILTERED] += 1
        else:
            self._take_passing(record, contig)

    def genomes(self) -> tuple[GenomeCalls, ...]:
        self._build.settle()
        self._bad.settle(self._records)
        ranks = {contig.name: rank for rank, contig in enumerate(self._assembly.contigs)}
        return tuple(
            GenomeCalls(
                sample=name,
                assembly=self._assembly,
                calls=tuple(
                    sorted(calls.values(), key=lambda e: (ranks[e.allele.contig], e.allele))
                ),
                callable=self._blocks[name].intervals(),
                absent={e: r for e, r in self._absent[name].items() if e not in calls},
                variants_read=self._read[name],
                notes=self._notes(),
                structural=each_once(self._structural.calls[name]),
            )
            for name, calls in self._calls.items()
        )

    def _notes(self) -> tuple[str, ...]:
        notes = [
            f"`{self._path.name}`: {count} records or genotypes {why} were not read"
            for why, count in sorted(self._passed_over.items())
        ]
        if self._is_gvcf:
            notes.append(f"`{self._path.name}` {BLOCK_WORDS}")
        return (*self._bad.notes(), *notes)

    def _take_passing(self, record: VcfRecord, contig: str) -> None:
        keys = record.format_keys
        if "GT" not in keys:
            self._refuse(NO_GENOTYPE, record.line)
            return
        texts = record.sample_fields
        try:
            samples = {name: SampleFields(keys, texts[at]) for name, at in self._columns.items()}
        except ValueError as error:
            self._refuse(f"expected a genotype such as `0/1`, found `{error}`", record.line)
            return
        if is_block_record(record):
            self._take_block(record, contig, samples)
        for number, alternative in enumerate(record.alternatives, start=1):
            self._take_alternative(record, contig, number, alternative, samples)
        missing = sum(e.is_missing and e.number("CN") is None for e in samples.values())
        if missing:
            self._passed_over["that are missing (`./.`)"] += missing

    def _refuse(self, problem: str, line: int) -> None:
        self._bad.take(InputFileError(self._path, problem, line))

    def _take_block(
        self, record: VcfRecord, contig: str, samples: Mapping[str, SampleFields]
    ) -> None:
        self._is_gvcf = True
        if self._within is None or self._within.meets(contig, record.position, record.end):
            for name, fields in samples.items():
                if fields.is_complete:
                    self._blocks[name].take(contig, record, fields.fields)

    def _take_alternative(
        self,
        record: VcfRecord,
        contig: str,
        number: int,
        alternative: str,
        samples: Mapping[str, SampleFields],
    ) -> None:
        if is_structural_alternative(alternative):
            self._read.update(self._structural.take(record, contig, number, samples))
            return
        carriers = [name for name, fields in samples.items() if number in fields.codes]
        if not carriers:
            return
        if not BASES.issuperset(alternative) or not BASES.issuperset(record.reference):
            self._passed_over["of spanning or ambiguous alleles"] += 1
            return
        raw = Allele(contig, record.position, record.reference, alternative)
        allele = self._normal(raw, record.line)
        if allele is None:
            return
        self._read.update(carriers)
        if self._touches(allele):
            self._keep(allele, number, samples)

    def _keep(self, allele: Allele, number: int, samples: Mapping[str, SampleFields]) -> None:
        for name, fields in samples.items():
            if number in fields.codes:
                self._calls[name].setdefault(allele, _call(allele, number, fields))
            elif fields.is_complete:
                self._absent[name][allele] = fields.reads(number)

    def _normal(self, allele: Allele, line: int) -> Allele | None:
        """Write an allele in normal form; `None`, and counted, when it is not of the assembly."""
        is_outside = not self._touches(allele)
        if is_outside and allele.is_snv and self._build.compared >= COMPARED_OUTSIDE:
            return allele
        if self._reference is None or not self._has_sequence(allele):
            return Allele(
                allele.contig, *trim(allele.position, allele.reference, allele.alternative)
            )
        try:
            normal = left_align(allele, self._reference)
        except AlleleError as error:
            self._build.disagree(str(error), line)
            self._refuse(str(error), line)
            return None
        self._build.agree()
        return normal

    def _touches(self, allele: Allele) -> bool:
        within = self._within
        return within is None or within.meets(allele.contig, allele.position, allele.end)

    def _has_sequence(self, allele: Allele) -> bool:
        return allele.end <= self._length(allele.contig)

    def _length(self, contig: str) -> int:
        """Give the length of a contig of the reference sequence, 0 when it has no such contig."""
        if contig not in self._lengths:
            try:
                length = 0 if self._reference is None else self._reference.length(contig)
            except AssemblyError:
                length = 0
            self._lengths[contig] = length
        return self._lengths[contig]


def _absent_of(samples: Iterable[str]) -> dict[str, dict[Allele, Reads]]:
    return {name: {} for name in samples}


def _call(allele: Allele, number: int, fields: SampleFields) -> Call:
    haplotype = fields.haplotype(number)
    reads = fields.reads(number)
    return Call(
        allele,
        fields.genotype(number),
        reads.depth,
        None if haplotype is None else Phase(*haplotype),
        reads.alternative,
        reads.quality,
    )
