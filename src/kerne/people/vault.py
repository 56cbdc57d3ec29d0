"""The keys of persons and of the genome database's segments, and what is sealed under the former.

Each person has a key of their own, made when something of theirs is first sealed. It lies in
`keys.sqlite` wrapped by the centre's master key, which is a file that its owner alone can read, or
never leaves a token (`sealing.master`, `sealing.token`). Whatever was sealed opens only for its
person and in its place. Destroying a person's key leaves a mark, so that no new key is made.

Rotating the master key wraps all keys anew and destroys the old one, so that an old copy of
`keys.sqlite` opens nothing. The new wrapping and the number of the new generation are committed in
one transaction: before it the old key is in force, after it the new one, and whichever key is not
in force is left over from an interrupted rotation and destroyed at the next start.

A segment of the genome database has a key as well, by its number, from a tree in which single keys
can be destroyed (`sealing.key_tree`): a copy of `keys.sqlite` opens segments that were made later.
Who reads a segment keeps its key in memory as long. Keys of persons are never kept between calls: a
key destroyed by one process is gone for all. The master key is kept, until the table says that
another one is in force.
"""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or_update

from kerne.database.engine import in_batches, open_database, reading
from kerne.errors import VaultError
from kerne.people.key_tables import (
    CENTRE_KEY,
    MASTER_KEY,
    OF_CENTRE,
    OF_SEGMENT,
    PERSON_KEY,
    PROVES,
    SEGMENT_NODE,
    metadata,
    rewrap,
    set_generation,
)
from kerne.sealing.container import Label, is_document, open_document, seal_document
from kerne.sealing.key_tree import ROOT, key_below, node_above, without
from kerne.sealing.master import FIRST, FileMasterKeys, MasterKey, MasterKeys
from kerne.sealing.payload import KEY_BYTES, open_payload, seal_payload
from kerne.sealing.place import KeyPlace, MasterPlace
from kerne.sealing.token import TokenMasterKeys

KEYS_FILE = "keys.sqlite"

_NOWHERE: Final = ""

T = TypeVar("T")


