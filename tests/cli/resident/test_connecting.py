"""Both ends make sure of each other, and nobody is kept from an answer."""

import os
import socket
import stat
from pathlib import Path

import pytest

from kerne.cli.resident import connecting
from kerne.cli.resident.connecting import LOCK, SOCKET, connect, listening
from kerne.errors import GenomeError
from tests.cli.resident.conftest import Asked, resident, run


@pytest.mark.usefixtures("asked")
def test_socket__is_its_owners_alone(store: Path) -> None:
    for name in (SOCKET, LOCK):
        assert stat.S_IMODE((store / name).stat().st_mode) == 0o600


@pytest.mark.usefixtures("asked")
def test_second_resident__is_refused(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "_LOCK_SECONDS", 0.1)
    with pytest.raises(GenomeError, match="has a resident process already"), listening(store):
        pass
    assert "genomes\t2" in run("--store", store, "stats").stdout


def test_ended_resident__leaves_no_socket(store: Path, asked: Asked) -> None:
    with resident(store.parent, asked.answer):
        assert (store.parent / SOCKET).exists()
    assert not (store.parent / SOCKET).exists()
    with resident(store.parent, asked.answer):
        assert (store.parent / SOCKET).exists()


def test_socket_of_a_dead_process__is_removed_silently(store: Path) -> None:
    (store / LOCK).touch()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(store / SOCKET))
    found = run("--store", store, "stats")
    assert "genomes\t2" in found.stdout
    assert found.stderr.count("\n") == 1
    assert not (store / SOCKET).exists()


def test_socket_of_a_living_process__is_left_to_it(store: Path, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        with listening(store):
            (tmp_path / "deaf").rename(store / SOCKET)
            assert connect(store) is None
            assert (store / SOCKET).exists()


def test_long_path__is_no_hindrance(tmp_path: Path, asked: Asked) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    with resident(deep, asked.answer):
        connection = connect(deep)
        assert connection is not None
        connection.close()


def test_process_of_another_user__is_not_spoken_to(
    store: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "is_of_this_user", lambda _connection: False)
    assert "genomes\t2" in run("--store", store, "stats").stdout
    monkeypatch.undo()
    monkeypatch.setattr("kerne.cli.resident.listener.is_of_this_user", lambda _connection: False)
    assert "genomes\t2" in run("--store", store, "stats").stdout
    assert asked.questions == []


def test_peer__is_known_by_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = socket.socketpair()
    with one, other:
        assert connecting.is_of_this_user(one)
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
        assert not connecting.is_of_this_user(one)


def test_process_of_another_version__is_not_asked(
    store: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "HELLO", {"kerne": "0", "wire": 0})
    assert "genomes\t2" in run("--store", store, "stats").stdout
    assert asked.questions == []


def test_too_many_connections__are_closed(
    store: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kerne.cli.resident.listener.CONNECTIONS_MOST", 0)
    assert "genomes\t2" in run("--store", store, "stats").stdout
    assert asked.questions == []
