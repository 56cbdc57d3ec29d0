"""The master key of a centre is rotated and moved by whoever keeps its files."""

from pathlib import Path
from typing import Protocol

import pytest

from kerne.errors import SettingsError, VaultError
from kerne.keys import move_master_key, rotate_master_key
from kerne.people.vault import open_vault
from kerne.sealing.place import KeyPlace, MasterPlace
from kerne.settings import Settings, write_settings


class Outcome(Protocol):
    code: int
    out: str
    err: str


class Run(Protocol):
    def __call__(self, *words: object) -> Outcome: ...


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_settings(Settings(tmp_path))
    (tmp_path / "keys").mkdir()
    return tmp_path


def test_master_key__is_rotated_on_the_command_line(home: Path, run: Run) -> None:
    sealed = open_vault(home / "keys").seal("P-1", b"text")
    said = run("keys", "--home", home, "rotate")
    assert (said.code, said.out) == (0, "master key in force\t2\n")
    assert open_vault(home / "keys").unseal("P-1", sealed) == b"text"
    assert rotate_master_key(home) == 3


def test_master_key__is_moved_only_where_the_settings_name_a_token(home: Path, run: Run) -> None:
    said = run("keys", "--home", home, "move")
    assert said.code == 2
    assert "name no token: `master` in `[keys]`" in said.err
    with pytest.raises(SettingsError, match="name no token"):
        move_master_key(home)


def test_master_key__stays_in_its_file_when_the_token_cannot_be_used(home: Path) -> None:
    sealed = open_vault(home / "keys").seal("P-1", b"text")
    token = KeyPlace(MasterPlace.PKCS11, home / "missing.so", "hall")
    write_settings(Settings(home, keys=token))
    with pytest.raises(VaultError, match="token `hall`, key `kerne-master`"):
        move_master_key(home)
    assert open_vault(home / "keys").unseal("P-1", sealed) == b"text"


def test_keys__want_to_know_the_centre(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERNE_HOME", raising=False)
    said = run("keys", "rotate")
    assert said.code == 2
    assert "name the centre with `--home DIR`" in said.err
