from datetime import date

import pytest

from kerne.people.asking import Action, Identity, Purpose, Role
from kerne.policy.decision import PermitTerms, PersonFacts, Request
from kerne.policy.rulebook import RuleBook

TODAY = date(2026, 3, 1)
ME = "P-000001"
PERSON = PersonFacts(
    number="P-000002",
    known=True,
    alive=True,
    age_years=40,
    analysis_consent=True,
    treated_by_asker=True,
    blocks_asker=False,
    guardians=frozenset(),
)
PERMIT = PermitTerms(
    purpose=Purpose.RESEARCH,
    ethics_approved=True,
    active_from=date(2026, 1, 1),
    expires=date(2027, 1, 1),
    users=frozenset({"asker"}),
    level=1,
)


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


@pytest.fixture(scope="session")
def denmark() -> RuleBook:
    return RuleBook.load("denmark")
