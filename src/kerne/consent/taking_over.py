"""Taking over the national opt-out register: first what would change, then the change itself.

Both read the file and the choices anew. `preview` gives a digest over the two; `apply` takes it and
does nothing when either has changed since. Only lines that change something become choices, so
that taking the same file over again changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Protocol

from kerne.consent.acts import action_of, answer_all
from kerne.consent.choices import Profile
from kerne.consent.events import (
    Capacity,
    ConsentEvent,
    LimitedToOwnTreatment,
    ResearchUseRefused,
)
from kerne.consent.ledger import ConsentLedger
from kerne.consent.register import (
    Effect,
    RegisterFile,
    RegisterLine,
    day_of,
    effect_of,
    event_of,
    read_register,
    state_digest,
)
from kerne.errors import InputFileError, StaleVersionError
from kerne.people.asking import Action, Ask, Door, Identity, Pass, Purpose, Refusal
from kerne.people.person import age_years

WRONG_PURPOSE = Refusal(("the opt-out register is taken over for the purpose `quality` only",))


class RegisteredPersons(Protocol):
    """What the take-over must know of persons; `people.ledger.PeopleLedger` knows it."""

    def numbers_of_cprs(self, cprs: Collection[str]) -> dict[str, str]:
        """Return the person numbers behind civil registration numbers; unknown ones left out."""
        ...

    def births(self, numbers: Collection[str]) -> dict[str, date]:
        """Return the dates of birth of those who are registered."""
        ...


@dataclass(frozen=True, slots=True)
class Differences:
    """What taking a file over changes, without naming anybody.

    Parameters
    ----------
    counts
        Lines by effect.
    unknown, kept
        Numbers of the lines about people who are not registered here, and of those that a newer
        and stricter choice made here outweighs.
    digest
        Over the file and the choices as they are; `apply` takes it.
    """

    counts: Mapping[Effect, int]
    unknown: tuple[int, ...]
    kept: tuple[int, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class _Compared:
    """A file compared with the choices here: what changes, and whose versions it rests on."""

    differences: Differences
    events: tuple[ConsentEvent, ...]
    versions: Mapping[str, int]


class OptOutRegister:
    """The national opt-out register, as registrars take it over.

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
        The country's time zone: ages and dates are counted in its days.
    react
        Called when choices have changed: what other rooms do about it. It may be done again.
    """

    def __init__(  # noqa: PLR0913  the parts, and what the rule book and the country say
        self,
        door: Door,
        ledger: ConsentLedger,
        persons: RegisteredPersons,
        clock: Callable[[], datetime],
        *,
        age_of_consent_years: int,
        zone: tzinfo,
        react: Callable[[], None] = lambda: None,
    ) -> None:
        self._door = door
        self._ledger = ledger
        self._persons = persons
        self._clock = clock
        self._age_of_consent_years = age_of_consent_years
        self._zone = zone
        self._react = react

    def preview(self, who: Identity, purpose: str, path: Path) -> Differences | Refusal:
        """Say what taking the file at `path` over would change; changes nothing.

        Raises
        ------
        InputFileError
            A line does not hold what was expected.
        """
        compared = self._compare(who, purpose, path)
        return compared if isinstance(compared, Refusal) else compared.differences

    def apply(self, who: Identity, purpose: str, path: Path, digest: str) -> Differences | Refusal:
        """Take the file at `path` over, all or nothing, as `preview` said under `digest`.

        Raises
        ------
        InputFileError
            A line does not hold what was expected.
        StaleVersionError
            The file or the choices here have changed since the preview.
        """
        compared = self._compare(who, purpose, path)
        if isinstance(compared, Refusal):
            return compared
        if compared.differences.digest != digest:
            raise StaleVersionError(
                "the file or the choices here have changed since the preview: look at it again"
            )

        def work(granted: Mapping[Action, Pass]) -> Differences:
            under = [(granted[action_of(event)].entry, event) for event in compared.events]
            self._ledger.append_under(under, at=self._clock(), versions=compared.versions)
            return compared.differences

        about = "opt-out register taken over"
        answer = answer_all(self._door, who, purpose, compared.events, about, work)
        if not isinstance(answer, Refusal):
            self._react()
        return answer

    def _compare(self, who: Identity, purpose: str, path: Path) -> _Compared | Refusal:
        file = read_register(path, self._today())
        persons = self._persons_of(file)
        named = tuple(dict.fromkeys(persons.values()))
        action = Action.READ_CHOICES if named else Action.REGISTER_PERSON
        ask = Ask(who, purpose, action, named, about="opt-out register compared")

        def work(_granted: Pass) -> _Compared | Refusal:
            if purpose != Purpose.QUALITY:
                return WRONG_PURPOSE
            return self._compared(who, file, persons)

        return self._door.answer(ask, work)

    def _compared(self, who: Identity, file: RegisterFile, persons: Mapping[int, str]) -> _Compared:
        births = self._persons.births(set(persons.values()))
        versions, profiles = self._ledger.versions(), self._ledger.profiles()
        effects: dict[int, Effect] = {}
        events: list[ConsentEvent] = []
        for line in file.lines:
            person = persons.get(line.line)
            if person is None:
                effects[line.line] = Effect.UNKNOWN
                continue
            event = self._event(who, file, line, person, births[person])
            before = profiles.get(person, Profile())
            effect = effect_of(event, line, before, None)
            if effect is Effect.LIFTED:
                effect = effect_of(event, line, before, self._stricter_day(person, line))
            effects[line.line] = effect
            if effect in {Effect.LIMITED, Effect.LIFTED}:
                events.append(event)
        rests_on = [(line, person, versions.get(person, 0)) for line, person in persons.items()]
        differences = Differences(
            counts=Counter(effects.values()),
            unknown=_lines_with(effects, Effect.UNKNOWN),
            kept=_lines_with(effects, Effect.KEPT),
            digest=state_digest(file, rests_on),
        )
        expected = {event.person: versions.get(event.person, 0) for event in events}
        return _Compared(differences, tuple(events), expected)

    def _event(
        self, who: Identity, file: RegisterFile, line: RegisterLine, person: str, born: date
    ) -> ConsentEvent:
        is_of_age = age_years(born, line.on) >= self._age_of_consent_years
        event = event_of(
            line,
            person,
            by=who.identifier,
            digest=file.digest,
            capacity=Capacity.SELF if is_of_age else Capacity.GUARDIAN,
        )
        if isinstance(event, LimitedToOwnTreatment) and not is_of_age:
            years = self._age_of_consent_years
            problem = f"nobody enters the register under `{years}` years, expected a later date"
            raise InputFileError(file.path, problem, line.line)
        return event

    def _stricter_day(self, person: str, line: RegisterLine) -> date | None:
        """Return the day of the newest choice here that a lift by `line` would undo."""
        days = [
            day_of(recorded.event, recorded.at.astimezone(self._zone).date())
            for recorded in self._ledger.events_of(person)
            if _restricts(recorded.event, line)
        ]
        return days[-1] if days else None

    def _persons_of(self, file: RegisterFile) -> dict[int, str]:
        """Return the person number behind each line, by line; unknown people left out.

        Raises
        ------
        InputFileError
            Two lines name the same person in two ways.
        """
        cprs = {line.name for line in file.lines if line.name.isdigit()}
        numbers = self._persons.numbers_of_cprs(cprs)
        known = self._persons.births({line.name for line in file.lines} - cprs)
        numbers.update((number, number) for number in known)
        persons = {line.line: numbers[line.name] for line in file.lines if line.name in numbers}
        seen: dict[tuple[str, str | None], int] = {}
        for line in file.lines:
            if line.line in persons:
                first = seen.setdefault((persons[line.line], line.level), line.line)
                if first != line.line:
                    problem = f"the person of line `{first}` again, under another number"
                    raise InputFileError(file.path, problem, line.line)
        return persons

    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()


def _restricts(event: ConsentEvent, line: RegisterLine) -> bool:
    """Say whether `event` restricts what `line` would open."""
    if line.level is None:
        return isinstance(event, LimitedToOwnTreatment)
    return isinstance(event, ResearchUseRefused) and event.level.rank <= line.level.rank


def _lines_with(effects: Mapping[int, Effect], wanted: Effect) -> tuple[int, ...]:
    return tuple(line for line, effect in effects.items() if effect is wanted)
