"""An audit that fails, is full, read-only, locked or damaged: no answer, and no change unrecorded.

Each kind of ask meets a fault at each of its statements in turn, commits included.
"""

import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from kerne.audit.entry import IntentEntry, decode
from kerne.centre import Centre, found_centre, open_centre
from kerne.consent.events import SecondaryChoice
from kerne.consent.receipt import Receipt
from kerne.database import engine as database_engine
from kerne.errors import AuditError
from kerne.people.asking import Identity, Purpose, Refusal, Role
from kerne.people.person import Person, RegisteredSex
from kerne.settings import Settings

from .checks import UNDER_ENTRY
from .driving import AUTHORITY, REGISTRAR
from .faults import Faults, Lasts, faults_in
from .killing import in_a_fork
from .settling import clock
from .workload import ACCESS, OWN, citizen

ME = "P-000001"
DOCTOR = Identity("doctor-1", frozenset({Role.DOCTOR}), "Hospital")
CUSTODIAN = Identity("custodian-1", frozenset({Role.CUSTODIAN}), "Authority")
AUDIT = "audit/audit.sqlite"

Doing = Callable[[Centre], object]


def settle(home: Path) -> None:
    found_centre(Settings(home), REGISTRAR, (AUTHORITY,))
    with open_centre(home, clock) as centre:
        person = Person(ME, "Name", None, date(1980, 1, 1), RegisteredSex.FEMALE, "East")
        people = centre.people
        people.register_persons(REGISTRAR, Purpose.QUALITY, [person])
        people.appoint(REGISTRAR, Purpose.QUALITY, [DOCTOR, CUSTODIAN])
        given = centre.consent.consent_to_analysis(
            DOCTOR,
            OWN,
            ME,
            document="form",
            document_version="1",
            secondary=SecondaryChoice.NONE,
            recontact=False,
        )
        assert isinstance(given, Receipt)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("faults") / "home"
    settle(home)
    return home


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "home"))


def read(centre: Centre) -> object:
    return centre.consent.choices_of(citizen(ME), ACCESS, ME)


def change(centre: Centre) -> object:
    return centre.orders.place(DOCTOR, OWN, ME, patient_group="eye", question="Why?")


def count(centre: Centre) -> object:
    return centre.genomes.stats(REGISTRAR, Purpose.QUALITY)


def refused(centre: Centre) -> object:
    answer = centre.consent.choices_of(CUSTODIAN, ACCESS, ME)
    assert isinstance(answer, Refusal)
    return answer


def look_at_log(centre: Centre) -> object:
    return centre.audit.log_of(citizen(ME), ACCESS, ME)


def sign(centre: Centre) -> object:
    return centre.audit.checkpoint()


ASKS: dict[str, Doing] = {
    "read": read,
    "change": change,
    "count": count,
    "refusal": refused,
    "log": look_at_log,
    "checkpoint": sign,
}


def unrecorded(home: Path) -> set[int]:
    """The entries that changes of the centre name and that are not in the audit."""
    with closing(sqlite3.connect(home / AUDIT)) as audit:
        entries = [decode(body) for (body,) in audit.execute("SELECT body FROM entry")]
    recorded = {entry.number for entry in entries if isinstance(entry, IntentEntry)}
    with closing(sqlite3.connect(home / "centre.sqlite")) as store:
        named = {
            entry
            for table in UNDER_ENTRY
            for (entry,) in store.execute(f"SELECT entry FROM {table}")
        }
    return named - recorded - {0}


def strike_each(
    faults: Faults, lasts: Lasts, do: Callable[[], object], *, may_bear: bool = False
) -> int:
    """Do it with a fault at its first statement, its second, and so on, until none is struck.

    `may_bear` says that it may be done in spite of a fault.

    Past the first thirty some are left out: a citizen's log has more with each that was tried.
    """
    at = 1
    while True:
        faults.begin(at, lasts)
        try:
            do()
        except AuditError:
            assert faults.struck
        else:
            # INVARIANT: nothing comes back when a statement failed.
            assert may_bear or not faults.struck
            if not faults.struck:
                return at - 1
        finally:
            faults.end()
        at += 1 if at < 30 else at // 4


@pytest.mark.parametrize("lasts", list(Lasts))
@pytest.mark.parametrize("name", list(ASKS))
def test_audit_that_fails_at_any_statement__means_no_answer(
    home: Path, name: str, lasts: Lasts
) -> None:
    with faults_in(AUDIT) as faults:
        with open_centre(home, clock) as centre:
            struck = strike_each(faults, lasts, lambda: ASKS[name](centre))
            assert struck >= 4
            assert unrecorded(home) == set()
        check_record(home)


def leave_open(home: Path) -> None:
    """Let a process end in the middle of an ask."""

    def end() -> list[str]:
        with open_centre(home, clock) as centre:
            centre.orders.gate._close = lambda *_words: os._exit(0)  # type: ignore[attr-defined]
            change(centre)
        return []

    in_a_fork(end)


