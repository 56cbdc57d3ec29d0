"""Decide requests by a rule book: facts in, yes or no and the rules that settled it out.

The facts become the entities that the rules speak of (`schema.cedarschema`), for these requests
only; the rules themselves stay parsed. A decision is yes when a permit matches and no forbid does.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

import cedarpy

from kerne.errors import PolicyError
from kerne.people.asking import Action, Identity, Purpose
from kerne.policy.rulebook import RuleBook

CENTRE: Final = {"type": "Kerne::Centre", "id": "centre"}

AT_ONCE: Final = 200
"""Requests that are put to Cedar together: their entities stay in the processor's caches."""

_Json = dict[str, Any]  # Any: Cedar's JSON forms of entities and values


class Record(StrEnum):
    """What can take the record of a request now."""

    MAIN = "main"
    """The audit."""
    SECOND = "second"
    """The local log for when the audit fails."""
    NONE = "none"


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
    download_consent
        The written consent to an unfiltered copy of the genome stands.
    limited
        The person keeps the genome to their own treatment.
    recontact
        The person wants to hear when an answer changes later.
    treated_by_asker
        The asker is in a treatment relation with the person now.
    blocks_asker
        The person keeps the asker, or everyone, out.
    guardians
        Person numbers of those who have custody on that day.
    representatives
        Person numbers of those appointed to decide for the person on that day.
    relatives
        Person numbers of genetic kin, as far as the request names them.
    """

    number: str
    known: bool
    alive: bool
    age_years: int
    analysis_consent: bool
    treated_by_asker: bool
    blocks_asker: bool
    guardians: frozenset[str]
    download_consent: bool = False
    limited: bool = False
    recontact: bool = False
    representatives: frozenset[str] = frozenset()
    relatives: frozenset[str] = frozenset()


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
    """One request on one person's data, or on nobody's by name, with its facts.

    Parameters
    ----------
    who
        The asker.
    purpose
        As it was said.
    action
        What is to be done.
    person
        The person concerned; `None` when nobody is named.
    permit
        The permit of the project that was named.
    level
        How closely the question looks: 1 allele frequencies, 2 single persons, 3 secondary use.
    reason
        The asker's written reason; blank is none.
    today
        The local day.
    record
        What can take the record of this request.
    patient
        The patient for whose sake a relative's data are asked for.
    proposed_by
        Identifier of who proposed an act of two people.
    """

    who: Identity
    purpose: str
    action: Action
    person: PersonFacts | None
    permit: PermitTerms | None
    level: int
    reason: str | None
    today: date
    record: Record = Record.MAIN
    patient: PersonFacts | None = None
    proposed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is permitted, and the names of the rules that settled it, ascending.

    A refusal without rules is silence: nothing permits it.
    """

    permitted: bool
    rules: tuple[str, ...]


def decide(book: RuleBook, requests: Sequence[Request]) -> list[Decision]:
    """Settle each of `requests`, which come from one asker on different persons.

    A request that names several people is several requests here, one for each. Requests that
    differ in nothing but whom they name are settled once: of a person's number the rules know only
    whether it is the asker's own, the patient's or a relation's.

    Raises
    ------
    PolicyError
        A rule could not be evaluated on these facts, or two requests tell different facts of one
        person; nothing is decided then.
    """
    distinct: dict[Request, int] = {}
    places = [distinct.setdefault(_unnamed(request), len(distinct)) for request in requests]
    settled = _settle_each(book, list(distinct))
    return [settled[place] for place in places]


def _unnamed(request: Request) -> Request:
    """Return `request` with the number of its person taken out, unless it means something."""
    person, patient = request.person, request.patient
    if person is None or person.number == request.who.person:
        return request
    if patient is not None and person.number == patient.number:
        return request
    return replace(request, person=replace(person, number=""))


def _settle_each(book: RuleBook, requests: Sequence[Request]) -> list[Decision]:
    by_action: dict[Action, list[int]] = defaultdict(list)
    for place, request in enumerate(requests):
        by_action[request.action].append(place)
    settled: dict[int, Decision] = {}
    for action, places in by_action.items():
        for start in range(0, len(places), AT_ONCE):
            some = places[start : start + AT_ONCE]
            questions, entities = as_cedar([requests[place] for place in some])
            settled |= zip(some, settle(book, action, questions, entities), strict=True)
    return [settled[place] for place in range(len(requests))]


def as_cedar(requests: Sequence[Request]) -> tuple[list[_Json], list[_Json]]:
    """Return `requests` as questions in Cedar's JSON form, and the entities that they speak of.

    Raises
    ------
    PolicyError
        Two requests tell different facts of one person.
    """
    entities: dict[tuple[str, str], _Json] = {}
    questions = []
    for place, request in enumerate(requests):
        person = request.person
        if person is not None and not person.number:
            person = replace(person, number=f"person-{place}")
        for one in _entities(request, person):
            if entities.setdefault(_uid(one), one) != one:
                raise PolicyError("requests that are settled together tell different facts")
        questions.append(_question(request, person))
    return questions, list(entities.values())


