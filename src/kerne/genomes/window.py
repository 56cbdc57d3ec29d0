"""A reference sequence read a block at a time: the records of a file lie side by side."""

from functools import lru_cache
from typing import Final

from kerne.alleles.sequence import SequenceSource

BLOCK_BP: Final = 1 << 16
BLOCKS_KEPT: Final = 256


class Window:
    """A `SequenceSource` that keeps the blocks of bases last asked for."""

    def __init__(self, source: SequenceSource) -> None:
        self._source = source
        self._block = lru_cache(BLOCKS_KEPT)(self._read)

    def fetch(self, contig: str, start: int, end: int) -> str:
        """Give bases `[start, end)` in upper case, or raise `AssemblyError`."""
        number = start // BLOCK_BP
        first = number * BLOCK_BP
        if 0 <= start <= end <= first + BLOCK_BP:
            bases = self._block(contig, number)[start - first : end - first]
            if len(bases) == end - start:
                return bases
        return self._source.fetch(contig, start, end)

    def length(self, contig: str) -> int:
        """Give the length of a contig, or raise `AssemblyError`."""
        return self._source.length(contig)

    def _read(self, contig: str, number: int) -> str:
        start = number * BLOCK_BP
        end = min(start + BLOCK_BP, self._source.length(contig))
        return self._source.fetch(contig, min(start, end), end)
