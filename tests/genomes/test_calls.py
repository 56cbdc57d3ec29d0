"""Codes of genotypes and what they count for, against the words of the design."""

import itertools

import numpy as np
import pytest

from kerne.genomes.calls import (
    PRIORITY,
    RULE_OF,
    SILENT,
    SILENT_COPIES,
    WORTH,
    Code,
    Place,
    Rule,
    Worth,
    code_of,
    is_carried,
)


@pytest.mark.parametrize(
    ("text", "allele", "code"),
    [
        ("0/0", 1, Code.REFERENCE),
        ("0|1", 1, Code.HET),
        ("1/0", 1, Code.HET),
        ("1/2", 1, Code.HET),
        ("1/2", 2, Code.HET),
        ("2/2", 1, Code.REFERENCE),
        ("1/1", 1, Code.HOM),
        ("1", 1, Code.HEMI),
        ("0", 1, Code.REFERENCE_HEMI),
        (".", 1, Code.MISSING),
        ("./.", 1, Code.MISSING),
        ("./1", 1, Code.HALF),
        ("1/.", 1, Code.HALF),
        ("0/.", 1, Code.REFERENCE_HALF),
    ],
)
def test_code__says_what_the_genotype_says(text: str, allele: int, code: Code) -> None:
    assert code_of(text, allele) is code


@pytest.mark.parametrize("text", ["0/0/1", "x", ""])
def test_code__of_no_diploid_genotype_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        code_of(text, 1)


def copies_by_hand(text: str) -> tuple[int, int]:
    alleles = text.replace("|", "/").split("/")
    return alleles.count("1"), sum(allele != "." for allele in alleles)


@pytest.mark.parametrize(
    "text",
    [*map("/".join, itertools.product("01.", repeat=2)), "0", "1", "."],
)
def test_worth__as_written_is_ac_and_an_of_the_genotype(text: str) -> None:
    worth = WORTH[Rule.AS_WRITTEN, code_of(text, 1)]
    ac = worth[Worth.HET] + 2 * worth[Worth.HOM] + worth[Worth.HEMI] + worth[Worth.HALF]
    assert (ac, worth[Worth.AN]) == copies_by_hand(text)


def test_worth__never_has_more_copies_than_were_called() -> None:
    copies = WORTH[..., Worth.HET :] @ np.array([1, 2, 1, 1])
    assert (copies <= WORTH[..., Worth.AN]).all()
    assert (WORTH[Rule.ABSENT] == 0).all()
    assert (WORTH[Rule.HAPLOID, :, Worth.AN] <= 1).all()
    assert (WORTH[:, Code.WEAK_HET :] == 0).all()


def test_het_on_a_single_x__is_an_artefact_and_counts_for_nothing() -> None:
    assert (WORTH[Rule.HAPLOID, Code.HET] == 0).all()
    assert WORTH[Rule.HAPLOID, Code.HOM, Worth.HEMI] == 1
    assert WORTH[Rule.MITOCHONDRIAL, Code.HET, Worth.HEMI] == 1


def test_unclear_copies__leave_x_and_y() -> None:
    for place in (Place.X, Place.Y):
        assert RULE_OF[place, 0] == Rule.ABSENT
        assert SILENT_COPIES[place].tolist() == [0, 0, 1, 2]
    assert SILENT_COPIES[Place.PAIRED].tolist() == [2] * 4


def test_carried__is_what_counts_as_alternative() -> None:
    codes = np.arange(len(Code), dtype=np.uint8)
    carried = [Code.HET, Code.HOM, Code.HEMI, Code.HALF]
    assert np.flatnonzero(is_carried(codes)).tolist() == carried
    assert np.flatnonzero(is_carried(codes | np.uint8(SILENT))).tolist() == carried


def test_priority__orders_every_code_once_and_the_surest_first() -> None:
    assert sorted(PRIORITY.tolist()) == list(range(len(Code)))
    assert int(np.argmin(PRIORITY)) == Code.HOM
    assert PRIORITY[Code.HALF] < PRIORITY[Code.WEAK_HOM] < PRIORITY[Code.MISSING]
    assert int(np.argmax(PRIORITY)) == Code.REFERENCE
