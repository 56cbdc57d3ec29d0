"""What the calls of a file add up to on X, on Y and on the autosomes, sample by sample."""

import numpy as np
from numpy.typing import NDArray

from kerne.genomes.calls import CODE_MASK, Code, Place, is_carried
from kerne.genomes.complement import Complement, DepthSum, SexChromosomeCalls, measure_complement
from kerne.genomes.reading.chunk import Fields
from kerne.genomes.segments.calls_table import CallsBySite

_COUNTS = ("x_haploid", "x_het", "x_hom", "y", "y_het")
_DEPTH_PLACES = {Place.X: "x_depth", Place.Y: "y_depth", Place.PAIRED: "autosome_depth"}


class SexTally:
    """Sums over the calls of `samples` genomes."""

    def __init__(self, samples: int) -> None:
        self._samples = samples
        self.counts = {name: np.zeros(samples, np.int64) for name in _COUNTS}
        self.reads = {place: np.zeros(samples, np.int64) for place in _DEPTH_PLACES}
        self.places = {place: np.zeros(samples, np.int64) for place in _DEPTH_PLACES}

    def add(self, calls: CallsBySite, fields: Fields | None, places: NDArray[np.int8]) -> None:
        """Add the calls of some sites of one contig, whose places are given, (sites,)."""
        place = np.repeat(places, np.diff(calls.first))
        code = calls.code & np.uint8(CODE_MASK)
        on_x, on_y, carried = place == Place.X, place == Place.Y, is_carried(code)
        if on_x.any():
            haploid = (code == Code.HEMI) | (code == Code.REFERENCE_HEMI)
            self._count("x_haploid", calls, on_x & haploid)
            self._count("x_het", calls, on_x & (code == Code.HET))
            self._count("x_hom", calls, on_x & (code == Code.HOM))
        if on_y.any():
            self._count("y", calls, on_y & carried)
            self._count("y_het", calls, on_y & (code == Code.HET))
        if fields is not None:
            self._add_depths(calls, fields, place, carried)

    def join(self, other: "SexTally") -> None:
        """Add the sums of other sites of the same genomes."""
        for name in _COUNTS:
            self.counts[name] += other.counts[name]
        for place in _DEPTH_PLACES:
            self.reads[place] += other.reads[place]
            self.places[place] += other.places[place]

    def complements(self) -> list[Complement]:
        """Measure each sample."""
        counts = [self.counts[name].tolist() for name in _COUNTS]
        depths = [
            each[place].tolist() for place in _DEPTH_PLACES for each in (self.reads, self.places)
        ]
        # Where a file says nothing of X and Y, all of a hundred thousand samples are alike.
        every = list(zip(*counts, *depths, strict=True))
        measured = {told: _measured(*told) for told in set(every)}
        return [measured[told] for told in every]

    def _count(self, name: str, calls: CallsBySite, chosen: NDArray[np.bool_]) -> None:
        self.counts[name] += np.bincount(calls.row[chosen], minlength=self._samples)

    def _add_depths(
        self,
        calls: CallsBySite,
        fields: Fields,
        place: NDArray[np.int8],
        carried: NDArray[np.bool_],
    ) -> None:
        told = carried & (fields.depth_reads >= 0)
        for each in _DEPTH_PLACES:
            here = told & (place == each)
            if here.any():
                row, depth = calls.row[here], fields.depth_reads[here]
                reads = np.bincount(row, weights=depth, minlength=self._samples)
                self.reads[each] += reads.astype(np.int64)
                self.places[each] += np.bincount(row, minlength=self._samples)


def _measured(*told: int) -> Complement:
    x_haploid, x_het, x_hom, y, y_het, *depths = told
    sums = [DepthSum(*pair) for pair in zip(depths[::2], depths[1::2], strict=True)]
    return measure_complement(SexChromosomeCalls(x_haploid, x_het, x_hom, y, y_het, *sums))
