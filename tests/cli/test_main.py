"""The command line leaves with the exit code that the outcome owns, and says one clear thing."""

import atexit
import gc
from pathlib import Path

import click
import pytest

from kerne import __version__
from kerne.cli import COMMANDS
from tests.conftest import Run


def test_help__lists_every_group_and_every_exit_code(run: Run) -> None:
    outcome = run("--help")
    assert outcome.code == 0
    assert all(name in outcome.out for name in COMMANDS)
    assert "3 refused" in outcome.out


@pytest.mark.parametrize("name", COMMANDS)
def test_group__explains_itself(run: Run, name: str) -> None:
    outcome = run(name, "--help")
    assert outcome.code == 0
    assert "Usage:" in outcome.out


def test_version__is_told(run: Run) -> None:
    assert __version__ in run("--version").out


@pytest.mark.parametrize(
    "words", [("frobnicate",), ("audit", "frobnicate"), ("research", "public", "chr1-1-A-T")]
)
def test_wrong_usage__ends_with_two(run: Run, words: tuple[str, ...]) -> None:
    outcome = run(*words)
    assert outcome.code == 2
    assert "Usage:" in outcome.err


def test_home__that_is_not_named_is_asked_for(run: Run) -> None:
    outcome = run("audit", "verify")
    assert outcome.code == 2
    assert "--home DIR" in outcome.err


def test_home__may_come_from_the_environment(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KERNE_HOME", str(tmp_path))
    outcome = run("audit", "verify")
    assert outcome.code == 2
    assert f"`{tmp_path}` holds no centre" in outcome.err


def test_interrupt__ends_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _replace(monkeypatch, KeyboardInterrupt())
    outcome = run()
    assert outcome.code == 130
    assert outcome.err.strip() == "kerne: interrupted; what was not finished was not kept"


def test_unexpected_fault__is_logged_under_a_reference(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _replace(monkeypatch, ZeroDivisionError("inside"))
    outcome = run()
    assert outcome.code == 1
    reference = outcome.err.split()[-1]
    assert f"unexpected fault, reference {reference}" in outcome.err
    assert "inside" not in outcome.err.splitlines()[-1]
    assert caplog.records[0].getMessage() == f"reference {reference}"


def _replace(monkeypatch: pytest.MonkeyPatch, fault: BaseException) -> None:
    """Let the command line end in `fault` whatever it is asked."""

    @click.command("stand-in")
    def stand_in() -> None:
        raise fault

    monkeypatch.setattr("kerne.cli.kerne", stand_in)


def test_audit__held_against_something_else_ends_with_four(run: Run, tmp_path: Path) -> None:
    checkpoint = tmp_path / "held.txt"
    checkpoint.write_text("nonsense\n")
    outcome = run("audit", "--home", tmp_path, "verify", "--held", checkpoint)
    assert outcome.code == 4


def test_leaving__looks_for_no_cycles_in_what_was_loaded(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[object] = []
    monkeypatch.setattr(atexit, "register", registered.append)
    run("--version")
    assert registered == [gc.freeze]
