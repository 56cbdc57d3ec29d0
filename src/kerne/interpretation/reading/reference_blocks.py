"""Where a gVCF says that a genome was read: its reference blocks, and the records between them.

A block counts when its lowest depth and its quality reach the limits that the genome database uses
by default. A file without blocks says nothing, and nothing is assumed.
"""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from kerne.alleles.interval import Intervals
from kerne.alleles.vcf import VcfRecord

BLOCK_ALLELES = frozenset({"<NON_REF>", "<*>"})
LEAST_QUALITY = 20
LEAST_DEPTH_READS = 8
BLOCK_WORDS = (
    f"is a gVCF: what it gives a quality of {LEAST_QUALITY} and a depth of {LEAST_DEPTH_READS} "
    "or more counts as read"
)
QUALITY_KEYS = ("GQ", "RGQ")
DEPTH_KEYS = ("MIN_DP", "DP")


def is_block_record(record: VcfRecord) -> bool:
    """Say whether a record is of a gVCF: it has the allele that stands for any other."""
    return not BLOCK_ALLELES.isdisjoint(record.alternatives)


class ReferenceBlocks:
    """Collects, for one genome, where it was read well."""

    def __init__(self) -> None:
        self._starts: dict[str, list[int]] = defaultdict(list)
        self._ends: dict[str, list[int]] = defaultdict(list)

    def take(self, contig: str, record: VcfRecord, fields: Mapping[str, str]) -> None:
        """Take the bases of a record in, if its quality and depth suffice."""
        quality, depth = _first(fields, QUALITY_KEYS), _first(fields, DEPTH_KEYS)
        if quality >= LEAST_QUALITY and depth >= LEAST_DEPTH_READS:
            self._starts[contig].append(record.position)
            self._ends[contig].append(max(record.end, record.position + 1))

    def intervals(self) -> Intervals | None:
        """Give the bases taken in; `None` when there is no block."""
        if not self._starts:
            return None
        return Intervals.merged(
            {
                contig: (
                    np.array(starts, dtype=np.int64),
                    np.array(self._ends[contig], dtype=np.int64),
                )
                for contig, starts in self._starts.items()
            }
        )


def _first(fields: Mapping[str, str], keys: tuple[str, ...]) -> int:
    """Give the first of several values that is a number, 0 when none is."""
    values = (fields.get(key, "") for key in keys)
    return next((int(value) for value in values if value.isdigit()), 0)
