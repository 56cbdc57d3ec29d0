"""Rows of a table to be, gathered page by page and put aside on disk when they are many.

Rows come in the order of their files, which need not be that of the genome; only the rows of one
page are ever in memory at once when they are sorted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.change import LONG, change_code
from kerne.knowledge.variant_table.fields import Field, Pool, Value, kept_values
from kerne.knowledge.variant_table.keys import page_of

ROWS_IN_MEMORY: Final = 500_000

Place = tuple[str, int]
"""A contig, and the number of a page of it."""


@dataclass(slots=True)
class _Buffer:
    """Rows of one page that were not put aside yet."""

    positions: list[int] = field(default_factory=list)
    changes: list[tuple[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    values: list[Sequence[Value]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of one page.

    Parameters
    ----------
    positions, codes
        (rows,): 0-based, and numbers of the changes.
    texts
        (rows,): `reference>alternative` where the number does not spell it, else empty.
    files, lines
        (rows,): which of the files, counted from 0, and which line of it.
    columns
        (rows,) each, as they are kept.
    """

    positions: NDArray[np.int64]
    codes: NDArray[np.uint64]
    texts: NDArray[np.str_]
    files: NDArray[np.int64]
    lines: NDArray[np.int64]
    columns: dict[str, NDArray[np.int64]]

    def taken(self, rows: NDArray[np.int64]) -> "Rows":
        """Give some of the rows, in the order of `rows`."""
        return Rows(
            self.positions[rows],
            self.codes[rows],
            self.texts[rows],
            self.files[rows],
            self.lines[rows],
            {name: values[rows] for name, values in self.columns.items()},
        )


class Gathering:
    """All rows of a table to be; use it as a context manager, whose end removes what is aside.

    Parameters
    ----------
    folder
        Where rows are put aside.
    rows_in_memory
        As many are gathered before that.
    """

    def __init__(
        self, fields: Sequence[Field], folder: Path, rows_in_memory: int = ROWS_IN_MEMORY
    ) -> None:
        self.fields = tuple(fields)
        self.pool = Pool()
        self._aside = TemporaryDirectory(dir=folder, prefix=".rows-")
        self._most = rows_in_memory
        self._buffers: dict[Place, _Buffer] = {}
        self._parts: dict[Place, list[Path]] = {}
        self._count = 0
        self._kept = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._aside.cleanup()

    def add(
        self,
        place: tuple[str, int],
        change: tuple[str, str],
        values: Sequence[Value],
        source: tuple[int, int],
    ) -> None:
        """Add a row.

        Parameters
        ----------
        place
            Canonical name of the contig, and 0-based position.
        change
            Reference and alternative bases, upper case, in normal form.
        values
            One for each field.
        source
            Which of the files, counted from 0, and which line of it.
        """
        contig, position = place
        buffer = self._buffers.setdefault((contig, page_of(position)), _Buffer())
        buffer.positions.append(position)
        buffer.changes.append(change)
        buffer.files.append(source[0])
        buffer.lines.append(source[1])
        buffer.values.append(values)
        self._count += 1
        if self._count >= self._most:
            self._put_aside()

    def places(self) -> list[Place]:
        """List the pages that have rows, by name of the contig and number."""
        self._put_aside()
        return sorted(self._parts)

    def rows(self, place: Place) -> Rows:
        """Give the rows of a page in the order in which they came."""
        parts = [_read(path, self.fields) for path in self._parts[place]]
        return Rows(
            np.concatenate([each.positions for each in parts]),
            np.concatenate([each.codes for each in parts]),
            np.concatenate([each.texts for each in parts]),
            np.concatenate([each.files for each in parts]),
            np.concatenate([each.lines for each in parts]),
            {
                field.name: np.concatenate([each.columns[field.name] for each in parts])
                for field in self.fields
            },
        )

    def _put_aside(self) -> None:
        for place, buffer in self._buffers.items():
            path = Path(self._aside.name) / f"{self._kept}.npz"
            self._kept += 1
            self._write(path, buffer)
            self._parts.setdefault(place, []).append(path)
        self._buffers.clear()
        self._count = 0

    def _write(self, path: Path, buffer: _Buffer) -> None:
        known = {change: change_code(*change) for change in set(buffer.changes)}
        codes = [known[change] for change in buffer.changes]
        texts = [
            ">".join(change) if code & LONG else ""
            for code, change in zip(codes, buffer.changes, strict=True)
        ]
        # Any: savez takes arrays by name, and a flag among them
        columns: dict[str, Any] = {
            f"column_{number}": kept_values(
                field, [row[number] for row in buffer.values], self.pool
            )
            for number, field in enumerate(self.fields)
        }
        with path.open("wb") as file:
            np.savez(
                file,
                positions=np.array(buffer.positions, dtype=np.int64),
                codes=np.array(codes, dtype=np.uint64),
                texts=np.frombuffer("\n".join(texts).encode(), dtype=np.uint8),
                files=np.array(buffer.files, dtype=np.int64),
                lines=np.array(buffer.lines, dtype=np.int64),
                **columns,
            )


def _read(path: Path, fields: Sequence[Field]) -> Rows:
    with np.load(path) as kept:
        texts = kept["texts"].tobytes().decode().split("\n")
        return Rows(
            kept["positions"],
            kept["codes"],
            np.array(texts, dtype=np.dtypes.StringDType()),
            kept["files"],
            kept["lines"],
            {field.name: kept[f"column_{number}"] for number, field in enumerate(fields)},
        )
