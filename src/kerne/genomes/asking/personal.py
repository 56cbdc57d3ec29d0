"""Questions about single genomes: who carries an allele, and what one genome carries."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, overload

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.change import change_code, join_long, reference_spans
from kerne.alleles.interval import Interval, Intervals
from kerne.genomes.allele_list import AlleleList
from kerne.genomes.asking.snapshot import Snapshot
from kerne.genomes.calls import (
    CODE_MASK,
    RULE_OF,
    WORTH,
    Code,
    Worth,
    is_carried,
    phase_of,
    zygosity_of,
)
from kerne.genomes.genotypes import Carrier, GenotypedAllele, Zygosity
from kerne.genomes.places import places_of
from kerne.genomes.reading.chunk import UNTOLD, Fields
from kerne.genomes.segments.callability import stretches_of
from kerne.genomes.segments.calls_table import FIELD_NAMES, joined_fields, picked
from kerne.genomes.segments.counting import Chosen
from kerne.genomes.segments.counting_kernels import carriers_of
from kerne.genomes.segments.kernels import SPARSE
from kerne.genomes.segments.of_file import places_on
from kerne.genomes.segments.rows import NONE_KEPT, as_marks
from kerne.genomes.segments.segment import PartitionReader, Segment
from kerne.genomes.segments.structural import place_of_line, structural_file
from kerne.genomes.segments.tile import Tile

_AS_COUNTED: Final = {
    Worth.HET: Zygosity.HET,
    Worth.HOM: Zygosity.HOM,
    Worth.HEMI: Zygosity.HEMI,
    Worth.HALF: Zygosity.HALF,
}
_IS_TOLD: Final = is_carried(np.arange(256, dtype=np.uint8)) | (
    np.arange(256) & CODE_MASK >= Code.WEAK_HET
)
"""Whether a code is an alternative call, weak or not."""


def _counted_as() -> NDArray[np.int64]:
    """Return the `calls.Worth` that a call adds to, (places, copies + 1, codes); 0 for none."""
    worth = WORTH[RULE_OF][..., Worth.HET :]
    padded = np.zeros((*RULE_OF.shape, CODE_MASK + 1), dtype=np.int64)
    counts = np.where(worth.any(axis=-1), worth.argmax(axis=-1) + int(Worth.HET), 0)
    padded[..., : counts.shape[-1]] = counts
    return padded


_COUNTED_AS: Final = _counted_as()
_COPIES: Final = np.array([1, 2, 1, 1], dtype=np.int64)
"""Alternative alleles of what counts as het, hom, hemi and half."""


@dataclass(frozen=True, slots=True, eq=False)
class Carrying:
    """Rows that carry an allele, ascending; `counted` is the `calls.Worth` that each adds to."""

    row: NDArray[np.uint32]
    counted: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class PersonalCalls:
    """What one genome carries, weak calls included, in order; (calls,) each.

    `code` is a `calls.Code` with its phase and `SILENT`; `is_counted` says whether it counts;
    `fields` is `None` where no file told any.
    """

    alleles: AlleleList
    code: NDArray[np.uint8]
    is_counted: NDArray[np.bool_]
    fields: Fields | None


def carrying(snapshot: Snapshot, chosen: Sequence[Chosen], allele: Allele) -> Carrying:
    """Find the chosen rows that carry an allele and count for it."""
    contig = snapshot.assembly.rank(allele.contig)
    code = change_code(allele.reference, allele.alternative)
    rows, counted = [np.empty(0, np.uint32)], [np.empty(0, np.int64)]
    for segment, each in zip(snapshot.segments, chosen, strict=True):
        reader = reader_at(segment, contig, allele.position)
        site = -1 if reader is None else reader.sites.find(allele.position, code)
        if reader is not None and site >= 0:
            found, worth = _carrying_at(segment, reader, each, site)
            rows.append(segment.rows.ids[found])
            counted.append(worth)
    if len(rows) == 2:  # noqa: PLR2004  nothing and one segment, whose rows ascend
        return Carrying(rows[1], counted[1])
    row = np.concatenate(rows)
    order = np.argsort(row)
    return Carrying(row[order], np.concatenate(counted)[order])


def find_carriers(snapshot: Snapshot, chosen: Sequence[Chosen], allele: Allele) -> list[Carrier]:
    """Find the chosen rows that carry an allele and count for it, ascending, with their samples."""
    found = carrying(snapshot, chosen, allele)
    samples = snapshot.samples
    return [
        Carrier(samples[row], row, _AS_COUNTED[Worth(counted)])
        for row, counted in zip(found.row.tolist(), found.counted.tolist(), strict=True)
    ]


def first_rows(
    snapshot: Snapshot, chosen: Sequence[Chosen], alleles: Sequence[Allele]
) -> NDArray[np.int64]:
    """Return the lowest chosen row that carries each allele, -1 when none does, (alleles,)."""
    lowest = [carrying(snapshot, chosen, allele).row for allele in alleles]
    return np.array([int(rows[0]) if len(rows) else -1 for rows in lowest], dtype=np.int64)


def calls_of(snapshot: Snapshot, row: int, region: Interval | None = None) -> PersonalCalls:
    """Return every allele that one genome carries; in `region`, those that overlap it.

    Raises
    ------
    GenomeError
        There is no such row.
    """
    segment, at = snapshot.genome_at(row)
    readers = segment.partitions
    if region is not None:
        readers = tuple(segment.on(snapshot.assembly.rank(region.contig)))
    found = _joined(snapshot, segment, at, readers)
    if region is None:
        return found
    start = found.alleles.position.astype(np.int64)
    ends = start + reference_spans(found.alleles.change, found.alleles.long)
    return _only(found, (start < region.end) & (ends > region.start))


class Variants(Sequence[GenotypedAllele]):
    """Calls of one genome as values, each made when it is looked at."""

    def __init__(self, calls: PersonalCalls) -> None:
        self.calls = calls

    def __len__(self) -> int:
        return len(self.calls.code)

    @overload
    def __getitem__(self, at: int) -> GenotypedAllele: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[GenotypedAllele, ...]: ...
    def __getitem__(self, at: int | slice) -> GenotypedAllele | tuple[GenotypedAllele, ...]:
        if isinstance(at, slice):
            return tuple(self[each] for each in range(*at.indices(len(self))))
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        calls, code = self.calls, int(self.calls.code[at])
        told: list[int | None] = [None] * 4
        if calls.fields is not None:
            told = [_told(int(getattr(calls.fields, name)[at])) for name in FIELD_NAMES]
        depth, reference, alternative, quality = told
        is_counted = bool(calls.is_counted[at])
        allele = calls.alleles.allele(at)
        return GenotypedAllele(
            allele,
            zygosity_of(code),
            depth,
            is_counted,
            reference,
            alternative,
            quality,
            phase_of(code),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as a list has none


def variants_of(snapshot: Snapshot, row: int) -> Variants:
    """Return every allele that one genome carries, weak calls included, in order.

    Raises
    ------
    GenomeError
        There is no such row.
    """
    return Variants(calls_of(snapshot, row))


def callable_of(snapshot: Snapshot, row: int) -> Intervals | None:
    """Return where one genome is callable; `None` when it is declared whole.

    Raises
    ------
    GenomeError
        There is no such row.
    """
    segment, at = snapshot.genome_at(row)
    if segment.rows.whole[at]:
        return None
    ranges: dict[str, list[tuple[NDArray[np.int64], NDArray[np.int64]]]] = {}
    for reader in segment.partitions:
        contig = snapshot.names[reader.entry.contig]
        ranges.setdefault(contig, []).append(stretches_of(reader.bounds, at))
    return Intervals.merged(
        {
            contig: (np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]))
            for contig, parts in ranges.items()
        }
    )


def structural_of(snapshot: Snapshot, row: int) -> tuple[str, ...] | None:
    """Return the structural records of one genome as lines of VCF, in order of the genome.

    Empty when its file held none, `None` when none were kept at the time when it was added.

    Raises
    ------
    GenomeError
        There is no such row.
    """
    segment, at = snapshot.genome_at(row)
    kept = int(segment.rows.structural[at])
    if kept == NONE_KEPT:
        return None
    lines = structural_file(segment).lines(at) if kept else ()
    return tuple(sorted(lines, key=lambda line: place_of_line(snapshot.assembly, line)))


def alleles_by_row(
    snapshot: Snapshot, chosen: Sequence[Chosen], region: Interval
) -> dict[int, int]:
    """Return how many alternative alleles each chosen row carries in `region`, if any."""
    totals = {}
    for each in chosen:
        for at in np.flatnonzero(as_marks(each.bits, len(each.rows))).tolist():
            row = int(each.rows.ids[at])
            worth = _worth(snapshot, calls_of(snapshot, row, region), row)
            carried = int((worth[:, Worth.HET :] * _COPIES).sum())
            if carried:
                totals[row] = carried
    return totals


def calls_stored(snapshot: Snapshot, marks: Sequence[NDArray[np.bool_]]) -> int:
    """Return how many calls are stored of the rows that are marked, by segment."""
    total = 0
    for segment, mine in zip(snapshot.segments, marks, strict=True):
        # Groups are long to decode: a segment of which all is asked knows its sum.
        if mine.all():
            total += sum(reader.entry.calls for reader in segment.partitions)
            continue
        for reader in segment.partitions:
            for group in reader.groups():
                counts = np.diff(group.calls.first)
                total += int(counts[mine[group.row : group.row + len(counts)]].sum())
    return total


def is_held(snapshot: Snapshot, allele: Allele) -> bool:
    """Say whether a segment has an allele."""
    contig = snapshot.assembly.rank(allele.contig)
    code = change_code(allele.reference, allele.alternative)
    readers = (reader_at(each, contig, allele.position) for each in snapshot.segments)
    return any(each is not None and each.sites.find(allele.position, code) >= 0 for each in readers)


def reader_at(segment: Segment, contig: int, position: int) -> PartitionReader | None:
    """Return the partition that answers for a position, `None` where the segment has none."""
    for reader in segment.on(contig):
        if reader.entry.start <= position < reader.entry.end:
            return reader
    return None


def _carrying_at(
    segment: Segment, reader: PartitionReader, chosen: Chosen, site: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of a segment that carry a site and count, and what each adds to."""
    tiles = reader.directory.tiles
    entry = tiles[bisect_right(reader.directory.firsts, site) - 1]
    tile, inside = reader.tile(entry), site - entry.first
    found, carried = _listed(tile, inside, chosen)
    odd = tile.odd_between(inside, inside + 1)
    if odd.start < odd.stop:
        rows = tile.odd_row[odd].astype(np.int64)
        codes = tile.odd_code[odd] & np.uint8(CODE_MASK)
        mine = as_marks(chosen.bits, len(chosen.rows))[rows]
        found, carried = np.append(found, rows[mine]), np.append(carried, codes[mine])
        order = np.argsort(found)
        found, carried = found[order], carried[order]
    worth = _COUNTED_AS[entry.place][segment.rows.classes[entry.place][found], carried]
    counts = worth > 0
    return (found, worth) if counts.all() else (found[counts], worth[counts])


