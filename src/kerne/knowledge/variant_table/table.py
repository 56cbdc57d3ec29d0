"""An open table of alleles: where an allele stands in it, and what it says there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.change import Change, change_code, change_of
from kerne.alleles.interval import Interval
from kerne.knowledge.variant_table.array_file import ArrayFile, damaged, open_arrays
from kerne.knowledge.variant_table.column import Column
from kerne.knowledge.variant_table.fields import MISSING, Field, Form, shown_numbers
from kerne.knowledge.variant_table.keys import PAGE_BITS
from kerne.knowledge.variant_table.page import Aside, Page

NOT_LISTED: Final = -1
"""The row of an allele that the table does not list."""


class VariantTable:
    """A table on disk; what is read of it stays in the system's own cache.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    KnowledgeError
        There is no such file, or it is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = open_arrays(path)
        try:
            self._read(self._file.description)
        except (KeyError, TypeError, ValueError) as error:
            raise damaged(path) from error

    def _read(self, described: Any) -> None:  # Any: JSON that `building` wrote
        fields = [Field(name, Form(form), digits) for name, form, digits in described["fields"]]
        self.fields = {field.name: field for field in fields}
        self.facts: Mapping[str, str] = described["facts"]
        self._pool = described["pool"]
        self._pages = list(_pages(self._file, described["pages"]))
        self._page_of = {(page.contig, page.number): page for page in self._pages}
        self._known_ends: dict[int, NDArray[np.int64]] = {}
        self._first_rows = np.array([page.first_row for page in self._pages], dtype=np.int64)

    def __len__(self) -> int:
        return self._pages[-1].first_row + self._pages[-1].keys.size if self._pages else 0

    @property
    def contigs(self) -> frozenset[str]:
        """Canonical names of the contigs that it lists any allele of."""
        return frozenset(page.contig for page in self._pages)

    def find(self, alleles: Sequence[Allele]) -> NDArray[np.int64]:
        """Find alleles, in any order; `NOT_LISTED` for one that is not there, (alleles,)."""
        rows = np.full(len(alleles), NOT_LISTED, dtype=np.int64)
        by_contig: dict[str, list[int]] = {}
        for number, allele in enumerate(alleles):
            by_contig.setdefault(allele.contig, []).append(number)
        codes = _Codes()
        for contig, numbers in by_contig.items():
            ours = [alleles[number] for number in numbers]
            changes = [(each.reference, each.alternative) for each in ours]
            rows[numbers] = self._find(
                contig,
                np.array([each.position for each in ours], dtype=np.int64),
                np.array([codes[change] for change in changes], dtype=np.uint64),
                changes.__getitem__,
            )
        return rows

    def find_on(
        self,
        contig: str,
        positions: NDArray[np.int64],
        codes: NDArray[np.uint64],
        long: Mapping[int, Change],
    ) -> NDArray[np.int64]:
        """Find alleles of one contig, in any order, without making values of them.

        Parameters
        ----------
        positions, codes
            (alleles,): 0-based, and numbers of the changes (`change_code`).
        long
            The changes that their numbers do not spell out.

        Returns
        -------
        (alleles,): rows; `NOT_LISTED` for one that is not there.

        Raises
        ------
        AlleleError
            A long change is not in `long`.
        """
        return self._find(contig, positions, codes, lambda at: change_of(int(codes[at]), long))

    def whole(self, name: str, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the values of a field of whole numbers, `MISSING` where not stated, (rows,).

        The values of `NOT_LISTED` rows mean nothing, here and below.
        """
        kept = np.zeros(len(rows), dtype=np.int64)
        for page, numbers in self._by_page(rows):
            kept[numbers] = page.columns[name].take(rows[numbers] - page.first_row)
        return kept

    def number(self, name: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give the values of a field of numbers, NaN where not stated, (rows,)."""
        return shown_numbers(self.fields[name], self.whole(name, rows))

    def text(self, name: str, rows: NDArray[np.int64]) -> list[str]:
        """Give the values of a field of texts."""
        return [self._text(number) for number in self.whole(name, rows).tolist()]

    def number_of_text(self, text: str) -> int:
        """Give the number that a text is kept as (`whole`); `MISSING` when it stands nowhere."""
        return self._numbers.get(text, MISSING)

    def allele(self, row: int) -> Allele:
        """Give the allele of a row."""
        page = self._pages[int(np.searchsorted(self._first_rows, row, side="right")) - 1]
        return page.allele(row - page.first_row)

    def overlapping(self, interval: Interval) -> NDArray[np.int64]:
        """Give the rows of alleles that replace a base of `interval`, by place."""
        found = [np.zeros(0, dtype=np.int64)]
        for number, page in enumerate(self._pages):
            first = page.number << PAGE_BITS
            reach = first + (1 << PAGE_BITS) + page.reach_bp
            if page.contig == interval.contig and first < interval.end and interval.start < reach:
                near = page.rows_between(interval.start - page.reach_bp + 1, interval.end)
                rows = np.arange(near.start, near.stop)
                found.append(page.first_row + rows[self._ends(number)[rows] > interval.start])
        return np.concatenate(found)

    def _ends(self, number: int) -> NDArray[np.int64]:
        """Give the ends of a page's alleles, worked out once."""
        if number not in self._known_ends:
            self._known_ends[number] = self._pages[number].ends()
        return self._known_ends[number]

    def _find(
        self,
        contig: str,
        positions: NDArray[np.int64],
        codes: NDArray[np.uint64],
        change_at: Callable[[int], Change],
    ) -> NDArray[np.int64]:
        rows = np.full(len(positions), NOT_LISTED, dtype=np.int64)
        pages = positions >> PAGE_BITS
        for number in np.unique(pages).tolist():
            page = self._page_of.get((contig, number))
            if page is None:
                continue
            ours = np.flatnonzero(pages == number)
            change = partial(_renumbered, change_at, ours)
            found = page.find(positions[ours], codes[ours], change)
            rows[ours] = np.where(found < 0, NOT_LISTED, found + page.first_row)
        return rows

    def _by_page(self, rows: NDArray[np.int64]) -> Iterator[tuple[Page, NDArray[np.int64]]]:
        """Give each page that rows are of, and which of them are."""
        pages = np.searchsorted(self._first_rows, rows, side="right") - 1
        for number in np.unique(pages).tolist():
            if number >= 0:
                yield self._pages[number], np.flatnonzero(pages == number)

    def _text(self, number: int) -> str:
        starts, letters = self._texts
        return letters[starts[number] : starts[number + 1]].tobytes().decode()

    @cached_property
    def _numbers(self) -> dict[str, int]:
        starts, letters = self._texts
        texts = letters.tobytes()
        spans = pairwise(starts.tolist())
        return {texts[first:last].decode(): n for n, (first, last) in enumerate(spans)}

    @cached_property
    def _texts(self) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
        starts, letters = self._pool
        return self._file.array(starts), self._file.array(letters)


def _renumbered(
    change_at: Callable[[int], Change], numbers: NDArray[np.int64], number: int
) -> Change:
    """Give the change of the allele that comes `number`th among some."""
    return change_at(int(numbers[number]))


class _Codes(dict[Change, int]):
    """The numbers of changes, each made once."""

    def __missing__(self, change: Change) -> int:
        code = self[change] = change_code(*change)
        return code


def _pages(file: ArrayFile, described: Any) -> Iterator[Page]:  # Any: JSON, as above
    first_row = 0
    for about in described:
        keys = file.array(about["keys"])
        yield Page(
            contig=about["contig"],
            number=about["page"],
            first_row=first_row,
            keys=keys,
            starts=file.array(about["starts"]),
            reach_bp=about["reach_bp"],
            aside=Aside(*(file.array(each) for each in about["aside"])),
            columns={
                name: Column(base, *(file.array(each) for each in arrays))
                for name, (base, *arrays) in about["columns"].items()
            },
        )
        first_row += keys.size
