"""What an institution does about its own validation of Kerne."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from kerne import __version__
from kerne.cases.answers.report import Validation
from kerne.cases.validation import ValidationEvent, ValidationRecorded, ValidationWithdrawn
from kerne.cases.validation_ledger import ValidationLedger
from kerne.errors import CaseError
from kerne.people.asking import Action, Ask, Door, Identity, Pass, Refusal


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

    def history(self, institution: str) -> list[tuple[datetime, ValidationEvent]]:
        """Return what an institution recorded, and when, oldest first; it is no secret."""
        return [(each.at, each.event) for each in self.ledger.read(institution)]

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
