"""The keys of persons, and what is sealed under them.

Each person has a key of their own (AES-256-GCM), made when something of theirs is first sealed.
It lies in `keys.sqlite` wrapped by the centre's master key, a file that its owner alone can read.
Whatever was sealed names its person as associated data, so that it opens for nobody else.
Destroying a person's key leaves a mark, so that no new key is made in its place.
Keys are never kept in memory between calls: a key destroyed by one process is gone for all.
"""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Column,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    Text,
    insert,
    select,
)
from sqlalchemy.dialects.sqlite import insert as insert_or_update

from kerne.database.engine import in_batches, open_database, reading
from kerne.durable import write_once
from kerne.errors import VaultError

KEYS_FILE = "keys.sqlite"
MASTER_FILE = "master.key"
KEY_BYTES = 32
NONCE_BYTES = 12

metadata = MetaData()
_PERSON_KEY = Table(
    "person_key",
    metadata,
    Column("person", Text, primary_key=True),
    Column("wrapped", LargeBinary),  # NULL: destroyed
    sqlite_strict=True,
)
_CENTRE_KEY = Table(
    "centre_key",
    metadata,
    Column("name", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    sqlite_strict=True,
)


class Vault:
    """Seals and unseals under the keys of persons; a `database.history.Sealer`.

    Parameters
    ----------
    engine
        `keys.sqlite`.
    master
        The key that wraps all others, 32 bytes.
    """

    def __init__(self, engine: Engine, master: bytes) -> None:
        self._engine = engine
        self._master = AESGCM(master)

    def seal(self, person: str, plain: bytes) -> bytes:
        """Return `plain` sealed under the key of `person`, which is made if there is none.

        Raises
        ------
        VaultError
            The key of `person` was destroyed.
        """
        return self.seal_all({person: plain})[person]

    def unseal(self, person: str, sealed: bytes) -> bytes:
        """Return what was sealed under the key of `person`.

        Raises
        ------
        VaultError
            There is no such key, it was destroyed, or `sealed` was changed or is another's.
        """
        return self.unseal_all({person: sealed})[person]

    def seal_all(self, plain: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return `plain` sealed, person by person; keys are made in one transaction."""
        keys = self._made_keys(plain.keys())
        return {
            person: _encrypt(AESGCM(keys[person]), text, person) for person, text in plain.items()
        }

    def unseal_all(self, sealed: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return what was sealed, person by person."""
        keys = self._keys(sealed.keys())
        missing = sealed.keys() - keys.keys()
        if missing:
            raise VaultError(f"`{min(missing)}` has no key")
        return {
            person: _decrypt(AESGCM(keys[person]), text, person) for person, text in sealed.items()
        }

    def destroy(self, person: str) -> None:
        """Destroy the key of `person` for good, and with it all that it sealed."""
        mark = insert_or_update(_PERSON_KEY).values(person=person, wrapped=None)
        with self._engine.begin() as connection:
            connection.execute(
                mark.on_conflict_do_update(index_elements=["person"], set_={"wrapped": None})
            )
        # Old pages with the wrapped key would otherwise stay in the write-ahead log.
        raw = self._engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()

    def close(self) -> None:
        """Close the connections to `keys.sqlite`; the vault may be used again."""
        self._engine.dispose()

    def centre_key(self, name: str, length_bytes: int = KEY_BYTES) -> bytes:
        """Return the centre's own key called `name`, made when it is first asked for."""
        with self._engine.begin() as connection:
            query = select(_CENTRE_KEY.c.wrapped).where(_CENTRE_KEY.c.name == name)
            wrapped = connection.execute(query).scalar()
            if wrapped is not None:
                return _decrypt(self._master, wrapped, f"centre:{name}")
            key = os.urandom(length_bytes)
            wrapped = _encrypt(self._master, key, f"centre:{name}")
            connection.execute(insert(_CENTRE_KEY).values(name=name, wrapped=wrapped))
            return key

    def _made_keys(self, persons: Collection[str]) -> dict[str, bytes]:
        keys = self._keys(persons)
        if len(keys) == len(persons):
            return keys
        new = [
            {"person": person, "wrapped": _encrypt(self._master, os.urandom(KEY_BYTES), person)}
            for person in persons
            if person not in keys
        ]
        with self._engine.begin() as connection:
            connection.execute(insert_or_update(_PERSON_KEY).on_conflict_do_nothing(), new)
        return self._keys(persons)

    def _keys(self, persons: Collection[str]) -> dict[str, bytes]:
        keys = {}
        with reading(self._engine).connect() as connection:
            for batch in in_batches(list(persons)):
                query = select(_PERSON_KEY).where(_PERSON_KEY.c.person.in_(batch))
                for person, wrapped in connection.execute(query):
                    if wrapped is None:
                        raise VaultError(f"the key of `{person}` was destroyed")
                    keys[person] = _decrypt(self._master, wrapped, person)
        return keys


def open_vault(directory: Path) -> Vault:
    """Open the vault in `directory`, with a new master key when there is no vault yet.

    Raises
    ------
    VaultError
        The master key is missing, has the wrong length or can be read by others.
    """
    master_path, keys_path = directory / MASTER_FILE, directory / KEYS_FILE
    if not master_path.exists() and keys_path.exists():
        raise VaultError(f"`{master_path}` is missing: nothing in `{keys_path}` opens without it")
    master = _master_key(master_path)
    return Vault(open_database(keys_path, metadata), master)


def _master_key(path: Path) -> bytes:
    if not path.exists():
        write_once(path, os.urandom(KEY_BYTES))
    if path.stat().st_mode & 0o077:
        raise VaultError(f"`{path}` can be read by others: expected mode `0600`")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise VaultError(f"`{path}` has `{len(key)}` bytes, expected `{KEY_BYTES}`")
    return key


def _encrypt(key: AESGCM, plain: bytes, whose: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, whose.encode())


def _decrypt(key: AESGCM, sealed: bytes, whose: str) -> bytes:
    try:
        return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], whose.encode())
    except InvalidTag as error:
        raise VaultError(f"what is sealed for `{whose}` was changed or is another's") from error
