"""The sites of a window of the genome, united over the segments."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kerne.genomes.segments.counting import PlaceSpan
from kerne.genomes.segments.segment import PartitionReader
from kerne.genomes.segments.sites import ContigSites


@dataclass(frozen=True, slots=True)
class Window:
    """Positions `[start, end)` of a contig, by its rank in the assembly; 0-based."""

    contig: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """The sites `[start, end)` of a partition that lie in a window."""

    reader: PartitionReader
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class WindowSites:
    """The sites of a window as one list.

    `spans` and `places` are by segment: where its sites lie, and where they went, (its sites,).
    `kinds` are runs of one kind of place; `largest` is the segment with most of the sites.
    """

    window: Window
    sites: ContigSites
    spans: tuple[tuple[Span, ...], ...]
    places: tuple[NDArray[np.int64], ...]
    kinds: tuple[PlaceSpan, ...]
    largest: int
