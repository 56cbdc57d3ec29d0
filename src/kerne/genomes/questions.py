"""The questions to a snapshot, as plain functions: no grant, no file, no lock.

Rows are chosen by one mask a segment, (its rows,). Everything is counted segment by segment and
added up over the united sites; each segment is a task of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval, Intervals
from kerne.errors import GenomeError
from kerne.genomes.calls import CODE_MASK, UNKNOWN_DEPTH, Code, Worth, is_carried
from kerne.genomes.counting import count_calls, silent_an, worth_of_calls
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.genotypes import Carrier, GenotypedAllele, Zygosity, zygosity_of
from kerne.genomes.places import places_of
from kerne.genomes.segment import Change, Segment, SiteTable
from kerne.genomes.snapshot import Snapshot

Masks = Sequence[NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Alleles to count, (alleles,) each; `site` is the united site, -1 for one never seen."""

    contig: NDArray[np.int16]
    position: NDArray[np.int64]
    change: Sequence[Change]
    site: NDArray[np.int64]


def masks_of(snapshot: Snapshot, rows: BitMap | None) -> Masks:
    """Return which rows of each segment are in `rows`; all of them for `None`."""
    if rows is None:
        return [np.ones(len(segment.rows.ids), dtype=np.bool_) for segment in snapshot.segments]
    wanted = np.array(rows, dtype=np.uint32)
    return [np.isin(segment.rows.ids, wanted) for segment in snapshot.segments]


def carried_sites(snapshot: Snapshot, masks: Masks) -> NDArray[np.bool_]:
    """Say of each united site whether one of the rows carries it, (sites,)."""
    carried = np.zeros(len(snapshot.united.sites), dtype=np.bool_)
    for segment, mask, here in _segments(snapshot, masks):
        picked = mask[segment.calls.row] & is_carried(segment.calls.code)
        carried[here[segment.calls.site[picked]]] = True
    return carried


def overlapping_sites(snapshot: Snapshot, region: Interval) -> NDArray[np.bool_]:
    """Say of each united site whether its reference bases overlap `region`, (sites,)."""
    sites = snapshot.united.sites
    spans_bp = np.array([len(reference) for reference, _ in sites.changes], dtype=np.int64)
    inside = sites.contig == snapshot.assembly.rank(region.contig)
    inside &= sites.position < region.end
    overlapping: NDArray[np.bool_] = inside & (
        sites.position + spans_bp[sites.change] > region.start
    )
    return overlapping


def asked_sites(snapshot: Snapshot, wanted: NDArray[np.bool_]) -> Asked:
    """Ask for the united sites that are marked in `wanted`, (sites,)."""
    sites, chosen = snapshot.united.sites, np.flatnonzero(wanted)
    change = [sites.changes[at] for at in sites.change[chosen].tolist()]
    return Asked(sites.contig[chosen], sites.position[chosen], change, chosen)


def asked_alleles(snapshot: Snapshot, alleles: Sequence[Allele]) -> Asked:
    """Ask for alleles by name, known or not, in their order."""
    ranks = [snapshot.assembly.rank(allele.contig) for allele in alleles]
    change = [(allele.reference, allele.alternative) for allele in alleles]
    sites = [
        snapshot.united.find(rank, allele.position, each)
        for rank, allele, each in zip(ranks, alleles, change, strict=True)
    ]
    return Asked(
        np.array(ranks, dtype=np.int16),
        np.array([allele.position for allele in alleles], dtype=np.int64),
        change,
        np.array(sites, dtype=np.int64),
    )


def count(snapshot: Snapshot, masks: Masks, asked: Asked) -> Frequencies:
    """Count the alleles asked for among the rows in `masks`."""
    places = places_of(snapshot.assembly, asked.contig, asked.position)
    totals = np.zeros((5, len(asked.site)), dtype=np.int64)
    for segment, mask, here in _segments(snapshot, masks):
        totals[1] += silent_an(segment, mask, asked.contig, asked.position, places)
        counted = count_calls(segment, snapshot.places[here], mask)
        mine = np.full(len(snapshot.united.sites) + 1, -1)
        mine[here] = np.arange(len(here))
        at = mine[asked.site]
        held = at >= 0
        columns = (counted.ac, counted.an_change, counted.hom, counted.het, counted.hemi)
        for total, column in zip(totals, columns, strict=True):
            total[held] += column[at[held]]
    names = np.array([contig.name for contig in snapshot.assembly.contigs], dtype=np.object_)
    change = np.array(asked.change, dtype=np.object_).reshape(-1, 2)
    return Frequencies(names[asked.contig], asked.position, change[:, 0], change[:, 1], *totals)


