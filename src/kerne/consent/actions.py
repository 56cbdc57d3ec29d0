"""What people do about their choices, each through the gate.

The door is asked first and the audit entry written; then the change is decided on the choices as
they are, and appended under that entry. Nobody changes the choices of a person who is not known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo
from typing import Final, Protocol, TypeVar

from kerne.consent.acts import action_of, answer_all
from kerne.consent.capacity import SignedForm, capacity_of, check_capacity
from kerne.consent.choices import Choices, decide
from kerne.consent.events import (
    AnalysisConsented,
    AnalysisConsentWithdrawn,
    Capacity,
    ConsentEvent,
    LimitedToOwnTreatment,
    LimitLifted,
    RawDownloadConsented,
    RawDownloadConsentWithdrawn,
    ReaderBlocked,
    ReaderUnblocked,
    ResearchLevel,
    ResearchUseAllowed,
    ResearchUseRefused,
    SecondaryChoice,
)
from kerne.consent.law import Chosen
from kerne.consent.ledger import ConsentLedger, RecordedChoice
from kerne.consent.reach import Touches
from kerne.consent.receipt import Receipt, receipt_of
from kerne.errors import ConsentError
from kerne.people.asking import Action, Ask, Door, Identity, Pass, Refusal
from kerne.people.person import age_years

T = TypeVar("T")

UNSIGNED: Final = SignedForm()
"""A choice made here by whom the purpose names, with no paper behind it."""


class KnownPersons(Protocol):
    """What consent must know of persons; `people.ledger.PeopleLedger` knows it."""

    def has_person(self, number: str) -> bool:
        """Say whether somebody is registered under this number."""
        ...

    def born(self, number: str) -> date:
        """Return the date of birth of the person registered under this number."""
        ...

    def representatives_of(self, number: str, on: date) -> frozenset[str]:
        """Return who was appointed to decide for the person on the day `on`."""
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
    age_of_consent_years
        From this age on people decide themselves; the rule book says which.
    zone
        The country's time zone: ages are counted in its days.
    touches
        What the rule book lets a withdrawal touch.
    react
        Called when choices have changed: what other rooms do about it. It may be done again.
    """

    def __init__(  # noqa: PLR0913  the parts, and what the rule book and the country say
        self,
        door: Door,
        ledger: ConsentLedger,
        persons: KnownPersons,
        clock: Callable[[], datetime],
        *,
        age_of_consent_years: int,
        zone: tzinfo,
        touches: Touches = Touches(),  # noqa: B008  frozen
        react: Callable[[], None] = lambda: None,
    ) -> None:
        self._door = door
        self._ledger = ledger
        self._persons = persons
        self._clock = clock
        self._age_of_consent_years = age_of_consent_years
        self._zone = zone
        self._touches = touches
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
        signed_by: Capacity | None = None,
    ) -> Receipt | Refusal:
        """Record a person's written consent to analysis and their choice of secondary findings.

        Raises
        ------
        ConsentError
            The person is not registered, this very consent is in force, no document is named, or
            who signed may not decide for the person (see `check_capacity`).
        """
        event = AnalysisConsented(
            person, document, document_version, who.identifier, secondary, recontact
        )
        return self._change(who, purpose, event, SignedForm(document, document_version, signed_by))

    def withdraw_analysis(
        self, who: Identity, purpose: str, person: str, *, form: SignedForm = UNSIGNED
    ) -> Receipt | Refusal:
        """Withdraw the consent to analysis.

        Raises
        ------
        ConsentError
            The person is not registered, or no consent is in force.
        """
        event = AnalysisConsentWithdrawn(person, who.identifier)
        return self._change(who, purpose, event, form)

    def refuse_research(
        self,
        who: Identity,
        purpose: str,
        person: str,
        *,
        level: ResearchLevel = ResearchLevel.ALLELE_FREQUENCY,
        form: SignedForm = UNSIGNED,
    ) -> Receipt | Refusal:
        """Refuse research at `level` and every closer one: all research when none is named.

        Raises
        ------
        ConsentError
            The person is not registered, or has refused this already.
        """
        event = ResearchUseRefused(person, level, who.identifier)
        return self._change(who, purpose, event, form)

    def allow_research(
        self,
        who: Identity,
        purpose: str,
        person: str,
        *,
        level: ResearchLevel,
        form: SignedForm = UNSIGNED,
    ) -> Receipt | Refusal:
        """Allow research at `level` and every less close one.

        Raises
        ------
        ConsentError
            The person is not registered, or has allowed this already.
        """
        event = ResearchUseAllowed(person, level, who.identifier)
        return self._change(who, purpose, event, form)

    def limit_to_own_treatment(
        self, who: Identity, purpose: str, person: str, *, form: SignedForm = UNSIGNED
    ) -> Receipt | Refusal:
        """Enter the person in the tissue-use register.

        Raises
        ------
        ConsentError
            The person is not registered, or is in it.
        """
        event = LimitedToOwnTreatment(person, who.identifier)
        return self._change(who, purpose, event, form)

    def lift_limit(
        self, who: Identity, purpose: str, person: str, *, form: SignedForm = UNSIGNED
    ) -> Receipt | Refusal:
        """Take the person out of the tissue-use register.

        Raises
        ------
        ConsentError
            The person is not registered, or is not in it.
        """
        event = LimitLifted(person, who.identifier)
        return self._change(who, purpose, event, form)

    def block_reader(
        self, who: Identity, purpose: str, person: str, reader: str, *, form: SignedForm = UNSIGNED
    ) -> Receipt | Refusal:
        """Keep a reader, or `all`, out of the person's data.

        Raises
        ------
        ConsentError
            The person is not registered, or keeps this reader out already.
        """
        event = ReaderBlocked(person, reader, who.identifier)
        return self._change(who, purpose, event, form)

    def unblock_reader(
        self, who: Identity, purpose: str, person: str, reader: str, *, form: SignedForm = UNSIGNED
    ) -> Receipt | Refusal:
        """Let a reader in again that was kept out by this name.

        Raises
        ------
        ConsentError
            The person is not registered, or does not keep this reader out.
        """
        event = ReaderUnblocked(person, reader, who.identifier)
        return self._change(who, purpose, event, form)

    def consent_to_download(
        self, who: Identity, purpose: str, person: str, *, form: SignedForm
    ) -> Receipt | Refusal:
        """Record a person's written consent to an unfiltered copy of their genome.

        Raises
        ------
        ConsentError
            The person is not registered, such a consent is in force, or no document is named.
        """
        event = RawDownloadConsented(person, who.identifier)
        return self._change(who, purpose, event, form)

    def withdraw_download(
        self, who: Identity, purpose: str, person: str, *, form: SignedForm = UNSIGNED
    ) -> Receipt | Refusal:
        """Withdraw the consent to an unfiltered copy.

        Raises
        ------
        ConsentError
            The person is not registered, or no such consent is in force.
        """
        event = RawDownloadConsentWithdrawn(person, who.identifier)
        return self._change(who, purpose, event, form)

    def take_over(
        self, who: Identity, purpose: str, events: Sequence[ConsentEvent]
    ) -> int | Refusal:
        """Take over choices of many persons from paper or another register, all or none.

        Returns how many were recorded. Each is decided on those before it, as if it had been
        made here; what a guardian signed stands although the child has grown up since.

        Raises
        ------
        ConsentError
            A person is not registered, was under age and is said to have signed, or a choice
            cannot follow those before it.
        StaleVersionError
            Somebody changed the choices of one of them meanwhile.
        """

        def work(granted: Mapping[Action, Pass]) -> int:
            choices = {event.person: self._known(event.person) for event in events}
            versions = {person: theirs.version for person, theirs in choices.items()}
            at = self._clock()
            for event in events:
                if event.capacity is Capacity.SELF:
                    self._check(event.capacity, event.person, at)
                before = choices[event.person]
                choices[event.person] = before.after(decide(before, event))
            under = [(granted[action_of(event)].entry, event) for event in events]
            self._ledger.append_under(under, at=at, versions=versions)
            return len(events)

        answer = answer_all(self._door, who, purpose, events, "choices taken over", work)
        return self._changed(answer)

    def choices_of(self, who: Identity, purpose: str, person: str) -> Chosen | Refusal:
        """Return what a person has chosen, and what the law makes of it now.

        Raises
        ------
        ConsentError
            The person is not registered.
        """
        ask = Ask(who, purpose, Action.READ_CHOICES, (person,), about="choices")

        def work(_granted: Pass) -> Chosen:
            self._known(person)
            today = self._day(self._clock())
            return self._ledger.chosen(person, age_years(self._persons.born(person), today))

        return self._door.answer(ask, work)

    def receipts_of(
        self, who: Identity, purpose: str, person: str
    ) -> tuple[Receipt, ...] | Refusal:
        """Return the receipts of everything that a person has chosen, oldest first.

        Raises
        ------
        ConsentError
            The person is not registered.
        """

        def work(_granted: Pass) -> tuple[Receipt, ...]:
            self._known(person)
            return self._receipts(self._ledger.events_of(person))

        ask = Ask(who, purpose, Action.READ_CHOICES, (person,), about="receipts")
        return self._door.answer(ask, work)

    def _change(
        self, who: Identity, purpose: str, event: ConsentEvent, form: SignedForm
    ) -> Receipt | Refusal:
        about = f"choice {type(event).__name__}"
        ask = Ask(who, purpose, action_of(event), (event.person,), about=about)

        def work(granted: Pass) -> RecordedChoice:
            choices = self._known(event.person)
            at = self._clock()
            made = self._made(who, purpose, event, form, at)
            return self._ledger.append(
                choices.version, decide(choices, made), entry=granted.entry, at=at
            )

        recorded = self._changed(self._door.answer(ask, work))
        return recorded if isinstance(recorded, Refusal) else self._receipts([recorded])[0]

    def _receipts(self, choices: Sequence[RecordedChoice]) -> tuple[Receipt, ...]:
        """Return the receipts of choices of one person, with what each of them reached."""
        reached = self._ledger.reaches.reached(choices[0].event.person) if choices else {}
        return tuple(
            receipt_of(
                choice.event,
                entry=choice.entry,
                at=choice.at,
                reached=reached.get(choice.number),
                touches=self._touches,
            )
            for choice in choices
        )

    def _made(
        self, who: Identity, purpose: str, event: ConsentEvent, form: SignedForm, at: datetime
    ) -> ConsentEvent:
        """Return `event` with the form behind it and as what it is decided."""
        representatives = self._persons.representatives_of(event.person, self._day(at))
        capacity = capacity_of(
            purpose,
            form.by,
            person=event.person,
            is_representative=who.person in representatives,
        )
        self._check(capacity, event.person, at)
        if isinstance(event, AnalysisConsented):
            return replace(event, capacity=capacity)
        return replace(
            event, document=form.document, document_version=form.version, capacity=capacity
        )

    def _check(self, capacity: Capacity, person: str, at: datetime) -> None:
        today = self._day(at)
        check_capacity(
            capacity,
            person=person,
            age_years=age_years(self._persons.born(person), today),
            age_of_consent_years=self._age_of_consent_years,
            is_represented=bool(self._persons.representatives_of(person, today)),
        )

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _changed(self, answer: T) -> T:
        if not isinstance(answer, Refusal):
            self._react()
        return answer

    def _known(self, person: str) -> Choices:
        if not self._persons.has_person(person):
            raise ConsentError(f"person `{person}` is not registered")
        return self._ledger.choices(person)