def _listed(tile: Tile, site: int, chosen: Chosen) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return the rows that a tile lists as carrying a site, and how: once or twice."""
    most = int(tile.lists[site, :2].sum()) if tile.kind[site] == SPARSE else tile.rows
    rows, copies = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.uint8)
    size = carriers_of(
        site, tile.kind, tile.first, tile.lists, tile.ids, tile.plane, tile.planes,
        chosen.bits, rows, copies,
    )  # fmt: skip
    return rows[:size], copies[:size]


def _joined(
    snapshot: Snapshot, segment: Segment, at: int, readers: Sequence[PartitionReader]
) -> PersonalCalls:
    """Return what the genome at an index of a segment carries in some partitions."""
    parts = [_Part(reader, at) for reader in readers]
    code = np.concatenate([np.empty(0, np.uint8), *(part.code for part in parts)])
    sizes = [len(part.code) for part in parts]
    rank = np.repeat(np.array([r.entry.contig for r in readers], dtype=np.int16), sizes)
    position = np.concatenate([np.empty(0, np.uint32), *(part.position for part in parts)])
    change = np.concatenate([np.empty(0, np.uint64), *(part.change for part in parts)])
    places = _places(snapshot, readers, parts)
    counted = _COUNTED_AS[places, segment.rows.classes[places, at], code & np.uint8(CODE_MASK)] > 0
    long = join_long(reader.long for reader in readers)
    fields = joined_fields([(part.fields, len(part.code)) for part in parts])
    alleles = AlleleList(snapshot.names, rank, position, change, long)
    stored, told = PersonalCalls(alleles, code, counted, fields), _IS_TOLD[code]
    return stored if told.all() else _only(stored, told)


class _Part:
    """What is stored of a genome in one partition."""

    def __init__(self, reader: PartitionReader, at: int) -> None:
        group, sites = reader.group_of(at), reader.sites
        mine, calls = group.of(at), group.calls
        site = calls.site[mine]
        self.code = calls.code[mine]
        self.position = sites.position.take(site)
        self.change = sites.change.take(site)
        self.fields = None if calls.fields is None else picked(calls.fields, mine)


def _places(
    snapshot: Snapshot, readers: Sequence[PartitionReader], parts: Sequence[_Part]
) -> int | NDArray[np.int8]:
    """Return the kind of place of each call, in the order of the parts, or the one of them all."""
    directories = [reader.directory for reader in readers]
    if all(len(each.places) == 1 for each in directories):
        kinds = [each.tiles[0].place for each in directories]
        if len(set(kinds)) == 1:
            return kinds[0]
        return np.repeat(np.array(kinds, dtype=np.int8), [len(part.code) for part in parts])
    found = (
        places_on(snapshot.assembly, reader.entry.contig, part.position)
        for reader, part in zip(readers, parts, strict=True)
    )
    return np.concatenate(list(found))


def _worth(snapshot: Snapshot, calls: PersonalCalls, row: int) -> NDArray[np.int64]:
    """Return what each call counts for, (calls, worths)."""
    segment, at = snapshot.genome_at(row)
    alleles = calls.alleles
    places = places_of(snapshot.assembly, alleles.rank, alleles.position.astype(np.int64))
    worth: NDArray[np.int64] = WORTH[
        RULE_OF[places, segment.rows.classes[places, at]], calls.code & np.uint8(CODE_MASK)
    ]
    return worth


def _only(calls: PersonalCalls, kept: NDArray[np.bool_]) -> PersonalCalls:
    return PersonalCalls(
        calls.alleles.only(kept),
        calls.code[kept],
        calls.is_counted[kept],
        None if calls.fields is None else picked(calls.fields, kept),
    )


def _told(value: int) -> int | None:
    return None if value == UNTOLD else value
