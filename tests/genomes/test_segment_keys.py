"""Keys of segments: each of its own, there until it is destroyed, and gone for good after it."""

import os
import random
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from kerne.errors import DamagedStoreError, VaultError
from kerne.genomes.segment_keys import (
    CentreSegmentKeys,
    FileSegmentKeys,
    SegmentKeys,
    keep_only,
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
    assert {name: opened().key(name) for name in opened().names()} == made
    keys.destroy("000002")
    for ring in (keys, opened()):
        assert ring.names() == {"000001", "000003"}
        with pytest.raises(VaultError, match="segment `000002`"):
            ring.key("000002")
        assert ring.key("000003") == made["000003"]


def test_key__that_a_dead_writer_left_gives_way_to_a_new_one(opened: Open) -> None:
    left = opened().new("000001")
    again = opened().new("000001")
    assert again != left
    assert opened().key("000001") == again
    opened().destroy("000001")
    assert opened().new("000001") not in (left, again)


def test_keys_of_what_the_manifest_does_not_name__are_destroyed(opened: Open) -> None:
    keys = opened()
    for name in ("000001", "000002", "000003"):
        keys.new(name)
    keep_only(keys, ["000002", "000009"])
    assert opened().names() == {"000002"}


def test_key__that_is_not_there_is_destroyed_in_vain(opened: Open) -> None:
    opened().destroy("000001")
    assert opened().names() == frozenset()
    with pytest.raises(VaultError, match="no key"):
        opened().key("000001")


def test_key_in_a_centre__is_wrapped_and_after_its_destruction_in_no_file(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    keys = CentreSegmentKeys(vault)
    key = keys.new("000001")
    with vault._engine.connect() as connection:
        wrapped = connection.exec_driver_sql("SELECT wrapped FROM segment_key").scalar()
    assert isinstance(wrapped, bytes)

    def files() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob(f"{KEYS_FILE}*"))

    assert wrapped in files()
    assert key not in files()
    keys.destroy("000001")
    assert wrapped not in files()


def test_key_in_a_centre__outlasts_the_master_key_and_an_old_key_store_does_not(
    tmp_path: Path,
) -> None:
    keys = CentreSegmentKeys(open_vault(tmp_path))
    key = keys.new("000001")
    keys.new("000002")
    keys.destroy("000002")
    other = CentreSegmentKeys(open_vault(tmp_path))
    assert other.key("000001") == key  # it has the old master key in memory
    old = (tmp_path / KEYS_FILE).read_bytes()
    open_vault(tmp_path).rotate_master()
    for ring in (keys, other, CentreSegmentKeys(open_vault(tmp_path))):
        assert ring.key("000001") == key
        assert ring.names() == {"000001"}
    for left in tmp_path.glob(f"{KEYS_FILE}-*"):
        left.unlink()
    (tmp_path / KEYS_FILE).write_bytes(old)
    with pytest.raises(VaultError):
        open_vault(tmp_path)


def test_key_of_a_segment__is_never_taken_for_one_of_a_person(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    vault.make_segment_key("P-000001")
    vault.seal("P-000001", b"text")
    with vault._engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE segment_key SET wrapped = (SELECT wrapped FROM person_key)"
        )
    with pytest.raises(VaultError, match="was changed"):
        vault.segment_key("P-000001")


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
