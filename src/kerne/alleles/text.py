"""Read a small text file whole, and say in words why one cannot be read."""

from pathlib import Path

from kerne.errors import InputFileError, reason_of


def read_text(path: Path) -> str:
    """Read a UTF-8 file, with or without a byte-order mark.

    Raises
    ------
    InputFileError
        There is no such file, it may not be read, or it is not text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputFileError(path, "no such file") from error
    except OSError as error:
        raise InputFileError(path, f"cannot be read: {reason_of(error)}") from error
    except UnicodeDecodeError as error:
        raise InputFileError(path, "not text, expected UTF-8") from error
