"""What the gate needs to know of a research permit; `research` keeps them and answers here."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from kerne.consent.events import ResearchLevel
from kerne.people.asking import Purpose


@dataclass(frozen=True, slots=True)
class PermitFacts:
    """The facts of one permit that rules are about.

    Parameters
    ----------
    project
        The research project.
    purpose
        Research or statistics: what the data may be used for.
    ethics_approved
        A research ethics committee has approved the project.
    active_from
        First local day on which the permit holds.
    expires
        First local day on which it holds no longer.
    users
        Identifiers of the identities named in it.
    level
        The most that it lets them ask.
    """

    project: str
    purpose: Purpose
    ethics_approved: bool
    active_from: date
    expires: date
    users: frozenset[str]
    level: ResearchLevel


class PermitRegister(Protocol):
    """Where permits are kept; implemented by `research.ledger`."""

    def facts(self, project: str) -> PermitFacts | None:
        """Return the facts of the permit of `project` as they are now; `None` without one."""
        ...


class NoPermits:
    """The register of a centre that has issued none."""

    def facts(self, project: str) -> PermitFacts | None:  # noqa: ARG002  there is nothing to look up
        """Return `None`: there are no permits."""
        return None
