"""The head of a genome file: its header, and whether it is a gVCF."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kerne.alleles.vcf import VcfHeader, read_header, text_of
from kerne.errors import InputFileError
from kerne.genomes.reading.hard import is_gvcf_line
from kerne.genomes.reading.intake import GVCF_PEEK_RECORDS
from kerne.genomes.reading.text import Block

HEADER_BYTES_MOST: Final = 1 << 28
HEADER_LINES_MOST: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """What stands above the records, and where they begin.

    Parameters
    ----------
    lines
        How many lines the header has.
    block, at
        The block with its last line, and the offset of what comes after.
    is_gvcf
        Whether one of the first records of that block, `GVCF_PEEK_RECORDS` at most, speaks of
        reference bases only.
    """

    header: VcfHeader
    lines: int
    block: Block
    at: int
    is_gvcf: bool


def read_head(path: Path, blocks: Iterator[Block]) -> Head:
    """Read the header from the first blocks of a text.

    Raises
    ------
    InputFileError
        There is none, or it is malformed or longer than any real one.
    """
    texts: list[str] = []
    size = 0
    for block in blocks:
        data = block.raw[: block.end].tobytes()
        at = 0
        while at < len(data):
            end = data.index(b"\n", at) + 1
            texts.append(text_of(path, len(texts) + 1, data[at:end]))
            at, size = end, size + end - at
            if not texts[-1].startswith("##"):
                header = read_header(path, texts)
                return Head(header, len(texts), block, at, _is_gvcf(data, at))
            _check_size(path, len(texts), size)
    read_header(path, [*texts, ""])
    raise InputFileError(path, "has no header", 1)


def _check_size(path: Path, lines: int, size: int) -> None:
    if lines > HEADER_LINES_MOST or size > HEADER_BYTES_MOST:
        problem = (
            f"the header has more than `{HEADER_LINES_MOST}` lines or `{HEADER_BYTES_MOST}` bytes"
        )
        raise InputFileError(path, problem, lines)


def _is_gvcf(data: bytes, at: int) -> bool:
    for _ in range(GVCF_PEEK_RECORDS):
        end = data.find(b"\n", at)
        if end < 0:
            return False
        if is_gvcf_line(data[at:end]):
            return True
        at = end + 1
    return False
