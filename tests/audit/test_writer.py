import subprocess
import sys
from pathlib import Path

import pytest

from kerne.audit.writer import Writer


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "audit.sqlite.writers"


LIVE = """
import pathlib, signal, sys
from kerne.audit.writer import Writer
print(Writer(pathlib.Path(sys.argv[1])).name, flush=True)
signal.pause()
"""


def test_writer__is_alive_to_itself_and_to_others(directory: Path) -> None:
    one, other = Writer(directory), Writer(directory)
    assert one.is_alive(one.name)
    assert other.is_alive(one.name)
    assert other.is_alive(one.name), "asking ends nobody"


def test_writer__is_dead_when_it_has_left(directory: Path) -> None:
    one, other = Writer(directory), Writer(directory)
    one.close()
    assert not other.is_alive(one.name)


def test_writer__that_never_was_is_dead(directory: Path) -> None:
    assert not Writer(directory).is_alive("nobody")


def test_writer__that_was_killed_is_dead_and_its_file_goes(directory: Path) -> None:
    command = [sys.executable, "-c", LIVE, str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        writer = Writer(directory)
        assert writer.is_alive(name)
        process.kill()
    assert not writer.is_alive(name)
    assert [path.name for path in directory.iterdir()] == [f"{writer.name}.writer"]


def test_sweep__removes_the_dead_and_spares_the_living(directory: Path) -> None:
    one, other = Writer(directory), Writer(directory)
    (directory / "gone.writer").touch()
    one.sweep()
    names = {path.name for path in directory.iterdir()}
    assert names == {f"{one.name}.writer", f"{other.name}.writer"}
