"""Arrays in one file, mapped into memory: they follow each other, and a description ends the file.

The description is JSON and names each array by where it begins, its type and its length. The last
bytes say where the description begins and that the file is whole.
"""

import json
import mmap
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from kerne.errors import KnowledgeError

MAGIC: Final = b"KerneVT1"
_TRAILER: Final = struct.Struct("<QQ8s")
"""Start and size of the description, and the mark."""

_ALIGNED_BYTES: Final = 64
_TYPES: Final = frozenset({"|u1", "<u2", "<u4", "<u8", "<i4", "<i8"})

AnyArray = NDArray[Any]  # Any: of every type that the description may name
Reference = tuple[int, str, int]
"""Where an array begins, its type, and how many values it has."""


class ArrayWriter:
    """Writes a new file; it is whole once `finish` was called.

    Use it as a context manager.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb")
        self._file.write(MAGIC)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, array: AnyArray) -> Reference:
        """Append an array of one dimension."""
        self._file.write(bytes(-self._file.tell() % _ALIGNED_BYTES))
        at = self._file.tell()
        whole = np.ascontiguousarray(array)
        little = whole.astype(whole.dtype.newbyteorder("<"), copy=False)
        self._file.write(little.data)
        return at, little.dtype.str, len(array)

    def finish(self, description: object) -> None:
        """Append the description, which JSON can hold, and see the file safely written."""
        at = self._file.tell()
        text = json.dumps(description, separators=(",", ":")).encode()
        self._file.write(text)
        self._file.write(_TRAILER.pack(at, len(text), MAGIC))
        self._file.flush()
        os.fsync(self._file.fileno())


@dataclass(frozen=True, slots=True, eq=False)
class ArrayFile:
    """An open file; its arrays are read when they are looked at, and may outlive it."""

    path: Path
    description: Any  # Any: JSON, checked by whoever wrote it
    _mapped: mmap.mmap

    def array(self, reference: Reference) -> AnyArray:
        """Give an array, (values,), that cannot be written to.

        Raises
        ------
        KnowledgeError
            The reference does not fit the file.
        """
        at, kind, count = reference
        if kind not in _TYPES or min(at, count) < 0:
            raise damaged(self.path)
        if at + count * np.dtype(kind).itemsize > len(self._mapped):
            raise damaged(self.path)
        if not count:
            return np.zeros(0, dtype=kind)
        return np.frombuffer(self._mapped, dtype=kind, count=count, offset=at)


def open_arrays(path: Path) -> ArrayFile:
    """Map a file into memory and read its description.

    Raises
    ------
    KnowledgeError
        There is no such file, or it is damaged.
    """
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        at, size, mark = _TRAILER.unpack(mapped[-_TRAILER.size :])
        if mark != MAGIC or mapped[: len(MAGIC)] != MAGIC:
            raise damaged(path)
        return ArrayFile(path, json.loads(mapped[at : at + size]), mapped)
    except FileNotFoundError as error:
        raise KnowledgeError(f"no table `{path}`") from error
    except (OSError, ValueError, struct.error) as error:
        raise damaged(path) from error


def damaged(path: Path) -> KnowledgeError:
    """Say that a file is not as it was written."""
    return KnowledgeError(f"table `{path}` is damaged: remove its release and add it again")