def settle(
    book: RuleBook, action: str, questions: list[_Json], entities: list[_Json]
) -> list[Decision]:
    """Put `questions` on one action, in Cedar's JSON form, to the rules.

    Parameters
    ----------
    entities
        What the questions speak of, in Cedar's JSON form.

    Raises
    ------
    PolicyError
        A rule could not be evaluated, or something does not fit the schema.
    """
    try:
        known = cedarpy.Entities.from_json_str(json.dumps(entities), book.schema)
    except ValueError as error:
        raise PolicyError(f"facts do not fit the schema of the rules: {error}") from error
    # The facts were held against the schema; what a question itself lacks, a rule fails on below.
    results = cedarpy.is_authorized_batch(questions, book.about[action], known)
    return [decided_by(result) for result in results]


def entity(kind: str, identifier: str, attributes: Mapping[str, Any]) -> _Json:  # Any: JSON
    """Return an entity of the rules, in Cedar's JSON form."""
    return {"uid": {"type": kind, "id": identifier}, "attrs": attributes, "parents": []}


def decided_by(result: cedarpy.AuthzResult) -> Decision:
    """Return what Cedar answered.

    Raises
    ------
    PolicyError
        A rule could not be evaluated.
    """
    diagnostics = result.diagnostics
    # INVARIANT: a rule that failed to evaluate never counts as one that did not match.
    if diagnostics.errors or result.decision is cedarpy.Decision.NoDecision:
        raise PolicyError(f"a rule could not be evaluated: {'; '.join(diagnostics.errors)}")
    return Decision(
        permitted=result.allowed,
        rules=tuple(sorted(diagnostics.id_annotations_by_reason.values())),
    )


def _question(request: Request, person: PersonFacts | None) -> _Json:
    context: _Json = {
        "purpose": request.purpose,
        "level": request.level,
        "record": request.record.value,
    }
    if request.reason is not None and request.reason.strip():
        context["reason"] = request.reason
    if request.permit is not None:
        context["permit"] = _permit(request.permit, request.today)
    if request.patient is not None:
        context["patient"] = _person(request.patient.number)
    if request.proposed_by is not None:
        context["proposed_by"] = _user(request.proposed_by)
    return {
        "principal": {"type": "Kerne::User", "id": request.who.identifier},
        "action": {"type": "Kerne::Action", "id": request.action.value},
        "resource": CENTRE if person is None else {"type": "Kerne::Person", "id": person.number},
        "context": context,
    }


def _permit(permit: PermitTerms, today: date) -> _Json:
    return {
        "purpose": str(permit.purpose),
        "ethics_approved": permit.ethics_approved,
        "active_from": _day(permit.active_from),
        "expires": _day(permit.expires),
        "asked_on": _day(today),
        "users": [_user(name) for name in sorted(permit.users)],
        "level": permit.level,
    }


def _entities(request: Request, person: PersonFacts | None) -> Iterator[_Json]:
    yield _asker(request.who)
    for each in (person, request.patient):
        if each is not None:
            yield _person_entity(each, request.who)


def _person_entity(person: PersonFacts, who: Identity) -> _Json:
    me = _user(who.identifier)
    attributes = {
        "known": person.known,
        "alive": person.alive,
        "age_years": person.age_years,
        "analysis_consent": person.analysis_consent,
        "download_consent": person.download_consent,
        "limited": person.limited,
        "recontact": person.recontact,
        "treated_by": [me] if person.treated_by_asker else [],
        "blocked": [me] if person.blocks_asker else [],
        "guardians": [_person(number) for number in sorted(person.guardians)],
        "representatives": [_person(number) for number in sorted(person.representatives)],
        "relatives": [_person(number) for number in sorted(person.relatives)],
    }
    return entity("Kerne::Person", person.number, attributes)


def _asker(who: Identity) -> _Json:
    attributes: _Json = {"roles": sorted(role.value for role in who.roles)}
    if who.organisation is not None:
        attributes["organisation"] = who.organisation
    if who.person is not None:
        attributes["person"] = _person(who.person)
    return entity("Kerne::User", who.identifier, attributes)


def _uid(entity: _Json) -> tuple[str, str]:
    return entity["uid"]["type"], entity["uid"]["id"]


def _user(identifier: str) -> _Json:
    return {"__entity": {"type": "Kerne::User", "id": identifier}}


def _person(number: str) -> _Json:
    return {"__entity": {"type": "Kerne::Person", "id": number}}


@lru_cache(maxsize=8)
def _day(day: date) -> _Json:
    return {"__extn": {"fn": "datetime", "arg": day.isoformat()}}
