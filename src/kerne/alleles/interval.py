"""Stretches of a contig and sets of them: regions to read, places where a genome is callable."""

import gzip
import re
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kerne.errors import AlleleError, AssemblyError, InputFileError

END_UNKNOWN = 2**31 - 1
"""End of a whole contig whose length the assembly does not fix."""


class ContigNames(Protocol):
    """What an interval needs of an assembly: names and lengths of its contigs."""

    def canonical_name(self, name: str) -> str:
        """Give the canonical spelling, or raise `AssemblyError`."""
        ...

    def length_bp(self, name: str) -> int | None:
        """Give the length, `None` when it is not fixed, or raise `AssemblyError`."""
        ...


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A stretch `[start, end)` of a contig, 0-based.

    Raises
    ------
    AlleleError
        `start` is negative or `end` lies before it.
    """

    contig: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise AlleleError(
                f"interval `{self.contig}` from `{self.start}` to `{self.end}` is malformed, "
                "expected 0 <= start <= end"
            )

    @property
    def span_bp(self) -> int:
        """Length in base pairs."""
        return self.end - self.start

    def __str__(self) -> str:
        return f"{self.contig}:{self.start + 1}-{self.end}"


def parse_region(text: str, assembly: ContigNames) -> Interval:
    """Read a region as people and bcftools write it, 1-based and inclusive.

    `chr20` is the whole contig, `chr20:100` one base, `chr20:100-` from there to the end.

    Raises
    ------
    AlleleError
        The text is not a region.
    AssemblyError
        The contig is unknown, or the region goes past its end.

    Examples
    --------
    >>> from kerne.alleles.assembly import GRCH38
    >>> parse_region("20:1-1,000", GRCH38)
    Interval(contig='chr20', start=0, end=1000)
    """
    match = re.fullmatch(r"([^:\s]+)(?::([0-9,]+)(-([0-9,]*))?)?", text)
    if match is None:
        raise AlleleError(f"region `{text}` is malformed, expected `chr20` or `chr20:1-100`")
    contig = assembly.canonical_name(match[1])
    length = assembly.length_bp(contig)
    contig_end = END_UNKNOWN if length is None else length
    first_1based = _number(match[2], 1)
    last_1based = _number(match[4], contig_end) if match[3] or not match[2] else first_1based
    if not 1 <= first_1based <= last_1based:
        raise AlleleError(f"region `{text}` is empty, positions count from 1")
    if last_1based > contig_end:
        raise AssemblyError(f"region `{text}` goes past the end of `{contig}`, `{contig_end}`")
    return Interval(contig, first_1based - 1, last_1based)


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """A set of positions as sorted stretches that neither overlap nor touch.

    Made by `build` or `merged`. `spans` maps a contig to its starts and ends, int64 (stretches,)
    each, 0-based half-open.
    """

    spans: Mapping[str, tuple[NDArray[np.int64], NDArray[np.int64]]]

    @classmethod
    def build(cls, intervals: Iterable[Interval]) -> "Intervals":
        """Unite intervals in any order, overlapping or not."""
        by_contig: dict[str, list[tuple[int, int]]] = {}
        for interval in intervals:
            by_contig.setdefault(interval.contig, []).append((interval.start, interval.end))
        return cls.merged(
            {
                contig: (
                    np.array([start for start, _ in ranges], dtype=np.int64),
                    np.array([end for _, end in ranges], dtype=np.int64),
                )
                for contig, ranges in by_contig.items()
            }
        )

    @classmethod
    def merged(
        cls, ranges: Mapping[str, tuple[NDArray[np.int64], NDArray[np.int64]]]
    ) -> "Intervals":
        """Unite starts and ends, (stretches,) each and in any order, by contig."""
        united = {contig: _unite(starts, ends) for contig, (starts, ends) in ranges.items()}
        return cls({contig: span for contig, span in united.items() if span[0].size})

    @property
    def contigs(self) -> tuple[str, ...]:
        """Contigs with at least one position in the set."""
        return tuple(self.spans)

    @property
    def span_bp(self) -> int:
        """How many positions the set holds."""
        return sum(int((ends - starts).sum()) for starts, ends in self.spans.values())

    def ranges(self, contig: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give starts and ends, (stretches,) each; both empty for a contig without any."""
        return self.spans.get(contig) or _nothing()

    def contains(self, contig: str, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell for each position, (positions,), whether it is in the set: (positions,)."""
        starts, ends = self.ranges(contig)
        if not starts.size:
            return np.zeros(positions.shape, dtype=np.bool_)
        nearest = np.searchsorted(starts, positions, side="right") - 1
        inside: NDArray[np.bool_] = (nearest >= 0) & (positions < ends[nearest])
        return inside

    def covers(self, interval: Interval) -> int:
        """Count the base pairs of an interval that are in the set."""
        starts, ends = self._within(interval)
        return int((ends - starts).sum())

    def gaps(self, interval: Interval) -> tuple[Interval, ...]:
        """List the stretches of an interval that are not in the set, in order."""
        starts, ends = self._within(interval)
        opens = [interval.start, *(int(end) for end in ends)]
        closes = [*(int(start) for start in starts), interval.end]
        pairs = zip(opens, closes, strict=True)
        return tuple(Interval(interval.contig, start, end) for start, end in pairs if start < end)

    def _within(self, interval: Interval) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        starts, ends = self.ranges(interval.contig)
        first = int(np.searchsorted(ends, interval.start, side="right"))
        last = max(first, int(np.searchsorted(starts, interval.end, side="left")))
        return (
            np.maximum(starts[first:last], interval.start),
            np.minimum(ends[first:last], interval.end),
        )


class IntervalLookup:
    """Fast containment for one stretch after the other, where arrays do not come."""

    def __init__(self, intervals: Intervals) -> None:
        self._ranges = {
            contig: tuple(array.tolist() for array in intervals.ranges(contig))
            for contig in intervals.contigs
        }

    def meets(self, contig: str, start: int, end: int) -> bool:
        """Say whether `[start, end)` overlaps an interval or touches its end or start.

        The base before a stretch belongs to it too: an insertion lies between two bases.
        """
        starts, ends = self._ranges.get(contig, ((), ()))
        last = bisect_right(starts, end)
        return last > 0 and ends[last - 1] >= start


def read_bed(path: Path, assembly: ContigNames) -> Intervals:
    """Read the first three columns of a BED file, plain or gzipped, as one set of positions.

    Raises
    ------
    InputFileError
        A line is not BED, or does not belong to the assembly; the file is no gzip file or ends
        too early.
    """
    by_contig: dict[str, tuple[list[int], list[int]]] = {}
    for number, line in _lines(path):
        if line.startswith(("#", "track", "browser")) or not line.strip():
            continue
        try:
            interval = _bed_interval(line, assembly)
        except AlleleError as error:
            raise InputFileError(path, str(error), number) from error
        starts, ends = by_contig.setdefault(interval.contig, ([], []))
        starts.append(interval.start)
        ends.append(interval.end)
    return Intervals.merged(
        {
            contig: (np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64))
            for contig, (starts, ends) in by_contig.items()
        }
    )


def _number(text: str | None, default: int) -> int:
    digits = (text or "").replace(",", "")
    return int(digits) if digits else default


def _nothing() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)


def _unite(
    starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    filled = starts < ends
    starts, ends = starts[filled], ends[filled]
    if not starts.size:
        return _nothing()
    order = np.argsort(starts, kind="stable")
    starts, reach = starts[order], np.maximum.accumulate(ends[order])
    opens = np.concatenate(([True], starts[1:] > reach[:-1]))
    closes = np.concatenate((opens[1:], [True]))
    return starts[opens], reach[closes]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    compressed = path.suffix == ".gz"
    try:
        with gzip.open(path, "rt") if compressed else path.open() as stream:
            yield from enumerate(stream, start=1)
    except FileNotFoundError as error:
        raise InputFileError(path, "no such file") from error
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise InputFileError(path, "cannot be read as BED, plain or gzip") from error


def _bed_interval(line: str, assembly: ContigNames) -> Interval:
    fields = line.split()
    if len(fields) < _BED_COLUMNS or not (fields[1].isdigit() and fields[2].isdigit()):
        raise AlleleError("expected a contig, a start and an end, separated by tabs")
    interval = Interval(assembly.canonical_name(fields[0]), int(fields[1]), int(fields[2]))
    length = assembly.length_bp(interval.contig)
    if length is not None and interval.end > length:
        raise AssemblyError(
            f"end `{interval.end}` lies past the end of `{interval.contig}`, `{length}`"
        )
    return interval


_BED_COLUMNS = 3
