"""Questions and answers as they are said to a resident process, and read again."""

import inspect
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kerne import errors
from kerne.alleles.allele import Allele
from kerne.cli.resident.values import (
    read_error,
    read_frequencies,
    read_samples,
    read_strata,
    say_error,
    say_frequencies,
    say_samples,
    say_strata,
)
from kerne.cli.resident.wire import WireError
from kerne.errors import InputFileError, KerneError
from kerne.genomes.allele_list import listed
from kerne.genomes.cohorts import Cohort
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.strata import Strata, StratifiedFrequencies
from kerne.people.counted import WhoCounted

ALLELES = [
    Allele("chr1", 9, "A", "C"),
    Allele("chr2", 4, "G" * 40, "G"),
    Allele("chr2", 5, "T", "A"),
]


def counts(times: int) -> Frequencies:
    column = np.arange(3, dtype=np.int64) * times
    return Frequencies(listed(ALLELES, ["chr1", "chr2"]), *(column + at for at in range(5)))


def alike(one: Frequencies, other: Frequencies) -> bool:
    columns = ("ac", "an", "hom", "het", "hemi", "contig", "position", "reference", "alternative")
    same = all(getattr(one, name).tolist() == getattr(other, name).tolist() for name in columns)
    return same and one.counted == other.counted


def test_frequencies__are_read_as_they_were_said() -> None:
    whole = replace(counts(1), counted=WhoCounted(5, 4, 3, 2, 1))
    said = say_frequencies(StratifiedFrequencies(whole, {"XX": counts(2), "XY": counts(3)}))
    found = read_frequencies(said.said, [bytes(column) for column in said.columns])
    assert alike(found.whole, whole)
    assert list(found.strata) == ["XX", "XY"]
    assert alike(found.strata["XY"], counts(3))
    assert not alike(found.strata["XX"], counts(3))


def test_frequencies__of_no_allele_are_read_too() -> None:
    none = counts(1).only(np.zeros(3, dtype=np.bool_))
    said = say_frequencies(StratifiedFrequencies(none, {}))
    assert said.said["parts"][0]["long"] == {}
    assert alike(read_frequencies(said.said, said.columns).whole, none)


@pytest.mark.parametrize("samples", [None, Cohort(frozenset({"a", "b c"})), ~Cohort(frozenset())])
def test_samples__are_read_as_they_were_said(samples: Cohort | None) -> None:
    assert read_samples(say_samples(samples)) == samples


def test_strata__are_read_as_they_were_said() -> None:
    found = read_strata(say_strata(Strata(by_sex=True, named={"cases": ["b", "a", "a"]})))
    assert found == Strata(by_sex=True, named={"cases": Cohort(frozenset({"a", "b"}))})


KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, KerneError) and kind is not InputFileError
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_error__is_of_its_class_again(kind: type[KerneError]) -> None:
    found = read_error(say_error(kind("what was wrong")).said)
    assert type(found) is kind
    assert str(found) == "what was wrong"
    assert found.exit_code == kind.exit_code


def test_error_of_a_file__keeps_its_line() -> None:
    error = InputFileError(Path("/a.vcf"), "has no samples", 7)
    found = read_error(say_error(error).said)
    assert isinstance(found, InputFileError)
    assert (found.path, found.problem, found.line) == (Path("/a.vcf"), "has no samples", 7)
    assert str(found) == str(error)


@pytest.mark.parametrize("name", ["ValueError", "Path", "InputFileErrors"])
def test_other_class__is_no_error(name: str) -> None:
    with pytest.raises(WireError, match="there is no error"):
        read_error({"error": name, "message": ""})
