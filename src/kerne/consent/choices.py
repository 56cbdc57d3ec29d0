"""A person's choices: the fold of their events, what it allows, and what may be chosen next.

Pure: no clock and no I/O. Research is kept as a floor and a ceiling, so that what a person said
stands apart from what the country takes silence to mean: a refusal lowers both bounds, a
permission lifts both, and what silence means between them is the law's to say.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import assert_never

from kerne.consent.events import (
    ALL_READERS,
    AnalysisConsented,
    AnalysisConsentWithdrawn,
    Capacity,
    ConsentEvent,
    LimitedToOwnTreatment,
    LimitLifted,
    RawDownloadConsented,
    RawDownloadConsentWithdrawn,
    ReaderBlocked,
    ReaderUnblocked,
    ResearchLevel,
    ResearchUseAllowed,
    ResearchUseRefused,
    SecondaryChoice,
)
from kerne.errors import ConsentError

_LEVELS = len(ResearchLevel)

_NOTHING_TO_CHANGE: Mapping[type[ConsentEvent], str] = {
    AnalysisConsented: "this very consent to analysis is in force already",
    AnalysisConsentWithdrawn: "no consent to analysis is in force",
    ResearchUseRefused: "this use in research is refused already",
    ResearchUseAllowed: "this use in research is allowed already",
    LimitedToOwnTreatment: "the person is in the tissue-use register already",
    LimitLifted: "the person is not in the tissue-use register",
    ReaderBlocked: "this reader is kept out already",
    ReaderUnblocked: "this reader is not kept out by name",
    RawDownloadConsented: "a consent to an unfiltered copy is in force already",
    RawDownloadConsentWithdrawn: "no consent to an unfiltered copy is in force",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """The part of someone's choices that decides which populations they are in.

    Few profiles are distinct, however many people there are: a purpose is judged once for each.

    Parameters
    ----------
    has_analysis_consent
        A consent to comprehensive genetic analysis is in force.
    is_limited
        The person is in the tissue-use register.
    research_floor, research_ceiling
        How many levels of research are allowed at least and at most, 0 to 3, whatever the
        country's default.
    research_by
        As what the newest word on research was said; `None` when nothing was.
    """

    has_analysis_consent: bool = False
    is_limited: bool = False
    research_floor: int = 0
    research_ceiling: int = _LEVELS
    research_by: Capacity | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything that a person has chosen, as their events add up.

    Parameters
    ----------
    version
        How many events were folded: what the next append expects.
    profile
        The part that decides populations.
    consent
        The consent to analysis that is in force.
    blocked_readers
        Identifiers of readers kept out; `all` keeps everyone out.
    has_download_consent
        A written consent to an unfiltered copy of the genome is in force.
    """

    version: int = 0
    profile: Profile = Profile()
    consent: AnalysisConsented | None = None
    blocked_readers: frozenset[str] = frozenset()
    has_download_consent: bool = False

    @property
    def has_analysis_consent(self) -> bool:
        """Whether a consent to analysis is in force."""
        return self.consent is not None

    @property
    def is_limited_to_own_treatment(self) -> bool:
        """Whether the person is in the tissue-use register."""
        return self.profile.is_limited

    @property
    def secondary(self) -> SecondaryChoice:
        """Which secondary findings the person wants; none while no consent is in force."""
        return SecondaryChoice.NONE if self.consent is None else self.consent.secondary

    @property
    def secondary_chosen_by(self) -> Capacity | None:
        """As what the secondary findings were chosen; `None` while no consent is in force."""
        return None if self.consent is None else self.consent.capacity

    @property
    def recontact(self) -> bool:
        """Whether the person wants to hear when an answer changes."""
        return self.consent is not None and self.consent.recontact

    @property
    def research_chosen_by(self) -> Capacity | None:
        """As what the newest word on research was said; `None` when nothing was."""
        return self.profile.research_by

    def blocks(self, reader: str) -> bool:
        """Say whether the person keeps the identity `reader` out of their data."""
        return not self.blocked_readers.isdisjoint({reader, ALL_READERS})

    def after(self, event: ConsentEvent) -> "Choices":
        """Return the choices once `event` has happened."""
        version = self.version + 1
        profile = profile_after(self.profile, event)
        match event:
            case AnalysisConsented():
                return replace(self, version=version, profile=profile, consent=event)
            case AnalysisConsentWithdrawn():
                return replace(self, version=version, profile=profile, consent=None)
            case ReaderBlocked(reader=reader):
                readers = self.blocked_readers | {reader}
                return replace(self, version=version, blocked_readers=readers)
            case ReaderUnblocked(reader=reader):
                readers = self.blocked_readers - {reader}
                return replace(self, version=version, blocked_readers=readers)
            case RawDownloadConsented() | RawDownloadConsentWithdrawn():
                given = isinstance(event, RawDownloadConsented)
                return replace(self, version=version, has_download_consent=given)
        return replace(self, version=version, profile=profile)


def profile_after(profile: Profile, event: ConsentEvent) -> Profile:
    """Return the profile of someone to whom `event` happens."""
    match event:
        case AnalysisConsented() | AnalysisConsentWithdrawn():
            given = isinstance(event, AnalysisConsented)
            return replace(profile, has_analysis_consent=given)
        case LimitedToOwnTreatment() | LimitLifted():
            return replace(profile, is_limited=isinstance(event, LimitedToOwnTreatment))
        case ResearchUseRefused(level=level, capacity=capacity):
            return _bounded(profile, min, level.rank - 1, capacity)
        case ResearchUseAllowed(level=level, capacity=capacity):
            return _bounded(profile, max, level.rank, capacity)
        case (
            ReaderBlocked()
            | ReaderUnblocked()
            | RawDownloadConsented()
            | RawDownloadConsentWithdrawn()
        ):
            return profile
        case _:
            assert_never(event)


def fold(events: Iterable[ConsentEvent]) -> Choices:
    """Fold one person's events, oldest first, to their choices."""
    return reduce(Choices.after, events, Choices())


def decide(choices: Choices, event: ConsentEvent) -> ConsentEvent:
    """Return `event` if it may be the next in someone's history.

    Raises
    ------
    ConsentError
        It would change nothing, or misses the document or the reader that it is about.
    """
    match event:
        case AnalysisConsented(document=document, document_version=version):
            if not (document and version):
                raise ConsentError("a consent to analysis names its signed document and version")
        case RawDownloadConsented(capacity=capacity) if capacity is not Capacity.SELF:
            raise ConsentError("an unfiltered copy is consented to by the person alone")
        case RawDownloadConsented(document=document, document_version=version):
            if not (document and version):
                raise ConsentError("a consent to an unfiltered copy names its document and version")
        case ReaderBlocked(reader=""):
            raise ConsentError(f"name the reader to keep out, or `{ALL_READERS}`")
    if choices.after(event) == replace(choices, version=choices.version + 1):
        raise ConsentError(f"`{event.person}`: {_NOTHING_TO_CHANGE[type(event)]}")
    return event


def _bounded(
    profile: Profile, bound: Callable[[int, int], int], levels: int, said_by: Capacity
) -> Profile:
    return replace(
        profile,
        research_floor=bound(profile.research_floor, levels),
        research_ceiling=bound(profile.research_ceiling, levels),
        research_by=said_by,
    )
