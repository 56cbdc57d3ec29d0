"""The national opt-out register as a file: read line by line, and compared with the choices here.

The file is a table, comma-, semicolon- or tab-separated, with a header line that names `person`,
`date`, `choice` and, if wanted, `level`. `person` is a CPR number or a person number, `date` the
day (`YYYY-MM-DD`) on which the register took the choice in, `choice` is `limited` or `lifted`.
Without a level a line is about the whole genome (own treatment and nothing else); with one, about
research at that level. A person stands in the file once for each of these.

No CPR number leaves this module but in `RegisterLine`, which does not show it.
"""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

from kerne.consent.choices import Profile, profile_after
from kerne.consent.events import (
    Capacity,
    ConsentEvent,
    LimitedToOwnTreatment,
    LimitLifted,
    ResearchLevel,
    ResearchUseAllowed,
    ResearchUseRefused,
)
from kerne.errors import InputFileError, PersonError, reason_of
from kerne.people.cpr import check_cpr
from kerne.people.person import is_number

REGISTER: Final = "national opt-out register"
_COLUMNS: Final = ("person", "date", "choice")
_SEPARATORS: Final = ("\t", ";", ",")


class RegisterChoice(StrEnum):
    """What the register says of a person."""

    LIMITED = "limited"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One line of the file.

    Parameters
    ----------
    line
        1-based number in the file, the header being 1.
    name
        CPR number, ten digits, or person number; left out of `repr`.
    on
        The day on which the register took the choice in.
    choice
        What it says.
    level
        The research that it is about; `None` for everything but own treatment.
    """

    line: int
    name: str = field(repr=False)
    on: date
    choice: RegisterChoice
    level: ResearchLevel | None


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A file of the register that holds what it should; `digest` is its SHA-256, hexadecimal."""

    path: Path
    digest: str
    lines: tuple[RegisterLine, ...]


class Effect(StrEnum):
    """What taking a line over does here."""

    LIMITED = "newly limited"
    LIFTED = "lifted"
    UNCHANGED = "unchanged"
    KEPT = "kept: a newer choice made here is stricter"
    UNKNOWN = "not registered here"


def read_register(path: Path, today: date) -> RegisterFile:
    """Read and check every line of the register's file at `path`.

    Raises
    ------
    InputFileError
        The file cannot be read, or a line does not hold what was expected. What stood there is
        not repeated: it may be a CPR number.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise InputFileError(path, reason_of(error)) from error
    except UnicodeDecodeError as error:
        raise InputFileError(path, "is not UTF-8 text") from error
    lines = tuple(_lines(path, text, today))
    return RegisterFile(path, hashlib.sha256(content).hexdigest(), lines)


def _lines(path: Path, text: str, today: date) -> Iterator[RegisterLine]:
    head = text.partition("\n")[0]
    separator = next((each for each in _SEPARATORS if each in head), ",")
    rows = csv.reader(text.splitlines(), delimiter=separator)
    try:
        yield from _checked(path, rows, today)
    except csv.Error as error:
        raise InputFileError(path, "is not a table of short cells", rows.line_num) from error


def _checked(path: Path, rows: Iterator[list[str]], today: date) -> Iterator[RegisterLine]:
    names = [name.strip().lower() for name in next(rows, [])]
    if tuple(names) not in {_COLUMNS, (*_COLUMNS, "level")}:
        raise InputFileError(path, "expected the header `person`, `date`, `choice`, `level`", 1)
    seen: dict[tuple[str, ResearchLevel | None], int] = {}
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(names):
            raise InputFileError(path, f"`{len(row)}` columns, expected `{len(names)}`", number)
        cells = dict(zip(names, (cell.strip() for cell in row), strict=True))
        line = _line(path, number, cells, today)
        first = seen.setdefault((line.name, line.level), number)
        if first != number:
            problem = f"the person of line `{first}` again, expected each person once for a level"
            raise InputFileError(path, problem, number)
        yield line


def _line(path: Path, number: int, cells: Mapping[str, str], today: date) -> RegisterLine:
    try:
        on = date.fromisoformat(cells["date"])
    except ValueError:
        raise InputFileError(path, "expected a date as in `2026-03-01`", number) from None
    if on > today:
        raise InputFileError(path, f"the date `{on}` is still to come", number)
    if cells["choice"] not in set(RegisterChoice):
        raise InputFileError(path, "expected the choice `limited` or `lifted`", number)
    level = cells.get("level") or None
    if level is not None and level not in set(ResearchLevel):
        known = ", ".join(f"`{each}`" for each in ResearchLevel)
        raise InputFileError(path, f"expected no level or one of {known}", number)
    return RegisterLine(
        number,
        _name(path, number, cells["person"]),
        on,
        RegisterChoice(cells["choice"]),
        None if level is None else ResearchLevel(level),
    )


def _name(path: Path, number: int, text: str) -> str:
    if is_number(text):
        return text
    try:
        return check_cpr(text)
    except PersonError:
        problem = "expected a CPR number or a person number in the column `person`"
        raise InputFileError(path, problem, number) from None


def event_of(
    line: RegisterLine, person: str, *, by: str, digest: str, capacity: Capacity
) -> ConsentEvent:
    """Return the choice that `line` is, with register, file and date as its document."""
    document, version = f"{REGISTER}, file {digest}", line.on.isoformat()
    if line.level is None:
        kind = LimitedToOwnTreatment if line.choice is RegisterChoice.LIMITED else LimitLifted
        return kind(person, by, document, version, capacity)
    research = ResearchUseRefused if line.choice is RegisterChoice.LIMITED else ResearchUseAllowed
    return research(person, line.level, by, document, version, capacity)


def effect_of(event: ConsentEvent, line: RegisterLine, before: Profile, own: date | None) -> Effect:
    """Say what taking `event`, the choice of `line`, over does to who has the profile `before`.

    Parameters
    ----------
    own
        The day of the newest stricter choice about the same that stands here; `None` without one.
        A choice of the same day counts as newer: the stricter one holds.
    """
    if profile_after(before, event) == before:
        return Effect.UNCHANGED
    if line.choice is RegisterChoice.LIMITED:
        return Effect.LIMITED
    return Effect.KEPT if own is not None and own >= line.on else Effect.LIFTED


def day_of(event: ConsentEvent, recorded: date) -> date:
    """Return the day of a choice: the register's own day when it was taken over from there."""
    if not (event.document or "").startswith(f"{REGISTER}, file "):
        return recorded
    try:
        return date.fromisoformat(event.document_version or "")
    except ValueError:
        return recorded  # another document that happens to be called so


def state_digest(file: RegisterFile, found: Iterable[tuple[int, str, int]]) -> str:
    """Return a digest over the file and what was found here for it, hexadecimal.

    Parameters
    ----------
    found
        Line, person number and version of the person's choices, in order of the lines; lines of
        unknown people are left out.
    """
    digest = hashlib.sha256(file.digest.encode())
    for line, person, version in found:
        digest.update(f"\n{line} {person} {version}".encode())
    return digest.hexdigest()
