"""A column gives back what was put in, in as few bytes as its values allow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.knowledge.variant_table.column import make_column

near = st.integers(-1, 300)
any_size = st.integers(-(1 << 62), 1 << 62)


@given(st.lists(st.one_of(near, any_size), max_size=60), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=100, derandomize=True)
def test_column__gives_back_any_rows_in_any_order(
    values: list[int], random: np.random.Generator
) -> None:
    column = make_column(np.array(values, dtype=np.int64))
    rows = list(range(len(values))) * 2
    random.shuffle(rows)
    assert column.take(np.array(rows, dtype=np.int64)).tolist() == [values[row] for row in rows]


@pytest.mark.parametrize(
    ("values", "bytes_a_row"),
    [
        ([7] * 5000, 0),
        ([*range(200)] * 25, 1),
        ([*range(200)] * 25 + [1 << 40], 1),
        ([1_600_000 - n for n in range(5000)], 2),
        ([n * 1000 for n in range(5000)], 4),
        ([n << 40 for n in range(5000)], 8),
    ],
)
def test_column__takes_as_few_bytes_as_its_values_allow(
    values: list[int], bytes_a_row: int
) -> None:
    column = make_column(np.array(values, dtype=np.int64))
    assert round(column.steps.nbytes / len(values)) == bytes_a_row
    assert column.exceptions.size <= 1
