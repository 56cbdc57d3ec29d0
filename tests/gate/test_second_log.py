"""While the audit fails, a patient's own treatment goes on and nothing else does."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from kerne.audit.entry import Outcome
from kerne.audit.ledger import AuditLedger
from kerne.errors import AuditError
from kerne.gate.door import Gate
from kerne.people.asking import Action, Ask, Refusal
from kerne.policy.rulebook import RuleBook

from .conftest import ADULT, COUNT, DOCTOR, QUESTION, READ, ZONE, Trust, citizen

OTHERS = [
    COUNT,
    QUESTION,
    replace(READ, purpose="treatment-of-another"),
    replace(READ, purpose="insurance"),
    Ask(DOCTOR, "own-treatment", Action.PLACE_ORDER, (ADULT,)),
    Ask(DOCTOR, "own-treatment", Action.READ_CHOICES, (ADULT,)),
    Ask(citizen(ADULT), "own-access", Action.READ_ACCESSES, (ADULT,)),
    Ask(citizen(ADULT), "own-access", Action.READ_ANSWER, (ADULT,)),
]
READS = [Action.READ_ANSWER, Action.READ_GENOME, Action.FOLLOW_ORDER]


@pytest.fixture
def second(trust: Trust, tmp_path: Path) -> AuditLedger:
    trust.people.start_treatment("doctor-1", ADULT, "K-1", trust.clock())
    return trust.audit.second(tmp_path / "second.sqlite")


@pytest.fixture
def gate(trust: Trust, second: AuditLedger) -> Gate:
    return Gate(
        RuleBook.load("denmark"),
        trust.people,
        trust.consent,
        trust.audit,
        trust.permits,
        trust.clock,
        ZONE,
        second=second,
    )


def run(trust: Trust, *statements: str) -> None:
    with closing(sqlite3.connect(str(trust.audit.engine.url.database))) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


FULL = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
INTENTS_FAIL = f"CREATE TRIGGER i BEFORE INSERT ON entry WHEN NEW.kind = 'intent' {FULL}"
OUTCOMES_FAIL = f"CREATE TRIGGER o BEFORE INSERT ON entry WHEN NEW.kind = 'outcome' {FULL}"


def break_file(trust: Trust) -> None:
    trust.audit.engine.dispose()
    path = Path(str(trust.audit.engine.url.database))
    path.write_bytes(b"no database" * 1000)
    Path(f"{path}-wal").unlink(missing_ok=True)


def allow_reading_only(trust: Trust) -> None:
    trust.audit.engine.dispose()
    event.listen(
        trust.audit.engine,
        "begin",
        lambda connection: connection.exec_driver_sql("PRAGMA query_only=1"),
    )


def fill_disk(trust: Trust) -> None:
    run(trust, INTENTS_FAIL)


FAULTS = [fill_disk, break_file, allow_reading_only]


@pytest.mark.parametrize("action", READS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_own_treatment__goes_on_while_the_audit_fails(
    trust: Trust, gate: Gate, second: AuditLedger, fault: object, action: Action
) -> None:
    assert callable(fault)
    fault(trust)
    ask = replace(READ, action=action)
    assert gate.answer(ask, lambda grant: (second.size(), grant.entry)) == (1, -1)
    (one,) = second.naming(ADULT)
    assert one.outcome is Outcome.DONE
    assert one.entry.intent.law


@pytest.mark.parametrize("ask", OTHERS, ids=lambda ask: f"{ask.action} for {ask.purpose}")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_everything_else__gets_no_answer_while_the_audit_fails(
    trust: Trust, gate: Gate, second: AuditLedger, fault: object, ask: Ask
) -> None:
    assert callable(fault)
    fault(trust)
    done: list[object] = []
    with pytest.raises(AuditError):
        gate.answer(ask, done.append)
    assert done == []
    assert second.size() == 0


def test_own_treatment__goes_on_while_the_audit_is_locked(trust: Trust, gate: Gate) -> None:
    trust.audit.engine.dispose()
    event.listen(
        trust.audit.engine,
        "connect",
        lambda connection, _record: connection.execute("PRAGMA busy_timeout=20"),
    )
    with closing(sqlite3.connect(str(trust.audit.engine.url.database))) as other:
        other.execute("BEGIN IMMEDIATE")
        assert gate.answer(READ, lambda grant: grant.entry) == -1
        with pytest.raises(AuditError, match="locked"):
            gate.answer(COUNT, lambda grant: grant.entry)


def test_own_treatment__without_a_relation_gets_no_answer_while_the_audit_fails(
    trust: Trust, gate: Gate, second: AuditLedger
) -> None:
    fill_disk(trust)
    with pytest.raises(AuditError):
        gate.answer(replace(READ, who=replace(DOCTOR, identifier="doctor-2")), lambda _grant: 1)
    assert second.size() == 0


def test_own_treatment__gets_no_answer_when_both_logs_fail(
    trust: Trust, gate: Gate, second: AuditLedger
) -> None:
    fill_disk(trust)
    with second.writing() as connection:
        connection.exec_driver_sql(INTENTS_FAIL)
    with pytest.raises(AuditError):
        gate.answer(READ, lambda _grant: 1)


def test_outcome__that_the_audit_does_not_take_goes_to_the_second_log(
    trust: Trust, gate: Gate
) -> None:
    run(trust, OUTCOMES_FAIL)
    assert gate.answer(READ, lambda _grant: "an answer") == "an answer"
    with pytest.raises(AuditError):
        gate.answer(COUNT, lambda _grant: "an answer")
    run(trust, "DROP TRIGGER o")
    assert not isinstance(gate.answer(READ, lambda grant: grant.entry), Refusal)
    named = trust.audit.naming(ADULT)
    assert [one.outcome for one in named] == [Outcome.DONE, Outcome.DONE]


def test_outcome__that_neither_log_takes_means_no_answer(
    trust: Trust, gate: Gate, second: AuditLedger
) -> None:
    run(trust, INTENTS_FAIL)
    with second.writing() as connection:
        connection.exec_driver_sql(OUTCOMES_FAIL)
    with pytest.raises(AuditError):
        gate.answer(READ, lambda _grant: "an answer")


def test_what_was_recorded_in_the_second_log__is_merged_when_the_audit_works_again(
    trust: Trust, gate: Gate
) -> None:
    fill_disk(trust)
    gate.answer(READ, lambda _grant: 1)
    run(trust, "DROP TRIGGER i")
    gate.answer(READ, lambda _grant: 1)
    late, timely = trust.audit.naming(ADULT)
    assert [late.personal.counter, timely.personal.counter] == [1, 2]
    assert late.entry.late is not None
    assert timely.entry.late is None
    assert late.outcome is Outcome.DONE


def test_what_is_refused_while_the_audit_fails__is_no_answer_either(
    trust: Trust, gate: Gate
) -> None:
    fill_disk(trust)
    with pytest.raises(AuditError):
        gate.answer(replace(READ, purpose="insurance"), lambda _grant: 1)
