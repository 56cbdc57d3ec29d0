"""The questions to a snapshot, as plain functions: no grant, no file, no lock.

Rows are chosen by bits for each segment (`Chosen`). What is asked of many sites is a scan
(`asking.scan`); what is asked of one allele or one genome goes to its tile or its row group.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval
from kerne.genomes.allele_list import AlleleList, listed
from kerne.genomes.asking.scan import (
    Engine,
    an_of_silence,
    count_window,
    overlapping,
    sites_in,
    windows,
)
from kerne.genomes.asking.snapshot import Snapshot
from kerne.genomes.asking.window_sites import Window, WindowSites
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.segments.counting import (
    AC,
    AN,
    CARRIED,
    COUNTS,
    HEMI,
    HET,
    HOM,
    Chosen,
    count_partition,
)
from kerne.genomes.segments.sites import ContigSites


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose alleles are counted, and whose are listed.

    Parameters
    ----------
    counted
        Rows that count, by segment.
    shown
        An allele is listed when one of these rows carries it; `None` when a file mentions it.
    """

    counted: Sequence[Chosen]
    shown: Sequence[Chosen] | None


def count_listed(
    snapshot: Snapshot, choice: Choice, region: Interval | None, engine: Engine
) -> Iterator[Frequencies]:
    """Count every listed allele, window by window, in order."""
    within = None if region is None else reaching(snapshot, region)
    for window in windows(snapshot, within):
        found = sites_in(snapshot, window)
        counts = count_window(snapshot, found, choice.counted, engine)
        if choice.shown is not choice.counted:
            kept = list_window(snapshot, found, choice.shown, region, engine)
            yield _only(snapshot, found, counts, kept)
        elif region is not None:
            kept = _overlapping(found, counts[CARRIED] > 0, region)
            yield _only(snapshot, found, counts, kept)
        else:
            yield _carried(snapshot, found, counts)


def _carried(snapshot: Snapshot, found: WindowSites, counts: NDArray[np.int64]) -> Frequencies:
    """Return what somebody who is counted carries; it is kept as long as the counts are."""
    last = snapshot.counted.get(found.window)
    if last is None or last.counts is not counts:  # somebody else has counted since
        return _only(snapshot, found, counts, counts[CARRIED] > 0)
    if last.carried is None:
        last.carried = _only(snapshot, found, counts, counts[CARRIED] > 0)
    return last.carried


def _only(
    snapshot: Snapshot,
    found: WindowSites,
    counts: NDArray[np.int64],
    kept: NDArray[np.bool_],
) -> Frequencies:
    alleles = _alleles(snapshot, found.window.contig, found.sites)
    if kept.all():
        return _frequencies(alleles, counts)
    at = np.flatnonzero(kept)
    some = counts.take(at, axis=1)
    some.flags.writeable = False
    return _frequencies(alleles.only(at), some)


def count_named(
    snapshot: Snapshot, counted: Sequence[Chosen], alleles: Sequence[Allele]
) -> Frequencies:
    """Count alleles by name, known or not, in their order."""
    asked = listed(alleles, snapshot.names)
    counts = np.zeros((COUNTS, len(asked)), dtype=np.int64)
    for segment, chosen in zip(snapshot.segments, counted, strict=True):
        for at in range(len(asked)):
            for reader in segment.on(int(asked.rank[at])):
                if reader.entry.start <= asked.position[at] < reader.entry.end:
                    site = reader.sites.find(int(asked.position[at]), int(asked.change[at]))
                    if site >= 0:
                        counts[:, at] += count_partition(reader, chosen, site, site + 1)[:, 0]
    for contig in np.unique(asked.rank).tolist():
        here = np.flatnonzero(asked.rank == contig)
        order = here[np.argsort(asked.position[here], kind="stable")]
        counts[AN, order] += an_of_silence(snapshot, contig, asked.position[order], counted)
    return _frequencies(asked, counts)


def _alleles(snapshot: Snapshot, contig: int, sites: ContigSites) -> AlleleList:
    rank = np.full(len(sites), contig, dtype=np.int16)
    return AlleleList(snapshot.names, rank, sites.position, sites.change, sites.long)


def _frequencies(alleles: AlleleList, counts: NDArray[np.int64]) -> Frequencies:
    return Frequencies(alleles, counts[AC], counts[AN], counts[HOM], counts[HET], counts[HEMI])


def reaching(snapshot: Snapshot, region: Interval) -> Window:
    """Return the window of all sites whose reference bases may reach into a region."""
    contig = snapshot.assembly.rank(region.contig)
    lows = [
        tile.low
        for segment in snapshot.segments
        for reader in segment.on(contig)
        for tile in reader.directory.tiles
        if tile.low < region.start < tile.reach
    ]
    return Window(contig, min([region.start, *lows]), region.end)


def list_window(
    snapshot: Snapshot,
    found: WindowSites,
    shown: Sequence[Chosen] | None,
    region: Interval | None,
    engine: Engine,
) -> NDArray[np.bool_]:
    """Say which sites of a window are listed and overlap a region, (sites,).

    `shown` is as in `Choice`.
    """
    if shown is None:
        listed = _is_mentioned(snapshot, found)
    else:
        listed = count_window(snapshot, found, shown, engine)[CARRIED] > 0
    return _overlapping(found, listed, region)


def _overlapping(
    found: WindowSites, listed: NDArray[np.bool_], region: Interval | None
) -> NDArray[np.bool_]:
    return listed if region is None else listed & overlapping(found, region.start, region.end)


def _is_mentioned(snapshot: Snapshot, found: WindowSites) -> NDArray[np.bool_]:
    """Say which sites a file of a row that is not forgotten mentions, (sites,)."""
    if not snapshot.forgotten:
        return np.ones(len(found.sites), dtype=np.bool_)
    mentioned = np.zeros(len(found.sites), dtype=np.bool_)
    for segment, spans, place in zip(snapshot.segments, found.spans, found.places, strict=True):
        at = 0
        for span in spans:
            home = place[at : at + span.end - span.start]
            at += span.end - span.start
            live = snapshot.live_sites(segment, span.reader)
            mentioned[home if live is None else home[live[span.start : span.end]]] = True
    return mentioned
