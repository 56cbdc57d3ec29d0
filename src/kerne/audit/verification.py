"""Read the whole audit and find whatever is not as it was written.

Every leaf is hashed anew and the tree rebuilt from the leaves; each stored node, look-up column,
personal part, population and checkpoint must agree with them. What the file alone cannot show is
an end cut off, or everything computed anew by someone who can write it: against that stand the
checkpoints, above all those that a witness holds outside.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Error as SqliteError

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Engine, RowMapping, select
from sqlalchemy.exc import SQLAlchemyError

from kerne.audit.checkpoint import Checkpoint
from kerne.audit.entry import MergerEntry
from kerne.audit.rereading import Rereading
from kerne.audit.tables import CHECKPOINT
from kerne.database.engine import reading
from kerne.errors import AuditError

_MOST_PROBLEMS = 20
_UNREADABLE = (SQLAlchemyError, SqliteError, AuditError, TypeError, ValueError)
"""What reading a file can end in that somebody has made up."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a reading of the whole audit found.

    Parameters
    ----------
    size, root
        Of the tree that the entries make.
    checkpoints
        How many checkpoints were compared with it.
    open_asks
        How many permitted asks have no outcome yet.
    waiting
        How many entries of the second log have not been merged yet.
    problems
        What is not as it was written, in words; none when everything is.
    """

    size: int
    root: bytes
    checkpoints: int
    open_asks: int
    waiting: int
    problems: tuple[str, ...]

    @property
    def is_intact(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def verify(
    engine: Engine,
    key: Ed25519PublicKey,
    held: Iterable[Checkpoint] = (),
    second: Engine | None = None,
) -> Verification:
    """Read the whole audit of `engine` and say what is not as it was written.

    Parameters
    ----------
    engine
        Of the audit's file.
    key
        Of the centre that signed the checkpoints.
    held
        Checkpoints that witnesses hold; those in the file are compared as well.
    second
        Of the file of the second log, when there is one.
    """
    checkpoints = list(held)
    problems: list[str] = []
    try:
        with reading(engine).connect() as connection:
            checkpoints += _stored_checkpoints(connection)
    except _UNREADABLE as error:
        problems.append(f"the checkpoints cannot be read: {error}")
    main = Rereading({checkpoint.size for checkpoint in checkpoints}, is_second=False)
    _read(main, engine)
    for checkpoint in checkpoints:
        main.compare(checkpoint, key)
    waiting = 0
    if second is not None:
        waiting, found = _second(second, main.mergers)
        problems += found
    return Verification(
        size=main.size,
        root=main.root(),
        checkpoints=len(checkpoints),
        open_asks=len(main.open_asks),
        waiting=waiting,
        problems=tuple([*problems, *main.problems][:_MOST_PROBLEMS]),
    )


def _read(again: Rereading, engine: Engine) -> None:
    try:
        with reading(engine).connect() as connection:
            again.read(connection)
    except _UNREADABLE as error:
        again.problems.append(f"the file cannot be read to its end: {error}")


def _second(engine: Engine, mergers: dict[str, MergerEntry]) -> tuple[int, list[str]]:
    """Return how many entries of the second log wait, and what is wrong with it."""
    sizes = {merger.size for merger in mergers.values()}
    again = Rereading({1, *sizes}, is_second=True, merged=max(sizes, default=0))
    _read(again, engine)
    problems = [f"the second log: {problem}" for problem in again.problems]
    if not mergers:
        return again.size, problems
    newest = max(mergers.values(), key=lambda merger: merger.number)
    first, merged = again.root_at(1), again.root_at(newest.size)
    if first is None or first.hex() != newest.log:
        problems.append("the second log is not the one that was merged last")
    elif merged is None or merged.hex() != newest.root:
        problems.append("the second log does not begin with what was merged of it")
    return again.size - newest.size, problems


def _stored_checkpoints(connection: Connection) -> Sequence[Checkpoint]:
    rows = connection.execute(select(CHECKPOINT).order_by(CHECKPOINT.c.size)).mappings()
    return [_checkpoint(row) for row in rows]


def _checkpoint(row: RowMapping) -> Checkpoint:
    try:
        at = datetime.fromisoformat(row["at"])
    except ValueError as error:
        raise AuditError(f"the time of the checkpoint of `{row['size']}` is not a time") from error
    if at.isoformat() != row["at"]:
        # What was signed is the time as it is written: another way to write it is a change.
        raise AuditError(f"the time of the checkpoint of `{row['size']}` is not as it was written")
    return Checkpoint(row["size"], row["root"], at, row["signature"])
