"""The folder of a store's segments: open one, begin a new one, drop one.

A new segment has its key before its first byte, and is debris until the manifest names it.
"""

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from kerne.durable import sync_file
from kerne.errors import DamagedStoreError, VaultError
from kerne.genomes.disk.folders import Folder, LocalFolder, remove_unless_held
from kerne.genomes.disk.manifest import SEGMENTS, SegmentEntry
from kerne.genomes.disk.sealed_files import Bytes, Seal, SegmentReader, SegmentWriter
from kerne.genomes.disk.segment_keys import SegmentKeys
from kerne.genomes.segments.rows import SHARD_BITS, RowTable, pack_rows
from kerne.genomes.segments.segment import (
    INDEX_FILE,
    ROWS_FILE,
    HotBlobs,
    PartitionEntry,
    PartitionReader,
    Segment,
    Source,
    pack_index,
)

T = TypeVar("T")


class SegmentFolder:
    """The segments of the store in the directory `store`.

    Parameters
    ----------
    identifier
        The store's own, under which its segments are sealed.
    hot
        Keeps what is decoded.
    number
        Gives the next number of a segment; none is given twice.
    """

    def __init__(self, store: Path, identifier: str, keys: SegmentKeys, hot: HotBlobs) -> None:
        self.place = store / SEGMENTS
        self._identifier = identifier
        self._keys = keys
        self._hot = hot
        self._folder: Folder = LocalFolder(self.place)
        self._numbers: Callable[[], int] | None = None
        self._begun: set[str] = set()

    def numbered_by(self, numbers: Callable[[], int] | None) -> None:
        """Take the numbers of new segments from here, as long as one writes; then from nowhere."""
        self._numbers = numbers
        self._begun = set()

    def open(self, name: str) -> Segment:
        """Return a segment.

        Raises
        ------
        DamagedStoreError
            Its key is gone.
        FileNotFoundError
            It is not there, when it is first read.
        """
        try:
            seal = self._seal(name, self._keys.key(name))
        except VaultError as error:
            raise DamagedStoreError(f"segment `{name}` cannot be opened: {error}") from error
        blobs = SegmentReader(self._folder.below(name), seal)
        return Segment(Source(name, blobs, self._hot))

    def resumed(self, name: str) -> "MergedSegment":
        """Go on with a segment that was begun."""
        seal = self._seal(name, self._keys.key(name))
        writer = SegmentWriter(self.place / name, seal, is_resumed=True)
        return MergedSegment(self, name, writer)

    def new(self) -> "NewSegment":
        """Begin a segment under the next number."""
        if self._numbers is None:
            raise AssertionError("only a writer of the store begins a segment")
        return self.begin(f"{self._numbers():06}")

    def begin(self, name: str) -> "NewSegment":
        """Begin the segment `name`, with a new key."""
        place = self.place / name
        if place.exists():
            shutil.rmtree(place)
        self._begun.add(name)
        # A key before the first byte, durably: what is sealed can be opened.
        return NewSegment(self, name, SegmentWriter(place, self._seal(name, self._keys.new(name))))

    def drop(self, name: str) -> None:
        """Remove the files of a segment, as soon as nobody reads them."""
        self._hot.discard(lambda key: key[0] == name)
        remove_unless_held(self.place / name)

    def forget(self, named: Collection[str]) -> None:
        """Let go of what was decoded of segments that are not `named`."""
        self._hot.discard(lambda key: key[0] not in named)

    def keep(self, named: Collection[str]) -> None:
        """Drop whatever else there is: what was replaced, or never finished."""
        for place in self.place.iterdir():
            if place.name in self._begun - set(named):
                shutil.rmtree(place)  # nobody but its writer has known of it
            elif place.name not in named:
                remove_unless_held(place)

    def destroy_keys(self, named: Collection[str], below: int) -> None:
        """Destroy the keys of all numbers smaller than `below` that are not `named`."""
        self._keys.keep_only(named, below)

    def entry(self, segment: Segment) -> SegmentEntry:
        """Return what the manifest says of a segment."""
        place = self.place / segment.name
        files = {each.name: _digest(each) for each in sorted(place.iterdir())}
        partitions = [reader.entry for reader in segment.partitions]
        return SegmentEntry(
            segment.name,
            int(segment.rows.ids[0]) >> SHARD_BITS,
            len(segment.rows),
            sum(each.sites for each in partitions),
            sum(each.calls for each in partitions),
            files,
        )

    def _seal(self, name: str, key: bytes) -> Seal:
        return Seal(self._identifier, name, key)


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment that is being written; a context manager, for the files that are open."""

    folder: SegmentFolder
    name: str
    writer: SegmentWriter

    def __enter__(self) -> Self:
        self.writer.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.writer.__exit__(kind, error, trace)

    def put(self, file: str, blob: bytes) -> None:
        """Write a partition."""
        self.writer.put(file, blob)

    def append(self, file: str, blob: Bytes) -> None:
        """Add a blob at the end of a file."""
        self.writer.append(file, blob)

    def written(self, _contig: int, _start: int, _end: int) -> PartitionEntry | None:
        """Return nothing: it was begun a moment ago."""
        return None

    def finish(self, rows: RowTable, partitions: Sequence[PartitionEntry]) -> Segment:
        """Write who is in it and what there is, wait for the disk, and return it as a reader."""
        self.writer.put(ROWS_FILE, pack_rows(rows))
        self.writer.put(INDEX_FILE, pack_index(list(partitions)))
        self.writer.finish()
        return self.folder.open(self.name)


class MergedSegment:
    """A segment that a compaction writes, and may go on writing after it was cut off."""

    def __init__(self, folder: SegmentFolder, name: str, writer: SegmentWriter) -> None:
        self._folder = folder
        self._segment = folder.open(name)
        self._writer = writer
        self.rows = self._found(lambda: self._segment.rows)

    def keep_rows(self, rows: RowTable) -> None:
        """Write who will be in it, unless that is there already."""
        if self.rows is None:
            self._writer.put(ROWS_FILE, pack_rows(rows))
            self._writer.flush()
            self.rows = rows

    def put(self, file: str, blob: bytes) -> None:
        """Write a partition."""
        self._writer.put(file, blob)

    def append(self, file: str, blob: Bytes) -> None:
        """Add a blob at the end of a file."""
        self._writer.append(file, blob)

    def written(self, contig: int, start: int, end: int) -> PartitionEntry | None:
        """Return a partition that is there and whole."""
        wanted = PartitionEntry(contig, start, end, 0, 0)
        directory = self._found(lambda: PartitionReader(wanted, self._segment.source, 0).directory)
        if directory is None or directory.end != end:
            return None
        if self._found(lambda: self._segment.source.blobs.damaged_blocks(wanted.file)) != []:
            return None
        return PartitionEntry(contig, start, end, directory.sites, directory.calls)

    def finish(self, partitions: Sequence[PartitionEntry]) -> None:
        """Write what there is, and wait for the disk."""
        self._writer.put(INDEX_FILE, pack_index(list(partitions)))
        self._writer.finish()
        for each in partitions:
            sync_file(self._folder.place / self._segment.name / each.file)

    def _found(self, read: Callable[[], T]) -> T | None:
        """Read what is there from before; what is not there or not whole is written again."""
        try:
            return read()
        except (FileNotFoundError, DamagedStoreError):
            return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
