import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from sqlalchemy import create_engine

from kerne.audit.entry import IntentEntry, Outcome, OutcomeEntry, Verdict, encode
from kerne.audit.ledger import AuditLedger, metadata
from kerne.audit.tree import leaf_hash, verifies_consistency, verifies_inclusion
from kerne.database.engine import open_database
from kerne.errors import AuditError
from kerne.people.asking import Action

from .conftest import AT, counting_draft, draft, population
from .test_tree import naive_root

PERSONS = ("P-000001", "P-000002", "P-000003")


@contextmanager
def spoiling(path: Path) -> Iterator[sqlite3.Connection]:
    """Write to the audit's file as no part of Kerne does."""
    with closing(sqlite3.connect(path)) as connection:
        yield connection
        connection.commit()


def test_record__writes_one_entry_for_each_person(audit: AuditLedger) -> None:
    numbers = audit.record([draft(person) for person in PERSONS], AT)
    assert numbers == (1, 2, 3)
    entries = [audit.entry(number) for number in numbers]
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert {entry.ask for entry in entries if isinstance(entry, IntentEntry)} == {1}


def test_record__gives_each_person_a_count_of_their_own(audit: AuditLedger) -> None:
    audit.record([draft(PERSONS[0]), draft(PERSONS[1])], AT)
    audit.record([draft(None)], AT)
    audit.record([draft(PERSONS[1])], AT)
    assert [one.personal.counter for one in audit.naming(PERSONS[0])] == [1]
    assert [one.personal.counter for one in audit.naming(PERSONS[1])] == [1, 2]
    assert audit.naming(PERSONS[2]) == []


def test_record__counts_on_when_it_names_a_person_twice(audit: AuditLedger) -> None:
    audit.record([draft(PERSONS[0]), draft(PERSONS[0])], AT)
    assert [one.personal.counter for one in audit.naming(PERSONS[0])] == [1, 2]


def test_record__keeps_what_the_asker_typed_out_of_the_leaf(audit: AuditLedger) -> None:
    (number,) = audit.record([draft(PERSONS[0], reason="found unconscious")], AT)
    leaf = encode(audit.entry(number))
    assert b"unconscious" not in leaf
    assert PERSONS[0].encode() not in leaf
    assert audit.naming(PERSONS[0])[0].personal.reason == "found unconscious"


def test_record__is_seen_by_another_process_at_once(
    audit: AuditLedger, open_audit: Callable[[], AuditLedger]
) -> None:
    audit.record([draft(PERSONS[0])], AT)
    other = open_audit()
    assert other.size() == 1
    assert other.record([draft(PERSONS[0])], AT) == (2,)
    assert [one.personal.counter for one in audit.naming(PERSONS[0])] == [1, 2]


def test_record__of_a_population_keeps_whom_it_counted_once(
    audit: AuditLedger, audit_path: Path
) -> None:
    audit.record([counting_draft()], AT, population(1, 2, 9))
    audit.record([counting_draft()], AT, population(1, 2, 9))
    audit.record([counting_draft()], AT, population(4))
    digests = [one.digest for one in audit.counting()]
    assert digests[0] == digests[1] != digests[2]
    assert audit.population(digests[0]) == BitMap([1, 2, 9])
    with spoiling(audit_path) as connection:
        assert connection.execute("SELECT count(*) FROM population").fetchone() == (2,)


def test_counting__leaves_out_who_is_named(audit: AuditLedger) -> None:
    audit.record([draft(PERSONS[0])], AT)
    assert audit.counting() == []
    assert audit.naming(PERSONS[0])[0].digest == ""


def test_population__that_is_missing_or_changed_is_not_given(
    audit: AuditLedger, audit_path: Path
) -> None:
    audit.record([counting_draft()], AT, population(1, 2, 9))
    digest = audit.counting()[0].digest
    with pytest.raises(AuditError, match="missing or was changed"):
        audit.population("0" * 64)
    with spoiling(audit_path) as connection:
        connection.execute("UPDATE population SET rows = x'00'")
    with pytest.raises(AuditError, match="missing or was changed"):
        audit.population(digest)


def test_outcome__closes_all_entries_of_its_ask(audit: AuditLedger) -> None:
    audit.record([draft(person) for person in PERSONS], AT)
    audit.close_ask(1, Outcome.DONE, AT)
    assert audit.entry(4) == OutcomeEntry(4, 1, 3, AT, Outcome.DONE)
    assert [audit.naming(person)[0].outcome for person in PERSONS] == [Outcome.DONE] * 3


def test_outcome__is_given_once(audit: AuditLedger) -> None:
    audit.record([draft(PERSONS[0])], AT)
    audit.close_ask(1, Outcome.DONE, AT)
    with pytest.raises(AuditError, match="begins no open ask"):
        audit.close_ask(1, Outcome.DONE, AT)
    assert audit.size() == 2


def test_outcome__of_a_refusal_does_not_exist(audit: AuditLedger) -> None:
    audit.record([draft(PERSONS[0], Verdict.REFUSED)], AT)
    assert audit.naming(PERSONS[0])[0].outcome is None
    with pytest.raises(AuditError, match="begins no open ask"):
        audit.close_ask(1, Outcome.DONE, AT)


