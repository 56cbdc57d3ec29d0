"""What happens to a research project, from permit to outputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final

from kerne.consent.events import ResearchLevel
from kerne.database.history import Upcaster


@dataclass(frozen=True, slots=True)
class PermitIssued:
    """An ethics-approved project may ask questions for a time, through named users.

    `first_day` and `last_day` are local days, both included.
    """

    project: str
    title: str
    level: ResearchLevel
    users: tuple[str, ...]
    ethics_reference: str
    first_day: date
    last_day: date
    issued_by: str


@dataclass(frozen=True, slots=True)
class PermitRevoked:
    """The permit ended before its term."""

    project: str
    revoked_by: str


@dataclass(frozen=True, slots=True)
class CutIssued:
    """A project was issued a cut: the rows that it could ask single subjects about at that moment.

    `genomes` is how many they were and `population` their digest. What is asked over a cut is
    answered for those of them whose choices still allow it.
    """

    project: str
    cut: str
    issued_by: str
    genomes: int
    population: str


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    """A count was answered inside the workspace, over everyone or over the project's `cut`.

    `contig`, `start`, `end` are 0-based half-open. `genomes` is how many were counted, `carriers`
    how many of them carry an alternative allele there, `alleles` how many such alleles they carry
    together and `largest` how many of those one single genome carries. `population` is the
    digest of the counted rows.
    """

    type_version: ClassVar[int] = 2

    project: str
    question: str
    asked_by: str
    gene: str
    contig: str
    start: int
    end: int
    genomes: int
    carriers: int
    alleles: int
    largest: int
    population: str
    cut: str | None = None


@dataclass(frozen=True, slots=True)
class OutputReleased:
    """The airlock let the answer to a question out."""

    project: str
    question: str


@dataclass(frozen=True, slots=True)
class OutputHeld:
    """The airlock kept an answer in; `checks` names the checks that it failed."""

    project: str
    question: str
    checks: tuple[str, ...]


ResearchEvent = (
    PermitIssued | PermitRevoked | CutIssued | QuestionAnswered | OutputReleased | OutputHeld
)
RESEARCH_EVENTS: tuple[type[ResearchEvent], ...] = (
    PermitIssued,
    PermitRevoked,
    CutIssued,
    QuestionAnswered,
    OutputReleased,
    OutputHeld,
)


def _over_everyone(body: dict[str, Any]) -> dict[str, Any]:  # Any: the body of an event is JSON
    """Bring a question of version 1 up: there were no cuts."""
    return body | {"cut": None}


UPCASTERS: Final[Mapping[tuple[str, int], Upcaster]] = {
    (QuestionAnswered.__name__, 1): _over_everyone
}
"""Bring stored events up to the fields that they have now."""
