import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.database.engine import reading
from kerne.errors import VaultError
from kerne.people.vault import KEYS_FILE, Vault, open_vault
from kerne.sealing.master import FIRST, MASTER_FILE, FileMasterKeys, MasterKey
from kerne.sealing.payload import encrypt

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
    with pytest.raises(VaultError, match=f"`{Q}` was changed, moved, or is another's"):
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
    assert not list(tmp_path.glob("*.making"))


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
    with pytest.raises(VaultError, match="is missing: no key of any person opens"):
        open_vault(tmp_path)
    assert not (tmp_path / MASTER_FILE).exists()


def test_master_key__another_opens_nothing(vault: Vault, tmp_path: Path) -> None:
    sealed = vault.seal(P, b"text")
    (tmp_path / MASTER_FILE).write_bytes(bytes(32))
    with pytest.raises(VaultError, match="is wrapped by another master key"):
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


def test_vault__opens_in_the_place_it_was_sealed_for_only(vault: Vault) -> None:
    sealed = vault.seal(P, b"text", "event 1")
    assert vault.unseal(P, sealed, "event 1") == b"text"
    with pytest.raises(VaultError, match="was changed, moved, or is another's"):
        vault.unseal(P, sealed, "event 2")


def test_vault__a_document_opens_for_its_person_under_its_name_only(vault: Vault) -> None:
    sealed = vault.seal_document(P, "report 1", b"long text")
    vault.seal(Q, b"Q has a key too")
    assert vault.unseal_document(P, "report 1", sealed) == b"long text"
    for person, name in ((P, "report 2"), (Q, "report 1")):
        with pytest.raises(VaultError, match="expected `report"):
            vault.unseal_document(person, name, sealed)


def test_vault__a_document_sealed_before_there_were_blocks_still_opens(vault: Vault) -> None:
    vault.seal(P, b"P has a key")
    key = vault._keys([P])[P]
    old = encrypt(key, b"old report", P.encode())
    assert vault.unseal_document(P, "report 1", old) == b"old report"


def files_of(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.iterdir())


def test_rotation__wraps_every_key_anew_and_leaves_nothing_of_the_old(
    vault: Vault, tmp_path: Path
) -> None:
    people = [f"P-{number:06d}" for number in range(30)]
    sealed = {person: vault.seal(person, person.encode()) for person in people}
    pseudonyms = vault.centre_key("pseudonyms", 64)
    vault.destroy(people[7])
    old_master = (tmp_path / MASTER_FILE).read_bytes()
    with vault._engine.connect() as connection:
        wrapped = list(connection.exec_driver_sql("SELECT wrapped FROM person_key").scalars())
    assert all(key in files_of(tmp_path) for key in wrapped if key)

    assert vault.rotate_master() == 2
    assert not any(key in files_of(tmp_path) for key in [old_master, *filter(None, wrapped)])
    for again in (vault, open_vault(tmp_path)):
        assert again.centre_key("pseudonyms", 64) == pseudonyms
        for person in people[:7] + people[8:]:
            assert again.unseal(person, sealed[person]) == person.encode()
        with pytest.raises(VaultError, match=f"key of `{people[7]}` was destroyed"):
            again.unseal(people[7], sealed[people[7]])
    assert vault.rotate_master() == 3
    assert not (tmp_path / MASTER_FILE).exists()


def test_rotation__makes_an_old_copy_of_the_key_store_open_nothing(
    vault: Vault, tmp_path: Path
) -> None:
    vault.seal(P, b"text")
    vault.close()
    old_copy = (tmp_path / KEYS_FILE).read_bytes()
    vault.rotate_master()
    vault.close()
    (tmp_path / KEYS_FILE).write_bytes(old_copy)
    with pytest.raises(VaultError, match=r"master.key` is missing"):
        open_vault(tmp_path)
    (tmp_path / "master-2.key").rename(tmp_path / MASTER_FILE)
    with pytest.raises(VaultError, match="is wrapped by another master key"):
        open_vault(tmp_path)


