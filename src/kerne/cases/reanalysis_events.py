"""What happens to a case after its ranking: it is looked at again, and somebody is told."""

from dataclasses import dataclass, field
from enum import StrEnum

from kerne.database.history import SEALED
from kerne.interpretation.candidate import Classification
from kerne.interpretation.criteria.overrides import Override
from kerne.interpretation.secondary import FindingClass
from kerne.interpretation.structural.curating import CopyEntry


class Done(StrEnum):
    """What was done about a re-contact task."""

    TOLD = "told"
    NOTHING_FOLLOWS = "nothing-follows"
    NOT_REACHED = "not-reached"
    NOT_WANTED = "not-wanted"


@dataclass(frozen=True, slots=True)
class CaseReanalysed:
    """A case was held against other releases than before.

    Parameters
    ----------
    ranking
        The SHA-256 of the ranking that it was compared with.
    releases
        Knowledge that it was held against.
    news
        How many candidates are worth reading now and were not before.
    document
        The SHA-256 of the news as they are kept; `None` without any.
    """

    case: str
    person: str
    ranking: str
    releases: tuple[str, ...]
    news: int
    document: str | None = None


@dataclass(frozen=True, slots=True)
class RecontactOpened:
    """What an issued answer says is not what would be said now: somebody is to look at it.

    Parameters
    ----------
    task
        1 for the first of its case.
    alleles
        The variants that it is about.
    was, now
        In words: the class or conclusion of the answer, and what it would be now.
    reasons
        What in the releases makes the difference, in words.
    listed
        The genes that make it a secondary finding, with their class: it is shown while all are
        open. Empty for one that belongs to the clinical question.
    is_revision
        Whether the hospital itself revised its class, rather than a look at new releases.
    """

    case: str
    person: str
    task: int
    gene: str = field(metadata=SEALED)
    disease: str = field(metadata=SEALED)
    alleles: tuple[str, ...] = field(metadata=SEALED)
    was: str = field(metadata=SEALED)
    now: str = field(metadata=SEALED)
    reasons: tuple[str, ...] = field(metadata=SEALED)
    listed: dict[str, FindingClass] = field(metadata=SEALED)
    is_revision: bool = False


@dataclass(frozen=True, slots=True)
class ClassificationRevised:
    """A hospital revised what it had signed of a variant, for a reason.

    `overrides` and `copies` are judged beside those of the signed answer, which stays as it is.
    """

    case: str
    person: str
    by: str
    allele: str = field(metadata=SEALED)
    gene: str = field(metadata=SEALED)
    disease: str = field(metadata=SEALED)
    was: Classification = field(metadata=SEALED)
    classification: Classification = field(metadata=SEALED)
    reason: str = field(metadata=SEALED)
    overrides: tuple[Override, ...] = field(default=(), metadata=SEALED)
    copies: tuple[CopyEntry, ...] = field(default=(), metadata=SEALED)


@dataclass(frozen=True, slots=True)
class RecontactClosed:
    """A geneticist closed a task and says what was done."""

    case: str
    person: str
    task: int
    by: str
    done: Done = field(metadata=SEALED)
    note: str = field(metadata=SEALED)


ReanalysisEvent = CaseReanalysed | RecontactOpened | RecontactClosed | ClassificationRevised

REANALYSIS_EVENTS: tuple[type[ReanalysisEvent], ...] = (
    CaseReanalysed,
    RecontactOpened,
    RecontactClosed,
    ClassificationRevised,
)
