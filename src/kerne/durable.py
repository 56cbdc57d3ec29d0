"""Files that are there whole or not at all, and are still there after the power was cut."""

import os
from pathlib import Path
from typing import Final

ANYBODY: Final = 0o666
OWNER_ONLY: Final = 0o600


def write_durably(path: Path, content: bytes, mode: int = ANYBODY) -> None:
    """Write a file anew and wait until the disk has its content; its name is not yet durable."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_durably(path: Path, content: bytes, mode: int = ANYBODY) -> None:
    """Put `content` in the place of the file: readers see the old one or the new one, whole.

    Of two processes that replace it at once, the last one's content stays.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.new")
    write_durably(partial, content, mode)
    partial.replace(path)
    sync_directory(path.parent)


def write_once(path: Path, content: bytes) -> None:
    """Write a file for its owner only, unless it is there: of two writers the first one's stays."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    partial.unlink(missing_ok=True)
    write_durably(partial, content, OWNER_ONLY)
    try:
        path.hardlink_to(partial)  # unlike a rename, a link replaces nothing
    except FileExistsError:
        return
    finally:
        partial.unlink()
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Wait until the disk has the names in a directory."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
