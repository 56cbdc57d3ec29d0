"""What the header of a VCF says of structural records, as the database keeps them."""

from collections.abc import Iterable, Iterator
from typing import Final

_INFO: Final = (
    ("END", "1", "Integer", "Last base of the variant"),
    ("SVLEN", ".", "Integer", "Length of the variant"),
    ("INSLEN", ".", "Integer", "Length of the insertion"),
    ("SVINSLEN", ".", "Integer", "Length of the insertion"),
    ("SVTYPE", "1", "String", "Kind of the variant"),
    ("CHR2", "1", "String", "Contig of the other end"),
    ("POS2", "1", "Integer", "Position of the other end"),
    ("END2", "1", "Integer", "Position of the other end"),
    ("CIPOS", ".", "Integer", "How far POS may lie off"),
    ("CIEND", ".", "Integer", "How far END may lie off"),
)
_FORMAT: Final = (
    ("CN", "1", "Integer", "Copies"),
    ("RO", "1", "Integer", "Reads of the reference"),
    ("AO", "A", "Integer", "Reads of each alternative"),
    ("AF", "A", "Float", "Share of reads of each alternative"),
    ("VAF", "A", "Float", "Share of reads of each alternative"),
    ("PR", ".", "Integer", "Spanning read pairs of each allele"),
    ("SR", ".", "Integer", "Split reads of each allele"),
    ("DR", "1", "Integer", "Pairs of the reference"),
    ("DV", "1", "Integer", "Pairs of the variant"),
    ("RR", "1", "Integer", "Split reads of the reference"),
    ("RV", "1", "Integer", "Split reads of the variant"),
)
_FILTER_COLUMN: Final = 6
_DECLARED: Final = frozenset({"PASS", ".", "weak"})


def structural_head_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield what the header says of the columns of structural records, and of their filters."""
    filters = {
        name
        for line in lines
        for name in line.split("\t", _FILTER_COLUMN + 1)[_FILTER_COLUMN].split(";")
    }
    for name in sorted(filters - _DECLARED):
        yield f'##FILTER=<ID={name},Description="Set by the caller">'
    for kind, fields in (("INFO", _INFO), ("FORMAT", _FORMAT)):
        for key, number, type_, words in fields:
            yield f'##{kind}=<ID={key},Number={number},Type={type_},Description="{words}">'
