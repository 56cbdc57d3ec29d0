"""Genotypes as matrices, sites by samples, a part of the genome at a time.

What is in a matrix counts as in `frequencies`: an X of which there is one copy is haploid, however
its file writes it, and a call that counts for nothing is missing. So AC and AN of a block are those
of its sites. Sites and their order are those of `frequencies` too.

A window's calls are read from the twin, person by person, and kept; the block is then filled site
by site with what silence says, and over it with the calls. A window holds about a partition's
calls, five bytes each, and a block at most `BLOCK_CELLS` genotypes, three bytes each.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.interval import Interval
from kerne.genomes.allele_list import AlleleList
from kerne.genomes.asking.questions import list_window, reaching
from kerne.genomes.asking.scan import Engine, sites_in, windows
from kerne.genomes.asking.snapshot import Snapshot
from kerne.genomes.asking.window_sites import Span, WindowSites
from kerne.genomes.calls import RULE_OF, SILENT_COPIES, WORTH, Code, Place, Rule
from kerne.genomes.segments import matrix_kernels
from kerne.genomes.segments.counting import Chosen
from kerne.genomes.segments.of_file import places_on
from kerne.genomes.segments.partition import Bounds
from kerne.genomes.segments.rows import RowTable, as_marks
from kerne.genomes.segments.segment import PartitionReader, Segment

BLOCK_CELLS: Final = 1 << 23
"""A block has no more genotypes than this, unless one site has."""

UNCALLED: Final = -1
NO_ALLELE: Final = -2
"""In the second place of a haploid call."""

_NO_BOUNDS: Final = Bounds(np.empty(0, np.uint32), np.empty(0, np.uint32))


@dataclass(frozen=True, slots=True, eq=False)
class GenotypeBlock:
    """Genotypes of some consecutive alleles in some genomes.

    Parameters
    ----------
    samples
        In order of their rows, the same in every block of an answer.
    genotypes
        (alleles, samples, 2): 1 is the alternative, 0 another allele, `UNCALLED` (-1) missing,
        `NO_ALLELE` (-2) the second place of a haploid call. An unphased alternative stands last.
    phased
        (alleles, samples), whether the file told on which haplotype the alternative is. Where a
        genome is reference nobody keeps that it was phased.
    """

    alleles: AlleleList
    samples: tuple[str, ...]
    genotypes: NDArray[np.int8]
    phased: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose genotypes, and whose alleles: as in `questions.Choice`."""

    chosen: Sequence[Chosen]
    shown: Sequence[Chosen] | None


@dataclass(frozen=True, slots=True, eq=False)
class _Members:
    """The chosen rows of a segment, and the columns that they have; (members,) each."""

    rows: RowTable
    marks: NDArray[np.bool_]
    row: NDArray[np.int64]
    column: NDArray[np.int64]


