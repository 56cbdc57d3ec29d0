"""Answers about invented files beside those of bcftools and of a database in plain Python.

What the files hold, and both oracles, stand in `validation/adversary`; `validation/differential.py`
does the same with thousands of files.
"""

import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adversary import naive
from adversary.blocks import invent_gvcf
from adversary.command_line import differences_of_command_line
from adversary.comparing import differences, differences_from_bcftools
from adversary.files import InventedFile, Inventor
from adversary.matrices import differences_of_matrices
from adversary.sequence import STRETCHES, invent_sequence
from adversary.studies import Study, empty_study, invent_study
from adversary.writing import Container

CONTAINERS = (Container.PLAIN, Container.BGZIP)
SEQUENCE = invent_sequence(random.Random(1))
SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
def test_answers__are_those_of_bcftools_and_of_plain_python(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    study = invent_study(rng, tmp_path, CONTAINERS, files=6)
    study.add_all(rng)
    assert not differences(study, rng)
    assert not differences_from_bcftools(study, rng, tmp_path)
    assert not list(differences_of_command_line(study, study.samples[:3], tmp_path))
    assert not list(differences_of_matrices(study, frozenset(study.samples[::2]), rng))


@st.composite
def small_files(draw: st.DrawFn, *, is_gvcf: bool) -> InventedFile:
    """A file of a few records, small enough to be shrunk."""
    rng = draw(st.randoms(use_true_random=False))
    inventor = Inventor(rng, SEQUENCE)
    stretch = draw(st.sampled_from(STRETCHES))
    people = inventor.people(["a", "b"])
    if is_gvcf:
        return invent_gvcf(inventor, ["a"], [replace(stretch, end=stretch.start + 60)])
    places = sorted(draw(st.lists(st.integers(stretch.start, stretch.end - 1), max_size=3)))
    records = [inventor.record(stretch, at, people) for at in places]
    return InventedFile(people, tuple(records))


@pytest.mark.parametrize("is_gvcf", [False, True])
@pytest.mark.parametrize("has_reference", [False, True])
@given(data=st.data())
@settings(
    deadline=None,
    max_examples=8,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
def test_answers_about_any_small_file__are_those_of_both(
    data: st.DataObject, has_reference: bool, is_gvcf: bool
) -> None:
    made = data.draw(small_files(is_gvcf=is_gvcf))
    rng = random.Random(1)
    with TemporaryDirectory() as directory:
        work = Path(directory)
        study = empty_study(rng, work, SEQUENCE, has_reference=has_reference)
        study.take(made, rng, CONTAINERS)
        study.add_all(rng)
        assert not differences(study, rng)
        assert not differences_from_bcftools(study, rng, work)


def wrongly(study: Study, key: naive.Key, said: str) -> None:
    """Let the truth say something else of one allele in the first sample that speaks of it."""
    for file in study.naive:
        if key in file.told:
            file.told[key][0] = [naive.Call(said)]


@pytest.mark.parametrize("said", ["hom", "het", "hemi", "half", "missing", "reference half"])
def test_comparison__finds_one_call_that_is_not_the_truth(tmp_path: Path, said: str) -> None:
    rng = random.Random(5)
    study = invent_study(rng, tmp_path, CONTAINERS, files=2)
    study.add_all(rng)
    key = next(
        key
        for file in study.naive
        for key, calls in file.told.items()
        if [call.said for call in calls[0]] == ["reference"]
        and file.copies_at(0, key.contig, key.position) == naive.PAIRED
    )
    assert not differences(study, rng)
    wrongly(study, key, said)
    assert differences(study, rng)
    assert list(differences_of_command_line(study, study.samples, tmp_path))
    assert list(differences_of_matrices(study, frozenset(study.samples), rng))


def test_comparison__finds_an_allele_too_many(tmp_path: Path) -> None:
    rng = random.Random(2)
    study = invent_study(rng, tmp_path, CONTAINERS, files=2)
    study.add_all(rng)
    file = study.naive[0]
    base = study.sequence.fetch("chr1", 3, 4)
    file.told[naive.Key("chr1", 3, base, "NN")] = [[naive.Call("missing")] for _ in file.samples]
    assert differences(study, rng)


def test_naive_and_bcftools__each_find_the_other_out(tmp_path: Path) -> None:
    rng = random.Random(7)
    study = invent_study(rng, tmp_path, CONTAINERS, files=1)
    study.add_all(rng)
    text = study.files[0].plain.read_text()
    study.files[0].plain.write_text(text.replace("\t0/1", "\t1/1", 1))
    assert differences_from_bcftools(study, rng, tmp_path)
