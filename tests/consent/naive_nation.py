"""A nation as sets: what each question must be answered, told as plainly as possible.

The oracle of the state machines (`test_machine.py` here, `validation/consent_machine.py` at full
size). It knows no bitmap, no epoch and no cache: each answer is computed from every person's words
and dates. A step is a tuple of plain values, so that a history can be printed, cut and replayed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Final

Step = tuple[Any, ...]  # Any: the name of the step, then its own plain values

LEVELS: Final = ("allele-frequency", "subject-query", "secondary-use")
ALLELE, SUBJECT = 1, 2
REFUSED: Final = "refused"
ERROR: Final = "error"
DONE: Final = "done"
START: Final = date(2026, 1, 1)
CARRIER_EVERY: Final = 3
"""Every third row carries the allele that is counted."""


@dataclass(frozen=True)
class Law:
    """What differs between countries, as far as the machine goes."""

    own_choices_from: int
    silence_allows: bool
    guardians_yes_ends: int | None


LAWS: Final = {"denmark": Law(15, True, None), "norland": Law(16, False, 18)}


@dataclass
class Citizen:
    """One person: their words, their genomes, and who decides for them as a child."""

    number: str
    born: date
    guardian: str | None
    consent: str | None = None
    limited: bool = False
    words: list[bool | None] = field(default_factory=lambda: [None, None, None])
    said_by: str | None = None
    blocked: bool = False
    rows: set[int] = field(default_factory=set)

    def age(self, on: date) -> int:
        """Return the age in whole years."""
        had_birthday = (on.month, on.day) >= (self.born.month, self.born.day)
        return on.year - self.born.year - (0 if had_birthday else 1)


@dataclass
class Permit:
    """A project's permit, first and last day included."""

    level: int
    first: date
    last: date
    revoked: bool = False
    cuts: list[set[int]] = field(default_factory=list)


@dataclass
class NaiveNation:
    """Everyone, as sets; `apply` takes a step and returns what it must be answered."""

    law: Law
    citizens: dict[str, Citizen]
    day: date = START
    permits: dict[str, Permit] = field(default_factory=dict)
    used_rows: set[int] = field(default_factory=set)

    def apply(self, step: Step) -> object:
        """Take one step of the nation's history."""
        steps: dict[str, Callable[..., object]] = {
            "choose": self._choose,
            "row": self._row,
            "retire": self._retire,
            "permit": self._permit,
            "revoke": self._revoke,
            "cut": self._cut,
            "day": self._move,
            "ask": self.answer,
        }
        return steps[step[0]](*step[1:])

    def answer(self, question: Step) -> object:
        """Return what a question must be answered now."""
        questions: dict[str, Callable[..., object]] = {
            "rows": self._rows_for,
            "research": self._research_rows,
            "count": self._count,
            "choices": self._choices,
            "genome": self._genome,
        }
        return questions[question[0]](*question[1:])

    def _allows(self, citizen: Citizen, purpose: str, level: int) -> bool:
        if citizen.consent is None:
            return False
        if citizen.limited:
            return False
        if purpose not in {"research", "statistics"}:
            return True
        ends = self.law.guardians_yes_ends
        if citizen.said_by == "guardian" and ends is not None and citizen.age(self.day) >= ends:
            return False
        word = citizen.words[level - 1]
        return self.law.silence_allows if word is None else word

    def population(self, purpose: str, level: int) -> set[int]:
        """Return the newest row of each person who allows this."""
        return {
            max(citizen.rows)
            for citizen in self.citizens.values()
            if citizen.rows and self._allows(citizen, purpose, level)
        }

    def _rows_for(self, purpose: str) -> object:
        return self.population(purpose, ALLELE)

    def _may_research(self, project: str, level: int) -> bool:
        permit = self.permits.get(project)
        return (
            permit is not None
            and not permit.revoked
            and permit.first <= self.day <= permit.last
            and permit.level >= level
        )

    def _research_rows(self, project: str, level: int) -> object:
        if not self._may_research(project, level):
            return REFUSED
        return self.population("research", level)

    def _count(self, project: str, cut: int | None) -> object:
        level = ALLELE if cut is None else SUBJECT
        if not self._may_research(project, level):
            return REFUSED
        rows = self.population("research", level)
        if cut is not None:
            cuts = self.permits[project].cuts
            if cut >= len(cuts):
                return ERROR
            rows &= cuts[cut]
        return (len(rows), sum(1 for row in rows if row % CARRIER_EVERY == 0))

    def _choices(self, asker: str, person: str) -> object:
        citizen = self.citizens[person]
        is_of_age = citizen.age(self.day) >= self.law.own_choices_from
        if asker == person:
            return DONE if is_of_age else REFUSED
        return DONE if citizen.guardian == asker and not is_of_age else REFUSED

    def _genome(self, person: str) -> object:
        citizen = self.citizens[person]
        if citizen.consent is None or citizen.blocked:
            return REFUSED
        return set(citizen.rows)

    def signer(self, person: str) -> str:
        """Return as what a form about `person` is signed today."""
        citizen = self.citizens[person]
        is_of_age = citizen.age(self.day) >= self.law.own_choices_from
        return "self" if is_of_age else "guardian"

    def _choose(self, person: str, kind: str, level: int, document: str) -> object:
        citizen = self.citizens[person]
        if kind == "limit" and self.signer(person) == "guardian":
            return REFUSED
        if kind in {"refuse", "allow"}:
            words = list(citizen.words)
            changed = range(level - 1, 3) if kind == "refuse" else range(level)
            for index in changed:
                words[index] = kind == "allow"
            if (words, self.signer(person)) == (citizen.words, citizen.said_by):
                return ERROR
            citizen.words, citizen.said_by = words, self.signer(person)
            return DONE
        name, wanted = {
            "consent": ("consent", document),
            "withdraw": ("consent", None),
            "limit": ("limited", True),
            "lift": ("limited", False),
            "block": ("blocked", True),
            "unblock": ("blocked", False),
        }[kind]
        if getattr(citizen, name) == wanted:
            return ERROR
        setattr(citizen, name, wanted)
        return DONE

    def _row(self, person: str, row: int) -> object:
        self.citizens[person].rows.add(row)
        self.used_rows.add(row)
        return DONE

    def _retire(self, row: int) -> object:
        if row not in self.used_rows:
            return ERROR
        for citizen in self.citizens.values():
            citizen.rows.discard(row)
        return DONE

    def _permit(self, project: str, level: int, first: date, last: date) -> object:
        self.permits[project] = Permit(level, first, last)
        return DONE

    def _revoke(self, project: str) -> object:
        permit = self.permits.get(project)
        if permit is None or permit.revoked:
            return ERROR
        permit.revoked = True
        return DONE

    def _cut(self, project: str) -> object:
        if not self._may_research(project, SUBJECT):
            return REFUSED
        rows = self.population("research", SUBJECT)
        self.permits[project].cuts.append(rows)
        return len(rows)

    def _move(self, days: int) -> object:
        self.day += timedelta(days=days)
        return DONE


