"""What became of a case after its ranking: fold its events to a state, decide the next ones.

Pure. A case is unsolved while no variant stands judged as the cause. What is new for it is told
with reasons. Where an answer was issued already, what is new and what is classed otherwise become
tasks, in the same step in which it is noticed, so that no answer changes in silence.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kerne.cases.case import Case, Stage, ranking_of
from kerne.cases.events import Bearing, VariantClassified
from kerne.cases.reanalysis_events import (
    CaseReanalysed,
    ClassificationRevised,
    Done,
    ReanalysisEvent,
    RecontactClosed,
    RecontactOpened,
)
from kerne.database.history import Recorded
from kerne.errors import CaseError
from kerne.interpretation.candidate import Classification
from kerne.interpretation.reanalysis.news import News
from kerne.interpretation.secondary import FindingClass

NO_CANDIDATE = "no candidate any more"
"""What is said of a judged variant whose gene is linked to no disease now."""


@dataclass(frozen=True, slots=True)
class Task:
    """A re-contact task; `closed` is `None` while it is open."""

    opened: RecontactOpened
    opened_at: datetime
    closed: RecontactClosed | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """What a hospital says now of a variant that its signed answer classified, and since when."""

    said: ClassificationRevised
    at: datetime

    @property
    def about(self) -> tuple[str, str, str]:
        """Its variant, gene and disease."""
        return self.said.allele, self.said.gene, self.said.disease


@dataclass(frozen=True, slots=True)
class Reanalysis:
    """What became of a case after its ranking; `version` is the number of its events.

    Parameters
    ----------
    looks, revisions
        Each look again, and each class that was revised, oldest first.
    """

    looks: tuple[CaseReanalysed, ...] = ()
    tasks: tuple[Task, ...] = ()
    version: int = 0
    revisions: tuple[Revision, ...] = ()

    def newest_class(self, about: tuple[str, str, str]) -> Classification | None:
        """Return the class that a variant was revised to last; `None` when it never was.

        Parameters
        ----------
        about
            Its variant, gene and disease.
        """
        found = (each.said for each in reversed(self.revisions) if each.about == about)
        return next((each.classification for each in found), None)

    def told(self, ranking: str) -> tuple[str, ...]:
        """Return the documents of the news that were told since `ranking`, oldest first."""
        since = (each for each in self.looks if each.ranking == ranking)
        return tuple(each.document for each in since if each.document is not None)

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        """The tasks that nobody closed."""
        return tuple(each for each in self.tasks if each.closed is None)


@dataclass(frozen=True, slots=True)
class KeptNews:
    """News as a case keeps it; `listed` as in `RecontactOpened`."""

    news: News
    listed: dict[str, FindingClass]


@dataclass(frozen=True, slots=True)
class ClassNow:
    """How a judged variant is classed now; `None` is no candidate any more.

    `clinvar` is ClinVar's class in words when it is another than before, else empty.
    """

    said: VariantClassified
    now: Classification | None
    clinvar: str
    reasons: tuple[str, ...]
    listed: dict[str, FindingClass]

    @property
    def words(self) -> str:
        """Its class now, in words."""
        words = NO_CANDIDATE if self.now is None else self.now.value
        return f"{words}; ClinVar: {self.clinvar}" if self.clinvar else words


@dataclass(frozen=True, slots=True)
class Found:
    """What a look again found: the news, and how each judged variant is classed now."""

    news: tuple[KeptNews, ...] = ()
    classes: tuple[ClassNow, ...] = ()


def fold_reanalysis(history: Iterable[Recorded[ReanalysisEvent]]) -> Reanalysis:
    """Fold what happened to one case after its ranking."""
    state = Reanalysis()
    for recorded in history:
        state = replace(_evolve(state, recorded), version=state.version + 1)
    return state


def _evolve(state: Reanalysis, recorded: Recorded[ReanalysisEvent]) -> Reanalysis:
    match recorded.event:
        case CaseReanalysed() as look:
            return replace(state, looks=(*state.looks, look))
        case RecontactOpened() as opened:
            return replace(state, tasks=(*state.tasks, Task(opened, recorded.at)))
        case ClassificationRevised() as revised:
            revision = Revision(revised, recorded.at)
            return replace(state, revisions=(*state.revisions, revision))
        case RecontactClosed() as closed:
            tasks = tuple(
                replace(each, closed=closed, closed_at=recorded.at)
                if each.opened.task == closed.task
                else each
                for each in state.tasks
            )
            return replace(state, tasks=tasks)


def is_unsolved(case: Case) -> bool:
    """Say whether nothing stands judged as the cause of the patient's disease."""
    return all(each.said.bearing is not Bearing.CAUSATIVE for each in case.judgements)


