"""What one file brings, gathered record by record, and made into a segment at its end.

Only at the end is it known how many copies of X and Y a genome has and where it is callable, and
so which calls say more than silence would: the others are left out.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.assembly import Assembly
from kerne.alleles.interval import Intervals
from kerne.genomes.calls import (
    CODE_MASK,
    RULE_OF,
    SILENT,
    SILENT_COPIES,
    WORTH,
    Code,
    Place,
    Worth,
    is_carried,
)
from kerne.genomes.complement import Complement, SexChromosomeCalls, measure_complement
from kerne.genomes.counting import copies_of
from kerne.genomes.places import places_of
from kerne.genomes.segment import (
    CallTable,
    Change,
    MentionTable,
    RowTable,
    Segment,
    SiteTable,
    StretchTable,
    merge,
)


class Gathering:
    """Growing columns of sites, calls and callable stretches; samples are numbered by column."""

    def __init__(self) -> None:
        self._change_of: dict[Change, int] = {}
        self._site = (array("h"), array("q"), array("i"))
        self._call = (array("i"), array("i"), array("B"), array("i"))
        self._stretch = (array("i"), array("h"), array("q"), array("q"))

    def add_site(self, contig: int, position: int, change: Change) -> int:
        """Mention an allele and return its number; the same allele may be mentioned again."""
        contigs, positions, changes = self._site
        contigs.append(contig)
        positions.append(position)
        changes.append(self._change_of.setdefault(change, len(self._change_of)))
        return len(contigs) - 1

    def add_call(self, site: int, sample: int, code: int, depth: int) -> None:
        """Add one call."""
        sites, samples, codes, depths = self._call
        sites.append(site)
        samples.append(sample)
        codes.append(code)
        depths.append(depth)

    def add_calls(
        self,
        sites: NDArray[np.int64],
        samples: NDArray[np.int64],
        codes: NDArray[np.uint8],
        depths: NDArray[np.int32],
    ) -> None:
        """Add calls, (calls,) each."""
        # Any: each column has its own width, which its array knows.
        columns: tuple[NDArray[Any], ...] = (sites, samples, codes, depths)
        for column, values in zip(self._call, columns, strict=True):
            column.frombytes(values.astype(column.typecode).tobytes())

    def add_stretch(self, sample: int, contig: int, start: int, end: int) -> None:
        """Say that a sample is callable in `[start, end)`."""
        for column, value in zip(self._stretch, (sample, contig, start, end), strict=True):
            column.append(value)

    def sites(self) -> SiteTable:
        """Return the alleles as mentioned, unsorted."""
        contig, position, change = self._site
        return SiteTable(
            np.frombuffer(contig, dtype=np.int16),
            np.frombuffer(position, dtype=np.int64),
            np.frombuffer(change, dtype=np.intc).astype(np.int32),
            tuple(self._change_of),
        )

    def calls(self) -> CallTable:
        """Return the calls as added; `row` is the sample's column."""
        site, sample, code, depth = self._call
        return CallTable(
            np.frombuffer(site, dtype=np.intc).astype(np.int32),
            np.frombuffer(sample, dtype=np.intc).astype(np.int32),
            np.frombuffer(code, dtype=np.uint8).copy(),
            np.frombuffer(depth, dtype=np.intc).astype(np.int32),
        )

    def callable_of_each(self, samples: int, assembly: Assembly) -> list[Intervals]:
        """Return the added stretches of each sample, united."""
        sample, contig, start, end = (np.array(column) for column in self._stretch)
        united = []
        for number in range(samples):
            ranges = {}
            for rank in np.unique(contig[sample == number]).tolist():
                chosen = (sample == number) & (contig == rank)
                name = assembly.contigs[rank].name
                ranges[name] = (start[chosen].astype(np.int64), end[chosen].astype(np.int64))
            united.append(Intervals.merged(ranges))
        return united


