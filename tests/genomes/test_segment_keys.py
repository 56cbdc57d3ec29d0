"""Keys of segments: each of its own, there until it is destroyed, and gone for good after it."""

import os
import random
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kerne.errors import DamagedStoreError, VaultError
from kerne.genomes.disk.segment_keys import (
    CentreSegmentKeys,
    FileSegmentKeys,
    SegmentKeys,
)
from kerne.people.vault import KEYS_FILE, open_vault

Open = Callable[[], SegmentKeys]


@pytest.fixture(params=["centre", "file"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    if request.param == "file":
        return lambda: FileSegmentKeys(tmp_path)
    return lambda: CentreSegmentKeys(open_vault(tmp_path))


def test_keys__are_each_of_its_own_and_there_until_they_are_destroyed(opened: Open) -> None:
    keys = opened()
    made = {name: keys.new(name) for name in ("000001", "000002", "000003")}
    assert len(set(made.values())) == 3
    assert {len(key) for key in made.values()} == {32}
    assert {name: opened().key(name) for name in made} == made
    keys.destroy("000002")
    for ring in (keys, opened()):
        with pytest.raises(VaultError, match=r"segment `0*2`"):
            ring.key("000002")
        assert ring.key("000003") == made["000003"]
    keys.destroy("000002")  # once more, in vain


def test_keys_below_a_number__are_destroyed_unless_their_segment_is_named(opened: Open) -> None:
    names = [f"{number:06}" for number in range(1, 9)]
    made = {name: opened().new(name) for name in names}
    for _ in range(2):
        opened().keep_only(["000002", "000005", "000008"], below=7)
        for name in names:
            if name in {"000002", "000005", "000007", "000008"}:
                assert opened().key(name) == made[name]
                continue
            with pytest.raises(VaultError):
                opened().key(name)
    opened().keep_only(["000008"], below=0)
    assert opened().key("000002") == made["000002"]


def test_number_whose_key_was_destroyed__is_not_used_again_in_a_centre(tmp_path: Path) -> None:
    keys = CentreSegmentKeys(open_vault(tmp_path))
    keys.destroy("000004")
    with pytest.raises(VaultError, match="key of segment `4` was destroyed"):
        keys.new("000004")


def test_copy_of_the_key_store__opens_segments_that_were_begun_after_it(tmp_path: Path) -> None:
    (tmp_path / "now").mkdir()
    open_vault(tmp_path / "now").close()
    shutil.copytree(tmp_path / "now", tmp_path / "copy")
    now, copy = (CentreSegmentKeys(open_vault(tmp_path / name)) for name in ("now", "copy"))
    key = now.new("000007")
    now.keep_only(["000007"], below=7)
    assert copy.key("000007") == now.key("000007") == key
    assert copy.key("000003")


def nodes(directory: Path) -> list[bytes]:
    with closing(sqlite3.connect(directory / KEYS_FILE)) as connection:
        return [row[0] for row in connection.execute("SELECT wrapped FROM segment_node")]


def test_key_in_a_centre__is_wrapped_and_what_gave_a_destroyed_one_is_in_no_file(
    tmp_path: Path,
) -> None:
    keys = CentreSegmentKeys(open_vault(tmp_path))
    key = keys.new("000001")
    (root,) = nodes(tmp_path)

    def files() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob(f"{KEYS_FILE}*"))

    assert root in files()
    assert key not in files()
    keys.destroy("000001")
    assert root not in files()
    assert len(nodes(tmp_path)) == 32


def test_keys_in_a_centre__outlast_the_master_key_and_an_old_key_store_does_not(
    tmp_path: Path,
) -> None:
    vault = open_vault(tmp_path)
    keys, other = CentreSegmentKeys(vault), CentreSegmentKeys(open_vault(tmp_path))
    made = {name: keys.new(name) for name in ("000000", "000001")}
    keys.destroy("000009")  # which empties the log
    old = (tmp_path / KEYS_FILE).read_bytes()
    for _ in range(2):
        open_vault(tmp_path).rotate_master()
        for ring in (keys, other, CentreSegmentKeys(open_vault(tmp_path))):
            assert {name: ring.key(name) for name in made} == made
        keys.destroy("000002")
    for left in tmp_path.glob(f"{KEYS_FILE}-*"):
        left.unlink()
    (tmp_path / KEYS_FILE).write_bytes(old)
    with pytest.raises(VaultError):
        open_vault(tmp_path)


def test_node__that_was_moved_to_another_path_does_not_open(tmp_path: Path) -> None:
    keys = CentreSegmentKeys(open_vault(tmp_path))
    keys.destroy("000001")
    with closing(sqlite3.connect(tmp_path / KEYS_FILE)) as connection, connection:
        path, *_ = connection.execute(
            "SELECT path FROM segment_node WHERE length(path) > 20"
        ).fetchone()
        wrapped = "(SELECT wrapped FROM segment_node WHERE path = '/1')"
        connection.execute(f"UPDATE segment_node SET wrapped = {wrapped} WHERE path = ?", [path])
    with pytest.raises(VaultError, match="was changed"):
        keys.key(f"{int(path[1:].ljust(32, '0'), 2):06}")


def test_file_of_keys__is_for_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        FileSegmentKeys(tmp_path).new("000001")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_file_of_keys__in_which_any_bit_is_flipped_is_damaged(tmp_path: Path) -> None:
    keys = FileSegmentKeys(tmp_path)
    keys.new("000001")
    content = (tmp_path / "keys").read_bytes()
    for bit in random.Random(1).sample(range(8 * len(content)), 400):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        (tmp_path / "keys").write_bytes(flipped)
        with pytest.raises(DamagedStoreError, match="keys` is damaged"):
            keys.key("000001")
        with pytest.raises(DamagedStoreError, match="keys` is damaged"):
            keys.new("000002")
    (tmp_path / "keys").write_bytes(b"[]")
    with pytest.raises(DamagedStoreError):
        keys.names()
