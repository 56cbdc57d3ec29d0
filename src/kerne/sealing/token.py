"""Master keys in a token (HSM, smart card, SoftHSM) behind PKCS#11; they never leave it.

A key is made in the token as sensitive and not extractable, under the centre's label and its
generation as id, and wraps by AES-256-GCM inside the token (`CKM_AES_GCM`, PKCS#11 3.0 §2.12.3).
What is wrapped looks as from a file: nonce, ciphertext and tag, bound to whose it is.

The PIN is read from a file or from the environment when the token is first used, handed to the
token, and kept nowhere. The package `python-pkcs11` is loaded only here, and only then.
"""

import importlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from kerne.errors import VaultError, reason_of
from kerne.sealing.master import FIRST, MasterKey, unfit_key
from kerne.sealing.payload import KEY_BYTES, NONCE_BYTES
from kerne.sealing.place import KeyPlace

PIN_VARIABLE: Final = "KERNE_PIN"
_TAG_BITS: Final = 128
_ID_BYTES: Final = 4


class TokenMasterKeys:
    """Master keys in a token; a `sealing.master.MasterKeys`.

    Every method raises `VaultError` when the package, the module or the token is missing, the PIN
    is wrong, or the token fails.
    """

    def __init__(self, place: KeyPlace) -> None:
        self._place = place
        self._process = 0
        self._session: Any = None  # Any: python-pkcs11 is loaded when it is needed
        self._handles: dict[int, Any] = {}  # Any: keys of python-pkcs11

    def generations(self) -> list[int]:
        """Return the generations that are there."""
        with self._speaking() as pkcs11:
            return sorted(int.from_bytes(key.id, "big") for key in self._found(pkcs11))

    def make(self, generation: int) -> None:
        """Make the key of a generation in the token.

        Raises
        ------
        VaultError
            It is there already, or the label is another centre's.
        """
        present = self.generations()
        if generation in present or (present and generation == FIRST):
            raise VaultError(
                f"{self} already holds a key of that label: name a label of this centre's own, or "
                "remove what an interrupted founding left"
            )
        with self._speaking() as pkcs11:
            attribute, capability = pkcs11.Attribute, pkcs11.MechanismFlag
            self._session.generate_key(
                pkcs11.KeyType.AES,
                KEY_BYTES * 8,
                id=generation.to_bytes(_ID_BYTES, "big"),
                label=self._place.label,
                store=True,
                capabilities=capability.ENCRYPT | capability.DECRYPT,
                template={
                    attribute.PRIVATE: True,
                    attribute.SENSITIVE: True,
                    attribute.EXTRACTABLE: False,
                },
            )

    def open(self, generation: int) -> MasterKey:
        """Return the key of a generation, which stays in the token.

        Raises
        ------
        VaultError
            It is not there.
        """
        with self._speaking() as pkcs11:
            self._handle(pkcs11, generation)
        return _TokenMasterKey(self, generation)

    def destroy(self, generation: int) -> None:
        """Destroy the key of a generation in the token; nothing happens when it is not there."""
        with self._speaking() as pkcs11:
            self._handles.pop(generation, None)
            for key in self._found(pkcs11, generation):
                key.destroy()

    def encrypt(self, generation: int, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """Encrypt in the token."""
        with self._speaking() as pkcs11:
            key = self._handle(pkcs11, generation)
            return bytes(key.encrypt(plain, **_gcm(pkcs11, nonce, bound)))

    def decrypt(self, generation: int, nonce: bytes, sealed: bytes, bound: bytes) -> bytes | None:
        """Decrypt in the token; `None` when it says that the text is not what was encrypted."""
        with self._speaking() as pkcs11:
            key = self._handle(pkcs11, generation)
            # A changed text is `CKR_ENCRYPTED_DATA_INVALID`; SoftHSM says `CKR_GENERAL_ERROR`.
            unfit = (
                pkcs11.EncryptedDataInvalid,
                pkcs11.EncryptedDataLenRange,
                pkcs11.GeneralError,
            )
            try:
                return bytes(key.decrypt(sealed, **_gcm(pkcs11, nonce, bound)))
            except unfit:
                return None

    def __str__(self) -> str:
        return f"token `{self._place.token}`, key `{self._place.label}`"

    def _found(self, pkcs11: Any, generation: int | None = None) -> list[Any]:  # Any: their keys
        wanted = {
            pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY,
            pkcs11.Attribute.LABEL: self._place.label,
        }
        if generation is not None:
            wanted[pkcs11.Attribute.ID] = generation.to_bytes(_ID_BYTES, "big")
        return list(self._session.get_objects(wanted))

    def _handle(self, pkcs11: Any, generation: int) -> Any:  # Any: a key of theirs
        if generation not in self._handles:
            found = self._found(pkcs11, generation)
            if not found:
                raise VaultError(
                    f"{self}: there is none of generation `{generation}`, and no key of any "
                    "person opens without it"
                )
            self._handles[generation] = found[0]
        return self._handles[generation]

    @contextmanager
    def _speaking(self) -> Iterator[Any]:  # Any: the package
        """Speak to the token, logged in; what it says against it is told in words."""
        try:
            pkcs11 = importlib.import_module("pkcs11")
        except ImportError as error:
            raise VaultError(
                "the master key is in a token, which needs the package `python-pkcs11`: "
                "`kerne[keys]`"
            ) from error
        try:
            if self._process != os.getpid():
                self._log_in(pkcs11)
            yield pkcs11
        except pkcs11.PKCS11Error as error:
            raise VaultError(f"{self}: {_in_words(error)}") from error

    def _log_in(self, pkcs11: Any) -> None:  # Any: the package
        library = pkcs11.lib(str(self._place.module))
        if self._process:  # a forked process inherits no session (PKCS#11 3.0 §5.4)
            library.reinitialize()
        token = library.get_token(token_label=self._place.token)
        pin = _read_pin(self._place.pin_file)
        try:
            self._session = token.open(rw=True, user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:  # a process logs in once, whatever its sessions
            self._session = token.open(rw=True)
        self._handles = {}
        self._process = os.getpid()


class _TokenMasterKey:
    def __init__(self, keys: TokenMasterKeys, generation: int) -> None:
        self._keys = keys
        self._generation = generation

    def wrap(self, key: bytes, whose: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._keys.encrypt(self._generation, nonce, key, whose.encode())

    def unwrap(self, wrapped: bytes, whose: str) -> bytes:
        nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        key = None
        if sealed:
            key = self._keys.decrypt(self._generation, nonce, sealed, whose.encode())
        if key is None:
            raise unfit_key(whose)
        return key


def _gcm(pkcs11: Any, nonce: bytes, bound: bytes) -> dict[str, Any]:  # Any: their parameters
    parameters = pkcs11.GCMParams(nonce, bound, _TAG_BITS)
    return {"mechanism": pkcs11.Mechanism.AES_GCM, "mechanism_param": parameters}


def _read_pin(path: Path | None) -> str:
    if path is None:
        pin = os.environ.get(PIN_VARIABLE, "")
        if not pin:
            raise VaultError(f"the token wants a PIN: `pin_file` in `[keys]`, or `{PIN_VARIABLE}`")
        return pin
    try:
        if path.stat().st_mode & 0o077:
            raise VaultError(f"`{path}` can be read by others: expected mode `0600`")
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise VaultError(f"`{path}` cannot be read: {reason_of(error)}") from error
    if not lines or not lines[0]:
        raise VaultError(f"`{path}` has no PIN in its first line")
    return lines[0]


def _in_words(error: Exception) -> str:
    """Return what the token answered: PKCS#11's own name of it (`CKR_PIN_INCORRECT`), in words."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", type(error).__name__).lower()
    text = str(error)
    return f"{name}: {text}" if text and name == "pkcs11 error" else name