def is_answered(case: Case) -> bool:
    """Say whether an answer was signed, which speaks of what was known then."""
    return case.stage in {Stage.SIGNED, Stage.ISSUED}


def reanalyse_case(
    case: Case, state: Reanalysis, releases: Sequence[str], found: Found, document: str | None
) -> tuple[ReanalysisEvent, ...]:
    """Note a look again, and open a task for each thing that a signed answer did not say.

    Parameters
    ----------
    document
        The SHA-256 of the news as they are kept; `None` without any.

    Raises
    ------
    CaseError
        The candidates of the case were not ranked yet.
    """
    look = CaseReanalysed(
        case.number,
        case.person,
        ranking_of(case).document,
        tuple(releases),
        len(found.news),
        document,
    )
    if not is_answered(case):
        return (look,)
    tasks = [*_of_news(case, found.news), *_of_classes(case, state, found.classes)]
    first = len(state.tasks) + 1
    # INVARIANT: the look and its tasks are one step, so that no answer changes in silence.
    return (look, *(replace(each, task=number) for number, each in enumerate(tasks, first)))


def _of_news(case: Case, news: Iterable[KeptNews]) -> Iterator[RecontactOpened]:
    for kept in news:
        each = kept.news
        yield RecontactOpened(
            case=case.number,
            person=case.person,
            task=0,
            gene=each.gene,
            disease=each.disease,
            alleles=tuple(str(allele) for allele in each.alleles),
            was="no cause found",
            now=f"candidate: {each.disease_name or each.disease}, {each.mode}",
            reasons=tuple(map(str, each.reasons)),
            listed=kept.listed,
        )


def _of_classes(
    case: Case, state: Reanalysis, classes: Iterable[ClassNow]
) -> Iterator[RecontactOpened]:
    for each in classes:
        said = each.said
        if each.words == last_word(state, said):
            continue
        yield RecontactOpened(
            case=case.number,
            person=case.person,
            task=0,
            gene=said.gene,
            disease=said.disease,
            alleles=(said.allele,),
            was=last_word(state, said),
            now=each.words,
            reasons=each.reasons,
            listed=each.listed,
        )


def last_word(state: Reanalysis, said: VariantClassified) -> str:
    """Return the class that a judged variant had last, by its judgement or the newest task.

    What the points said then counts, and not the class that the geneticist gave for reasons of
    their own, then or by a revision: those stand.
    """
    about = (said.gene, said.disease, (said.allele,))
    words = [said.suggested.value]
    for task in state.tasks:
        opened = task.opened
        is_about = (opened.gene, opened.disease, opened.alleles) == about
        if is_about and not opened.is_revision:
            words.append(opened.now)
    return words[-1]


def close_recontact(
    case: Case, state: Reanalysis, task: int, by: str, done: Done, note: str
) -> RecontactClosed:
    """Close a task with what was done about it.

    Raises
    ------
    CaseError
        There is no such task, it is closed already, or no note says what was done.
    """
    found = next((each for each in state.tasks if each.opened.task == task), None)
    if found is None:
        raise CaseError(f"case `{case.number}` has no task `{task}`")
    if found.closed is not None:
        raise CaseError(f"task `{task}` of case `{case.number}` is closed already")
    if not note.strip():
        raise CaseError("a task is closed with a note: what was done, and what was said")
    return RecontactClosed(case.number, case.person, task, by, done, note.strip())
