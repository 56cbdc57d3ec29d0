"""What a geneticist says of a variant that was ranked, and the variant as it then stands."""

from dataclasses import dataclass
from typing import Protocol

from kerne.cases.events import Bearing
from kerne.errors import CaseError
from kerne.interpretation.candidate import (
    Candidate,
    CandidateVariant,
    Classification,
    Interpretation,
)
from kerne.interpretation.criteria.overrides import Override, reconsider
from kerne.interpretation.structural.curating import CopyEntry, reconsider_copies


class OwnJudgements(Protocol):
    """What a geneticist judged otherwise than the program (`Verdict`, `VariantClassified`)."""

    @property
    def overrides(self) -> tuple[Override, ...]:
        """Judgements of single criteria."""
        ...

    @property
    def copies(self) -> tuple[CopyEntry, ...]:
        """Judgements of sections of the score of a loss or gain of copies."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a geneticist judges a variant, criteria first.

    Parameters
    ----------
    classification, bearing
        What the points then say, and the usual bearing of it, when `None`.
    overrides, copies
        Judgements of single criteria, or of sections of the score of a loss or gain of copies.
    """

    classification: Classification | None
    reason: str = ""
    bearing: Bearing | None = None
    overrides: tuple[Override, ...] = ()
    copies: tuple[CopyEntry, ...] = ()


def judged_anew(variant: CandidateVariant, said: OwnJudgements) -> CandidateVariant:
    """Give a variant with what a geneticist judged of it, points and class anew.

    Raises
    ------
    InterpretationError
        What was said cannot be combined, or does not judge such a variant.
    """
    return reconsider_copies(reconsider(variant, said.overrides), said.copies)


def find_variant(
    found: Interpretation, allele: str, rank: int | None = None
) -> tuple[Candidate, CandidateVariant]:
    """Return the best candidate that rests on `allele`, or the one of `rank`.

    Raises
    ------
    CaseError
        No such candidate rests on it; what is closed now is not among those shown.
    """
    for candidate in found.candidates:
        for variant in candidate.variants:
            if str(variant.allele) == allele and rank in {None, candidate.rank}:
                return candidate, variant
    raise CaseError("no candidate of this case rests on the variant that was named")
