"""How far a withdrawal reaches: what it undoes in other rooms, and what stands there already.

Consent knows no order, case or project. Whoever joins the rooms finds where a person's genome has
been; what was found is kept once, under the choice that it belongs to, so that the citizen can see
the same receipt again.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from kerne.consent.events import (
    AnalysisConsentWithdrawn,
    ConsentEvent,
    LimitedToOwnTreatment,
    ResearchLevel,
    ResearchUseRefused,
)
from kerne.database.history import SEALED

WITHDRAWALS: Final[tuple[type[ConsentEvent], ...]] = (
    AnalysisConsentWithdrawn,
    ResearchUseRefused,
    LimitedToOwnTreatment,
)
"""Choices that take a genome out of something."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a person's genome and data were when a choice took them out, by number.

    Parameters
    ----------
    orders
        Orders that were cancelled because of it.
    cases
        Open cases, which nobody may work on any more.
    answers
        Cases whose answer had been signed.
    projects
        Projects that had counted the genome.
    cuts
        Cuts that hold it.
    outputs
        Answered questions that had counted it and left their workspace.
    """

    orders: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    cuts: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WithdrawalReached:
    """What the choice with the number `choice` in the history of choices reached."""

    person: str
    choice: int
    reached: Reached = field(metadata=SEALED)


@dataclass(frozen=True, slots=True)
class Touches:
    """What the country's law lets a withdrawal touch beside future reads.

    References
    ----------
    Regulation (EU) 2025/327 (EHDS) art. 71.
    """

    running_permits: bool = True
    cuts: bool = True
    finished_analyses: bool = False


def reached_by(event: ConsentEvent, found: Reached) -> Reached:
    """Return the part of `found` that is touched by `event`.

    A withdrawn consent ends everything. Who keeps the genome to their own treatment, or refuses
    all research, stays a patient. Who refuses to be asked about as a single subject is still
    counted, and leaves the cuts.
    """
    match event:
        case AnalysisConsentWithdrawn():
            return found
        case ResearchUseRefused(level=level) if level is not ResearchLevel.ALLELE_FREQUENCY:
            touches_cuts = level is ResearchLevel.SUBJECT_QUERY
            return Reached(cuts=found.cuts if touches_cuts else ())
    return replace(found, orders=(), cases=(), answers=())
