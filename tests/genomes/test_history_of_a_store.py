"""How a store came to hold what it holds never changes an answer.

Order of adding, batches, removal and adding again, and what is joined in between: the same files
give the same answers, those of plain Python, which knows nothing of order.
"""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from adversary.comparing import differences, table_of
from adversary.studies import Study, invent_study
from adversary.writing import Container
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.keeping.compaction import LIVE_SEGMENTS_MOST

CONTAINERS = (Container.PLAIN, Container.BGZIP)
SEEDS = range(4)


def remove(study: Study, sample: str) -> None:
    """Take a sample out of the database and out of the truth."""
    study.genomes.remove(sample)
    study.forget(sample)


@pytest.mark.parametrize("seed", SEEDS)
def test_store_after_any_history__answers_as_if_it_were_new(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    study = invent_study(rng, tmp_path, CONTAINERS, files=5)
    study.add_all(rng)
    whole = list(study.files)
    for sample in rng.sample(study.samples, rng.randint(1, len(study.samples))):
        remove(study, sample)
    assert not differences(study, rng)
    gone = [file for file in whole if not set(file.naive.samples) & set(study.samples)]
    rng.shuffle(gone)
    for file in gone:
        study.genomes.add([file.given], study.rules)
        study.files.append(file)
    assert not differences(study, rng)


@pytest.mark.parametrize("seed", SEEDS)
def test_stores_of_the_same_files__answer_alike_whatever_the_order(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    study = invent_study(rng, tmp_path, CONTAINERS, files=5)
    study.add_all(rng)
    at_once = FreestandingGenomes(tmp_path / "at-once")
    at_once.add([file.given for file in study.files], study.rules)
    assert table_of(at_once.frequencies()) == table_of(study.genomes.frequencies())
    chosen = rng.sample(study.samples, len(study.samples) // 2)
    ours, theirs = at_once.frequencies(samples=chosen), study.genomes.frequencies(samples=chosen)
    assert table_of(ours) == table_of(theirs)


def test_many_single_files__answer_the_same_while_they_are_joined(tmp_path: Path) -> None:
    rng = random.Random(1)
    study = invent_study(rng, tmp_path, CONTAINERS, files=1)
    single = replace(study, files=[])
    for number in range(LIVE_SEGMENTS_MOST + 3):
        single.invent_file(rng, [f"p{number}"], CONTAINERS)
        single.genomes.add([single.files[-1].given], single.rules)
        if number % LIVE_SEGMENTS_MOST in {0, LIVE_SEGMENTS_MOST - 1}:
            assert not differences(single, rng)
    assert single.genomes.stats().segments <= LIVE_SEGMENTS_MOST
    for sample in rng.sample(single.samples, LIVE_SEGMENTS_MOST):
        remove(single, sample)
    assert not differences(single, rng)
