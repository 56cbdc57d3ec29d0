"""Read structural variants from VCF records, in the dialects of Manta, DELLY, Sniffles and others.

Callers differ in where the other end stands (`END`, `SVLEN`, `CHR2` with `POS2` or `END2`), how
reads are told (`AD`, `PR` and `SR`, `DR` and `DV`, `RR` and `RV`), and whether a copy number stands
in for a genotype (`CN`, `<CN0>`). A join of two places on one contig is the deletion, duplication
or inversion that it makes. What cannot be read is given a reason, never dropped in silence.

References
----------
VCF 4.4 §5; DELLY, Manta, Sniffles2, GATK-SV and CNVkit describe their fields in their headers.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from kerne.alleles.vcf import VcfRecord
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.reading.reads import Reads
from kerne.interpretation.reading.sample_fields import SampleFields
from kerne.interpretation.reading.structural import (
    USUAL_COPIES,
    Breakend,
    StructuralCall,
    StructuralKind,
)

NOT_A_VARIANT = frozenset({"*", "<*>", "<NON_REF>", "<CN1>", "<CN=1>"})
"""Alleles that another record describes, that stand for any other, or that are the usual copy."""
SUPPORT = (("PR", "SR"), ("DR", "DV", "RR", "RV"))
"""Reads as `reference,alternative` each, and as reference, alternative, reference, alternative."""

_JOIN = re.compile(r"([A-Za-z.]*)([\[\]])(.+):([0-9]+)[\[\]]([A-Za-z.]*)")
_COPIES = re.compile(r"<CN=?([0-9]+)>")
_SYMBOL = re.compile(r"<([A-Z]+)(?::[^>]*)?>")
_JOINS = frozenset({"BND", "TRA", "CTX"})


class NotUnderstoodError(ValueError):
    """A structural variant cannot be read; the message says why, for a count of such records."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What one alternative of a record is, whoever carries it."""

    kind: StructuralKind
    start: int
    end: int
    size_bp: int = 0
    mate: Breakend | None = None


def is_structural_alternative(alternative: str) -> bool:
    """Say whether an ALT is symbolic or a join, and describes something."""
    return not alternative.isalpha() and alternative not in NOT_A_VARIANT


def structural_call(
    record: VcfRecord,
    contig: str,
    number: int,
    fields: SampleFields,
    contig_of: Callable[[str], str | None],
) -> StructuralCall | None:
    """Read how a sample carries one alternative of a record; `None` when it does not.

    Parameters
    ----------
    contig
        Canonical name of the record's contig.
    number
        Of the alternative, 1-based.
    contig_of
        Gives the canonical name of a contig of the assembly.

    Raises
    ------
    NotUnderstoodError
        The alternative, its end or the genotype is written in a way that nobody here knows.
    """
    shape = _shape(record, contig, number, contig_of)
    copies = fields.number("CN")
    if shape.kind is StructuralKind.COPY_NUMBER and copies is None and fields.has(number):
        raise NotUnderstoodError("of copy number variants without a number of copies (`CN`)")
    genotype = _genotype(shape.kind, copies, number, fields)
    if genotype is None:
        return None
    info = record.info
    return StructuralCall(
        shape.kind,
        contig,
        shape.start,
        shape.end,
        genotype,
        shape.size_bp,
        copies,
        shape.mate,
        support(number, fields),
        _within(info.get("CIPOS", "")),
        _within(info.get("CIEND", "")),
    )


def _shape(
    record: VcfRecord, contig: str, number: int, contig_of: Callable[[str], str | None]
) -> _Shape:
    alternative = record.alternatives[number - 1]
    info = record.info
    join = _JOIN.fullmatch(alternative)
    if join is not None:
        return _joined(record.position, contig, join, contig_of)
    name = _symbol(alternative)
    if name in _JOINS:
        return _translocation(record, info, contig_of)
    if name not in {each.value for each in StructuralKind}:
        raise NotUnderstoodError(f"of a kind that is not understood, `{alternative}`")
    kind = StructuralKind(name)
    start = record.position + 1
    if kind is StructuralKind.INSERTION:
        return _Shape(kind, start, start, _length(info, number))
    end = _end(record, info, number, start)
    return _Shape(kind, start, end, end - start)


def _symbol(alternative: str) -> str:
    """Give the kind that a symbol stands for; `<CN0>` is a lost copy, `<CN2>` one too many."""
    counted = _COPIES.fullmatch(alternative)
    if counted is not None:
        return "DEL" if counted[1] == "0" else "DUP"
    symbol = _SYMBOL.fullmatch(alternative)
    return "" if symbol is None else symbol[1]


