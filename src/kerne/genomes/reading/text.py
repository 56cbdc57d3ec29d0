"""Blocks of whole lines of a text, read ahead by a thread into buffers that are used again.

While one block is taken apart the next is inflated (`reading.inflating`): that and the compiled
parser both release the interpreter's lock. A line that does not fit makes its buffer grow, up to a
limit; so however far a file unfolds, memory does not.
"""

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from kerne.genomes.reading.cells import NEWLINE

BLOCK_BYTES: Final = 1 << 24
LINE_BYTES_MOST: Final = 1 << 28
BUFFERS: Final = 3
"""One that is taken apart, one that waits, one that is filled."""
PADDING_BYTES: Final = 64
"""After a block; nobody minds what they hold."""


class Source(Protocol):
    """Where text comes from."""

    def readinto(self, buffer: memoryview, /) -> int:
        """Put bytes into a buffer and return how many; 0 at the end."""
        ...


class LineTooLongError(Exception):
    """A line is longer than `LINE_BYTES_MOST`; whoever knows the file and line says so."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Whole lines: `raw` up to `end`, the last newline included. Valid until the next is asked for.

    `raw` is (bytes,) and longer; only at the end of a text a newline may have been added.
    """

    raw: NDArray[np.uint8]
    end: int


class _Filler:
    """Fills one buffer after the other."""

    def __init__(self, source: Source, line_bytes_most: int) -> None:
        self._source = source
        self._line_bytes_most = line_bytes_most
        self._rest = b""
        self._trouble: Exception | None = None
        self._is_at_end = False

    def fill(self, raw: NDArray[np.uint8]) -> Block:
        """Fill a buffer, or a larger one in its place; an empty block is the end.

        Trouble is raised when everything before it has been given.
        """
        filled = len(self._rest)
        if len(raw) < filled + PADDING_BYTES + 1:
            raw = np.empty(2 * filled + PADDING_BYTES, dtype=np.uint8)
        raw[:filled] = np.frombuffer(self._rest, dtype=np.uint8)
        while True:
            filled = self._fill_up(raw.data[:-PADDING_BYTES], filled)
            end = _last_newline(raw, filled) + 1
            if end or self._is_at_end:
                break
            raw = self._larger(raw, filled)
        if self._trouble is not None and not end:
            raise self._trouble
        return self._closed(raw, end, filled)

    def _larger(self, raw: NDArray[np.uint8], filled: int) -> NDArray[np.uint8]:
        if filled >= self._line_bytes_most:
            raise LineTooLongError
        size = min(2 * filled, self._line_bytes_most) + PADDING_BYTES
        larger = np.empty(size, dtype=np.uint8)
        larger[:filled] = raw[:filled]
        return larger

    def _fill_up(self, view: memoryview, filled: int) -> int:
        while filled < len(view) and not self._is_at_end:
            try:
                count = self._source.readinto(view[filled:])
            except Exception as trouble:  # noqa: BLE001 (raised in its turn, by whoever asks)
                self._trouble = trouble
                count = 0
            self._is_at_end = not count
            filled += count
        return filled

    def _closed(self, raw: NDArray[np.uint8], end: int, filled: int) -> Block:
        if self._is_at_end and self._trouble is None and end < filled:
            raw[filled] = NEWLINE
            return Block(raw, filled + 1)
        self._rest = bytes(raw.data[end:filled])
        return Block(raw, end)


def _last_newline(raw: NDArray[np.uint8], filled: int) -> int:
    """Return where the last newline of the filled bytes is, -1 when there is none."""
    step = 1 << 16
    for start in range(max(0, filled - step), -step, -step):
        low = max(0, start)
        found = np.flatnonzero(raw[low : start + step][: filled - low] == NEWLINE)
        if found.size:
            return low + int(found[-1])
    return -1


def _as_large(raw: NDArray[np.uint8], block_bytes: int) -> NDArray[np.uint8]:
    """Return a buffer of the usual size: this one, unless a long line has made it grow."""
    usual = block_bytes + PADDING_BYTES
    return raw if len(raw) == usual else np.empty(usual, dtype=np.uint8)


def read_blocks(
    source: Source, block_bytes: int = BLOCK_BYTES, line_bytes_most: int = LINE_BYTES_MOST
) -> Generator[Block]:
    """Yield a text as blocks of whole lines, about so many bytes each.

    Raises
    ------
    LineTooLongError
        A line has more bytes than `line_bytes_most`, or a little later.
    """
    filler = _Filler(source, line_bytes_most)
    free = deque(np.empty(block_bytes + PADDING_BYTES, dtype=np.uint8) for _ in range(BUFFERS))
    waiting: deque[Future[Block]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="genome-text") as reader:
        try:
            while True:
                while free:
                    waiting.append(reader.submit(filler.fill, free.popleft()))
                block = waiting.popleft().result()
                if not block.end:
                    return
                yield block
                free.append(_as_large(block.raw, block_bytes))
        finally:
            for each in waiting:
                each.cancel()
