"""Open text files that may be gzip, and say what is wrong with those that cannot be read."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO

from kerne.errors import InputFileError

GZIP_MAGIC = b"\x1f\x8b"
LINES_A_REPORT = 20_000
"""A long file's progress is reported as often."""


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """Open a UTF-8 text file, plain or gzip, told apart by its first bytes.

    Raises
    ------
    InputFileError
        There is no such file, it is damaged or ends too early, or it is not text.
    """
    try:
        with path.open("rb") as file:
            is_gzip = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        opener = gzip.open if is_gzip else open
        with opener(path, "rt", encoding="utf-8") as text:
            yield text
    except FileNotFoundError as error:
        raise InputFileError(path, "no such file") from error
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise InputFileError(path, f"cannot be read as text, plain or gzip: {error}") from error


def bytes_read(file: TextIO) -> int:
    """Say how far a file that `open_text` opened is read, in bytes as they lie on the disk."""
    # A gzip file's own place counts unpacked bytes.
    raw: IO[bytes] = getattr(file.buffer, "fileobj", file.buffer)
    return raw.tell()
