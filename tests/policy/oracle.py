"""The law of two countries as a plain table, written from its statements.

It was written without the Cedar text and shares nothing with it: a list of who may do what for
which purpose, with the condition as a Python expression; what stops everything; and who is told.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kerne.policy.decision import Record, Request
from kerne.policy.genomes import FindingFacts, GenomeFacts

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
LOOKS = {"read-choices", "read-accesses", "follow-order", "read-answer"}
"""What a citizen sees of their own."""
CHOICES = {"record-consent", "change-choice", "widen-choice", "limit-data"}
CARE = {
    "follow-order",
    "open-case",
    "interpret",
    "classify",
    "relabel-finding",
    "reanalyse",
    "recontact",
    "read-relationship-check",
    "read-identity-check",
    "sign-answer",
    "read-answer",
    "read-genome",
}
CONTENT = {"read-answer", "read-genome"}
RESEARCH = {"research", "statistics"}


@dataclass(frozen=True)
class Law:
    """What differs between countries."""

    own_choices_from: int
    has_exception: bool
    silence_is_yes: bool
    guardians_yes_lapses: bool


DENMARK = Law(15, has_exception=True, silence_is_yes=True, guardians_yes_lapses=False)
NORLAND = Law(16, has_exception=False, silence_is_yes=False, guardians_yes_lapses=True)
LAWS = {"denmark": DENMARK, "norland": NORLAND}


@dataclass(frozen=True)
class Answer:
    """Whether it is permitted, what stopped it, and whether the person is told each time."""

    permitted: bool
    stops: frozenset[str]
    told: bool


@dataclass(frozen=True)
class Line:
    """One line of the table: these roles may do these actions for these purposes, when."""

    purposes: set[str]
    roles: set[str] | None
    actions: set[str]
    names_a_person: bool | None
    when: Callable[[Request, Law], bool] = lambda _request, _law: True
    told: bool = False


def has_reason(request: Request) -> bool:
    return bool(request.reason and request.reason.strip())


def consents(request: Request) -> bool:
    return bool(request.person and request.person.analysis_consent)


def treats(request: Request) -> bool:
    return bool(request.person and request.person.treated_by_asker)


def is_blocked(request: Request) -> bool:
    return bool(request.person and request.person.blocks_asker)


def treats_and_consents(request: Request, _law: Law) -> bool:
    return treats(request) and consents(request)


def consent_stands(request: Request, _law: Law) -> bool:
    return consents(request)


def may_be_ordered(request: Request, _law: Law) -> bool:
    return consents(request) and bool(request.person and request.person.alive)


def is_laboratory_on_site(request: Request, _law: Law) -> bool:
    return consents(request) and request.who.organisation is not None


def is_the_exception(request: Request, law: Law) -> bool:
    usual = treats(request) and not is_blocked(request)
    return law.has_exception and consents(request) and has_reason(request) and not usual


def is_essential_to_a_relative(request: Request, _law: Law) -> bool:
    person, patient = request.person, request.patient
    return bool(
        person
        and patient
        and has_reason(request)
        and patient.treated_by_asker
        and patient.number in person.relatives
        and person.analysis_consent
    )


def is_relabelled_with_reason(request: Request, _law: Law) -> bool:
    return treats(request) and consents(request) and has_reason(request)


def wants_to_hear(request: Request, _law: Law) -> bool:
    return consents(request) and bool(request.person and request.person.recontact)


def lives_and_wants_to_hear(request: Request, law: Law) -> bool:
    return wants_to_hear(request, law) and bool(request.person and request.person.alive)


def treats_who_wants_to_hear(request: Request, law: Law) -> bool:
    return wants_to_hear(request, law) and treats(request)


def is_consenting_kin(request: Request, _law: Law) -> bool:
    person, patient = request.person, request.patient
    return bool(person and patient and consents(request) and patient.number in person.relatives)


def is_own_and_old_enough(request: Request, law: Law) -> bool:
    person = request.person
    return bool(
        person and request.who.person == person.number and person.age_years >= law.own_choices_from
    )


def is_own_copy(request: Request, _law: Law) -> bool:
    person = request.person
    is_own = bool(person and request.who.person == person.number)
    return bool(is_own and person and person.age_years > 17 and person.download_consent)


def is_guardian_of_a_living_child(request: Request, law: Law) -> bool:
    person = request.person
    return bool(
        person
        and request.who.person is not None
        and request.who.person in person.guardians
        and person.age_years < law.own_choices_from
        and person.alive
    )


def represents_a_living_adult(request: Request, _law: Law) -> bool:
    person = request.person
    return bool(
        person
        and request.who.person is not None
        and request.who.person in person.representatives
        and person.age_years > 17
        and person.alive
    )


def permit_covers(request: Request, _law: Law) -> bool:
    permit = request.permit
    if permit is None:
        return False
    in_force = permit.active_from <= request.today and request.today < permit.expires
    named = request.who.identifier in permit.users
    fits = str(permit.purpose) == request.purpose and permit.level >= request.level
    return in_force and named and fits and permit.ethics_approved


def has_permit(request: Request, _law: Law) -> bool:
    return request.permit is not None


def was_proposed_by_another(request: Request, _law: Law) -> bool:
    return request.proposed_by not in {None, request.who.identifier}


DOCTORS = {"doctor", "geneticist"}
OWN = CHOICES | LOOKS

TABLE = [
    Line(PURPOSES, None, {"ask-public-question"}, names_a_person=False),
    # The doctor records with the patient, and opens nothing.
    Line(
        {"own-treatment"},
        {"doctor"},
        {"record-consent", "change-choice", "read-choices"},
        names_a_person=True,
    ),
    Line({"own-treatment"}, {"doctor"}, {"place-order"}, names_a_person=True, when=may_be_ordered),
    Line(
        {"own-treatment"},
        {"laboratory"},
        {
            "follow-order",
            "handle-sample",
            "add-genome",
            "read-relationship-check",
            "read-identity-check",
        },
        names_a_person=True,
        when=is_laboratory_on_site,
    ),
    Line(
        {"own-treatment"},
        {"geneticist"},
        {"open-case"},
        names_a_person=True,
        when=consent_stands,
    ),
    Line(
        {"own-treatment"},
        {"geneticist"},
        {"interpret", "classify", "sign-answer", "read-relationship-check"},
        names_a_person=True,
        when=treats_and_consents,
    ),
    Line(
        {"own-treatment"},
        {"geneticist"},
        {"relabel-finding"},
        names_a_person=True,
        when=is_relabelled_with_reason,
    ),
    Line(
        {"own-treatment"},
        {"geneticist"},
        {"reanalyse"},
        names_a_person=True,
        when=lives_and_wants_to_hear,
    ),
    Line(
        {"own-treatment"},
        {"geneticist"},
        {"recontact"},
        names_a_person=True,
        when=treats_who_wants_to_hear,
    ),
    Line(
        {"treatment-of-another"},
        {"geneticist"},
        {"reanalyse"},
        names_a_person=True,
        when=is_consenting_kin,
    ),
    Line(
        {"own-treatment"},
        DOCTORS,
        {"follow-order", *CONTENT},
        names_a_person=True,
        when=treats_and_consents,
    ),
    Line(
        {"own-treatment"},
        DOCTORS,
        CONTENT,
        names_a_person=True,
        when=is_the_exception,
        told=True,
    ),
    Line(
        {"treatment-of-another"},
        DOCTORS,
        {"count-genomes", "find-carriers"},
        names_a_person=False,
    ),
    Line(
        {"treatment-of-another"},
        {"geneticist"},
        {"read-classifications", "export-classifications", "release-profiles"},
        names_a_person=False,
        when=lambda request, _law: request.who.organisation is not None,
    ),
    Line(
        {"treatment-of-another"},
        DOCTORS,
        CONTENT,
        names_a_person=True,
        when=is_essential_to_a_relative,
        told=True,
    ),
    Line({"own-access"}, None, OWN, names_a_person=True, when=is_own_and_old_enough),
    Line({"own-access"}, None, {"download-genome"}, names_a_person=True, when=is_own_copy),
    Line(
        {"guardian-access"},
        None,
        OWN - {"limit-data"},
        names_a_person=True,
        when=is_guardian_of_a_living_child,
    ),
    Line({"guardian-access"}, None, OWN, names_a_person=True, when=represents_a_living_adult),
    Line(
        RESEARCH,
        {"researcher"},
        {"ask-question", "count-genomes", "find-carriers", "release-output"},
        names_a_person=False,
        when=permit_covers,
    ),
    Line(RESEARCH, {"output-checker"}, {"release-output"}, names_a_person=False, when=has_permit),
    Line({"research"}, {"access-committee"}, {"issue-permit"}, names_a_person=False),
    Line({"quality", "custody"}, {"registrar"}, {"register-person"}, names_a_person=None),
    Line({"quality"}, {"registrar"}, CHOICES | {"read-choices"}, names_a_person=True),
    Line(
        {"quality", "statistics"},
        {"laboratory", "registrar", "custodian"},
        {"count-genomes"},
        names_a_person=False,
    ),
    Line(
        {"quality"},
        {"laboratory"},
        {"find-duplicates"},
        names_a_person=False,
        when=lambda request, _law: request.who.organisation is not None,
    ),
    Line(
        {"quality"},
        {"laboratory", "geneticist"},
        {"record-validation"},
        names_a_person=False,
        when=lambda request, _law: request.who.organisation is not None,
    ),
    Line({"custody"}, {"custodian"}, {"remove-genome"}, names_a_person=True),
    Line({"custody"}, {"custodian"}, {"propose-erasure", "propose-turn-back"}, names_a_person=None),
    Line({"custody"}, {"custodian"}, {"read-proposals", "confirm-restore"}, names_a_person=False),
    Line(
        {"custody"},
        {"custodian"},
        {"erase-person", "turn-back-pseudonym"},
        names_a_person=True,
        when=was_proposed_by_another,
    ),
]


def has_no_record(request: Request, _law: Law) -> bool:
    looks = str(request.action) in CONTENT | {"follow-order"}
    passes_on_second = request.purpose == "own-treatment" and looks
    return request.record is Record.NONE or (
        request.record is Record.SECOND and not passes_on_second
    )


def checks_an_own_output(request: Request, _law: Law) -> bool:
    checker = "output-checker" in {str(role) for role in request.who.roles}
    users = request.permit.users if request.permit else frozenset()
    return request.action == "release-output" and checker and request.who.identifier in users


def is_nobody(request: Request, _law: Law) -> bool:
    person = request.person
    return bool(person and not person.known and request.action != "register-person")


def is_kept_out(request: Request, law: Law) -> bool:
    if request.action not in CARE or not is_blocked(request):
        return False
    if request.purpose == "treatment-of-another":
        return True
    opens = law.has_exception and request.action in CONTENT and has_reason(request)
    return request.purpose == "own-treatment" and not opens


def is_kept_to_own_treatment(request: Request, _law: Law) -> bool:
    limited = bool(request.person and request.person.limited)
    reads = request.action in {*CONTENT, "reanalyse"}
    return limited and request.purpose == "treatment-of-another" and reads


def is_too_young_to_limit(request: Request, law: Law) -> bool:
    person = request.person
    young = bool(person and person.age_years < law.own_choices_from)
    return young and request.action == "limit-data"


def chooses_for_the_dead(request: Request, _law: Law) -> bool:
    dead = bool(request.person and not request.person.alive)
    return dead and request.action in CHOICES and request.purpose != "quality"


STOPS: dict[str, Callable[[Request, Law], bool]] = {
    "no such purpose": lambda request, _law: request.purpose not in PURPOSES,
    "no record": has_no_record,
    "own output": checks_an_own_output,
    "nobody": is_nobody,
    "research names nobody": lambda request, _law: (
        request.person is not None and request.purpose in RESEARCH
    ),
    "blocked": is_kept_out,
    "kept to own treatment": is_kept_to_own_treatment,
    "too young to limit": is_too_young_to_limit,
    "choices of the dead": chooses_for_the_dead,
}
"""What outweighs every line of the table, each by its own name."""


def judge(request: Request, law: Law = DENMARK) -> Answer:
    """Decide by the table."""
    roles = {str(role) for role in request.who.roles}
    stopped = frozenset(name for name, stops in STOPS.items() if stops(request, law))
    lines = [
        line
        for line in TABLE
        if request.purpose in line.purposes
        and (line.roles is None or bool(line.roles & roles))
        and str(request.action) in line.actions
        and line.names_a_person in {None, request.person is not None}
        and line.when(request, law)
    ]
    permitted = bool(lines) and not stopped
    return Answer(permitted, stopped, permitted and any(line.told for line in lines))


def live_pairs() -> set[tuple[str, str]]:
    """The pairs of action and purpose that some line is about, for a named person."""
    return {
        (action, purpose)
        for line in TABLE
        if line.names_a_person is not False
        for action in line.actions
        for purpose in line.purposes
    }


def may_draw_on(genome: GenomeFacts, purpose: str, level: int, law: Law = DENMARK) -> bool:
    """Say whether a question may draw on a genome, from what its owner said."""
    lapsed = law.guardians_yes_lapses and genome.research_by == "guardian" and genome.age_years > 17
    allowed = genome.research_left if law.silence_is_yes else genome.research_said
    answers = {
        "own-treatment": True,
        "treatment-of-another": not genome.limited,
        "prevention": not genome.limited,
        "quality": not genome.limited,
        "research": not genome.limited and not lapsed and level <= allowed,
        "statistics": not genome.limited and not lapsed and level <= allowed,
    }
    return genome.analysis_consent and answers.get(purpose, False)


def may_show(finding: FindingFacts, law: Law = DENMARK) -> bool:
    """Say whether a secondary finding is shown to somebody of this age and choice."""
    if finding.adult_onset and finding.age_years < 18:
        return False
    if finding.chosen_by == "guardian" and finding.age_years >= law.own_choices_from:
        return False
    return finding.choice == "all" or (finding.choice == "actionable" and finding.actionable)
