"""Classified variants, by place."""

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval
from kerne.knowledge.allele_facts import ClinVarRecord
from kerne.knowledge.known_variants import KnownVariant, KnownVariants

RECORD = ClinVarRecord("VCV000000001", "Pathogenic", 2)


def _known(*alleles: Allele) -> KnownVariants:
    return KnownVariants((KnownVariant(each, RECORD) for each in alleles), "clinvar c")


def test_place__holds_what_changes_any_of_its_bases_by_place() -> None:
    first, last = Allele("chr1", 10, "A", "C"), Allele("chr1", 12, "G", "T")
    outside, elsewhere = Allele("chr1", 13, "A", "C"), Allele("chr2", 10, "A", "C")
    wide = Allele("chr1", 5, "A" * 9, "A")
    found = _known(last, outside, elsewhere, first, wide).within(Interval("chr1", 10, 13))
    assert [each.allele for each in found] == [wide, first, last]


def test_nothing_is_known__without_a_release() -> None:
    assert KnownVariants().within(Interval("chr1", 0, 99)) == ()
    assert KnownVariants().release == ""
