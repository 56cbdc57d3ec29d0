"""What is known of alleles, with and without releases at hand."""

from pathlib import Path

import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.knowledge.allele_facts import NOTHING_KNOWN, ClinVarRecord
from kerne.knowledge.allele_library import AlleleLibrary
from kerne.knowledge.frequencies import read_frequencies

LISTED = Allele("chr1", 100, "A", "G")


def test_allele_without_any_release__has_no_facts_and_nobody_looked() -> None:
    assert AlleleLibrary().look_up([LISTED, LISTED]) == [NOTHING_KNOWN, NOTHING_KNOWN]
    assert not NOTHING_KNOWN.is_surveyed


def test_allele_not_listed__is_told_from_one_where_nobody_looked(frequencies_file: Path) -> None:
    library = AlleleLibrary(read_frequencies(frequencies_file, GRCH38))
    asked = [LISTED, Allele("chr1", 9, "A", "G"), Allele("chr9", 9, "A", "G")]
    listed, not_listed, elsewhere = library.look_up(asked)
    assert listed.frequency is not None
    assert listed.frequency.ac == 3
    assert (not_listed.frequency, not_listed.is_surveyed) == (None, True)
    assert (elsewhere.frequency, elsewhere.is_surveyed) == (None, False)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Pathogenic", (True, False)),
        ("Pathogenic/Likely pathogenic, low penetrance", (True, False)),
        ("Likely benign", (False, True)),
        ("Pathogenic/Pathogenic, low penetrance", (True, False)),
        ("Pathogenic/Likely risk allele|risk factor", (True, False)),
        ("Uncertain significance; Pathogenic/Likely pathogenic", (False, False)),
        ("Benign|drug response", (False, True)),
        ("Conflicting classifications of pathogenicity", (False, False)),
        ("Uncertain significance", (False, False)),
        ("drug response", (False, False)),
    ],
)
def test_class_of_a_record__is_that_of_all_its_words(
    words: str, expected: tuple[bool, bool]
) -> None:
    record = ClinVarRecord("VCV000000001", words, 1)
    assert (record.is_pathogenic, record.is_benign) == expected
