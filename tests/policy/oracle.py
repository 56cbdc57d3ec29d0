"""The rule book of Denmark as a plain table, written from the statements of the law.

It was written without the Cedar text and shares nothing with it: a list of who may do what for
which purpose, with the condition as a Python expression, and four things that stop everything.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kerne.policy.decision import Request

PURPOSES = {
    "own-treatment",
    "treatment-of-another",
    "prevention",
    "own-access",
    "guardian-access",
    "research",
    "statistics",
    "quality",
    "custody",
}
CITIZENS = {
    "change-choice",
    "widen-choice",
    "read-choices",
    "read-accesses",
    "follow-order",
    "read-answer",
}
CARE = {
    "follow-order",
    "open-case",
    "interpret",
    "classify",
    "sign-answer",
    "read-answer",
    "read-genome",
}
EXCEPTIONAL = {"read-answer", "read-genome"}


@dataclass(frozen=True)
class Line:
    """One line of the table: these roles may do these actions for these purposes, when."""

    purposes: set[str]
    roles: set[str] | None
    actions: set[str]
    names_a_person: bool | None
    when: Callable[[Request], bool] = lambda _request: True


def has_reason(request: Request) -> bool:
    return bool(request.reason and request.reason.strip())


def consents(request: Request) -> bool:
    return bool(request.person and request.person.analysis_consent)


def lives(request: Request) -> bool:
    return bool(request.person and request.person.alive)


def treats(request: Request) -> bool:
    return bool(request.person and request.person.treated_by_asker)


def is_blocked(request: Request) -> bool:
    return bool(request.person and request.person.blocks_asker)


def is_own_and_fifteen(request: Request) -> bool:
    person = request.person
    return bool(person and request.who.person == person.number and person.age_years > 14)


def is_guardian_of_a_living_child(request: Request) -> bool:
    person = request.person
    return bool(
        person
        and request.who.person is not None
        and request.who.person in person.guardians
        and person.age_years < 15
        and person.alive
    )


def permit_covers(request: Request) -> bool:
    permit = request.permit
    if permit is None:
        return False
    in_force = permit.active_from <= request.today and request.today < permit.expires
    named = request.who.identifier in permit.users
    fits = str(permit.purpose) == request.purpose and permit.level >= request.level
    return in_force and named and fits and permit.ethics_approved


TABLE = [
    Line(PURPOSES, None, {"ask-public-question"}, names_a_person=False),
    Line(
        {"own-treatment"},
        {"doctor"},
        {"change-choice", "read-choices"},
        names_a_person=True,
        when=lives,
    ),
    Line(
        {"own-treatment"},
        {"doctor"},
        {"place-order"},
        names_a_person=True,
        when=lambda r: lives(r) and consents(r),
    ),
    Line(
        {"own-treatment"},
        {"laboratory"},
        {"follow-order", "handle-sample", "add-genome"},
        names_a_person=True,
        when=lambda r: consents(r) and r.who.organisation is not None,
    ),
    Line({"own-treatment"}, {"geneticist"}, {"open-case"}, names_a_person=True, when=consents),
    Line(
        {"own-treatment"},
        {"geneticist"},
        {"interpret", "classify", "sign-answer"},
        names_a_person=True,
        when=lambda r: consents(r) and treats(r),
    ),
    Line(
        {"own-treatment"},
        {"doctor", "geneticist"},
        {"follow-order", "read-answer", "read-genome"},
        names_a_person=True,
        when=lambda r: consents(r) and treats(r),
    ),
    Line(
        {"own-treatment"},
        {"doctor", "geneticist"},
        EXCEPTIONAL,
        names_a_person=True,
        when=lambda r: consents(r) and has_reason(r),
    ),
    Line(
        {"treatment-of-another"},
        {"doctor", "geneticist"},
        {"count-genomes", "find-carriers"},
        names_a_person=False,
    ),
    Line({"own-access"}, None, CITIZENS, names_a_person=True, when=is_own_and_fifteen),
    Line(
        {"guardian-access"},
        None,
        CITIZENS,
        names_a_person=True,
        when=is_guardian_of_a_living_child,
    ),
    Line(
        {"research", "statistics"},
        {"researcher"},
        {"ask-question", "count-genomes", "find-carriers", "release-output"},
        names_a_person=False,
        when=permit_covers,
    ),
    Line(
        {"research", "statistics"},
        {"output-checker"},
        {"release-output"},
        names_a_person=False,
        when=lambda r: r.permit is not None,
    ),
    Line({"research"}, {"access-committee"}, {"issue-permit"}, names_a_person=False),
    Line({"quality", "custody"}, {"registrar"}, {"register-person"}, names_a_person=None),
    Line(
        {"quality", "custody"},
        {"registrar"},
        {"change-choice", "widen-choice"},
        names_a_person=True,
    ),
    Line(
        {"quality", "statistics"},
        {"laboratory", "registrar", "custodian"},
        {"count-genomes"},
        names_a_person=False,
    ),
    Line({"custody"}, {"custodian"}, {"remove-genome"}, names_a_person=True),
]


def is_stopped(request: Request) -> bool:
    """What outweighs every line of the table."""
    person, action, roles = request.person, str(request.action), request.who.roles
    if request.purpose not in PURPOSES:
        return True
    if person is not None and not person.known and action != "register-person":
        return True
    if request.purpose == "own-treatment" and action in CARE and is_blocked(request):
        return action not in EXCEPTIONAL or not has_reason(request)
    permit = request.permit
    return (
        action == "release-output"
        and "output-checker" in roles
        and permit is not None
        and request.who.identifier in permit.users
    )


def may(request: Request) -> bool:
    """Decide by the table."""
    if is_stopped(request):
        return False
    roles = {str(role) for role in request.who.roles}
    return any(
        request.purpose in line.purposes
        and (line.roles is None or bool(line.roles & roles))
        and str(request.action) in line.actions
        and line.names_a_person in {None, request.person is not None}
        and line.when(request)
        for line in TABLE
    )


def live_pairs() -> set[tuple[str, str]]:
    """The pairs of action and purpose that some line is about, for a named person."""
    return {
        (action, purpose)
        for line in TABLE
        if line.names_a_person is not False
        for action in line.actions
        for purpose in line.purposes
    }
