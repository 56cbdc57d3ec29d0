"""What the database says of single genomes: as added, as carriers, and one genome's alleles."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what a resident process answers is read without them
    from kerne.alleles.allele import Allele
    from kerne.genomes.disk.manifest import NormalForm


class Zygosity(StrEnum):
    """How a genome carries an allele; `HALF` when the other allele was not called."""

    HET = "het"
    HOM = "hom"
    HEMI = "hemi"
    HALF = "half"


class Phase(StrEnum):
    """On which haplotype of a phased genotype an allele is: as `1|0`, `0|1` or `1|1`."""

    NONE = "unphased"
    FIRST = "first"
    SECOND = "second"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class AddedGenome:
    """A genome that the store now holds.

    `variants` counts the alleles that it carries, `structural` the records of structural variants.
    """

    sample: str
    row: int
    variants: int
    callable_declared_whole: bool
    structural: int = 0


@dataclass(frozen=True, slots=True)
class Carrier:
    """A genome that carries an allele, as it counts there: a single X is `HEMI`."""

    sample: str
    row: int
    genotype: Zygosity


@dataclass(frozen=True, slots=True)
class GenotypedAllele:
    """An allele of one genome as its file has it; `None` for what the file does not tell.

    `is_counted` is false for a call below a gVCF's thresholds, and where copies of X or Y are
    unclear: it is shown to the clinic and counts for nothing.
    """

    allele: "Allele"
    genotype: Zygosity
    depth_reads: int | None
    is_counted: bool
    reference_reads: int | None = None
    alternative_reads: int | None = None
    quality: int | None = None
    phase: Phase = Phase.NONE


@dataclass(frozen=True, slots=True)
class StoreStatistics:
    """What a reader may see of a store, in numbers."""

    assembly: str
    normal_form: "NormalForm"
    min_gq: int
    min_dp: int
    genomes: int
    declared_whole: int
    alleles: int
    calls: int
    segments: int
