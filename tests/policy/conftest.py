from collections.abc import Sequence

import pytest

from kerne.database.engine import in_batches
from kerne.people.asking import Action, Identity, Role
from kerne.policy.decision import Decision, PermitTerms, PersonFacts, Request, decide
from kerne.policy.rulebook import RuleBook

from .grid import TODAY

ME = "P-000001"
ENOUGH = 1000
"""Requests that are settled together."""


def asker(*roles: Role, organisation: str | None = "east", person: str | None = ME) -> Identity:
    return Identity("asker", frozenset(roles), organisation, person)


def request(  # noqa: PLR0913  the parts of one request
    who: Identity,
    purpose: str,
    action: Action,
    person: PersonFacts | None = None,
    permit: PermitTerms | None = None,
    *,
    level: int = 1,
    reason: str | None = None,
) -> Request:
    return Request(who, purpose, action, person, permit, level, reason, TODAY)


def decided(book: RuleBook, requests: Sequence[Request]) -> list[Decision]:
    return [one for some in in_batches(requests, ENOUGH) for one in decide(book, some)]


@pytest.fixture(scope="session")
def denmark() -> RuleBook:
    return RuleBook.load("denmark")


@pytest.fixture(scope="session", params=["denmark", "norland"])
def book(request: pytest.FixtureRequest) -> RuleBook:
    return RuleBook.load(request.param)
