"""One genome as interpretation sees it: the alleles it carries, how, and where it was callable.

A plain value. `read_calls` makes it from a VCF; a centre makes it from its genome database.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly
from kerne.alleles.interval import Intervals
from kerne.alleles.normalise import left_align, trim
from kerne.alleles.sequence import SequenceSource
from kerne.alleles.vcf import VcfFile, VcfRecord, open_vcf, parse_genotype
from kerne.errors import AlleleError, AssemblyError, InputFileError
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.reference_blocks import BLOCK_WORDS, ReferenceBlocks, is_block_record

PASSING = frozenset({"PASS", ".", ""})
BASES = frozenset("ACGT")


class Carriage(StrEnum):
    """What is known of one allele in one genome; `UNKNOWN` is not `ABSENT`."""

    HET = "het"
    HOM = "hom"
    HEMI = "hemi"
    ABSENT = "absent"
    UNKNOWN = "unknown"

    @property
    def is_carried(self) -> bool:
        """Whether the genome has at least one copy."""
        return self not in (Carriage.ABSENT, Carriage.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Phase:
    """The haplotype of a heterozygous call; comparable only within one phase set."""

    phase_set: str
    haplotype: int


@dataclass(frozen=True, slots=True)
class Call:
    """An allele that a genome carries."""

    allele: Allele
    genotype: Genotype
    depth_reads: int | None = None
    phase: Phase | None = None


@dataclass(frozen=True, slots=True, eq=False)
class GenomeCalls:
    """The alleles of one genome.

    Parameters
    ----------
    calls
        By contig and position, each allele once.
    callable
        Where the genome could be read; `None` when nobody said.
    absent
        Alleles that the file calls as not carried, although others in the file carry them.
    variants_read
        Alleles that the genome carries in the whole file; `calls` may hold only a part of it.
    notes
        What was passed over while reading, in words.
    """

    sample: str
    assembly: Assembly
    calls: tuple[Call, ...]
    callable: Intervals | None = None
    absent: frozenset[Allele] = frozenset()
    variants_read: int = 0
    notes: tuple[str, ...] = ()
    _carried: Mapping[Allele, Genotype] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        carried = {call.allele: call.genotype for call in self.calls}
        object.__setattr__(self, "_carried", carried)
        object.__setattr__(self, "variants_read", max(self.variants_read, len(self.calls)))

    def carriage(self, allele: Allele) -> Carriage:
        """Say how this genome carries an allele, if that is known."""
        if allele in self._carried:
            return Carriage(self._carried[allele].value)
        if allele in self.absent or self._is_callable(allele):
            return Carriage.ABSENT
        return Carriage.UNKNOWN

    def with_callable(self, intervals: Intervals) -> "GenomeCalls":
        """Return the same calls with the regions where the genome could be read."""
        return GenomeCalls(
            self.sample,
            self.assembly,
            self.calls,
            intervals,
            self.absent,
            self.variants_read,
            self.notes,
        )

    def _is_callable(self, allele: Allele) -> bool:
        if self.callable is None:
            return False
        positions = np.arange(allele.position, allele.end, dtype=np.int64)
        return bool(self.callable.contains(allele.contig, positions).all())


def read_calls(
    path: Path,
    assembly: Assembly,
    samples: Sequence[str] = (),
    *,
    reference: SequenceSource | None = None,
    within: Intervals | None = None,
    callable_in: Intervals | None = None,
) -> tuple[GenomeCalls, ...]:
    """Read the alleles of samples from a VCF; records that did not pass are counted, not read.

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
        The file is no VCF, is not of this assembly, lacks a sample, or has a malformed record.
    """
    with open_vcf(path) as vcf:
        _check_assembly(path, vcf, assembly)
        chosen = _choose(path, tuple(vcf.header.samples), samples)
        reader = _Reader(path, assembly, chosen, reference, within)
        for record in vcf:
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
        self._within = None if within is None else _Lookup(within)
        self._contigs: dict[str, str | None] = {}
        self._calls: dict[str, dict[Allele, Call]] = {name: {} for name in columns}
        self._absent: dict[str, set[Allele]] = {name: set() for name in columns}
        self._blocks = {name: ReferenceBlocks() for name in columns}
        self._is_gvcf = False
        self._read: Counter[str] = Counter()
        self._passed_over: Counter[str] = Counter()

    def take(self, record: VcfRecord) -> None:
        contig = self._contig(record.contig_text)
        if contig is None:
            self._passed_over["on contigs that the assembly does not have"] += 1
        elif not set(record.filters) <= PASSING:
            self._passed_over["that did not pass the caller's filters"] += 1
        else:
            self._take_passing(record, contig)

    def genomes(self) -> tuple[GenomeCalls, ...]:
        notes = [
            f"`{self._path.name}`: {count} records or genotypes {why} were not read"
            for why, count in sorted(self._passed_over.items())
        ]
        if self._is_gvcf:
            notes.append(f"`{self._path.name}` {BLOCK_WORDS}")
        return tuple(
            GenomeCalls(
                sample=name,
                assembly=self._assembly,
                calls=tuple(sorted(calls.values(), key=self._order)),
                callable=self._blocks[name].intervals(),
                absent=frozenset(self._absent[name] - calls.keys()),
                variants_read=self._read[name],
                notes=tuple(notes),
            )
            for name, calls in self._calls.items()
        )

    def _order(self, call: Call) -> tuple[int, Allele]:
        return self._assembly.rank(call.allele.contig), call.allele

    def _contig(self, text: str) -> str | None:
        if text not in self._contigs:
            try:
                self._contigs[text] = self._assembly.contig(text).name
            except AssemblyError:
                self._contigs[text] = None
        return self._contigs[text]

    def _take_passing(self, record: VcfRecord, contig: str) -> None:
        if "GT" not in record.format_keys:
            raise InputFileError(self._path, "expected a genotype (`GT`)", record.line)
        try:
            genotypes = {name: _Genotype(record, column) for name, column in self._columns.items()}
        except ValueError as error:
            problem = f"expected a genotype such as `0/1`, found `{error}`"
            raise InputFileError(self._path, problem, record.line) from error
        if is_block_record(record):
            self._take_block(record, contig, genotypes)
        for number, alternative in enumerate(record.alternatives, start=1):
            carriers = [name for name, genotype in genotypes.items() if genotype.has(number)]
            if not carriers:
                continue
            if not BASES.issuperset(alternative) or not BASES.issuperset(record.reference):
                self._passed_over["of symbolic, spanning or ambiguous alleles"] += 1
                continue
            self._read.update(carriers)
            raw = Allele(contig, record.position, record.reference, alternative)
            allele = self._normal(raw, record.line)
            if self._within is None or self._within.touches(allele):
                self._keep(allele, number, genotypes)
        missing = sum(genotype.is_missing for genotype in genotypes.values())
        if missing:
            self._passed_over["that are missing (`./.`)"] += missing

    def _take_block(
        self, record: VcfRecord, contig: str, genotypes: Mapping[str, "_Genotype"]
    ) -> None:
        self._is_gvcf = True
        if self._within is None or self._within.meets(contig, record.position, record.end):
            for name, genotype in genotypes.items():
                if genotype.is_complete:
                    self._blocks[name].take(contig, record, genotype.fields)

    def _keep(self, allele: Allele, number: int, genotypes: Mapping[str, "_Genotype"]) -> None:
        for name, genotype in genotypes.items():
            if genotype.has(number):
                self._calls[name].setdefault(allele, genotype.call(allele, number))
            elif genotype.is_complete:
                self._absent[name].add(allele)

    def _normal(self, allele: Allele, line: int) -> Allele:
        if allele.is_snv and self._within is not None and not self._within.touches(allele):
            return allele
        if self._reference is None or not self._has_sequence(allele):
            return Allele(
                allele.contig, *trim(allele.position, allele.reference, allele.alternative)
            )
        try:
            return left_align(allele, self._reference)
        except AlleleError as error:
            problem = f"not of assembly `{self._assembly.name}`: {error}"
            raise InputFileError(self._path, problem, line) from error

    def _has_sequence(self, allele: Allele) -> bool:
        try:
            return self._reference is not None and allele.end <= self._reference.length(
                allele.contig
            )
        except AssemblyError:
            return False


class _Genotype:
    """The fields of one sample in one record, taken apart when asked for."""

    def __init__(self, record: VcfRecord, column: int) -> None:
        values = record.sample_fields[column].split(":")
        self.fields = dict(zip(record.format_keys, values, strict=False))
        self.codes, self._is_phased = parse_genotype(self.fields.get("GT", "."))

    @property
    def is_missing(self) -> bool:
        return all(code is None for code in self.codes)

    @property
    def is_complete(self) -> bool:
        return None not in self.codes

    def has(self, number: int) -> bool:
        return number in self.codes

    def call(self, allele: Allele, number: int) -> Call:
        depth = self.fields.get("DP", "")
        return Call(
            allele,
            self._genotype(number),
            int(depth) if depth.isdigit() else None,
            self._phase(number),
        )

    def _genotype(self, number: int) -> Genotype:
        if len(self.codes) == 1:
            return Genotype.HEMI
        return Genotype.HOM if set(self.codes) == {number} else Genotype.HET

    def _phase(self, number: int) -> Phase | None:
        if not self._is_phased or self._genotype(number) is not Genotype.HET:
            return None
        return Phase(self.fields.get("PS", ""), self.codes.index(number))


class _Lookup:
    """Fast containment for one allele after the other."""

    def __init__(self, intervals: Intervals) -> None:
        self._ranges = {
            contig: tuple(array.tolist() for array in intervals.ranges(contig))
            for contig in intervals.contigs
        }

    def touches(self, allele: Allele) -> bool:
        return self.meets(allele.contig, allele.position, allele.end)

    def meets(self, contig: str, start: int, end: int) -> bool:
        starts, ends = self._ranges.get(contig, ((), ()))
        # The base before an allele belongs to it too: an insertion lies between two bases.
        last = bisect_right(starts, end)
        return last > 0 and ends[last - 1] >= start
