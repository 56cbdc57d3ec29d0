"""Small payloads (one event's words, one name) sealed whole: AES-256-GCM under a key of their own.

    version (1 byte, 1)   nonce (12 bytes)   ciphertext and tag

The key is derived from the owner's (HKDF-Expand, RFC 5869 §2.3), so that no other use of the
owner's key meets these nonces. Whose the payload is and where it stands are associated data: in
another place, under another name, it does not open.

The first payloads had neither version nor place: nonce, ciphertext and tag under the owner's key
itself, bound to the owner alone. They still open. A new one is never taken for an old one, since
it would have to be a valid ciphertext of another key.
"""

import hmac
import json
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kerne.errors import VaultError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_VERSION: Final = b"\x01"
_PURPOSE: Final = b"kerne payload 1"


def seal_payload(key: bytes, plain: bytes, whose: str, place: str) -> bytes:
    """Return `plain` sealed under a key derived from `key`, bound to its owner and its place."""
    return _VERSION + encrypt(_derived(key), plain, _bound(whose, place))


def open_payload(key: bytes, sealed: bytes, whose: str, place: str) -> bytes:
    """Return what was sealed at `place`, or before places were bound.

    Raises
    ------
    VaultError
        It was changed, or belongs to somebody else or somewhere else.
    """
    if sealed.startswith(_VERSION):
        try:
            return decrypt(_derived(key), sealed[len(_VERSION) :], _bound(whose, place))
        except InvalidTag:
            pass  # one old payload in 256 begins with the same byte: its nonce is random
    try:
        return decrypt(key, sealed, whose.encode())
    except InvalidTag as error:
        raise VaultError(
            f"what is sealed for `{whose}` was changed, moved, or is another's"
        ) from error


def encrypt(key: bytes, plain: bytes, bound: bytes) -> bytes:
    """Return a random nonce, and `plain` encrypted under `key` with `bound` as associated data."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def decrypt(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """Undo `encrypt`; `cryptography.exceptions.InvalidTag` says that it is something else."""
    if len(sealed) < NONCE_BYTES:
        raise InvalidTag
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)


def _derived(key: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + b"\x01", "sha256")  # HKDF-Expand, its first block


def _bound(whose: str, place: str) -> bytes:
    return json.dumps([whose, place]).encode()
