"""What a genome file is, and what holds for every file of a store.

A record speaks for itself: its genotypes are what counts at its alleles. Where a file is silent,
its callable intervals speak: those of a BED given with it, the records of a gVCF that reach the
thresholds, or, for a plain VCF without any, the whole assembly, declared and marked so. In a gVCF
the thresholds hold for every record: a genotype below them counts for nothing, and an alternative
call among them is kept as weak. Symbolic alleles and joins are kept as structural records, apart
(`reading.structural`), and `*` is not; a genotype that holds one counts as called. Contigs that the
assembly does not have are passed over.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kerne.alleles.assembly import Assembly
from kerne.alleles.vcf import VcfHeader, VcfRecord
from kerne.errors import AssemblyError, InputFileError

if TYPE_CHECKING:
    from kerne.alleles.sequence import SequenceSource

FEW_SAMPLES: Final = 8
"""Up to here genotypes are read one by one; above, arrays are faster."""

GVCF_PEEK_RECORDS: Final = 1000
ANY_ALLELES: Final = frozenset({"<NON_REF>", "<*>"})
BAD_GENOTYPE: Final = (
    "a genotype, or its depth or quality, is malformed; expected one or two alleles of the "
    "record, such as `0/1`, and numbers"
)


@dataclass(frozen=True, slots=True)
class GenomeFile:
    """A VCF or gVCF to add, with a BED of where it is callable, if there is one."""

    path: Path
    callable_bed: Path | None = None


@dataclass(frozen=True, slots=True)
class StoreRules:
    """What was said about a store when adding; `None` means as it is, or the default if new."""

    assembly: str
    reference: Path | None = None
    min_gq: int | None = None
    min_dp: int | None = None


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """What the manifest fixes for every file of a store."""

    assembly: Assembly
    sequence: "SequenceSource | None"
    min_gq: int
    min_dp: int


def is_reference_block(record: VcfRecord) -> bool:
    """Say whether a record speaks of reference bases only, as a gVCF does."""
    has_any = not ANY_ALLELES.isdisjoint(record.alternatives)
    return has_any or (not record.alternatives and "END=" in record.info_text)


def check_header(path: Path, header: VcfHeader, assembly: Assembly) -> None:
    """Check that a file has samples and is of the assembly, as far as its header says.

    Raises
    ------
    InputFileError
        It has none, or is of another assembly.
    """
    if not header.samples:
        raise InputFileError(path, "has no samples, expected at least one genome")
    lengths = {name: length for name, length in header.contig_lengths.items() if length}
    try:
        assembly.check_lengths(lengths)
    except AssemblyError as error:
        raise InputFileError(path, f"is not of assembly `{assembly.name}`: {error}") from error
