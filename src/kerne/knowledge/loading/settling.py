"""What to keep of an allele that several lines speak of."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kerne.errors import InputFileError
from kerne.knowledge.variant_table.building import Sorted


def groups(rows: Sorted) -> NDArray[np.int64]:
    """Give the number of the allele that each row speaks of, (rows,)."""
    count = len(rows.rows.positions)
    return np.searchsorted(rows.firsts, np.arange(count), side="right") - 1


def refuse_repeats(rows: Sorted, files: Sequence[Path]) -> None:
    """Refuse a file that lists an allele twice.

    Raises
    ------
    InputFileError
        It does; the message names the later line.
    """
    which, lines, group = rows.rows.files, rows.rows.lines, groups(rows)
    repeated = np.flatnonzero((group[1:] == group[:-1]) & (which[1:] == which[:-1])) + 1
    if repeated.size:
        first = repeated[np.lexsort((lines[repeated], which[repeated]))[0]]
        problem = "this allele was listed before, perhaps spelled in another way"
        raise InputFileError(files[int(which[first])], problem, int(lines[first]))


def once(rows: Sorted, files: Sequence[Path]) -> Mapping[str, NDArray[np.int64]]:
    """Keep what is said, by one line only.

    Raises
    ------
    InputFileError
        An allele is listed twice.
    """
    refuse_repeats(rows, files)
    repeated = np.flatnonzero(np.diff(groups(rows)) == 0) + 1
    if repeated.size:
        at = int(repeated[0])
        path, line = files[int(rows.rows.files[at])], int(rows.rows.lines[at])
        raise InputFileError(path, "another file lists this allele too", line)
    return {name: values[rows.firsts] for name, values in rows.rows.columns.items()}


def greatest(rows: Sorted) -> Mapping[str, NDArray[np.int64]]:
    """Keep the greatest value that any line states."""
    return {
        name: np.maximum.reduceat(values, rows.firsts) for name, values in rows.rows.columns.items()
    }


def best_by(rows: Sorted, field: str) -> Mapping[str, NDArray[np.int64]]:
    """Keep the line that has most of a field, the first of equals."""
    columns = rows.rows.columns
    order = np.lexsort((-columns[field], groups(rows)))
    chosen = order[rows.firsts]
    return {name: values[chosen] for name, values in columns.items()}