def test_rotation__is_followed_by_vaults_that_were_open_before(
    vault: Vault, tmp_path: Path
) -> None:
    sealed = vault.seal(P, b"text")
    other = open_vault(tmp_path)
    other.rotate_master()
    assert vault.unseal(P, sealed) == b"text"
    assert other.unseal(Q, vault.seal(Q, b"made after")) == b"made after"


class RotatedMeanwhile(FileMasterKeys):
    """Lets another process rotate between the question which key is in force and its opening."""

    def open(self, generation: int) -> MasterKey:
        if self.generations() == [FIRST]:
            with pytest.raises(VaultError, match="the key store is being read"):
                open_vault(self._directory).rotate_master()
            open_vault(self._directory)
            assert self.generations() == [2]
        return super().open(generation)


def test_rotation__between_two_steps_of_a_reader_is_noticed_by_it(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = vault.seal(P, b"text")
    monkeypatch.setattr("kerne.database.engine.BUSY_TIMEOUT_MS", 1)
    late = Vault(vault._engine, RotatedMeanwhile(tmp_path))
    assert late.unseal(P, sealed) == b"text"


def test_rotation__with_a_key_that_does_not_unwrap_changes_nothing(
    vault: Vault, tmp_path: Path
) -> None:
    sealed = vault.seal(P, b"text")
    vault.seal(Q, b"text")
    with vault._engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE person_key SET wrapped = x'00' WHERE person = '{Q}'")
    with pytest.raises(VaultError, match=f"key of `{Q}` was changed"):
        vault.rotate_master()
    again = open_vault(tmp_path)
    assert FileMasterKeys(tmp_path).generations() == [FIRST]
    assert again.unseal(P, sealed) == b"text"


def test_key_store__that_somebody_reads_keeps_old_pages_and_says_so(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kerne.database.engine.BUSY_TIMEOUT_MS", 1)
    patient = open_vault(tmp_path)
    patient.seal(P, b"text")
    with reading(vault._engine).connect() as connection:
        connection.exec_driver_sql("SELECT * FROM person_key").all()
        with pytest.raises(VaultError, match="is being read, and its log keeps old pages"):
            patient.destroy(P)
    patient.destroy(P)
    assert (tmp_path / f"{KEYS_FILE}-wal").read_bytes() == b""


KILLED = """
import os, signal, sys
from pathlib import Path
from kerne.people.vault import Vault, open_vault
from kerne.sealing.master import FileMasterKeys

def die(*_): os.kill(os.getpid(), signal.SIGKILL)

step, home = sys.argv[1], Path(sys.argv[2])
vault = open_vault(home)
if step in ("make", "open", "destroy"):
    done = getattr(FileMasterKeys, step)
    def die_after(self, generation):
        if step != "destroy" or generation == 1:
            done(self, generation)
            die()
        done(self, generation)
    setattr(FileMasterKeys, step, die_after)
else:
    setattr(Vault, step, die)
vault.rotate_master()
"""


@pytest.mark.parametrize(
    ("step", "generation"),
    [("make", 1), ("open", 1), ("_truncate_log", 2), ("settle", 2), ("destroy", 2)],
)
def test_rotation__cut_off_at_any_step_is_done_or_undone_at_the_next_start(
    vault: Vault, tmp_path: Path, step: str, generation: int
) -> None:
    sealed = vault.seal(P, b"text")
    vault.close()
    killed = subprocess.run([sys.executable, "-c", KILLED, step, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    again = open_vault(tmp_path)
    assert FileMasterKeys(tmp_path).generations() == [generation]
    assert again.unseal(P, sealed) == b"text"
    assert again.rotate_master() == generation + 1
    assert again.unseal(P, sealed) == b"text"


def test_key_store__from_before_there_were_generations_takes_its_master_key_over(
    vault: Vault, tmp_path: Path
) -> None:
    sealed = vault.seal(P, b"text")
    with vault._engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM master_key")
    assert open_vault(tmp_path).unseal(P, sealed) == b"text"
    with vault._engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM master_key")
    (tmp_path / MASTER_FILE).unlink()
    with pytest.raises(VaultError, match="is missing"):
        open_vault(tmp_path)