class Vault:
    """Seals and unseals under the keys of persons; a `database.history.Sealer`.

    Parameters
    ----------
    engine
        `keys.sqlite`.
    masters
        Where the master keys lie.
    """

    def __init__(self, engine: Engine, masters: MasterKeys) -> None:
        self._engine = engine
        self._masters = masters
        self._opened: tuple[int, MasterKey] | None = None

    def seal(self, person: str, plain: bytes, place: str = _NOWHERE) -> bytes:
        """Return `plain` sealed under the key of `person`, which is made if there is none.

        Parameters
        ----------
        place
            Where it will stand: it opens nowhere else.

        Raises
        ------
        VaultError
            The key of `person` was destroyed.
        """
        return self.seal_all({person: plain}, place)[person]

    def unseal(self, person: str, sealed: bytes, place: str = _NOWHERE) -> bytes:
        """Return what was sealed under the key of `person` for `place`.

        Raises
        ------
        VaultError
            There is no such key, it was destroyed, or `sealed` was changed, moved or is another's.
        """
        return self.unseal_all({person: sealed}, place)[person]

    def seal_all(self, plain: Mapping[str, bytes], place: str = _NOWHERE) -> dict[str, bytes]:
        """Return `plain` sealed, person by person; keys are made in one transaction."""
        keys = self._made_keys(plain.keys())
        return {
            person: seal_payload(keys[person], text, person, place)
            for person, text in plain.items()
        }

    def unseal_all(self, sealed: Mapping[str, bytes], place: str = _NOWHERE) -> dict[str, bytes]:
        """Return what was sealed, person by person."""
        keys = self._present_keys(sealed.keys())
        return {
            person: open_payload(keys[person], text, person, place)
            for person, text in sealed.items()
        }

    def seal_document(self, person: str, name: str, content: bytes) -> bytes:
        """Return a document of `person` in authenticated blocks; see `sealing.container`.

        Raises
        ------
        VaultError
            The key of `person` was destroyed.
        """
        return seal_document(self._made_keys([person])[person], Label(person, name), content)

    def unseal_document(self, person: str, name: str, sealed: bytes) -> bytes:
        """Return the content of a document, or of a payload from before documents had blocks.

        Raises
        ------
        VaultError
            As `unseal`; or blocks were cut off, added, swapped or moved.
        """
        key = self._present_keys([person])[person]
        if is_document(sealed):
            return open_document(key, Label(person, name), sealed)
        return open_payload(key, sealed, person, _NOWHERE)

    def destroy(self, person: str) -> None:
        """Destroy the key of `person` for good, and with it all that it sealed.

        A copy of `keys.sqlite` made before still holds it, until `rotate_master`.

        Raises
        ------
        VaultError
            The key is destroyed, but somebody reads `keys.sqlite` and pages of its log could not
            be removed; doing it again removes them.
        """
        mark = insert_or_update(PERSON_KEY).values(person=person, wrapped=None)
        with self._engine.begin() as connection:
            connection.execute(
                mark.on_conflict_do_update(index_elements=["person"], set_={"wrapped": None})
            )
        self._truncate_log()

    def holders(self) -> dict[str, bool]:
        """Return who has had a key, and whether it is still there."""
        query = select(PERSON_KEY.c.person, PERSON_KEY.c.wrapped.is_not(None))
        with reading(self._engine).connect() as connection:
            return {person: bool(is_there) for person, is_there in connection.execute(query)}

    def rotate_master(self, into: MasterKeys | None = None) -> int:
        """Wrap all keys by a new master key, destroy the old one, and return the generation.

        Whoever is cut off leaves either the old or the new key in force, and the next `open_vault`
        destroys the other. Others wait meanwhile when they want to make a key, not when they read.

        Parameters
        ----------
        into
            Where the new key is to lie, when it is not where the old one does.

        Raises
        ------
        VaultError
            A key does not unwrap, or there is a key already where the new one is to lie (nothing
            is changed), or pages of the log could not be removed
            (the rotation is done but for that and the old key; `open_vault` finishes it).
        """
        with self._engine.begin() as connection:
            old = self._master(connection)
            generation = self._generation(connection) + 1
            masters = self._masters if into is None else _empty(into)
            masters.destroy(generation)  # left over from a rotation that was cut off
            masters.make(generation)
            new = masters.open(generation)
            rewrap(connection, old, new)
            set_generation(connection, generation, new)
        self._masters, left = masters, self._masters
        self._truncate_log()
        self.settle()
        if left is not masters:
            _destroy_all(left)
        return generation

    def settle(self) -> None:
        """Check that the master key in force is there, and destroy all others.

        Raises
        ------
        VaultError
            The master key is missing, does not fit, or cannot be used.
        """
        with self._engine.begin() as connection:
            if self._generation(connection) == 0:
                self._found(connection)
            master = self._master(connection)
            if not self._nodes(connection):
                self._put_nodes(connection, master, {ROOT: os.urandom(KEY_BYTES)})
            in_force = self._generation(connection)
            for generation in self._masters.generations():
                if generation != in_force:
                    self._masters.destroy(generation)

    def close(self) -> None:
        """Close the connections to `keys.sqlite`; the vault may be used again."""
        self._engine.dispose()

    def centre_key(self, name: str, length_bytes: int = KEY_BYTES) -> bytes:
        """Return the centre's own key called `name`, made when it is first asked for."""
        with self._engine.begin() as connection:
            master, whose = self._master(connection), f"{OF_CENTRE}{name}"
            query = select(CENTRE_KEY.c.wrapped).where(CENTRE_KEY.c.name == name)
            wrapped = connection.execute(query).scalar()
            if wrapped is not None:
                return master.unwrap(wrapped, whose)
            key = os.urandom(length_bytes)
            values = {"name": name, "wrapped": master.wrap(key, whose)}
            connection.execute(insert(CENTRE_KEY).values(values))
            return key

    def segment_key(self, number: int) -> bytes:
        """Return the key of a segment of the genome database, by its number.

        Raises
        ------
        VaultError
            It was destroyed.
        """
        return self._again_if_rotated(lambda: self._read_segment_key(number))

    def destroy_segment_keys(self, runs: Sequence[range]) -> None:
        """Destroy the keys of segments for good, whatever of them was ever used; as `destroy`."""
        if not self._give_keys_of(runs):
            return
        with self._engine.begin() as connection:
            master = self._master(connection)
            wrapped = self._nodes(connection)
            nodes = {
                path: master.unwrap(node, f"{OF_SEGMENT}/{path}") for path, node in wrapped.items()
            }
            for run in runs:
                nodes = without(nodes, run.start, run.stop)
            connection.execute(SEGMENT_NODE.delete())
            self._put_nodes(connection, master, nodes)
        self._truncate_log()

    def _read_segment_key(self, number: int) -> bytes:
        with reading(self._engine).connect() as connection:
            nodes = self._nodes(connection)
            path = node_above(nodes.keys(), number)
            if path is None:
                raise VaultError(f"the key of segment `{number}` was destroyed")
            node = self._master(connection).unwrap(nodes[path], f"{OF_SEGMENT}/{path}")
        return key_below(path, node, number)

    def _give_keys_of(self, runs: Sequence[range]) -> bool:
        """Say whether any key of the runs is still there."""
        with reading(self._engine).connect() as connection:
            nodes = dict.fromkeys(self._nodes(connection), b"")
        return any(without(nodes, run.start, run.stop).keys() != nodes.keys() for run in runs)

    def _nodes(self, connection: Connection) -> dict[str, bytes]:
        found = connection.execute(select(SEGMENT_NODE))
        return {str(path).removeprefix("/"): bytes(node) for path, node in found}

    def _put_nodes(
        self, connection: Connection, master: MasterKey, nodes: Mapping[str, bytes]
    ) -> None:
        # INVARIANT: a key is wrapped in the transaction that says which master is in force.
        rows = [
            {"path": f"/{path}", "wrapped": master.wrap(node, f"{OF_SEGMENT}/{path}")}
            for path, node in nodes.items()
        ]
        connection.execute(insert(SEGMENT_NODE), rows)

    def _made_keys(self, persons: Collection[str]) -> dict[str, bytes]:
        keys = self._keys(persons)
        if len(keys) == len(persons):
            return keys
        with self._engine.begin() as connection:
            # INVARIANT: a key is wrapped in the transaction that says which master is in force.
            master = self._master(connection)
            new = [
                {"person": person, "wrapped": master.wrap(os.urandom(KEY_BYTES), person)}
                for person in persons
                if person not in keys
            ]
            connection.execute(insert_or_update(PERSON_KEY).on_conflict_do_nothing(), new)
        return self._keys(persons)

    def _present_keys(self, persons: Collection[str]) -> dict[str, bytes]:
        keys = self._keys(persons)
        missing = set(persons) - keys.keys()
        if missing:
            raise VaultError(f"`{min(missing)}` has no key")
        return keys

    def _keys(self, persons: Collection[str]) -> dict[str, bytes]:
        return self._again_if_rotated(lambda: self._read_keys(persons))

    def _read_keys(self, persons: Collection[str]) -> dict[str, bytes]:
        keys = {}
        with reading(self._engine).connect() as connection:
            master = self._master(connection)
            for batch in in_batches(list(persons)):
                query = select(PERSON_KEY).where(PERSON_KEY.c.person.in_(batch))
                for person, wrapped in connection.execute(query):
                    if wrapped is None:
                        raise VaultError(f"the key of `{person}` was destroyed")
                    keys[person] = master.unwrap(wrapped, person)
        return keys

    def _again_if_rotated(self, work: Callable[[], T]) -> T:
        """Do `work`, once more when the old master key was destroyed under its eyes."""
        try:
            return work()
        except VaultError:
            with reading(self._engine).connect() as connection:
                in_force = self._generation(connection)
            if self._opened is not None and self._opened[0] == in_force:
                raise
            return work()

    def _generation(self, connection: Connection) -> int:
        return connection.execute(select(MASTER_KEY.c.generation)).scalar() or 0

    def _master(self, connection: Connection) -> MasterKey:
        """Return the master key that is in force in the transaction."""
        generation, proof = connection.execute(select(MASTER_KEY)).one()
        if self._opened is None or self._opened[0] != generation:
            master = self._masters.open(generation)
            master.unwrap(proof, PROVES)
            self._opened = (generation, master)
        return self._opened[1]

    def _found(self, connection: Connection) -> None:
        """Put the first master key in force; keys that lie there already are wrapped by it."""
        if not any(connection.execute(select(table)).first() for table in (PERSON_KEY, CENTRE_KEY)):
            self._masters.make(FIRST)
        set_generation(connection, FIRST, self._masters.open(FIRST))

    def _truncate_log(self) -> None:
        # Old pages with wrapped keys would otherwise stay in the write-ahead log.
        raw = self._engine.raw_connection()
        try:
            is_busy, _, _ = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            raw.close()
        if is_busy:
            raise VaultError("the key store is being read, and its log keeps old pages: repeat")


def open_vault(directory: Path, place: KeyPlace | None = None) -> Vault:
    """Open the vault in `directory`, with a new master key when there is no vault yet.

    Parameters
    ----------
    place
        Where the master key lies; a file in `directory` when it is not said.

    Raises
    ------
    VaultError
        The master key is missing, does not fit, can be read by others, or the token fails.
    """
    files = FileMasterKeys(directory)
    is_token = place is not None and place.master is MasterPlace.PKCS11
    masters = TokenMasterKeys(place) if place is not None and is_token else files
    vault = Vault(open_database(directory / KEYS_FILE, metadata), masters)
    vault.settle()
    if is_token:
        _destroy_all(files)  # left over from a move into the token that was cut off
    return vault


def _empty(masters: MasterKeys) -> MasterKeys:
    if masters.generations():
        raise VaultError(
            "there is a master key already where the new one is to lie: another centre's, or left "
            "over from a move that was cut off; see to it, and repeat"
        )
    return masters


def _destroy_all(masters: MasterKeys) -> None:
    for generation in masters.generations():
        masters.destroy(generation)
