"""A small audit for tampering: now, as an older copy, another under the same key, what is held."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyroaring import BitMap

from kerne.audit.actions import Audit
from kerne.audit.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint, write_checkpoint
from kerne.audit.drafts import Draft
from kerne.audit.entry import Intent, Outcome, Verdict
from kerne.audit.ledger import open_audit
from kerne.audit.proof import held_checkpoint
from kerne.audit.second import TwoLogs
from kerne.people.asking import Action, Ask, Epoch, Identity, Pass, Population, Refusal, Role

T = TypeVar("T")
AT: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY: Final = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PERSONS: Final = tuple(f"P-{number:06d}" for number in range(1, 8))
AUDIT, SECOND, NEWEST = "audit.sqlite", "second.sqlite", "newest.checkpoint"
ASKS: Final = 24


def draft(who: str, person: str | None, verdict: Verdict, action: Action) -> Draft:
    """Draft an entry about one person, or about nobody by name."""
    rules = ("treatment-reading",)
    intent = Intent(
        who=who,
        organisation="hospital-east",
        roles=(Role.DOCTOR,),
        purpose="own-treatment",
        action=action,
        about="case C-2026-000001",
        project=None,
        verdict=verdict,
        rules=rules,
    )
    return Draft(intent, person, "own-treatment", reason="acute")


def ask(logs: TwoLogs, random: Random, who: str) -> None:
    """Record and close one ask of a random kind."""
    kind = random.random()
    if kind < 0.2:
        rows = BitMap(random.sample(range(40), 12))
        counting = draft(who, None, Verdict.PERMITTED, Action.COUNT_GENOMES)
        population = Population(rows, Epoch(1, 1, "2026-03-01"))
        (first, *_) = logs.record([counting], AT, population)
    elif kind < 0.35:
        logs.record([draft(who, random.choice(PERSONS), Verdict.REFUSED, Action.READ_GENOME)], AT)
        return
    else:
        some = random.sample(PERSONS, random.choice((1, 1, 1, 3)))
        each = [draft(who, person, Verdict.PERMITTED, Action.READ_ANSWER) for person in some]
        record = logs.record_in_second if kind > 0.9 else logs.record
        (first, *_) = record(each, AT)
    if random.random() < 0.95:
        logs.close_ask(first, Outcome.DONE, AT)


@dataclass(frozen=True)
class _Opened:
    entry: int
    ask: Ask


class _OwnAccess:
    """A door that lets everyone read their own log."""

    def __init__(self, logs: TwoLogs) -> None:
        self._logs = logs

    def answer(self, ask: Ask, work: Callable[[Pass], T]) -> T | Refusal:
        reading = draft("citizen", ask.persons[0], Verdict.PERMITTED, Action.READ_ACCESSES)
        (entry,) = self._logs.record([reading], AT)
        return work(_Opened(entry, ask))


def fill(directory: Path, seed: int, asks: int) -> str:
    """Add `asks` to the audit in `directory`; return the log that a citizen keeps at its end."""
    random = Random(seed)
    audit = open_audit(directory / AUDIT)
    second = audit.second(directory / SECOND)
    logs = TwoLogs(audit, second)
    newest = directory / NEWEST
    door = _OwnAccess(logs)
    actions = Audit(
        audit, KEY, door, lambda _person: BitMap([1]), lambda: AT, newest, second=second
    )
    for step in range(asks):
        ask(logs, random, f"doctor-{seed}")
        if step % 10 == 9:
            actions.checkpoint()
    mine = Identity("citizen", frozenset({Role.CITIZEN}), person=PERSONS[0])
    kept = actions.log_of(mine, "own-access", PERSONS[0])
    if isinstance(kept, Refusal):
        raise TypeError("the citizen was refused")
    write_checkpoint(newest, sign_checkpoint(audit.size(), audit.root(), AT, KEY))
    for ledger in (audit, second):
        with ledger.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        ledger.engine.dispose()
    audit.close()
    shutil.rmtree(directory / f"{AUDIT}.writers")
    return kept.document


@dataclass(frozen=True)
class Scene:
    """The audit now and earlier, another one under the same key, and what is held outside."""

    now: Path
    older: Path
    other: Path
    witness: Checkpoint
    receipt: Checkpoint


def build(directory: Path) -> Scene:
    """Make the audits that are tampered with."""
    now, older, other = (directory / name for name in ("now", "older", "other"))
    for path in (now, other):
        path.mkdir()
    fill(now, 1, ASKS)
    shutil.copytree(now, older)
    receipt = fill(now, 2, ASKS // 2)
    fill(other, 3, ASKS + ASKS // 2)
    return Scene(now, older, other, read_checkpoint(now / NEWEST), held_checkpoint(receipt))
