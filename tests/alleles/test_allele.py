import pytest

from kerne.alleles.allele import Allele, parse_allele
from kerne.alleles.assembly import GRCH38, KERNIA1
from kerne.errors import AlleleError, AssemblyError


@pytest.mark.parametrize(
    "text",
    [
        "chr20-12345-A-T",
        "20-12345-a-t",
        "chr20:12345:A:T",
        "chr20:12345A>T",
        "NC_000020.11:g.12345A>T",
        " chr20-12345-A-T ",
    ],
)
def test_allele__is_read_in_every_common_spelling(text: str) -> None:
    assert parse_allele(text, GRCH38) == Allele("chr20", 12344, "A", "T")


def test_allele__reads_back_what_it_shows() -> None:
    deletion = Allele("chrX", 99, "CAT", "C")
    assert parse_allele(str(deletion), GRCH38) == deletion
    assert str(deletion) == "chrX-100-CAT-C"


def test_allele__knows_its_end_and_whether_it_is_one_base() -> None:
    assert Allele("chr1", 9, "CAT", "C").end == 12
    assert Allele("chr1", 9, "C", "G").is_snv
    assert not Allele("chr1", 9, "CA", "GT").is_snv


def test_alleles__sort_by_position_within_a_contig() -> None:
    later, earlier = Allele("chr1", 20, "A", "C"), Allele("chr1", 3, "T", "G")
    assert sorted([later, earlier]) == [earlier, later]


@pytest.mark.parametrize(
    "text",
    ["rs334", "chr20-12345-A", "chr20-12345-A-<DEL>", "chr20-x-A-T", "chr20-5-A-A", "chr20-0-A-T"],
)
def test_malformed_allele__is_refused(text: str) -> None:
    with pytest.raises(AlleleError, match="variant"):
        parse_allele(text, GRCH38)


def test_allele_of_another_assembly__is_refused() -> None:
    with pytest.raises(AssemblyError, match="`chr22` is unknown"):
        parse_allele("chr22-5-A-T", KERNIA1)
    with pytest.raises(AssemblyError, match="past the end of `chr20`"):
        parse_allele("chr20-64444168-A-T", GRCH38)
    assert parse_allele("chr1-999999999-A-T", KERNIA1).contig == "chr1"