@pytest.mark.parametrize("lasts", [Lasts.ONCE, Lasts.FOR_EVER])
def test_audit_that_fails_at_any_statement_of_a_start__leaves_it_to_be_made_whole(
    home: Path, lasts: Lasts
) -> None:
    leave_open(home)
    with faults_in(AUDIT) as faults:

        def start() -> None:
            with open_centre(home, clock):
                faults.end()  # borne: it is at work without the audit, and closes asks later

        assert strike_each(faults, lasts, start, may_bear=True) > 10
    check_record(home)


# Full, read-only and locked for real


def check_silence(centre: Centre, home: Path, words: str) -> None:
    """Nothing is answered and nothing is changed."""
    before = centre.orders.ledger.lines()
    for do in ASKS.values():
        with pytest.raises(AuditError, match=words):
            do(centre)
    assert centre.orders.ledger.lines() == before
    assert unrecorded(home) == set()


@contextmanager
def each_audit_connection(home: Path, statement: str) -> Iterator[None]:
    """Say a statement to each new connection to the audit."""

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        (_, _, path) = connection.execute("PRAGMA database_list").fetchone()
        if path == str(home / AUDIT):
            connection.execute(statement)

    event.listen(Engine, "connect", connected)
    try:
        yield
    finally:
        event.remove(Engine, "connect", connected)


def test_audit_that_is_full__means_no_answer(home: Path) -> None:
    """What still fits is recorded and answered; what does not is neither."""
    with each_audit_connection(home, "PRAGMA max_page_count=1"), open_centre(home, clock) as centre:
        for do in (look_at_log, read, refused, count, change):
            with pytest.raises(AuditError, match="full"):
                until_full(centre, do)
        assert unrecorded(home) == set()
    check_record(home)


def until_full(centre: Centre, do: Doing) -> None:
    for _ in range(200):
        do(centre)


def test_disk_that_is_full__means_no_answer(home: Path) -> None:
    """The process may make no file longer than the audit is: for real, in one of its own."""

    def write_no_further() -> list[str]:
        with open_centre(home, clock) as centre:
            read(centre)
            most = (home / f"{AUDIT}-wal").stat().st_size
            unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, unlimited[1]))
            check_silence(centre, home, "cannot be written")
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
            read(centre)
        return []

    assert in_a_fork(write_no_further) == []
    check_record(home)


def test_audit_that_is_read_only__means_no_answer(home: Path) -> None:
    def connect(_dialect: object, _record: object, words: list[str], more: dict[str, Any]) -> Any:
        if not words[0].endswith(AUDIT):
            return None
        return sqlite3.connect(f"file:{words[0]}?mode=ro", uri=True, **more)

    event.listen(Engine, "do_connect", connect)
    try:
        with open_centre(home, clock) as centre:
            check_silence(centre, home, "readonly")
    finally:
        event.remove(Engine, "do_connect", connect)
    check_record(home)


def test_audit_that_another_process_holds__means_no_answer(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_engine, "BUSY_TIMEOUT_MS", 20)
    with open_centre(home, clock) as centre, held_by_another(home / AUDIT):
        check_silence(centre, home, "locked")
    check_record(home)


@contextmanager
def held_by_another(path: Path) -> Iterator[None]:
    """Let another process hold the writers' lock of an SQLite file."""
    script = (
        "import sqlite3, sys\n"
        "held = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "held.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    words = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            other.communicate()


def check_record(home: Path) -> None:
    """The centre opens again, and its audit is whole."""
    with open_centre(home, clock) as centre:
        found = centre.audit.verify()
        assert (found.problems, found.open_asks) == ((), 0)


# Damaged

PAGE_BYTES = 4096


def test_audit_with_a_damaged_page__answers_only_what_it_could_record(
    template: Path, tmp_path: Path
) -> None:
    pages = (template / AUDIT).stat().st_size // PAGE_BYTES
    silent = 0
    for page in range(pages):
        home = Path(shutil.copytree(template, tmp_path / f"{page}"))
        with (home / AUDIT).open("r+b") as file:
            file.seek(page * PAGE_BYTES)
            file.write(random.Random(page).randbytes(PAGE_BYTES))
        try:
            with open_centre(home, clock) as centre:
                before = centre.audit._ledger.size()
                read(centre)
                # Two entries more, or what came back was not recorded.
                assert centre.audit._ledger.size() == before + 2
        except AuditError:
            silent += 1
        else:
            assert seen_by_verify(home)
    assert silent > pages / 2


def seen_by_verify(home: Path) -> bool:
    """Say whether a page that no ask came upon is missed by who reads the whole audit."""
    with open_centre(home, clock) as centre:
        return bool(centre.audit.verify().problems)
