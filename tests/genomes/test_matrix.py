"""Matrices of genotypes: each cell is what plain Python makes of the files."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyroaring import BitMap

from adversary import naive
from adversary.comparing import key_of, table_of
from adversary.naive import Counts, Key
from adversary.studies import Study, invent_study
from adversary.writing import Container
from kerne.alleles.interval import Interval
from kerne.genomes.asking import matrix
from kerne.genomes.asking.matrix import NO_ALLELE, UNCALLED, GenotypeBlock
from kerne.genomes.calls import RULE_OF, WORTH, Code, Place, Worth
from kerne.genomes.reader import open_freestanding

CONTAINERS = (Container.PLAIN,)
SEEDS = range(3)
Cell = tuple[int, int, bool]


def worth_of(cell: Cell) -> Counts:
    """Say what a cell counts for, by the plain rules of VCF."""
    first, second, _ = cell
    called = [each for each in (first, second) if each >= 0]
    is_haploid = second == NO_ALLELE
    return Counts(
        sum(called),
        len(called),
        int(called == [1, 1]),
        int(sorted(called) == [0, 1]),
        int(called == [1] and is_haploid),
    )


def cells_of(blocks: Iterator[GenotypeBlock]) -> dict[Key, dict[str, Cell]]:
    cells = {}
    for block in blocks:
        assert block.genotypes.shape == (len(block.alleles), len(block.samples), 2)
        assert block.phased.shape == block.genotypes.shape[:2]
        for at, (rows, phased) in enumerate(
            zip(block.genotypes.tolist(), block.phased.tolist(), strict=True)
        ):
            told = [(*pair, flag) for pair, flag in zip(rows, phased, strict=True)]
            cells[key_of(block.alleles.allele(at))] = dict(zip(block.samples, told, strict=True))
    return cells


def check(cells: dict[Key, dict[str, Cell]], study: Study, samples: set[str]) -> None:
    for key, row in cells.items():
        assert set(row) == samples
        for file in study.naive:
            for at, sample in enumerate(file.samples):
                if sample in samples:
                    check_cell(row[sample], file, key, at)


def check_cell(cell: Cell, file: naive.NaiveFile, key: Key, at: int) -> None:
    worth = file.worth(key, at)
    assert worth_of(cell) == worth
    call = file.call(key, at)
    copies = file.copies_at(at, key.contig, key.position)
    first, second, phased = cell
    if call is not None and call.haplotypes and worth.ac and copies == naive.PAIRED:
        assert phased
        assert tuple(n for n, each in enumerate((first, second), 1) if each == 1) == call.haplotypes
    else:
        assert not phased
        assert first <= second or second == NO_ALLELE


@pytest.fixture(params=SEEDS)
def study(request: pytest.FixtureRequest, tmp_path: Path) -> Study:
    rng = random.Random(request.param)
    made = invent_study(rng, tmp_path, CONTAINERS, files=5)
    made.add_all(rng)
    return made


@pytest.mark.parametrize("cells_most", [matrix.BLOCK_CELLS, 60])
def test_each_cell__is_what_plain_python_makes_of_the_files(
    study: Study, cells_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix, "BLOCK_CELLS", cells_most)
    opened = open_freestanding(study.store)
    found = cells_of(opened.blocks())
    assert list(found) == list(table_of(opened.frequencies()))
    check(found, study, set(study.samples))


def test_some_samples__keep_every_allele_and_their_order(study: Study) -> None:
    rng = random.Random(3)
    opened = open_freestanding(study.store)
    rows = opened.rows()
    chosen = set(rng.sample(study.samples, len(study.samples) // 2))
    blocks = list(opened.blocks(rows=BitMap(rows[each] for each in chosen)))
    expected = tuple(sorted(chosen, key=lambda each: rows[each]))
    assert {block.samples for block in blocks} == {expected}
    found = cells_of(iter(blocks))
    assert list(found) == list(table_of(opened.frequencies()))
    check(found, study, chosen)


def test_region__gives_the_alleles_that_overlap_it(study: Study) -> None:
    opened = open_freestanding(study.store)
    keys = list(table_of(opened.frequencies()))
    middle = keys[len(keys) // 2]
    region = Interval(middle.contig, max(0, middle.position - 20), middle.position + 20)
    found = cells_of(opened.blocks(region))
    assert list(found) == list(table_of(opened.frequencies(region=region)))
    check(found, study, set(study.samples))


def test_a_forgotten_genome__is_in_no_matrix(study: Study) -> None:
    gone = study.samples[0]
    study.genomes.remove(gone)
    study.forget(gone)
    opened = open_freestanding(study.store)
    found = cells_of(opened.blocks())
    assert list(found) == list(table_of(opened.frequencies()))
    check(found, study, set(study.samples))


def test_codes__have_genotypes_that_count_as_they_do() -> None:
    for place in Place:
        for each in range(RULE_OF.shape[1]):
            for code in Code:
                first, second = matrix.GENOTYPES[place, each, code].tolist()
                counts = worth_of((first, second, False))
                worth = WORTH[RULE_OF[place, each], code]
                assert counts.an == worth[Worth.AN]
                assert [counts.het, counts.hom] == worth[[Worth.HET, Worth.HOM]].tolist()
                half = counts.ac - counts.het - 2 * counts.hom - counts.hemi
                assert [counts.hemi, half] == worth[[Worth.HEMI, Worth.HALF]].tolist()
                assert first in {0, 1, UNCALLED}