def find_carriers(snapshot: Snapshot, masks: Masks, allele: Allele) -> list[Carrier]:
    """Find the rows in `masks` that carry an allele and count for it, ascending."""
    site = int(asked_alleles(snapshot, [allele]).site[0])
    carriers: list[Carrier] = []
    for segment, mask, here in _segments(snapshot, masks):
        local = np.flatnonzero(here == site)
        if local.size:
            first, last = np.searchsorted(segment.calls.site, [local[0], local[0] + 1])
            picked = first + np.flatnonzero(mask[segment.calls.row[first:last]])
            carriers += _carriers(segment, snapshot.places[here], picked)
    return sorted(carriers, key=lambda carrier: carrier.row)


def alleles_by_row(snapshot: Snapshot, masks: Masks, region: Interval) -> dict[int, int]:
    """Return how many alternative alleles each row in `masks` carries in `region`, if any."""
    wanted = overlapping_sites(snapshot, region)
    totals: dict[int, int] = {}
    for segment, mask, here in _segments(snapshot, masks):
        calls = segment.calls
        picked = np.flatnonzero(mask[calls.row] & wanted[here][calls.site])
        worth = worth_of_calls(segment, snapshot.places[here], picked)
        sums = np.bincount(calls.row[picked], _copies_carried(worth), len(segment.rows.ids))
        totals |= {int(segment.rows.ids[at]): int(sums[at]) for at in np.flatnonzero(sums)}
    return totals


def variants_of(snapshot: Snapshot, row: int) -> list[GenotypedAllele]:
    """Return every allele that one genome carries, weak calls included, in order.

    Raises
    ------
    GenomeError
        There is no such row.
    """
    segment, at = genome_at(snapshot, row)
    calls, sites = segment.calls, segment.sites
    told = is_carried(calls.code) | ((calls.code & CODE_MASK) >= Code.WEAK_HET)
    picked = np.flatnonzero((calls.row == at) & told)
    places = places_of(snapshot.assembly, sites.contig, sites.position)
    counted = _copies_carried(worth_of_calls(segment, places, picked)) > 0
    return [
        GenotypedAllele(
            _allele(snapshot, sites, int(calls.site[call])),
            zygosity_of(int(calls.code[call])),
            None if calls.depth[call] == UNKNOWN_DEPTH else int(calls.depth[call]),
            bool(counts),
        )
        for call, counts in zip(picked, counted, strict=True)
    ]


def callable_of(snapshot: Snapshot, row: int) -> Intervals | None:
    """Return where one genome is callable; `None` when it is declared whole.

    Raises
    ------
    GenomeError
        There is no such row.
    """
    segment, at = genome_at(snapshot, row)
    if segment.rows.whole[at]:
        return None
    stretches = segment.stretches
    mine = stretches.row == at
    return Intervals.merged(
        {
            contig.name: (
                stretches.start[mine & (stretches.contig == rank)],
                stretches.end[mine & (stretches.contig == rank)],
            )
            for rank, contig in enumerate(snapshot.assembly.contigs)
        }
    )


def genome_at(snapshot: Snapshot, row: int) -> tuple[Segment, int]:
    """Return the segment of a row and its index there.

    Raises
    ------
    GenomeError
        There is no such row.
    """
    for segment in snapshot.segments:
        at = int(np.searchsorted(segment.rows.ids, row))
        if at < len(segment.rows.ids) and segment.rows.ids[at] == row:
            return segment, at
    raise GenomeError(f"no genome in row `{row}`")


def _segments(
    snapshot: Snapshot, masks: Masks
) -> Iterator[tuple[Segment, NDArray[np.bool_], NDArray[np.int64]]]:
    """Yield each segment with its mask and the united site of each of its sites."""
    return zip(snapshot.segments, masks, snapshot.united.places, strict=True)


def _copies_carried(worth: NDArray[np.int64]) -> NDArray[np.int64]:
    return (
        worth[:, Worth.HET] + 2 * worth[:, Worth.HOM] + worth[:, Worth.HEMI] + worth[:, Worth.HALF]
    )


def _carriers(
    segment: Segment, places: NDArray[np.int8], picked: NDArray[np.intp]
) -> Iterator[Carrier]:
    worth = worth_of_calls(segment, places, picked)
    for call, each in zip(picked, worth.tolist(), strict=True):
        if any(each[Worth.HET :]):
            row = int(segment.calls.row[call])
            genotype = _AS_COUNTED[each.index(1, Worth.HET)]
            yield Carrier(segment.rows.samples[row], int(segment.rows.ids[row]), genotype)


def _allele(snapshot: Snapshot, sites: SiteTable, site: int) -> Allele:
    contig = snapshot.assembly.contigs[sites.contig[site]].name
    return Allele(contig, int(sites.position[site]), *sites.changes[sites.change[site]])


_AS_COUNTED = {
    Worth.HET: Zygosity.HET,
    Worth.HOM: Zygosity.HOM,
    Worth.HEMI: Zygosity.HEMI,
    Worth.HALF: Zygosity.HALF,
}
