"""Read VCF files, plain or bgzip, record by record, and say exactly what is wrong with a bad one.

A bgzip file is checked for its end-of-file block before anything is read, so that a truncated copy
is refused at once and not after an hour. Lines are split once; INFO, FORMAT and the samples are
taken apart only when somebody asks. Alleles are given as they come: symbolic alleles, `*` and
multi-allelic records are for the caller to judge (`is_sequence`, `split_genotype`).

References
----------
VCF 4.4 §1.4-1.6; SAM 1.6 §4.1 (BGZF).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from kerne.alleles.bgzip import BROKEN, open_checked, unpacked
from kerne.errors import InputFileError

FIXED_COLUMNS: Final = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO")
FIRST_SAMPLE_COLUMN: Final = 9
LAST_POSITION: Final = (1 << 31) - 1
BASES: Final = "ACGTNRYSWKMBDHVacgtnryswkmbdhv"
"""IUPAC's letters for nucleotides: callers write them where the reference has them."""

_CONTIG_FIELD = re.compile(r'([A-Za-z0-9_.]+)=("[^"]*"|[^,>]*)')
_LENGTH = re.compile(r"[0-9]{1,10}")
_END = re.compile(r"(?:^|;)END=([0-9]+)(?:;|$)")


@dataclass(frozen=True, slots=True)
class VcfHeader:
    """What stands above the records.

    Parameters
    ----------
    meta
        The `##` lines in order, without the two hashes.
    contig_lengths
        Length in bases of each declared contig; `None` when the header does not say.
    samples
        Sample names in the order of their columns.
    """

    meta: tuple[str, ...]
    contig_lengths: dict[str, int | None]
    samples: tuple[str, ...]


class VcfRecord(NamedTuple):
    """One line of a VCF file.

    Parameters
    ----------
    line
        1-based line in the file.
    contig_text
        CHROM as it is written.
    position
        0-based position of the first reference base.
    reference
        REF, upper case.
    alternatives
        ALT in order, nucleotides in upper case; empty when it is `.`.
    filters
        FILTER; empty when it is `.`.
    info_text, format_text, samples_text
        The rest as written; `samples_text` holds the sample columns with their tabs.
    identifier
        ID as written; empty when it is `.`.
    """

    line: int
    contig_text: str
    position: int
    reference: str
    alternatives: tuple[str, ...]
    filters: tuple[str, ...]
    info_text: str
    format_text: str
    samples_text: str
    identifier: str = ""

    @property
    def info(self) -> dict[str, str]:
        """INFO by key; a flag has an empty value."""
        return parse_info(self.info_text)

    @property
    def format_keys(self) -> tuple[str, ...]:
        """Keys of FORMAT, empty when the file has no samples."""
        return tuple(self.format_text.split(":")) if self.format_text else ()

    @property
    def sample_fields(self) -> list[str]:
        """One text for each sample, values separated by `:` as FORMAT says."""
        return self.samples_text.split("\t") if self.samples_text else []

    @property
    def end(self) -> int:
        """0-based end (exclusive) of the bases that the record speaks of: INFO END, or REF's."""
        found = _END.search(self.info_text) if "END=" in self.info_text else None
        if found is None:
            return self.position + len(self.reference)
        # A longer number lies as far beyond every contig as this one.
        return int(found[1]) if _LENGTH.fullmatch(found[1]) else LAST_POSITION


def parse_info(text: str) -> dict[str, str]:
    """Take an INFO column apart; a flag has an empty value.

    Examples
    --------
    >>> parse_info("DP=12;DB")
    {'DP': '12', 'DB': ''}
    """
    if text in {".", ""}:
        return {}
    pairs = (item.partition("=") for item in text.split(";"))
    return {key: value for key, _, value in pairs if key}


