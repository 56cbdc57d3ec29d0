"""A disk keeps what it was told to wait for, and of the rest any part."""

import os
import random
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from .disk import Disk, DiskError, Kind, Record, put
from .recording import record

LOTS = 300
PAGE = 4096


def change(
    kind: Kind, path: str = "", other: str = "", inode: int = 1, data: bytes = b""
) -> Record:
    return Record(kind, inode, 0o600 if kind in {Kind.OPEN, Kind.MKDIR} else 0, path, other, data)


def after_each_lot(root: Path, records: Iterable[Record]) -> list[dict[str, bytes]]:
    """Return what is left, for many lots, of the empty disk `root` after `records`."""
    disk = Disk(root)
    for each in records:
        disk.play(each)
    found = []
    for seed in range(LOTS):
        left = disk.after(random.Random(seed))
        found.append({name: each.content for name, each in left.items()})
    return found


def synced(root: Path) -> Record:
    return change(Kind.SYNC, inode=root.stat().st_ino)


def test_content__that_was_not_synced_is_lost_kept_or_torn_at_a_sector(tmp_path: Path) -> None:
    data = os.urandom(2 * PAGE)
    records = [
        change(Kind.OPEN, "a"),
        synced(tmp_path),
        Record(Kind.WRITE, 1, 0, "", "", data[:PAGE]),
        Record(Kind.WRITE, 1, PAGE, "", "", data[PAGE:]),
    ]
    contents = {each["a"] for each in after_each_lot(tmp_path, records)}
    assert {b"", data, data[:PAGE], bytes(PAGE) + data[PAGE:]} <= contents
    lengths = {len(each) for each in contents}
    assert any(0 < length < PAGE for length in lengths)
    assert not [length for length in lengths if length % 512]
    kept = after_each_lot(tmp_path, [*records, change(Kind.SYNC)])
    assert {each["a"] for each in kept} == {data}


def test_name__that_was_not_synced_is_lost_or_kept_whatever_its_content_is(tmp_path: Path) -> None:
    records = [change(Kind.OPEN, "a"), change(Kind.WRITE, data=b"x"), change(Kind.SYNC)]
    found = after_each_lot(tmp_path, records)
    assert {} in found
    assert {"a": b"x"} in found
    assert len({tuple(each.items()) for each in found}) == 2
    assert set(map(str, after_each_lot(tmp_path, [*records, synced(tmp_path)]))) == {"{'a': b'x'}"}


def test_rename__is_done_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    records = [
        change(Kind.OPEN, "b", inode=1),
        change(Kind.WRITE, inode=1, data=b"new"),
        change(Kind.SYNC, inode=1),
        change(Kind.RENAME, "b", "a"),
    ]
    assert {each["a"] for each in after_each_lot(tmp_path, records)} == {b"old", b"new"}
    kept = after_each_lot(tmp_path, [*records, synced(tmp_path)])
    assert {tuple(each.items()) for each in kept} == {(("a", b"new"),)}


def test_directory__keeps_what_its_names_rest_on_elsewhere(tmp_path: Path) -> None:
    records = [
        change(Kind.MKDIR, "from", inode=1),
        change(Kind.MKDIR, "to", inode=2),
        change(Kind.OPEN, "from/a", inode=3),
        change(Kind.RENAME, "from/a", "to/b"),
        change(Kind.SYNC, inode=2),
        synced(tmp_path),
    ]
    assert {tuple(each) for each in after_each_lot(tmp_path, records)} == {("from", "to", "to/b")}


def test_removed_file__comes_back_until_its_directory_was_synced(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    removed = [change(Kind.UNLINK, "a")]
    assert {tuple(each) for each in after_each_lot(tmp_path, removed)} == {(), ("a",)}
    removed = [change(Kind.UNLINK, "a"), synced(tmp_path)]
    assert {tuple(each) for each in after_each_lot(tmp_path, removed)} == {()}


def test_number_of_a_removed_file__may_be_anothers(tmp_path: Path) -> None:
    records = [
        change(Kind.OPEN, "a"),
        change(Kind.WRITE, data=b"a"),
        change(Kind.UNLINK, "a"),
        change(Kind.OPEN, "b"),
        change(Kind.WRITE, data=b"b"),
        change(Kind.SYNC),
    ]
    assert {each.get("b", b"b") for each in after_each_lot(tmp_path, records)} == {b"b"}


def test_file_written_by_memory__is_refused_unless_it_is_fleeting(tmp_path: Path) -> None:
    (tmp_path / "a-shm").write_bytes(b"x")
    mapped = change(Kind.MAPPED, "a-shm")
    with pytest.raises(DiskError, match="written by memory"):
        Disk(tmp_path).play(mapped)
    disk = Disk(tmp_path, ["*-shm"])
    disk.play(mapped)
    assert disk.after() == {}


def test_records_of_what_is_not_there__are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    with pytest.raises(DiskError, match="never opened"):
        Disk(tmp_path).play(change(Kind.WRITE, data=b"x"))
    with pytest.raises(DiskError, match="lies in no directory"):
        Disk(tmp_path).play(change(Kind.OPEN, "a/b"))


PROGRAM = """
import os, shutil, sys
os.chdir(sys.argv[1])
with open("a", "wb") as file:
    file.write(b"one")
    file.flush()
    os.fsync(file.fileno())
    file.truncate(2)
descriptor = os.open("a", os.O_RDWR | os.O_APPEND)  # Linux appends whatever the offset
os.write(descriptor, b"three")
os.pwrite(descriptor, b"T", 2)
os.writev(descriptor, [b"four", b"five"])
os.close(descriptor)
os.mkdir("d")
os.link("a", "d/b")
os.rename("a", "c")
os.symlink("c", "e")
shutil.copyfile("c", "d/copy")
os.makedirs("gone/deep")
open("gone/deep/file", "w").close()
shutil.rmtree("gone")
parent = os.open("d", os.O_RDONLY)
os.rename("b", "B", src_dir_fd=parent, dst_dir_fd=parent)
os.fsync(parent)
with open(os.environ["RECORDER_MARKS"], "ab") as marks:
    marks.write(b"done")
"""


def test_recorder__tells_of_all_that_a_program_did(recorder: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "old").write_bytes(b"old")
    disk = Disk(root)
    records = record(recorder, root, [sys.executable, "-c", PROGRAM, str(root)])
    for each in records:
        disk.play(each)
    assert [each.data for each in records if each.kind is Kind.MARK] == [b"done"]
    put(disk.after(), tmp_path / "again")
    (root / "e").unlink()  # the recorder tells of no symbolic link
    assert content(tmp_path / "again") == content(root)
    assert content(root)["d/B"] == content(root)["d/copy"] == b"onthreeTfourfive"


def test_recorder__forgets_the_syncs_that_it_is_told_to(recorder: Path, tmp_path: Path) -> None:
    def syncs(name: str, swallow: str) -> int:
        root = tmp_path / name
        root.mkdir()
        words = [sys.executable, "-c", PROGRAM, str(root)]
        return [each.kind for each in record(recorder, root, words, swallow)].count(Kind.SYNC)

    assert [syncs("one", ""), syncs("two", "a"), syncs("three", "*")] == [2, 1, 0]


def content(root: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else None
        for path in root.rglob("*")
    }
