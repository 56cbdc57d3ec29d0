"""What the first and the last bytes of a genome file say: plain, bgzip, BCF, or cut off.

References
----------
SAM 1.6 §4.1 (BGZF).
"""

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, Final

from kerne.errors import InputFileError, reason_of

GZIP_MAGIC: Final = b"\x1f\x8b"
BCF_MAGIC: Final = b"BCF"
BGZF_MAGIC: Final = b"\x1f\x8b\x08\x04"
BGZF_SUBFIELD: Final = b"BC\x02\x00"
BGZF_SUBFIELD_AT: Final = 12
BGZF_END: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")

READ_AHEAD_BYTES: Final = 1 << 20

BROKEN: Final = (EOFError, zlib.error, gzip.BadGzipFile)
"""What is raised where compressed data are damaged or end too early."""


def is_bcf(raw: BinaryIO) -> bool:
    """Say whether an open file is the binary form of VCF, packed or not."""
    is_packed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    raw.seek(0)
    try:
        start = (gzip.GzipFile(fileobj=raw) if is_packed else raw).read(len(BCF_MAGIC))
    except BROKEN:
        start = b""  # what is wrong with it is said when it is read
    raw.seek(0)
    return start == BCF_MAGIC


def check_bgzip(path: Path, raw: BinaryIO, *, may_be_gzip: bool = False) -> None:
    """Check that an open file, if it is compressed, is so by bgzip and to its end.

    Parameters
    ----------
    may_be_gzip
        Whether other gzip will do; that it ends too early is then found when it is read.

    Raises
    ------
    InputFileError
        It is not.
    """
    start = raw.read(BGZF_SUBFIELD_AT + len(BGZF_SUBFIELD))
    raw.seek(0)
    if not start.startswith(GZIP_MAGIC):
        return
    if not start.startswith(BGZF_MAGIC) or not start.endswith(BGZF_SUBFIELD):
        if may_be_gzip:
            return
        raise InputFileError(path, "compressed by gzip, expected bgzip: compress it with `bgzip`")
    size = raw.seek(0, io.SEEK_END)
    raw.seek(max(0, size - len(BGZF_END)))
    end = raw.read()
    raw.seek(0)
    if end != BGZF_END:
        raise InputFileError(path, "truncated: the end-of-file block of bgzip is missing")


def open_checked(path: Path, *, may_be_gzip: bool = False) -> BinaryIO:
    """Open a file that is text, plain or compressed by bgzip (or gzip) to its end.

    Raises
    ------
    InputFileError
        It cannot be read, is BCF, is compressed otherwise, or truncated.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise InputFileError(path, f"cannot be read: {reason_of(error)}") from error
    try:
        _refuse_bcf(path, raw)
        check_bgzip(path, raw, may_be_gzip=may_be_gzip)
    except InputFileError:
        raw.close()
        raise
    return raw


def unpacked(raw: BinaryIO) -> BinaryIO | io.BufferedReader:
    """Return a reader of the text of an open file; the file itself when it is not compressed."""
    start = raw.read(len(GZIP_MAGIC))
    raw.seek(0)
    if start != GZIP_MAGIC:
        return raw
    return io.BufferedReader(gzip.GzipFile(fileobj=raw, mode="rb"), READ_AHEAD_BYTES)


def _refuse_bcf(path: Path, raw: BinaryIO) -> None:
    """Say what to do with the binary form of VCF, which is not read here."""
    if is_bcf(raw):
        raise InputFileError(path, "is BCF, expected VCF: convert it with `bcftools view -Oz`")
