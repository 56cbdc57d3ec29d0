"""One genome as interpretation sees it: the alleles it carries, how, and where it was callable.

A plain value. `call_file.read_calls` makes it from a VCF, a centre from its genome database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly
from kerne.alleles.interval import Intervals
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.reading.reads import CALLABLE, Reads
from kerne.interpretation.reading.structural import StructuralCall


class Carriage(StrEnum):
    """What is known of one allele in one genome; `UNKNOWN` is not `ABSENT`.

    `UNSEEN` is a structural variant that is not among the structural calls of a genome that was
    examined for such: no reads were looked at, so that it may have been missed.
    """

    HET = "het"
    HOM = "hom"
    HEMI = "hemi"
    ABSENT = "absent"
    UNSEEN = "unseen"
    UNKNOWN = "unknown"

    @property
    def is_known(self) -> bool:
        """Whether it was called, carried or absent."""
        return self not in (Carriage.UNSEEN, Carriage.UNKNOWN)

    @property
    def is_carried(self) -> bool:
        """Whether the genome has at least one copy."""
        return self.is_known and self is not Carriage.ABSENT


@dataclass(frozen=True, slots=True)
class Phase:
    """The haplotype of a heterozygous call; comparable only within one phase set."""

    phase_set: str
    haplotype: int


@dataclass(frozen=True, slots=True)
class Call:
    """An allele that a genome carries.

    Parameters
    ----------
    alternative_reads
        Reads that show the allele, of `depth_reads`; `None` where the file does not tell.
    quality
        Genotype quality (phred).
    """

    allele: Allele
    genotype: Genotype
    depth_reads: int | None = None
    phase: Phase | None = None
    alternative_reads: int | None = None
    quality: int | None = None

    @property
    def reads(self) -> Reads:
        """What the reads show of it."""
        return Reads(self.depth_reads, self.alternative_reads, self.quality)


def as_call(structural: StructuralCall) -> Call:
    """Give a structural variant as the call of a symbolic allele."""
    reads = structural.reads
    return Call(
        structural.allele,
        structural.genotype,
        reads.depth,
        None,
        reads.alternative,
        reads.quality,
    )


@dataclass(frozen=True, slots=True, eq=False)
class GenomeCalls:
    """The alleles of one genome.

    Parameters
    ----------
    calls
        By contig and position, each allele once.
    callable
        Where the genome could be read; `None` when nobody said.
    absent
        Alleles that the file calls as not carried, although others in the file carry them, and
        what the reads show of each.
    variants_read
        Alleles that the genome carries in the whole file; `calls` may hold only a part of it.
    notes
        What was passed over while reading, in words.
    structural
        Structural variants, by contig and place; `absent` holds those of others as alleles.
    doubtful
        Structural calls that did not pass their caller's filters: they only leave open whether a
        relative has a variant.
    unseen
        Structural variants of the patient that a relative's genome, examined for such, does not
        show (`family.structural_kin`).
    is_structural_kept
        False where whoever kept the genome kept no structural variants, so that it has none here.
    """

    sample: str
    assembly: Assembly
    calls: tuple[Call, ...]
    callable: Intervals | None = None
    absent: Mapping[Allele, Reads] = field(default_factory=dict)
    variants_read: int = 0
    notes: tuple[str, ...] = ()
    structural: tuple[StructuralCall, ...] = ()
    doubtful: tuple[StructuralCall, ...] = ()
    unseen: frozenset[Allele] = frozenset()
    is_structural_kept: bool = True
    _carried: Mapping[Allele, Call] = field(init=False, repr=False)

    @property
    def by_allele(self) -> Mapping[Allele, Call]:
        """Every call, structural variants included."""
        return self._carried

    def __post_init__(self) -> None:
        every = (*self.calls, *map(as_call, self.structural))
        carried = {call.allele: call for call in every}
        object.__setattr__(self, "_carried", carried)
        read = len(self.calls) + len(self.structural)
        object.__setattr__(self, "variants_read", max(self.variants_read, read))

    def call_of(self, allele: Allele) -> Call | None:
        """Return how this genome carries an allele."""
        return self._carried.get(allele)

    def carriage(self, allele: Allele) -> Carriage:
        """Say how this genome carries an allele, if that is known.

        A structural variant is absent only where the file calls it so: that its first base could
        be read says nothing of it. How a relative carries one of the patient's is known only after
        `family.structural_kin.laid_over`: callers place it differently.
        """
        call = self.call_of(allele)
        if call is not None:
            return Carriage(call.genotype.value)
        if allele in self.absent or self._is_callable(allele):
            return Carriage.ABSENT
        return Carriage.UNSEEN if allele in self.unseen else Carriage.UNKNOWN

    def reads(self, allele: Allele) -> Reads:
        """Say what the reads of this genome show of an allele, carried or not."""
        call = self.call_of(allele)
        if call is not None:
            return call.reads
        told = self.absent.get(allele, Reads())
        if told.depth is None and self._is_callable(allele):
            return replace(CALLABLE, alternative=told.alternative, quality=told.quality)
        return told

    def with_callable(self, intervals: Intervals) -> "GenomeCalls":
        """Return the same calls with the regions where the genome could be read."""
        return replace(self, callable=intervals)

    def _is_callable(self, allele: Allele) -> bool:
        if self.callable is None or allele.is_symbolic:
            return False
        positions = np.arange(allele.position, allele.end, dtype=np.int64)
        return bool(self.callable.contains(allele.contig, positions).all())
