"""What the criteria look at: one allele in one transcript, and where knowledge of it comes from."""

from dataclasses import dataclass

from kerne.alleles.allele import Allele
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Mode
from kerne.interpretation.consequence import Consequence
from kerne.knowledge.frequencies import PublishedFrequency

RECESSIVE = frozenset(
    {Mode.RECESSIVE_HOMOZYGOUS, Mode.RECESSIVE_COMPOUND, Mode.RECESSIVE_ONE_ALLELE}
)


@dataclass(frozen=True, slots=True)
class DeNovo:
    """That both parents lack the allele, and whether their genomes prove to be the parents'."""

    parents_confirmed: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """Names of the releases that evidence cites; `frequencies` is empty when there is none."""

    genes: str
    frequencies: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """One allele in one transcript, as the criteria look at it.

    Parameters
    ----------
    published
        `None` when the release does not list it, or when there is no release.
    in_repeat
        Whether a length change lies in a tandem repeat; `None` when nobody looked.
    """

    allele: Allele
    consequence: Consequence
    transcript: Transcript
    coding_name: str
    protein_name: str
    published: PublishedFrequency | None
    in_repeat: bool | None = None