def _end(record: VcfRecord, info: Mapping[str, str], number: int, start: int) -> int:
    length = _length(info, number)
    end = record.end if "END" in info else start + length
    if end <= start or (not length and "END" not in info):
        raise NotUnderstoodError("of structural variants without a sensible `END` or `SVLEN`")
    return end


def _length(info: Mapping[str, str], number: int) -> int:
    for key in ("SVLEN", "INSLEN", "SVINSLEN"):
        values = info.get(key, "").split(",")
        text = values[min(number, len(values)) - 1].lstrip("-")
        if text.isascii() and text.isdigit():
            return int(text)
    return 0


def _joined(
    position: int, contig: str, join: re.Match[str], contig_of: Callable[[str], str | None]
) -> _Shape:
    before, bracket, name, other_1based, _ = join.groups()
    other = contig_of(name.strip("<>"))
    if other is None:
        raise NotUnderstoodError("joined to contigs that the assembly does not have")
    there = int(other_1based) - 1
    if other == contig and there != position:
        return _within_contig(position, there, bracket, comes_first=bool(before))
    place = f"{bracket}{other}:{other_1based}{bracket}"
    written = f"N{place}" if before else f"{place}N"
    mate = Breakend(other, there, written)
    return _Shape(StructuralKind.BREAKEND, position + 1, position + 1, 0, mate)


def _within_contig(position: int, there: int, bracket: str, *, comes_first: bool) -> _Shape:
    """Read a join on one contig as what it makes (VCF 4.4 §5.4, by orientation)."""
    low, high = sorted((position, there))
    # Seen from the lower side: `t[p[` leaves out what lies between, `]p]t` repeats it.
    keeps_left = comes_first if position == low else not comes_first
    is_turned = (bracket == "]") == comes_first
    if is_turned:
        return _Shape(StructuralKind.INVERSION, low + 1, high + 1, high - low)
    if keeps_left:
        return _Shape(StructuralKind.DELETION, low + 1, high, high - low - 1)
    return _Shape(StructuralKind.DUPLICATION, low, high + 1, high - low + 1)


def _translocation(
    record: VcfRecord,
    info: Mapping[str, str],
    contig_of: Callable[[str], str | None],
) -> _Shape:
    """Read a join whose other end stands in INFO."""
    other = contig_of(info.get("CHR2", ""))
    texts = (info.get(key, "") for key in ("POS2", "END2", "END"))
    there = next((int(text) for text in texts if text.isascii() and text.isdigit()), 0)
    if other is None or not there:
        raise NotUnderstoodError("of joins without a known `CHR2` and its position")
    mate = Breakend(other, there - 1, f"N[{other}:{there}[")
    start = record.position + 1
    return _Shape(StructuralKind.BREAKEND, start, start, 0, mate)


def _genotype(
    kind: StructuralKind, copies: int | None, number: int, fields: SampleFields
) -> Genotype | None:
    """Say how the variant is carried: by the genotype, or by the copies where there is none."""
    if fields.has(number):
        if kind is StructuralKind.DELETION and copies == 0:
            return Genotype.HOM
        is_one_of_two = copies is not None and copies == 1 and kind is StructuralKind.DELETION
        return Genotype.HET if is_one_of_two else fields.genotype(number)
    if not fields.is_missing or copies is None or copies == USUAL_COPIES:
        return None
    return Genotype.HOM if copies == 0 else Genotype.HET


def support(number: int, fields: SampleFields) -> Reads:
    """Give the reads for and against an alternative, as the caller tells them."""
    told = fields.reads(number)
    if told.alternative is not None:
        return told
    pairs, columns = SUPPORT
    for_and_against = [
        pair for key in pairs for pair in pairwise(_numbers(fields.fields.get(key, "")))
    ]
    values = [fields.number(key) for key in columns]
    for_and_against += [
        (against, for_it)
        for against, for_it in zip(values[::2], values[1::2], strict=True)
        if against is not None and for_it is not None
    ]
    if not for_and_against:
        return told
    alternative = sum(for_it for _, for_it in for_and_against)
    depth = alternative + sum(against for against, _ in for_and_against)
    return Reads(depth, alternative, told.quality)


def _numbers(text: str) -> list[int]:
    parts = text.split(",")
    return [int(part) for part in parts] if all(p.isascii() and p.isdigit() for p in parts) else []


def _within(text: str) -> tuple[int, int]:
    low, _, high = text.partition(",")
    try:
        return int(low), int(high)
    except ValueError:
        return 0, 0
