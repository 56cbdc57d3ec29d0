"""An institution's own validation of a version of Kerne: until there is one, no answer is for use.

Kerne is not CE-marked. An institution may use it under its own responsibility (Regulation (EU)
2017/746, article 5(5)) when it has validated that version; it records so here, and from then on its
answers say who answers for them. A validation that was withdrawn counts no more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Engine, MetaData

from kerne import __version__
from kerne.cases.report import Validation
from kerne.database.history import History, Recorded, Sealer, history_table
from kerne.errors import CaseError
from kerne.people.asking import Action, Ask, Door, Identity, Pass, Refusal

metadata: Final = MetaData()
_EVENTS: Final = history_table("validation", metadata)


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


class ValidationLedger:
    """The histories of validations, one for each institution."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        metadata.create_all(engine)
        self.history: History[ValidationEvent] = History(engine, _EVENTS, VALIDATION_EVENTS, sealer)

    def read(self, institution: str) -> list[Recorded[ValidationEvent]]:
        """Return what happened, oldest first."""
        return self.history.read(institution)

    def standing(self, institution: str | None, version: str) -> Validation | None:
        """Return the institution's validation of a version; `None` while there is none."""
        if institution is None:
            return None
        return standing([each.event for each in self.read(institution)]).get(version)


@dataclass(frozen=True, slots=True)
class Validations:
    """What institutions do about their validations; each act is under the gate."""

    ledger: ValidationLedger
    gate: Door
    clock: Callable[[], datetime]

    def record(
        self, who: Identity, purpose: str, version: str, day: date, document: str
    ) -> Validation | Refusal:
        """Record that the asker's institution validated a version on a day.

        Raises
        ------
        CaseError
            The version is not the one that runs, the day is yet to come, no document is named, or
            the asker belongs to no institution.
        """
        institution = _institution(who)
        if version != __version__:
            raise CaseError(
                f"this is version `{__version__}`: a validation of `{version}` is recorded in it"
            )
        if day > self.clock().date():
            raise CaseError(f"the day `{day}` is yet to come")
        if not document.strip():
            raise CaseError("a validation names the document that it is written down in")
        event = ValidationRecorded(institution, version, day, document.strip(), who.identifier)
        return self._append(who, purpose, event, lambda: self._stands(institution, version))

    def withdraw(
        self, who: Identity, purpose: str, version: str, reason: str
    ) -> Validation | Refusal:
        """Withdraw the validation of a version, and return what it was.

        Raises
        ------
        CaseError
            There is none, or no reason.
        """
        institution = _institution(who)
        stood = self._stands(institution, version)
        if not reason.strip():
            raise CaseError("a validation is withdrawn for a reason")
        event = ValidationWithdrawn(institution, version, reason.strip(), who.identifier)
        return self._append(who, purpose, event, lambda: stood)

    def history(self, institution: str) -> list[Recorded[ValidationEvent]]:
        """Return what an institution recorded; it is no secret."""
        return self.ledger.read(institution)

    def _append(
        self,
        who: Identity,
        purpose: str,
        event: ValidationEvent,
        answer: Callable[[], Validation],
    ) -> Validation | Refusal:
        def work(grant: Pass) -> Validation:
            version = len(self.ledger.read(event.institution))
            self.ledger.history.append(
                event.institution, version, [event], entry=grant.entry, at=self.clock()
            )
            return answer()

        ask = Ask(who, purpose, Action.RECORD_VALIDATION, about=f"version {event.version}")
        return self.gate.answer(ask, work)

    def _stands(self, institution: str, version: str) -> Validation:
        found = self.ledger.standing(institution, version)
        if found is None:
            raise CaseError(f"`{institution}` has no validation of version `{version}`")
        return found


def _institution(who: Identity) -> str:
    if who.organisation is None:
        raise CaseError("whoever records a validation must belong to an institution")
    return who.organisation
