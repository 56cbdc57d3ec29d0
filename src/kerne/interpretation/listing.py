"""How many candidates are put into words: a list ends somewhere, and says how many it left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from kerne.interpretation.candidate import Candidate, Classification
from kerne.interpretation.ranking.ranking import Ranked


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a list of candidates ends.

    Parameters
    ----------
    most
        More candidates are counted and not listed.
    least_log10_odds
        Less likely ones are not listed either.
    always
        Symbols of genes whose candidates are listed wherever they stand.
    """

    most: int = 100
    least_log10_odds: float = -5.0
    always: frozenset[str] = frozenset()

    def of(self, ranked: Sequence[Ranked]) -> list[Ranked]:
        """Return those of `ranked`, best first, that are listed."""
        return [each for number, each in enumerate(ranked) if self._takes(number, each)]

    def rest_of(self, ranked: Sequence[Ranked]) -> list[Ranked]:
        """Return those of `ranked`, best first, that are not listed."""
        return [each for number, each in enumerate(ranked) if not self._takes(number, each)]

    def of_secondary(
        self, ranked: Sequence[Ranked], is_open: Callable[[Ranked], bool]
    ) -> Sequence[Ranked]:
        """Return the secondary candidates that are put into words, to be kept apart.

        All of them beside the whole list, since another choice may open them; beside a short one,
        which is not kept, the first of those that are open now.
        """
        if self == WHOLE_LIST:
            return ranked
        return self.of([each for each in ranked if is_open(each)])

    def _takes(self, number: int, ranked: Ranked) -> bool:
        is_likely = ranked.log10_odds >= self.least_log10_odds
        return ranked.gene in self.always or (number < self.most and is_likely)


WHOLE_LIST: Final = Listing()


def is_told(candidate: Candidate) -> bool:
    """Say whether a secondary candidate is worth keeping: likely enough, or pathogenic."""
    harmful = {Classification.PATHOGENIC, Classification.LIKELY_PATHOGENIC}
    is_harmful = any(variant.classification in harmful for variant in candidate.variants)
    return is_harmful or candidate.log10_odds >= WHOLE_LIST.least_log10_odds
