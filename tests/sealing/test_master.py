import stat
from pathlib import Path

import pytest

from kerne.errors import VaultError
from kerne.sealing.master import FIRST, MASTER_FILE, FileMasterKeys


@pytest.fixture
def masters(tmp_path: Path) -> FileMasterKeys:
    return FileMasterKeys(tmp_path)


def test_master_key__wraps_and_unwraps_for_the_same_owner_only(masters: FileMasterKeys) -> None:
    masters.make(FIRST)
    wrapped = masters.open(FIRST).wrap(b"key of P-1", "P-1")
    assert masters.open(FIRST).unwrap(wrapped, "P-1") == b"key of P-1"
    with pytest.raises(VaultError, match="`P-2` was changed, or is wrapped by another master"):
        masters.open(FIRST).unwrap(wrapped, "P-2")


def test_master_key__of_one_generation_opens_nothing_of_another(masters: FileMasterKeys) -> None:
    masters.make(1)
    masters.make(2)
    assert masters.generations() == [1, 2]
    with pytest.raises(VaultError, match="another master key"):
        masters.open(2).unwrap(masters.open(1).wrap(b"key", "P-1"), "P-1")


def test_master_key__that_is_there_is_not_made_again(
    masters: FileMasterKeys, tmp_path: Path
) -> None:
    masters.make(FIRST)
    before = (tmp_path / MASTER_FILE).read_bytes()
    masters.make(FIRST)
    assert (tmp_path / MASTER_FILE).read_bytes() == before
    assert stat.S_IMODE((tmp_path / MASTER_FILE).stat().st_mode) == 0o600


def test_master_key__is_overwritten_before_it_is_removed(
    masters: FileMasterKeys, tmp_path: Path
) -> None:
    masters.make(FIRST)
    path, kept = tmp_path / MASTER_FILE, tmp_path / "same-bytes-on-disk"
    kept.hardlink_to(path)
    before = path.read_bytes()
    masters.destroy(FIRST)
    assert not path.exists()
    assert len(kept.read_bytes()) == 32
    assert kept.read_bytes() != before


def test_master_key__destroying_what_is_not_there_does_nothing(masters: FileMasterKeys) -> None:
    masters.destroy(7)
    assert masters.generations() == []
    with pytest.raises(VaultError, match=r"master-7.key` is missing"):
        masters.open(7)
