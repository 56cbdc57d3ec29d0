"""The centre's signature on answers: Ed25519, detached, over the canonical JSON.

It proves that an answer is whole and comes from this centre. It is not a clinician's legal
signature. Any program can check it: the public key lies beside the answer as PEM, the signature as
64 raw bytes (`openssl pkeyutl -verify -pubin -inkey public_key.pem -rawin -in report.json
-sigfile report.json.sig`).
"""

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from kerne.durable import write_once
from kerne.errors import CaseError


class AnswerKey:
    """The key with which a centre signs answers; kept in a file that only its owner may read."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    def sign(self, content: bytes) -> bytes:
        """Return the 64 bytes of the signature on `content`."""
        return self._private.sign(content)

    def public_pem(self) -> bytes:
        """Return the public key as PEM."""
        public = self._private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def open_answer_key(path: Path) -> AnswerKey:
    """Return the key in `path`, made there when the file does not exist.

    Raises
    ------
    CaseError
        The file holds no Ed25519 key.
    """
    if not path.exists():
        write_once(path, _new_key())
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise CaseError(f"`{path}` holds no private key, expected Ed25519 in PEM") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise CaseError(f"`{path}` holds another kind of key, expected Ed25519")
    return AnswerKey(private)


def is_signed(content: bytes, signature: bytes, public_pem: bytes) -> bool:
    """Say whether `signature` was made on exactly `content` by the owner of the public key.

    Raises
    ------
    CaseError
        The public key is not Ed25519 in PEM.
    """
    try:
        public = load_pem_public_key(public_pem)
    except ValueError as error:
        raise CaseError("the public key is not PEM") from error
    if not isinstance(public, Ed25519PublicKey):
        raise CaseError("the public key is of another kind, expected Ed25519")
    try:
        public.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _new_key() -> bytes:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
