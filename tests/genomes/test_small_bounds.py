"""With tiny tiles, partitions, groups and segments the same answers: every bound is met often.

What bounds a tile, a partition, a group of the twin or the number of segments is far larger than
an invented file; here each is made so small that a file of a few records meets all of them.
"""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from adversary.comparing import differences, differences_from_bcftools
from adversary.files import InventedFile, Inventor, Person
from adversary.sequence import SURE_Y, invent_sequence
from adversary.studies import empty_study, invent_study
from adversary.writing import Container
from kerne.genomes.keeping.store import GenomeStore

SMALL = {
    "packing.TILE_SITES": 3,
    "merging.CALLS_MOST": 12,
    "building.SHIFT_MOST_BP": 300,
    "twin.GROUP_CALLS": 7,
    "kernels.DENSE_ROWS": 1,
    "kernels.DENSE_SHARE": 3,
}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, bound in SMALL.items():
        monkeypatch.setattr(f"kerne.genomes.segments.{name}", bound)
    monkeypatch.setattr("kerne.genomes.keeping.compaction.LIVE_SEGMENTS_MOST", 3)


@pytest.mark.parametrize("seed", range(3))
def test_answers__do_not_depend_on_the_size_of_anything(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    study = invent_study(rng, tmp_path, tuple(Container), files=6)
    study.add_all(rng)
    assert not differences(study, rng)
    assert not differences_from_bcftools(study, rng, tmp_path)


@pytest.mark.parametrize("seed", range(2))
def test_file_larger_than_what_is_held__answers_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr("kerne.genomes.segments.building.CALLS_MOST", 25)
    rng = random.Random(seed)
    whole = invent_study(rng, tmp_path, [Container.PLAIN], files=6)
    study = replace(whole, files=[])
    inventor = Inventor(rng, study.sequence)
    for size in (1, 3, 12, 20):
        made = inventor.file([f"p{size}-{at}" for at in range(size)])
        records = tuple(each for each in made.records if each.contig not in {"chrX", "chrY"})
        study.take(replace(made, records=records), rng, [Container.PLAIN])
    study.add_all(rng)
    assert not differences(study, rng)


@pytest.mark.parametrize("bound", [30, 200])
def test_file_cut_within_x_and_y__has_the_copies_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: int
) -> None:
    monkeypatch.setattr("kerne.genomes.segments.building.CALLS_MOST", bound)
    monkeypatch.setattr("kerne.genomes.segments.building.SHIFT_MOST_BP", 10)
    rng = random.Random(1)
    study = empty_study(rng, tmp_path, invent_sequence(rng), has_reference=False)
    inventor = Inventor(rng, study.sequence)
    people = tuple(Person(f"p{at}", 1 + at % 2, aware=at < 2) for at in range(4))
    *on_x, _ = inventor.sure_records(people)
    one = ["1" if each.aware else "1/1" for each in people]
    calls = [
        call if person.copies_of_x == 1 else "." for person, call in zip(people, one, strict=True)
    ]
    on_y = [inventor.single(SURE_Y.contig, at, calls) for at in range(SURE_Y.start, SURE_Y.end)]
    study.take(InventedFile(people, (*on_x, *on_y)), rng, [Container.PLAIN])
    study.add_all(rng)
    assert study.naive[0].copies == [(1, 1), (2, 0)] * 2
    assert not differences(study, rng)


@pytest.mark.parametrize("seed", range(2))
def test_compaction__changes_no_answer_whenever_it_comes(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    study = replace(invent_study(rng, tmp_path, [Container.PLAIN], files=1), files=[])
    for number in range(7):
        size = rng.choice((1, 1, 3, 12))
        study.invent_file(rng, [f"p{number}-{at}" for at in range(size)], [Container.PLAIN])
        study.genomes.add([study.files[-1].given], study.rules)
        if rng.random() < 0.5:
            gone = rng.choice(study.samples)
            study.genomes.remove(gone)
            study.forget(gone)
        if rng.random() < 0.5:
            GenomeStore(study.store).compact(forgotten=rng.random() < 0.5)
            assert not differences(study, rng)
    assert not differences(study, rng)
    GenomeStore(study.store).compact(forgotten=True)
    assert not differences(study, rng)
