"""What a sample is of, and the genome rows that came of it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class GenomeOrigin(StrEnum):
    """Whose germline a sample shows. Only `GERMLINE` is counted as its person's genome."""

    GERMLINE = "germline"
    TUMOUR = "tumour"
    FETAL = "fetal"
    DONOR_DERIVED = "donor-derived"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class GenomeRow:
    """One genome of a person, by its row in the National Genome Database.

    A row is never used again. A person sequenced twice has two rows, of which the newest counts.
    """

    row: int
    sample: str
    person: str


@dataclass(frozen=True, slots=True)
class CountableRow:
    """The row that counts as its person's genome: the newest of germline origin."""

    row: int
    person: str
    born: date


@dataclass(frozen=True, slots=True)
class BesideRow:
    """How many other genomes the person of a countable row has."""

    earlier: int = 0
    other_origin: int = 0


@dataclass(frozen=True, slots=True)
class RowSnapshot:
    """The countable rows of some persons at one state of the register.

    Parameters
    ----------
    epoch
        Number of the newest change to rows.
    rows
        One a person, by row.
    persons
        Of whom this tells; who has no row in `rows` has none that counts.
    """

    epoch: int
    rows: tuple[CountableRow, ...]
    persons: frozenset[str]
