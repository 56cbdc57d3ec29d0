"""Relatives are left out so that no two are counted, twins count once, and the answer says who."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from kerne.people.counted import CountedPersons, Relatives, WhoCounted
from kerne.people.kinship import Kinship, ParentOf, TwinOf
from kerne.people.ledger import PeopleLedger
from kerne.people.sample import BesideRow, CountableRow, GenomeOrigin, RowSnapshot

from .conftest import AT, number_of

LEFT_OUT, COUNTED = Relatives.LEFT_OUT, Relatives.COUNTED


@dataclass
class Register:
    """Rows 1, 2, ... of persons 1, 2, ..., the eldest first, and their kin."""

    persons: int
    parents: list[tuple[int, int]] = field(default_factory=list)
    twins: list[tuple[int, int]] = field(default_factory=list)
    beside: dict[int, BesideRow] = field(default_factory=dict)
    epoch: int = 1
    kin_epoch: int = 1

    def row_snapshot(self, since: int = 0) -> RowSnapshot:
        assert since == 0
        rows = tuple(
            CountableRow(each, number_of(each), date(1900 + each, 1, 1))
            for each in range(1, self.persons + 1)
        )
        return RowSnapshot(self.epoch, rows, frozenset(row.person for row in rows))

    def kin_changed(self, since: int) -> bool:
        return self.kin_epoch > since

    def kinship(self) -> Kinship:
        return Kinship(
            [ParentOf(number_of(a), number_of(b)) for a, b in self.parents],
            twins=[TwinOf(number_of(a), number_of(b)) for a, b in self.twins],
        )

    def beside_rows(self) -> dict[int, BesideRow]:
        return self.beside


def rows_of(counted: CountedPersons, rows: set[int], epoch: int = 1) -> set[int]:
    return set(counted.select(BitMap(rows), epoch, LEFT_OUT).rows)


def test_trio__counts_the_parents() -> None:
    counted = CountedPersons(Register(4, [(1, 3), (2, 3)]))
    found = counted.select(BitMap([1, 2, 3, 4]), 1, LEFT_OUT)
    assert set(found.rows) == {1, 2, 4}
    assert found.who == WhoCounted(3, relatives=1)
    assert set(counted.select(BitMap([1, 2, 3, 4]), 1, COUNTED).rows) == {1, 2, 3, 4}


def test_child__is_counted_where_no_parent_may_be() -> None:
    counted = CountedPersons(Register(4, [(1, 3), (2, 3)]))
    assert rows_of(counted, {3, 4}) == {3, 4}
    assert rows_of(counted, {2, 3, 4}) == {2, 4}
    assert rows_of(counted, {3, 4}) == {3, 4}


def test_siblings__are_related_through_a_parent_without_a_genome() -> None:
    counted = CountedPersons(Register(2, [(7, 1), (7, 2)]))
    assert rows_of(counted, {1, 2}) == {1}


@pytest.mark.parametrize("mode", [LEFT_OUT, COUNTED])
def test_twins_of_one_egg__count_once_even_where_relatives_count(mode: Relatives) -> None:
    counted = CountedPersons(Register(3, twins=[(1, 2)]))
    found = counted.select(BitMap([1, 2, 3]), 1, mode)
    assert set(found.rows) == {1, 3}
    assert found.who == WhoCounted(2, twins=1)


def test_new_kin__holds_from_the_next_epoch() -> None:
    register = Register(2)
    counted = CountedPersons(register)
    assert rows_of(counted, {1, 2}) == {1, 2}
    register.parents = [(1, 2)]
    register.epoch = register.kin_epoch = 2
    assert rows_of(counted, {1, 2}, 2) == {1}


def test_other_genomes__are_told_of_the_persons_counted() -> None:
    beside = {1: BesideRow(earlier=2), 2: BesideRow(other_origin=1), 3: BesideRow(5, 5)}
    counted = CountedPersons(Register(3, beside=beside))
    who = counted.select(BitMap([1, 2]), 1, LEFT_OUT).who
    assert who == WhoCounted(2, earlier=2, other_origin=1)
    assert str(who) == (
        "counted: 2 genomes, one a person; left out: 0 relatives, 0 twins of one egg, 2 earlier "
        "genomes of the same persons, 1 genomes of another origin"
    )


pairs = st.tuples(st.integers(1, 12), st.integers(1, 12)).filter(lambda pair: pair[0] != pair[1])


@settings(deadline=None, max_examples=80, derandomize=True)
@given(
    st.sets(pairs, max_size=14),
    st.lists(st.sets(st.integers(1, 12)), min_size=1, max_size=5),
    st.sampled_from(Relatives),
)
def test_selection__is_the_eldest_of_no_two_relatives_whatever_was_asked_before(
    bonds: set[tuple[int, int]], asked: list[set[int]], mode: Relatives
) -> None:
    ordered = sorted({(min(pair), max(pair)) for pair in bonds})
    kept = [bond for bond in ordered if [b for b in ordered if b[1] == bond[1]].index(bond) < 2]
    register = Register(12, kept, twins=[(11, 12)])
    kinship, counted = register.kinship(), CountedPersons(register)
    near = kinship.relatives_of if mode is LEFT_OUT else kinship.twins_of
    for rows in asked:
        naive: set[int] = set()
        for row in sorted(rows):
            if not near(number_of(row)) & {number_of(each) for each in naive}:
                naive.add(row)
        found = counted.select(BitMap(rows), 1, mode)
        assert set(found.rows) == naive
        assert found.who.genomes == len(naive)
        assert found.who.relatives + found.who.twins == len(rows - naive)


def test_register__tells_kin_other_genomes_and_regions(peopled: PeopleLedger) -> None:
    peopled.assign_sample("T1", number_of(1), GenomeOrigin.TUMOUR)
    peopled.assign_sample("A1", number_of(1))
    peopled.assign_sample("T2", number_of(2), GenomeOrigin.DONOR_DERIVED)
    for row, (sample, person) in enumerate([("S1", 1), ("T1", 1), ("A1", 1), ("T2", 2), ("S3", 3)]):
        peopled.register_row(row, sample, number_of(person))
    assert peopled.beside_rows() == {2: BesideRow(earlier=1, other_origin=1)}
    before = peopled.rows_epoch()
    assert not peopled.kin_changed(before)
    peopled.declare_twins(number_of(3), number_of(1), entry=9, at=AT)
    assert peopled.kin_changed(before)
    assert peopled.rows_epoch() > before
    assert peopled.kinship().twins_of(number_of(1)) == {number_of(3)}
    counted = CountedPersons(peopled)
    found = counted.select(BitMap([2, 4]), peopled.rows_epoch(), COUNTED)
    assert (set(found.rows), found.who) == ({2}, WhoCounted(1, 0, 1, 1, 1))
    peopled.add_kin([ParentOf(number_of(3), number_of(2))], entry=10, at=AT)
    assert peopled.kin_changed(before + 1)
    assert peopled.rows_by_region(BitMap([2, 4, 77])) == {"East": BitMap([2, 4])}


def test_erasure__of_who_links_relatives_is_a_change_of_kin(peopled: PeopleLedger) -> None:
    peopled.register_row(0, "S1", number_of(1))
    peopled.register_row(1, "S2", number_of(2))
    peopled.add_kin([ParentOf(number_of(3), number_of(i)) for i in (1, 2)], entry=2, at=AT)
    counted = CountedPersons(peopled)
    assert rows_of(counted, {0, 1}, peopled.rows_epoch()) == {0}
    with peopled.engine.begin() as connection:
        peopled.forget_within(connection, number_of(3))
    assert rows_of(counted, {0, 1}, peopled.rows_epoch()) == {0, 1}


def test_new_genome__is_counted_without_reading_kin_again() -> None:
    register = Register(2, [(1, 3)])
    counted = CountedPersons(register)
    assert rows_of(counted, {1, 2}) == {1, 2}
    register.parents = []
    register.persons, register.epoch = 3, 2
    assert rows_of(counted, {1, 2, 3}, 2) == {1, 2}
