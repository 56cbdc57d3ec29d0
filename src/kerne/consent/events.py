"""What happened to a person's choices."""

from dataclasses import dataclass
from enum import StrEnum

ALL_READERS = "all"
"""The reader named when everyone is kept out."""


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

    person: str
    document: str
    document_version: str
    taken_by: str
    secondary: SecondaryChoice
    recontact: bool


@dataclass(frozen=True, slots=True)
class AnalysisConsentWithdrawn:
    """The consent to analysis was withdrawn, as recorded by the identity `by`."""

    person: str
    by: str
    document: str | None = None


@dataclass(frozen=True, slots=True)
class ResearchUseRefused:
    """Research at `level`, and at every closer one, was refused."""

    person: str
    level: ResearchLevel
    by: str
    document: str | None = None


@dataclass(frozen=True, slots=True)
class ResearchUseAllowed:
    """Research at `level`, and at every less close one, was allowed."""

    person: str
    level: ResearchLevel
    by: str
    document: str | None = None


@dataclass(frozen=True, slots=True)
class LimitedToOwnTreatment:
    """The person entered the tissue-use register: own treatment and nothing else.

    References
    ----------
    Sundhedsloven (Danish Health Act) §29.
    """

    person: str
    by: str
    document: str | None = None


@dataclass(frozen=True, slots=True)
class LimitLifted:
    """The person left the tissue-use register."""

    person: str
    by: str
    document: str | None = None


@dataclass(frozen=True, slots=True)
class ReaderBlocked:
    """One reader, by identifier, or `all` were kept out of the person's data."""

    person: str
    reader: str
    by: str
    document: str | None = None


@dataclass(frozen=True, slots=True)
class ReaderUnblocked:
    """A reader that had been kept out was let in again."""

    person: str
    reader: str
    by: str
    document: str | None = None


ConsentEvent = (
    AnalysisConsented
    | AnalysisConsentWithdrawn
    | ResearchUseRefused
    | ResearchUseAllowed
    | LimitedToOwnTreatment
    | LimitLifted
    | ReaderBlocked
    | ReaderUnblocked
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
)