def parse_genotype(text: str) -> tuple[tuple[int | None, ...], bool]:
    """Return the alleles of a GT value, `None` for a missing one, and whether they are phased.

    Raises
    ------
    ValueError
        It is not a genotype; whoever knows the file and line says so.

    Examples
    --------
    >>> parse_genotype("0/1"), parse_genotype(".|2"), parse_genotype("1")
    (((0, 1), False), ((None, 2), True), ((1,), False))

    References
    ----------
    VCF 4.4 §1.6.2.
    """
    alleles = text.replace("|", "/").split("/")
    codes = tuple(None if allele == "." else _allele_code(allele) for allele in alleles)
    return codes, "|" in text


def _allele_code(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def split_genotype(codes: tuple[int | None, ...], allele: int) -> tuple[int | None, ...]:
    """Return the genotype that a bi-allelic record of ALT number `allele` (1-based) would hold.

    Another called allele counts as the reference, a missing one stays missing, as
    `bcftools norm -m-` does.

    Examples
    --------
    >>> split_genotype((1, 2), 2), split_genotype((None, 1), 1)
    ((0, 1), (None, 1))
    """
    return tuple(None if code is None else int(code == allele) for code in codes)


def is_sequence(allele: str) -> bool:
    """Say whether an ALT allele is bases, and not symbolic, `*`, a breakend or missing."""
    return allele.isalpha()


class VcfFile:
    """An open VCF file: its header, and its records by iteration.

    Use it through `open_vcf`, as a context manager. Records can be read once.
    """

    def __init__(self, path: Path, *, may_be_gzip: bool = False) -> None:
        self.path = path
        self._raw = open_checked(path, may_be_gzip=may_be_gzip)
        self._text = unpacked(self._raw)
        self._line = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._text.close()
        self._raw.close()

    @property
    def bytes_read(self) -> int:
        """How far the file is read, in bytes as they lie on the disk; it is read ahead."""
        return self._raw.tell()

    @cached_property
    def header(self) -> VcfHeader:
        """The header; read on opening."""
        texts = [self._next_line()]
        while texts[-1].startswith("##"):
            texts.append(self._next_line())
        return read_header(self.path, texts)

    def __iter__(self) -> Iterator[VcfRecord]:
        """Yield the records in order.

        Raises
        ------
        InputFileError
            A record is malformed, or the compressed data end or break in the middle.
        """
        for record in self.each():
            if isinstance(record, InputFileError):
                raise record
            yield record

    def each(self) -> Iterator[VcfRecord | InputFileError]:
        """Yield the records in order, and for a malformed one what is wrong with it.

        Raises
        ------
        InputFileError
            The compressed data end or break in the middle.
        """
        samples = len(self.header.samples)
        try:
            for raw in self._text:
                self._line += 1
                try:
                    yield read_record(self.path, self._line, raw, samples)
                except InputFileError as error:
                    yield error
        except BROKEN as error:
            raise self._error("compressed data are damaged or end too early") from error

    def _next_line(self) -> str:
        """Return the next line without its end; empty at the end of the file."""
        try:
            raw = self._text.readline()
        except BROKEN as error:
            raise self._error("compressed data are damaged or end too early") from error
        if not raw:
            return ""
        self._line += 1
        return text_of(self.path, self._line, raw)

    def _error(self, problem: str) -> InputFileError:
        return InputFileError(self.path, problem, max(self._line, 1))


def open_vcf(path: Path, *, may_be_gzip: bool = False) -> VcfFile:
    """Open a VCF file, plain or bgzip, and read its header.

    Parameters
    ----------
    may_be_gzip
        Whether other gzip than bgzip will do, as some publish.

    Raises
    ------
    InputFileError
        The file is missing, not a VCF, compressed otherwise, or truncated.
    """
    file = VcfFile(path, may_be_gzip=may_be_gzip)
    try:
        _ = file.header
    except InputFileError:
        file.__exit__(None, None, None)
        raise
    return file


def text_of(path: Path, line: int, raw: bytes) -> str:
    """Return a line without its end.

    Raises
    ------
    InputFileError
        It is empty, or not text.
    """
    try:
        text = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputFileError(path, "not text, expected a VCF record", line) from error
    if not text:
        raise InputFileError(path, "empty line, expected a VCF record", line)
    return text


def read_header(path: Path, texts: Sequence[str]) -> VcfHeader:
    """Take a header apart: its lines, down to the first that does not begin with `##`.

    The last is empty where the file ends before the line `#CHROM ...`.

    Raises
    ------
    InputFileError
        It is none.
    """
    last = max(1, len(texts) - (not texts[-1]))
    if not texts[0].startswith("##fileformat=VCF"):
        raise InputFileError(path, "not a VCF: expected `##fileformat=VCF...` here", 1)
    columns = texts[-1].split("\t")
    if tuple(columns[: len(FIXED_COLUMNS)]) != FIXED_COLUMNS:
        problem = "expected the line `#CHROM POS ID REF ALT QUAL FILTER INFO` here"
        raise InputFileError(path, problem, last)
    samples = tuple(columns[FIRST_SAMPLE_COLUMN:])
    if len(set(samples)) != len(samples):
        raise InputFileError(path, "a sample name stands twice, expected each once", last)
    meta = [text[2:] for text in texts[:-1]]
    return VcfHeader(tuple(meta), _contig_lengths(meta), samples)


def read_record(path: Path, line: int, raw: bytes, samples: int) -> VcfRecord:
    """Take one line apart.

    Parameters
    ----------
    line
        1-based line in the file.
    samples
        How many sample columns its header has.

    Raises
    ------
    InputFileError
        It is malformed.
    """
    parts = text_of(path, line, raw).split("\t", FIRST_SAMPLE_COLUMN)
    problem = _problem_of(parts, samples)
    alternatives = () if problem else _alternatives(parts[4])
    if problem or "" in alternatives:
        raise InputFileError(path, problem or "ALT has an empty allele", line)
    contig, position_1based, identifier, reference, _, _, filters, info = parts[:8]
    form, values = (parts[8], parts[9]) if samples else ("", "")
    return VcfRecord(
        line,
        contig,
        int(position_1based) - 1,
        reference.upper(),
        alternatives,
        () if filters == "." else tuple(filters.split(";")),
        info,
        form,
        values,
        "" if identifier == "." else identifier,
    )


def _problem_of(parts: list[str], samples: int) -> str:
    """Say what is wrong with the columns of a record; nothing when they are well."""
    if len(parts) <= (FIRST_SAMPLE_COLUMN if samples else len(FIXED_COLUMNS) - 1):
        return f"found `{len(parts)}` columns, expected at least `{8 + 2 * bool(samples)}`"
    if samples and parts[FIRST_SAMPLE_COLUMN].count("\t") != samples - 1:
        found = parts[FIRST_SAMPLE_COLUMN].count("\t") + 1
        return f"found `{found}` sample columns, expected `{samples}`"
    if not _LENGTH.fullmatch(parts[1]) or not 0 < int(parts[1]) <= LAST_POSITION:
        return f"POS is not a number from 1 to {LAST_POSITION}"
    if not parts[3] or parts[3].strip(BASES):
        return "REF is not bases"
    if any(is_sequence(allele) and allele.strip(BASES) for allele in parts[4].split(",")):
        return "ALT has letters that are no bases"
    return ""


def _alternatives(text: str) -> tuple[str, ...]:
    if text == ".":
        return ()
    if text.isalpha():
        return (text.upper(),)
    return tuple(a.upper() if a.isalpha() else a for a in text.split(","))


def _contig_lengths(meta: list[str]) -> dict[str, int | None]:
    lengths: dict[str, int | None] = {}
    for text in meta:
        if text.startswith("contig=<"):
            values = dict(_CONTIG_FIELD.findall(text[len("contig=<") :]))
            length = values.get("length", "")
            if "ID" in values:
                lengths[values["ID"]] = int(length) if _LENGTH.fullmatch(length) else None
    return lengths
