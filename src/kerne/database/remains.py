"""Find what must not stand in clear in the files of a centre: every byte is looked at.

A secret is looked for as text in UTF-8 and UTF-16, as JSON, HTML and URLs write it, in hexadecimal
and in base 64 at each of its three alignments, whatever the case of its letters. A long text is
looked for in pieces, so that a piece of it is found too, and so is one that SQLite cut at the end
of a page. Beside the raw bytes (tables, free pages, logs) the cells of each SQLite file are read,
and files compressed by gzip are read as what they hold.

Text under another compression (Parquet, images) is not found.
"""

import base64
import gzip
import html
import json
import sqlite3
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

CHUNK_BYTES: Final = 1 << 22
PIECE_CHARACTERS: Final = 48
PIECES: Final = 24
"""Of a long text so many pieces are looked for, spread over it."""

_SQLITE: Final = b"SQLite format 3\0"
_GZIP: Final = b"\x1f\x8b"
_SHORTEST_BYTES: Final = 4
"""Fewer bytes stand everywhere by chance."""

_START_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Remain:
    """Something that was found: which secret, how it is written, where."""

    path: Path
    secret: str
    written_as: str
    where: str


@dataclass(frozen=True, slots=True)
class _Needle:
    secret: str
    written_as: str
    lowered: bytes


class _Needles:
    """All that is looked for at once: the time it takes does not grow with how much that is."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._short: list[_Needle] = []
        self._by_start: dict[int, list[_Needle]] = {}
        self.longest_bytes = 1
        for needle in _needles(secrets):
            self.longest_bytes = max(self.longest_bytes, len(needle.lowered))
            if len(needle.lowered) < _START_BYTES:
                self._short.append(needle)
            else:
                start = int.from_bytes(needle.lowered[:_START_BYTES], "little")
                self._by_start.setdefault(start, []).append(needle)
        self._starts = np.array(sorted(self._by_start), dtype=np.uint64)

    def found_in(self, lowered: bytes) -> Iterator[tuple[_Needle, int]]:
        """Yield what stands in a text without capitals, and where (0-based)."""
        for needle in self._short:
            if (at := lowered.find(needle.lowered)) >= 0:
                yield needle, at
        if len(lowered) < _START_BYTES:
            return
        windows = _windows(np.frombuffer(lowered, dtype=np.uint8))
        for at in np.flatnonzero(np.isin(windows, self._starts)).tolist():
            for needle in self._by_start[int(windows[at])]:
                if lowered.startswith(needle.lowered, at):
                    yield needle, at


def _windows(text: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return the eight bytes from each position on, as one number each."""
    length = len(text) - _START_BYTES + 1
    windows = np.zeros(length, dtype=np.uint64)
    for shift in range(_START_BYTES):
        windows |= text[shift : shift + length].astype(np.uint64) << np.uint64(8 * shift)
    return windows


def find_remains(
    directory: Path, secrets: Mapping[str, str], leave_out: Collection[str] = ()
) -> list[Remain]:
    """Return where any of `secrets` stands in the files under `directory`.

    Parameters
    ----------
    secrets
        What each is (its name in the answer) and its text. Texts of fewer than four bytes are
        looked for in no writing that is so short.
    leave_out
        Files and directories directly under `directory` that are not looked at.

    Returns
    -------
    One answer a file, secret, writing and kind of place (bytes or a cell). The answers name the
    secrets and do not hold them.
    """
    needles = _Needles(secrets)
    found: dict[tuple[Path, str, str, str], Remain] = {}
    for path in sorted(directory.rglob("*")):
        if path.is_file() and path.relative_to(directory).parts[0] not in leave_out:
            for remain in _in_file(path, needles):
                kind = remain.where.partition(" ")[0]
                found.setdefault((path, remain.secret, remain.written_as, kind), remain)
    return list(found.values())


