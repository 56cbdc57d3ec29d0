"""Requests to put to the rules and to the oracle: every state that matters, and random ones.

Each request has an asker of its own, so that thousands can be settled together.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Final

from kerne.people.asking import Action, Identity, Purpose, Role
from kerne.policy.decision import PermitTerms, PersonFacts, Record, Request

from .oracle import live_pairs

TODAY: Final = date(2026, 3, 1)
WORDS: Final = [*(purpose.value for purpose in Purpose), "insurance"]
YES_NO: Final = (False, True)
REASONS: Final = (None, "a reason")
AGES: Final = (0, 14, 15, 16, 17, 18, 40)
SUBJECT: Final = "P-000002"
RELATIONS: Final = ("nobody", "self", "guardian", "representative", "both")
ROLE_SETS: Final = [
    frozenset[Role](),
    *(frozenset({role}) for role in Role),
    frozenset({Role.RESEARCHER, Role.OUTPUT_CHECKER}),
    frozenset(set(Role) - {Role.OUTPUT_CHECKER}),
]
EVERYONE: Final = frozenset(set(Role) - {Role.OUTPUT_CHECKER})

PERSON: Final = PersonFacts(
    number=SUBJECT,
    known=True,
    alive=True,
    age_years=40,
    analysis_consent=True,
    treated_by_asker=True,
    blocks_asker=False,
    guardians=frozenset(),
    download_consent=True,
    recontact=True,
)
PERMIT: Final = PermitTerms(
    purpose=Purpose.RESEARCH,
    ethics_approved=True,
    active_from=date(2026, 1, 1),
    expires=date(2027, 1, 1),
    users=frozenset({"asker"}),
    level=1,
)
DAY: Final = timedelta(days=1)
PERMITS: Final = [
    None,
    PERMIT,
    replace(PERMIT, level=3),
    replace(PERMIT, purpose=Purpose.STATISTICS),
    replace(PERMIT, ethics_approved=False),
    replace(PERMIT, users=frozenset({"somebody-else"})),
    replace(PERMIT, active_from=TODAY),
    replace(PERMIT, active_from=TODAY + DAY),
    replace(PERMIT, expires=TODAY + DAY),
    replace(PERMIT, expires=TODAY),
]


class Numbering:
    """Gives each request an asker, and a citizen behind it, that no other request has.

    Parameters
    ----------
    keep
        The share of requests that are made at all; which, is drawn by `seed`.
    """

    def __init__(self, keep: float = 1.0, seed: int = 1) -> None:
        self._next = 0
        self._keep = keep
        self._draw = random.Random(seed)

    def skips(self) -> bool:
        return self._draw.random() >= self._keep

    def asker(
        self, roles: frozenset[Role], *, on_site: bool = True, person: bool = True
    ) -> Identity:
        self._next += 1
        number = f"P-9{self._next:08d}" if person else None
        return Identity(f"asker-{self._next}", roles, "east" if on_site else None, number)


def related(person: PersonFacts, relation: str, who: Identity) -> PersonFacts:
    """Return `person` as `who` stands to them; guardians and representatives may be others too."""
    person = replace(person, number=f"P-7{who.identifier.removeprefix('asker-')}")
    me = frozenset({who.person or "P-000000"})
    others = frozenset({"P-000008"})
    match relation:
        case "self":
            return replace(person, number=who.person or person.number)
        case "guardian":
            return replace(person, guardians=me | others)
        case "representative":
            return replace(person, representatives=me)
        case "both":
            return replace(person, guardians=me, representatives=others | me)
    return replace(person, guardians=others, representatives=others)


def named(permit: PermitTerms | None, who: Identity) -> PermitTerms | None:
    """Return `permit` with the asker's own name in the place of `asker`."""
    if permit is None:
        return None
    users = {who.identifier if user == "asker" else user for user in permit.users}
    return replace(permit, users=frozenset(users))


def personal(numbering: Numbering) -> Iterator[Request]:
    """Every role by every pair that the law is about by every state of the person concerned."""
    live = live_pairs()
    states = list(
        product(RELATIONS, AGES, YES_NO, YES_NO, YES_NO, YES_NO, REASONS)
    )  # relation, age, alive, consent, treated, blocked, reason
    for action, purpose in product(Action, WORDS):
        if (action.value, purpose) not in live:
            continue
        for roles in ROLE_SETS:
            for relation, age, alive, consent, treated, blocked, reason in states:
                if numbering.skips():
                    continue
                who = numbering.asker(roles)
                person = replace(
                    PERSON,
                    age_years=age,
                    alive=alive,
                    analysis_consent=consent,
                    treated_by_asker=treated,
                    blocks_asker=blocked,
                )
                yield Request(
                    *(who, purpose, action, related(person, relation, who), None, 1, reason, TODAY)
                )


def rarer(numbering: Numbering) -> Iterator[Request]:
    """What few rules look at: unknown numbers, sites, copies, limits, records, reasons in blank."""
    for action, purpose, roles in product(Action, WORDS, ROLE_SETS):
        for known, on_site, limited, copy in product(YES_NO, YES_NO, YES_NO, YES_NO):
            if numbering.skips():
                continue
            who = numbering.asker(roles, on_site=on_site)
            person = replace(PERSON, known=known, limited=limited, download_consent=copy)
            person = replace(person, recontact=copy)
            relation = "self" if copy == limited else "nobody"
            person = related(person, relation, who)
            yield Request(who, purpose, action, person, None, 1, "a reason", TODAY)
        for record, reason, age in product(Record, (None, "", "  ", "a reason"), (10, 40)):
            if numbering.skips():
                continue
            who = numbering.asker(roles, person=reason != "")
            relation = "guardian" if age == 10 else "representative"
            person = related(replace(PERSON, age_years=age), relation, who)
            yield Request(who, purpose, action, person, None, 1, reason, TODAY, record)


