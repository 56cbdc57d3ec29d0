"""Personal parts that were destroyed verify as destroyed; any other way to lose one is found."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, insert, select

from kerne.audit.checkpoint import sign_checkpoint
from kerne.audit.entry import ErasureEntry, Outcome, RestorationEntry, Verdict, decode, encode
from kerne.audit.erasing import AuditErasing
from kerne.audit.leaves import append
from kerne.audit.ledger import AuditLedger, Draft
from kerne.audit.second import TwoLogs
from kerne.audit.tables import PERSONAL
from kerne.audit.verification import verify
from kerne.people.asking import Action
from tests.audit.conftest import AT, draft, intent

KEY = Ed25519PrivateKey.generate()
ERASING = Draft(intent(Action.ERASE_PERSON, purpose="custody"), "P-1", said="custody")


def problems(ledger: AuditLedger) -> tuple[str, ...]:
    return verify(ledger.engine, KEY.public_key()).problems


@pytest.fixture
def ledger(open_audit: Callable[[], AuditLedger]) -> AuditLedger:
    """Three entries about P-1, one about P-2, and an ask to erase P-1 (entry 8)."""
    ledger = open_audit()
    for person in ("P-1", "P-2", "P-1"):
        (ask,) = ledger.record([draft(person)], AT)
        ledger.close_ask(ask, Outcome.DONE, AT)
    ledger.record([draft("P-1", Verdict.REFUSED, reason="a name")], AT)
    assert ledger.record([ERASING], AT) == (8,)
    return ledger


def test_personal_parts_of_a_person__are_destroyed_and_the_audit_stays_valid(
    ledger: AuditLedger,
) -> None:
    assert AuditErasing(ledger).count_naming("P-1") == 4
    AuditErasing(ledger).destroy_personal("P-1", 8, AT)
    assert AuditErasing(ledger).count_naming("P-1") == 0
    assert ledger.entry(9) == ErasureEntry(9, AT, 8, (1, 5, 7, 8))
    assert [found.entry.number for found in ledger.naming("P-2")] == [3]
    assert problems(ledger) == ()
    ledger.close_ask(8, Outcome.DONE, AT)
    assert problems(ledger) == ()


def test_destroying__again_writes_nothing(ledger: AuditLedger) -> None:
    for _ in range(2):
        AuditErasing(ledger).destroy_personal("P-1", 8, AT)
    assert ledger.size() == 9


def test_who_was_erased_and_is_asked_about_again__is_counted_from_one(ledger: AuditLedger) -> None:
    AuditErasing(ledger).destroy_personal("P-1", 8, AT)
    ledger.record([draft("P-1", Verdict.REFUSED)], AT)
    assert [found.personal.counter for found in ledger.naming("P-1")] == [1]
    assert problems(ledger) == ()


def test_personal_part_that_somebody_deleted__is_found(ledger: AuditLedger) -> None:
    AuditErasing(ledger).destroy_personal("P-1", 8, AT)
    with ledger.engine.begin() as connection:
        connection.execute(delete(PERSONAL).where(PERSONAL.c.person == "P-2"))
    assert problems(ledger) == ("the personal part of entry `3` is missing or was changed",)


def test_personal_part_that_is_put_back__is_found(ledger: AuditLedger) -> None:
    with ledger.engine.connect() as connection:
        kept = connection.execute(select(PERSONAL).where(PERSONAL.c.number == 1)).mappings().one()
    AuditErasing(ledger).destroy_personal("P-1", 8, AT)
    with ledger.engine.begin() as connection:
        connection.execute(insert(PERSONAL).values(**kept))
    assert problems(ledger) == ("the personal part of entry `1` was destroyed and is there again",)


@pytest.mark.parametrize("cause", [3, 7, 99])
def test_erasure__without_a_granted_ask_to_erase_is_found(ledger: AuditLedger, cause: int) -> None:
    AuditErasing(ledger).destroy_personal("P-1", cause, AT)
    assert problems(ledger) == ("entry `9` destroyed personal parts that nobody let it destroy",)


def test_erasure__of_entries_that_come_later_covers_nothing(ledger: AuditLedger) -> None:
    with ledger.engine.begin() as connection:
        append(connection, [ErasureEntry(9, AT, 8, (10,))])
    ledger.record([draft("P-2", Verdict.REFUSED)], AT)
    with ledger.engine.begin() as connection:
        connection.execute(delete(PERSONAL).where(PERSONAL.c.number == 10))
    assert problems(ledger) == ("the personal part of entry `10` is missing or was changed",)


def test_restoration__says_which_entries_are_lost(ledger: AuditLedger) -> None:
    known = sign_checkpoint(20, b"r" * 32, AT, KEY)
    assert AuditErasing(ledger).record_restoration(known, AT) == 9
    assert ledger.entry(9) == RestorationEntry(9, AT, 8, 20, (b"r" * 32).hex())
    AuditErasing(ledger).destroy_personal("P-1", 9, AT)
    assert problems(ledger) == ()
    assert (
        "are not those of the checkpoint"
        in verify(ledger.engine, KEY.public_key(), [known]).problems[0]
    )


def test_restoration__with_no_newer_checkpoint_lost_nothing(ledger: AuditLedger) -> None:
    root = ledger.root()
    for known in (None, sign_checkpoint(3, ledger.root(3), AT, KEY)):
        entry = ledger.entry(AuditErasing(ledger).record_restoration(known, AT))
        assert isinstance(entry, RestorationEntry)
        assert entry.known == entry.size
    assert ledger.entry(9) == RestorationEntry(9, AT, 8, 8, root.hex())


def test_restoration__that_states_another_size_is_found(ledger: AuditLedger) -> None:
    with ledger.engine.begin() as connection:
        append(connection, [RestorationEntry(9, AT, 5, 8, "00")])
    assert problems(ledger) == ("entry `9` states another size than was restored",)


@pytest.mark.parametrize(
    "entry", [ErasureEntry(9, AT, 8, (1, 5)), RestorationEntry(9, AT, 8, 20, "ab" * 32)]
)
def test_entry__is_read_as_it_was_written(entry: ErasureEntry | RestorationEntry) -> None:
    assert decode(encode(entry)) == entry
    assert decode(encode(replace(entry, number=10))) != entry


def test_erasure__reaches_the_second_log_once_it_is_merged(
    audit: AuditLedger, tmp_path: Path
) -> None:
    second = audit.second(tmp_path / "second.sqlite")
    logs = TwoLogs(audit, second)
    (ask,) = logs.record_in_second([draft("P-1", reason="a name")], AT)
    logs.close_ask(ask, Outcome.DONE, AT)
    logs.record_in_second([draft("P-2", Verdict.REFUSED)], AT)
    (cause,) = audit.record([ERASING], AT)
    AuditErasing(audit, second).destroy_personal("P-1", cause, AT)
    for ledger in (audit, second):
        with ledger.reading() as connection:
            left = connection.execute(select(PERSONAL.c.person)).scalars().all()
        assert left == ["P-2"]
    assert verify(audit.engine, KEY.public_key(), second=second.engine).problems == ()
    logs.record_in_second([draft("P-2", Verdict.REFUSED)], AT)
    assert logs.record([draft("P-2", Verdict.REFUSED)], AT)
    assert verify(audit.engine, KEY.public_key(), second=second.engine).problems == ()
    with second.writing() as connection:
        connection.execute(delete(PERSONAL))
    logs.record_in_second([draft("P-3", Verdict.REFUSED)], AT)
    with second.writing() as connection:
        connection.execute(delete(PERSONAL))
    (problem,) = verify(audit.engine, KEY.public_key(), second=second.engine).problems
    assert problem.startswith("the second log: the personal part of entry `5`")
