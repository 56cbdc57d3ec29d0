"""Samples and rows, against an oracle that keeps them in plain dictionaries."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from kerne.errors import PersonError
from kerne.people.ledger import PeopleLedger
from kerne.people.sample import GenomeOrigin, GenomeRow, RowSnapshot

from .conftest import AT, number_of, open_register, person_of

P, Q = number_of(1), number_of(2)


def test_sample__belongs_to_one_person(peopled: PeopleLedger) -> None:
    assert peopled.person_of_sample("S1") == P
    peopled.assign_sample("S1", P)
    with pytest.raises(PersonError, match="sample `S1` was assigned otherwise before"):
        peopled.assign_samples({"S7": P, "S1": Q})
    with pytest.raises(PersonError, match="sample `S1` was assigned otherwise before"):
        peopled.assign_sample("S1", P, GenomeOrigin.TUMOUR)
    assert peopled.samples_of(P) == ("S1",)
    assert peopled.samples_of(number_of(9)) == ()


def test_sample__of_nobody_is_named(peopled: PeopleLedger) -> None:
    with pytest.raises(PersonError, match="sample `S9` was assigned to nobody"):
        peopled.person_of_sample("S9")
    with pytest.raises(PersonError, match="person `P-000009` is not registered"):
        peopled.assign_sample("S9", "P-000009")


def test_sample__assignments_under_an_entry_are_found_by_it(peopled: PeopleLedger) -> None:
    peopled.assign_samples({"S7": P}, entry=44, at=AT)
    assert peopled.has_entry(44)


def test_row__belongs_to_the_person_of_its_sample(peopled: PeopleLedger) -> None:
    peopled.register_row(5, "S1", P)
    with pytest.raises(PersonError, match="sample `S2` is not assigned to `P-000001`"):
        peopled.register_row(6, "S2", P)
    with pytest.raises(PersonError, match="sample `S9` is not assigned"):
        peopled.register_row(6, "S9", P)
    assert peopled.persons_of_rows(BitMap([5, 6])) == {5: P}
    assert peopled.genomes_of(P) == (GenomeRow(5, "S1", P),)


def test_row__is_never_used_again(peopled: PeopleLedger) -> None:
    peopled.register_row(5, "S1", P)
    peopled.register_row(5, "S1", P)
    with pytest.raises(PersonError, match="row `5` was used before"):
        peopled.register_row(5, "S2", Q)
    peopled.retire_row(5)
    with pytest.raises(PersonError, match="row `5` was used before"):
        peopled.register_row(5, "S1", P)


@pytest.mark.parametrize("row", [-1, 2**32])
def test_row__is_a_number_of_32_bits(peopled: PeopleLedger, row: int) -> None:
    with pytest.raises(PersonError, match="is not a number of 32 bits"):
        peopled.register_row(row, "S1", P)
    peopled.register_row(2**32 - 1, "S1", P)
    assert peopled.rows_of(P) == BitMap([2**32 - 1])


def test_rows__are_registered_all_or_none(peopled: PeopleLedger) -> None:
    epoch = peopled.rows_epoch()
    with pytest.raises(PersonError):
        peopled.register_rows([GenomeRow(1, "S1", P), GenomeRow(1, "S2", Q)])
    assert peopled.current_rows() == []
    assert peopled.rows_epoch() == epoch


def test_retired_row__is_remembered_and_not_counted(peopled: PeopleLedger) -> None:
    peopled.register_rows([GenomeRow(1, "S1", P), GenomeRow(2, "S2", Q)])
    peopled.retire_row(1)
    epoch = peopled.rows_epoch()
    peopled.retire_row(1)
    assert peopled.rows_epoch() == epoch
    assert peopled.current_rows() == [(2, Q)]
    assert peopled.rows_of(P) == BitMap()
    assert peopled.rows_ever_of(P) == BitMap([1])
    assert peopled.persons_of_rows(BitMap([1, 2])) == {1: P, 2: Q}
    assert peopled.retired(BitMap([1, 2, 3])) == BitMap([1])
    with pytest.raises(PersonError, match="row `3` is not registered"):
        peopled.retire_row(3)


@pytest.mark.parametrize("origin", [each for each in GenomeOrigin if each != "germline"])
def test_row__of_anything_but_the_germline_is_read_and_not_counted(
    peopled: PeopleLedger, origin: GenomeOrigin
) -> None:
    peopled.assign_sample("T1", P, origin)
    peopled.register_rows([GenomeRow(1, "S1", P), GenomeRow(2, "T1", P)])
    assert peopled.current_rows() == [(1, P)]
    assert peopled.rows_of(P) == BitMap([1, 2])


steps = st.lists(
    st.one_of(
        st.tuples(st.just("register"), st.integers(0, 12), st.integers(1, 4)),
        st.tuples(st.just("retire"), st.integers(0, 12), st.just(0)),
    ),
    max_size=15,
)


def by_person(snapshot: RowSnapshot) -> dict[str, int]:
    return {each.person: each.row for each in snapshot.rows}


def moved(before: RowSnapshot, since: RowSnapshot) -> dict[str, int]:
    """What was counted before, with what is told of those who changed since."""
    kept = {each.person: each.row for each in before.rows if each.person not in since.persons}
    return kept | by_person(since)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(steps)
def test_rows__are_what_dictionaries_would_hold(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    directory = tmp_path_factory.mktemp("rows")
    register, other = open_register(directory), open_register(directory)
    register.register_persons([person_of(i) for i in range(1, 5)], entry=1, at=AT)
    register.assign_samples({f"S{i}": number_of(i) for i in range(1, 5)})
    owners: dict[int, int] = {}
    retired: set[int] = set()
    for number, (step, row, person) in enumerate(steps):
        acting, watching = (register, other) if number % 2 else (other, register)
        before = watching.row_snapshot()
        if step == "register" and row not in owners:
            acting.register_row(row, f"S{person}", number_of(person))
            owners[row] = person
        if step == "retire" and row in owners:
            acting.retire_row(row)
            retired.add(row)
        live = {r: p for r, p in sorted(owners.items()) if r not in retired}
        current = sorted((r, p) for p, r in {p: r for r, p in live.items()}.items())
        after = watching.row_snapshot()
        assert watching.current_rows() == [(r, number_of(p)) for r, p in current]
        assert moved(before, watching.row_snapshot(before.epoch)) == by_person(after)
        assert after.epoch >= before.epoch
        assert (after.rows == before.rows) or (after.epoch > before.epoch)
        assert after.epoch == watching.rows_epoch() == acting.rows_epoch()
        for person_number in range(1, 5):
            mine = {r for r, p in live.items() if p == person_number}
            assert set(watching.rows_of(number_of(person_number))) == mine
