"""What a change of choices does from now on and what it cannot undo, in words for a person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from kerne.consent.events import (
    ALL_READERS,
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
from kerne.consent.reach import Reached, Touches

PUBLISHED = "results that were published, or taken out of a workspace, before this moment"
SIGNED = "answers that were signed before this moment: they stay in the medical record"
SEEN = "what was read before this moment: the page of accesses shows by whom and why"

Words = tuple[str, tuple[str, ...], tuple[str, ...]]
"""What changed, what holds from now on, and what cannot be recalled."""

_RUNNING = "questions that are being computed now are computed again without the person's genome"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the person is told once a change stands.

    Parameters
    ----------
    person
        Person number.
    change
        What was changed, in one sentence.
    from_now_on
        What holds for every read and every running question from this moment on.
    cannot_be_recalled
        What the change does not reach.
    entry
        The audit entry under which it was made.
    at
        When.
    """

    person: str
    change: str
    from_now_on: tuple[str, ...]
    cannot_be_recalled: tuple[str, ...]
    entry: int
    at: datetime


def receipt_of(
    event: ConsentEvent,
    *,
    entry: int,
    at: datetime,
    reached: Reached | None = None,
    touches: Touches = Touches(),  # noqa: B008  frozen
) -> Receipt:
    """Say what `event` does from now on and what it cannot undo.

    Parameters
    ----------
    reached
        What it reached in other rooms; `None` before that is known, and for what reaches nothing.
    touches
        What the country's law lets it touch.
    """
    change, from_now_on, cannot_be_recalled = _words(event)
    receipt = Receipt(event.person, change, from_now_on, cannot_be_recalled, entry, at)
    if reached is None:
        return receipt
    return replace(
        receipt,
        from_now_on=(*from_now_on, *_undone(reached, touches)),
        cannot_be_recalled=(*cannot_be_recalled, *_standing(reached, touches)),
    )


def _undone(reached: Reached, touches: Touches) -> Iterator[str]:
    if reached.orders:
        yield f"cancelled: {_named('order', reached.orders)}"
    if reached.cases:
        yield f"taken out of the work list, unfinished: {_named('case', reached.cases)}"
    for kind, numbers, is_touched in (
        ("project", reached.projects, touches.running_permits),
        ("cut", reached.cuts, touches.cuts),
    ):
        if numbers:
            beyond = "" if is_touched else ", although the country's rules do not ask for it"
            yield f"left out of every further answer{beyond}: {_named(kind, numbers)}"


def _standing(reached: Reached, touches: Touches) -> Iterator[str]:
    if reached.answers:
        yield f"signed before and kept in the medical record: {_named('case', reached.answers)}"
    if reached.outputs:
        further = (
            "; by the country's rules whoever has them does not use them further"
            if touches.finished_analyses
            else ""
        )
        yield f"left a workspace before: {_named('output', reached.outputs)}{further}"


def _named(kind: str, numbers: Sequence[str]) -> str:
    """Name the things of one kind by their numbers."""
    plural = "" if len(numbers) == 1 else "s"
    return f"{kind}{plural} " + ", ".join(f"`{number}`" for number in numbers)


def _words(event: ConsentEvent) -> Words:
    match event:
        case AnalysisConsented() | AnalysisConsentWithdrawn():
            return _words_of_analysis(event)
        case ResearchUseRefused() | ResearchUseAllowed():
            return _words_of_research(event)
        case LimitedToOwnTreatment() | LimitLifted():
            return _words_of_limit(event)
        case ReaderBlocked() | ReaderUnblocked():
            return _words_of_reader(event)
        case RawDownloadConsented() | RawDownloadConsentWithdrawn():
            return _words_of_download(event)
        case _:
            assert_never(event)


def _words_of_analysis(event: AnalysisConsented | AnalysisConsentWithdrawn) -> Words:
    if isinstance(event, AnalysisConsentWithdrawn):
        return (
            "the consent to comprehensive genetic analysis was withdrawn",
            (
                "the genome is not read or interpreted for treatment any more",
                "it is in no count, comparison or research any more",
                "orders whose sample is not released yet are cancelled",
                _RUNNING,
                "it stays stored: deleting it is another decision, with a date set by law",
            ),
            (SIGNED, PUBLISHED, SEEN),
        )
    recontact = "wants" if event.recontact else "does not want"
    document = f"`{event.document}`, version `{event.document_version}`"
    return (
        f"consent to comprehensive genetic analysis was given in {document}",
        (
            "the genome may be sequenced, read and interpreted for the person's own treatment",
            "it counts when the genomes of other patients are judged",
            f"secondary findings: {_SECONDARY[event.secondary]}",
            f"the person {recontact} to hear when an answer changes later",
        ),
        (),
    )


_SECONDARY: Mapping[SecondaryChoice, str] = {
    SecondaryChoice.ALL: "the person wants to hear of all of them",
    SecondaryChoice.ACTIONABLE: "the person wants to hear of those that can be acted on",
    SecondaryChoice.NONE: "the person wants to hear of none; they stay closed",
}

_LEVELS: Mapping[ResearchLevel, str] = {
    ResearchLevel.ALLELE_FREQUENCY: "counts of alleles",
    ResearchLevel.SUBJECT_QUERY: "questions about single pseudonymised people",
    ResearchLevel.SECONDARY_USE: "research on the pseudonymised genome itself",
}


def _words_of_research(event: ResearchUseRefused | ResearchUseAllowed) -> Words:
    if isinstance(event, ResearchUseAllowed):
        allowed = [words for level, words in _LEVELS.items() if level.rank <= event.level.rank]
        return (
            f"use in research was allowed at the level `{event.level}`",
            tuple(f"the genome may be used for {words}" for words in allowed),
            (),
        )
    refused = [words for level, words in _LEVELS.items() if level.rank >= event.level.rank]
    return (
        f"use in research was refused at the level `{event.level}` and every closer one",
        (*(f"the genome is not used for {words} any more" for words in refused), _RUNNING),
        (PUBLISHED, SEEN),
    )


def _words_of_limit(event: LimitedToOwnTreatment | LimitLifted) -> Words:
    if isinstance(event, LimitLifted):
        return (
            "the person left the tissue-use register",
            ("the genome may be used as the person's other choices say",),
            (),
        )
    return (
        "the person entered the tissue-use register: own treatment and nothing else",
        ("the genome is used for the person's own treatment only", _RUNNING),
        (SIGNED, PUBLISHED, SEEN),
    )


def _words_of_download(event: RawDownloadConsented | RawDownloadConsentWithdrawn) -> Words:
    if isinstance(event, RawDownloadConsentWithdrawn):
        return (
            "the consent to an unfiltered copy of the genome was withdrawn",
            ("no copy is handed out any more",),
            ("copies that were handed out before this moment",),
        )
    return (
        f"consent to an unfiltered copy of the genome was given in `{event.document}`",
        (
            "the person may take a copy of their genome from the age of 18",
            "the copy holds everything, findings that they did not want to hear of too",
        ),
        (),
    )


def _words_of_reader(event: ReaderBlocked | ReaderUnblocked) -> Words:
    everyone = event.reader == ALL_READERS
    reader = "every reader" if everyone else f"the reader `{event.reader}`"
    if isinstance(event, ReaderUnblocked):
        return (
            f"{reader} is no longer kept out",
            (f"{reader} may read again where treatment and consent allow it",),
            (),
        )
    return (
        f"{reader} was kept out of the person's data",
        (f"{reader} is refused, except where the law lets a written reason outweigh it",),
        (SEEN,),
    )
