"""The second log: what it takes, how it is merged, and that nothing of it is lost or doubled."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kerne.audit import leaves
from kerne.audit.entry import (
    IntentEntry,
    Late,
    MergerEntry,
    Outcome,
    OutcomeEntry,
    Verdict,
    encode,
)
from kerne.audit.ledger import AuditLedger, open_audit
from kerne.audit.second import TwoLogs, merge
from kerne.audit.tree import leaf_hash
from kerne.audit.verification import Verification, verify
from kerne.errors import AuditError, SecondLogError

from .conftest import AT, draft
from .test_ledger import spoiling

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PERSON = "P-000001"


@pytest.fixture
def second(audit: AuditLedger, tmp_path: Path) -> AuditLedger:
    return audit.second(tmp_path / "second.sqlite")


@pytest.fixture
def logs(audit: AuditLedger, second: AuditLedger) -> TwoLogs:
    return TwoLogs(audit, second)


def verified(audit: AuditLedger, second: AuditLedger) -> Verification:
    return verify(audit.engine, KEY.public_key(), second=second.engine)


def never(_entry: int) -> bool:
    return False


def test_second_log__takes_what_is_merged_later_and_flagged(
    logs: TwoLogs, audit: AuditLedger, second: AuditLedger
) -> None:
    (first,) = logs.record([draft(PERSON)], AT)
    asked = logs.record_in_second([draft(PERSON, reason="acute"), draft("P-000002")], AT)
    assert asked == (-1, -2)
    logs.close_ask(-1, Outcome.DONE, AT)
    logs.close_in_second(first, first, Outcome.DONE, AT)
    assert verified(audit, second).waiting == 4
    (number,) = logs.record([draft(PERSON)], AT)
    assert number == 7
    name = leaf_hash(encode(second.entry(1))).hex()
    merged = audit.entry(2)
    assert isinstance(merged, IntentEntry)
    assert merged.late == Late(name, 1, name)
    assert (merged.ask, merged.at) == (2, AT)
    there = leaf_hash(encode(second.entry(3))).hex()
    assert audit.entry(4) == OutcomeEntry(4, 2, 3, AT, Outcome.DONE, Late(name, 3, there))
    assert audit.entry(6) == MergerEntry(6, AT, name, 4, second.root().hex())
    named = audit.naming(PERSON)
    assert [one.personal.counter for one in named] == [1, 2, 3]
    assert [one.outcome for one in named] == [Outcome.DONE, Outcome.DONE, None]
    assert named[1].personal.reason == "acute"
    found = verified(audit, second)
    assert found.problems == ()
    assert (found.waiting, found.open_asks) == (0, 1)


def test_merging__is_done_once(audit: AuditLedger, second: AuditLedger, logs: TwoLogs) -> None:
    assert merge(audit, second, AT) == 0
    logs.record_in_second([draft(PERSON)], AT)
    assert merge(audit, second, AT) == 1
    assert merge(audit, second, AT) == 0
    logs.close_ask(-1, Outcome.DONE, AT)
    logs.record_in_second([draft(PERSON, Verdict.REFUSED)], AT)
    assert merge(audit, second, AT) == 2
    assert merge(audit, second, AT) == 0
    assert audit.naming(PERSON)[0].outcome is Outcome.DONE
    assert verified(audit, second).problems == ()


def test_merging__of_two_processes_at_once_is_done_by_one(
    audit: AuditLedger, second: AuditLedger, logs: TwoLogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.record_in_second([draft(PERSON)], AT)
    other = AuditLedger(audit.engine)
    writing = audit.writing

    def after_the_other():  # type: ignore[no-untyped-def]  # noqa: ANN202  as `writing` itself
        monkeypatch.setattr(audit, "writing", writing)
        assert merge(other, second, AT) == 1
        return writing()

    monkeypatch.setattr(audit, "writing", after_the_other)
    assert merge(audit, second, AT) == 0
    assert audit.size() == 2


def test_merging__that_is_killed_at_any_moment_is_done_again_whole(
    audit: AuditLedger, second: AuditLedger, logs: TwoLogs, audit_path: Path
) -> None:
    """A child merges and dies at its n-th statement, for every n; then it is merged once."""
    logs.record([draft(PERSON)], AT)
    logs.record_in_second([draft(PERSON), draft("P-000002")], AT)
    logs.close_ask(-1, Outcome.DONE, AT)
    second_path = Path(str(second.engine.url.database))
    audit.engine.dispose()
    second.engine.dispose()
    steps = 0
    while died_while_merging(audit_path, second_path, steps):
        steps += 1
        with closing(sqlite3.connect(audit_path)) as connection:
            late = connection.execute("SELECT count(*) FROM late").fetchone()[0]
        assert late in {0, 3}
    assert steps > 10
    assert audit.size() == 5
    assert verified(audit, second).problems == ()


def died_while_merging(main: Path, behind: Path, step: int) -> bool:
    """Merge in a child that ends, as by `kill -9`, before statement `step`; say whether it did."""
    child = os.fork()
    if child == 0:
        audit = open_audit(main)
        left = iter(range(step))
        driver = vars(leaves)["driver"]

        def dying(connection):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            if next(left, None) is None:
                os._exit(9)
            return driver(connection)

        vars(leaves)["driver"] = dying
        merge(audit, audit.second(behind), AT)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_start__closes_what_died_and_not_what_ended_well_in_the_second_log(
    audit_path: Path, tmp_path: Path
) -> None:
    behind = tmp_path / "second.sqlite"
    dead = open_audit(audit_path)
    before = TwoLogs(dead, dead.second(behind))
    (well,) = before.record([draft(PERSON)], AT)
    (ill,) = before.record([draft(PERSON)], AT)
    before.record_in_second([draft(PERSON)], AT)
    before.close_in_second(well, well, Outcome.DONE, AT)
    dead.close()
    alive = open_audit(audit_path)
    after = TwoLogs(alive, alive.second(behind))
    assert set(after.close_abandoned(never, lambda: AT)) == {ill, 3}
    outcomes = [one.outcome for one in alive.naming(PERSON)]
    assert outcomes == [Outcome.DONE, Outcome.INTERRUPTED, Outcome.INTERRUPTED]
    assert verified(alive, alive.second(behind)).problems == ()


def test_start__with_an_audit_that_does_not_work_closes_nothing(
    audit_path: Path, tmp_path: Path
) -> None:
    audit_path.write_bytes(b"no database" * 100)
    audit = open_audit(audit_path)
    logs = TwoLogs(audit, audit.second(tmp_path / "second.sqlite"))
    assert logs.close_abandoned(never, lambda: AT) == ()
    assert logs.record_in_second([draft(PERSON)], AT) == (-1,)
    with pytest.raises(AuditError):
        logs.record([draft(PERSON)], AT)
    with pytest.raises(AuditError):
        TwoLogs(audit, None).close_abandoned(never, lambda: AT)


def test_second_log__that_does_not_exist_takes_nothing(audit: AuditLedger) -> None:
    logs = TwoLogs(audit, None)
    assert logs.record([draft(PERSON)], AT) == (1,)
    with pytest.raises(AuditError, match="no second log"):
        logs.record_in_second([draft(PERSON)], AT)
    with pytest.raises(AuditError, match="no second log"):
        logs.close_in_second(1, 1, Outcome.DONE, AT)


def test_second_log__that_is_damaged_is_not_merged_and_does_not_stop_the_audit(
    audit: AuditLedger, second: AuditLedger, logs: TwoLogs, tmp_path: Path
) -> None:
    logs.record_in_second([draft(PERSON)], AT)
    with spoiling(tmp_path / "second.sqlite") as connection:
        connection.execute("UPDATE personal SET said = 'insurance'")
    with pytest.raises(SecondLogError, match="not as it was written"):
        merge(audit, second, AT)
    assert logs.record([draft(PERSON)], AT) == (1,)
    found = verified(audit, second)
    assert found.waiting == 1
    assert found.problems[0].startswith("the second log: the personal part")
    second.engine.dispose()
    (tmp_path / "second.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(SecondLogError, match="cannot be merged"):
        merge(audit, second, AT)


@pytest.mark.parametrize(
    "entry",
    [OutcomeEntry(2, -7, -7, AT, Outcome.DONE), MergerEntry(2, AT, "00", 0, "00")],
    ids=["an outcome of what is no ask", "a merger"],
)
def test_second_log__that_holds_what_it_cannot_is_not_merged(
    audit: AuditLedger, second: AuditLedger, logs: TwoLogs, entry: OutcomeEntry | MergerEntry
) -> None:
    logs.record_in_second([draft(PERSON)], AT)
    with second.writing() as connection:
        leaves.append(connection, [entry])
    with pytest.raises(SecondLogError):
        merge(audit, second, AT)
    assert audit.size() == 0


def test_second_log__that_has_merged_another_itself_is_not_merged(
    audit: AuditLedger, second: AuditLedger, logs: TwoLogs
) -> None:
    logs.record([draft(PERSON)], AT)
    one = leaf_hash(b"one")
    with second.writing() as connection:
        late = Late(one.hex(), 1, one.hex())
        leaves.append(connection, [OutcomeEntry(1, -1, -1, AT, Outcome.DONE, late)])
        leaves.append(connection, [MergerEntry(2, AT, one.hex(), 1, one.hex())])
        connection.exec_driver_sql("INSERT INTO late VALUES (?, 1, 1)", (one.hex(),))
    with pytest.raises(SecondLogError, match="entry `2` of the second log cannot be merged"):
        merge(audit, second, AT)


def test_close__goes_to_the_log_that_holds_the_ask(logs: TwoLogs, audit: AuditLedger) -> None:
    (number,) = logs.record([draft(PERSON)], AT)
    logs.close_ask(number, Outcome.DONE, AT)
    assert audit.naming(PERSON)[0].outcome is Outcome.DONE


def test_outcome__that_both_logs_hold_is_merged_behind_the_first(
    logs: TwoLogs, audit: AuditLedger, second: AuditLedger
) -> None:
    """The first reached the disk, and its writer was told that it did not."""
    (number,) = logs.record([draft(PERSON)], AT)
    audit.close_ask(number, Outcome.DONE, AT)
    logs.close_in_second(number, number, Outcome.FAILED, AT)
    assert merge(audit, second, AT) == 1
    (one,) = audit.naming(PERSON)
    assert one.outcome is Outcome.DONE
    assert verified(audit, second).problems == ()


def test_start__leaves_to_another_what_the_other_has_closed(
    audit_path: Path, tmp_path: Path
) -> None:
    dead = open_audit(audit_path)
    dead.record([draft(PERSON)], AT)
    dead.close()
    one = open_audit(audit_path)
    logs = TwoLogs(one, one.second(tmp_path / "second.sqlite"))

    def committed(_entry: int) -> bool:
        return TwoLogs(open_audit(audit_path), None).close_abandoned(never, lambda: AT) == ()

    assert logs.close_abandoned(committed, lambda: AT) == ()
    assert one.naming(PERSON)[0].outcome is Outcome.INTERRUPTED


def test_audit__without_a_directory_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "nowhere").touch()
    with pytest.raises(AuditError, match="cannot be opened"):
        open_audit(tmp_path / "nowhere" / "audit.sqlite")


def forget_late(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM late WHERE there = 2")


def test_verify__finds_a_list_of_late_entries_that_was_changed(
    audit: AuditLedger, second: AuditLedger, logs: TwoLogs, audit_path: Path
) -> None:
    logs.record_in_second([draft(PERSON), draft("P-000002")], AT)
    merge(audit, second, AT)
    with spoiling(audit_path) as connection:
        forget_late(connection)
    assert verified(audit, second).problems == (
        "the list of late entries disagrees with the entries",
    )


def append(audit: AuditLedger, *entries: IntentEntry | OutcomeEntry | MergerEntry) -> None:
    with audit.writing() as connection:
        leaves.append(connection, entries)


def test_verify__finds_late_entries_that_no_merger_states(
    audit: AuditLedger, second: AuditLedger
) -> None:
    append(audit, OutcomeEntry(1, 1, 1, AT, Outcome.DONE, Late("aa", 2, "bb" * 32)))
    problems = verified(audit, second).problems
    assert "entry `1` does not follow in the second log that it is from" in problems
    assert "there are late entries that no merger states" in problems


def test_verify__finds_a_merger_of_what_was_not_merged(
    audit: AuditLedger, second: AuditLedger
) -> None:
    append(audit, MergerEntry(1, AT, "aa", 3, "bb" * 32))
    problems = verified(audit, second).problems
    assert "the merger at entry `1` states what was not merged" in problems
    assert "the second log is not the one that was merged last" in problems


def test_verify__finds_a_second_log_that_was_cut_off_or_put_in_the_place_of_another(
    audit: AuditLedger,
    second: AuditLedger,
    logs: TwoLogs,
    tmp_path: Path,
    open_audit: Callable[[], AuditLedger],
) -> None:
    logs.record_in_second([draft(PERSON), draft("P-000002")], AT)
    merge(audit, second, AT)
    with spoiling(tmp_path / "second.sqlite") as connection:
        connection.execute("DELETE FROM entry WHERE number = 2")
        connection.execute("DELETE FROM personal WHERE number = 2")
        connection.execute('DELETE FROM node WHERE level = 1 OR "index" = 1')
        connection.execute("UPDATE open_ask SET last = 1")
    assert verified(audit, second).problems == (
        "the second log does not begin with what was merged of it",
    )
    another = audit.second(tmp_path / "another.sqlite")
    TwoLogs(audit, another).record_in_second([draft(PERSON)], AT)
    assert "the second log is not the one that was merged last" in (
        verified(audit, another).problems
    )
    assert merge(open_audit(), another, AT) == 1
    assert verified(audit, another).problems == ()


@settings(
    deadline=None,
    max_examples=12,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(1, 3), st.booleans()), max_size=7))
def test_counts__stay_contiguous_however_the_audit_fails_and_works(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, int, bool]]
) -> None:
    directory = tmp_path_factory.mktemp("logs")
    audit = open_audit(directory / "audit.sqlite")
    second = audit.second(directory / "second.sqlite")
    logs = TwoLogs(audit, second)
    asked = 0
    for works, person, ends in steps:
        one = [draft(f"P-{person:06d}")]
        first = (logs.record(one, AT) if works else logs.record_in_second(one, AT))[0]
        asked += 1
        if ends and works:
            logs.close_in_second(first, first, Outcome.DONE, AT)
        elif ends:
            logs.close_ask(first, Outcome.DONE, AT)
    merge(audit, second, AT)
    named = [one for person in (1, 2, 3) for one in audit.naming(f"P-{person:06d}")]
    assert len(named) == asked
    assert sum(one.outcome is Outcome.DONE for one in named) == sum(ends for *_, ends in steps)
    assert verified(audit, second).problems == ()
    audit.close()
    second.engine.dispose()
