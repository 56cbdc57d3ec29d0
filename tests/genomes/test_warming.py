"""Kernels are compiled before anybody waits for them."""

from typing import Any

import pytest
from numba.core.registry import CPUDispatcher

from kerne.genomes.reading import lines
from kerne.genomes.segments import counting_kernels, kernels, twin_kernels
from kerne.genomes.warming import warm

# Any: a function, or what numba made of it
ENTRIES: list[Any] = [
    lines.take_lines,
    kernels.tally,
    kernels.fill_tile,
    twin_kernels.write_calls,
    twin_kernels.read_calls,
    counting_kernels.count_sites,
    counting_kernels.carriers_of,
]


def test_warming__runs_what_reads_stores_and_counts() -> None:
    warm()
    compiled = [each for each in ENTRIES if isinstance(each, CPUDispatcher)]
    if not compiled:
        pytest.skip("nothing is compiled here")
    assert [each for each in compiled if not each.signatures] == []
