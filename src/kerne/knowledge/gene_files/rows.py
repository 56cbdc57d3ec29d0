"""Read a text table by the names of its columns."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kerne.errors import InputFileError
from kerne.knowledge.text import open_text


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: its number in the file, and the text of each column that was asked for."""

    path: Path
    line: int
    texts: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.texts[column]

    def error(self, problem: str) -> InputFileError:
        """Make the error that names this line."""
        return InputFileError(self.path, problem, self.line)

    def number(self, column: str) -> float | None:
        """Read a number; `None` where the table states none.

        Raises
        ------
        InputFileError
            It is something else.
        """
        text = self.texts[column]
        if text in {"", "NA", "NaN", "nan", "."}:
            return None
        try:
            return float(text)
        except ValueError as error:
            raise self.error(f"expected a number in `{column}`, found `{text}`") from error

    def day(self, column: str) -> date:
        """Read a day, whatever the time of it.

        Raises
        ------
        InputFileError
            It is none.
        """
        text = self.texts[column].strip()
        try:
            return date.fromisoformat(text[:10])
        except ValueError as error:
            raise self.error(f"expected a date in `{column}`, found `{text}`") from error


def read_rows(
    path: Path,
    columns: Sequence[str],
    *,
    separator: str = "\t",
    is_filler: Callable[[list[str]], bool] = lambda _: False,
) -> Iterator[Row]:
    """Read the lines below the header, the first line that begins with the first of `columns`.

    Parameters
    ----------
    columns
        Names of those that must be there, that of the first column of the file first.
    is_filler
        Says that a line below the header holds nothing.

    Raises
    ------
    InputFileError
        There is no such header, a line has not as many columns as it, or it is no table.
    """
    with open_text(path) as file:
        reader = csv.reader(file, delimiter=separator)
        try:
            yield from _rows(path, reader, columns, is_filler)
        except csv.Error as error:
            problem = f"not a table: {error}; is a quotation mark left open?"
            raise InputFileError(path, problem, reader.line_num) from error


def _rows(
    path: Path,
    reader: Any,  # Any: a csv.reader, whose class has no name
    columns: Sequence[str],
    is_filler: Callable[[list[str]], bool],
) -> Iterator[Row]:
    header: list[str] = next(
        (fields for fields in reader if fields and fields[0] == columns[0]), []
    )
    lacking = ", ".join(f"`{name}`" for name in columns if name not in header)
    if lacking:
        problem = f"expected a header with the columns {lacking}"
        raise InputFileError(path, problem, reader.line_num or None)
    places = {name: header.index(name) for name in columns}
    for fields in reader:
        if not fields or is_filler(fields):
            continue
        if len(fields) != len(header):
            problem = f"expected {len(header)} columns, found `{len(fields)}`"
            raise InputFileError(path, problem, reader.line_num)
        yield Row(path, reader.line_num, {name: fields[at] for name, at in places.items()})
