"""Read predictors' scores as their makers publish them: REVEL, AlphaMissense, SpliceAI.

One allele may have several scores, for several transcripts or genes; the most harmful is kept.

References
----------
Ioannidis et al. 2016, doi:10.1016/j.ajhg.2016.08.016; Cheng et al. 2023,
doi:10.1126/science.adg7492; Jaganathan et al. 2019, doi:10.1016/j.cell.2018.12.015.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kerne.alleles.assembly import GRCH37, GRCH38
from kerne.alleles.vcf import VcfRecord, is_sequence, open_vcf
from kerne.errors import InputFileError
from kerne.knowledge.loading.reception import Reception, Report, watched
from kerne.knowledge.text import LINES_A_REPORT, bytes_read, open_text
from kerne.knowledge.variant_table.fields import Field, Form

REVEL_FIELD: Final = Field("revel", Form.DECIMAL, 3)
ALPHAMISSENSE_FIELD: Final = Field("alphamissense", Form.DECIMAL, 4)
SPLICE_FIELD: Final = Field("splice", Form.DECIMAL, 2)

_REVEL_POSITION: Final = {GRCH37.name: "hg19_pos", GRCH38.name: "grch38_pos"}
_ALPHAMISSENSE_GENOME: Final = {GRCH37.name: "hg19", GRCH38.name: "hg38"}
_SPLICE_DELTAS: Final = slice(2, 6)
"""Of acceptor gain and loss, donor gain and loss, after allele and gene."""

_SPLICE_PARTS: Final = 10
_BASES: Final = frozenset("ACGT")


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a table of one line an allele has what is wanted of it."""

    contig: str
    position_1based: str
    reference: str
    alternative: str
    score: str
    separator: str


def gather_revel(reception: Reception, report: Report) -> None:
    """Take in REVEL's table with transcripts (CSV, both assemblies in one).

    Raises
    ------
    InputFileError
        A file is none, has no places on the assembly, or a line is malformed.
    """
    place = _REVEL_POSITION.get(reception.assembly.name, "position of this assembly")
    columns = _Columns("chr", place, "ref", "alt", "REVEL", ",")
    for number in range(len(reception.files)):
        _gather_table(reception, report, number, columns)


def gather_alphamissense(reception: Reception, report: Report) -> None:
    """Take in AlphaMissense's table of one assembly (TSV).

    Raises
    ------
    InputFileError
        A file is none, is of another assembly, or a line is malformed.
    """
    columns = _Columns("#CHROM", "POS", "REF", "ALT", "am_pathogenicity", "\t")
    genome = _ALPHAMISSENSE_GENOME.get(reception.assembly.name, reception.assembly.name)
    for number in range(len(reception.files)):
        _gather_table(reception, report, number, columns, {"genome": genome})


def gather_splice(reception: Reception, report: Report) -> None:
    """Take in SpliceAI's VCF files.

    Raises
    ------
    InputFileError
        A file is none, or a record is malformed.
    """
    for number, path in enumerate(reception.files):
        with open_vcf(path, may_be_gzip=True) as vcf:
            if not any(line.startswith("INFO=<ID=SpliceAI,") for line in vcf.header.meta):
                raise InputFileError(path, "not SpliceAI's: expected the INFO field `SpliceAI`")
            for record in watched(vcf, report):
                for alternative, delta in _deltas(record, path):
                    change = (record.reference, alternative)
                    place = (record.contig_text, record.position)
                    reception.take((number, record.line), place, change, (delta,))


def _gather_table(
    reception: Reception,
    report: Report,
    number: int,
    columns: _Columns,
    fixed: Mapping[str, str] | None = None,
) -> None:
    """Take in one table; `fixed` says what else each line must state."""
    path, done = reception.files[number], 0
    with open_text(path) as file:
        lines = enumerate(file, start=1)
        at = _header(path, lines, columns, tuple(fixed or ()))
        for line, text in lines:
            fields = text.rstrip("\r\n").split(columns.separator)
            _check_line(path, line, fields, at, fixed or {})
            if fields[at[columns.position_1based]] != ".":
                _take(reception, (number, line), fields, at, columns)
            if not line % LINES_A_REPORT:
                report(bytes_read(file) - done)
                done = bytes_read(file)


def _header(
    path: Path, lines: Iterator[tuple[int, str]], columns: _Columns, more: tuple[str, ...]
) -> dict[str, int]:
    """Find the columns; what stands before them begins with `#` or nothing."""
    wanted = (
        columns.contig,
        columns.position_1based,
        columns.reference,
        columns.alternative,
        columns.score,
        *more,
    )
    line, names = 1, [""]
    for number, text in lines:
        line, names = number, text.rstrip("\r\n").split(columns.separator)
        if names[0] == columns.contig or not text.startswith("#"):
            break
    if not set(wanted) <= set(names):
        lacking = ", ".join(f"`{name}`" for name in wanted if name not in names)
        raise InputFileError(path, f"expected a header with the columns {lacking}", line)
    return {name: names.index(name) for name in (*wanted, names[-1])}


def _check_line(
    path: Path, line: int, fields: list[str], at: Mapping[str, int], fixed: Mapping[str, str]
) -> None:
    if len(fields) != max(at.values()) + 1:
        problem = f"expected {max(at.values()) + 1} columns, found `{len(fields)}`"
        raise InputFileError(path, problem, line)
    for name, expected in fixed.items():
        if fields[at[name]] != expected:
            problem = f"expected `{expected}` in `{name}`, found `{fields[at[name]]}`"
            raise InputFileError(path, problem, line)


def _take(
    reception: Reception,
    source: tuple[int, int],
    fields: list[str],
    at: Mapping[str, int],
    columns: _Columns,
) -> None:
    path, line = reception.files[source[0]], source[1]
    change = (fields[at[columns.reference]].upper(), fields[at[columns.alternative]].upper())
    position = fields[at[columns.position_1based]]
    if not (position.isascii() and position.isdigit() and int(position)):
        problem = f"expected a position in `{columns.position_1based}`, found `{position}`"
        raise InputFileError(path, problem, line)
    if not _BASES.issuperset(change):
        raise InputFileError(path, f"expected one base in each allele, found `{change}`", line)
    if change[0] == change[1]:
        return
    score = score_of(fields[at[columns.score]], path, line)
    place = (fields[at[columns.contig]], int(position) - 1)
    reception.take(source, place, change, (score,))


def score_of(text: str, path: Path, line: int) -> float:
    """Read a score between 0 and 1.

    Raises
    ------
    InputFileError
        It is none.
    """
    try:
        score = float(text)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise InputFileError(path, f"expected a score from 0 to 1, found `{text}`", line)
    return score


def _deltas(record: VcfRecord, path: Path) -> Iterator[tuple[str, float]]:
    """Give the greatest delta of each allele and gene that a record scores."""
    for text in filter(None, record.info.get("SpliceAI", "").split(",")):
        parts = text.split("|")
        if len(parts) != _SPLICE_PARTS or parts[0].upper() not in record.alternatives:
            problem = f"expected `SpliceAI` of {_SPLICE_PARTS} parts that begin with an allele"
            raise InputFileError(path, problem, record.line)
        scored = [each for each in parts[_SPLICE_DELTAS] if each != "."]
        if scored and is_sequence(parts[0]):
            yield parts[0].upper(), max(score_of(each, path, record.line) for each in scored)
