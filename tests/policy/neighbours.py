"""The requests that differ in one thing from requests that one rule alone settles.

A rule book that is wrong in one place of one rule answers some of these otherwise.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

from kerne.database.engine import in_batches
from kerne.people.asking import Action, Identity, Purpose, Role
from kerne.policy.decision import PersonFacts, Record, Request, decide
from kerne.policy.rulebook import RuleBook

from .grid import (
    AGES,
    EVERYONE,
    PERMIT,
    PERSON,
    REASONS,
    RELATIONS,
    ROLE_SETS,
    TODAY,
    WORDS,
    YES_NO,
    Numbering,
    named,
    related,
)
from .oracle import LAWS, TABLE, judge

SEEDS = 8
"""How many requests are taken as settled by each rule."""


def ideal(numbering: Numbering) -> Iterator[Request]:
    """Yield what the table could permit: each of its lines by single roles, with little for it."""
    asked = {
        (action, purpose, role)
        for line in TABLE
        for action in line.actions
        for purpose in line.purposes
        for role in line.roles or {""}
    }
    for action, purpose, role in sorted(asked):
        roles = frozenset({Role(role)} if role else ())
        permits = (None, PERMIT, replace(PERMIT, users=frozenset({"somebody-else"})))
        for reason, permit, proposed_by in product(REASONS, permits, (None, "other")):
            for record in (Record.MAIN, Record.SECOND):
                who = numbering.asker(roles)
                bare = Request(
                    who=who,
                    purpose=purpose,
                    action=Action(action),
                    person=None,
                    permit=named(permit and replace(permit, purpose=Purpose(purpose)), who),
                    level=1,
                    reason=reason,
                    today=TODAY,
                    record=record,
                    proposed_by=proposed_by,
                )
                yield bare
                for person, patient in _persons(who):
                    yield replace(bare, person=person, patient=patient)


def _persons(who: Identity) -> Iterator[tuple[PersonFacts, PersonFacts | None]]:
    patient = replace(PERSON, number=f"P-8{who.identifier.removeprefix('asker-')}")
    for relation, age, treated, consent in product(RELATIONS[:4], (10, 16, 40), YES_NO, YES_NO):
        person = replace(
            PERSON,
            age_years=age,
            treated_by_asker=treated,
            analysis_consent=consent,
            download_consent=consent,
            relatives=frozenset({patient.number}),
        )
        yield related(person, relation, who), None
        yield related(person, relation, who), patient


def favours(request: Request) -> int:
    """Count what speaks for a request: those with the least tell most about a wrong rule."""
    person = request.person
    parts = (request.reason, request.permit, request.proposed_by, request.patient)
    given = [part is not None for part in parts]
    if person is not None:
        given += [person.treated_by_asker, person.analysis_consent, person.age_years > AGES[-2]]
    return sum(given)


def settled_alone(book: RuleBook) -> dict[str, list[Request]]:
    """Return, for each rule, requests that it alone settles: few words for it, many actions."""
    law = LAWS[book.country]
    permitted = sorted(
        (each for each in ideal(Numbering()) if judge(each, law).permitted), key=favours
    )
    kinds = {(each.action, each.purpose, each.who.roles): each for each in permitted}
    stopped = [
        near
        for each in kinds.values()
        for near in neighbours(each)
        if len(judge(near, law).stops) == 1
    ]
    candidates = [renumbered(each, place) for place, each in enumerate([*permitted, *stopped])]
    found: dict[str, dict[tuple[Action, int], Request]] = defaultdict(dict)
    for some in in_batches(candidates, 1000):
        for request, decision in zip(some, decide(book, some), strict=True):
            if len(decision.rules) == 1:
                kind = request.action, favours(request)
                found[decision.rules[0]].setdefault(kind, request)
    return {rule: list(requests.values())[:SEEDS] for rule, requests in found.items()}


def neighbours(request: Request) -> Iterator[Request]:
    """Yield `request` and all that differ from it in one thing."""
    yield request
    yield from _otherwise_asked(request)
    yield from _under_another_permit(request)
    if request.person is None:
        yield replace(request, person=related(PERSON, "nobody", request.who))
    else:
        yield replace(request, person=None)
        for person in _other_persons(request, request.person):
            yield replace(request, person=person)
    yield from _for_another_patient(request)


def _otherwise_asked(request: Request) -> Iterator[Request]:
    who = request.who
    yield from (replace(request, action=action) for action in Action)
    yield from (replace(request, purpose=word) for word in WORDS)
    yield from (replace(request, who=replace(who, roles=roles)) for roles in ROLE_SETS)
    yield replace(request, who=replace(who, organisation=None))
    yield replace(request, who=replace(who, person=None))
    yield from (replace(request, reason=reason) for reason in (None, "", "a reason"))
    yield from (replace(request, record=record) for record in Record)
    for proposed_by in (None, who.identifier, "somebody-else"):
        yield replace(request, proposed_by=proposed_by)


def _under_another_permit(request: Request) -> Iterator[Request]:
    yield replace(request, permit=None)
    held = request.permit or replace(PERMIT, users=frozenset({request.who.identifier}))
    yield replace(request, permit=held)
    yield replace(request, permit=replace(held, ethics_approved=not held.ethics_approved))
    yield replace(request, permit=replace(held, users=frozenset({"somebody-else"})))
    yield replace(request, permit=replace(held, users=frozenset({request.who.identifier})))
    for level in (1, 2, 3):
        yield replace(request, permit=replace(held, level=level))
        yield replace(request, permit=held, level=level)
    for days in (-1, 0, 1):
        day = request.today + timedelta(days=days)
        yield replace(request, permit=replace(held, active_from=day))
        yield replace(request, permit=replace(held, expires=day))
    for word in ("research", "statistics", *WORDS):
        # A permit is for what is asked, whatever that is.
        yield replace(request, purpose=word, permit=replace(held, purpose=word))  # type: ignore[arg-type]  # words that are no purposes too


def _other_persons(request: Request, person: PersonFacts) -> Iterator[PersonFacts]:
    for flag in (
        "known",
        "alive",
        "analysis_consent",
        "download_consent",
        "limited",
        "recontact",
        "treated_by_asker",
        "blocks_asker",
    ):
        changed: dict[str, Any] = {flag: not getattr(person, flag)}  # Any: one yes or no
        yield replace(person, **changed)
    yield from (replace(person, age_years=age) for age in AGES)
    alone = replace(person, guardians=frozenset(), representatives=frozenset())
    for relation in ("nobody", "self", "guardian", "representative", "both"):
        yield related(alone, relation, request.who)
    yield replace(person, relatives=frozenset())


def _for_another_patient(request: Request) -> Iterator[Request]:
    patient = request.patient
    yield replace(request, patient=None)
    if patient is not None:
        treated = replace(patient, treated_by_asker=not patient.treated_by_asker)
        yield replace(request, patient=treated)


def renumbered(request: Request, place: int) -> Request:
    """Return `request` with an asker and persons that no other has."""
    who, person, patient = request.who, request.person, request.patient
    names = {who.person: f"P-91{place:08d}", patient and patient.number: f"P-81{place:08d}"}
    names |= {person and person.number: names.get(person and person.number, f"P-71{place:08d}")}
    asker = f"asker-1-{place}"

    def known_as(numbers: frozenset[str]) -> frozenset[str]:
        return frozenset(names.get(number) or number for number in numbers)

    def named(facts: PersonFacts | None) -> PersonFacts | None:
        return facts and replace(
            facts,
            number=names[facts.number] or "",
            guardians=known_as(facts.guardians),
            representatives=known_as(facts.representatives),
            relatives=known_as(facts.relatives),
        )

    users = request.permit.users if request.permit else frozenset()
    users = frozenset(asker if user == who.identifier else user for user in users)
    return replace(
        request,
        who=replace(who, identifier=asker, person=who.person and names[who.person]),
        person=named(person),
        patient=named(patient),
        permit=request.permit and replace(request.permit, users=users),
        proposed_by=asker if request.proposed_by == who.identifier else request.proposed_by,
    )


def around_every_rule(book: RuleBook) -> list[Request]:
    """Return the neighbours of what each rule of `book` settles alone, and every act once more.

    Every action is asked for every purpose by everyone, with each kind of record.
    """
    seeds = settled_alone(book)
    near = [
        neighbour
        for requests in seeds.values()
        for request in requests
        for neighbour in neighbours(request)
    ]
    numbering = Numbering()
    for action, purpose, record in product(Action, WORDS, Record):
        who = numbering.asker(EVERYONE)
        near.append(Request(who, purpose, action, PERSON, None, 1, "a reason", TODAY, record))
    return [renumbered(request, place) for place, request in enumerate(near)]
