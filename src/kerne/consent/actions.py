"""What people do about their choices, each through the gate.

The door is asked first and the audit entry written; then the change is decided on the choices as
they are, and appended under that entry. Nobody changes the choices of a person who is not known.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol, TypeVar

from kerne.consent.choices import Choices, decide
from kerne.consent.events import (
    AnalysisConsented,
    AnalysisConsentWithdrawn,
    ConsentEvent,
    LimitedToOwnTreatment,
    LimitLifted,
    ReaderBlocked,
    ReaderUnblocked,
    ResearchLevel,
    ResearchUseAllowed,
    ResearchUseRefused,
    SecondaryChoice,
)
from kerne.consent.ledger import ConsentLedger
from kerne.consent.receipt import Receipt, receipt_of
from kerne.errors import ConsentError
from kerne.people.asking import Action, Ask, Door, Identity, Pass, Refusal

T = TypeVar("T")

WIDENING: Final = (ResearchUseAllowed, LimitLifted, ReaderUnblocked)
"""Choices that open what was closed: not for who is kept out, nor for who treats."""


class KnownPersons(Protocol):
    """What consent must know of persons; `people.ledger.PeopleLedger` knows it."""

    def has_person(self, number: str) -> bool:
        """Say whether somebody is registered under this number."""
        ...


class Consent:
    """The choices of citizens, as citizens, guardians, doctors and registrars change them.

    Parameters
    ----------
    door
        The gate.
    ledger
        The choices.
    persons
        The register of people.
    clock
        Returns the moment, with its time zone.
    react
        Called when choices have changed: what other rooms do about it. It may be done again.
    """

    def __init__(
        self,
        door: Door,
        ledger: ConsentLedger,
        persons: KnownPersons,
        clock: Callable[[], datetime],
        react: Callable[[], None] = lambda: None,
    ) -> None:
        self._door = door
        self._ledger = ledger
        self._persons = persons
        self._clock = clock
        self._react = react

    def consent_to_analysis(  # noqa: PLR0913 - one argument for each field of the form
        self,
        who: Identity,
        purpose: str,
        person: str,
        *,
        document: str,
        document_version: str,
        secondary: SecondaryChoice,
        recontact: bool,
    ) -> Receipt | Refusal:
        """Record a person's written consent to analysis and their choice of secondary findings.

        Raises
        ------
        ConsentError
            The person is not registered, this very consent is in force, or no document is named.
        """
        event = AnalysisConsented(
            person, document, document_version, who.identifier, secondary, recontact
        )
        return self._change(who, purpose, event)

    def withdraw_analysis(
        self, who: Identity, purpose: str, person: str, *, document: str | None = None
    ) -> Receipt | Refusal:
        """Withdraw the consent to analysis.

        Raises
        ------
        ConsentError
            The person is not registered, or no consent is in force.
        """
        event = AnalysisConsentWithdrawn(person, who.identifier, document)
        return self._change(who, purpose, event)

    def refuse_research(
        self,
        who: Identity,
        purpose: str,
        person: str,
        *,
        level: ResearchLevel = ResearchLevel.ALLELE_FREQUENCY,
        document: str | None = None,
    ) -> Receipt | Refusal:
        """Refuse research at `level` and every closer one: all research when none is named.

        Raises
        ------
        ConsentError
            The person is not registered, or has refused this already.
        """
        event = ResearchUseRefused(person, level, who.identifier, document)
        return self._change(who, purpose, event)

    def allow_research(
        self,
        who: Identity,
        purpose: str,
        person: str,
        *,
        level: ResearchLevel,
        document: str | None = None,
    ) -> Receipt | Refusal:
        """Allow research at `level` and every less close one.

        Raises
        ------
        ConsentError
            The person is not registered, or has allowed this already.
        """
        event = ResearchUseAllowed(person, level, who.identifier, document)
        return self._change(who, purpose, event)

    def limit_to_own_treatment(
        self, who: Identity, purpose: str, person: str, *, document: str | None = None
    ) -> Receipt | Refusal:
        """Enter the person in the tissue-use register.

        Raises
        ------
        ConsentError
            The person is not registered, or is in it.
        """
        event = LimitedToOwnTreatment(person, who.identifier, document)
        return self._change(who, purpose, event)

    def lift_limit(
        self, who: Identity, purpose: str, person: str, *, document: str | None = None
    ) -> Receipt | Refusal:
        """Take the person out of the tissue-use register.

        Raises
        ------
        ConsentError
            The person is not registered, or is not in it.
        """
        event = LimitLifted(person, who.identifier, document)
        return self._change(who, purpose, event)

    def block_reader(
        self, who: Identity, purpose: str, person: str, reader: str, *, document: str | None = None
    ) -> Receipt | Refusal:
        """Keep a reader, or `all`, out of the person's data.

        Raises
        ------
        ConsentError
            The person is not registered, or keeps this reader out already.
        """
        event = ReaderBlocked(person, reader, who.identifier, document)
        return self._change(who, purpose, event)

    def unblock_reader(
        self, who: Identity, purpose: str, person: str, reader: str, *, document: str | None = None
    ) -> Receipt | Refusal:
        """Let a reader in again that was kept out by this name.

        Raises
        ------
        ConsentError
            The person is not registered, or does not keep this reader out.
        """
        event = ReaderUnblocked(person, reader, who.identifier, document)
        return self._change(who, purpose, event)

    def take_over(
        self, who: Identity, purpose: str, events: Sequence[ConsentEvent]
    ) -> int | Refusal:
        """Take over choices of many persons from paper or another register, all or none.

        Returns how many were recorded. Each is decided on those before it, as if it had been
        made here.

        Raises
        ------
        ConsentError
            A person is not registered, or a choice cannot follow those before it.
        StaleVersionError
            Somebody changed the choices of one of them meanwhile.
        """
        persons = tuple(dict.fromkeys(event.person for event in events))
        ask = Ask(who, purpose, _action(*events), persons, about="choices taken over")

        def work(granted: Pass) -> int:
            choices = {person: self._known(person) for person in persons}
            versions = {person: theirs.version for person, theirs in choices.items()}
            for event in events:
                before = choices[event.person]
                choices[event.person] = before.after(decide(before, event))
            self._ledger.append_all(
                events, entry=granted.entry, at=self._clock(), versions=versions
            )
            return len(events)

        return self._changed(self._door.answer(ask, work))

    def choices_of(self, who: Identity, purpose: str, person: str) -> Choices | Refusal:
        """Return what a person has chosen.

        Raises
        ------
        ConsentError
            The person is not registered.
        """
        ask = Ask(who, purpose, Action.READ_CHOICES, (person,), about="choices")
        return self._door.answer(ask, lambda _granted: self._known(person))

    def _change(self, who: Identity, purpose: str, event: ConsentEvent) -> Receipt | Refusal:
        about = f"choice {type(event).__name__}"
        ask = Ask(who, purpose, _action(event), (event.person,), about=about)

        def work(granted: Pass) -> Receipt:
            choices = self._known(event.person)
            at = self._clock()
            self._ledger.append(choices.version, decide(choices, event), entry=granted.entry, at=at)
            return receipt_of(event, entry=granted.entry, at=at)

        return self._changed(self._door.answer(ask, work))

    def _changed(self, answer: T) -> T:
        if not isinstance(answer, Refusal):
            self._react()
        return answer

    def _known(self, person: str) -> Choices:
        if not self._persons.has_person(person):
            raise ConsentError(f"person `{person}` is not registered")
        return self._ledger.choices(person)


def _action(*events: ConsentEvent) -> Action:
    widens = any(isinstance(event, WIDENING) for event in events)
    return Action.WIDEN_CHOICE if widens else Action.CHANGE_CHOICE
