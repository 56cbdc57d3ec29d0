"""Count one segment: how often each allele is called among the chosen rows, and on how many copies.

Calls are few beside silence, so AN starts from silence: every chosen row that is callable at a
place counts for its copies there (declared-whole rows all at once, the others by running sums over
the starts and ends of their stretches), and each call then puts right what silence got wrong.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kerne.genomes.calls import (
    CODE_MASK,
    RULE_OF,
    SILENT,
    SILENT_COPIES,
    WORTH,
    Place,
    Worth,
    is_carried,
)
from kerne.genomes.segment import RowTable, Segment


@dataclass(frozen=True, slots=True, eq=False)
class CallCounts:
    """What the calls of some rows add up to, (sites,) each.

    `an_change` is what must be added to the AN of silence; `carried` says whether any chosen row
    has an alternative call there, counted or not.
    """

    het: NDArray[np.int64]
    hom: NDArray[np.int64]
    hemi: NDArray[np.int64]
    half: NDArray[np.int64]
    an_change: NDArray[np.int64]
    carried: NDArray[np.bool_]

    @property
    def ac(self) -> NDArray[np.int64]:
        """How often the alternative allele is called."""
        return self.het + 2 * self.hom + self.hemi + self.half


def copies_of(rows: RowTable) -> NDArray[np.int64]:
    """Return the copies of each kind of place in each row, (places, rows); -1 where unclear."""
    copies = np.full((len(Place), len(rows.ids)), 2, dtype=np.int64)
    copies[Place.X] = rows.x_copies
    copies[Place.Y] = rows.y_copies
    copies[Place.MITOCHONDRIAL] = 1
    return copies


def worth_of_calls(
    segment: Segment, places: NDArray[np.int8], picked: NDArray[np.intp]
) -> NDArray[np.int64]:
    """Return what each picked call counts for, (picked calls, worths).

    Parameters
    ----------
    places
        (sites,), the `calls.Place` of each site.
    picked
        Indices into the segment's calls.
    """
    calls = segment.calls
    place, row = places[calls.site[picked]], calls.row[picked]
    rule = RULE_OF[place, copies_of(segment.rows)[place, row] + 1]
    worth: NDArray[np.int64] = WORTH[rule, calls.code[picked] & CODE_MASK]
    return worth


def count_calls(
    segment: Segment, places: NDArray[np.int8], chosen: NDArray[np.bool_]
) -> CallCounts:
    """Add up the calls of the chosen rows at each site of a segment.

    Parameters
    ----------
    places
        (sites,), the `calls.Place` of each site.
    chosen
        (rows,), which rows count.
    """
    sites = len(segment.sites)
    picked = np.flatnonzero(chosen[segment.calls.row])
    site, raw = segment.calls.site[picked], segment.calls.code[picked]
    worth = worth_of_calls(segment, places, picked)
    copies = copies_of(segment.rows)[places[site], segment.calls.row[picked]] + 1
    silence = np.where(raw & SILENT, SILENT_COPIES[places[site], copies], 0)

    def total(weights: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.bincount(site, weights=weights, minlength=sites).astype(np.int64)

    return CallCounts(
        total(worth[:, Worth.HET]),
        total(worth[:, Worth.HOM]),
        total(worth[:, Worth.HEMI]),
        total(worth[:, Worth.HALF]),
        total(worth[:, Worth.AN] - silence),
        np.bincount(site[is_carried(raw)], minlength=sites) > 0,
    )


def silent_an(
    segment: Segment,
    chosen: NDArray[np.bool_],
    contig: NDArray[np.int16],
    position: NDArray[np.int64],
    places: NDArray[np.int8],
) -> NDArray[np.int64]:
    """Return the AN that silence alone gives, for any positions, (positions,).

    Parameters
    ----------
    chosen
        (rows,), which rows count.
    contig, position, places
        (positions,) each, in any order; `contig` is the rank in the assembly.
    """
    an = np.zeros(len(position), dtype=np.int64)
    copies = copies_of(segment.rows) + 1
    for place in np.unique(places).tolist():
        worth = SILENT_COPIES[place, copies[place]] * chosen
        here = places == place
        an[here] = worth[segment.rows.whole].sum()
        for rank in np.unique(contig[here]).tolist():
            at = here & (contig == rank)
            an[at] += _stretched(segment, worth, rank, position[at])
    return an


def _stretched(
    segment: Segment, worth: NDArray[np.int64], rank: int, position: NDArray[np.int64]
) -> NDArray[np.int64]:
    stretches = segment.stretches
    first, last = np.searchsorted(stretches.contig, [rank, rank + 1])
    weight = worth[stretches.row[first:last]]
    opened = _sum_up_to(stretches.start[first:last], weight, position)
    return opened - _sum_up_to(stretches.end[first:last], weight, position)


def _sum_up_to(
    bounds: NDArray[np.int64], weight: NDArray[np.int64], position: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the weight of all bounds at or before each position, (positions,)."""
    order = np.argsort(bounds, kind="stable")
    running = np.concatenate(([0], np.cumsum(weight[order])))
    reached: NDArray[np.int64] = running[np.searchsorted(bounds[order], position, side="right")]
    return reached
