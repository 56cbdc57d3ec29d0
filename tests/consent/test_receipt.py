from datetime import UTC, datetime
from typing import Any

import pytest

from kerne.consent.events import (
    AnalysisConsented,
    AnalysisConsentWithdrawn,
    ConsentEvent,
    LimitedToOwnTreatment,
    LimitLifted,
    ReaderBlocked,
    ReaderUnblocked,
    ResearchLevel,
    ResearchUseAllowed,
    ResearchUseRefused,
    SecondaryChoice,
)
from kerne.consent.receipt import PUBLISHED, SEEN, SIGNED, Receipt, receipt_of

P = "P-000001"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def receipt(event: ConsentEvent) -> Receipt:
    return receipt_of(event, entry=7, at=AT)


@pytest.mark.parametrize(
    ("event", "change", "recalled_not"),
    [
        (AnalysisConsentWithdrawn(P, "c"), "was withdrawn", (SIGNED, PUBLISHED, SEEN)),
        (ResearchUseRefused(P, ResearchLevel.SUBJECT_QUERY, "c"), "refused", (PUBLISHED, SEEN)),
        (ResearchUseAllowed(P, ResearchLevel.SUBJECT_QUERY, "c"), "allowed", ()),
        (LimitedToOwnTreatment(P, "c"), "entered the tissue", (SIGNED, PUBLISHED, SEEN)),
        (LimitLifted(P, "c"), "left the tissue", ()),
        (ReaderBlocked(P, "doctor-9", "c"), "reader `doctor-9` was kept out", (SEEN,)),
        (ReaderBlocked(P, "all", "c"), "every reader was kept out", (SEEN,)),
        (ReaderUnblocked(P, "all", "c"), "every reader is no longer kept out", ()),
    ],
)
def test_receipt__says_what_changed_and_what_cannot_be_recalled(
    event: ConsentEvent, change: str, recalled_not: tuple[str, ...]
) -> None:
    told = receipt(event)
    assert change in told.change
    assert told.cannot_be_recalled == recalled_not
    assert told.from_now_on
    assert (told.person, told.entry, told.at) == (P, 7, AT)


@pytest.mark.parametrize(
    ("secondary", "recontact", "words"),
    [
        (SecondaryChoice.ALL, True, ["of all of them", "wants to hear when"]),
        (SecondaryChoice.ACTIONABLE, False, ["can be acted on", "does not want to hear when"]),
        (SecondaryChoice.NONE, False, ["they stay closed"]),
    ],
)
def test_receipt__of_a_consent_repeats_the_choices_on_the_form(
    secondary: SecondaryChoice, recontact: bool, words: list[str]
) -> None:
    told = receipt(AnalysisConsented(P, "D-1", "2026-1", "doctor-1", secondary, recontact))
    assert "`D-1`, version `2026-1`" in told.change
    assert all(word in " / ".join(told.from_now_on) for word in words)


def test_receipt__of_a_refusal_lists_the_closer_levels_too() -> None:
    told = receipt(ResearchUseRefused(P, ResearchLevel.SUBJECT_QUERY, "c"))
    joined = " / ".join(told.from_now_on)
    assert "single pseudonymised people" in joined
    assert "genome itself" in joined
    assert "counts of alleles" not in joined


def test_receipt__of_a_permission_lists_the_wider_levels_too() -> None:
    told = receipt(ResearchUseAllowed(P, ResearchLevel.SUBJECT_QUERY, "c"))
    joined = " / ".join(told.from_now_on)
    assert "counts of alleles" in joined
    assert "genome itself" not in joined


def test_receipt__an_event_without_words_is_an_error() -> None:
    stranger: Any = LimitedToOwnTreatment  # Any: not an event at all
    with pytest.raises(AssertionError, match="unreachable"):
        receipt(stranger)
