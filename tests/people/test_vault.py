import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import VaultError
from kerne.people.vault import KEYS_FILE, MASTER_FILE, Vault, open_vault

P, Q = "P-000001", "P-000002"


@settings(deadline=None, max_examples=30, derandomize=True)
@given(st.dictionaries(st.sampled_from([P, Q, "P-000003"]), st.binary(max_size=100)))
def test_vault__gives_back_what_was_sealed(
    tmp_path_factory: pytest.TempPathFactory, plain: dict[str, bytes]
) -> None:
    directory = tmp_path_factory.mktemp("vault")
    sealed = open_vault(directory).seal_all(plain)
    assert open_vault(directory).unseal_all(sealed) == plain
    for person, text in plain.items():
        assert len(text) < 4 or text not in sealed[person]


def test_vault__the_same_text_is_never_sealed_alike(vault: Vault) -> None:
    assert vault.seal(P, b"text") != vault.seal(P, b"text")


def test_vault__opens_nothing_of_another_person(vault: Vault) -> None:
    sealed = vault.seal(P, b"text")
    vault.seal(Q, b"text")
    with pytest.raises(VaultError, match=f"`{Q}` was changed or is another's"):
        vault.unseal(Q, sealed)


@pytest.mark.parametrize("position", [0, 12, 20, -1])
def test_vault__a_flipped_bit_is_found(vault: Vault, position: int) -> None:
    sealed = bytearray(vault.seal(P, b"some text"))
    sealed[position] ^= 1
    with pytest.raises(VaultError, match="was changed"):
        vault.unseal(P, bytes(sealed))


def test_vault__has_no_key_for_who_never_had_anything_sealed(vault: Vault) -> None:
    with pytest.raises(VaultError, match=f"`{P}` has no key"):
        vault.unseal(P, bytes(40))


def test_destroyed_key__opens_and_seals_nothing_ever_again(vault: Vault, tmp_path: Path) -> None:
    sealed = vault.seal(P, b"text")
    kept = vault.seal(Q, b"kept")
    vault.destroy(P)
    for again in (vault, open_vault(tmp_path)):
        with pytest.raises(VaultError, match=f"key of `{P}` was destroyed"):
            again.unseal(P, sealed)
        with pytest.raises(VaultError, match=f"key of `{P}` was destroyed"):
            again.seal(P, b"more")
        assert again.unseal(Q, kept) == b"kept"


def test_destroyed_key__is_in_no_file(vault: Vault, tmp_path: Path) -> None:
    vault.seal(P, b"text")
    with vault._engine.connect() as connection:
        wrapped = connection.exec_driver_sql("SELECT wrapped FROM person_key").scalar()
    assert isinstance(wrapped, bytes)

    def files() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob(f"{KEYS_FILE}*"))

    assert wrapped in files()
    vault.destroy(P)
    assert wrapped not in files()


def test_destroyed_key__may_never_have_been_made(vault: Vault) -> None:
    vault.destroy(P)
    with pytest.raises(VaultError, match="was destroyed"):
        vault.seal(P, b"text")


def test_vault__may_be_used_after_it_was_closed(vault: Vault) -> None:
    sealed = vault.seal(P, b"text")
    vault.close()
    assert vault.unseal(P, sealed) == b"text"


def test_centre_key__is_made_once_under_each_name(vault: Vault, tmp_path: Path) -> None:
    key = vault.centre_key("pseudonyms", 64)
    assert len(key) == 64
    assert open_vault(tmp_path).centre_key("pseudonyms", 64) == key
    assert vault.centre_key("other", 64) != key


def test_master_key__is_the_owners_alone(vault: Vault, tmp_path: Path) -> None:
    assert vault
    path = tmp_path / MASTER_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == 32
    assert {found.name for found in tmp_path.iterdir()} >= {MASTER_FILE, KEYS_FILE}
    assert not list(tmp_path.glob("*.part"))


def test_master_key__that_others_can_read_is_not_used(vault: Vault, tmp_path: Path) -> None:
    assert vault
    (tmp_path / MASTER_FILE).chmod(0o640)
    with pytest.raises(VaultError, match="can be read by others: expected mode `0600`"):
        open_vault(tmp_path)


def test_master_key__of_the_wrong_length_is_not_used(vault: Vault, tmp_path: Path) -> None:
    assert vault
    (tmp_path / MASTER_FILE).write_bytes(b"short")
    with pytest.raises(VaultError, match="has `5` bytes, expected `32`"):
        open_vault(tmp_path)


def test_master_key__is_not_made_anew_when_keys_lie_under_a_lost_one(
    vault: Vault, tmp_path: Path
) -> None:
    assert vault
    (tmp_path / MASTER_FILE).unlink()
    with pytest.raises(VaultError, match="is missing: nothing in"):
        open_vault(tmp_path)
    assert not (tmp_path / MASTER_FILE).exists()


def test_master_key__another_opens_nothing(vault: Vault, tmp_path: Path) -> None:
    sealed = vault.seal(P, b"text")
    (tmp_path / MASTER_FILE).write_bytes(bytes(32))
    with pytest.raises(VaultError, match="was changed or is another's"):
        open_vault(tmp_path).unseal(P, sealed)


def test_vault__made_by_two_processes_at_once_has_one_key_a_person(tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from kerne.people.vault import open_vault
print(open_vault(Path({str(tmp_path)!r})).seal("{P}", b"text").hex())
"""
    both = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    sealed = [bytes.fromhex(process.communicate()[0]) for process in both]
    vault = open_vault(tmp_path)
    assert [vault.unseal(P, text) for text in sealed] == [b"text", b"text"]
