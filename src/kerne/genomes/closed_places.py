"""Places of the genome whose findings are closed to somebody: no clinic looks there by name.

A search for carriers, or a count over chosen samples, looks at single persons. What is a closed
secondary finding of a person must not be found that way either: a carrier to whom the place is
closed is left out, and a count over chosen samples does not list what lies there, carried or not.
"""

from collections.abc import Collection
from typing import Final, Protocol

import numpy as np

from kerne.alleles.interval import Interval, Intervals
from kerne.genomes.frequencies import Frequencies
from kerne.people.asking import Purpose

WITHOUT_NAMES: Final = frozenset({Purpose.RESEARCH, Purpose.STATISTICS})
"""Purposes under which nobody is known by name: nothing can be told to the person."""


class ClosedPlaces(Protocol):
    """What the genome database must know of secondary findings; the centre joins it in."""

    def listed(self) -> Intervals:
        """Return the places of all genes on the list of secondary findings."""
        ...

    def closed_to(self, persons: Collection[str]) -> Intervals:
        """Return the places whose findings are closed to any of these persons now."""
        ...


class NothingClosed:
    """Where nobody has chosen anything, nothing is closed."""

    def listed(self) -> Intervals:
        """Return no place."""
        return Intervals({})

    def closed_to(self, persons: Collection[str]) -> Intervals:  # noqa: ARG002  whoever they are
        """Return no place."""
        return Intervals({})


def outside(found: Frequencies, places: Intervals) -> Frequencies:
    """Return the rows of a table whose reference bases touch none of the places."""
    kept = np.array(
        [
            not places.covers(Interval(str(contig), int(start), int(start) + len(reference)))
            for contig, start, reference in zip(
                found.contig, found.position, found.reference, strict=True
            )
        ],
        dtype=np.bool_,
    )
    return found.only(kept)
