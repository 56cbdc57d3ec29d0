"""Key files of Crypt4GH: a public key to be sealed to, a private key to open with.

Both are text between `-----BEGIN CRYPT4GH ...-----` lines. A private key (`c4gh-v1`) lies in it in
clear or under a passphrase: scrypt (which is what we write), bcrypt or PBKDF2, then
ChaCha20-Poly1305. Strings in it have a length of two bytes, big-endian.

References
----------
GA4GH Crypt4GH 1.0 leaves key files open; this is the form of its reference implementation,
https://crypt4gh.readthedocs.io/en/latest/keys.html.
"""

import base64
import binascii
import hashlib
import importlib
import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from kerne.durable import write_once
from kerne.errors import InputFileError, reason_of

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
SALT_BYTES: Final = 16
LARGEST_KEY_FILE_BYTES: Final = 64 * 1024
_MAGIC: Final = b"c4gh-v1"
_NONE: Final = b"none"
_CIPHER: Final = b"chacha20_poly1305"
_PRIVATE: Final = "PRIVATE KEY"
_PUBLIC: Final = "PUBLIC KEY"

Passphrase = Callable[[], str]
"""Asked only when a key is under a passphrase."""


def read_public_key(path: Path) -> X25519PublicKey:
    """Read a public key.

    Raises
    ------
    InputFileError
        The file is none.
    """
    content = _read_armoured(path, _PUBLIC)
    if len(content) != KEY_BYTES:
        raise InputFileError(path, f"a public key of `{len(content)}` bytes, expected `32`")
    return X25519PublicKey.from_public_bytes(content)


def read_private_key(path: Path, passphrase: Passphrase) -> X25519PrivateKey:
    """Read a private key.

    Raises
    ------
    InputFileError
        The file is none, can be read by others, or the passphrase is wrong.
    """
    content = _read_armoured(path, _PRIVATE)
    if path.stat().st_mode & 0o077:
        raise InputFileError(path, "can be read by others: expected mode `0600`")
    if not content.startswith(_MAGIC):
        raise InputFileError(path, "a private key of another kind, expected `c4gh-v1`")
    strings = io.BytesIO(content[len(_MAGIC) :])
    derivation = _string(path, strings)
    options = b"" if derivation == _NONE else _string(path, strings)
    cipher, private = _string(path, strings), _string(path, strings)
    if derivation != _NONE:
        key = _derive(path, derivation, options, passphrase)
        private = _unlock(path, key, cipher, private)
    if len(private) != KEY_BYTES:
        raise InputFileError(path, f"a private key of `{len(private)}` bytes, expected `32`")
    return X25519PrivateKey.from_private_bytes(private)


def write_key_pair(private: Path, public: Path, passphrase: str | None) -> X25519PublicKey:
    """Make a pair of keys and write both; the private one for its owner only.

    Parameters
    ----------
    passphrase
        The private key is under it; `None` leaves it in clear.

    Raises
    ------
    InputFileError
        One of the files is there already, or cannot be written.
    """
    for path in (private, public):
        if path.exists():
            raise InputFileError(path, "is there already, and a key is never replaced")
    key = X25519PrivateKey.generate()
    content = _locked(key.private_bytes_raw(), passphrase)
    try:
        write_once(private, _armoured(content, _PRIVATE))
        public.write_bytes(_armoured(key.public_key().public_bytes_raw(), _PUBLIC))
    except OSError as error:
        raise InputFileError(private, f"cannot be written: {reason_of(error)}") from error
    return key.public_key()


def _locked(key: bytes, passphrase: str | None) -> bytes:
    if passphrase is None:
        return _MAGIC + b"".join(map(_with_length, (_NONE, _NONE, key)))
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    locked = ChaCha20Poly1305(_scrypt(passphrase, salt)).encrypt(nonce, key, None)
    parts = (b"scrypt", bytes(4) + salt, _CIPHER, nonce + locked)
    return _MAGIC + b"".join(map(_with_length, parts))


def _unlock(path: Path, key: bytes, cipher: bytes, locked: bytes) -> bytes:
    if cipher != _CIPHER or len(locked) < NONCE_BYTES:
        raise InputFileError(path, f"a private key under an unknown cipher, expected `{_CIPHER!r}`")
    try:
        return ChaCha20Poly1305(key).decrypt(locked[:NONCE_BYTES], locked[NONCE_BYTES:], None)
    except InvalidTag as error:
        raise InputFileError(path, "the passphrase is wrong, or the key was changed") from error


def _derive(path: Path, name: bytes, options: bytes, passphrase: Passphrase) -> bytes:
    rounds, salt = int.from_bytes(options[:4], "big"), options[4:]
    match name:
        case b"scrypt":
            return _scrypt(passphrase(), salt)
        case b"pbkdf2_hmac_sha256" if rounds:
            return hashlib.pbkdf2_hmac("sha256", passphrase().encode(), salt, rounds, KEY_BYTES)
        case b"bcrypt" if rounds:
            return _bcrypt(path, passphrase(), salt, rounds)
    raise InputFileError(
        path, "a private key under an unknown derivation, expected scrypt, bcrypt or PBKDF2"
    )


def _scrypt(passphrase: str, salt: bytes) -> bytes:
    # The parameters are fixed by the form of the file and are not stored in it.
    return Scrypt(salt=salt, length=KEY_BYTES, n=1 << 14, r=8, p=1).derive(passphrase.encode())


def _bcrypt(path: Path, passphrase: str, salt: bytes, rounds: int) -> bytes:
    try:
        bcrypt = importlib.import_module("bcrypt")
    except ImportError as error:
        raise InputFileError(
            path, "a private key under bcrypt needs the package `bcrypt`: `kerne[exchange]`"
        ) from error
    key: bytes = bcrypt.kdf(passphrase.encode(), salt, KEY_BYTES, rounds, ignore_few_rounds=True)
    return key


def _read_armoured(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_KEY_FILE_BYTES).decode("ascii", errors="replace")
    except OSError as error:
        raise InputFileError(path, f"cannot be read: {reason_of(error)}") from error
    kind = rf"(CRYPT4GH (?:ENCRYPTED )?{what})"
    found = re.search(rf"-----BEGIN {kind}-----\s(.*?)\s-----END \1-----", text, re.DOTALL)
    if found is None:
        raise InputFileError(path, f"expected `-----BEGIN CRYPT4GH {what}-----` and its end")
    try:
        return base64.b64decode("".join(found[2].split()), validate=True)
    except binascii.Error as error:
        raise InputFileError(path, "what stands in it is not base 64") from error


def _armoured(content: bytes, what: str) -> bytes:
    text = base64.b64encode(content).decode()
    return f"-----BEGIN CRYPT4GH {what}-----\n{text}\n-----END CRYPT4GH {what}-----\n".encode()


def _with_length(text: bytes) -> bytes:
    return len(text).to_bytes(2, "big") + text


def _string(path: Path, strings: io.BytesIO) -> bytes:
    length = int.from_bytes(strings.read(2), "big")
    text = strings.read(length)
    if length == 0 or len(text) < length:
        raise InputFileError(path, "the private key is cut")
    return text
