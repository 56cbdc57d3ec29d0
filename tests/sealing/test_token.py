"""Master keys in a token. SoftHSM is one in software: `apt install softhsm2`."""

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from kerne.errors import VaultError
from kerne.people.vault import KEYS_FILE, open_vault
from kerne.sealing.master import MASTER_FILE, FileMasterKeys
from kerne.sealing.place import KeyPlace, MasterPlace
from kerne.sealing.token import PIN_VARIABLE, TokenMasterKeys

PIN = "271828"
P = "P-000001"
MODULES = [
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    *Path("/usr/lib").glob("*/softhsm/libsofthsm2.so"),
    Path("/usr/lib64/softhsm/libsofthsm2.so"),
    Path("/opt/homebrew/lib/softhsm/libsofthsm2.so"),
]
MODULE = next((path for path in MODULES if path.exists()), None)
UTILITY = shutil.which("softhsm2-util")
needs_softhsm = pytest.mark.skipif(
    MODULE is None or UTILITY is None,
    reason="needs SoftHSM (Debian: `apt install softhsm2`): no libsofthsm2.so here",
)
# A process opens the module once, and the module reads its settings then: one token for all tests.
pytestmark = pytest.mark.xdist_group("token")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyPlace]:
    """A token of its own for these tests."""
    directory = tmp_path_factory.mktemp("softhsm")
    (directory / "tokens").mkdir()
    settings = directory / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {directory / 'tokens'}\nlog.level = ERROR\n")
    (directory / "pin").write_text(f"{PIN}\n")
    (directory / "pin").chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(settings))
        words = ["--init-token", "--free", "--label", "hall", "--pin", PIN, "--so-pin", "314159"]
        subprocess.run([str(UTILITY), *words], check=True, capture_output=True)
        yield KeyPlace(MasterPlace.PKCS11, MODULE, "hall", "", directory / "pin")
        importlib.import_module("pkcs11").lib(str(MODULE)).finalize()


@pytest.fixture
def place(hall: KeyPlace, tmp_path: Path) -> KeyPlace:
    """A label of its own for each test."""
    return replace(hall, label=str(tmp_path))


@needs_softhsm
def test_vault__with_its_master_key_in_a_token_seals_and_opens(
    place: KeyPlace, tmp_path: Path
) -> None:
    vault = open_vault(tmp_path, place)
    sealed = vault.seal(P, b"text", "here")
    pseudonyms = vault.centre_key("pseudonyms", 64)
    again = open_vault(tmp_path, place)
    assert again.unseal(P, sealed, "here") == b"text"
    assert again.centre_key("pseudonyms", 64) == pseudonyms
    assert not list(tmp_path.glob("*.key"))


@needs_softhsm
def test_token_key__does_not_leave_the_token(place: KeyPlace, tmp_path: Path) -> None:
    masters = TokenMasterKeys(place)
    masters.make(1)
    pkcs11 = importlib.import_module("pkcs11")
    key = masters._handle(pkcs11, 1)
    assert key[pkcs11.Attribute.SENSITIVE]
    assert not key[pkcs11.Attribute.EXTRACTABLE]
    with pytest.raises(pkcs11.AttributeSensitive):
        key[pkcs11.Attribute.VALUE]
    assert str(masters) == f"token `hall`, key `{tmp_path}`"


@needs_softhsm
def test_token_key__unwraps_what_it_wrapped_for_the_same_owner_only(place: KeyPlace) -> None:
    masters = TokenMasterKeys(place)
    masters.make(1)
    wrapped = masters.open(1).wrap(bytes(32), P)
    assert masters.open(1).unwrap(wrapped, P) == bytes(32)
    assert masters.open(1).wrap(bytes(32), P) != wrapped
    changed = wrapped[:20] + bytes([wrapped[20] ^ 1]) + wrapped[21:]
    for text, whose in ((wrapped, "P-2"), (changed, P), (b"", P), (wrapped[:14], P)):
        with pytest.raises(VaultError, match=f"`{whose}` was changed, or is wrapped by another"):
            masters.open(1).unwrap(text, whose)


@needs_softhsm
def test_rotation__in_a_token_destroys_the_old_key(place: KeyPlace, tmp_path: Path) -> None:
    vault = open_vault(tmp_path, place)
    sealed = vault.seal(P, b"text")
    vault.close()  # what stands in the log goes into the file
    old = (tmp_path / KEYS_FILE).read_bytes()
    follower = open_vault(tmp_path, place)
    assert vault.rotate_master() == 2
    assert TokenMasterKeys(place).generations() == [2]
    assert follower.unseal(P, sealed) == vault.unseal(P, sealed) == b"text"
    vault.close()
    follower.close()
    (tmp_path / KEYS_FILE).write_bytes(old)
    with pytest.raises(VaultError, match="there is none of generation `1`, and no key of any"):
        open_vault(tmp_path, place)


