"""The fold of choices, against an oracle that keeps each level of research as a yes or no."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.consent.choices import Choices, decide, fold
from kerne.consent.events import (
    ALL_READERS,
    EVENT_TYPES,
    AnalysisConsented,
    AnalysisConsentWithdrawn,
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
from kerne.consent.law import AgedProfile
from kerne.errors import ConsentError
from kerne.people.asking import Purpose

from .conftest import LAWS

P = "P-000001"
CONSENTED = AnalysisConsented(P, "D-1", "2026-1", "doctor-1", SecondaryChoice.ACTIONABLE, True)
COPY = RawDownloadConsented(P, "c", "D-9", "1")
LEVELS = [ResearchLevel.ALLELE_FREQUENCY, ResearchLevel.SUBJECT_QUERY, ResearchLevel.SECONDARY_USE]
QUESTIONS = [(purpose, None) for purpose in Purpose if purpose is not Purpose.RESEARCH] + [
    (Purpose.RESEARCH, level) for level in LEVELS
]

levels = st.sampled_from(LEVELS)
readers = st.sampled_from(["doctor-1", "doctor-2", ALL_READERS])
events = st.one_of(
    st.builds(
        AnalysisConsented,
        st.just(P),
        st.sampled_from(["D-1", "D-2"]),
        st.just("2026-1"),
        st.just("doctor-1"),
        st.sampled_from(SecondaryChoice),
        st.booleans(),
    ),
    st.builds(AnalysisConsentWithdrawn, st.just(P), st.just("c")),
    st.builds(ResearchUseRefused, st.just(P), levels, st.just("c")),
    st.builds(ResearchUseAllowed, st.just(P), levels, st.just("c")),
    st.builds(LimitedToOwnTreatment, st.just(P), st.just("c")),
    st.builds(LimitLifted, st.just(P), st.just("c")),
    st.builds(ReaderBlocked, st.just(P), readers, st.just("c")),
    st.builds(ReaderUnblocked, st.just(P), readers, st.just("c")),
    st.just(COPY),
    st.builds(RawDownloadConsentWithdrawn, st.just(P), st.just("c")),
)


def naive_research(history: Sequence[ConsentEvent], *, by_default: bool) -> set[ResearchLevel]:
    """Walk the events and keep each level as a yes or no of its own."""
    allowed = set(LEVELS) if by_default else set()
    for event in history:
        if isinstance(event, ResearchUseRefused):
            allowed -= set(LEVELS[LEVELS.index(event.level) :])
        if isinstance(event, ResearchUseAllowed):
            allowed |= set(LEVELS[: LEVELS.index(event.level) + 1])
    return allowed


def naive_may(
    history: Sequence[ConsentEvent],
    purpose: Purpose,
    level: ResearchLevel | None,
    *,
    research_by_default: bool,
) -> bool:
    """Answer from the last word on each matter."""
    analysis = [e for e in history if isinstance(e, AnalysisConsented | AnalysisConsentWithdrawn)]
    limit = [e for e in history if isinstance(e, LimitedToOwnTreatment | LimitLifted)]
    consented = bool(analysis) and isinstance(analysis[-1], AnalysisConsented)
    limited = bool(limit) and isinstance(limit[-1], LimitedToOwnTreatment)
    if purpose in {Purpose.OWN_ACCESS, Purpose.GUARDIAN_ACCESS, Purpose.CUSTODY}:
        return False  # nobody asks of everyone for these
    if purpose is Purpose.OWN_TREATMENT:
        return consented
    if purpose in {Purpose.RESEARCH, Purpose.STATISTICS}:
        asked = level or ResearchLevel.ALLELE_FREQUENCY
        allowed = naive_research(history, by_default=research_by_default)
        return consented and not limited and asked in allowed
    return consented and not limited


def after(*history: ConsentEvent) -> Choices:
    return fold(history)


def may(
    choices: Choices, purpose: Purpose, level: ResearchLevel | None = None, *, default: bool = True
) -> bool:
    """Ask the law of a country that takes silence for a yes, or for a no."""
    aged = AgedProfile(choices.profile, 40)
    asked = level or ResearchLevel.ALLELE_FREQUENCY
    return LAWS[default].may_draw_on([aged], purpose, asked)[0]


def research(choices: Choices, *, default: bool = True) -> ResearchLevel | None:
    allowed = [level for level in LEVELS if may(choices, Purpose.RESEARCH, level, default=default)]
    return allowed[-1] if allowed else None


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.lists(events, max_size=12), st.booleans())
def test_choices__allow_what_a_walk_through_the_events_allows(
    history: list[ConsentEvent], default: bool
) -> None:
    choices = after(*history)
    for purpose, level in QUESTIONS:
        expected = naive_may(history, purpose, level, research_by_default=default)
        assert may(choices, purpose, level, default=default) is expected
    assert choices.version == len(history)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.lists(events, max_size=12))
def test_choices__keep_the_consent_in_force_and_the_readers_kept_out(
    history: list[ConsentEvent],
) -> None:
    choices = after(*history)
    kept_out = set()
    consent = None
    for event in history:
        match event:
            case ReaderBlocked(reader=reader):
                kept_out.add(reader)
            case ReaderUnblocked(reader=reader):
                kept_out.discard(reader)
            case AnalysisConsented():
                consent = event
            case AnalysisConsentWithdrawn():
                consent = None
    assert choices.consent == consent
    assert choices.has_analysis_consent is (consent is not None)
    for reader in ("doctor-1", "doctor-2"):
        assert choices.blocks(reader) is (reader in kept_out or ALL_READERS in kept_out)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.lists(events, max_size=12), st.booleans())
def test_research__who_allows_a_closer_level_allows_the_wider_ones(
    history: list[ConsentEvent], default: bool
) -> None:
    choices = after(*history)
    answers = [may(choices, Purpose.RESEARCH, level, default=default) for level in LEVELS]
    assert answers == sorted(answers, reverse=True)


@pytest.mark.parametrize(
    ("refused", "left"),
    [
        (ResearchLevel.ALLELE_FREQUENCY, None),
        (ResearchLevel.SUBJECT_QUERY, ResearchLevel.ALLELE_FREQUENCY),
        (ResearchLevel.SECONDARY_USE, ResearchLevel.SUBJECT_QUERY),
    ],
)
def test_research__refusing_a_level_refuses_the_closer_ones(
    refused: ResearchLevel, left: ResearchLevel | None
) -> None:
    choices = after(CONSENTED, ResearchUseRefused(P, refused, "c"))
    assert research(choices) is left


def test_research__silence_is_what_the_country_takes_it_for() -> None:
    assert research(after(CONSENTED)) is ResearchLevel.SECONDARY_USE
    assert research(after(CONSENTED), default=False) is None


def test_research__what_was_said_outlives_a_change_of_the_countrys_default() -> None:
    said = ResearchUseRefused(P, ResearchLevel.SUBJECT_QUERY, "c")
    allowed = ResearchUseAllowed(P, ResearchLevel.SUBJECT_QUERY, "c")
    for default in (True, False):
        choices = after(CONSENTED, said, allowed)
        assert may(choices, Purpose.RESEARCH, ResearchLevel.SUBJECT_QUERY, default=default)


def test_tissue_use_register__leaves_own_treatment_only() -> None:
    choices = after(CONSENTED, LimitedToOwnTreatment(P, "c"))
    assert choices.is_limited_to_own_treatment
    allowed = {purpose for purpose, level in QUESTIONS if may(choices, purpose, level)}
    assert allowed == {Purpose.OWN_TREATMENT}


def test_secondary_findings__none_while_no_consent_is_in_force() -> None:
    assert after().secondary is SecondaryChoice.NONE
    assert after(CONSENTED).secondary is SecondaryChoice.ACTIONABLE
    withdrawn = after(CONSENTED, AnalysisConsentWithdrawn(P, "c"))
    assert withdrawn.secondary is SecondaryChoice.NONE
    assert not withdrawn.recontact
    assert after(CONSENTED).recontact


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.lists(events, max_size=8), events)
def test_decide__lets_through_exactly_what_changes_something(
    history: list[ConsentEvent], event: ConsentEvent
) -> None:
    before = after(*history)
    changed = after(*history, event)
    same = (
        before.profile == changed.profile
        and before.consent == changed.consent
        and before.blocked_readers == changed.blocked_readers
        and before.has_download_consent == changed.has_download_consent
    )
    if same:
        with pytest.raises(ConsentError, match="`P-000001`: "):
            decide(before, event)
    else:
        assert decide(before, event) is event


def test_decide__says_why_for_every_event_that_would_change_nothing() -> None:
    level = ResearchLevel.ALLELE_FREQUENCY
    closest = ResearchLevel.SECONDARY_USE
    again: list[tuple[list[ConsentEvent], ConsentEvent, str]] = [
        ([CONSENTED], CONSENTED, "in force already"),
        ([], AnalysisConsentWithdrawn(P, "c"), "no consent to analysis is in force"),
        ([ResearchUseRefused(P, level, "c")], ResearchUseRefused(P, closest, "c"), "refused"),
        ([ResearchUseAllowed(P, closest, "c")], ResearchUseAllowed(P, level, "c"), "allowed"),
        ([LimitedToOwnTreatment(P, "c")], LimitedToOwnTreatment(P, "c"), "register already"),
        ([], LimitLifted(P, "c"), "not in the tissue-use register"),
        ([ReaderBlocked(P, "r", "c")], ReaderBlocked(P, "r", "c"), "kept out already"),
        ([ReaderBlocked(P, "all", "c")], ReaderUnblocked(P, "r", "c"), "not kept out by name"),
        ([COPY], COPY, "unfiltered copy is in force already"),
        ([], RawDownloadConsentWithdrawn(P, "c"), "no consent to an unfiltered copy"),
    ]
    assert {type(event) for _, event, _ in again} == set(EVENT_TYPES)
    for history, event, reason in again:
        with pytest.raises(ConsentError, match=reason):
            decide(after(*history), event)


@pytest.mark.parametrize(("document", "version"), [("", "1"), ("D-1", "")])
def test_decide__a_consent_names_its_document(document: str, version: str) -> None:
    event = AnalysisConsented(P, document, version, "doctor-1", SecondaryChoice.ALL, False)
    with pytest.raises(ConsentError, match="names its signed document and version"):
        decide(after(), event)


@pytest.mark.parametrize(("document", "version"), [(None, "1"), ("D-1", None)])
def test_decide__a_consent_to_a_copy_names_its_document(
    document: str | None, version: str | None
) -> None:
    with pytest.raises(ConsentError, match="unfiltered copy names its document and version"):
        decide(after(), RawDownloadConsented(P, "c", document, version))


def test_copy__is_consented_to_until_that_is_withdrawn() -> None:
    assert not after().has_download_consent
    assert after(COPY).has_download_consent
    assert not after(COPY, RawDownloadConsentWithdrawn(P, "c")).has_download_consent


def test_decide__a_block_names_its_reader() -> None:
    with pytest.raises(ConsentError, match="name the reader"):
        decide(after(), ReaderBlocked(P, "", "c"))


def test_consent__a_later_one_replaces_the_earlier() -> None:
    later = AnalysisConsented(P, "D-2", "2026-1", "doctor-1", SecondaryChoice.ALL, False)
    choices = after(CONSENTED, decide(after(CONSENTED), later))
    assert (choices.secondary, choices.recontact) == (SecondaryChoice.ALL, False)


def test_levels__are_ranked_from_wide_to_close() -> None:
    assert [level.rank for level in ResearchLevel] == [1, 2, 3]
    assert list(ResearchLevel) == LEVELS


def test_fold__an_event_that_it_was_never_taught_is_no_silent_nothing() -> None:
    stranger: Any = LimitedToOwnTreatment  # Any: not an event at all
    with pytest.raises(AssertionError, match="unreachable"):
        after(stranger)