@dataclass(frozen=True)
class GatheredFile:
    """A file read to its end.

    Parameters
    ----------
    callable_of_each
        Where each sample is callable, by column; `None` when declared whole.
    """

    samples: tuple[str, ...]
    assembly: Assembly
    gathering: Gathering
    callable_of_each: Sequence[Intervals] | None

    def segment(self, first_row: int, source: int) -> Segment:
        """Make the segment of the file; its samples get the rows from `first_row` on."""
        silent = np.where(self._silent, SILENT, 0).astype(np.uint8)
        loose = Segment(
            self._rows(first_row, source),
            self._sites,
            replace(self._calls, code=self._calls.code | silent),
            self._stretches,
            MentionTable(
                np.full(len(self._sites), source, dtype=np.uint32),
                np.arange(len(self._sites), dtype=np.int32),
            ),
        )
        merged = merge([loose])
        return replace(merged, calls=self._saying_more(merged))

    @cached_property
    def _sites(self) -> SiteTable:
        return self.gathering.sites()

    @cached_property
    def _calls(self) -> CallTable:
        return self.gathering.calls()

    @cached_property
    def _places(self) -> NDArray[np.int8]:
        return places_of(self.assembly, self._sites.contig, self._sites.position)

    @cached_property
    def _complements(self) -> tuple[Complement, ...]:
        place, code = self._places[self._calls.site], self._calls.code
        carried = is_carried(code)

        def tally(chosen: NDArray[np.bool_]) -> list[int]:
            found = np.bincount(self._calls.row[chosen], minlength=len(self.samples))
            return [int(count) for count in found]

        on_x = place == Place.X
        haploid = (code == Code.HEMI) | (code == Code.REFERENCE_HEMI)
        counts = zip(
            tally(on_x & haploid),
            tally(on_x & (code == Code.HET)),
            tally(on_x & (code == Code.HOM)),
            tally((place == Place.Y) & carried),
            strict=True,
        )
        return tuple(measure_complement(SexChromosomeCalls(*count)) for count in counts)

    @cached_property
    def _silent(self) -> NDArray[np.bool_]:
        """Whether each call lies where its genome is callable, (calls,)."""
        calls, sites = self._calls, self._sites
        if self.callable_of_each is None:
            return np.ones(len(calls), dtype=np.bool_)
        silent = np.zeros(len(calls), dtype=np.bool_)
        contig, position = sites.contig[calls.site], sites.position[calls.site]
        for number, intervals in enumerate(self.callable_of_each):
            for name in intervals.contigs:
                chosen = (calls.row == number) & (contig == self.assembly.rank(name))
                silent[chosen] = intervals.contains(name, position[chosen])
        return silent

    def _saying_more(self, segment: Segment) -> CallTable:
        """Return the calls of a segment of this file that count for something else than silence."""
        calls, sites = segment.calls, segment.sites
        place = places_of(self.assembly, sites.contig, sites.position)[calls.site]
        copies = copies_of(segment.rows)[place, calls.row] + 1
        code = calls.code & CODE_MASK
        an = WORTH[RULE_OF[place, copies], code, Worth.AN]
        silence = np.where(calls.code & SILENT, SILENT_COPIES[place, copies], 0)
        # A call that is not counted is kept for the clinic.
        keep = is_carried(calls.code) | (code >= Code.WEAK_HET) | (an != silence)
        return CallTable(calls.site[keep], calls.row[keep], calls.code[keep], calls.depth[keep])

    def _rows(self, first_row: int, source: int) -> RowTable:
        count = len(self.samples)
        return RowTable(
            np.arange(first_row, first_row + count, dtype=np.uint32),
            self.samples,
            np.full(count, source, dtype=np.uint32),
            np.full(count, self.callable_of_each is None),
            np.array([each.x_copies for each in self._complements], dtype=np.int8),
            np.array([each.y_copies for each in self._complements], dtype=np.int8),
        )

    @property
    def _stretches(self) -> StretchTable:
        parts = [
            (number, self.assembly.rank(name), *intervals.ranges(name))
            for number, intervals in enumerate(self.callable_of_each or ())
            for name in intervals.contigs
        ]
        sizes = [len(starts) for _, _, starts, _ in parts]
        nothing = np.empty(0, dtype=np.int64)
        return StretchTable(
            np.repeat(np.array([part[0] for part in parts], dtype=np.int32), sizes),
            np.repeat(np.array([part[1] for part in parts], dtype=np.int16), sizes),
            np.concatenate([nothing, *(part[2] for part in parts)]),
            np.concatenate([nothing, *(part[3] for part in parts)]),
        )
