import base64
import importlib
import stat
from pathlib import Path
from types import ModuleType

import pytest
from crypt4gh import keys as oracle
from crypt4gh.keys import c4gh
from crypt4gh.keys.kdf import derive_key
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from kerne.errors import InputFileError
from kerne.sealing.exchange_keys import read_private_key, read_public_key, write_key_pair

from .conftest import Pair, make_pair, unasked

PASSPHRASE = "Æblegrød og fløde"


def text_between(content: bytes, what: str = "PRIVATE KEY") -> bytes:
    text = base64.b64encode(content).decode()
    return f"-----BEGIN CRYPT4GH {what}-----\n{text}\n-----END CRYPT4GH {what}-----\n".encode()


def with_length(text: bytes) -> bytes:
    return len(text).to_bytes(2, "big") + text


def key_file(path: Path, *strings: bytes) -> Path:
    path.write_bytes(text_between(b"c4gh-v1" + b"".join(map(with_length, strings))))
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_key_pair__is_read_by_the_reference_implementation(
    tmp_path: Path, passphrase: str | None
) -> None:
    pair = make_pair(tmp_path, "here", passphrase)
    assert oracle.get_public_key(pair.public) == pair.reader.public_bytes_raw()
    private = oracle.get_private_key(pair.private, lambda: passphrase)
    assert private == pair.key.private_bytes_raw()
    assert stat.S_IMODE(pair.private.stat().st_mode) == 0o600


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_key_pair__of_the_reference_implementation_is_read(
    tmp_path: Path, passphrase: str | None
) -> None:
    private, public = tmp_path / "their.sec", tmp_path / "their.pub"
    c4gh.generate(private, public, passphrase and passphrase.encode(), b"a comment")
    key = read_private_key(private, lambda: passphrase or unasked())
    assert key.public_key().public_bytes_raw() == read_public_key(public).public_bytes_raw()


@pytest.mark.parametrize(("name", "rounds"), [(b"bcrypt", 3), (b"pbkdf2_hmac_sha256", 1000)])
def test_private_key__opens_under_the_other_derivations(
    tmp_path: Path, name: bytes, rounds: int
) -> None:
    salt, nonce, private = bytes(range(16)), bytes(12), bytes(range(32))
    derived = derive_key(name, PASSPHRASE.encode(), salt, rounds)
    locked = nonce + ChaCha20Poly1305(derived).encrypt(nonce, private, None)
    options = rounds.to_bytes(4, "big") + salt
    path = key_file(tmp_path / "their.sec", name, options, b"chacha20_poly1305", locked)
    assert read_private_key(path, lambda: PASSPHRASE).private_bytes_raw() == private
    with pytest.raises(InputFileError, match="the passphrase is wrong"):
        read_private_key(path, lambda: "other")


def test_private_key__under_bcrypt_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_bcrypt(name: str) -> ModuleType:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", without_bcrypt)
    path = key_file(tmp_path / "k", b"bcrypt", bytes(3) + b"\1salt", b"chacha20_poly1305", b"x")
    with pytest.raises(InputFileError, match="needs the package `bcrypt`"):
        read_private_key(path, lambda: PASSPHRASE)


@pytest.mark.parametrize(
    ("strings", "words"),
    [
        ((), "is cut"),
        ((b"none", b"none"), "is cut"),
        ((b"none", b"none", b"short"), "of `5` bytes, expected `32`"),
        ((b"argon2", b"options", b"chacha20_poly1305", b"x"), "under an unknown derivation"),
        ((b"bcrypt", bytes(4) + b"salt", b"chacha20_poly1305", b"x"), "under an unknown deriv"),
        ((b"scrypt", bytes(20), b"aes", b"x"), "under an unknown cipher"),
        ((b"scrypt", bytes(20), b"chacha20_poly1305", b"x"), "under an unknown cipher"),
        ((b"scrypt", bytes(20), b"chacha20_poly1305", bytes(60)), "the passphrase is wrong"),
    ],
)
def test_private_key__that_is_malformed_is_named(
    tmp_path: Path, strings: tuple[bytes, ...], words: str
) -> None:
    with pytest.raises(InputFileError, match=words):
        read_private_key(key_file(tmp_path / "key", *strings), lambda: PASSPHRASE)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "expected `-----BEGIN CRYPT4GH PRIVATE KEY-----`"),
        (b"\xff" * 100, "expected `-----BEGIN CRYPT4GH PRIVATE KEY-----`"),
        (text_between(bytes(32), "PUBLIC KEY"), "expected `-----BEGIN CRYPT4GH PRIVATE KEY"),
        (text_between(b"openssh-key-v1\0"), "of another kind, expected `c4gh-v1`"),
        (text_between(bytes(3)).replace(b"AAAA", b"A!AA"), "is not base 64"),
    ],
)
def test_private_key__of_another_kind_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(InputFileError, match=words) as raised:
        read_private_key(path, unasked)
    assert raised.value.path == path


def test_private_key__that_others_can_read_is_not_used(pair: Pair) -> None:
    pair.private.chmod(0o644)
    with pytest.raises(InputFileError, match="can be read by others: expected mode `0600`"):
        read_private_key(pair.private, unasked)


def test_key__that_is_missing_or_too_short_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="cannot be read: no such file"):
        read_public_key(tmp_path / "missing.pub")
    short = tmp_path / "short.pub"
    short.write_bytes(text_between(bytes(31), "PUBLIC KEY"))
    with pytest.raises(InputFileError, match="a public key of `31` bytes, expected `32`"):
        read_public_key(short)


def test_key_pair__replaces_nothing(pair: Pair, tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="is there already, and a key is never replaced"):
        write_key_pair(tmp_path / "new.sec", pair.public, None)
    assert not (tmp_path / "new.sec").exists()
    with pytest.raises(InputFileError, match="cannot be written: no such file"):
        write_key_pair(tmp_path / "nowhere" / "new.sec", tmp_path / "new.pub", None)
