"""The files of a segment: sealed, written once, and read by ranges that were verified.

A file holds blobs one after the other. Each file is a document in authenticated blocks
(`sealing.container`) under the key of its segment, and opens as no other file, of no other segment
or store. Reading a blob opens the blocks that it lies in and no more. What does not open is
damaged: it is named, with its block, and never served.

A segment lies in a local folder, or in any file system that `fsspec` knows, for a cluster
(`genomes.disk.folders`).
"""

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from kerne.durable import sync_directory, sync_file
from kerne.errors import DamagedStoreError, VaultError, reason_of
from kerne.genomes.disk.folders import Folder
from kerne.sealing.container import BlockReader, BlockWriter, Label

Bytes = bytes | bytearray | memoryview


@dataclass(frozen=True, slots=True)
class Seal:
    """What the files of one segment are sealed with; `store` is the store's own identifier."""

    store: str
    segment: str
    key: bytes = field(repr=False)

    def label(self, file: str) -> Label:
        """Return what a file opens as."""
        return Label(self.store, f"{self.segment}/{file}")


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a blob lies in the content of its file, in bytes, 0-based."""

    offset: int
    length: int


@dataclass(slots=True)
class _Open:
    target: BinaryIO
    writer: BlockWriter
    length: int = 0


class SegmentWriter:
    """Write the files of a segment into the new directory `place`, blob by blob.

    Until `finish` has returned it is debris, whatever of it is on the disk: only then may the
    manifest name it. For one thread at a time.

    Parameters
    ----------
    is_resumed
        Go on in a directory that is there; a file that is written again replaces the old one.

    Raises
    ------
    FileExistsError
        There is something at `place`, and nothing is resumed: debris is removed before.
    """

    def __init__(self, place: Path, seal: Seal, *, is_resumed: bool = False) -> None:
        self._place = place
        self._seal = seal
        self._files: dict[str, _Open] = {}
        self._closed: dict[str, int] = {}
        self._mode = "wb" if is_resumed else "xb"
        place.mkdir(exist_ok=is_resumed)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in self._files.values():
            with suppress(OSError):  # what is not finished is debris, and `error` says why
                each.target.close()

    def append(self, file: str, blob: Bytes) -> Extent:
        """Add a blob at the end of a file, which is made by its first one."""
        held = self._files.get(file) or self._made(file)
        content = memoryview(blob).cast("B")
        held.writer.write(content)
        extent = Extent(held.length, len(content))
        held.length += len(content)
        return extent

    def put(self, file: str, blob: Bytes) -> None:
        """Write a file that holds one blob and is closed at once: a segment may have thousands."""
        self.append(file, blob)
        held = self._files.pop(file)
        held.writer.close()
        held.target.close()
        self._closed[file] = held.length

    def finish(self) -> dict[str, int]:
        """Wait until the disk has every file and name; return the bytes of content of each file.

        Nothing can be added after it.
        """
        for file, each in self._files.items():
            each.writer.close()
            each.target.close()
            self._closed[file] = each.length
        self._files = {}
        self.flush()
        return self._closed

    def flush(self) -> None:
        """Wait until the disk has every file that was closed, and the names."""
        for file in self._closed:
            sync_file(self._place / file)
        # INVARIANT: every file and its name is on the disk before the manifest names the segment.
        sync_directory(self._place)
        sync_directory(self._place.parent)

    def _made(self, file: str) -> _Open:
        target = cast("BinaryIO", (self._place / file).open(self._mode))
        made = _Open(target, BlockWriter(target, self._seal.key, self._seal.label(file)))
        self._files[file] = made
        return made


class SegmentReader:
    """Read the files of a segment, in as many threads as one likes.

    A file is opened when it is first read, and stays open until nobody holds the reader. As long
    the segment is not removed, even when it was replaced.

    Parameters
    ----------
    folder
        Where the segment lies.

    Raises
    ------
    FileNotFoundError
        It is not there any more: the caller knows whether the manifest has moved on.
    """

    def __init__(self, folder: Folder, seal: Seal) -> None:
        self.folder = folder
        self.seal = seal
        self._held = folder.held()
        self._files: dict[str, BlockReader] = {}
        self._opening = threading.Lock()

    def length(self, file: str) -> int:
        """Return how many bytes of content a file has; raises as `read`."""
        return self._file(file).manifest.length_bytes

    def read(self, file: str, extent: Extent) -> bytearray:
        """Return a blob.

        Raises
        ------
        DamagedStoreError
            The file is missing, it or a block of it was changed, cut or moved, the blob lies
            outside of it, or the disk cannot read it.
        """
        reader = self._file(file)
        try:
            blob = reader.read(extent.offset, extent.length)
        except (VaultError, OSError) as error:
            raise self._damage(file, error) from error
        if len(blob) != extent.length:
            raise self._damage(file, VaultError("it ends before the blob that is to be read"))
        return blob

    def damaged_blocks(self, file: str) -> list[int]:
        """Read a file whole and return the blocks that do not open; raises as `read`."""
        reader = self._file(file)
        try:
            return list(reader.damaged_blocks())
        except OSError as error:
            raise self._damage(file, error) from error

    def _file(self, file: str) -> BlockReader:
        with self._opening:
            if file not in self._files:
                self._files[file] = self._opened(file)
            return self._files[file]

    def _opened(self, file: str) -> BlockReader:
        try:
            return BlockReader(self.folder.open(file), self.seal.key, self.seal.label(file))
        except (VaultError, OSError) as error:
            raise self._damage(file, error) from error

    def _damage(self, file: str, error: VaultError | OSError) -> DamagedStoreError:
        why = reason_of(error) if isinstance(error, OSError) else str(error)
        if isinstance(error, FileNotFoundError):
            why = "it is missing"
        return DamagedStoreError(f"`{self.folder}/{file}` is damaged: {why}")
