"""A file appears whole, replaces nothing by accident, and is for its owner where it is secret."""

import os
from pathlib import Path

import pytest

from kerne.durable import replace_durably, write_durably, write_once


def test_replaced_file__is_the_old_one_until_the_new_one_is_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "manifest"
    write_durably(path, b"old")
    seen = []

    def sync(descriptor: int) -> None:
        seen.append(path.read_bytes())
        os.fstat(descriptor)

    monkeypatch.setattr("os.fsync", sync)
    replace_durably(path, b"new")
    assert seen == [b"old", b"new"]  # the content before the name
    assert [each.name for each in tmp_path.iterdir()] == ["manifest"]


def test_file_written_once__keeps_what_stood_first(tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_once(path, b"first")
    write_once(path, b"second")
    assert path.read_bytes() == b"first"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


def test_file_written_once__takes_no_notice_of_what_an_interrupted_writer_left(
    tmp_path: Path,
) -> None:
    (tmp_path / f"key.{os.getpid()}.part").write_bytes(b"half")
    write_once(tmp_path / "key", b"whole")
    assert (tmp_path / "key").read_bytes() == b"whole"


def test_file_that_cannot_be_linked__leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Path, _target: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "hardlink_to", fail)
    with pytest.raises(PermissionError):
        write_once(tmp_path / "key", b"secret")
    assert list(tmp_path.iterdir()) == []
