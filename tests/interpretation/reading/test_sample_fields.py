import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.interpretation.candidate import Genotype
from kerne.interpretation.reading.reads import CALLABLE, Reads
from kerne.interpretation.reading.sample_fields import SampleFields


def _fields(keys: str, text: str) -> SampleFields:
    return SampleFields(keys.split(":"), text)


@pytest.mark.parametrize(
    ("keys", "text", "expected"),
    [
        ("GT:AD:DP:GQ", "0/1:16,14:31:99", Reads(31, 14, 99)),
        ("GT:AD", "0/1:16,14", Reads(30, 14)),
        ("GT:AD:DP", "0/1:.:31", Reads(31)),
        ("GT:DP:RO:AO", "0/1:30:20,:10", Reads(30, 10)),
        ("GT:RO:AO", "0/1:20:10,3", Reads(33, 10)),
        ("GT:DP:AF", "0/1:200:0.07", Reads(200, 14)),
        ("GT:DP:HF", "0/1:200:0.5", Reads(200, 100)),
        ("GT:DP:VAF", "0/1:200:2", Reads(200)),
        ("GT:DP:VAF", "0/1:200:much", Reads(200)),
        ("GT", "0/1", Reads()),
        ("GT:DP:GQ", "0/1:.:-3", Reads()),
        ("AD:GT", "16,14:0/1", Reads(30, 14)),
    ],
)
def test_reads__are_told_in_the_dialect_of_each_caller(
    keys: str, text: str, expected: Reads
) -> None:
    assert _fields(keys, text).reads(1) == expected


def test_reads_of_an_allele_beyond_the_list__are_not_told() -> None:
    assert _fields("GT:AD:DP", "0/2:9,1:10").reads(2) == Reads(10)


@pytest.mark.parametrize(
    ("reads", "words", "share", "is_deep"),
    [
        (Reads(30, 0, 99), "0 of 30 reads", 0.0, True),
        (Reads(40, 10), "10 of 40 reads (25%)", 0.25, True),
        (Reads(7, 0), "0 of 7 reads", 0.0, False),
        (Reads(30, 0, 19), "0 of 30 reads", 0.0, False),
        (Reads(0, 0), "0 of 0 reads", None, False),
        (Reads(), "depth not told", None, False),
        (CALLABLE, "8 reads or more", None, True),
    ],
)
def test_reads__say_themselves_and_whether_they_are_deep(
    reads: Reads, words: str, share: float | None, *, is_deep: bool
) -> None:
    assert (str(reads), reads.share, reads.is_deep) == (words, share, is_deep)


def test_haplotype__is_that_of_a_phased_heterozygous_allele() -> None:
    assert _fields("GT:PS", "0|1:77").haplotype(1) == ("77", 1)
    assert _fields("GT", "1|0").haplotype(1) == ("", 0)
    assert _fields("GT", "0/1").haplotype(1) is None
    assert _fields("GT", "1|1").haplotype(1) is None
    assert _fields("GT", "1").genotype(1) is Genotype.HEMI


def test_what_is_no_genotype__is_an_error() -> None:
    with pytest.raises(ValueError, match="a"):
        _fields("GT", "a/b")


COUNTS = st.lists(st.integers(0, 200), min_size=2, max_size=4)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(COUNTS)
def test_reads_by_allele__add_up_to_the_depth(counts: list[int]) -> None:
    fields = _fields("GT:AD", f"0/1:{','.join(map(str, counts))}")
    seen = [fields.reads(number) for number in range(len(counts))]
    assert [each.alternative for each in seen] == counts
    assert {each.depth for each in seen} == {sum(counts)}
