"""What must be true of a centre that was hurt and opened again, whatever hurt it.

Everything is compared with what was acknowledged before (`Told`) and with what the stores say of
each other. Each check returns what it found amiss, in words.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pyroaring import BitMap

from kerne.audit.checkpoint import parse_checkpoint
from kerne.audit.entry import Entry, IntentEntry, Outcome, OutcomeEntry, Verdict, decode
from kerne.cases.answers.document import digest_of
from kerne.cases.case import Stage as CaseStage
from kerne.centre import Centre, open_centre
from kerne.consent.events import (
    AnalysisConsented,
    AnalysisConsentWithdrawn,
    LimitedToOwnTreatment,
    LimitLifted,
)
from kerne.errors import KerneError
from kerne.people.asking import Action, Refusal
from kerne.sequencing.order import CANCELLABLE

from .settling import clock
from .witness import digests
from .workload import ACCESS, ANOTHER, Incoming, citizen

CHANGES: Final = frozenset(
    {
        *(Action.REGISTER_PERSON, Action.RECORD_CONSENT, Action.CHANGE_CHOICE),
        *(Action.WIDEN_CHOICE, Action.LIMIT_DATA, Action.PLACE_ORDER),
        *(Action.ADD_GENOME, Action.REMOVE_GENOME, Action.OPEN_CASE, Action.CLASSIFY),
        *(Action.SIGN_ANSWER, Action.ISSUE_PERMIT, Action.RELEASE_OUTPUT, Action.ERASE_PERSON),
    }
)
"""Actions whose work always changes something: one that is `done` has a change under it.