def genotype_blocks(
    snapshot: Snapshot, choice: Choice, region: Interval | None, engine: Engine
) -> Iterator[GenotypeBlock]:
    """Yield the genotypes of the chosen rows at every listed allele, in order."""
    members, samples = _ordered(choice.chosen)
    within = None if region is None else reaching(snapshot, region)
    for window in windows(snapshot, within):
        found = sites_in(snapshot, window)
        listed = list_window(snapshot, found, choice.shown, region, engine)
        if not listed.any():
            continue
        filling = _Filling(snapshot, found, members, len(samples))
        step = max(1, BLOCK_CELLS // max(1, len(samples)))
        for start in range(0, len(listed), step):
            kept = listed[start : start + step]
            if kept.any():
                yield _block(snapshot, found, samples, filling.fill(start, kept))


@dataclass(frozen=True, slots=True, eq=False)
class _Filled:
    """The sites that are kept of a window, and their matrix."""

    at: NDArray[np.int64]
    genotypes: NDArray[np.int8]
    phased: NDArray[np.bool_]


def _block(
    snapshot: Snapshot, found: WindowSites, samples: tuple[str, ...], filled: _Filled
) -> GenotypeBlock:
    sites = found.sites
    rank = np.full(len(filled.at), found.window.contig, dtype=np.int16)
    columns = (sites.position[filled.at], sites.change[filled.at])
    alleles = AlleleList(snapshot.names, rank, *columns, sites.long)
    return GenotypeBlock(alleles, samples, filled.genotypes, filled.phased)


def _ordered(chosen: Sequence[Chosen]) -> tuple[list[_Members], tuple[str, ...]]:
    """Give every chosen row its column."""
    marks = [as_marks(each.bits, len(each.rows)) for each in chosen]
    rows = [np.flatnonzero(mine) for mine in marks]
    none = np.empty(0, np.uint32)
    ids = np.concatenate([none, *(c.rows.ids[r] for c, r in zip(chosen, rows, strict=True))])
    names = [c.rows.samples[at] for c, r in zip(chosen, rows, strict=True) for at in r.tolist()]
    order = np.argsort(ids)
    column = np.empty(len(ids), dtype=np.int64)
    column[order] = np.arange(len(ids))
    cuts = np.cumsum([len(each) for each in rows])[:-1]
    columns = np.split(column, cuts) if rows else []
    members = [
        _Members(c.rows, m, r, col)
        for c, m, r, col in zip(chosen, marks, rows, columns, strict=True)
    ]
    return members, tuple(names[at] for at in order.tolist())


class _Filling:
    """Fills the blocks of a window, in order of their sites."""

    def __init__(
        self, snapshot: Snapshot, found: WindowSites, members: Sequence[_Members], samples: int
    ) -> None:
        self._sites = found.sites
        self._samples = samples
        self._place = places_on(snapshot.assembly, found.window.contig, found.sites.position)
        self._silences: list[_Silence] = []
        self._calls: list[_Calls] = []
        for segment, spans, places, mine in zip(
            snapshot.segments, found.spans, found.places, members, strict=True
        ):
            if len(mine.row):
                self._silences += _silences(segment, found, mine)
                self._calls += _calls(spans, places, mine)

    def fill(self, start: int, kept: NDArray[np.bool_]) -> _Filled:
        """Fill the sites from `start` on, and return those that are kept, as many as are marked."""
        inside = slice(start, start + len(kept))
        position, place = self._sites.position[inside], self._place[inside]
        shape = (len(kept), self._samples)
        genotypes = np.empty((*shape, 2), dtype=np.int8)
        phased = np.zeros(shape, dtype=np.bool_)
        for silence in self._silences:
            silence.fill(position, place, genotypes)
        for calls in self._calls:
            calls.fill(start, place, genotypes, phased)
        at = start + np.flatnonzero(kept)
        if kept.all():
            return _Filled(at, genotypes, phased)
        return _Filled(at, genotypes[kept], phased[kept])


class _Silence:
    """Walks over the bounds of a partition, once."""

    def __init__(self, reach: tuple[int, int], bounds: Bounds, members: _Members) -> None:
        self._reach = reach
        self._bounds = bounds
        self._members = members
        self._next = 0
        self._is_callable = members.rows.whole.copy()

    def fill(
        self, position: NDArray[np.uint32], place: NDArray[np.int8], genotypes: NDArray[np.int8]
    ) -> None:
        """Fill in the sites of the partition."""
        low, high = np.searchsorted(position, np.array(self._reach, np.int64)).tolist()
        bounds, members = self._bounds, self._members
        if low < high:
            self._next = matrix_kernels.fill_silence(
                position[low:high], place[low:high],
                bounds.at, bounds.bound, self._next, self._is_callable,
                members.row, members.column, members.rows.classes,
                GENOTYPES, genotypes[low:high],
            )  # fmt: skip


class _Calls:
    """Walks over the calls of the members in a span, once; sites are those of the window."""

    def __init__(
        self,
        members: _Members,
        counts: NDArray[np.int64],
        site: NDArray[np.int64],
        code: NDArray[np.uint8],
    ) -> None:
        self._members = members
        self._end = np.cumsum(counts)
        self._next = self._end - counts
        self._site = site
        self._code = code

    def fill(
        self,
        start: int,
        place: NDArray[np.int8],
        genotypes: NDArray[np.int8],
        phased: NDArray[np.bool_],
    ) -> None:
        """Fill in the calls at sites from `start` on."""
        members = self._members
        matrix_kernels.fill_calls(
            start, place, self._next, self._end, self._site, self._code,
            members.row, members.column, members.rows.classes,
            GENOTYPES, genotypes, phased,
        )  # fmt: skip


def _silences(segment: Segment, found: WindowSites, members: _Members) -> Iterator[_Silence]:
    window = found.window
    readers = segment.on(window.contig)
    if not readers:
        yield _Silence((window.start, window.end), _NO_BOUNDS, members)
    for each in readers:
        low, high = max(each.entry.start, window.start), min(each.entry.end, window.end)
        if low < high:
            # Genomes that are all declared whole have none.
            bounds = _NO_BOUNDS if members.rows.whole.all() else each.bounds
            yield _Silence((low, high), bounds, members)


def _calls(spans: Sequence[Span], places: NDArray[np.int64], members: _Members) -> Iterator[_Calls]:
    at = 0
    for span in spans:
        home = places[at : at + span.end - span.start]
        at += span.end - span.start
        counts, site, code = _read_span(span.reader, span, members)
        yield _Calls(members, counts, home[site], code)


def _read_span(
    reader: PartitionReader, span: Span, members: _Members
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.uint8]]:
    """Return how many calls each member has in a span, their sites in it, and their codes."""
    counts, sites = [np.empty(0, np.int64)], [np.empty(0, np.uint32)]
    codes = [np.empty(0, np.uint8)]
    for group in reader.groups():
        calls = group.calls
        marks = members.marks[group.row : group.row + len(calls.first) - 1]
        if not marks.any():
            continue
        row = np.repeat(np.arange(len(marks)), np.diff(calls.first))
        taken = marks[row] & (calls.site >= span.start) & (calls.site < span.end)
        counts.append(np.bincount(row[taken], minlength=len(marks))[marks])
        sites.append(calls.site[taken] - np.uint32(span.start))
        codes.append(calls.code[taken])
    return np.concatenate(counts), np.concatenate(sites), np.concatenate(codes)


