"""Files that are there whole or not at all, and are still there after the power was cut.

A disk keeps what it was told to wait for: the content of a file, and, apart from it, the name in
its directory. What is made here bears a name of its own until it is whole, and is locked as long
as its maker lives: whoever sweeps later can tell what a dead one left from what is in the making.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

ANYBODY: Final = 0o666
OWNER_ONLY: Final = 0o600
ANYBODY_DIRECTORY: Final = 0o777
OWNER_ONLY_DIRECTORY: Final = 0o700
MAKING: Final = ".making"
"""Ending of what is not whole yet."""


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
    with _in_the_making(path, content, mode) as whole:
        whole.replace(path)
    sync_directory(path.parent)


def replace_by_copy(path: Path, source: Path) -> None:
    """Put a copy of the file `source`, with its mode, in the place of the file; as above."""
    with file_in_the_making(path, OWNER_ONLY) as place:
        shutil.copy(source, place)


@contextmanager
def file_in_the_making(path: Path, mode: int = ANYBODY) -> Iterator[Path]:
    """Give an empty file beside `path` to fill; at the end it is put in its place, durably.

    Whoever is cut off, or fails, leaves `path` as it was.
    """
    with _made_beside(path, mode) as (place, lock):
        yield place
        os.fsync(lock)
        place.replace(path)
    sync_directory(path.parent)


def write_once(path: Path, content: bytes) -> None:
    """Write a file for its owner only, unless it is there: of two writers the first one's stays."""
    with _in_the_making(path, content, OWNER_ONLY) as whole, suppress(FileExistsError):
        path.hardlink_to(whole)  # unlike a rename, a link replaces nothing
    sync_directory(path.parent)


def make_directory(path: Path, mode: int = ANYBODY_DIRECTORY) -> None:
    """Make a directory, with those above it, unless it is there; wait until the disk has it."""
    missing = [each for each in (path, *path.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=mode, exist_ok=True)
        sync_directory(each.parent)


@contextmanager
def directory_in_the_making(path: Path) -> Iterator[Path]:
    """Give an empty directory beside `path` to fill; what is left of it at the end is removed."""
    place, lock = _locked(path, lambda place: place.mkdir(OWNER_ONLY_DIRECTORY))
    with ExitStack() as end:
        end.callback(os.close, lock)
        end.callback(lambda: shutil.rmtree(place) if place.exists() else None)
        yield place


def locked_file(path: Path) -> int:
    """Make an empty file that is locked from the first moment of its name; return its descriptor.

    The lock ends with the process, however that ends. Neither file nor name is durable.
    """
    place, lock = _locked(path, lambda place: place.touch(OWNER_ONLY))
    place.rename(path)
    return lock


def sweep(directory: Path) -> None:
    """Remove what makers left in `directory` that died; what is in the making stays."""
    for left in directory.glob(f"*{MAKING}"):
        with suppress(FileNotFoundError):
            _remove_unless_locked(left)


def sync_file(path: Path) -> None:
    """Wait until the disk has the content of a file that was written and closed."""
    _sync(path)


def sync_directory(directory: Path) -> None:
    """Wait until the disk has the names in a directory."""
    _sync(directory)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_unless_locked(left: Path) -> None:
    descriptor = os.open(left, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()
    finally:
        os.close(descriptor)


@contextmanager
def _in_the_making(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """Give a whole and locked file beside `path` to name; its own name is removed at the end."""
    with _made_beside(path, mode) as (place, _):
        write_durably(place, content)
        yield place


@contextmanager
def _made_beside(path: Path, mode: int) -> Iterator[tuple[Path, int]]:
    """Give an empty file beside `path`, and the descriptor of its lock, until its name is gone."""
    place, lock = _locked(path, lambda place: place.touch(mode))
    with ExitStack() as end:
        # INVARIANT: the lock ends whatever fails, so that what is left can be swept.
        end.callback(os.close, lock)
        end.callback(place.unlink, missing_ok=True)
        yield place, lock


def _locked(path: Path, make: Callable[[Path], None]) -> tuple[Path, int]:
    """Make something in the making beside `path`; return its name and the descriptor of its lock.

    One that is swept between its first moment and its lock is made again.
    """
    while True:
        place = path.with_name(f".{path.name}.{uuid4().hex}{MAKING}")
        make(place)
        try:
            lock = os.open(place, os.O_RDONLY)
        except FileNotFoundError:
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock).st_nlink:
            return place, lock
        os.close(lock)
