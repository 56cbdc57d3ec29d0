"""A research project as its history tells it, and what may happen to it next. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from kerne.errors import ResearchError
from kerne.research.events import (
    CutIssued,
    OutputHeld,
    OutputReleased,
    PermitIssued,
    PermitRevoked,
    QuestionAnswered,
    ResearchEvent,
)

_PROJECT: Final = re.compile(r"[A-Z]{1,8}-[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Permit:
    """The present state of a project.

    `version` is the number of events behind it, 0 for a project that does not exist.
    """

    project: str
    version: int = 0
    issued: PermitIssued | None = None
    revoked: bool = False
    cuts: tuple[CutIssued, ...] = ()
    questions: tuple[QuestionAnswered, ...] = ()
    released: frozenset[str] = frozenset()

    def is_active(self, on: date) -> bool:
        """Say whether questions may be asked on the local date `on`."""
        if self.issued is None or self.revoked:
            return False
        return self.issued.first_day <= on <= self.issued.last_day

    def question(self, number: str) -> QuestionAnswered:
        """Return the answered question `number`.

        Raises
        ------
        ResearchError
            The project has no such question.
        """
        for question in self.questions:
            if question.question == number:
                return question
        raise ResearchError(f"project `{self.project}` has no answered question `{number}`")

    def cut(self, number: str) -> CutIssued:
        """Return the cut `number`.

        Raises
        ------
        ResearchError
            The project was issued no such cut.
        """
        for cut in self.cuts:
            if cut.cut == number:
                return cut
        raise ResearchError(f"project `{self.project}` has no such cut; expected one of its own")


def fold(project: str, events: Iterable[ResearchEvent]) -> Permit:
    """Replay the history of `project` into its present state."""
    permit = Permit(project)
    for event in events:
        permit = replace(_after(permit, event), version=permit.version + 1)
    return permit


def _after(permit: Permit, event: ResearchEvent) -> Permit:
    match event:
        case PermitIssued():
            return replace(permit, issued=event)
        case PermitRevoked():
            return replace(permit, revoked=True)
        case CutIssued():
            return replace(permit, cuts=(*permit.cuts, event))
        case QuestionAnswered():
            return replace(permit, questions=(*permit.questions, event))
        case OutputReleased():
            return replace(permit, released=permit.released | {event.question})
        case OutputHeld():
            return permit


def issue(permit: Permit, terms: PermitIssued) -> PermitIssued:
    """Issue a permit to a project that has none.

    Raises
    ------
    ResearchError
        The project has one already, or the terms name no user, no ethics approval or no time.
    """
    if not _PROJECT.fullmatch(terms.project):
        raise ResearchError("a project has a number like `PRJ-0001`, and no name")
    if permit.issued is not None:
        raise ResearchError(f"project `{permit.project}` already has a permit")
    if not terms.users:
        raise ResearchError("a permit names its users; expected at least one")
    if not terms.ethics_reference:
        raise ResearchError("a permit names its ethics approval; expected its reference number")
    if terms.last_day < terms.first_day:
        raise ResearchError(
            f"a permit from `{terms.first_day}` to `{terms.last_day}` ends before it starts"
        )
    return terms


def revoke(permit: Permit, revoked_by: str) -> PermitRevoked:
    """End a permit before its term.

    Raises
    ------
    ResearchError
        There is none, or it is revoked already.
    """
    if permit.issued is None or permit.revoked:
        raise ResearchError(f"project `{permit.project}` has no permit that could be revoked")
    return PermitRevoked(permit.project, revoked_by)


def next_question(permit: Permit) -> str:
    """Return the number of the project's next question, `<project>/Q-1` for the first."""
    return f"{permit.project}/Q-{len(permit.questions) + 1}"


def next_cut(permit: Permit) -> str:
    """Return the number of the project's next cut, `<project>/C-1` for the first."""
    return f"{permit.project}/C-{len(permit.cuts) + 1}"


def check_question(project: str, number: str) -> None:
    """Check that `number` has the form of the project's questions; whether it exists is not said.

    Raises
    ------
    ResearchError
        It has another form.
    """
    if not re.fullmatch(rf"{re.escape(project)}/Q-[0-9]{{1,9}}", number):
        raise ResearchError("a question has the number of its project and its own: `PRJ-0001/Q-1`")


def check_cut(project: str, number: str) -> None:
    """Check that `number` has the form of the project's cuts; whether it exists is not said.

    Raises
    ------
    ResearchError
        It has another form.
    """
    if not re.fullmatch(rf"{re.escape(project)}/C-[0-9]{{1,9}}", number):
        raise ResearchError("a cut has the number of its project and its own: `PRJ-0001/C-1`")
