"""What is worked out from releases and kept for the next start: made again whenever it is lost.

It lies in the user's cache, not in a centre: it is large, it holds nothing that the releases do not
hold, and all centres on a machine share it. A built file is named after everything that it was made
from, so that it can never answer for something else; it appears whole or not at all; each row has
a checksum that is compared when the row is first read. Of a kind the newest few are kept.
"""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.errors import KnowledgeError

NAME_DIGITS: Final = 20
KEPT: Final = 3
Fill = Callable[[NDArray[np.int16]], None]


class BuiltRows:
    """(rows, columns) numbers, read a row at a time.

    Parameters
    ----------
    rows
        Memory-mapped.
    checksums
        (rows,) CRC-32 of each row.
    """

    def __init__(self, path: Path, rows: NDArray[np.int16], checksums: NDArray[np.uint32]) -> None:
        self._path, self._rows, self._checksums = path, rows, checksums
        self._sound = np.zeros(len(rows), dtype=np.bool_)

    def __getitem__(self, row: int) -> NDArray[np.int16]:
        """Give one row.

        Raises
        ------
        KnowledgeError
            It is not what was written.
        """
        found: NDArray[np.int16] = self._rows[row]
        if not self._sound[row]:
            if zlib.crc32(found.tobytes()) != self._checksums[row]:
                raise KnowledgeError(f"`{self._path}` is damaged: remove it, it is made again")
            self._sound[row] = True
        return found


def digest_of(parts: Iterable[str]) -> str:
    """Name a set of inputs and constants by a digest of their words."""
    whole = hashlib.sha256("\n".join(parts).encode())
    return whole.hexdigest()[:NAME_DIGITS]


def cache_directory() -> Path:
    """Give the place of what can be made again (`XDG_CACHE_HOME`, as freedesktop.org has it)."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(chosen) if chosen else Path.home() / ".cache") / "kerne"


def open_built(kind: str, digest: str, shape: tuple[int, int], fill: Fill) -> BuiltRows:
    """Open the rows of a kind and digest; `fill` works them out if they are not there.

    Where the cache cannot be written to they are worked out in memory.

    Raises
    ------
    KnowledgeError
        The file is damaged.
    """
    path = cache_directory() / f"{kind}-{digest}.npy"
    found = _mapped(path, shape)
    if found is None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            found = _write(path, shape, fill)
        except OSError:
            rows = np.empty(shape, dtype=np.int16)
            fill(rows)
            return BuiltRows(path, rows, _checksums(rows))
        _forget_old(path.parent, kind)
    return found


def _mapped(path: Path, shape: tuple[int, int]) -> BuiltRows | None:
    """Map a built file; `None` when it is not there, or is not of the shape that it should be."""
    try:
        rows: NDArray[np.int16] = np.load(path, mmap_mode="r", allow_pickle=False)
        sums: NDArray[np.uint32] = np.load(_beside(path), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    is_fit = rows.shape == shape and rows.dtype == np.int16 and sums.shape == shape[:1]
    return BuiltRows(path, rows, sums) if is_fit else None


def _write(path: Path, shape: tuple[int, int], fill: Fill) -> BuiltRows:
    with tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent) as name:
        partial = Path(name) / path.name
        rows = np.lib.format.open_memmap(partial, mode="w+", dtype=np.int16, shape=shape)
        fill(rows)
        rows.flush()
        sums = _checksums(rows)
        np.save(_beside(partial), sums)
        # INVARIANT: rows are never there without their checksums.
        _beside(partial).replace(_beside(path))
        partial.replace(path)
    return BuiltRows(path, rows, sums)


def _checksums(rows: NDArray[np.int16]) -> NDArray[np.uint32]:
    return np.array([zlib.crc32(row.tobytes()) for row in rows], dtype=np.uint32)


def _beside(path: Path) -> Path:
    return path.with_suffix(".crc.npy")


def _forget_old(directory: Path, kind: str) -> None:
    built = [path for path in directory.glob(f"{kind}-*.npy") if path.suffixes != [".crc", ".npy"]]
    newest = sorted(built, key=_made_at, reverse=True)
    for path in newest[KEPT:]:
        path.unlink(missing_ok=True)
        _beside(path).unlink(missing_ok=True)


def _made_at(path: Path) -> float:
    """Return when a file was written; long ago where another process has just forgotten it."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