def nation_of(law: Law, people: int) -> NaiveNation:
    """Return `people` citizens; every fourth is a child of the one before, soon to grow up."""
    citizens = {}
    for index in range(people):
        number = f"P-{index + 1:06d}"
        is_child = index % 4 == 3
        years = law.own_choices_from - index % 3 if is_child else 30 + index
        if is_child and index % 8 == 7 and law.guardians_yes_ends is not None:
            years = law.guardians_yes_ends - index % 3
        born = date(START.year - years, 1 + index % 12, 1 + index % 28)
        guardian = f"P-{index:06d}" if is_child else None
        citizens[number] = Citizen(number, born, guardian)
    return NaiveNation(law, citizens)


KINDS: Final = (
    *("consent", "consent", "withdraw", "refuse", "refuse", "allow", "allow"),
    *("limit", "lift", "block", "unblock"),
)


def steps_of(random: Random, nation: NaiveNation, rows: dict[str, list[int]]) -> Iterator[Step]:
    """Yield random steps for ever; `nation` is moved along by who applies them.

    Parameters
    ----------
    rows
        Rows that each person can still be given.
    """
    people = list(nation.citizens)
    number = 0
    while True:
        number += 1
        person = random.choice(people)
        choose = ("choose", person, random.choice(KINDS), random.randint(1, 3), f"D-{number}")
        question = _question(random, nation, person)
        dice = random.random()
        change = _change(random, nation, rows[person], choose)
        if dice < 0.40:
            yield ("ask", question)
        elif dice < 0.50:
            yield ("held", question, change)
        elif dice < 0.58:
            yield ("race", question, change)
        elif dice < 0.86:
            yield choose
        elif dice < 0.90 and rows[person]:
            yield ("row", person, rows[person].pop())
        elif dice < 0.92 and nation.used_rows:
            yield ("retire", random.choice(sorted(nation.used_rows)))
        else:
            yield _outward(random, nation, number)


def _change(random: Random, nation: NaiveNation, rows: list[int], choose: Step) -> Step:
    """Return a step that may meet a question."""
    dice = random.random()
    if dice < 0.10 and nation.permits:
        return ("revoke", _project(random, nation))
    if dice < 0.20 and nation.used_rows:
        return ("retire", random.choice(sorted(nation.used_rows)))
    if dice < 0.30 and rows:
        return ("row", choose[1], rows.pop())
    return choose


def _outward(random: Random, nation: NaiveNation, number: int) -> Step:
    """Return a step of research, or of time."""
    dice = random.random()
    if dice < 0.35 or not nation.permits:
        first = nation.day + timedelta(days=random.randint(-5, 5))
        last = first + timedelta(days=random.randint(5, 90))
        return ("permit", f"PRJ-{number:04d}", random.randint(1, 3), first, last)
    project = _project(random, nation)
    if dice < 0.45:
        return ("revoke", project)
    if dice < 0.70:
        return ("cut", project)
    return ("day", random.randint(1, 20))


def _project(random: Random, nation: NaiveNation) -> str:
    return random.choice(list(nation.permits)[-4:]) if nation.permits else "PRJ-9999"


def _question(random: Random, nation: NaiveNation, person: str) -> Step:
    dice = random.random()
    project = _project(random, nation)
    if dice < 0.30:
        return ("rows", random.choice(["treatment-of-another", "statistics"]))
    if dice < 0.60:
        return ("research", project, random.choice([ALLELE, SUBJECT]))
    if dice < 0.75:
        permit = nation.permits.get(project)
        cuts = 0 if permit is None else len(permit.cuts)
        return ("count", project, random.choice([None, *range(cuts)]))
    if dice < 0.88:
        return ("genome", person)
    guardian = nation.citizens[person].guardian
    return ("choices", random.choice([person, guardian or person]), person)