def relatives(numbering: Numbering) -> Iterator[Request]:
    """A relative's data for a patient's sake, and acts that somebody proposed."""
    for action, purpose, roles in product(Action, WORDS, ROLE_SETS):
        for is_kin, treated, limited, blocked, consent, alive, reason in product(
            YES_NO, YES_NO, YES_NO, YES_NO, YES_NO, YES_NO, REASONS
        ):
            reads = action in {Action.READ_ANSWER, Action.READ_GENOME, Action.REANALYSE}
            if numbering.skips() or (not reads and (blocked or limited)):
                continue
            who = numbering.asker(roles)
            # Each patient belongs to one request, as each asker does.
            patient = replace(PERSON, number=_patient_of(who), treated_by_asker=treated)
            person = replace(
                related(PERSON, "nobody", who),
                treated_by_asker=False,
                relatives=frozenset({patient.number} if is_kin else ()),
                limited=limited,
                blocks_asker=blocked,
                analysis_consent=consent,
                alive=alive,
            )
            yield Request(
                *(who, purpose, action, person, None, 1, reason, TODAY, Record.MAIN, patient)
            )
        for proposed_by, named_person, treated in product((None, "me", "other"), YES_NO, YES_NO):
            if numbering.skips():
                continue
            who = numbering.asker(roles)
            proposer = who.identifier if proposed_by == "me" else proposed_by
            person = replace(related(PERSON, "nobody", who), treated_by_asker=treated)
            subject = person if named_person else None
            yield Request(
                *(who, purpose, action, subject, None, 1, None, TODAY, Record.MAIN, None, proposer)
            )


def collective(numbering: Numbering) -> Iterator[Request]:
    """Every role by action by purpose by permit by level, naming nobody."""
    for roles, action, purpose, permit in product(ROLE_SETS, Action, WORDS, PERMITS):
        for level, record in product((1, 2, 3), Record):
            if numbering.skips() or (permit is None and (level > 1 or record is Record.SECOND)):
                continue
            who = numbering.asker(roles)
            terms = named(permit, who)
            yield Request(who, purpose, action, None, terms, level, None, TODAY, record)


def at_random(numbering: Numbering, count: int, seed: int) -> Iterator[Request]:
    """`count` requests in which everything is drawn."""
    draw = random.Random(seed)
    actions, roles, words = list(Action), list(Role), [*WORDS, "", "Research", "own-treatment "]
    live = sorted(live_pairs())
    for _ in range(count):
        who = numbering.asker(
            frozenset(draw.sample(roles, draw.choice((0, 1, 1, 2, 4)))),
            on_site=draw.random() < 0.8,
            person=draw.random() < 0.8,
        )
        action, purpose = draw.choice(actions), draw.choice(words)
        if draw.random() < 0.7:
            name, purpose = draw.choice(live)
            action = Action(name)
        yield Request(
            who=who,
            purpose=purpose,
            action=action,
            person=None if draw.random() < 0.15 else _person(draw, who),
            permit=named(draw.choice(PERMITS), who) if draw.random() < 0.3 else None,
            level=draw.randint(1, 3),
            reason=draw.choice((None, "", " ", "a reason")),
            today=TODAY + draw.randint(-1, 1) * DAY,
            record=draw.choices(list(Record), (8, 1, 1))[0],
            patient=_patient(draw, who) if draw.random() < 0.3 else None,
            proposed_by=draw.choice((None, "somebody-else", who.identifier)),
        )


def every(extra: int, keep: float = 1.0, seed: int = 1) -> Iterator[Request]:
    """Yield the whole grid, or the share `keep` of it, with `extra` random requests behind it."""
    numbering = Numbering(keep, seed)
    for part in (personal, rarer, relatives, collective):
        yield from part(numbering)
    yield from at_random(numbering, extra, seed)


def _person(draw: random.Random, who: Identity) -> PersonFacts:
    person = PersonFacts(
        number=SUBJECT,
        known=draw.random() < 0.95,
        alive=draw.random() < 0.8,
        age_years=draw.choice((*AGES, draw.randint(0, 100))),
        analysis_consent=draw.random() < 0.8,
        treated_by_asker=draw.random() < 0.5,
        blocks_asker=draw.random() < 0.3,
        guardians=frozenset(),
        download_consent=draw.random() < 0.7,
        recontact=draw.random() < 0.7,
        limited=draw.random() < 0.3,
        relatives=frozenset({_patient_of(who)}) if draw.random() < 0.7 else frozenset(),
    )
    return related(person, draw.choice(RELATIONS), who)


def _patient(draw: random.Random, who: Identity) -> PersonFacts:
    return replace(PERSON, number=_patient_of(who), treated_by_asker=draw.random() < 0.7)


def _patient_of(who: Identity) -> str:
    return f"P-8{who.identifier.removeprefix('asker-')}"
