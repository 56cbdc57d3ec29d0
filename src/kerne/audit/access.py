"""One time that somebody asked for a person's data, as that person is told of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from kerne.audit.checkpoint import Checkpoint
from kerne.audit.entry import Outcome, Verdict
from kerne.audit.finding import Found
from kerne.people.asking import Action, Role


@dataclass(frozen=True, slots=True)
class Access:
    """One time that somebody asked for a person's data.

    Parameters
    ----------
    number
        Of the audit entry; with it the access can be proved.
    at
        UTC.
    who, organisation, roles
        The asker.
    purpose, action, about, project, reason
        What was asked and why, `purpose` and `reason` as the asker typed them.
    verdict, rules
        What was decided, and by which rules.
    outcome
        How it ended; `None` for a refusal and while it is under way.
    counter
        1-based running number among the accesses that name the person; `None` for a collective
        one, in which the person was one of many.
    law
        The paragraphs that the rules render.
    is_told
        The law has the person told of it: the written exception, or a relative's essential regard.
    is_late
        Whether it was recorded in the second log first, because the audit could not be written.
    """

    number: int
    at: datetime
    who: str
    organisation: str | None
    roles: tuple[Role, ...]
    purpose: str
    action: Action
    about: str
    project: str | None
    reason: str | None
    verdict: Verdict
    rules: tuple[str, ...]
    outcome: Outcome | None
    counter: int | None
    law: tuple[str, ...]
    is_late: bool
    is_told: bool

    @property
    def is_collective(self) -> bool:
        """Whether the person was counted among others and not named."""
        return self.counter is None


@dataclass(frozen=True, slots=True)
class CitizenLog:
    """Who asked for a person's data, oldest first, and the document that proves it.

    The reading of the log is the last access by name. `checkpoint` covers everything that is
    shown; whoever keeps it, or the document, finds a later roll-back.
    """

    accesses: tuple[Access, ...]
    checkpoint: Checkpoint
    document: str


def access_of(found: Found, telling: Collection[str] = ()) -> Access:
    """Return what a person may see of an intent.

    Parameters
    ----------
    telling
        Names of the rules under which the person is told of each use.
    """
    entry, intent, personal = found.entry, found.entry.intent, found.personal
    return Access(
        number=entry.number,
        at=entry.at,
        who=intent.who,
        organisation=intent.organisation,
        roles=intent.roles,
        purpose=personal.said,
        action=intent.action,
        about=intent.about,
        project=intent.project,
        reason=personal.reason,
        verdict=intent.verdict,
        rules=intent.rules,
        outcome=found.outcome,
        counter=personal.counter,
        law=intent.law,
        is_late=entry.late is not None,
        is_told=intent.verdict is Verdict.PERMITTED and not set(telling).isdisjoint(intent.rules),
    )