def writings(text: str) -> Iterator[tuple[str, bytes]]:
    """Yield every way in which `text` is looked for, with its name."""
    yield "UTF-8", text.encode()
    yield "UTF-16", text.encode("utf-16-le")  # big-endian is the same, one byte further
    yield "UTF-16", text.encode("utf-16-be")
    yield "Latin-1", text.encode("latin-1", errors="ignore")
    yield "JSON", json.dumps(text)[1:-1].encode()
    yield "HTML", html.escape(text).encode()
    yield "URL", quote(text).encode()
    yield "reversed", text[::-1].encode()
    for name, content in (("UTF-8", text.encode()), ("UTF-16", text.encode("utf-16-le"))):
        yield f"hexadecimal {name}", content.hex().encode()
        for form in (base64.b64encode, base64.urlsafe_b64encode):
            for shift in range(3):
                yield (
                    f"base 64 {name}",
                    _inside(form(bytes(shift) + content + bytes(3)), shift, content),
                )


def _inside(encoded: bytes, shift: int, content: bytes) -> bytes:
    """Return the characters of base 64 that depend on `content` alone."""
    first = -(-shift * 8 // 6)
    past = (shift + len(content)) * 8 // 6
    return encoded[first:past]


def _needles(secrets: Mapping[str, str]) -> Iterator[_Needle]:
    for secret, text in secrets.items():
        seen = set()
        for piece in _pieces_of(text):
            for cased in (piece, piece.lower(), piece.upper()):
                for written_as, content in writings(cased):
                    lowered = content.lower()
                    if len(lowered) >= _SHORTEST_BYTES and lowered not in seen:
                        seen.add(lowered)
                        yield _Needle(secret, written_as, lowered)


def _pieces_of(text: str) -> Iterator[str]:
    if len(text) <= PIECE_CHARACTERS:
        yield text
        return
    last = len(text) - PIECE_CHARACTERS
    step = max(1, last // (PIECES - 1))
    for start in [*range(0, last, step), last]:
        yield text[start : start + PIECE_CHARACTERS]


def _in_file(path: Path, needles: _Needles) -> Iterator[Remain]:
    with path.open("rb") as file:
        start = file.read(len(_SQLITE))
        file.seek(0)
        yield from _in_stream(path, file, needles, "byte")
    if start.startswith(_GZIP):
        yield from _in_gzip(path, needles)
    if start == _SQLITE:
        yield from _in_cells(path, needles)


def _in_stream(path: Path, file: BinaryIO, needles: _Needles, unit: str) -> Iterator[Remain]:
    overlap = needles.longest_bytes - 1
    kept, position = b"", 0
    while chunk := file.read(CHUNK_BYTES):
        text = kept + chunk.lower()
        for needle, at in needles.found_in(text):
            where = f"{unit} {position - len(kept) + at}"
            yield Remain(path, needle.secret, needle.written_as, where)
        position += len(chunk)
        kept = text[-overlap:] if overlap else b""


def _in_gzip(path: Path, needles: _Needles) -> Iterator[Remain]:
    try:
        with gzip.open(path) as content:
            yield from _in_stream(path, content, needles, "unpacked-byte")  # type: ignore[arg-type]  # a GzipFile reads as a file does
    except (OSError, EOFError, zlib.error):
        return  # no gzip after all, or cut: its bytes were looked at


def _in_cells(path: Path, needles: _Needles) -> Iterator[Remain]:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608  its own name
            names = [column[0] for column in rows.description]
            for row in rows:
                for name, cell in zip(names, row, strict=True):
                    text = cell if isinstance(cell, bytes) else str(cell).encode()
                    yield from _in_cell(path, f"cell {table}.{name}", text.lower(), needles)
    finally:
        connection.close()


def _in_cell(path: Path, where: str, text: bytes, needles: _Needles) -> Iterator[Remain]:
    for needle, _ in needles.found_in(text):
        yield Remain(path, needle.secret, needle.written_as, where)
