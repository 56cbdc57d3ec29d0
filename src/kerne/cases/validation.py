"""An institution's own validation of a version of Kerne: until there is one, no answer is for use.

Kerne is not CE-marked. An institution may use it under its own responsibility (Regulation (EU)
2017/746, article 5(5)) when it has validated that version; it records so here, and from then on its
answers say who answers for them. A validation that was withdrawn counts no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from kerne.cases.answers.report import Validation


@dataclass(frozen=True, slots=True)
class ValidationRecorded:
    """An institution concluded its own validation of a version; `document` is where it keeps it."""

    institution: str
    version: str
    day: date
    document: str
    by: str


@dataclass(frozen=True, slots=True)
class ValidationWithdrawn:
    """An institution withdrew its validation of a version."""

    institution: str
    version: str
    reason: str
    by: str


ValidationEvent = ValidationRecorded | ValidationWithdrawn
VALIDATION_EVENTS: Final[tuple[type[ValidationEvent], ...]] = (
    ValidationRecorded,
    ValidationWithdrawn,
)


def standing(events: Sequence[ValidationEvent]) -> dict[str, Validation]:
    """Fold the events of one institution to what stands, by version; the newest word counts."""
    found: dict[str, Validation] = {}
    for event in events:
        if isinstance(event, ValidationWithdrawn):
            found.pop(event.version, None)
        else:
            found[event.version] = Validation(
                event.institution, event.version, event.day.isoformat(), event.document
            )
    return found
