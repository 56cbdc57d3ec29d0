"""What the experts of one gene laid down about the criteria, instead of the general rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the protein that matters: 1-based codons, both ends included.

    Parameters
    ----------
    strength
        In the words of `Strength`: what PM1 counts there.
    """

    first: int
    last: int
    strength: str = "moderate"

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Specification:
    """The rules for one gene in one edition.

    Parameters
    ----------
    label
        Specification and edition, as evidence cites them; empty when there is none.
    limits
        Frequencies by criterion: PM2 is met at or below, BS1 and BA1 at or above; BS2 from so many
        people on. PP3 is supporting from a score of REVEL on, BP4 up to one.
    used, unused
        Criteria that the experts say apply to the gene, or do not.
    regions
        Where PM1 is met, and nowhere else; none where the experts named none.
    """

    label: str = ""
    limits: Mapping[str, float] = field(default_factory=dict, hash=False)
    used: frozenset[str] = frozenset()
    unused: frozenset[str] = frozenset()
    regions: tuple[Region, ...] = ()

    def excludes(self, criterion: str) -> bool:
        """Say whether the experts ruled a criterion out."""
        return criterion in self.unused

    def includes(self, criterion: str) -> bool:
        """Say whether the experts ruled that a criterion applies."""
        return criterion in self.used

    def region_at(self, codon: int) -> Region | None:
        """Give the region that a 1-based codon lies in, the strongest written first."""
        return next((each for each in self.regions if each.first <= codon <= each.last), None)
