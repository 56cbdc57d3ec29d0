"""What the experts of one gene laid down about the criteria, instead of the general rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the protein that matters: 1-based codons, both ends included.

    Parameters
    ----------
    strength
        In the words of `Strength`: what the criterion counts there.
    criterion
        `PM1`, or `BP1` where experts say it of a part of the gene only.
    """

    first: int
    last: int
    strength: str = "moderate"
    criterion: str = "PM1"

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
    open_beyond
        Criteria that may be met outside their regions too, by knowledge that is not in the table.
    regions
        Where PM1 or BP1 is met, the strongest first; and nowhere else, unless `open_beyond`.
    """

    label: str = ""
    limits: Mapping[str, float] = field(default_factory=dict, hash=False)
    used: frozenset[str] = frozenset()
    unused: frozenset[str] = frozenset()
    open_beyond: frozenset[str] = frozenset()
    regions: tuple[Region, ...] = ()

    def excludes(self, criterion: str) -> bool:
        """Say whether the experts ruled a criterion out."""
        return criterion in self.unused

    def includes(self, criterion: str) -> bool:
        """Say whether the experts ruled that a criterion applies."""
        return criterion in self.used

    def regions_of(self, criterion: str) -> tuple[Region, ...]:
        """Give the regions of one criterion."""
        return tuple(each for each in self.regions if each.criterion == criterion)

    def region_at(self, criterion: str, codon: int) -> Region | None:
        """Give the region of a criterion that a 1-based codon lies in, the first written."""
        ours = self.regions_of(criterion)
        return next((each for each in ours if each.first <= codon <= each.last), None)
