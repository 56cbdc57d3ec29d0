"""The words in which anyone asks for anything: who, for what purpose, to do what, on whose data.

They stand at the bottom of the trust storey so that every room can speak them. Only the gate
(`kerne.gate`) answers: rooms below it know it as a `Door`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:  # who only asks need not load it
    from pyroaring import BitMap


class Purpose(StrEnum):
    """Why personal data may be used: a closed list. Insurance, pension and employment have no word.

    References
    ----------
    Sundhedsloven (Danish Health Act) §223 b.
    """

    OWN_TREATMENT = "own-treatment"
    TREATMENT_OF_ANOTHER = "treatment-of-another"
    PREVENTION = "prevention"
    OWN_ACCESS = "own-access"
    GUARDIAN_ACCESS = "guardian-access"
    RESEARCH = "research"
    STATISTICS = "statistics"
    QUALITY = "quality"
    CUSTODY = "custody"


class Role(StrEnum):
    """What a person is appointed to do at the centre."""

    CITIZEN = "citizen"
    DOCTOR = "doctor"
    GENETICIST = "geneticist"
    LABORATORY = "laboratory"
    RESEARCHER = "researcher"
    ACCESS_COMMITTEE = "access-committee"
    OUTPUT_CHECKER = "output-checker"
    REGISTRAR = "registrar"
    CUSTODIAN = "custodian"


class Action(StrEnum):
    """What may be done: a closed list; each rule of the policy names some of them."""

    REGISTER_PERSON = "register-person"
    RECORD_CONSENT = "record-consent"
    CHANGE_CHOICE = "change-choice"
    WIDEN_CHOICE = "widen-choice"
    LIMIT_DATA = "limit-data"
    READ_CHOICES = "read-choices"
    READ_ACCESSES = "read-accesses"
    PLACE_ORDER = "place-order"
    FOLLOW_ORDER = "follow-order"
    HANDLE_SAMPLE = "handle-sample"
    ADD_GENOME = "add-genome"
    REMOVE_GENOME = "remove-genome"
    READ_GENOME = "read-genome"
    DOWNLOAD_GENOME = "download-genome"
    READ_IDENTITY_CHECK = "read-identity-check"
    COUNT_GENOMES = "count-genomes"
    FIND_CARRIERS = "find-carriers"
    FIND_DUPLICATES = "find-duplicates"
    OPEN_CASE = "open-case"
    INTERPRET = "interpret"
    CLASSIFY = "classify"
    RELABEL_FINDING = "relabel-finding"
    REANALYSE = "reanalyse"
    RECONTACT = "recontact"
    READ_RELATIONSHIP_CHECK = "read-relationship-check"
    SIGN_ANSWER = "sign-answer"
    READ_ANSWER = "read-answer"
    RECORD_VALIDATION = "record-validation"
    READ_CLASSIFICATIONS = "read-classifications"
    EXPORT_CLASSIFICATIONS = "export-classifications"
    RELEASE_PROFILES = "release-profiles"
    ISSUE_PERMIT = "issue-permit"
    ASK_QUESTION = "ask-question"
    RELEASE_OUTPUT = "release-output"
    ASK_PUBLIC_QUESTION = "ask-public-question"
    READ_PROPOSALS = "read-proposals"
    CONFIRM_RESTORE = "confirm-restore"
    PROPOSE_ERASURE = "propose-erasure"
    ERASE_PERSON = "erase-person"
    PROPOSE_TURN_BACK = "propose-turn-back"
    TURN_BACK_PSEUDONYM = "turn-back-pseudonym"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking, as the log-in established it.

    `identifier` is opaque (never a CPR number). `person` is the citizen behind the identity, by
    person number, when there is one. `organisation` is the hospital, site or university.
    """

    identifier: str
    roles: frozenset[Role]
    organisation: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, before it is decided.

    Parameters
    ----------
    who
        The identity.
    purpose
        As it was said: only the gate turns it into a `Purpose`, so that a word outside the list
        is refused and recorded like any other refusal.
    action
        What is to be done.
    persons
        Person numbers of those whose data are concerned by name; empty for a collective question,
        which concerns everyone whose choices allow the purpose now.
    project
        The research project, for purposes that need a permit.
    reason
        The asker's own words, where a rule wants them; shown to the citizen.
    proposal
        The proposal of another custodian that is carried out, for acts that take two people.
    patient
        Person number of the patient for whose treatment a relative's data are asked for.
    about
        What is asked for, in closed words and without personal data (`gene ABCA4`,
        `order K-2026-000012`); shown to the citizen.
    """

    who: Identity
    purpose: str
    action: Action
    persons: tuple[str, ...] = ()
    project: str | None = None
    reason: str | None = None
    about: str = ""
    proposal: str | None = None
    patient: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """No, with the rules that said so and the reasons in words for a person."""

    reasons: tuple[str, ...]
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Epoch:
    """The state of choices, genome rows and local date that a population was computed from.

    Two equal epochs give equal populations; `day` is the country's ISO date, because birthdays
    and the ends of permits change a population without an event.
    """

    choices: int
    rows: int
    day: str


@dataclass(frozen=True, slots=True)
class Population:
    """The genome rows that a purpose may count now; one current row a person."""

    rows: "BitMap"
    epoch: Epoch


class Pass(Protocol):
    """What a room below the gate sees of a grant."""

    @property
    def entry(self) -> int:
        """Number of the audit entry that was written before anything was done."""
        ...

    @property
    def ask(self) -> Ask:
        """What was asked and allowed."""
        ...


T = TypeVar("T")


class Door(Protocol):
    """The gate, as rooms below it know it (`gate.door.Gate` is the only implementation)."""

    def answer(self, ask: Ask, work: Callable[[Pass], T]) -> T | Refusal:
        """Decide, record, and only then do the work; see `gate.door.Gate.answer`."""
        ...
