"""Text of a file packed by bgzip, inflated by several threads straight to where it is wanted.

Each block of bgzip says how long it is, packed and unpacked. So a run of blocks is cut into as
many parts as there are threads, and each part is inflated to its own place in the buffer. Whatever
is not as bgzip writes it, be it another kind of gzip or damage, is read by one thread in order,
from the first block of its run on: what it gives, and where it fails, never depends on threads.

Two libraries inflate. Genotypes of many people pack into long copies of what stands a few bytes
before, which zlib-ng makes over twice as fast as ISA-L does; of all else ISA-L is the faster
(`benchmarks/inflating.py`).

References
----------
SAM 1.6 §4.1 (BGZF); RFC 1952 §2.3.1 (ISIZE).
"""

import io
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, cast

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray
from zlib_ng import zlib_ng

from kerne.alleles.bgzip import BGZF_MAGIC, BGZF_SUBFIELD, BGZF_SUBFIELD_AT, BROKEN
from kerne.alleles.kernel import bare_kernel

# The stubs of both call the class an instance.
DAMAGED: Final = (
    *BROKEN,
    cast("type[Exception]", isal_zlib.error),
    cast("type[Exception]", zlib_ng.error),
)

THREADS_MOST: Final = 4
PART_BYTES_LEAST: Final = 1 << 18
"""Of text: less is not worth another thread."""
PACKED_BYTES: Final = 1 << 21
"""Read at a time."""
BLOCK_BYTES_MOST: Final = 1 << 16
"""Of a block, packed and unpacked alike."""
IN_ORDER_BYTES: Final = 1 << 18
"""Of text at a time: so much before damaged data may be lost with them."""
LONG_COPIES_FROM: Final = 20
"""Bytes of text for one that is packed, from which it is made of long copies."""
_GZIP_BUFFER_BYTES: Final = 1 << 19
_HEAD_BYTES: Final = 18
_TAIL_BYTES: Final = 8
_BLOCKS_MOST: Final = PACKED_BYTES // (_HEAD_BYTES + _TAIL_BYTES) + 1
_MAGIC: Final = np.frombuffer(BGZF_MAGIC, dtype=np.uint8)
_SUBFIELD: Final = np.frombuffer(bytes([6, 0]) + BGZF_SUBFIELD, dtype=np.uint8)
_SUBFIELD_AT: Final = BGZF_SUBFIELD_AT - 2
"""Where the length of the extra fields stands: there is one, of six bytes."""


@bare_kernel
def measure_blocks(
    packed: NDArray[np.uint8],
    is_end: bool,  # noqa: FBT001  a kernel's arguments have no names
    room: int,
    ends: NDArray[np.int64],
    text_ends: NDArray[np.int64],
) -> int:
    """Find blocks of bgzip, the first of them at the start.

    Parameters
    ----------
    packed
        (bytes,): of a file.
    is_end
        Whether the file ends with them.
    room
        Bytes of text that may be found at most.
    ends, text_ends
        (blocks + 1,) or longer. Get a zero, and where each block ends: in `packed`; in the text.

    Returns
    -------
    How many blocks there are, up to where one does not fit, is cut off or is none. A block counts
    only when another one begins behind it, or the file ends there.
    """
    ends[0] = text_ends[0] = 0
    count = 0
    is_block = _begins_block(packed, 0)
    while is_block:
        start = ends[count]
        end = start + int(packed[start + 16]) + (int(packed[start + 17]) << 8) + 1
        if end < start + _HEAD_BYTES + _TAIL_BYTES or end > len(packed):
            break
        is_block = _begins_block(packed, end)
        if not (is_block or (is_end and end == len(packed))):
            break
        text_bytes = 0
        for at in range(end - 1, end - 5, -1):
            text_bytes = (text_bytes << 8) + int(packed[at])
        if text_bytes > BLOCK_BYTES_MOST or text_ends[count] + text_bytes > room:
            break
        ends[count + 1], text_ends[count + 1] = end, text_ends[count] + text_bytes
        count += 1
    return count


@bare_kernel
def _begins_block(packed: NDArray[np.uint8], start: int) -> bool:
    if start + _HEAD_BYTES > len(packed):
        return False
    for at in range(len(_MAGIC)):
        if packed[start + at] != _MAGIC[at]:
            return False
    for at in range(len(_SUBFIELD)):  # noqa: SIM110  kernels have no generators
        if packed[start + _SUBFIELD_AT + at] != _SUBFIELD[at]:
            return False
    return True


@dataclass(frozen=True, slots=True)
class _Part:
    """Blocks `[start, end)` of what is packed, and where in a buffer their text goes."""

    start: int
    end: int
    text_start: int
    text_end: int

    @property
    def is_long_copies(self) -> bool:
        """Whether it packs so well that most of it is copied from just before."""
        return self.text_end - self.text_start >= LONG_COPIES_FROM * (self.end - self.start)


