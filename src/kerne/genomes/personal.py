"""Questions about single genomes: who carries an allele, and what one genome carries."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.change import change_code, reference_spans
from kerne.alleles.interval import Interval, Intervals
from kerne.genomes.allele_list import AlleleList, joined_alleles
from kerne.genomes.calls import CODE_MASK, RULE_OF, WORTH, Code, Worth, is_carried
from kerne.genomes.chunk import UNTOLD, Fields
from kerne.genomes.genotypes import Carrier, GenotypedAllele, Zygosity, phase_of, zygosity_of
from kerne.genomes.places import places_of
from kerne.genomes.segments.callability import stretches_of
from kerne.genomes.segments.calls_table import FIELD_NAMES, picked
from kerne.genomes.segments.counting import Chosen
from kerne.genomes.segments.counting_kernels import carriers_of
from kerne.genomes.segments.of_file import places_on
from kerne.genomes.segments.rows import as_marks
from kerne.genomes.segments.segment import PartitionReader, Segment
from kerne.genomes.snapshot import Snapshot

_AS_COUNTED: Final = {
    Worth.HET: Zygosity.HET,
    Worth.HOM: Zygosity.HOM,
    Worth.HEMI: Zygosity.HEMI,
    Worth.HALF: Zygosity.HALF,
}
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

    `code` is a `calls.Code` with its phase and `SILENT`; `is_counted` says whether it counts.
    """

    alleles: AlleleList
    code: NDArray[np.uint8]
    is_counted: NDArray[np.bool_]
    fields: Fields


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
    row = np.concatenate(rows)
    order = np.argsort(row)
    return Carrying(row[order], np.concatenate(counted)[order])


def find_carriers(snapshot: Snapshot, chosen: Sequence[Chosen], allele: Allele) -> list[Carrier]:
    """Find the chosen rows that carry an allele and count for it, ascending, with their samples."""
    found = carrying(snapshot, chosen, allele)
    carriers = []
    for row, counted in zip(found.row.tolist(), found.counted.tolist(), strict=True):
        segment, at = snapshot.genome_at(row)
        carriers.append(Carrier(segment.rows.samples[at], row, _AS_COUNTED[Worth(counted)]))
    return carriers


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
    parts = [_calls_in(snapshot, segment, reader, at) for reader in readers]
    found = _joined(snapshot, parts)
    if region is None:
        return found
    start = found.alleles.position.astype(np.int64)
    ends = start + reference_spans(found.alleles.change, found.alleles.long)
    return _only(found, (start < region.end) & (ends > region.start))


def variants_of(snapshot: Snapshot, row: int) -> list[GenotypedAllele]:
    """Return every allele that one genome carries, weak calls included, in order.

    Raises
    ------
    GenomeError
        There is no such row.
    """
    found = calls_of(snapshot, row)
    fields = found.fields
    columns = zip(
        found.code.tolist(),
        found.is_counted.tolist(),
        *(getattr(fields, name).tolist() for name in FIELD_NAMES),
        strict=True,
    )
    return [
        GenotypedAllele(
            found.alleles.allele(at),
            zygosity_of(code),
            _told(depth),
            counts,
            _told(reference),
            _told(alternative),
            _told(quality),
            phase_of(code),
        )
        for at, (code, counts, depth, reference, alternative, quality) in enumerate(columns)
    ]


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
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return the rows of a segment that carry a site and count, and what each adds to."""
    tiles = reader.directory.tiles
    entry = tiles[bisect_right(reader.directory.firsts, site) - 1]
    tile, inside = reader.tile(entry), site - entry.first
    marks = np.zeros(64 * len(chosen.bits), dtype=np.uint8)
    carriers_of(
        inside, tile.kind, tile.first, tile.lists, tile.ids, tile.plane, tile.planes,
        chosen.bits, marks,
    )  # fmt: skip
    odd = tile.odd_between(inside, inside + 1)
    for row, code in zip(tile.odd_row[odd].tolist(), tile.odd_code[odd].tolist(), strict=True):
        if (int(chosen.bits[row >> 6]) >> (row & 63)) & 1:
            marks[row] = code & CODE_MASK
    found = np.flatnonzero(marks)
    rules = RULE_OF[entry.place][segment.rows.classes[entry.place][found]]
    worth = WORTH[rules, marks[found]][:, Worth.HET :]
    counts = worth.any(axis=1)
    return found[counts], worth[counts].argmax(axis=1) + int(Worth.HET)


def _calls_in(
    snapshot: Snapshot, segment: Segment, reader: PartitionReader, at: int
) -> PersonalCalls:
    group = reader.group_of(at)
    mine = group.of(at)
    site, code = group.calls.site[mine], group.calls.code[mine]
    bare = code & np.uint8(CODE_MASK)
    told = is_carried(code) | (bare >= Code.WEAK_HET)
    site, code = site[told], code[told]
    sites = reader.sites
    rank = np.full(len(site), reader.entry.contig, dtype=np.int16)
    alleles = AlleleList(snapshot.names, rank, sites.position[site], sites.change[site], sites.long)
    fields = group.calls.fields
    columns = [
        np.full(len(site), UNTOLD, np.int32)
        if fields is None
        else getattr(fields, name)[mine][told]
        for name in FIELD_NAMES
    ]
    places = places_on(snapshot.assembly, reader.entry.contig, alleles.position)
    rules = RULE_OF[places, segment.rows.classes[places, at]]
    counted = WORTH[rules, code & np.uint8(CODE_MASK)][:, Worth.HET :].any(axis=1)
    return PersonalCalls(alleles, code, counted, Fields(*columns))


def _worth(snapshot: Snapshot, calls: PersonalCalls, row: int) -> NDArray[np.int64]:
    """Return what each call counts for, (calls, worths)."""
    segment, at = snapshot.genome_at(row)
    alleles = calls.alleles
    places = places_of(snapshot.assembly, alleles.rank, alleles.position.astype(np.int64))
    worth: NDArray[np.int64] = WORTH[
        RULE_OF[places, segment.rows.classes[places, at]], calls.code & np.uint8(CODE_MASK)
    ]
    return worth


def _joined(snapshot: Snapshot, parts: Sequence[PersonalCalls]) -> PersonalCalls:
    return PersonalCalls(
        joined_alleles(snapshot.names, [part.alleles for part in parts]),
        np.concatenate([np.empty(0, np.uint8), *(part.code for part in parts)]),
        np.concatenate([np.empty(0, np.bool_), *(part.is_counted for part in parts)]),
        Fields(
            *(
                np.concatenate([np.empty(0, np.int32), *(getattr(p.fields, name) for p in parts)])
                for name in FIELD_NAMES
            )
        ),
    )


def _only(calls: PersonalCalls, kept: NDArray[np.bool_]) -> PersonalCalls:
    return PersonalCalls(
        calls.alleles.only(kept),
        calls.code[kept],
        calls.is_counted[kept],
        picked(calls.fields, kept),
    )


def _told(value: int) -> int | None:
    return None if value == UNTOLD else value
