"""A file appears whole, replaces nothing by accident, and is for its owner where it is secret."""

import fcntl
import os
from pathlib import Path

import pytest

from kerne.durable import (
    MAKING,
    directory_in_the_making,
    locked_file,
    make_directory,
    replace_by_copy,
    replace_durably,
    sweep,
    write_durably,
    write_once,
)


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


def test_sweeping__removes_what_the_dead_left_and_leaves_what_is_in_the_making(
    tmp_path: Path,
) -> None:
    (tmp_path / f".key.1{MAKING}").write_bytes(b"half")
    (tmp_path / f".answer.1{MAKING}").mkdir()
    (tmp_path / f".answer.1{MAKING}" / "page").write_bytes(b"half")
    with directory_in_the_making(tmp_path / "answer") as place:
        sweep(tmp_path)
        assert list(tmp_path.iterdir()) == [place]
        place.rename(tmp_path / "answer")
    assert [each.name for each in tmp_path.iterdir()] == ["answer"]


def test_directory_in_the_making__that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="given up"), directory_in_the_making(tmp_path / "a"):
        raise ValueError("given up")
    assert list(tmp_path.iterdir()) == []


def test_file_swept_in_its_first_moment__is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, calls = fcntl.flock, []

    def late(descriptor: int, how: int) -> None:
        calls.append(how)
        if len(calls) == 1:
            sweep(tmp_path)
        lock(descriptor, how)

    monkeypatch.setattr("fcntl.flock", late)
    write_once(tmp_path / "key", b"whole")
    assert (tmp_path / "key").read_bytes() == b"whole"
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


def test_locked_file__is_locked_until_it_is_closed(tmp_path: Path) -> None:
    held = locked_file(tmp_path / "writer")
    with (tmp_path / "writer").open() as other:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(held)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_made_directory__has_those_above_it(tmp_path: Path) -> None:
    make_directory(tmp_path / "a" / "b", 0o700)
    make_directory(tmp_path / "a" / "b", 0o700)
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_file_that_cannot_be_linked__leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Path, _target: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "hardlink_to", fail)
    with pytest.raises(PermissionError):
        write_once(tmp_path / "key", b"secret")
    assert list(tmp_path.iterdir()) == []


def test_copy_that_replaces__is_whole_with_its_mode_and_leaves_nothing_else(tmp_path: Path) -> None:
    source, path = tmp_path / "source", tmp_path / "to" / "file"
    source.write_bytes(b"new")
    source.chmod(0o600)
    path.parent.mkdir()
    path.write_bytes(b"old")
    replace_by_copy(path, source)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    source.unlink()
    with pytest.raises(FileNotFoundError):
        replace_by_copy(path, source)
    assert [each.name for each in path.parent.iterdir()] == ["file"]
    assert path.read_bytes() == b"new"


def test_file_whose_name_cannot_be_removed__is_swept_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        for name in ("replace", "unlink"):
            patched.setattr(Path, name, lambda *_words, **_more: (_ for _ in ()).throw(OSError(5)))
        with pytest.raises(OSError, match="5"):
            replace_durably(tmp_path / "file", b"new")
    assert len([*tmp_path.iterdir()]) == 1
    sweep(tmp_path)
    assert not [*tmp_path.iterdir()]
