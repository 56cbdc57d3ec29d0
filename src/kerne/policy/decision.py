"""Decide requests by a rule book: facts in, yes or no and the rules that settled it out.

The facts become the entities that the rules speak of (`schema.cedarschema`), for these requests
only; the rules themselves stay parsed. A decision is yes when a permit matches and no forbid does.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import cedarpy

from kerne.errors import PolicyError
from kerne.people.asking import Action, Identity, Purpose
from kerne.policy.rulebook import RuleBook

CENTRE: Final = {"type": "Kerne::Centre", "id": "centre"}

_Json = dict[str, Any]  # Any: Cedar's JSON forms of entities and values


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What rules may know of a person whose data are asked for, and of the asker's relation.

    Parameters
    ----------
    number
        Person number.
    known
        The register has this person; the other facts mean nothing when it has not.
    alive
        No death is registered.
    age_years
        Whole years on the local day of the request.
    analysis_consent
        The written consent to comprehensive genetic analysis stands.
    treated_by_asker
        The asker is in a treatment relation with the person now.
    blocks_asker
        The person keeps the asker, or everyone, out.
    guardians
        Person numbers of those who have custody on that day.
    """

    number: str
    known: bool
    alive: bool
    age_years: int
    analysis_consent: bool
    treated_by_asker: bool
    blocks_asker: bool
    guardians: frozenset[str]


@dataclass(frozen=True, slots=True)
class PermitTerms:
    """What rules may know of a research permit; see `gate.permits.PermitFacts`."""

    purpose: Purpose
    ethics_approved: bool
    active_from: date
    expires: date
    users: frozenset[str]
    level: int


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the rules.

    Parameters
    ----------
    purpose
        As it was said; a word outside the list is forbidden by a rule.
    person
        On whose data; `None` for a request that names nobody.
    level
        How closely it looks: 1 allele frequency, 2 single persons, 3 secondary use.
    reason
        The asker's written reason; blank is none.
    today
        The local day.
    """

    who: Identity
    purpose: str
    action: Action
    person: PersonFacts | None
    permit: PermitTerms | None
    level: int
    reason: str | None
    today: date


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is permitted, and the names of the rules that settled it, ascending.

    A refusal without rules is silence: nothing permits it.
    """

    permitted: bool
    rules: tuple[str, ...]


def decide(book: RuleBook, requests: Sequence[Request]) -> list[Decision]:
    """Settle each of `requests`, which come from one asker on different persons.

    A request that names several people is several requests here, one for each.

    Raises
    ------
    PolicyError
        A rule could not be evaluated on these facts; nothing is decided then.
    """
    entities = {_uid(entity): entity for request in requests for entity in _entities(request)}
    results = cedarpy.is_authorized_batch(
        [_question(request) for request in requests],
        book.policies,
        cedarpy.Entities.from_json_str(json.dumps(list(entities.values())), book.schema),
        book.schema,
    )
    return [_decision(result) for result in results]


def _decision(result: cedarpy.AuthzResult) -> Decision:
    diagnostics = result.diagnostics
    # INVARIANT: a rule that failed to evaluate never counts as one that did not match.
    if diagnostics.errors or result.decision is cedarpy.Decision.NoDecision:
        raise PolicyError(f"a rule could not be evaluated: {'; '.join(diagnostics.errors)}")
    return Decision(
        permitted=result.allowed,
        rules=tuple(sorted(diagnostics.id_annotations_by_reason.values())),
    )


def _question(request: Request) -> _Json:
    context: _Json = {
        "purpose": request.purpose,
        "today": _day(request.today),
        "level": request.level,
    }
    if request.reason is not None and request.reason.strip():
        context["reason"] = request.reason
    if request.permit is not None:
        context["permit"] = _permit(request.permit)
    person = request.person
    return {
        "principal": {"type": "Kerne::User", "id": request.who.identifier},
        "action": {"type": "Kerne::Action", "id": str(request.action)},
        "resource": CENTRE if person is None else {"type": "Kerne::Person", "id": person.number},
        "context": context,
    }


def _permit(permit: PermitTerms) -> _Json:
    return {
        "purpose": str(permit.purpose),
        "ethics_approved": permit.ethics_approved,
        "active_from": _day(permit.active_from),
        "expires": _day(permit.expires),
        "users": [_user(name) for name in sorted(permit.users)],
        "level": permit.level,
    }


def _entities(request: Request) -> list[_Json]:
    entities = [_asker(request.who)]
    person = request.person
    if person is not None:
        me = _user(request.who.identifier)
        attributes = {
            "known": person.known,
            "alive": person.alive,
            "age_years": person.age_years,
            "analysis_consent": person.analysis_consent,
            "treated_by": [me] if person.treated_by_asker else [],
            "blocked": [me] if person.blocks_asker else [],
            "guardians": [_person(number) for number in sorted(person.guardians)],
        }
        entities.append(_entity("Kerne::Person", person.number, attributes))
    return entities


def _asker(who: Identity) -> _Json:
    attributes: _Json = {"roles": sorted(str(role) for role in who.roles)}
    if who.organisation is not None:
        attributes["organisation"] = who.organisation
    if who.person is not None:
        attributes["person"] = _person(who.person)
    return _entity("Kerne::User", who.identifier, attributes)


def _entity(kind: str, identifier: str, attributes: Mapping[str, Any]) -> _Json:
    return {"uid": {"type": kind, "id": identifier}, "attrs": attributes, "parents": []}


def _uid(entity: _Json) -> tuple[str, str]:
    return entity["uid"]["type"], entity["uid"]["id"]


def _user(identifier: str) -> _Json:
    return {"__entity": {"type": "Kerne::User", "id": identifier}}


def _person(number: str) -> _Json:
    return {"__entity": {"type": "Kerne::Person", "id": number}}


def _day(day: date) -> _Json:
    return {"__extn": {"fn": "datetime", "arg": day.isoformat()}}
