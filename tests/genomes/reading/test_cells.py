"""Samples of four bytes each, read by the compiled reader and by plain Python."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kerne.alleles.kernel import bare_kernel, word_at
from kerne.genomes.reading.cells import Events, read_fixed, room_for_events

COMMON = ("0|0", "0|0", "0|0", "0/0", "0|1", "1/1", "./.", "1|2", ".|0")
Genotype = tuple[int, int, int, bool]
"""Column, alleles, and whether it is phased."""
ODD = ("0:0", "0/x", "3|0", "012", "0/0\t0"[:3], "//0")


@bare_kernel
def read(raw: NDArray[np.uint8], samples: int, most: int, events: Events) -> int:
    """Read a line as the parser does."""
    return read_fixed(raw, 0, samples, most, events)


@bare_kernel
def read_word(raw: NDArray[np.uint8], at: int) -> np.uint32:
    """Read four bytes as the parser does."""
    return word_at(raw, np.uint64(at))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.binary(min_size=4, max_size=40), st.data())
def test_word__is_four_bytes_wherever_they_begin(letters: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(letters) - 4))
    raw = np.frombuffer(bytearray(letters), dtype=np.uint8)
    expected = int.from_bytes(letters[at : at + 4], "little")
    assert int(read_word(raw, at)) == int(word_at(raw, at)) == expected


def naive(cells: list[str], most: int) -> list[Genotype] | None:
    """Return what is not plain reference; nothing where a cell is none that is understood."""
    found: list[Genotype] = []
    for column, cell in enumerate(cells):
        first, mark, second = tuple(cell)
        if mark not in "/|" or {first, second} - set(".0123456789"):
            return None
        one, other = (-1 if each == "." else int(each) for each in (first, second))
        if max(one, other) > most:
            return None
        if (one, other) != (0, 0):
            found.append((column, one, other, mark == "|"))
    return found


def compiled(cells: list[str], most: int, end: str) -> list[Genotype] | None:
    """Return the same from the compiled reader."""
    raw = np.frombuffer(bytearray(("\t".join(cells) + end).encode()), dtype=np.uint8)
    events: Events = room_for_events(len(cells))
    count = read(raw, len(cells), most, events)
    if count < 0:
        return None
    columns = (events.column, events.first, events.second, events.phased)
    rows = zip(*(each[:count].tolist() for each in columns), strict=True)
    return [(column, first, second, bool(phased)) for column, first, second, phased in rows]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(1, 140), st.sampled_from(COMMON)), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 800), st.sampled_from((*COMMON, *ODD))), max_size=4),
    st.sampled_from("\n\r"),
)
def test_fixed_samples__are_read_as_plain_python_reads_them(
    runs: list[tuple[int, str]], planted: list[tuple[int, str]], end: str
) -> None:
    cells = [cell for size, cell in runs for _ in range(size)]
    for at, cell in planted:
        cells[at % len(cells)] = cell
    assert compiled(cells, 2, end) == naive(cells, 2)


def test_fixed_samples__of_every_width_are_read_to_the_last() -> None:
    for samples in (*range(1, 70), 127, 128, 129, 159, 160, 161, 256, 300):
        cells = ["0|0"] * samples
        assert compiled(cells, 1, "\n") == []
        for at in {0, samples // 2, samples - 1}:
            changed = [*cells[:at], "0|1", *cells[at + 1 :]]
            assert compiled(changed, 1, "\n") == [(at, 0, 1, True)]
