"""Files that are small on disk and large inside, or large where nobody expects it.

Each is made in pieces, so that making it needs no memory either.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, product
from pathlib import Path
from typing import Final

from adversary.mutations import BLOCK_BYTES, BLOCK_END, block_of

MEBI: Final = 1 << 20
HEADER: Final = (
    b"##fileformat=VCFv4.2\n##contig=<ID=chr2,length=242193529>\n"
    b"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tgiant\n"
)
GOOD: Final = b"chr2\t1001\t.\tN\tC\t.\t.\t.\tGT\t0/1\n"
LINE_OF_GIANT: Final = 5
"""Where the giant stands: after the header and one good record."""

Pieces = Callable[[int], Iterator[bytes]]


def huge_info(size: int) -> Iterator[bytes]:
    """INFO of `size` bytes."""
    yield HEADER + GOOD + b"chr2\t1002\t.\tN\tC\t.\t.\tX="
    yield from filled(b"y", size)
    yield b"\tGT\t0/1\n" + GOOD


def many_alternatives(size: int) -> Iterator[bytes]:
    """As many different ALT alleles as `size` bytes hold, of 15 bytes each with their comma."""
    yield HEADER + GOOD + b"chr2\t1002\t.\tN\tC"
    # Fourteen letters each: the first eight are put into a piece with all endings of six.
    piece = b"".join(b",#" + bytes(ending) for ending in product(b"ACGT", repeat=6))
    beginnings = product(b"ACGT", repeat=8)
    for beginning in islice(beginnings, 1 + size // (15 * 4**6)):
        yield piece.replace(b"#", bytes(beginning))
    yield b"\t.\t.\t.\tGT\t0/1\n" + GOOD


def long_reference(size: int) -> Iterator[bytes]:
    """REF of `size` bases."""
    yield HEADER + GOOD + b"chr2\t1002\t.\t"
    yield from filled(b"N", size)
    yield b"\tC\t.\t.\t.\tGT\t0/1\n" + GOOD


def long_genotype(size: int) -> Iterator[bytes]:
    """Give a genotype of `size` bytes."""
    yield HEADER + GOOD + b"chr2\t1002\t.\tN\tC\t.\t.\t.\tGT\t"
    yield from filled(b"0/", size)
    yield b"1\n" + GOOD


def many_columns(size: int) -> Iterator[bytes]:
    """Give a record of `size` bytes with far more columns than there are samples."""
    yield HEADER + GOOD + b"chr2\t1002\t.\tN\tC\t.\t.\t.\tGT"
    yield from filled(b"\t0/1", size)
    yield b"\n" + GOOD


def long_format(size: int) -> Iterator[bytes]:
    """FORMAT and a sample of `size` bytes each."""
    yield HEADER + GOOD + b"chr2\t1002\t.\tN\tC\t.\t.\t.\tGT"
    yield from filled(b":X", size)
    yield b"\t0/1"
    yield from filled(b":1", size)
    yield b"\n" + GOOD


def empty_lines(size: int) -> Iterator[bytes]:
    """Nothing but line ends after a good record."""
    yield HEADER + GOOD
    yield from filled(b"\n", size)


def one_line(size: int) -> Iterator[bytes]:
    """Give a first line that never ends."""
    yield b"##fileformat=VCF"
    yield from filled(b"4", size)


def zeros(size: int) -> Iterator[bytes]:
    """NUL after a good record."""
    yield HEADER + GOOD
    yield from filled(b"\0", size)


def long_header(size: int) -> Iterator[bytes]:
    """Header lines without end."""
    yield b"##fileformat=VCFv4.2\n"
    yield from filled(b"##contig=<ID=chrUn_1,length=5>\n", size)
    yield HEADER.partition(b"\n")[2] + GOOD


def many_samples(size: int) -> Iterator[bytes]:
    """As many samples as `size` bytes hold, and a record of one."""
    yield HEADER.rstrip(b"\n")
    for number in range(size // 8):
        yield f"\tp{number:06}".encode()
    yield b"\n" + GOOD


GIANTS: Final[tuple[Pieces, ...]] = (
    *(huge_info, many_alternatives, long_reference, long_genotype, many_columns, long_format),
    *(empty_lines, one_line, zeros, long_header, many_samples),
)


def write_giant(path: Path, pieces: Iterable[bytes], *, is_packed: bool) -> Path:
    """Write a file piece by piece, plain or as bgzip."""
    with path.open("wb") as stream:
        waiting = bytearray()
        for piece in pieces:
            if not is_packed:
                stream.write(piece)
                continue
            waiting += piece
            while len(waiting) >= BLOCK_BYTES:
                stream.write(block_of(bytes(waiting[:BLOCK_BYTES]), level=1))
                del waiting[:BLOCK_BYTES]
        if is_packed:
            stream.write(block_of(bytes(waiting), level=1) + BLOCK_END)
    return path


def filled(unit: bytes, size: int) -> Iterator[bytes]:
    """Yield `size` bytes of a repeated unit, in pieces."""
    piece = unit * (BLOCK_BYTES // len(unit))
    for _ in range(size // len(piece)):
        yield piece
    yield unit * (size % len(piece) // len(unit))
