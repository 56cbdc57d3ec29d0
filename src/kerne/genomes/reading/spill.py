"""What a file gives more of than memory is to hold: it waits on the disk, sealed.

It lies in a temporary file without a name, under a key that is never written, so that nothing of
it can be read by anybody else or after the process has ended, however it ends. A little waits in
memory alone.
"""

import os
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

import pyarrow as pa

from kerne.sealing.container import BlockReader, BlockWriter, Label, Seekable

HELD_BYTES: Final = 1 << 24
"""So much waits in memory before it goes to the disk."""
_KEY_BYTES: Final = 32
_LABEL: Final = Label("nobody", "spill")


@dataclass(frozen=True, slots=True)
class Spilled:
    """Where a piece lies, in bytes as it is stored (0-based), and how long it was before."""

    offset: int
    stored_bytes: int
    length_bytes: int


class Spill:
    """Takes pieces one after the other, then gives them back in any order.

    For one thread; to be closed. A full disk raises `OSError`.
    """

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(HELD_BYTES)  # noqa: SIM115 - closed with the spill
        self._key = os.urandom(_KEY_BYTES)
        self._writer = BlockWriter(cast("BinaryIO", self._file), self._key, _LABEL)
        self._reader: BlockReader | None = None
        self._codec = pa.Codec("zstd", 1)
        self._length = 0

    def put(self, piece: bytes) -> Spilled:
        """Take a piece; only before the first is read."""
        if self._reader is not None:
            raise AssertionError("a spill that is read takes nothing more")
        stored = cast("bytes", self._codec.compress(piece, asbytes=True))
        place = Spilled(self._length, len(stored), len(piece))
        self._writer.write(stored)
        self._length += len(stored)
        return place

    def read(self, place: Spilled) -> bytes:
        """Give a piece back.

        Raises
        ------
        VaultError
            The disk gives back something else.
        """
        if self._reader is None:
            self._writer.close()
            self._reader = BlockReader(Seekable(cast("BinaryIO", self._file)), self._key, _LABEL)
        stored = self._reader.read(place.offset, place.stored_bytes)
        return bytes(self._codec.decompress(stored, place.length_bytes, asbytes=True))

    def close(self) -> None:
        """Let go of what waits."""
        self._file.close()