Handling a sample is none of them: a check of identity, which changes nothing, is recorded by that
word. What became of each order is looked at by itself.
"""

UNDER_ENTRY: Final = ("consent_event", "order_event", "case_event", "research_event", "change")
DEBRIS: Final = ("*.making", "*.part", "*.tmp", "*-journal")


@dataclass
class Told:
    """What was acknowledged, and has to be there for ever."""

    rows: dict[str, dict[int, str]] = field(default_factory=dict)
    checkpoints: list[str] = field(default_factory=list)
    signed: set[str] = field(default_factory=set)
    genomes: dict[str, int] = field(default_factory=dict)
    acts: Counter[str] = field(default_factory=Counter)
    is_founded: bool = False

    def hear(self, said: dict[str, Any]) -> None:  # Any: JSON
        """Take in what a witness said."""
        if said["kind"] == "rows":
            rows = {int(number): digest for number, digest in said["rows"].items()}
            self.rows.setdefault(said["table"], {}).update(rows)
        elif said["kind"] == "founded":
            self.is_founded = True
        elif said["kind"] == "acknowledged":
            self.acts[f"{said['act']}: {said['result']}"] += 1
            self.checkpoints += said["checkpoints"]
            self.genomes |= said["genomes"]
            self.signed |= set(said["signed"])


def check(home: Path, incoming: Incoming, told: Told) -> list[str]:
    """Open the centre in `home` and return everything that is amiss in it."""
    try:
        with open_centre(home, clock) as centre:
            look = _Look(home, incoming, told, centre)
            return [problem for each in _LOOKS for problem in each(look)]
    except KerneError as error:
        return [f"the centre does not open or cannot be read: {error}"]


class _Look:
    """The stores as they are now, beside what was told."""

    def __init__(self, home: Path, incoming: Incoming, told: Told, centre: Centre) -> None:
        self.home = home
        self.incoming = incoming
        self.told = told
        self.centre = centre
        with closing(sqlite3.connect(home / "audit" / "audit.sqlite")) as audit:
            self.entry_rows = digests(audit, "entry")
            bodies = audit.execute("SELECT body FROM entry ORDER BY number")
            self.entries: list[Entry] = [decode(body) for (body,) in bodies]
        with closing(sqlite3.connect(home / "centre.sqlite")) as store:
            self.rows = {table: digests(store, table) for table in told.rows if table != "entry"}
            self.under = {
                entry: table
                for table in UNDER_ENTRY
                for (entry,) in store.execute(f"SELECT DISTINCT entry FROM {table}")
            }
            self.retired = {
                row for (row,) in store.execute("SELECT row FROM genome_row WHERE retired = 1")
            }
            self.treated = set(store.execute('SELECT identity, person, "order" FROM treatment'))
        self.rows["entry"] = self.entry_rows
        self.manifest = centre.genomes._store.manifest
        self.under |= dict.fromkeys(self.manifest.entries, "genomes")


def _acknowledged(look: _Look) -> Iterator[str]:
    for table, rows in look.told.rows.items():
        now = look.rows[table]
        lost = {number for number, digest in rows.items() if now.get(number) != digest}
        if lost:
            yield f"acknowledged and lost or changed: {len(lost)} rows of {table}, {min(lost)}"


def _record(look: _Look) -> Iterator[str]:
    held = [parse_checkpoint(text) for text in look.told.checkpoints]
    found = look.centre.audit.verify(held)
    yield from (f"the audit: {problem}" for problem in found.problems)
    if found.open_asks:
        yield f"{found.open_asks} asks are still open"


def _changes(look: _Look) -> Iterator[str]:
    intents = {entry.number: entry for entry in look.entries if isinstance(entry, IntentEntry)}
    for entry, table in look.under.items():
        intent = intents.get(entry)
        if entry and (intent is None or intent.intent.verdict is not Verdict.PERMITTED):
            yield f"a change of {table} under entry {entry}, which permits nothing"
    for outcome in look.entries:
        if isinstance(outcome, OutcomeEntry):
            yield from _claim(look, outcome, intents[outcome.ask])


def _claim(look: _Look, outcome: OutcomeEntry, intent: IntentEntry) -> Iterator[str]:
    is_changed = any(entry in look.under for entry in range(outcome.ask, outcome.last + 1))
    action = intent.intent.action
    if outcome.outcome is Outcome.DONE and action in CHANGES and not is_changed:
        yield f"entry {outcome.number} says that {action} was done, and nothing was changed"
    if outcome.outcome is Outcome.INTERRUPTED and is_changed:
        yield f"entry {outcome.number} says that {action} changed nothing, and it did"


def _genomes(look: _Look) -> Iterator[str]:
    store = look.centre.genomes._store
    held = store.rows()
    known = look.centre.people._ledger.persons_of_rows(BitMap(held.values()))
    if known.keys() != set(held.values()):
        yield f"rows of the store that nobody registered: {set(held.values()) - known.keys()}"
    if look.retired & set(held.values()):
        yield f"rows that were retired are still in the store: {look.retired & set(held.values())}"
    for sample, row in look.told.genomes.items():
        if held.get(sample) != row and row not in look.retired:
            yield f"the genome of {sample} was acknowledged as row {row} and is {held.get(sample)}"
    store.snapshot()


def _answers(look: _Look) -> Iterator[str]:
    """The same question gives what the acknowledged choices allow: neither more nor less."""
    who = look.centre.identify("geneticist-1")
    found = look.centre.genomes.carriers(who, ANOTHER, look.incoming.shared)
    if isinstance(found, Refusal):
        yield f"refused: {found.reasons}"
        return
    carriers = {each.sample for each in found if each.sample in look.incoming.files}
    held = look.centre.genomes._store.rows().keys() & look.incoming.files.keys()
    allowed = {each for each in held if _may_count(look, look.incoming.person_of(each))}
    if carriers != allowed:
        yield f"carriers that may not be found {carriers - allowed}, not found {allowed - carriers}"


def _may_count(look: _Look, person: str) -> bool:
    consented = limited = False
    for recorded in look.centre.consent._ledger.events_of(person):
        kind = type(recorded.event)
        consented = kind is AnalysisConsented or (
            consented and kind is not AnalysisConsentWithdrawn
        )
        limited = kind is LimitedToOwnTreatment or (limited and kind is not LimitLifted)
    return consented and not limited


def _orders(look: _Look) -> Iterator[str]:
    ledger = look.centre.orders.ledger
    for line in ledger.lines():
        order = ledger.order(line.number)  # its question unseals
        if (order.ordered_by, order.person, order.number) not in look.treated:
            yield f"order {order.number} began no treatment"
        if order.stage in CANCELLABLE and not _has_consented(look, order.person):
            yield f"order {order.number} goes on without consent"


def _has_consented(look: _Look, person: str) -> bool:
    return look.centre.consent._ledger.choices(person).has_analysis_consent


def _cases(look: _Look) -> Iterator[str]:
    cases = look.centre.cases
    for line in cases.ledger.lines():
        case = cases.ledger.case(line.number)
        if case.signed is None:
            continue
        if case.stage is CaseStage.SIGNED:
            yield f"the answer of {line.number} was signed and not handed over"
        for file in case.signed.files:
            place = look.home / "answers" / line.number / file.name
            if not place.exists() or digest_of(place.read_bytes()) != file.digest:
                yield f"the answer of {line.number} lacks {file.name} or has another"
    issued = {line.number for line in cases.ledger.lines(stage=CaseStage.ISSUED)}
    yield from (f"the signed answer of {case} is gone" for case in look.told.signed - issued)


def _citizens(look: _Look) -> Iterator[str]:
    """Names unseal; the log of each citizen has every entry that named them."""
    people = look.centre.people._ledger
    for sample in look.incoming.files:
        number = look.incoming.person_of(sample)
        if people.has_person(number):
            if people.person(number).name != f"Name {number}":
                yield f"the name of {number} is another"
            accesses = look.centre.audit.log_of(citizen(number), ACCESS, number)
            if isinstance(accesses, Refusal):
                yield f"{number} may not see who asked: {accesses.reasons}"
            return


def _debris(look: _Look) -> Iterator[str]:
    for pattern in DEBRIS:
        yield from (f"debris: {path}" for path in look.home.rglob(pattern))
    with look.centre.genomes._store._writing() as manifest:
        named = {entry.name for entry in manifest.segments}  # the next writer has cleared up
    places = {place.name for place in (look.home / "genomes" / "segments").iterdir()}
    if places - named:
        yield f"segments that the manifest does not name: {places - named}"


_LOOKS: Final[tuple[Callable[[_Look], Iterator[str]], ...]] = (
    *(_acknowledged, _record, _changes, _genomes, _answers, _orders, _cases, _citizens, _debris),
)