def _called(rule: Rule, code: Code) -> tuple[int, int]:
    an, het, hom, hemi, half = WORTH[rule, code].tolist()
    other = UNCALLED if Code.REFERENCE_HALF is code or half else 0
    if hom:
        return 1, 1
    if hemi:
        return 1, NO_ALLELE
    if het or half:
        return other, 1
    if rule is not Rule.AS_WRITTEN or code is Code.REFERENCE_HEMI:
        return (0 if an else UNCALLED), NO_ALLELE
    return (other, 0) if an else (UNCALLED, UNCALLED)


def _genotypes() -> NDArray[np.int8]:
    classes = RULE_OF.shape[1]
    table = np.empty((len(Place), classes, matrix_kernels.CODES + 2, 2), dtype=np.int8)
    silent = {0: (UNCALLED, NO_ALLELE), 1: (0, NO_ALLELE), 2: (0, 0)}
    for place in Place:
        for each in range(classes):
            rule = Rule(RULE_OF[place, each])
            table[place, each] = _called(rule, Code.MISSING)
            for code in Code:
                table[place, each, code] = _called(rule, code)
            copies = int(SILENT_COPIES[place, each])
            table[place, each, matrix_kernels.CALLABLE] = silent[copies]
    return table


GENOTYPES: Final = _genotypes()
"""(places, copies + 1, codes and the two kinds of silence, 2): genotypes that count as `WORTH`."""
