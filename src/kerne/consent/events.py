"""What happened to a person's choices.

Every event names the document behind it and its version where there is one, the identity that
recorded it, and in which capacity the choice was made: by the person, or for them. The moment is
kept by the history.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

from kerne.database.history import Upcaster
from kerne.people.person import is_number

ALL_READERS = "all"
"""The reader named when everyone is kept out."""


class Capacity(StrEnum):
    """As what somebody decides on a person's data."""

    SELF = "self"
    GUARDIAN = "guardian"
    REPRESENTATIVE = "representative"


class SecondaryChoice(StrEnum):
    """Which findings outside the clinical question a person wants to hear of."""

    ALL = "all"
    ACTIONABLE = "actionable"
    NONE = "none"


class ResearchLevel(StrEnum):
    """How closely research may look; each level includes those before it.

    References
    ----------
    1+ Million Genomes, data use levels.
    """

    ALLELE_FREQUENCY = "allele-frequency"
    SUBJECT_QUERY = "subject-query"
    SECONDARY_USE = "secondary-use"

    @property
    def rank(self) -> int:
        """1 for allele frequencies, 2 for questions on single subjects, 3 for secondary use."""
        return list(ResearchLevel).index(self) + 1


@dataclass(frozen=True, slots=True)
class AnalysisConsented:
    """A person (or guardian) consented in writing to comprehensive genetic analysis.

    `document` names the signed form, `document_version` its wording, `taken_by` the identity that
    took it. A later consent replaces an earlier one, choice of secondary findings included.
    """

    type_version: ClassVar[int] = 2

    person: str
    document: str
    document_version: str
    taken_by: str
    secondary: SecondaryChoice
    recontact: bool
    capacity: Capacity = Capacity.SELF


@dataclass(frozen=True, slots=True)
class AnalysisConsentWithdrawn:
    """The consent to analysis was withdrawn, as recorded by the identity `by`."""

    type_version: ClassVar[int] = 2

    person: str
    by: str
    document: str | None = None
    document_version: str | None = None
    capacity: Capacity = Capacity.SELF


@dataclass(frozen=True, slots=True)
class ResearchUseRefused:
    """Research at `level`, and at every closer one, was refused."""

    type_version: ClassVar[int] = 2

    person: str
    level: ResearchLevel
    by: str
    document: str | None = None
    document_version: str | None = None
    capacity: Capacity = Capacity.SELF


@dataclass(frozen=True, slots=True)
class ResearchUseAllowed:
    """Research at `level`, and at every less close one, was allowed."""

    type_version: ClassVar[int] = 2

    person: str
    level: ResearchLevel
    by: str
    document: str | None = None
    document_version: str | None = None
    capacity: Capacity = Capacity.SELF


@dataclass(frozen=True, slots=True)
class LimitedToOwnTreatment:
    """The person entered the tissue-use register: own treatment and nothing else.

    References
    ----------
    Sundhedsloven (Danish Health Act) §29.
    """

    type_version: ClassVar[int] = 2

    person: str
    by: str
    document: str | None = None
    document_version: str | None = None
    capacity: Capacity = Capacity.SELF


@dataclass(frozen=True, slots=True)
class LimitLifted:
    """The person left the tissue-use register."""

    type_version: ClassVar[int] = 2

    person: str
    by: str
    document: str | None = None
    document_version: str | None = None
    capacity: Capacity = Capacity.SELF


@dataclass(frozen=True, slots=True)
class ReaderBlocked:
    """One reader, by identifier, or `all` were kept out of the person's data."""

    type_version: ClassVar[int] = 2

    person: str
    reader: str
    by: str
    document: str | None = None
    document_version: str | None = None
    capacity: Capacity = Capacity.SELF


@dataclass(frozen=True, slots=True)
class ReaderUnblocked:
    """A reader that had been kept out was let in again."""

    type_version: ClassVar[int] = 2

    person: str
    reader: str
    by: str
    document: str | None = None
    document_version: str | None = None
    capacity: Capacity = Capacity.SELF


@dataclass(frozen=True, slots=True)
class RawDownloadConsented:
    """The person consented in writing to an unfiltered copy of their genome."""

    type_version: ClassVar[int] = 2

    person: str
    by: str
    document: str | None = None
    document_version: str | None = None
    capacity: Capacity = Capacity.SELF


@dataclass(frozen=True, slots=True)
class RawDownloadConsentWithdrawn:
    """The consent to an unfiltered copy was withdrawn."""

    type_version: ClassVar[int] = 2

    person: str
    by: str
    document: str | None = None
    document_version: str | None = None
    capacity: Capacity = Capacity.SELF


ConsentEvent = (
    AnalysisConsented
    | AnalysisConsentWithdrawn
    | ResearchUseRefused
    | ResearchUseAllowed
    | LimitedToOwnTreatment
    | LimitLifted
    | ReaderBlocked
    | ReaderUnblocked
    | RawDownloadConsented
    | RawDownloadConsentWithdrawn
)

EVENT_TYPES: tuple[type[ConsentEvent], ...] = (
    AnalysisConsented,
    AnalysisConsentWithdrawn,
    ResearchUseRefused,
    ResearchUseAllowed,
    LimitedToOwnTreatment,
    LimitLifted,
    ReaderBlocked,
    ReaderUnblocked,
    RawDownloadConsented,
    RawDownloadConsentWithdrawn,
)


def _with_capacity(body: dict[str, Any]) -> dict[str, Any]:  # Any: the body of an event is JSON
    """Bring an event of version 1 up: whoever recorded it tells as what they decided.

    A citizen records under their own person number. For another citizen that was guardian access
    and nothing else; staff wrote down what the patient signed.
    """
    recorder = body.get("taken_by") or body["by"]
    is_another_citizen = recorder != body["person"] and is_number(recorder)
    capacity = Capacity.GUARDIAN if is_another_citizen else Capacity.SELF
    return {"document_version": None} | body | {"capacity": capacity.value}


UPCASTERS: Final[Mapping[tuple[str, int], Upcaster]] = {
    (kind.__name__, 1): _with_capacity for kind in EVENT_TYPES
}
"""Bring stored events up to the fields that they have now."""
