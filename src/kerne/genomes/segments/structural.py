"""The structural records of a segment: one file, in which each row has a blob of its own.

    a blob for each row that has records: its lines of VCF; then the directory, the bytes of each
    row's blob, 0 for none; then the bytes of the directory (8)

The directory comes last, so that the file is written while it is being made. A compaction moves
blobs as they are. A segment of which no row has records has no such file.
"""

import struct
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.assembly import Assembly
from kerne.errors import DamagedStoreError
from kerne.genomes.disk.sealed_files import Bytes, Extent
from kerne.genomes.segments.blob import pack, unpack
from kerne.genomes.segments.rows import RowTable
from kerne.genomes.segments.segment import Blobs, Segment

STRUCTURAL_FILE: Final = "structural"
_LENGTH: Final = struct.Struct("<Q")


class Appender(Protocol):
    """Writes the files of a segment blob by blob."""

    def append(self, file: str, blob: Bytes) -> object:
        """Add a blob at the end of a file."""
        ...


class StructuralFile:
    """The structural records of a segment with `rows` rows.

    Raises
    ------
    DamagedStoreError
        From every method: the file is missing, or cannot be read.
    """

    def __init__(self, blobs: Blobs, rows: int) -> None:
        self._blobs = blobs
        self._rows = rows

    def blob(self, row: int) -> bytes:
        """Return the records of a row as they are stored; empty when it has none."""
        offset, end = self._edges[row : row + 2].tolist()
        return self._read(offset, end - offset)

    def lines(self, row: int) -> tuple[str, ...]:
        """Return the records of a row as lines of VCF, without their ends."""
        return lines_of(self.blob(row))

    @cached_property
    def _edges(self) -> NDArray[np.int64]:
        """Where the blob of each row begins, and where the last ends, (rows + 1,)."""
        end = self._blobs.length(STRUCTURAL_FILE) - _LENGTH.size
        (length,) = _LENGTH.unpack(self._read(end, _LENGTH.size))
        (lengths,) = unpack(self._read(end - length, length))
        edges = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        if len(lengths) != self._rows or edges[-1] != end - length:
            raise DamagedStoreError(f"file `{STRUCTURAL_FILE}` is not of its segment")
        return edges

    def _read(self, offset: int, length: int) -> bytes:
        return bytes(self._blobs.read(STRUCTURAL_FILE, Extent(offset, length))) if length else b""


def structural_file(segment: Segment) -> StructuralFile:
    """Return the structural records of a segment; only to be asked of rows that have some."""
    return StructuralFile(segment.source.blobs, len(segment.rows))


def pack_lines(text: bytes) -> bytes:
    """Return lines of VCF, each with its end, as a blob; nothing for none."""
    return pack([np.frombuffer(text, dtype=np.uint8)]) if text else b""


def lines_of(blob: bytes) -> tuple[str, ...]:
    """Return the lines of a blob, without their ends."""
    if not blob:
        return ()
    (text,) = unpack(blob)
    return tuple(text.tobytes().decode().split("\n")[:-1])


def write_structural(blobs: Iterable[bytes], writer: Appender) -> None:
    """Write the blobs of all rows of a segment, in order."""
    lengths = []
    for blob in blobs:
        if blob:
            writer.append(STRUCTURAL_FILE, blob)
        lengths.append(len(blob))
    directory = pack([np.array(lengths, dtype=np.int64)])
    writer.append(STRUCTURAL_FILE, directory)
    writer.append(STRUCTURAL_FILE, _LENGTH.pack(len(directory)))


def merge_structural(segments: Sequence[Segment], rows: RowTable, writer: Appender) -> None:
    """Write what the rows that stay have in several segments, if any has anything."""
    if not (rows.structural > 0).any():
        return
    files = {
        int(row): (file, at)
        for segment in segments
        for file in [structural_file(segment)]
        for at, row in enumerate(segment.rows.ids.tolist())
    }

    def blob_of(row: int, records: int) -> bytes:
        file, at = files[row]
        return file.blob(at) if records > 0 else b""

    told = zip(rows.ids.tolist(), rows.structural.tolist(), strict=True)
    write_structural((blob_of(row, records) for row, records in told), writer)


def place_of_line(assembly: Assembly, line: str) -> tuple[int, int]:
    """Return rank of the contig and 0-based position of a line."""
    contig, position_1based, _ = line.split("\t", 2)
    return assembly.rank(contig), int(position_1based) - 1
