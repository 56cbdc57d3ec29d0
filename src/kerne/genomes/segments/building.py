"""Build a segment from the chunks of one file, in bounded memory, while the file is being read.

Chunks are held by contig. A contig that the file has left is made into a partition in another
thread, but for X and Y: how calls count there is known when the whole file has been measured. What
is held never grows beyond `CALLS_MOST` calls: then finished contigs are written, and the current
one is cut at a position that alleles still to come cannot reach. A small file may have its records
in any order; a large one must have them in order.
"""

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.assembly import ContigKind
from kerne.errors import InputFileError
from kerne.genomes.calls import Place
from kerne.genomes.complement import UNCLEAR, Complement, Karyotype, complement_of_copies
from kerne.genomes.reading.chunk import Chunk, Stretches
from kerne.genomes.segments.cutting import cut_at
from kerne.genomes.segments.joining import Joined, join
from kerne.genomes.segments.of_file import (
    FileRules,
    Range,
    carried_by_row,
    partition_of,
    places_on,
)
from kerne.genomes.segments.packing import encode_partition
from kerne.genomes.segments.partition import WHOLE_CONTIG
from kerne.genomes.segments.segment import PartitionEntry
from kerne.genomes.segments.sex_calls import SexTally

CALLS_MOST: Final = 1 << 23
"""Calls held before something must be written: some 0.3 GB with what is made of them."""

MADE_AT_ONCE: Final = 2
"""Partitions made beside the one that grows: the reader need not wait for the last one."""

SHIFT_MOST_BP: Final = 10_000
"""How far left of its record a left-aligned allele may lie."""

_SEX_CHROMOSOMES: Final = frozenset({ContigKind.X, ContigKind.Y})


class PartitionWriter(Protocol):
    """Where the content of a segment's files goes."""

    def put(self, file: str, blob: bytes) -> None:
        """Write a file."""
        ...


@dataclass(frozen=True, slots=True)
class Built:
    """What a file brought: a complement and a number of carried alleles for each of its rows."""

    partitions: list[PartitionEntry]
    complements: list[Complement]
    variants: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Made:
    entry: PartitionEntry
    content: bytes
    tally: SexTally | None
    variants: NDArray[np.int64]


@dataclass(slots=True)
class _Held:
    """What is held of a contig, from position `start` on."""

    start: int = 0
    chunks: list[Chunk] = field(default_factory=list)
    calls: int = 0
    made: "Future[_Made] | None" = None

    def add(self, chunk: Chunk) -> None:
        self.made = None  # a contig that comes again is made again
        self.chunks.append(chunk)
        self.calls += len(chunk.code)


