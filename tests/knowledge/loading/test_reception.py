"""Alleles come into a table in normal form, and those of another assembly do not."""

from collections.abc import Callable

import pytest

from kerne.alleles.allele import Allele
from kerne.errors import InputFileError
from kerne.knowledge.release import Kind
from kerne.knowledge.variant_table.table import VariantTable

from .conftest import Bases
from .test_gnomad import vcf

Convert = Callable[..., VariantTable]

SEQUENCE = Bases("chr1", "GCAAAATG" + "C" * 92)


def _indel(record: str) -> str:
    return vcf("AC AN", f"{record} . PASS AC=1;AN=9")


@pytest.mark.parametrize(
    ("record", "sequence", "kept"),
    [
        ("1 5 . AA A", SEQUENCE, Allele("chr1", 1, "CA", "C")),
        ("1 5 . AA A", None, Allele("chr1", 4, "AA", "A")),
        ("1 5 . AAT AT", None, Allele("chr1", 4, "AA", "A")),
        ("1 7 . TG TC", None, Allele("chr1", 7, "G", "C")),
        ("2 5 . AAT AT", SEQUENCE, Allele("chr2", 4, "AA", "A")),
        ("1 5 . CGT CT", SEQUENCE, Allele("chr1", 4, "CG", "C")),
    ],
)
def test_indel__is_shifted_as_far_as_the_sequence_at_hand_allows(
    to_table: Convert, record: str, sequence: Bases | None, kept: Allele
) -> None:
    assert to_table(Kind.GNOMAD, _indel(record), sequence=sequence).allele(0) == kept


@pytest.mark.parametrize(
    ("record", "sequence", "words"),
    [
        ("1 5 . AA A", SEQUENCE, "left-aligned"),
        ("1 5 . AA A", None, "trimmed, not shifted: no reference sequence was at hand"),
        ("2 5 . AA A", SEQUENCE, "left-aligned, but 1 indels beyond the sequence only trimmed"),
    ],
)
def test_normal_form__is_said(
    to_table: Convert, record: str, sequence: Bases | None, words: str
) -> None:
    assert to_table(Kind.GNOMAD, _indel(record), sequence=sequence).facts["normal form"] == words


def test_file_whose_bases_are_not_those_of_the_sequence__is_of_another_assembly(
    to_table: Convert,
) -> None:
    records = [f"1 {10 + n} . T A . PASS AC=1;AN=9" for n in range(20)]
    with pytest.raises(InputFileError, match=r"`20` of `20` reference bases .* another assembly"):
        to_table(Kind.GNOMAD, vcf("AC AN", *records), sequence=SEQUENCE)


def test_file_with_few_other_bases__is_taken(to_table: Convert) -> None:
    records = [f"1 {10 + n} . {'C' if n else 'T'} A . PASS AC=1;AN=9" for n in range(80)]
    assert len(to_table(Kind.GNOMAD, vcf("AC AN", *records), sequence=SEQUENCE)) == 80
