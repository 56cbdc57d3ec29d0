"""Which action each choice is asked for as, and how the choices of many are asked for together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from kerne.consent.events import (
    AnalysisConsented,
    ConsentEvent,
    LimitedToOwnTreatment,
    LimitLifted,
    RawDownloadConsented,
    ReaderUnblocked,
    ResearchUseAllowed,
)
from kerne.people.asking import Action, Ask, Door, Identity, Pass, Refusal

T = TypeVar("T")

WIDENING: Final = (ResearchUseAllowed, LimitLifted, ReaderUnblocked, RawDownloadConsented)
"""Choices that open what was closed: not for who is kept out, nor for who treats."""


def action_of(event: ConsentEvent) -> Action:
    """Return what the gate is asked for before `event` happens."""
    match event:
        case AnalysisConsented():
            return Action.RECORD_CONSENT
        case LimitedToOwnTreatment():
            return Action.LIMIT_DATA
    return Action.WIDEN_CHOICE if isinstance(event, WIDENING) else Action.CHANGE_CHOICE


def answer_all(
    door: Door,
    who: Identity,
    purpose: str,
    events: Iterable[ConsentEvent],
    about: str,
    work: Callable[[Mapping[Action, Pass]], T],
) -> T | Refusal:
    """Ask for many choices of many persons, one ask for each action, and do the work under all.

    Each ask names those whom it changes, so that every person's entry says what was done to them.
    When one is refused, nothing is done.
    """
    persons: dict[Action, dict[str, None]] = {}
    for event in events:
        persons.setdefault(action_of(event), {})[event.person] = None
    asks = [Ask(who, purpose, action, tuple(them), about=about) for action, them in persons.items()]
    return _answer(door, asks, {}, work)


def _answer(
    door: Door,
    asks: Sequence[Ask],
    granted: Mapping[Action, Pass],
    work: Callable[[Mapping[Action, Pass]], T],
) -> T | Refusal:
    if not asks:
        return work(granted)
    first, *others = asks
    return door.answer(
        first, lambda given: _answer(door, others, {**granted, first.action: given}, work)
    )
