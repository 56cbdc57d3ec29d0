"""From joined chunks of a file to a partition: what silence says is left out of its calls.

How a genome counts where its file says nothing is known from its callable stretches and from its
copies of X and Y. A call that counts for the same is not kept, unless it is an alternative one.
"""

from dataclasses import dataclass
from typing import Final

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
    Worth,
    is_carried,
)
from kerne.genomes.places import places_of
from kerne.genomes.segments.building_kernels import count_carried, mark_more
from kerne.genomes.segments.callability import (
    RowStretches,
    bounds_of,
    everywhere_the_same,
    is_callable,
    united,
)
from kerne.genomes.segments.calls_table import CallsBySite, by_row
from kerne.genomes.segments.joining import Joined, kept_calls
from kerne.genomes.segments.partition import Mentions, Partition
from kerne.genomes.segments.twin import is_only_by_site


@dataclass(frozen=True, slots=True)
class FileRules:
    """What holds for every partition of a file.

    Parameters
    ----------
    rows
        How many of its samples the segment has.
    source
        The file's number.
    is_single
        Whether the file has one sample: then what it has a call of it mentions.
    is_gvcf
        Whether it says itself where it is callable.
    bed
        Where it is callable; `None` with no gVCF: everywhere, as declared.
    """

    assembly: Assembly
    rows: int
    source: int
    is_single: bool
    is_gvcf: bool
    bed: Intervals | None

    @property
    def is_whole(self) -> bool:
        """Whether the genomes are declared callable everywhere."""
        return self.bed is None and not self.is_gvcf


@dataclass(frozen=True, slots=True)
class Range:
    """Positions `[start, end)` of a contig, by its rank in the assembly."""

    contig: int
    start: int
    end: int


def places_on(assembly: Assembly, contig: int, position: NDArray[np.uint32]) -> NDArray[np.int8]:
    """Return the `calls.Place` of positions of one contig, (positions,)."""
    ranks = np.full(len(position), contig, dtype=np.int16)
    return places_of(assembly, ranks, position.astype(np.int64))


def _more_than_silence() -> NDArray[np.bool_]:
    """Say of each code whether it counts for something else, (places, copies + 1, 256)."""
    bare = np.arange(256) & CODE_MASK
    written = np.minimum(bare, Code.WEAK_HET)  # weaker ones count for something else anyway
    an = WORTH[RULE_OF[:, :, None], written, Worth.AN]
    is_silent = (np.arange(256) & SILENT) > 0
    silence = np.where(is_silent, SILENT_COPIES[:, :, None], 0)
    more: NDArray[np.bool_] = (an != silence) | (bare >= Code.WEAK_HET) | _IS_CARRIED
    return more


_IS_CARRIED: Final = is_carried(np.arange(256, dtype=np.uint8))
_SAYS_MORE: Final = _more_than_silence()


def partition_of(
    joined: Joined, where: Range, rules: FileRules, classes: NDArray[np.uint8]
) -> Partition:
    """Make the partition of some positions of a file.

    Parameters
    ----------
    classes
        (places, rows), copies of each kind of place in each row, plus one.
    """
    sites = joined.sites
    places = places_on(rules.assembly, where.contig, sites.position)
    stretches = _stretches(joined, where, rules)
    calls = joined.calls
    if stretches is None:
        code = calls.code | np.uint8(SILENT)
    else:
        silent = is_callable(stretches, sites.position, calls)
        code = calls.code | np.where(silent, SILENT, 0).astype(np.uint8)
    marked = CallsBySite(calls.first, calls.row, code)
    said, fields = kept_calls(marked, joined.fields, says_more(marked, places, classes))
    nowhere = RowStretches(np.zeros(rules.rows + 1, np.int64), *(np.empty(0, np.uint32),) * 2)
    return Partition(
        where.contig,
        where.start,
        where.end,
        sites,
        said,
        None if is_only_by_site(said.code, fields) else by_row(said, fields, rules.rows),
        bounds_of(stretches or nowhere, where.start, where.end),
        _mentions(said, rules),
    )


def says_more(
    calls: CallsBySite, places: NDArray[np.int8], classes: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """Say of each call whether it counts for something else than silence, (calls,).

    A call that is not counted is kept for the clinic.
    """
    more = np.empty(len(calls.code), dtype=np.bool_)
    mark_more(calls.first, calls.row, calls.code, places, classes, _SAYS_MORE, more)
    return more


def carried_by_row(calls: CallsBySite, rows: int) -> NDArray[np.int64]:
    """Return how many counted alternative calls each row has, (rows,)."""
    counts = np.zeros(rows, dtype=np.int64)
    count_carried(calls.row, calls.code, _IS_CARRIED, counts)
    return counts


def _stretches(joined: Joined, where: Range, rules: FileRules) -> RowStretches | None:
    """Return where rows are callable; `None` when everywhere."""
    if rules.is_gvcf:
        return united(joined.stretches, rules.rows)
    if rules.bed is None:
        return None
    name = rules.assembly.contigs[where.contig].name
    return everywhere_the_same(*rules.bed.ranges(name), rules.rows)


def _mentions(calls: CallsBySite, rules: FileRules) -> Mentions:
    counts = np.diff(calls.first)
    site = np.arange(len(counts)) if not rules.is_single else np.flatnonzero(counts == 0)
    return Mentions(
        np.array([rules.source], dtype=np.uint32),
        np.array([0, len(site)], dtype=np.int64),
        site.astype(np.uint32),
    )
