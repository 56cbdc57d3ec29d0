"""Read a genome file, VCF or gVCF, into a segment of its own.

A record speaks for itself: its genotypes are what counts at its alleles. Where a file is silent,
its callable intervals speak: those of a BED given with it, the records of a gVCF that reach the
thresholds, or, for a plain VCF without any, the whole assembly, declared and marked so. In a gVCF
the thresholds hold for every record: a genotype below them counts for nothing, and an alternative
call among them is kept as weak. Symbolic alleles, `*` and breakends are not stored; a genotype
that holds one counts as called. Contigs that the assembly does not have are passed over.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly, Contig
from kerne.alleles.interval import Intervals, read_bed
from kerne.alleles.normalise import left_align, trim
from kerne.alleles.sequence import SequenceSource
from kerne.alleles.vcf import (
    VcfHeader,
    VcfRecord,
    is_sequence,
    open_vcf,
    parse_genotype,
)
from kerne.errors import AlleleError, AssemblyError, InputFileError
from kerne.genomes.calls import (
    FIRST_CARRIED,
    LAST_CARRIED,
    UNKNOWN_DEPTH,
    WEAK_OFFSET,
    Code,
    code_of,
    is_carried,
)
from kerne.genomes.columns import Genotypes, decode_fixed, decode_genotypes, is_fixed_width
from kerne.genomes.form import Form, depth_in, form_of, number_in
from kerne.genomes.gathering import GatheredFile, Gathering
from kerne.genomes.segment import Segment
from kerne.genomes.watching import Watch, unwatched, watched

FEW_SAMPLES: Final = 8
"""Up to here genotypes are read one by one; above, arrays are faster."""

BATCH_RECORDS: Final = 256

GVCF_PEEK_RECORDS: Final = 1000
ANY_ALLELES: Final = frozenset({"<NON_REF>", "<*>"})
BAD_GENOTYPE: Final = (
    "a genotype, or its depth or quality, is malformed; expected one or two alleles of the "
    "record, such as `0/1`, and numbers"
)
_REFERENCE: Final = int(Code.REFERENCE)


@dataclass(frozen=True, slots=True)
class GenomeFile:
    """A VCF or gVCF to add, with a BED of where it is callable, if there is one."""

    path: Path
    callable_bed: Path | None = None


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """What the manifest fixes for every file of a store."""

    assembly: Assembly
    sequence: SequenceSource | None
    min_gq: int
    min_dp: int


def read_genomes(
    file: GenomeFile, rules: IntakeRules, first_row: int, source: int, watch: Watch = unwatched
) -> Segment:
    """Read one file into a segment; its samples get the rows from `first_row` on.

    Raises
    ------
    InputFileError
        The file is malformed, truncated, has no samples, or is of another assembly; the message
        says where and what was expected.
    """
    bed = None if file.callable_bed is None else read_bed(file.callable_bed, rules.assembly)
    with open_vcf(file.path) as vcf:
        check_header(file.path, vcf.header, rules.assembly)
        records = iter(vcf)
        first = list(islice(records, GVCF_PEEK_RECORDS))
        is_gvcf = any(map(is_reference_block, first))
        if is_gvcf and bed is not None:
            raise InputFileError(file.path, "is a gVCF and says itself where it is callable")
        intake = _Intake(file.path, vcf.header.samples, rules, bed, is_gvcf=is_gvcf)
        intake.take_all(watched(vcf, chain(first, records), watch))
    return intake.gathered().segment(first_row, source)


def is_reference_block(record: VcfRecord) -> bool:
    """Say whether a record speaks of reference bases only, as a gVCF does."""
    has_any = not ANY_ALLELES.isdisjoint(record.alternatives)
    return has_any or (not record.alternatives and "END=" in record.info_text)


def check_header(path: Path, header: VcfHeader, assembly: Assembly) -> None:
    """Check that a file has samples and is of the assembly, as far as its header says.

    Raises
    ------
    InputFileError
        It has none, or is of another assembly.
    """
    if not header.samples:
        raise InputFileError(path, "has no samples, expected at least one genome")
    lengths = {name: length for name, length in header.contig_lengths.items() if length}
    try:
        assembly.check_lengths(lengths)
    except AssemblyError as error:
        raise InputFileError(path, f"is not of assembly `{assembly.name}`: {error}") from error


class _Intake:
    """Takes the records of one file."""

    def __init__(
        self,
        path: Path,
        samples: tuple[str, ...],
        rules: IntakeRules,
        bed: Intervals | None,
        *,
        is_gvcf: bool,
    ) -> None:
        self._path = path
        self._samples = samples
        self._rules = rules
        self._bed = bed
        self._is_gvcf = is_gvcf
        self._gathering = Gathering()
        self._contigs: dict[str, tuple[int, Contig] | None] = {}
        self._covers = _covering(bed)
        self._forms: dict[str, Form] = {}
        is_small = is_gvcf or len(samples) <= FEW_SAMPLES
        self._take_fitting = self._take_few if is_small else self._take_many
        self._batch: list[tuple[VcfRecord, int, str]] = []

    def take_all(self, records: Iterable[VcfRecord]) -> None:
        """Take every record."""
        taken = seen = 0
        for record in records:
            seen += 1
            taken += self._take(record)
        self._take_batch()
        if seen and not taken:
            problem = f"no record lies on a contig of assembly `{self._rules.assembly.name}`"
            raise InputFileError(self._path, problem)

    def gathered(self) -> GatheredFile:
        """Return what was gathered."""
        assembly, count = self._rules.assembly, len(self._samples)
        everywhere = None if self._bed is None else [self._bed] * count
        if self._is_gvcf:
            everywhere = self._gathering.callable_of_each(count, assembly)
        return GatheredFile(self._samples, assembly, self._gathering, everywhere)

    def _take(self, record: VcfRecord) -> bool:
        text = record.contig_text
        found = self._contigs[text] if text in self._contigs else self._contig(text)
        if found is None:
            return False
        rank, contig = found
        if contig.length_bp is not None and record.position >= contig.length_bp:
            problem = f"POS lies past the end of `{contig.name}`, `{contig.length_bp}`"
            raise InputFileError(self._path, problem, record.line)
        try:
            self._take_fitting(record, rank, contig.name)
        except ValueError as error:
            raise self._bad_genotype(record) from error
        return True

    def _take_few(self, record: VcfRecord, rank: int, contig: str) -> None:
        form = self._form(record)
        fields = [field.split(":") for field in record.samples_text.split("\t")]
        genotypes = [field[0] if form.has_genotype else "." for field in fields]
        for genotype in genotypes:
            if _highest(genotype) > len(record.alternatives):
                raise ValueError(record.line)
        passes = self._passing(record, rank, form, fields) if self._is_gvcf else None
        for number, site, is_covered in self._sites(record, rank, contig):
            for sample, genotype in enumerate(genotypes):
                code = _code(genotype, number)
                if passes is not None and not passes[sample]:
                    code = _weakened(code)
                if code != _REFERENCE or not is_covered:
                    depth = depth_in(fields[sample], form.depth)
                    self._gathering.add_call(site, sample, code, depth)

    def _take_many(self, record: VcfRecord, rank: int, contig: str) -> None:
        self._form(record)
        if is_fixed_width(record, len(self._samples)):
            self._batch.append((record, rank, contig))
            if len(self._batch) == BATCH_RECORDS:
                self._take_batch()
            return
        self._take_alone(record, rank, contig)

    def _take_waited(self, record: VcfRecord, rank: int, contig: str) -> None:
        try:
            self._take_alone(record, rank, contig)
        except ValueError as error:
            raise self._bad_genotype(record) from error

    def _take_alone(self, record: VcfRecord, rank: int, contig: str) -> None:
        genotypes = decode_genotypes(record, len(self._samples))
        if genotypes.highest.max(initial=0) > len(record.alternatives):
            raise ValueError(record.line)
        for number, site, is_covered in self._sites(record, rank, contig):
            samples, codes = genotypes.sample, genotypes.codes(number)
            if is_covered:
                told = codes != Code.REFERENCE
                samples, codes = samples[told], codes[told]
            else:
                samples, codes = _of_everyone(genotypes, codes, len(self._samples))
            depths = _depths(record, self._form(record).depth, samples, codes)
            self._gathering.add_calls(np.full(len(samples), site), samples, codes, depths)

    def _take_batch(self) -> None:
        """Take the records that wait; none of them has a depth."""
        batch, self._batch = self._batch, []
        records = [record for record, _, _ in batch]
        genotypes = decode_fixed(records, len(self._samples)) if batch else None
        if genotypes is None:
            for record, rank, contig in batch:
                self._take_waited(record, rank, contig)
            return
        most = np.array([len(record.alternatives) for record in records])
        beyond = np.flatnonzero(genotypes.highest > most[genotypes.record])
        if beyond.size:
            raise self._bad_genotype(records[int(genotypes.record[beyond[0]])])
        site_of = np.full((int(most.max()) + 1, len(batch)), -1)
        for at, (record, rank, contig) in enumerate(batch):
            mine = genotypes.record == at if self._bed is not None else None
            for number, site, is_covered in self._sites(record, rank, contig):
                if is_covered or mine is None:
                    site_of[number, at] = site
                else:
                    self._add_for_everyone(site, genotypes.only(mine), number)
        for number in range(1, len(site_of)):
            sites, codes = site_of[number, genotypes.record], genotypes.codes(number)
            told = (sites >= 0) & (codes != Code.REFERENCE)
            self._add_without_depth(sites[told], genotypes.sample[told], codes[told])

    def _add_for_everyone(self, site: int, genotypes: Genotypes, number: int) -> None:
        """Add a call of every sample, where silence does not say reference."""
        count = len(self._samples)
        samples, codes = _of_everyone(genotypes, genotypes.codes(number), count)
        self._add_without_depth(np.full(count, site), samples, codes)

    def _add_without_depth(
        self, sites: NDArray[np.int64], samples: NDArray[np.int64], codes: NDArray[np.uint8]
    ) -> None:
        depths = np.full(len(samples), UNKNOWN_DEPTH, dtype=np.int32)
        self._gathering.add_calls(sites, samples, codes, depths)

    def _bad_genotype(self, record: VcfRecord) -> InputFileError:
        """Return the error that names the line, and not the genotype."""
        return InputFileError(self._path, BAD_GENOTYPE, record.line)

    def _sites(self, record: VcfRecord, rank: int, contig: str) -> list[tuple[int, int, bool]]:
        """Mention the alleles that can be stored.

        Returns their ALT numbers, sites, and whether silence there would say reference.
        """
        found = []
        for number, alternative in enumerate(record.alternatives, start=1):
            if is_sequence(alternative) and alternative != record.reference:
                position, *change = self._normal(record, contig, alternative)
                site = self._gathering.add_site(rank, position, (change[0], change[1]))
                # A gVCF's stretches are complete only at its end.
                is_covered = not self._is_gvcf and self._covers(contig, position)
                found.append((number, site, is_covered))
        return found

    def _normal(self, record: VcfRecord, contig: str, alternative: str) -> tuple[int, str, str]:
        reference, position, sequence = record.reference, record.position, self._rules.sequence
        is_snv = len(reference) == len(alternative) == 1
        try:
            if sequence is None:
                if is_snv:
                    return position, reference, alternative
                return trim(position, reference, alternative)
            if is_snv and sequence.fetch(contig, position, position + 1) == reference:
                return position, reference, alternative
            allele = left_align(Allele(contig, position, reference, alternative), sequence)
        except AlleleError as error:
            problem = f"is not of the store's reference sequence: {error}"
            raise InputFileError(self._path, problem, record.line) from error
        return allele.position, allele.reference, allele.alternative

    def _passing(
        self, record: VcfRecord, rank: int, form: Form, fields: Sequence[list[str]]
    ) -> list[bool]:
        """Say which samples reach the thresholds in a record of a gVCF, and note the stretch."""
        end = record.end
        if end <= record.position:
            raise InputFileError(self._path, "END lies before POS", record.line)
        contig = self._rules.assembly.contigs[rank]
        if contig.length_bp is not None and end > contig.length_bp:
            problem = f"goes past the end of `{contig.name}`, `{contig.length_bp}`"
            raise InputFileError(self._path, problem, record.line)
        speaks = is_reference_block(record) or any(map(is_sequence, record.alternatives))
        passes = []
        for sample, values in enumerate(fields):
            good = (
                form.has_genotype
                and "." not in values[0]
                and number_in(values, form.quality) >= self._rules.min_gq
                and number_in(values, form.smallest_depth) >= self._rules.min_dp
            )
            passes.append(good)
            if good and speaks:
                self._gathering.add_stretch(sample, rank, record.position, end)
        return passes

    def _form(self, record: VcfRecord) -> Form:
        text = record.format_text
        if text not in self._forms:
            try:
                self._forms[text] = form_of(text)
            except ValueError as error:
                problem = "GT is not the first key of FORMAT"
                raise InputFileError(self._path, problem, record.line) from error
        return self._forms[text]

    def _contig(self, text: str) -> tuple[int, Contig] | None:
        assembly = self._rules.assembly
        known = assembly.has_contig(text)
        self._contigs[text] = (assembly.rank(text), assembly.contig(text)) if known else None
        return self._contigs[text]


def _covering(bed: Intervals | None) -> Callable[[str, int], bool]:
    """Return a quick test of whether silence at a position says reference."""
    if bed is None:
        return lambda _contig, _position: True
    ranges = {
        contig: (starts.tolist(), ends.tolist()) for contig, (starts, ends) in bed.spans.items()
    }
    nowhere: tuple[list[int], list[int]] = ([], [])

    def covers(contig: str, position: int) -> bool:
        starts, ends = ranges.get(contig, nowhere)
        at = bisect_right(starts, position) - 1
        return at >= 0 and position < ends[at]

    return covers


@lru_cache(maxsize=4096)
def _code(genotype: str, allele: int) -> int:
    return int(code_of(genotype, allele))


@lru_cache(maxsize=4096)
def _highest(genotype: str) -> int:
    return max((code for code in parse_genotype(genotype)[0] if code is not None), default=0)


def _weakened(code: int) -> int:
    return code + WEAK_OFFSET if FIRST_CARRIED <= code <= LAST_CARRIED else int(Code.MISSING)


def _of_everyone(
    genotypes: Genotypes, codes: NDArray[np.uint8], samples: int
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    every = np.full(samples, Code.REFERENCE, dtype=np.uint8)
    every[genotypes.sample] = codes
    return np.arange(samples), every


def _depths(
    record: VcfRecord, column: int | None, samples: NDArray[np.int64], codes: NDArray[np.uint8]
) -> NDArray[np.int32]:
    """Return the depth of each carried call, (samples,); `UNKNOWN_DEPTH` for the others."""
    depths = np.full(len(samples), UNKNOWN_DEPTH, dtype=np.int32)
    carried = np.flatnonzero(is_carried(codes)) if column is not None else ()
    if len(carried):
        fields = record.sample_fields
        told = (fields[at].split(":") for at in samples[carried].tolist())
        depths[carried] = [depth_in(values, column) for values in told]
    return depths