@needs_softhsm
def test_rotation__cut_off_in_a_token_is_undone_at_the_next_start(
    place: KeyPlace, tmp_path: Path
) -> None:
    open_vault(tmp_path, place).seal(P, b"text")
    TokenMasterKeys(place).make(2)
    open_vault(tmp_path, place)
    assert TokenMasterKeys(place).generations() == [1]


@needs_softhsm
def test_move__from_a_file_into_a_token_destroys_the_file(place: KeyPlace, tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    sealed = vault.seal(P, b"text")
    file = (tmp_path / MASTER_FILE).read_bytes()
    with pytest.raises(VaultError, match="there is none of generation `1`"):
        open_vault(tmp_path, place)
    assert vault.rotate_master(TokenMasterKeys(place)) == 2
    assert vault.unseal(P, sealed) == open_vault(tmp_path, place).unseal(P, sealed) == b"text"
    assert not list(tmp_path.glob("*.key"))
    (tmp_path / MASTER_FILE).write_bytes(file)  # as if the move had been cut off before its end
    open_vault(tmp_path, place)
    assert not list(tmp_path.glob("*.key"))
    with pytest.raises(VaultError, match=r"master-2.key` is missing"):
        open_vault(tmp_path)


@needs_softhsm
def test_move__into_a_label_of_another_centre_is_refused(place: KeyPlace, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    open_vault(tmp_path / "other", place)
    with pytest.raises(VaultError, match="already holds a key of that label"):
        open_vault(tmp_path, place)
    vault = open_vault(tmp_path)
    sealed = vault.seal(P, b"text")
    with pytest.raises(VaultError, match="another centre's, or left over"):
        vault.rotate_master(TokenMasterKeys(place))
    assert open_vault(tmp_path).unseal(P, sealed) == b"text"
    assert FileMasterKeys(tmp_path).generations() == [1]


@needs_softhsm
def test_token__is_opened_anew_by_a_forked_process(
    place: KeyPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = open_vault(tmp_path, place)
    sealed = vault.seal(P, b"text")
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert vault.unseal(P, sealed) == b"text"


@needs_softhsm
def test_token__that_is_not_there_is_named(place: KeyPlace, tmp_path: Path) -> None:
    with pytest.raises(VaultError, match=r"token `attic`, key `.*`: no such token"):
        open_vault(tmp_path, replace(place, token="attic"))


@pytest.mark.skipif(MODULE is None, reason="needs SoftHSM (Debian: `apt install softhsm2`)")
def test_token__its_pin_is_read_from_the_environment_where_no_file_is_named(
    place: KeyPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = replace(place, pin_file=None)
    monkeypatch.delenv(PIN_VARIABLE, raising=False)
    with pytest.raises(VaultError, match="the token wants a PIN: `pin_file` in"):
        open_vault(tmp_path, place)
    monkeypatch.setenv(PIN_VARIABLE, PIN)
    open_vault(tmp_path, place).seal(P, b"text")


WRONG_PIN = """
import sys
from pathlib import Path
from kerne.errors import VaultError
from kerne.people.vault import open_vault
from kerne.sealing.place import KeyPlace, MasterPlace
place = KeyPlace(MasterPlace.PKCS11, Path(sys.argv[1]), "hall", "x", Path(sys.argv[2]))
try:
    open_vault(Path(sys.argv[3]), place)
except VaultError as error:
    print(error)
"""


@needs_softhsm
def test_token__a_wrong_pin_is_told_and_not_shown(place: KeyPlace, tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    pin.write_text("999999\n")
    pin.chmod(0o600)
    words = ["-c", WRONG_PIN, str(MODULE), str(pin), str(tmp_path)]
    # In a process of its own: this one is logged in already.
    said = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)
    assert said.stdout == "token `hall`, key `x`: pin incorrect\n"
    assert "999999" not in said.stdout + said.stderr
    assert PIN not in repr(place)


@needs_softhsm
@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        ("1234\n", 0o644, "can be read by others: expected mode `0600`"),
        ("\n1234\n", 0o600, "has no PIN in its first line"),
        ("", 0o600, "has no PIN in its first line"),
        (None, 0o600, "cannot be read: no such file"),
    ],
)
def test_pin_file__that_cannot_be_used_is_named(
    place: KeyPlace, tmp_path: Path, content: str | None, mode: int, words: str
) -> None:
    pin = tmp_path / "pin"
    if content is not None:
        pin.write_text(content)
        pin.chmod(mode)
    with pytest.raises(VaultError, match=words):
        open_vault(tmp_path, replace(place, pin_file=pin))


def test_token__whose_module_is_no_library_is_named(tmp_path: Path) -> None:
    for module in (tmp_path / "missing.so", Path(__file__)):
        place = KeyPlace(MasterPlace.PKCS11, module, "hall")
        with pytest.raises(VaultError, match=r"pkcs11 error: .*while loading"):
            open_vault(tmp_path, place)


def test_token__without_its_package_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(name: str) -> ModuleType:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(VaultError, match="needs the package `python-pkcs11`"):
        open_vault(tmp_path, KeyPlace(MasterPlace.PKCS11, tmp_path, "hall"))
