"""Classified variants, by place."""

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval
from kerne.knowledge.allele_facts import ClinVarRecord
from kerne.knowledge.known_variants import KnownVariant, KnownVariants

RECORD = ClinVarRecord("VCV000000001", "Pathogenic", 2)


def _known(*alleles: Allele) -> KnownVariants:
    return KnownVariants((KnownVariant(each, RECORD) for each in alleles), "clinvar c")


SPLIT = (Interval("chr1", 10, 11), Interval("chr1", 50, 52))
"""A codon that an intron parts."""


def test_codon_parted_by_an_intron__holds_what_changes_any_of_its_bases() -> None:
    first, last = Allele("chr1", 10, "A", "C"), Allele("chr1", 51, "G", "T")
    outside, elsewhere = Allele("chr1", 11, "A", "C"), Allele("chr2", 10, "A", "C")
    found = _known(last, outside, elsewhere, first).at_codon(SPLIT)
    assert [each.allele for each in found] == [first, last]


def test_variant_over_two_parts_of_a_codon__is_given_once() -> None:
    wide = Allele("chr1", 10, "A" * 45, "A")
    assert [each.allele for each in _known(wide).at_codon(SPLIT)] == [wide]


def test_nothing_is_known__without_a_release() -> None:
    assert KnownVariants().within(Interval("chr1", 0, 99)) == ()
    assert KnownVariants().release == ""
