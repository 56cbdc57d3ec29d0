"""Treatment relations: which professional treats which person, since when, under which order."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TreatmentRelation:
    """A professional treats a person from `since` on, until `until` when it has ended.

    Parameters
    ----------
    identity
        Identifier of the professional.
    person
        Person number.
    order
        The order that the relation rests on.
    """

    identity: str
    person: str
    order: str
    since: datetime
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Say whether the relation holds at the moment `at`."""
        return self.since <= at and (self.until is None or at < self.until)
