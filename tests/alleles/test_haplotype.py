from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.haplotype import joined
from kerne.errors import AlleleError

TEXT = "ATGTGGTAACCATG"


class Text:
    def fetch(self, contig: str, start: int, end: int) -> str:
        del contig
        return TEXT[start:end]

    def length(self, contig: str) -> int:
        del contig
        return len(TEXT)


def naive_sequence(*alleles: Allele) -> str:
    """Put alleles into the text from the last to the first, so that no position moves."""
    text = TEXT
    for each in sorted(alleles, reverse=True):
        text = text[: each.position] + each.alternative + text[each.end :]
    return text


ALLELES = st.builds(
    lambda at, size, bases: Allele("chr1", at, TEXT[at : at + size], TEXT[at] + bases),
    st.integers(0, 10),
    st.integers(1, 3),
    st.text("ACGT", max_size=3),
)


@given(st.lists(ALLELES, min_size=1, max_size=3))
@settings(deadline=None, max_examples=200, derandomize=True)
def test_joined_alleles__make_the_sequence_that_they_make_together(alleles: list[Allele]) -> None:
    ordered = sorted(alleles)
    assume(all(left.end <= right.position for left, right in pairwise(ordered)))
    assume(all(each.reference != each.alternative for each in alleles))
    assert naive_sequence(joined(alleles, Text())) == naive_sequence(*alleles)


def test_substitution_of_an_anchor_base__joins_the_insertion_behind_it() -> None:
    both = [Allele("chr1", 3, "T", "TA"), Allele("chr1", 3, "T", "C")]
    assert joined(both, Text()) == Allele("chr1", 3, "T", "CA")


@pytest.mark.parametrize(
    "other",
    [Allele("chr1", 3, "TG", "T"), Allele("chr2", 8, "A", "C"), Allele("chr1", 4, "G", "C")],
)
def test_alleles_that_exclude_each_other__are_refused(other: Allele) -> None:
    with pytest.raises(AlleleError, match="`chr1-5-G-A`"):
        joined([Allele("chr1", 4, "G", "A"), other], Text())
