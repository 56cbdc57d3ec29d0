"""Nobody in the clinic finds a closed finding by searching for carriers or choosing samples."""

from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval, Intervals
from kerne.genomes.actions import Genomes
from kerne.genomes.allele_list import listed
from kerne.genomes.closed_places import NothingClosed, outside
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.reading.intake import GenomeFile
from kerne.people.asking import Identity, Purpose

from .conftest import PERSONS, Rooms

CLINIC = Purpose.TREATMENT_OF_ANOTHER
GENE = Interval("chr1", 15, 30)
IN_GENE, ELSEWHERE = Allele("chr1", 19, "G", "T"), Allele("chr1", 9, "A", "C")


class ClosedToFirst:
    """The gene is closed to the first person alone."""

    def listed(self) -> Intervals:
        return Intervals.build([GENE])

    def closed_to(self, persons: Collection[str]) -> Intervals:
        return Intervals.build([GENE] if PERSONS[0] in persons else [])


@pytest.fixture
def genomes(rooms: Rooms, tmp_path: Path, write_vcf: Callable[..., Path]) -> Genomes:
    """Three genomes that all carry an allele in the gene and one elsewhere."""
    rows = [("chr1", 10, "A", "C", ["0/1"] * 3), ("chr1", 20, "G", "T", ["0/1"] * 3)]
    file = GenomeFile(write_vcf(tmp_path / "three.vcf", ("S0", "S1", "S2"), rows))
    assert isinstance(rooms.genomes.add(rooms.laboratory, "own-treatment", [file]), list)
    return Genomes(rooms.store, rooms.gate, rooms.people, ClosedToFirst())


def carriers(genomes: Genomes, doctor: Identity, allele: Allele) -> list[str]:
    found = genomes.carriers(doctor, CLINIC, allele)
    assert isinstance(found, list)
    return [each.sample for each in found]


def alleles(genomes: Genomes, doctor: Identity, samples: list[str] | None) -> list[tuple[int, int]]:
    found = genomes.frequencies(doctor, CLINIC, samples=samples)
    assert isinstance(found, Frequencies)
    return list(zip(found.position.tolist(), found.ac.tolist(), strict=True))


def test_carrier_to_whom_the_place_is_closed__is_not_found(genomes: Genomes, rooms: Rooms) -> None:
    assert carriers(genomes, rooms.doctor, IN_GENE) == ["S1", "S2"]
    assert carriers(genomes, rooms.doctor, ELSEWHERE) == ["S0", "S1", "S2"]


def test_count_over_chosen_samples__lists_no_closed_place_of_any_of_them(
    genomes: Genomes, rooms: Rooms
) -> None:
    assert alleles(genomes, rooms.doctor, ["S0"]) == [(9, 1)]
    assert alleles(genomes, rooms.doctor, ["S0", "S1"]) == [(9, 2)]
    assert alleles(genomes, rooms.doctor, ["S1", "S2"]) == [(9, 2), (19, 2)]


def test_count_of_everyone__names_nobody_and_lists_all(genomes: Genomes, rooms: Rooms) -> None:
    assert alleles(genomes, rooms.doctor, None) == [(9, 3), (19, 3)]


def test_nothing__is_closed_where_nobody_chose(rooms: Rooms) -> None:
    closed = NothingClosed()
    assert closed.listed().span_bp == closed.closed_to(rooms.persons).span_bp == 0


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5)), max_size=20),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=4),
)
def test_outside__keeps_what_shares_no_base_with_a_place(
    sites: list[tuple[int, int]], places: list[tuple[int, int]]
) -> None:
    closed = [Interval("chr1", start, start + length) for start, length in places]
    count = np.arange(len(sites), dtype=np.int64)
    table = Frequencies(
        listed([Allele("chr1", start, "A" * length, "C") for start, length in sites], ["chr1"]),
        *(count for _ in range(5)),
    )
    kept = outside(table, Intervals.build(closed)).ac.tolist()
    naive = [
        number
        for number, (start, length) in enumerate(sites)
        if all(start + length <= each.start or each.end <= start for each in closed)
    ]
    assert kept == naive
