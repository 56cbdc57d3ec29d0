"""Work that fails, an audit that cannot be written, and a process that ends in the middle."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import event

from kerne.audit.entry import Outcome
from kerne.errors import AuditError
from kerne.gate.grant import Grant
from kerne.people.asking import Action, Ask, Refusal

from .conftest import (
    ADULT,
    AT,
    COUNT,
    DOCTOR,
    MOTHER,
    READ,
    REGISTRAR,
    Trust,
    granted,
)


def test_work__that_refuses_is_recorded_as_refused(trust: Trust) -> None:
    no = Refusal(("differs from a released count by one person",), ("differencing",))
    assert trust.gate.answer(COUNT, lambda _grant: no) is no
    assert trust.outcomes()[0].outcome is Outcome.REFUSED


@pytest.mark.parametrize("fault", [ValueError("x"), KeyboardInterrupt()])
def test_work__that_fails_is_recorded_as_failed_and_its_error_passed_on(
    trust: Trust, fault: BaseException
) -> None:
    def work(_grant: Grant) -> None:
        raise fault

    with pytest.raises(type(fault)):
        trust.gate.answer(COUNT, work)
    assert trust.outcomes()[0].outcome is Outcome.FAILED


def spoil(trust: Trust, kind: str) -> None:
    """From now on nothing of this `kind` can be written in the audit."""
    with closing(sqlite3.connect(str(trust.audit.engine.url.database))) as connection:
        connection.execute(
            f"CREATE TRIGGER spoilt_{kind} BEFORE INSERT ON entry WHEN NEW.kind = '{kind}' "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
        connection.commit()


def test_audit__that_takes_no_intent_means_no_work(trust: Trust) -> None:
    spoil(trust, "intent")
    done: list[Grant] = []
    with pytest.raises(AuditError, match="cannot be written"):
        trust.gate.answer(COUNT, done.append)
    assert done == []


def test_audit__that_takes_no_refusal_means_no_answer(trust: Trust) -> None:
    spoil(trust, "intent")
    with pytest.raises(AuditError, match="cannot be written"):
        trust.gate.answer(READ, lambda _grant: None)


def test_audit__that_takes_no_outcome_means_no_answer(trust: Trust) -> None:
    spoil(trust, "outcome")
    with pytest.raises(AuditError, match="cannot be written"):
        trust.gate.answer(COUNT, lambda _grant: "an answer")


def test_audit__that_is_locked_means_no_work(trust: Trust) -> None:
    trust.audit.engine.dispose()
    event.listen(
        trust.audit.engine,
        "connect",
        lambda connection, _record: connection.execute("PRAGMA busy_timeout=20"),
    )
    done: list[Grant] = []
    with closing(sqlite3.connect(str(trust.audit.engine.url.database))) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(AuditError, match="cannot be written: database is locked"):
            trust.gate.answer(COUNT, done.append)
    assert done == []


def interrupt(trust: Trust, ask: Ask, before: Callable[[Grant], None]) -> None:
    """Let the process end while the work is being done: no outcome is written."""
    spoil(trust, "outcome")
    with pytest.raises(AuditError):
        trust.gate.answer(ask, before)
    with closing(sqlite3.connect(str(trust.audit.engine.url.database))) as connection:
        connection.execute("DROP TRIGGER spoilt_outcome")
        connection.commit()
    trust.audit.close()


def test_open_intents__are_closed_at_the_next_start_by_what_was_committed(
    trust: Trust, reopened: Callable[[], Trust]
) -> None:
    ask = Ask(REGISTRAR, "quality", Action.REGISTER_PERSON, (ADULT, MOTHER))
    identity = replace(DOCTOR, identifier="doctor-2")
    interrupt(
        trust,
        ask,
        lambda grant: trust.people.appoint(identity, entry=grant.entry, at=AT),
    )
    again = reopened()
    assert again.gate.close_open_intents(again.people.has_entry) == (1,)
    assert again.outcomes()[0].outcome is Outcome.DONE
    assert again.gate.close_open_intents(again.people.has_entry) == ()


def test_open_intents__without_a_change_are_closed_as_interrupted(
    trust: Trust, reopened: Callable[[], Trust]
) -> None:
    interrupt(trust, COUNT, lambda _grant: None)
    again = reopened()
    assert again.gate.close_open_intents(lambda _entry: False) == (1,)
    assert again.outcomes()[0].outcome is Outcome.INTERRUPTED


def test_open_intents__that_two_processes_find_are_closed_by_one(
    trust: Trust, reopened: Callable[[], Trust]
) -> None:
    interrupt(trust, COUNT, lambda _grant: None)
    one, other = reopened(), reopened()

    def committed(_entry: int) -> bool:
        other.gate.close_open_intents(lambda _other: False)
        return False

    assert one.gate.close_open_intents(committed) == ()
    assert [outcome.outcome for outcome in one.outcomes()] == [Outcome.INTERRUPTED]


def test_open_intents__of_a_process_at_work_are_left_alone(
    trust: Trust, reopened: Callable[[], Trust]
) -> None:
    other = reopened()

    def work(_grant: Grant) -> tuple[int, ...]:
        return other.gate.close_open_intents(lambda _entry: False)

    assert trust.gate.answer(COUNT, work) == ()
    assert trust.outcomes()[0].outcome is Outcome.DONE


def test_two_processes__share_one_audit(trust: Trust, reopened: Callable[[], Trust]) -> None:
    other = reopened()
    granted(trust, COUNT)
    granted(other, COUNT)
    assert [entry.number for entry in trust.intents()] == [1, 3]
