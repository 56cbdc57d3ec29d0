"""Gather the structural variants of samples from records: of a file, or as a database kept them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly, ContigKind
from kerne.alleles.vcf import VcfRecord, read_record
from kerne.errors import AssemblyError, InputFileError
from kerne.interpretation.reading.bad_records import BadRecords
from kerne.interpretation.reading.reads import Reads
from kerne.interpretation.reading.sample_fields import SampleFields
from kerne.interpretation.reading.structural import StructuralCall, as_loss_or_gain, each_once
from kerne.interpretation.reading.structural_records import (
    NotUnderstoodError,
    is_structural_alternative,
    structural_call,
    support,
)

PASSING: Final = frozenset({"PASS", ".", ""})
NO_GENOTYPE: Final = "expected a genotype (`GT`)"
FILTERED: Final = "that did not pass the caller's filters"
_KEPT: Final = Path("structural variants")
_ONE: Final = "sample"


class ContigNames:
    """Finds the canonical name of a contig of the assembly by the spelling of a file."""

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        self._found: dict[str, str | None] = {}

    def find(self, text: str) -> str | None:
        """Give the canonical name; `None` when the assembly has no such contig."""
        if text not in self._found:
            try:
                self._found[text] = self.assembly.contig(text).name
            except AssemblyError:
                self._found[text] = None
        return self._found[text]


class StructuralGatherer:
    """Gathers the structural variants of samples.

    Parameters
    ----------
    absent
        Told what each sample is called not to carry, although another carries it.
    passed_over
        Told how many alternatives cannot be read, by why.
    """

    def __init__(
        self,
        contigs: ContigNames,
        samples: Iterable[str],
        absent: Mapping[str, dict[Allele, Reads]],
        passed_over: Counter[str],
    ) -> None:
        self._contigs = contigs
        self._absent = absent
        self._passed_over = passed_over
        self.calls: dict[str, list[StructuralCall]] = {name: [] for name in samples}

    def take(
        self, record: VcfRecord, contig: str, number: int, samples: Mapping[str, SampleFields]
    ) -> tuple[str, ...]:
        """Take one structural alternative of a record; return who carries it."""
        try:
            carried = self._carried(record, contig, number, samples)
        except NotUnderstoodError as error:
            self._passed_over[str(error)] += 1
            return ()
        if not carried:
            return ()
        first = next(iter(carried.values()))
        if first.end > (self._contigs.assembly.length_bp(contig) or first.end):
            self._passed_over["of structural variants that end beyond their contig"] += 1
            return ()
        for name, fields in samples.items():
            if name in carried:
                self.calls[name].append(carried[name])
            elif fields.is_complete or fields.number("CN") is not None:
                self._absent[name][first.allele] = support(number, fields)
        return tuple(carried)

    def _carried(
        self, record: VcfRecord, contig: str, number: int, samples: Mapping[str, SampleFields]
    ) -> dict[str, StructuralCall]:
        is_paired = self._contigs.assembly.contig(contig).kind is ContigKind.AUTOSOME
        found = {}
        for name, fields in samples.items():
            call = structural_call(record, contig, number, fields, self._contigs.find)
            if call is not None and is_paired:
                call = as_loss_or_gain(call, is_single=False)
            if call is not None:
                found[name] = call
        return found


@dataclass(frozen=True, slots=True)
class KeptStructural:
    """The structural variants of a genome of a database, and what was passed over, in words.

    Parameters
    ----------
    doubtful
        What did not pass the caller's filters, as far as it can be read.
    """

    calls: tuple[StructuralCall, ...]
    notes: tuple[str, ...]
    doubtful: tuple[StructuralCall, ...] = ()


def read_kept_structural(lines: Iterable[str], assembly: Assembly) -> KeptStructural:
    """Read structural records of one genome as a database kept them, each a line of VCF.

    As a file is read; but that most of them cannot be read refuses nothing here.
    """
    reader, bad = _KeptLines(assembly), BadRecords(_KEPT)
    for line, text in enumerate(lines, start=1):
        try:
            reader.take(read_record(_KEPT, line, text.encode(), 1))
        except InputFileError as error:
            bad.take(error)
    told = sorted(reader.passed_over.items())
    notes = tuple(f"{count} structural records {why} were not read" for why, count in told)
    calls, doubtful = (each_once(each.calls[_ONE]) for each in (reader.passing, reader.filtered))
    return KeptStructural(calls, (*bad.notes(), *notes), doubtful)


class _KeptLines:
    """Gathers the records of one genome, those that did not pass apart."""

    def __init__(self, assembly: Assembly) -> None:
        self._contigs = ContigNames(assembly)
        self.passed_over: Counter[str] = Counter()
        self.passing = StructuralGatherer(self._contigs, [_ONE], {_ONE: {}}, self.passed_over)
        # Why one of these cannot be read is not told: they are counted as filtered.
        self.filtered = StructuralGatherer(self._contigs, [_ONE], {_ONE: {}}, Counter())

    def take(self, record: VcfRecord) -> None:
        contig = self._contigs.find(record.contig_text)
        if contig is None:
            self.passed_over["on contigs that the assembly does not have"] += 1
        elif PASSING.issuperset(record.filters):
            _take_record(self.passing, record, contig)
        else:
            self.passed_over[FILTERED] += 1
            with suppress(InputFileError):
                _take_record(self.filtered, record, contig)


def _take_record(gatherer: StructuralGatherer, record: VcfRecord, contig: str) -> None:
    if "GT" not in record.format_keys:
        raise InputFileError(_KEPT, NO_GENOTYPE, record.line)
    try:
        fields = {_ONE: SampleFields(record.format_keys, record.samples_text)}
    except ValueError as error:
        problem = f"expected a genotype such as `0/1`, found `{error}`"
        raise InputFileError(_KEPT, problem, record.line) from error
    for number, alternative in enumerate(record.alternatives, start=1):
        if is_structural_alternative(alternative):
            gatherer.take(record, contig, number, fields)
