"""What a geneticist does when a release is new: look at all cases again, read, tell, close.

Every case is asked for at the gate by itself, and so is each relative whose genome helped to read
it: the choices as they are now decide. A run tells only which cases have something new; what it is
stands sealed, and is read by those who treat the patient.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from cattrs.errors import BaseValidationError

from kerne.cases.actions import Cases
from kerne.cases.answers.document import canonical_json, read_document
from kerne.cases.case import Case, Stage
from kerne.cases.inputs import KeptBasis
from kerne.cases.looking import Looker
from kerne.cases.reanalysis import (
    KeptNews,
    Reanalysis,
    Task,
    close_recontact,
    reanalyse_case,
)
from kerne.cases.reanalysis_events import Done, ReanalysisEvent, RecontactOpened
from kerne.cases.showing import Showing
from kerne.errors import CaseError, InterpretationError, PhenotypeError, StaleVersionError
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.reanalysis.news import News
from kerne.people.asking import Action, Ask, Door, Identity, Pass, Refusal

T = TypeVar("T")

_RANKED: Final = (Stage.RANKED, Stage.JUDGED, Stage.SIGNED, Stage.ISSUED)


class Outcome(StrEnum):
    """How a look at one case ended."""

    NOTHING_NEW = "nothing new"
    NEW = "new"
    REFUSED = "refused"
    TO_INTERPRET = "to be interpreted again"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LookedAt:
    """One case of a run.

    Parameters
    ----------
    news, tasks
        How many candidates are new, and how many re-contact tasks were opened.
    words
        Why it was refused or failed; empty otherwise.
    lacks
        What could not be looked at because the case does not keep it; empty when there is nothing.
    """

    case: str
    outcome: Outcome
    news: int = 0
    tasks: int = 0
    words: str = ""
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class CaseNews:
    """One piece of news of a case."""

    case: str
    person: str
    news: News


@dataclass(frozen=True, slots=True)
class CaseTask:
    """One open re-contact task of a case."""

    case: str
    person: str
    task: Task


@dataclass(frozen=True, slots=True)
class Reanalyses:
    """The acts on cases whose knowledge has moved on; their parts are those of the other acts."""

    parts: Cases

    def reanalyse(self, who: Identity, purpose: str) -> Iterator[LookedAt]:
        """Hold every ranked case against the knowledge at hand, unless it was already.

        A run that was cut off goes on where it stopped. One case that fails stops no other.
        """
        knowledge = self.parts.knowledge()
        done = self.parts.ledger.reanalyses.held_against(knowledge.labels)
        for line in self.parts.ledger.lines():
            if line.stage in _RANKED and line.number not in done:
                yield self._look_at(who, purpose, line.number, knowledge)

    def news(self, who: Identity, purpose: str) -> tuple[CaseNews, ...]:
        """Return what is new in the cases that the asker may interpret, since their ranking."""
        found = list[CaseNews]()
        for number in self.parts.ledger.reanalyses.with_news():
            told = self._ask(who, purpose, Action.INTERPRET, number, self._told)
            if not isinstance(told, Refusal):
                found += told
        return tuple(found)

    def tasks(self, who: Identity, purpose: str) -> tuple[CaseTask, ...]:
        """Return the open tasks of the patients whom the asker treats and who want to hear."""
        found = list[CaseTask]()
        for number in self.parts.ledger.reanalyses.with_open_tasks():
            tasks = self._ask(who, purpose, Action.RECONTACT, number, self._open_tasks)
            if not isinstance(tasks, Refusal):
                found += tasks
        return tuple(found)

    def close(
        self, who: Identity, purpose: str, case: str, task: int, done: Done, note: str
    ) -> Reanalysis | Refusal:
        """Close a task with what was done about it.

        Raises
        ------
        CaseError
            There is no such task, it is closed already, or no note says what was done.
        """

        def work(grant: Pass) -> Reanalysis:
            state, past = self.parts.ledger.case(case), self.parts.ledger.reanalyses.read(case)
            event = close_recontact(state, past, task, who.identifier, done, note)
            self._append(case, past, [event], grant)
            return self.parts.ledger.reanalyses.read(case)

        return self._gate.answer(self._asked(who, purpose, Action.RECONTACT, case), work)

    def _look_at(self, who: Identity, purpose: str, case: str, knowledge: Knowledge) -> LookedAt:
        def work(grant: Pass) -> LookedAt | Refusal:
            return self._look(
                self._looker(who, purpose, knowledge), self.parts.ledger.case(case), grant
            )

        try:
            seen = self._gate.answer(self._asked(who, purpose, Action.REANALYSE, case), work)
        except (CaseError, InterpretationError, PhenotypeError) as error:
            return LookedAt(case, Outcome.FAILED, words=str(error))
        except StaleVersionError:  # another run has looked at it meanwhile: that look stands
            return LookedAt(case, Outcome.NOTHING_NEW)
        if isinstance(seen, Refusal):
            return LookedAt(case, Outcome.REFUSED, words="; ".join(seen.reasons))
        return seen

    def _look(self, looker: Looker, case: Case, grant: Pass) -> LookedAt | Refusal:
        past = self.parts.ledger.reanalyses.read(case.number)
        basis = self._basis(case)
        if basis is None:
            return LookedAt(case.number, Outcome.TO_INTERPRET)
        told = [each.news for each in self._kept_news(case, past)]
        found = looker.look(case, basis, told)
        if isinstance(found, Refusal):
            return found
        document = None
        if found.news:
            document = self.parts.ledger.keep_document(case, canonical_json(found.news))
        events = reanalyse_case(case, past, looker.knowledge.labels, found, document)
        self._append(case.number, past, events, grant)
        tasks = sum(isinstance(each, RecontactOpened) for each in events)
        outcome = Outcome.NEW if found.news or tasks else Outcome.NOTHING_NEW
        lacks = basis.basis.lacks
        return LookedAt(case.number, outcome, len(found.news), tasks, lacks=lacks)

    def _basis(self, case: Case) -> KeptBasis | None:
        """Return what the ranking rests on; `None` when this version cannot read it."""
        if case.ranking is None or case.ranking.basis is None:
            return None
        content = self.parts.ledger.document(case.number, case.ranking.basis)
        try:
            return read_document(content, KeptBasis)
        except BaseValidationError:  # kept by another version of the program
            return None

    def _kept_news(self, case: Case, past: Reanalysis) -> list[KeptNews]:
        if case.ranking is None:
            return []
        return [
            each
            for digest in past.told(case.ranking.document)
            for each in read_document(
                self.parts.ledger.document(case.number, digest), tuple[KeptNews, ...]
            )
        ]

    def _told(self, case: Case, past: Reanalysis) -> list[CaseNews]:
        disclosure = self._showing.disclosure(case)
        return [
            CaseNews(case.number, case.person, each.news)
            for each in self._kept_news(case, past)
            if disclosure.shows(each.listed)
        ]

    def _open_tasks(self, case: Case, past: Reanalysis) -> list[CaseTask]:
        disclosure = self._showing.disclosure(case)
        return [
            CaseTask(case.number, case.person, each)
            for each in past.open_tasks
            if disclosure.shows(each.opened.listed)
        ]

    def _ask(
        self,
        who: Identity,
        purpose: str,
        action: Action,
        case: str,
        read: Callable[[Case, Reanalysis], list[T]],
    ) -> list[T] | Refusal:
        def work(_grant: Pass) -> list[T]:
            return read(self.parts.ledger.case(case), self.parts.ledger.reanalyses.read(case))

        return self._gate.answer(self._asked(who, purpose, action, case), work)

    def _asked(self, who: Identity, purpose: str, action: Action, case: str) -> Ask:
        person = self.parts.ledger.line(case).person
        return Ask(who, purpose, action, (person,), about=f"case {case}")

    def _append(
        self, case: str, past: Reanalysis, events: Sequence[ReanalysisEvent], grant: Pass
    ) -> None:
        self.parts.ledger.reanalyses.history.append(
            case, past.version, events, entry=grant.entry, at=self.parts.clock()
        )

    def _looker(self, who: Identity, purpose: str, knowledge: Knowledge) -> Looker:
        return Looker(
            gate=self._gate,
            showing=self._showing,
            register=self.parts.register,
            kin=self.parts.kin,
            genomes=self.parts.genomes,
            assembly=self.parts.assembly,
            marks=self.parts.marks,
            knowledge=knowledge,
            who=who,
            purpose=purpose,
        )

    @property
    def _gate(self) -> Door:
        return self.parts.gate

    @property
    def _showing(self) -> Showing:
        return Showing(self.parts.ledger, self.parts.findings)