def test_abandoned__are_the_open_asks_of_the_dead(
    audit: AuditLedger, open_audit: Callable[[], AuditLedger]
) -> None:
    audit.record([draft(PERSONS[0]), draft(PERSONS[1])], AT)
    audit.record([draft(PERSONS[2])], AT)
    audit.close_ask(3, Outcome.DONE, AT)
    other = open_audit()
    assert other.abandoned() == audit.abandoned() == []
    audit.close()
    (ask,) = other.abandoned()
    assert (ask.ask, ask.last) == (1, 2)


def test_entry__that_is_not_there_is_an_error(audit: AuditLedger) -> None:
    with pytest.raises(AuditError, match="no entry `1`"):
        audit.entry(1)


def test_naming__with_a_gap_in_the_count_is_an_error(audit: AuditLedger, audit_path: Path) -> None:
    for _ in range(3):
        audit.record([draft(PERSONS[0])], AT)
    with spoiling(audit_path) as connection:
        connection.execute("DELETE FROM personal WHERE counter = 2")
    with pytest.raises(AuditError, match="number `2` is missing"):
        audit.naming(PERSONS[0])


def test_listing__of_an_entry_filed_as_another_kind_is_an_error(
    audit: AuditLedger, audit_path: Path
) -> None:
    audit.record([draft(PERSONS[0])], AT)
    leaf = encode(OutcomeEntry(1, 1, 1, AT, Outcome.DONE))
    with spoiling(audit_path) as connection:
        connection.execute("UPDATE entry SET body = ?", [leaf])
    with pytest.raises(AuditError, match="not of the kind"):
        audit.naming(PERSONS[0])


def test_audit__without_a_file_of_its_own_is_none() -> None:
    with pytest.raises(AuditError, match="a file of its own"):
        AuditLedger(create_engine("sqlite://"))


def test_audit__that_cannot_be_written_says_so_and_writes_nothing(
    audit: AuditLedger, audit_path: Path
) -> None:
    with spoiling(audit_path) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON personal "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    with pytest.raises(AuditError, match="cannot be written: database or disk is full"):
        audit.record([draft(PERSONS[0])], AT)
    assert audit.size() == 0


def test_audit__that_cannot_be_read_says_so(audit: AuditLedger, audit_path: Path) -> None:
    with spoiling(audit_path) as connection:
        connection.execute("DROP TABLE personal")
    with pytest.raises(AuditError, match="cannot be read: no such table"):
        audit.naming(PERSONS[0])


def test_audit__whose_tree_lacks_a_node_is_not_added_to(
    audit: AuditLedger, audit_path: Path
) -> None:
    audit.record([draft(PERSONS[0])], AT)
    with spoiling(audit_path) as connection:
        connection.execute("DELETE FROM node")
    with pytest.raises(AuditError, match="lacks node"):
        audit.record([draft(PERSONS[0])], AT)
    with pytest.raises(AuditError, match="lacks node `0` of level `0`"):
        audit.root()


@settings(
    deadline=None,
    max_examples=15,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.integers(1, 5), max_size=8), st.data())
def test_proofs__hold_for_every_entry_and_every_older_audit(
    tmp_path_factory: pytest.TempPathFactory, batches: list[int], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("audit") / "audit.sqlite"
    audit = AuditLedger(open_database(path, metadata))
    for batch in batches:
        audit.record([draft(f"P-{number:06d}") for number in range(batch)], AT)
    size = sum(batches)
    bodies = [encode(audit.entry(number + 1)) for number in range(size)]
    assert audit.size() == size
    assert audit.root() == naive_root(bodies)
    old = data.draw(st.integers(0, size))
    assert audit.root(old) == naive_root(bodies[:old])
    assert verifies_consistency(
        old, size, naive_root(bodies[:old]), naive_root(bodies), audit.prove_consistency(old)
    )
    for number in range(1, old + 1):
        assert verifies_inclusion(
            leaf_hash(bodies[number - 1]),
            number - 1,
            old,
            audit.prove([number], old)[0].path,
            audit.root(old),
        )
    audit.close()


def test_proofs__of_what_is_not_there_are_refused(audit: AuditLedger) -> None:
    audit.record([draft(PERSONS[0])], AT)
    with pytest.raises(AuditError, match="entry `2` is not among the first `1`"):
        audit.prove([2])
    with pytest.raises(AuditError, match="`2` entries do not begin `1`"):
        audit.prove_consistency(2)
    with pytest.raises(AuditError, match="has `1` entries"):
        audit.root(2)


def test_salts__differ_between_entries(audit: AuditLedger) -> None:
    audit.record([draft(None), draft(None)], AT)
    one, other = audit.entry(1), audit.entry(2)
    assert isinstance(one, IntentEntry)
    assert isinstance(other, IntentEntry)
    assert one.commitment != other.commitment
    assert replace(one, number=2, commitment=other.commitment) == other


def test_entry__says_what_was_asked(audit: AuditLedger) -> None:
    audit.record([draft(PERSONS[0])], AT)
    entry = audit.entry(1)
    assert isinstance(entry, IntentEntry)
    assert entry.intent.action is Action.READ_ANSWER
    assert entry.at == AT
