"""Genotypes given by record come back by column, however little is held at a time."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import VaultError
from kerne.genomes.reading import spill, structural_cells
from kerne.genomes.reading.spill import Spill
from kerne.genomes.reading.structural_cells import StructuralCells

Record = tuple[bytes, list[tuple[int, bytes]]]
COLUMNS = 200
TEXT = st.text("0/1:.9", max_size=12).map(str.encode)
CELLS = st.lists(
    st.tuples(st.integers(0, COLUMNS - 1), TEXT), min_size=1, max_size=20, unique_by=lambda c: c[0]
)
RECORDS = st.lists(st.tuples(st.text("chr1\tN<>", max_size=9).map(str.encode), CELLS.map(sorted)))


@contextmanager
def _holding(cells: int, text_bytes: int, held_bytes: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(structural_cells, "CELLS_HELD", cells)
        patched.setattr(structural_cells, "TEXT_BYTES_HELD", text_bytes)
        patched.setattr(spill, "HELD_BYTES", held_bytes)
        yield


@given(
    RECORDS,
    st.integers(1, COLUMNS),
    st.sampled_from([1, 3, 1 << 20]),
    st.sampled_from([0, 90, 1 << 20]),
    st.tuples(st.integers(0, COLUMNS), st.integers(0, COLUMNS)).map(sorted),
)
@settings(deadline=None, max_examples=60)
def test_columns__have_the_lines_that_naming_each_record_in_turn_gives(
    records: list[Record], columns: int, cells_held: int, text_held: int, asked: list[int]
) -> None:
    here = [(head, [(c % columns, t) for c, t in cells][:columns]) for head, cells in records]
    here = [(head, list(dict(cells).items())) for head, cells in here]
    low, high = (min(each, columns) for each in asked)
    with (
        _holding(cells_held, text_held, 64),
        closing(StructuralCells(columns)) as gathered,
    ):
        for head, cells in here:
            gathered.add(head, cells)
        found = list(gathered.by_column(low, high))
        assert found == list(gathered.by_column(low, high))
    expected = [
        [head + b"\t" + text + b"\n" for head, cells in here for c, text in cells if c == column]
        for column in range(low, high)
    ]
    assert found == [(len(lines), b"".join(lines)) for lines in expected]


def test_memory__holds_one_block_whatever_was_taken() -> None:
    with _holding(10, 1 << 20, 1 << 20), closing(StructuralCells(40)) as gathered:
        for _ in range(100):
            gathered.add(b"head", [(column, b"0/1") for column in range(0, 40, 10)])
            assert len(gathered._record) < 10
        assert [number for number, _ in gathered.by_column(9, 12)] == [0, 100, 0]


def test_spill__takes_and_gives_back_in_any_order_and_lies_sealed_on_the_disk() -> None:
    pieces = [bytes([number]) * 5000 for number in range(4)] + [b"", b"0/1:secret" * 3]
    with _holding(1, 1, 1), closing(Spill()) as held:
        places = [held.put(each) for each in pieces]
        assert [held.read(each) for each in reversed(places)] == pieces[::-1]
        with pytest.raises(AssertionError):
            held.put(b"more")
        held._file.seek(0)
        content = held._file.read()
        assert b"secret" not in content
        held._file.seek(len(content) // 2)
        held._file.write(b"\0" * 8)
        with pytest.raises(VaultError):
            _ = [held.read(each) for each in places]