class SegmentBuilder:
    """Takes the chunks of `path`; a context manager, whose threads end with it."""

    def __init__(self, path: Path, rules: FileRules, writer: PartitionWriter) -> None:
        self._path = path
        self._rules = rules
        self._writer = writer
        self._held: dict[int, _Held] = {}
        self._current = -1
        self._written: list[PartitionEntry] = []
        self._closed: set[int] = set()
        self._tally = SexTally(rules.rows)
        self._variants = np.zeros(rules.rows, dtype=np.int64)
        self._early: dict[ContigKind, list[Complement]] = {}
        self._waiting: deque[Future[_Made]] = deque()
        self._pool = ThreadPoolExecutor(MADE_AT_ONCE)
        # Of their own: who makes a partition waits for them.
        self._packers = ThreadPoolExecutor(MADE_AT_ONCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._packers.shutdown()

    def take(self, chunk: Chunk) -> None:
        """Take the next chunk.

        Raises
        ------
        InputFileError
            The file is large and its records are out of order.
        """
        self._check_order(chunk)
        if chunk.contig != self._current:
            self._leave(self._current)
            self._current = chunk.contig
        self._held.setdefault(chunk.contig, _Held()).add(chunk)
        if sum(held.calls for held in self._held.values()) >= CALLS_MOST:
            self._spill()

    def finish(self) -> Built:
        """Write what is still held, and return what was built."""
        self._leave(self._current)
        for contig in self._nowhere_told():
            self._held[contig] = _Held(chunks=[_nothing_on(contig)])
        for contig in sorted(set(self._held) - self._sex_contigs()):
            self._write_rest(contig)
        self._write_waiting(0)
        sex = {contig: join(self._held[contig].chunks) for contig in self._held}
        for contig, joined in sex.items():
            self._add_tally(self._tally, contig, joined)
        complements = self._settled()
        for contig, joined in sorted(sex.items()):
            where = Range(contig, self._held[contig].start, WHOLE_CONTIG)
            self._write(self._encode(joined, where, _classes(complements), None))
        return Built(sorted(self._written, key=_place), complements, self._variants)

    def _check_order(self, chunk: Chunk) -> None:
        held = self._held.get(chunk.contig)
        start = 0 if held is None else held.start
        early = len(chunk.position) and int(chunk.position.min()) < start
        if chunk.contig in self._closed or early:
            raise InputFileError(
                self._path,
                "records are out of order, expected each contig at once and positions ascending: "
                "sort it with `bcftools sort`",
            )

    def _sex_contigs(self) -> set[int]:
        contigs = self._rules.assembly.contigs
        return {rank for rank, each in enumerate(contigs) if each.kind in _SEX_CHROMOSOMES}

    def _nowhere_told(self) -> Iterable[int]:
        """Return contigs that are callable by the BED and have no record."""
        bed, assembly = self._rules.bed, self._rules.assembly
        ranks = [] if bed is None else [assembly.rank(name) for name in bed.contigs]
        return [rank for rank in ranks if rank not in self._held and rank not in self._closed]

    def _leave(self, contig: int) -> None:
        held = self._held.get(contig)
        if held is not None and held.made is None and contig not in self._sex_contigs():
            where = Range(contig, held.start, WHOLE_CONTIG)
            held.made = self._pool.submit(self._make, tuple(held.chunks), where)

    def _write_rest(self, contig: int) -> None:
        """Write all that is held of a contig that is not X or Y."""
        self._leave(contig)
        made = self._held.pop(contig).made
        if made is not None:
            self._write(made.result())
            self._closed.add(contig)

    def _spill(self) -> None:
        for contig in sorted(set(self._held) - self._sex_contigs() - {self._current}):
            self._write_rest(contig)
        for contig in sorted(set(self._held)):
            if sum(held.calls for held in self._held.values()) >= CALLS_MOST:
                self._cut(contig)

    def _cut(self, contig: int) -> None:
        """Write what lies before a position that alleles still to come cannot reach."""
        held = self._held[contig]
        highest = max(int(chunk.position.max(initial=0)) for chunk in held.chunks)
        at = highest - SHIFT_MOST_BP
        if at <= held.start:
            return
        halves = [cut_at(chunk, at) for chunk in held.chunks]
        where = Range(contig, held.start, at)
        rest = _Held(at)
        for _, right in halves:
            rest.add(right)
        self._held[contig] = rest
        self._write_waiting(MADE_AT_ONCE - 1)
        if contig in self._sex_contigs():
            self._cut_sex([left for left, _ in halves], where)
        else:
            left = tuple(left for left, _ in halves)
            self._waiting.append(self._pool.submit(self._make, left, where))

    def _write_waiting(self, most: int) -> None:
        """Write what is being made, oldest first, until at most so many are left."""
        while len(self._waiting) > most:
            self._write(self._waiting.popleft().result())

    def _cut_sex(self, chunks: list[Chunk], where: Range) -> None:
        joined = join(chunks)
        self._add_tally(self._tally, where.contig, joined)
        kind = self._rules.assembly.contigs[where.contig].kind
        early = self._early.setdefault(kind, self._tally.complements())
        self._write(self._encode(joined, where, _classes(early), None))

    def _settled(self) -> list[Complement]:
        """Return the complements; what was taken on part of a contig and does not hold is unclear.

        X is written by the copies of X alone, before anything of Y is read.
        """
        measured = self._tally.complements()
        by_x = self._early.get(ContigKind.X, measured)
        by_y = self._early.get(ContigKind.Y, measured)
        return [
            _as_written(late, x.x_copies, y.y_copies)
            for late, x, y in zip(measured, by_x, by_y, strict=True)
        ]

    def _make(self, chunks: tuple[Chunk, ...], where: Range) -> _Made:
        joined = join(chunks)
        tally = SexTally(self._rules.rows)
        self._add_tally(tally, where.contig, joined)
        return self._encode(joined, where, _classes([_UNCLEAR] * self._rules.rows), tally)

    def _add_tally(self, tally: SexTally, contig: int, joined: Joined) -> None:
        if joined.fields is not None or contig in self._sex_contigs():
            places = places_on(self._rules.assembly, contig, joined.sites.position)
            tally.add(joined.calls, joined.fields, places)

    def _encode(
        self, joined: Joined, where: Range, classes: NDArray[np.uint8], tally: SexTally | None
    ) -> _Made:
        partition = partition_of(joined, where, self._rules, classes)
        places = places_on(self._rules.assembly, where.contig, partition.sites.position)
        calls = partition.by_site
        carried = carried_by_row(calls, self._rules.rows)
        entry = PartitionEntry(
            where.contig, where.start, where.end, len(partition.sites), len(calls.code)
        )
        content = encode_partition(partition, places, classes, self._packers)
        return _Made(entry, content, tally, carried)

    def _write(self, made: _Made) -> None:
        self._writer.put(made.entry.file, made.content)
        self._written.append(made.entry)
        if made.tally is not None:
            self._tally.join(made.tally)
        self._variants += made.variants


_UNCLEAR: Final = Complement(Karyotype.UNCLEAR, UNCLEAR, UNCLEAR)


def _as_written(late: Complement, x_copies: int, y_copies: int) -> Complement:
    """Return a complement, unclear where the first part of X or Y was written by other copies."""
    if x_copies != late.x_copies:
        return _UNCLEAR
    return late if y_copies == late.y_copies else complement_of_copies(x_copies, UNCLEAR)


def _classes(complements: list[Complement]) -> NDArray[np.uint8]:
    """Return copies of each kind of place in each row, plus one, (places, rows)."""
    classes = np.full((len(Place), len(complements)), 3, dtype=np.uint8)
    classes[Place.X] = [each.x_copies + 1 for each in complements]
    classes[Place.Y] = [each.y_copies + 1 for each in complements]
    classes[Place.MITOCHONDRIAL] = 2
    return classes


def _nothing_on(contig: int) -> Chunk:
    nothing = np.empty(0, dtype=np.uint32)
    first = np.zeros(1, dtype=np.int64)
    stretches = Stretches(nothing, nothing, nothing)
    code = np.empty(0, dtype=np.uint8)
    change = np.empty(0, dtype=np.uint64)
    return Chunk(contig, nothing, change, {}, first, nothing, code, None, stretches)


def _place(entry: PartitionEntry) -> tuple[int, int]:
    return entry.contig, entry.start
