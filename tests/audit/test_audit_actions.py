from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyroaring import BitMap

from kerne.audit.access import Access
from kerne.audit.actions import Audit
from kerne.audit.checkpoint import read_checkpoint, sign_checkpoint, write_checkpoint
from kerne.audit.entry import Outcome
from kerne.audit.ledger import AuditLedger
from kerne.audit.second import TwoLogs
from kerne.audit.tree import EMPTY_ROOT
from kerne.errors import AuditError
from kerne.people.asking import Action, Ask, Identity, Pass, Refusal, Role

from .conftest import AT, counting_draft, draft, population

T = TypeVar("T")
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
ME = Identity("citizen-1", frozenset({Role.CITIZEN}), None, "P-000001")
ROWS = {"P-000001": BitMap([3, 7])}


@dataclass(frozen=True)
class Opened:
    entry: int
    ask: Ask


@dataclass
class RecordingDoor:
    """Lets own access in, and records it as the gate does."""

    ledger: AuditLedger

    def answer(self, ask: Ask, work: Callable[[Pass], T]) -> T | Refusal:
        assert ask.action is Action.READ_ACCESSES
        if ask.purpose != "own-access":
            return Refusal(("not for this purpose",))
        (entry,) = self.ledger.record([draft(ask.persons[0])], AT)
        return work(Opened(entry, ask))


@pytest.fixture
def actions(audit: AuditLedger) -> Audit:
    rows = ROWS.get
    return Audit(
        audit, KEY, RecordingDoor(audit), lambda person: rows(person) or BitMap(), lambda: AT
    )


def accesses(actions: Audit) -> tuple[Access, ...]:
    found = actions.log_of(ME, "own-access", "P-000001")
    assert not isinstance(found, Refusal)
    return found.accesses


def test_accesses__are_those_that_name_me_and_those_that_counted_me(
    audit: AuditLedger, actions: Audit
) -> None:
    audit.record([draft("P-000001", reason="acute"), draft("P-000002")], AT)
    audit.close_ask(1, Outcome.DONE, AT)
    audit.record([counting_draft()], AT, population(1, 3))
    audit.record([counting_draft()], AT, population(1, 2))
    audit.record([counting_draft()], AT, population(1, 3))
    audit.record([draft("P-000002")], AT)
    named, first, second, this = accesses(actions)
    assert (named.number, named.counter, named.is_collective) == (1, 1, False)
    assert (named.reason, named.outcome, named.who) == ("acute", Outcome.DONE, "doctor-1")
    assert (first.number, first.counter, first.is_collective) == (4, None, True)
    assert second.number == 6
    assert (this.counter, this.outcome) == (2, None)


def test_accesses__are_asked_for_at_the_door(actions: Audit) -> None:
    assert isinstance(actions.log_of(ME, "research", "P-000001"), Refusal)


def test_checkpoint__is_kept_and_compared(audit: AuditLedger, actions: Audit) -> None:
    audit.record([draft("P-000001")], AT)
    made = actions.checkpoint()
    assert made.verifies(KEY.public_key())
    assert (made.size, made.root) == (1, audit.root())
    assert actions.checkpoint() == made
    found = actions.verify([made])
    assert found.is_intact
    assert found.checkpoints == 2


def test_newest_checkpoint__follows_the_entries_and_misses_what_is_cut_off(
    audit: AuditLedger, actions: Audit, tmp_path: Path
) -> None:
    actions.keep_newest()  # none is kept here
    newest = tmp_path / "newest.checkpoint"
    kept = Audit(audit, KEY, RecordingDoor(audit), lambda _person: BitMap(), lambda: AT, newest)
    kept.keep_newest()
    assert not newest.exists()  # a missing file is evidence, and stays missing
    with pytest.raises(AuditError, match="missing"):
        kept.verify()
    write_checkpoint(newest, sign_checkpoint(0, EMPTY_ROOT, AT, KEY))
    audit.record([draft("P-000001")], AT)
    kept.keep_newest()
    assert read_checkpoint(newest).root == audit.root()
    assert kept.verify().is_intact
    write_checkpoint(newest, sign_checkpoint(1, b"r" * 32, AT, KEY))
    audit.record([draft("P-000001")], AT)
    kept.keep_newest()
    assert read_checkpoint(newest).root == b"r" * 32
    assert not kept.verify().is_intact


def test_newest_checkpoint__that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="cannot be written"):
        write_checkpoint(tmp_path / "nowhere" / "x", sign_checkpoint(0, EMPTY_ROOT, AT, KEY))


def test_log__waits_for_what_the_second_log_holds(audit: AuditLedger, tmp_path: Path) -> None:
    behind = audit.second(tmp_path / "second.sqlite")
    TwoLogs(audit, behind).record_in_second([draft("P-000001", reason="acute")], AT)
    actions = Audit(
        audit, KEY, RecordingDoor(audit), lambda _person: BitMap(), lambda: AT, second=behind
    )
    assert actions.verify().waiting == 1
    late, this = accesses(actions)
    assert (late.is_late, late.reason, late.counter) == (True, "acute", 1)
    assert (this.is_late, this.counter) == (False, 2)
    assert actions.verify().waiting == 0


def test_newest_checkpoint__stays_as_it_is_while_the_audit_does_not_work(
    audit: AuditLedger, tmp_path: Path, audit_path: Path
) -> None:
    newest = tmp_path / "newest.checkpoint"
    write_checkpoint(newest, sign_checkpoint(0, EMPTY_ROOT, AT, KEY))
    kept = Audit(audit, KEY, RecordingDoor(audit), lambda _person: BitMap(), lambda: AT, newest)
    audit.engine.dispose()
    audit_path.write_bytes(b"no database" * 100)
    kept.keep_newest()
    assert read_checkpoint(newest).size == 0
    assert not kept.verify().is_intact
