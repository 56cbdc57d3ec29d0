"""One line in plain Python: the lines that the compiled parser does not take.

Either it is right in a way that is rare, and what it says is given as from the others, or it is
wrong, and this is where it is told what is, and in which line.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Contig
from kerne.alleles.normalise import left_align, trim
from kerne.alleles.vcf import LAST_POSITION, VcfRecord, is_sequence, parse_genotype, read_record
from kerne.errors import AlleleError, InputFileError
from kerne.genomes.calls import (
    FIRST,
    FIRST_CARRIED,
    LAST_CARRIED,
    PLOIDY_MOST,
    SECOND,
    WEAK_OFFSET,
    Code,
    code_of,
)
from kerne.genomes.reading.alternatives import LETTERS_A_LINE_MOST
from kerne.genomes.reading.bundles import ALTS_MOST
from kerne.genomes.reading.form import Form, form_of, number_in
from kerne.genomes.reading.intake import (
    ANY_ALLELES,
    BAD_GENOTYPE,
    FEW_SAMPLES,
    IntakeRules,
    is_reference_block,
)

COLUMN_BYTES_MOST: Final = 1 << 20
"""Of FILTER and of FORMAT: whatever is longer is no such column."""
NO_FIELDS: Final = (-1, -1, -1, -1)
_ALT_COLUMN, _FILTER_COLUMN, _FORMAT_COLUMN = 4, 6, 8
_NUMBER_MOST: Final = (1 << 31) - 1

Covers = Callable[[int], bool]
"""Says of a position whether silence there says reference."""


@dataclass(frozen=True, slots=True)
class HardFile:
    """What holds for every line of the file."""

    path: Path
    samples: int
    rules: IntakeRules
    is_gvcf: bool


@dataclass(frozen=True, slots=True)
class HardSite:
    """An allele with its calls: columns, codes and FORMAT values, (calls,) each.

    The values are those of `chunk.Fields` in their order.
    """

    position: int
    reference: str
    alternative: str
    columns: Sequence[int]
    codes: Sequence[int]
    fields: Sequence[tuple[int, int, int, int]]


def read_hard_record(file: HardFile, line: int, raw: bytes) -> VcfRecord:
    """Take a line apart that the compiled parser did not take.

    Raises
    ------
    InputFileError
        It is malformed, or larger than any real one.
    """
    columns = raw.split(b"\t", _FORMAT_COLUMN + 1)
    for at, name in ((_FILTER_COLUMN, "FILTER"), (_FORMAT_COLUMN, "FORMAT")):
        if len(columns) > at + 1 and len(columns[at]) > COLUMN_BYTES_MOST:
            problem = f"{name} is longer than `{COLUMN_BYTES_MOST}` bytes"
            raise InputFileError(file.path, problem, line)
    if len(columns) > _ALT_COLUMN and columns[_ALT_COLUMN].count(b",") >= ALTS_MOST:
        raise InputFileError(file.path, f"has more than `{ALTS_MOST}` ALT alleles", line)
    record = read_record(file.path, line, raw, file.samples)
    if len(record.alternatives) * len(record.reference) > LETTERS_A_LINE_MOST:
        problem = f"ALT alleles times bases of REF are more than `{LETTERS_A_LINE_MOST}`"
        raise InputFileError(file.path, problem, line)
    return record


class HardLine:
    """A record of a contig that the assembly has.

    Raises
    ------
    InputFileError
        It is malformed, or of another reference sequence.
    """

    def __init__(self, file: HardFile, record: VcfRecord, contig: Contig) -> None:
        self._file = file
        self._record = record
        self._contig = contig
        if contig.length_bp is not None and record.position >= contig.length_bp:
            problem = f"POS lies past the end of `{contig.name}`, `{contig.length_bp}`"
            raise self._error(problem)

    def stretches(self) -> list[tuple[int, int, int]]:
        """Return column, start and end of each sample that a gVCF calls here."""
        record = self._record
        if not self._file.is_gvcf or not (
            is_reference_block(record) or any(map(is_sequence, record.alternatives))
        ):
            return []
        chosen = (column for column, passes in enumerate(self._passes) if passes)
        return [(column, record.position, min(record.end, LAST_POSITION)) for column in chosen]

    def sites(self, covers: Covers, done: int) -> Iterator[HardSite]:
        """Yield the alleles that can be stored, after the first `done` of ALT."""
        self._check_genotypes()
        _ = self._passes
        for number, alternative in enumerate(self._record.alternatives, start=1):
            is_other = is_sequence(alternative) and alternative != self._record.reference
            if number > done and is_other:
                position, reference, changed = self._normal(alternative)
                is_told = covers(position)
                if self._file.is_gvcf:
                    is_told = self._record.position <= position < self._record.end
                try:
                    yield HardSite(position, reference, changed, *self._calls(number, is_told))
                except (ValueError, OverflowError) as error:
                    raise self._error(BAD_GENOTYPE) from error

    def _calls(
        self,
        number: int,
        is_told: bool,  # noqa: FBT001 (what silence says)
    ) -> tuple[list[int], list[int], list[tuple[int, int, int, int]]]:
        columns, codes, fields = [], [], []
        for column, genotype in enumerate(self._genotypes):
            code = phased_code(genotype, number)
            if self._file.is_gvcf and not self._passes[column]:
                code = _weakened(code)
            if code == Code.REFERENCE and is_told:
                continue
            columns.append(column)
            codes.append(code)
            fields.append(self._fields(column, number) if _is_alternative(code) else NO_FIELDS)
        return columns, codes, fields

    def _fields(self, column: int, number: int) -> tuple[int, int, int, int]:
        values, form = self._cells[column], self._form
        depths = self._depths_column
        listed = values[depths] if depths is not None and depths < len(values) else "."
        parts = listed.split(",", number + 1)
        return (
            _whole(number_in(values, form.depth)),
            _whole(number_in(parts, 0)),
            _whole(number_in(parts, number)),
            _whole(number_in(values, form.quality)),
        )

    @cached_property
    def _form(self) -> Form:
        try:
            return form_of(self._record.format_text)
        except ValueError as error:
            raise self._error("GT is not the first key of FORMAT") from error

    @cached_property
    def _depths_column(self) -> int | None:
        keys = self._record.format_text.split(":")
        return max((at for at, key in enumerate(keys) if key == "AD"), default=None)

    @cached_property
    def _cells(self) -> list[list[str]]:
        form = self._form
        wanted = (form.depth, form.quality, form.smallest_depth, self._depths_column)
        last = max((at for at in wanted if at is not None), default=0)
        return [cell.split(":", last + 1) for cell in self._record.samples_text.split("\t")]

    @cached_property
    def _genotypes(self) -> list[str]:
        return [values[0] if self._form.has_genotype else "." for values in self._cells]

    @cached_property
    def _passes(self) -> list[bool]:
        """Whether each sample of a gVCF reaches the thresholds."""
        if not self._file.is_gvcf:
            return []
        if self._record.end <= self._record.position:
            raise self._error("END lies before POS")
        length_bp = self._contig.length_bp
        if length_bp is not None and self._record.end > length_bp:
            raise self._error(f"goes past the end of `{self._contig.name}`, `{length_bp}`")
        form, rules = self._form, self._file.rules
        try:
            return [
                form.has_genotype
                and "." not in values[0]
                and number_in(values, form.quality) >= rules.min_gq
                and number_in(values, form.smallest_depth) >= rules.min_dp
                for values in self._cells
            ]
        except ValueError as error:
            raise self._error(BAD_GENOTYPE) from error

    def _check_genotypes(self) -> None:
        is_many = not self._file.is_gvcf and self._file.samples > FEW_SAMPLES
        try:
            genotypes = [parse_genotype(genotype)[0] for genotype in self._genotypes]
        except ValueError as error:
            raise self._error(BAD_GENOTYPE) from error
        for codes in genotypes:
            highest = max((code for code in codes if code is not None), default=0)
            is_wide = is_many and len(codes) > PLOIDY_MOST
            if is_wide or highest > len(self._record.alternatives):
                raise self._error(BAD_GENOTYPE)

    def _normal(self, alternative: str) -> tuple[int, str, str]:
        reference, position = self._record.reference, self._record.position
        sequence = self._file.rules.sequence
        try:
            if sequence is None:
                return trim(position, reference, alternative)
            allele = Allele(self._contig.name, position, reference, alternative)
            allele = left_align(allele, sequence)
        except AlleleError as error:
            problem = f"is not of the store's reference sequence: {error}"
            raise self._error(problem) from error
        return allele.position, allele.reference, allele.alternative

    def _error(self, problem: str) -> InputFileError:
        """Return the error that names the line, and no genotype."""
        return InputFileError(self._file.path, problem, self._record.line)


def phased_code(genotype: str, allele: int) -> int:
    """Return the code of a GT value with its phase; as `calls.code_of`.

    Examples
    --------
    >>> from kerne.genomes.calls import Code
    >>> phased_code("0|2", 2) == Code.HET | SECOND, phased_code("0/2", 2) == Code.HET
    (True, True)
    """
    code = int(code_of(genotype, allele))
    alleles, is_phased = parse_genotype(genotype)
    if is_phased and len(alleles) == PLOIDY_MOST:
        first, second = alleles
        code |= FIRST * (first == allele) | SECOND * (second == allele)
    return code


def is_gvcf_line(raw: bytes) -> bool:
    """Say whether a line speaks of reference bases only, as a gVCF does; it may be malformed."""
    columns = raw.split(b"\t", _FORMAT_COLUMN)
    if len(columns) <= _FORMAT_COLUMN - 1:
        return False
    alternatives = b"," + columns[_ALT_COLUMN] + b","
    if any(f",{symbol},".encode() in alternatives for symbol in ANY_ALLELES):
        return True
    return alternatives == b",.," and b"END=" in columns[_FORMAT_COLUMN - 1]


def _weakened(code: int) -> int:
    is_carried = FIRST_CARRIED <= (code & ~(FIRST | SECOND)) <= LAST_CARRIED
    return code + WEAK_OFFSET if is_carried else int(Code.MISSING)


def _is_alternative(code: int) -> bool:
    bare = code & ~(FIRST | SECOND)
    return FIRST_CARRIED <= bare <= LAST_CARRIED or bare >= Code.WEAK_HET


def _whole(number: float) -> int:
    """Return a number without its fraction, -1 for a negative one."""
    if not number <= _NUMBER_MOST:
        raise ValueError(number)
    return max(-1, int(number))
