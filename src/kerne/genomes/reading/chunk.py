"""What a reader of genome files gives piece by piece: sites, calls and callable stretches.

Alleles are split and in normal form; nothing is sorted yet, and an allele may be mentioned twice.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.change import Change

UNTOLD: Final = -1
"""A FORMAT value that the file does not give."""


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """FORMAT values of calls, (calls,) each; `UNTOLD` where the file gives none.

    `depth_reads` is DP, `reference_reads` and `alternative_reads` are AD of REF and of the
    call's allele, `quality` is GQ.

    References
    ----------
    VCF 4.4 §1.6.2.
    """

    depth_reads: NDArray[np.int32]
    reference_reads: NDArray[np.int32]
    alternative_reads: NDArray[np.int32]
    quality: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Where samples are callable, (stretches,) each; 0-based half-open, on the chunk's contig."""

    column: NDArray[np.uint32]
    start: NDArray[np.uint32]
    end: NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Consecutive records of one contig of one file.

    Parameters
    ----------
    contig
        Rank in the assembly.
    position, change
        (sites,), 0-based position and number of the change of each allele (`alleles.change`).
    long
        The changes that their numbers do not spell out.
    first
        (sites + 1,), where the calls of each site begin.
    column
        (calls,), the column of the sample in the file, ascending within a site.
    code
        (calls,), a `calls.Code` with `FIRST` and `SECOND` for its phase, without `SILENT`. There
        is a call for each genotype that is not two copies of the reference, and for those too
        where silence would not say so.
    fields
        `None` when the file gives none of them.
    stretches
        Of a gVCF: blocks that reach its thresholds, as they come.
    """

    contig: int
    position: NDArray[np.uint32]
    change: NDArray[np.uint64]
    long: dict[int, Change]
    first: NDArray[np.int64]
    column: NDArray[np.uint32]
    code: NDArray[np.uint8]
    fields: Fields | None
    stretches: Stretches
