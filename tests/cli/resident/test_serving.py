"""How a resident process begins and ends, and what becomes of the work under way."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from kerne.cli.genomes import genomes
from kerne.cli.resident.connecting import connect
from kerne.cli.resident.desk import ResidentDesk, ResidentFaultError
from kerne.cli.resident.wire import Kind, Message, receive, send
from kerne.cli.serve import serving_store
from kerne.errors import GateError, GenomeError
from kerne.genomes.disk import hot
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.reading.intake import StoreRules
from kerne.genomes.watching import Watch
from tests.cli.resident.conftest import UPKEEP, resident, run

if TYPE_CHECKING:
    from kerne.cli.resident.listener import Resident


def test_fault__is_told_by_its_reference_only(store: Path) -> None:
    def fail(_asked: Message, _watch: Watch) -> Message:
        raise RuntimeError("S1 carries it")

    with resident(store, fail), pytest.raises(ResidentFaultError) as raised:
        CliRunner().invoke(
            genomes, ["--store", str(store), "stats"], standalone_mode=False, catch_exceptions=False
        )
    assert raised.value.exit_code == 1
    assert "reference" in raised.value.message
    assert "S1" not in raised.value.message


def test_process_that_dies__leaves_a_clear_word(store: Path) -> None:
    def die(_asked: Message, _watch: Watch) -> Message:
        raise ConnectionResetError

    with resident(store, die), pytest.raises(GenomeError, match="ended before it answered"):
        run("--store", store, "stats")


def test_process_that_is_told_to_end__adds_nothing(store: Path, tmp_path: Path) -> None:
    answering = serving_store(store, UPKEEP)[0]
    served: list[Resident] = []

    def answer(asked: Message, watch: Watch) -> Message:
        served[0].end()
        return answering.answer(asked, watch)

    text = (tmp_path / "one.vcf").read_text().replace("\ta\tb\n", "\td\te\n")
    (tmp_path / "two.vcf").write_text(text)
    with resident(store, answer) as found:
        served.append(found)
        with pytest.raises(GenomeError, match="told to end: nothing was added"):
            run("--store", store, "add", "--assembly", "GRCh38", tmp_path / "two.vcf")
    assert FreestandingGenomes(store).stats().genomes == 2


def test_genomes__that_nobody_waits_for_are_not_added(store: Path, tmp_path: Path) -> None:
    answering = serving_store(store, UPKEEP)[0]
    gone = Event()

    def answer(asked: Message, watch: Watch) -> Message:
        assert gone.wait(60)
        return answering.answer(asked, watch)

    text = (tmp_path / "one.vcf").read_text().replace("\ta\tb\n", "\td\te\n")
    (tmp_path / "two.vcf").write_text(text)
    rules = {"assembly": "GRCh38", "reference": None, "min_gq": None, "min_dp": None}
    given = {"files": [[str(tmp_path / "two.vcf"), None]], "rules": rules}
    with resident(store, answer):
        connection = connect(store)
        assert connection is not None
        with connection:
            said = {"question": "add", "asking": None, "given": given}
            send(connection, Message(Kind.ASK, said))
        gone.set()
    assert FreestandingGenomes(store).stats().genomes == 2


def test_progress__is_told_to_whoever_adds(store: Path) -> None:
    def answer(_asked: Message, watch: Watch) -> Message:
        watch(7)
        watch(8)  # too soon after
        return Message(Kind.ANSWER, {"added": []})

    told: list[int] = []
    with resident(store, answer):
        connection = connect(store)
        assert connection is not None
        with connection:
            desk = ResidentDesk(connection, None, lambda: FreestandingGenomes(store))
            assert desk.add([], StoreRules("GRCh38"), told.append) == []
    assert told == [7]


@pytest.mark.parametrize(
    "message",
    [
        Message(Kind.ANSWER),
        Message(Kind.ASK, {"question": "_ask"}),
        Message(Kind.ASK, {}, [b"column"]),
    ],
)
@pytest.mark.usefixtures("asked")
def test_what_is_no_question__ends_the_connection(store: Path, message: Message) -> None:
    connection, found = connect(store), None
    assert connection is not None
    with connection, suppress(ConnectionError):
        send(connection, message)
        found = receive(connection)
    assert found is None


def test_serve_command__answers_until_it_is_told_to_end(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def forbid() -> bool:
        told.append("forbidden")
        return True

    monkeypatch.setattr(hot, "forbid_core_dumps", forbid)

    def ask() -> None:
        while (connection := connect(store)) is None:
            pass
        with connection:
            desk = ResidentDesk(connection, None, lambda: FreestandingGenomes(store))
            kept = desk.memory()
            assert kept is not None
            told.append(f"{desk.stats().genomes} of {kept.most_bytes}")
        os.kill(os.getpid(), signal.SIGTERM)

    asking = Thread(target=ask)
    asking.start()
    result = run("--store", store, "serve", "--memory", "3")
    asking.join()
    assert result.stdout == f"serving `{store}`; no core dump shows its memory\n"
    assert told == ["forbidden", f"2 of {3 << 20}"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert connect(store) is None


def test_serve_command__wants_a_store_that_no_centre_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot, "forbid_core_dumps", lambda: True)
    with pytest.raises(GenomeError, match="holds no genome store"):
        run("--store", tmp_path, "serve")
    from kerne.alleles.assembly import GRCH38  # noqa: PLC0415

    create_store(tmp_path / "kept", GRCH38, kept_by_centre=True, reference=None, min_gq=0, min_dp=0)
    with pytest.raises(GateError, match="is kept by a centre"):
        run("--store", tmp_path / "kept", "serve")
