"""Find a request on which a wrong rule book and the plain table do not say the same."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from itertools import product
from re import fullmatch

import cedarpy

from kerne.database.engine import in_batches
from kerne.policy.decision import CENTRE, Request, as_cedar, decided_by, entity
from kerne.policy.genomes import FindingFacts, GenomeFacts
from kerne.policy.rulebook import DRAW_ON, SCHEMA_NAME, SHOW_FINDING, RuleBook

from .comparing import as_answer
from .grid import AGES, WORDS, YES_NO
from .mutants import Mutant
from .neighbours import around_every_rule
from .oracle import LAWS, Answer, Law, judge, may_draw_on, may_show

BATCH = 250
SCHEMA = (files("kerne.policy") / SCHEMA_NAME).read_text(encoding="utf-8")


ELSEWHERE = "another rule permits it to them anyway"
NAMED = (
    r"(custody-(removal|second-person)|finding-relabelled|own-access|own-download|guardian-access|"
    r"representative-access|quality-choices|treatment-(?!blocked).*|relative-essential-regard)"
)
"""The permits that are about persons by name."""
OTHERS = (
    r"(public-question|another-patient|shared-knowledge|research-(question|permit|output-check)|"
    r"quality-(count|duplicates|registration|validation)|custody-(proposal|overview))"
)
"""The permits that name nobody, or may."""
NO_OTHER_ANSWER = {
    rf"{NAMED}: when: (research|statistics) (beside|added).*": (
        "research and statistics never name a person, by a rule of its own"
    ),
    rf"({NAMED}|{OTHERS}): when: insurance .*": (
        "a purpose outside the list is stopped by a rule of its own"
    ),
    r"research-(question|permit|output-check): any resource": (
        "research never names a person, by a rule of its own"
    ),
    r"own-(access|download): any resource": "nobody is the centre",
    r"(another-patient|shared-knowledge|quality-(count|duplicates|validation)|custody-overview|"
    r"research-(question|permit|output-check)): "
    r"action ask-public-question added": "anyone may ask a public question",
    r"custody-(removal|overview): action propose-(erasure|turn-back) added": ELSEWHERE,
    r"custody-second-person: action (propose-(erasure|turn-back)|remove-genome) added": ELSEWHERE,
    r"treatment-interpretation: action (follow-order|open-case|read-answer|read-genome) added": (
        ELSEWHERE
    ),
    r"finding-relabelled: action (classify|follow-order|interpret|open-case|read-answer|"
    r"read-genome|read-relationship-check|sign-answer) added": ELSEWHERE,
    r"own-download: action (change-choice|follow-order|limit-data|read-accesses|read-answer|"
    r"read-choices|record-consent|widen-choice) added": ELSEWHERE,
    r"quality-choices: action register-person added": ELSEWHERE,
    r"quality-duplicates: action count-genomes added": ELSEWHERE,
    r"treatment-order: action (change-choice|read-choices|record-consent) added": ELSEWHERE,
    r"genomes-for-(research|others): when: "
    r"(own-treatment|treatment-of-another|prevention|quality) added": ELSEWHERE,
    r"guardian-access: action limit-data added": "a child is too young to limit",
    r"treatment-blocked: unless: (prevention|own-access|guardian-access|research|statistics|"
    r"quality|custody|insurance) beside own-treatment": "the forbid is about two purposes alone",
    r"treatment-blocked: unless: (?!follow-order|open-case|interpret|classify|relabel|"
    r"read-(relationship|identity)|sign).* added": "the forbid is not about that action",
}
"""Wrong books that answer no question otherwise, by the form of their names, and why."""


def reason_to_stand(mutant: Mutant) -> str | None:
    """Say why a wrong book answers no question otherwise; `None` when it must be found out."""
    reasons = (why for form, why in NO_OTHER_ANSWER.items() if fullmatch(form, mutant.name))
    return next(reasons, None)


@dataclass(frozen=True)
class Batch:
    """Questions on one action with what the table says of each, ready to be put.

    `expected` holds yes or no where nobody asks: of genomes that are drawn on, and of findings.
    """

    questions: list[dict[str, object]]
    entities: cedarpy.Entities
    expected: Sequence[Answer | bool]


class Range:
    """Questions, by action, that wrong books are shot at with.

    Parameters
    ----------
    requests
        No two of them with one asker.
    """

    def __init__(self, book: RuleBook, law: Law, requests: Iterable[Request]) -> None:
        self._book = book
        by_action: dict[str, list[Request]] = defaultdict(list)
        for request in requests:
            by_action[request.action].append(request)
        self._batches = {
            action: [self._batch(law, some) for some in in_batches(theirs, BATCH)]
            for action, theirs in by_action.items()
        }

    def add(self, action: str, batch: Batch) -> None:
        """Add questions that are no requests of people."""
        self._batches.setdefault(action, []).append(batch)

    def kills(self, mutant: Mutant) -> bool:
        """Say whether some question tells the wrong book from the table."""
        return any(
            self._tells_apart(policies, batch)
            for action in sorted(mutant.actions)
            for policies in [mutant.about(self._book, action)]
            for batch in self._batches[action]
        )

    def stands(self) -> bool:
        """Say whether the right book answers every question as the table does."""
        return not any(
            self._tells_apart(self._book.about[action], batch)
            for action, batches in self._batches.items()
            for batch in batches
        )

    def _batch(self, law: Law, requests: Sequence[Request]) -> Batch:
        questions, entities = as_cedar(requests)
        known = cedarpy.Entities.from_json_str(json.dumps(entities), self._book.schema)
        return Batch(questions, known, [judge(request, law) for request in requests])

    def _tells_apart(self, policies: cedarpy.PolicySet, batch: Batch) -> bool:
        results = cedarpy.is_authorized_batch(batch.questions, policies, batch.entities)
        return any(
            self._differs(result, expected)
            for result, expected in zip(results, batch.expected, strict=True)
        )

    def _differs(self, result: cedarpy.AuthzResult, expected: Answer | bool) -> bool:
        if result.diagnostics.errors:
            return True  # a rule that fails on the facts is a wrong book found out
        if isinstance(expected, bool):
            return result.allowed is not expected
        return as_answer(self._book, decided_by(result)) != expected


def range_over(book: RuleBook) -> Range:
    """Return questions around everything that the rules of `book` settle."""
    law = LAWS[book.country]
    shots = Range(book, law, around_every_rule(book))
    bounds = [(said, left) for said in range(4) for left in range(said, 4)]
    by = ("self", "guardian", "nobody")
    genomes = [
        GenomeFacts(consent, limited, *said_and_left, said_by, age)
        for consent, limited, said_and_left, said_by, age in product(
            YES_NO, YES_NO, bounds, by, AGES
        )
    ]
    for purpose, level in product(WORDS, (1, 2, 3)):
        shots.add(DRAW_ON, _genome_batch(book, law, genomes, purpose, level))
    choices = ("all", "actionable", "none")
    findings = [FindingFacts(*facts) for facts in product(YES_NO, YES_NO, choices, by, AGES)]
    facts = [entity("Kerne::Finding", str(n), asdict(each)) for n, each in enumerate(findings)]
    expected = [may_show(each, law) for each in findings]
    shots.add(SHOW_FINDING, _plain_batch(book, SHOW_FINDING, facts, {}, expected))
    return shots


def _genome_batch(
    book: RuleBook, law: Law, genomes: Sequence[GenomeFacts], purpose: str, level: int
) -> Batch:
    facts = [entity("Kerne::Genome", str(n), asdict(each)) for n, each in enumerate(genomes)]
    context = {"purpose": purpose, "level": level}
    expected = [may_draw_on(each, purpose, level, law) for each in genomes]
    return _plain_batch(book, DRAW_ON, facts, context, expected)


def _plain_batch(
    book: RuleBook,
    action: str,
    facts: list[dict[str, object]],
    context: dict[str, object],
    expected: Sequence[bool],
) -> Batch:
    questions = [
        {
            "principal": CENTRE,
            "action": {"type": "Kerne::Action", "id": action},
            "resource": one["uid"],
            "context": context,
        }
        for one in facts
    ]
    known = cedarpy.Entities.from_json_str(json.dumps(facts), book.schema)
    return Batch(questions, known, expected)
