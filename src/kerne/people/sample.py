"""What a sample is of, and the genome rows that came of it."""

from dataclasses import dataclass
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
class RowSnapshot:
    """The countable rows at one state of the register: for each person the newest germline row."""

    epoch: int
    rows: tuple[tuple[int, str], ...]
