"""What happens to a research project, from permit to outputs."""

from dataclasses import dataclass
from datetime import date

from kerne.consent.events import ResearchLevel


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
class QuestionAnswered:
    """A count was answered inside the workspace.

    `contig`, `start`, `end` are 0-based half-open. `genomes` is how many were counted, `carriers`
    how many of them carry an alternative allele there, `alleles` how many such alleles they carry
    together and `largest` how many of those one single genome carries. `population` is the
    digest of the counted rows.
    """

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


ResearchEvent = PermitIssued | PermitRevoked | QuestionAnswered | OutputReleased | OutputHeld
RESEARCH_EVENTS: tuple[type[ResearchEvent], ...] = (
    PermitIssued,
    PermitRevoked,
    QuestionAnswered,
    OutputReleased,
    OutputHeld,
)