class BlockwiseText:
    """The text of an open file that was packed by bgzip, or by gzip at least.

    Parameters
    ----------
    threads
        How many inflate at once; as many as there are processors, but few, when it is not said.
    """

    def __init__(self, raw: io.FileIO, threads: int | None = None) -> None:
        self._raw = raw
        self._threads = threads or min(os.cpu_count() or 1, THREADS_MOST)
        others = max(1, self._threads - 1)
        self._pool = ThreadPoolExecutor(others, thread_name_prefix="genome-inflating")
        self._room = np.empty(PACKED_BYTES, dtype=np.uint8)
        self._packed = self._room[:0]
        self._offset = raw.tell()
        self._is_end = False
        self._ends = np.empty(_BLOCKS_MOST + 1, dtype=np.int64)
        self._text_ends = np.empty(_BLOCKS_MOST + 1, dtype=np.int64)
        self._rest = memoryview(b"")
        # The public reader puts a buffer and two copies between; this is what it reads from.
        self._in_order: isal_zlib._GzipReader | None = None

    def close(self) -> None:
        """End its threads."""
        self._pool.shutdown(cancel_futures=True)

    def readinto(self, buffer: memoryview, /) -> int:
        """Put text into a buffer and return how many bytes; 0 at the end.

        Raises
        ------
        EOFError, zlib.error, gzip.BadGzipFile, isal_zlib.error
            Compressed data are damaged.
        """
        if not self._rest:
            if len(buffer) >= BLOCK_BYTES_MOST:
                return self._inflated(buffer)
            block = memoryview(bytearray(BLOCK_BYTES_MOST))
            self._rest = block[: self._inflated(block)]
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def _inflated(self, buffer: memoryview) -> int:
        """Fill a buffer that has room for a block."""
        while self._in_order is None:
            self._refill()
            parts = list(self._parts(len(buffer)))
            if parts and self._are_inflated(parts, buffer):
                self._packed = self._packed[parts[-1].end :]
                self._offset += parts[-1].end
                if parts[-1].text_end:
                    return parts[-1].text_end
            elif len(self._packed):
                self._raw.seek(self._offset)
                self._in_order = isal_zlib._GzipReader(self._raw, _GZIP_BUFFER_BYTES)  # noqa: SLF001
            else:
                return 0
        return self._in_order.readinto(buffer[:IN_ORDER_BYTES])

    def _refill(self) -> None:
        """See that there are some whole blocks, and the beginning of another, if the file has."""
        held = len(self._packed)
        if held > 2 * BLOCK_BYTES_MOST or self._is_end:
            return
        self._room[:held] = self._packed.copy()
        while held < PACKED_BYTES and not self._is_end:
            count = self._raw.readinto(self._room.data[held:])
            self._is_end = not count
            held += count
        self._packed = self._room[:held]

    def _parts(self, room: int) -> Iterator[_Part]:
        """Yield the next blocks in parts of about as much text each."""
        ends, text_ends = self._ends, self._text_ends
        count = measure_blocks(self._packed, self._is_end, room, ends, text_ends)
        if not count:
            return
        text_bytes = int(text_ends[count])
        parts = max(1, min(self._threads, text_bytes // PART_BYTES_LEAST))
        inner = [text_bytes * part // parts for part in range(1, parts)]
        cuts = [0, *np.searchsorted(text_ends[:count], inner).tolist(), count]
        for low, high in pairwise(cuts):
            yield _Part(*ends[[low, high]].tolist(), *text_ends[[low, high]].tolist())

    def _are_inflated(self, parts: Sequence[_Part], buffer: memoryview) -> bool:
        """Inflate parts side by side, the first one in this thread."""
        others = [self._pool.submit(self._is_inflated, part, buffer) for part in parts[1:]]
        are_inflated = [self._is_inflated(parts[0], buffer)]
        are_inflated += [other.result() for other in others]
        return all(are_inflated)

    def _is_inflated(self, part: _Part, buffer: memoryview) -> bool:
        """Inflate a part; say whether it was what its blocks say."""
        packed = io.BytesIO(self._packed[part.start : part.end].data)
        inflater = zlib_ng if part.is_long_copies else isal_zlib
        reader = inflater._GzipReader(packed, _GZIP_BUFFER_BYTES)  # noqa: SLF001
        at = part.text_start
        try:
            while count := reader.readinto(buffer[at : part.text_end]):
                at += count
            is_all = at == part.text_end and not reader.read(1)
        except DAMAGED:
            return False
        return is_all
