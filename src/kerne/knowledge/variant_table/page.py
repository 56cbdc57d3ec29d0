"""One page of a table: the alleles of 2^24 bp of a contig, and what is kept of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.change import LONG, Change, change_of, reference_spans
from kerne.knowledge.variant_table.column import Column
from kerne.knowledge.variant_table.keys import (
    BIN_BITS,
    BINS,
    CHANGE_BITS,
    PAGE_BITS,
    SPELLED,
    find_first,
    is_aside,
    make_keys,
    spelled_code,
    spelled_spans,
)


@dataclass(frozen=True, slots=True, eq=False)
class Aside:
    """The changes that keys do not spell.

    Parameters
    ----------
    rows, codes
        (changes,): their rows, sorted, and their numbers.
    starts, letters
        (changes + 1,) and (bytes,): the text `reference>alternative` of each whose number does not
        spell it either.
    """

    rows: NDArray[np.uint32]
    codes: NDArray[np.uint64]
    starts: NDArray[np.uint32]
    letters: NDArray[np.uint8]

    def at(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the place of rows in this list; all are in it."""
        return np.searchsorted(self.rows, rows.astype(np.uint32))

    def spans(self) -> NDArray[np.int64]:
        """Give how many reference bases each change replaces, (changes,)."""
        is_text = (self.codes & np.uint64(LONG)) != 0
        spans = np.zeros(len(self.codes), dtype=np.int64)
        spans[~is_text] = reference_spans(self.codes[~is_text], {})
        spans[is_text] = [len(self.change(at)[0]) for at in np.flatnonzero(is_text).tolist()]
        return spans

    def change(self, at: int) -> Change:
        """Give the bases at a place in this list."""
        code = int(self.codes[at])
        if not code & LONG:
            return change_of(code)
        text = self.letters[self.starts[at] : self.starts[at + 1]].tobytes().decode()
        reference, _, alternative = text.partition(">")
        return reference, alternative


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Some alleles of a contig, sorted by bin, key and change.

    Parameters
    ----------
    first_row
        Rows of the pages before it.
    keys, starts
        (rows,) and (bins + 1,): see `keys`.
    reach_bp
        Reference bases of the allele that has most.
    """

    contig: str
    number: int
    first_row: int
    keys: NDArray[np.uint32]
    starts: NDArray[np.uint32]
    reach_bp: int
    aside: Aside
    columns: Mapping[str, Column]

    def find(
        self,
        positions: NDArray[np.int64],
        codes: NDArray[np.uint64],
        change_at: Callable[[int], Change],
    ) -> NDArray[np.int64]:
        """Find alleles of this page; -1 for one that is not listed.

        Parameters
        ----------
        positions, codes
            (alleles,): places, and numbers of the changes.
        change_at
            Gives the bases of the allele with this number, counted from 0.
        """
        wanted = make_keys(positions, codes)
        rows = find_first(self.keys, self.starts, (positions >> BIN_BITS) & (BINS - 1), wanted)
        for number in np.flatnonzero((rows >= 0) & is_aside(wanted)).tolist():
            rows[number] = self._confirmed(int(rows[number]), int(codes[number]), change_at(number))
        return rows

    def _confirmed(self, row: int, code: int, change: Change) -> int:
        """Give the row from `row` on, among those of one key, that holds this very change."""
        # INVARIANT: a hash never answers; the number of the change does, or its letters.
        key = self.keys[row]
        at = int(self.aside.at(np.array([row]))[0])
        while row < self.keys.size and self.keys[row] == key:
            if int(self.aside.codes[at]) == code and self.aside.change(at) == change:
                return row
            row, at = row + 1, at + 1
        return -1

    def allele(self, row: int) -> Allele:
        """Give the allele of a row."""
        key = int(self.keys[row])
        bin_ = int(np.searchsorted(self.starts, row, side="right")) - 1
        position = (self.number << PAGE_BITS) + (bin_ << BIN_BITS) + (key >> CHANGE_BITS)
        at = int(np.searchsorted(self.aside.rows, row))
        is_listed_aside = at < self.aside.rows.size and self.aside.rows[at] == row
        change = self.aside.change(at) if is_listed_aside else change_of(spelled_code(key))
        return Allele(self.contig, position, *change)

    def ends(self) -> NDArray[np.int64]:
        """Give where the reference bases of each allele end, (rows,)."""
        bins = np.repeat(np.arange(BINS), np.diff(self.starts))
        places = (bins << BIN_BITS) + (self.keys >> np.uint32(CHANGE_BITS))
        spans = spelled_spans()[np.where(is_aside(self.keys), 0, self.keys & SPELLED)]
        spans[self.aside.rows] = self.aside.spans()
        return (self.number << PAGE_BITS) + places + spans

    def rows_between(self, start: int, end: int) -> range:
        """Give the rows whose positions lie in `[start, end)` of the contig."""
        first = self.number << PAGE_BITS
        return range(self._row_from(start - first), self._row_from(end - first))

    def _row_from(self, place: int) -> int:
        """Give the first row at or after a place within the page."""
        if place <= 0:
            return 0
        bin_ = place >> BIN_BITS
        if bin_ >= BINS:
            return self.keys.size
        low, high = int(self.starts[bin_]), int(self.starts[bin_ + 1])
        key = (place & ((1 << BIN_BITS) - 1)) << CHANGE_BITS
        return low + int(np.searchsorted(self.keys[low:high], np.uint32(key)))
