"""What happens to a proposal of a custodian: it is made, and another custodian carries it out."""

from dataclasses import dataclass
from enum import StrEnum


class ErasureGround(StrEnum):
    """Why a person may be erased: a closed list.

    References
    ----------
    GDPR art. 17(1)(a), (b) and (e), and 17(3)(b): what the law obliges to keep is kept.
    """

    WRONG_REGISTRATION = "wrong-registration"
    RETENTION_EXPIRED = "retention-expired"
    AUTHORITY_DECISION = "authority-decision"


class TurnBackGround(StrEnum):
    """Why a project's pseudonym may be turned back into a person: a closed list.

    References
    ----------
    Regulation (EU) 2025/327 (EHDS) art. 58(3): a finding that matters to the person's health.
    """

    SIGNIFICANT_FINDING = "significant-finding"
    DATA_ERROR = "data-error"
    AUTHORITY_DECISION = "authority-decision"


class ErasureStep(StrEnum):
    """The steps of an erasure, in their order; each may be done again without harm."""

    ANSWERS = "answers"
    """Signed answers stand as files, which need no key."""
    GENOMES = "genomes"
    """Genome rows are out of every count, and out of the database."""
    REPLICA = "replica"
    """The erasure stands in the replica, and the person's choices no longer do."""
    KEY = "key"
    """The person's key is destroyed: from now on nothing more can be sealed for them."""
    RECORDS = "records"
    """Names, lists, histories and sealed documents are gone."""
    MASTER = "master"
    """The master key is another: older copies of the key store open nothing."""
    LOG = "log"
    """The personal part of the audit's entries about the person is gone."""
    REMNANTS = "remnants"
    """The write-ahead logs, which still held what was overwritten, are empty."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """What an erasure found, in numbers, before anything was destroyed.

    `answers` are the numbers of the cases whose signed answers stay.
    """

    genomes: int
    orders: int
    cases: int
    choices: int
    accesses: int
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ErasureProposed:
    """A custodian proposed to erase a person; `document` refers to the decision behind it."""

    proposal: str
    person: str
    ground: ErasureGround
    document: str
    by: str


@dataclass(frozen=True, slots=True)
class ErasureBegun:
    """Another custodian carried it out: from here on it goes to its end, whatever happens."""

    proposal: str
    by: str
    found: Inventory


@dataclass(frozen=True, slots=True)
class ErasureStepDone:
    """One step is done for good; `rewritten` are the genome segments that were replaced by it."""

    proposal: str
    step: ErasureStep
    rewritten: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnBackProposed:
    """A custodian proposed to turn a pseudonym back; whose it is stands nowhere here."""

    proposal: str
    project: str
    pseudonym: str
    ground: TurnBackGround
    document: str
    by: str


@dataclass(frozen=True, slots=True)
class PseudonymTurnedBack:
    """Another custodian was told whose pseudonym it is."""

    proposal: str
    by: str


@dataclass(frozen=True, slots=True)
class RestoreConfirmed:
    """A custodian answers for a centre that was restored without its replica.

    `proposal` is the number of the confirmation, `taken_over` refers to the newest opt-out register
    that was taken over since.
    """

    proposal: str
    taken_over: str
    by: str


CustodyEvent = (
    ErasureProposed
    | ErasureBegun
    | ErasureStepDone
    | TurnBackProposed
    | PseudonymTurnedBack
    | RestoreConfirmed
)

CUSTODY_EVENTS: tuple[type[CustodyEvent], ...] = (
    ErasureProposed,
    ErasureBegun,
    ErasureStepDone,
    TurnBackProposed,
    PseudonymTurnedBack,
    RestoreConfirmed,
)
