"""What must survive a restore, kept apart from every backup: choices, removals, checkpoints.

A backup is of yesterday; a withdrawal of this morning is not in it. So each choice is written here
after it is committed and before it is acknowledged, and so are, before anything is taken out, each
erasure and each genome that is removed. A restore takes them in before the first answer.

The directory (the setting `replica`) belongs on another disk or machine than the centre and its
backups. `record.jsonl` holds a line of JSON an event, appended and forced to the disk; a last line
without its end was cut off and never acknowledged. `newest.checkpoint` is the newest signed
checkpoint of the audit: it shows when a restored audit is an older one. Only an erasure rewrites
the file: the erased person's choices go out of it.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Final

from kerne.database.history import EventLine
from kerne.durable import OWNER_ONLY, replace_durably, sync_directory
from kerne.errors import BackupError, reason_of

RECORD: Final = "record.jsonl"
NEWEST: Final = "newest.checkpoint"
_LOCK: Final = "lock"


class Kept(StrEnum):
    """What a line of the replica is about."""

    CHOICE = "choice"
    PROPOSAL = "proposal"
    """An event of an erasure that was carried out."""
    ERASED = "erased"
    REMOVED = "removed"
    """A genome that was taken out of the database."""


@dataclass(frozen=True, slots=True)
class RemovedGenome:
    """A genome that was taken out: its sample, and the row that it had."""

    sample: str
    row: int


@dataclass(frozen=True, slots=True)
class Replicated:
    """What a replica holds.

    Parameters
    ----------
    choices, proposals
        Events, in the order in which they were kept.
    erased
        Numbers of the persons that were erased.
    removed
        Genomes that were taken out, of who was not erased.
    """

    choices: tuple[EventLine, ...]
    proposals: tuple[EventLine, ...]
    erased: frozenset[str]
    removed: tuple[RemovedGenome, ...] = ()


class Replica:
    """The replica in `directory`, which must be there: an unmounted disk is no replica.

    Raises
    ------
    BackupError
        There is no such directory.
    """

    def __init__(self, directory: Path) -> None:
        if not directory.is_dir():
            raise BackupError(f"there is no replica directory `{directory}`: is its disk mounted?")
        self._directory = directory
        self._record = directory / RECORD

    def keep_choices(self, events: Sequence[EventLine]) -> None:
        """Keep choices durably.

        Raises
        ------
        BackupError
            They cannot be written.
        """
        self._append([{"kept": Kept.CHOICE, **asdict(event)} for event in events])

    def keep_erasure(self, person: str, proposal: Sequence[EventLine]) -> None:
        """Keep that `person` is erased, with the `proposal`, and forget what else is theirs.

        To do it again changes nothing.

        Raises
        ------
        BackupError
            It cannot be written.
        """
        kept: list[dict[str, Any]]  # Any: JSON
        kept = [{"kept": Kept.PROPOSAL, **asdict(event)} for event in proposal]
        kept.append({"kept": Kept.ERASED, "stream": person})
        with self._locked():
            lines = [line for line in self._lines() if not _names(line, person)]
            lines += [line for line in kept if line not in lines]
            replace_durably(self._record, _text(lines), OWNER_ONLY)

    def keep_removal(self, person: str, genome: RemovedGenome) -> None:
        """Keep that a genome of `person` is taken out of the database.

        Raises
        ------
        BackupError
            It cannot be written.
        """
        self._append([{"kept": Kept.REMOVED, "stream": person, **asdict(genome)}])

    def keep_checkpoint(self, text: str) -> None:
        """Keep the newest checkpoint of the audit in the place of the one before.

        Raises
        ------
        BackupError
            It cannot be written.
        """
        with self._locked():
            replace_durably(self._directory / NEWEST, text.encode(), OWNER_ONLY)

    def checkpoint(self) -> str | None:
        """Return the text of the newest checkpoint; `None` when none was kept."""
        path = self._directory / NEWEST
        return path.read_text(encoding="utf-8") if path.exists() else None

    def read(self) -> Replicated:
        """Return everything that was kept.

        Raises
        ------
        BackupError
            A line other than a last one that was cut off cannot be read.
        """
        with self._locked():
            lines = self._lines()
        return Replicated(
            choices=_events(lines, Kept.CHOICE),
            proposals=_events(lines, Kept.PROPOSAL),
            erased=frozenset(line["stream"] for line in lines if line["kept"] == Kept.ERASED),
            removed=tuple(
                RemovedGenome(line["sample"], line["row"])
                for line in lines
                if line["kept"] == Kept.REMOVED
            ),
        )

    def _append(self, lines: Sequence[dict[str, Any]]) -> None:  # Any: JSON
        with self._locked():
            is_new = not self._record.exists()
            descriptor = os.open(self._record, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
            with os.fdopen(descriptor, "r+b") as file:
                if not _ends_whole(file):
                    file.truncate(len(self._whole()))  # what was cut off was never acknowledged
                file.seek(0, os.SEEK_END)
                file.write(_text(lines))
                file.flush()
                os.fsync(file.fileno())
            if is_new:
                sync_directory(self._directory)

    def _whole(self) -> bytes:
        """Return the record up to the end of its last whole line."""
        content = self._record.read_bytes() if self._record.exists() else b""
        return content[: content.rfind(b"\n") + 1]

    def _lines(self) -> list[dict[str, Any]]:  # Any: JSON
        try:
            return [json.loads(line) for line in self._whole().splitlines()]
        except ValueError as error:
            raise BackupError(f"`{self._record}` is damaged: a line of it is not JSON") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with (self._directory / _LOCK).open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise BackupError(
                f"the replica `{self._directory}` cannot be written: {reason_of(error)}; what was "
                "changed stands, and is replicated at the next start"
            ) from error


Keep = Callable[[Sequence[EventLine]], None]
"""Keeps events durably."""


def _ends_whole(file: BinaryIO) -> bool:
    if file.seek(0, os.SEEK_END) == 0:
        return True
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _events(lines: Sequence[dict[str, Any]], kept: Kept) -> tuple[EventLine, ...]:  # Any: JSON
    return tuple(
        EventLine(**{name: value for name, value in line.items() if name != "kept"})
        for line in lines
        if line["kept"] == kept
    )


def _names(line: dict[str, Any], person: str) -> bool:  # Any: JSON
    """Say whether a line is about something of a person that an erasure takes out."""
    return line["kept"] in {Kept.CHOICE, Kept.REMOVED} and bool(line["stream"] == person)


def _text(lines: Sequence[dict[str, Any]]) -> bytes:  # Any: JSON
    return "".join(f"{json.dumps(line, sort_keys=True)}\n" for line in lines).encode()
