"""A backup appears whole or not at all, holds no key, and shows every change to it."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kerne.centre import restore_centre
from kerne.custody.backup import (
    MANIFEST,
    AuditMark,
    back_up,
    check_backup,
    check_restored,
)
from kerne.custody.key_copies import copy_keys, put_keys_back
from kerne.errors import BackupError, VaultError
from kerne.people.asking import Refusal
from tests.custody.conftest import AT, REGISTRAR, Clock, Site

KEY = Ed25519PrivateKey.generate()
NOTHING = AuditMark(0, "")


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("copies") / "backup"

    def two_files(target: Path) -> None:
        (target / "part").mkdir()
        (target / "part" / "one").write_text("one")
        (target / "two").write_text("two")

    back_up(into, [two_files], lambda _: NOTHING, KEY, AT)
    return into


def test_backup__is_read_as_it_was_made(backup: Path) -> None:
    manifest = check_backup(backup, KEY.public_key())
    assert {name: file.length_bytes for name, file in manifest.files.items()} == {
        "part/one": 3,
        "two": 3,
    }
    assert (manifest.audit, manifest.made_at) == (NOTHING, AT.isoformat())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda place: (place / "two").write_text("owt"), "file `two` was changed"),
        (lambda place: (place / "two").write_text("tw"), "file `two` was changed"),
        (lambda place: (place / "two").unlink(), "file `two` is missing"),
        (lambda place: (place / "six").touch(), "file `six` is not in its manifest"),
        (lambda place: (place / MANIFEST).unlink(), "its manifest cannot be read"),
        (lambda place: (place / MANIFEST).write_text("{}"), "was not signed with the key"),
    ],
)
def test_backup__that_was_changed_is_refused(
    backup: Path, tmp_path: Path, change: "object", problem: str
) -> None:
    place = Path(shutil.copytree(backup, tmp_path / "changed"))
    assert callable(change)
    change(place)
    with pytest.raises(BackupError, match=problem):
        check_backup(place, KEY.public_key())


def test_backup__of_another_centre_is_refused(backup: Path) -> None:
    with pytest.raises(BackupError, match="was not signed with the key of this centre"):
        check_backup(backup, Ed25519PrivateKey.generate().public_key())


def test_backup__is_made_anew_and_what_was_cut_off_is_none(backup: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="exists already"):
        back_up(backup, [], lambda _: NOTHING, KEY, AT)

    def full(_target: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(BackupError, match="cannot be written: no space left on device"):
        back_up(tmp_path / "full", [full], lambda _: NOTHING, KEY, AT)
    assert not (tmp_path / "full").exists()
    back_up(tmp_path / "full", [], lambda _: NOTHING, KEY, AT)


def test_restored_files__are_compared_with_the_manifest(backup: Path, tmp_path: Path) -> None:
    manifest = check_backup(backup, KEY.public_key())
    check_restored(tmp_path, manifest, NOTHING)
    with pytest.raises(BackupError, match="the restored audit has `3` entries"):
        check_restored(tmp_path, manifest, AuditMark(3, "ab"))


def test_backup_of_a_centre__holds_no_key(site: Site) -> None:
    with site.open() as centre:
        centre.copies.back_up(site.beside("backup"))
        centre.copies.copy_keys(site.beside("keys"))
        with pytest.raises(BackupError, match="exists already"):
            centre.copies.copy_keys(site.beside("keys"))
    names = {path.name for path in site.beside("backup").rglob("*")}
    assert not {name for name in names if name.endswith((".key", ".pem")) or "keys" in name}
    assert {"centre.sqlite", "audit.sqlite", "manifest.json", "newest.checkpoint"} <= names
    keys = [path.read_bytes() for path in site.beside("keys").rglob("*.key")]
    held = b"".join(
        path.read_bytes() for path in site.beside("backup").rglob("*") if path.is_file()
    )
    assert keys
    assert not any(key in held for key in keys)


def test_restore__wants_a_new_home_and_a_copy_of_keys(site: Site) -> None:
    with site.open() as centre:
        centre.copies.back_up(site.beside("backup"))
    with pytest.raises(BackupError, match="exists already"):
        restore_centre(site.beside("backup"), site.home, site.beside("backup"), clock=Clock())
    with pytest.raises(BackupError, match="is no copy of keys"):
        restore_centre(
            site.beside("backup"), site.beside("new"), site.beside("backup"), clock=Clock()
        )
    assert not site.beside("new").exists()


def test_keys__whose_master_was_changed_meanwhile_are_copied_again(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "master.key").write_bytes(b"m" * 32)
    (tmp_path / "checkpoint.key").write_bytes(b"c" * 32)
    tried: list[Path] = []

    def opens_at_last(place: Path) -> None:
        tried.append(place)
        if len(tried) < 3:
            raise VaultError("the master key does not fit")

    copy_keys(keys, tmp_path / "checkpoint.key", tmp_path / "copy", opens_at_last)
    assert len(tried) == 3
    assert (tmp_path / "copy" / "keys" / "master.key").read_bytes() == b"m" * 32

    def never_opens(_place: Path) -> None:
        raise VaultError("the master key does not fit")

    with pytest.raises(VaultError, match="does not fit"):
        copy_keys(keys, tmp_path / "checkpoint.key", tmp_path / "none", never_opens)
    assert not (tmp_path / "none").exists()


def test_keys__that_are_none_are_neither_copied_nor_put_back(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be written"):
        copy_keys(tmp_path / "none", tmp_path / "no.key", tmp_path / "copy", lambda _: None)
    with pytest.raises(BackupError, match="is no copy of keys"):
        put_keys_back(tmp_path, tmp_path / "keys", tmp_path / "checkpoint.key")


def test_audit_that_does_not_verify__is_not_backed_up(site: Site) -> None:
    with closing(sqlite3.connect(site.home / "audit" / "audit.sqlite")) as connection, connection:
        connection.execute("UPDATE personal SET said = 'insurance' WHERE number = 1")
    with site.open() as centre, pytest.raises(BackupError, match="the audit does not verify"):
        centre.copies.back_up(site.beside("backup"))
    assert not site.beside("backup").exists()


def test_backup_of_an_unproven_centre__is_one(site: Site) -> None:
    (site.home / "restored-unproven").touch()
    with site.open() as centre:
        centre.copies.back_up(site.beside("backup"))
        centre.copies.copy_keys(site.beside("keys"))
    restored = restore_centre(
        *(site.beside("backup"), site.beside("new"), site.beside("keys"), site.replica),
        clock=Clock(),
    )
    assert not restored.is_proven
    with site.open(site.beside("new")) as centre:
        assert isinstance(centre.genomes.frequencies(REGISTRAR, "quality"), Refusal)
