"""The room in which a chunk grows, and what is taken out of it when it is full."""

import numpy as np

from kerne.alleles.change import LONG, Change, change_code, join_long
from kerne.genomes.reading.bundles import (
    CALLS,
    FIELDS,
    FORMAT_BYTES,
    LETTERS,
    LONGS,
    SITES,
    STRETCHES,
    Found,
    Scratch,
    room_for_chunk,
    room_for_line,
)
from kerne.genomes.reading.chunk import Chunk, Fields, Stretches
from kerne.genomes.reading.hard import HardSite


class Room:
    """A growing chunk, filled by the compiled parser and, of hard lines, by `add_site`."""

    def __init__(self, samples: int, line_bytes: int) -> None:
        self._samples = samples
        self._line_bytes = line_bytes
        self.found: Found = room_for_chunk(samples, line_bytes)
        self.scratch: Scratch = room_for_line(samples, line_bytes)
        self.scratch.state[FORMAT_BYTES] = -1
        self._long: dict[int, Change] = {}

    def is_wide(self, line_bytes: int) -> bool:
        """Say whether lines so long have room."""
        return line_bytes <= self._line_bytes

    def widen(self, line_bytes: int) -> None:
        """Make room for longer lines; the chunk is empty."""
        state = self.scratch.state
        self.found = room_for_chunk(self._samples, line_bytes)
        self.scratch = room_for_line(self._samples, line_bytes)
        self.scratch.state[:] = state
        self.scratch.state[FORMAT_BYTES] = -1
        self._line_bytes = line_bytes

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.scratch.state[SITES] or self.scratch.state[STRETCHES])

    def fits(self, stretches: int) -> bool:
        """Say whether one more site, or so many stretches, can be added."""
        state, found = self.scratch.state, self.found
        return bool(
            state[SITES] < len(found.position)
            and state[CALLS] + self._samples <= len(found.code)
            and state[STRETCHES] + stretches <= len(found.stretch)
        )

    def add_site(self, site: HardSite) -> None:
        """Add an allele of a hard line."""
        state, found = self.scratch.state, self.found
        at, start = state[SITES], state[CALLS]
        end = start + len(site.columns)
        code = change_code(site.reference, site.alternative)
        self._keep(code, (site.reference, site.alternative))
        found.position[at], found.change[at] = site.position, code
        found.first[at], found.first[at + 1] = start, end
        found.column[start:end] = site.columns
        found.code[start:end] = site.codes
        values = np.array(site.fields, dtype=np.int32).reshape(-1, 4)
        if not state[FIELDS] and (values >= 0).any():
            found.fields[:, :start] = -1
            state[FIELDS] = 1
        found.fields[:, start:end] = values.T
        state[SITES], state[CALLS] = at + 1, end

    def add_stretch(self, column: int, start: int, end: int) -> None:
        """Add a callable stretch of a hard line."""
        self.found.stretch[self.scratch.state[STRETCHES]] = column, start, end
        self.scratch.state[STRETCHES] += 1

    def take(self, contig: int) -> Chunk:
        """Return the chunk, of the contig of that rank, and begin another."""
        state, found = self.scratch.state, self.found
        self._keep_letters()
        sites, calls = state[SITES], state[CALLS]
        column, code, fields = found.column[:calls], found.code[:calls], found.fields[:, :calls]
        if calls < len(found.code) // 2:  # else it is given away, with what is left of it
            column, code, fields = column.copy(), code.copy(), fields.copy()
        else:
            self.found = room_for_chunk(self._samples, self._line_bytes)
        chunk = Chunk(
            contig,
            found.position[:sites].copy(),
            found.change[:sites].copy(),
            self._long,
            found.first[: sites + 1].copy(),
            column,
            code,
            Fields(*fields) if state[FIELDS] else None,
            Stretches(*found.stretch[: state[STRETCHES]].T.astype(np.uint32)),
        )
        self._long = {}
        state[[SITES, CALLS, LONGS, LETTERS, STRETCHES, FIELDS]] = 0
        self.found.first[0] = 0
        return chunk

    def _keep(self, code: int, change: Change) -> None:
        if code & LONG and self._long.setdefault(code, change) != change:
            join_long([self._long, {code: change}])

    def _keep_letters(self) -> None:
        """Give the long changes that the compiled parser left in letters their numbers."""
        state, found = self.scratch.state, self.found
        text = found.letters[: state[LETTERS]].tobytes().decode("ascii")
        at = 0
        for site, reference_size, size in found.long[: state[LONGS]].tolist():
            middle, end = at + reference_size, at + reference_size + size
            change = (text[at:middle], text[middle:end])
            code = change_code(*change)
            self._keep(code, change)
            found.change[site] = code
            at = end
