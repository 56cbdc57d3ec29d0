"""The text of a genome file, whatever it is packed in: plain, bgzip, BCF, or VCF Zarr."""

import subprocess
import sys
from collections.abc import Sequence
from io import FileIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final, cast

from kerne.alleles.bgzip import GZIP_MAGIC, check_bgzip, is_bcf
from kerne.errors import InputFileError, reason_of
from kerne.genomes.reading.inflating import BlockwiseText
from kerne.genomes.reading.text import LINE_BYTES_MOST, LineTooLongError, Source

_BCF_COMMAND: Final = (sys.executable, "-m", "kerne.genomes.reading.bcf")
_ZARR_COMMAND: Final = (sys.executable, "-m", "kerne.genomes.reading.zarr_text")
_ZARR_HEADS: Final = (".zgroup", "zarr.json")
_MESSAGE_BYTES_MOST: Final = 1 << 12


class ConversionError(Exception):
    """BCF or VCF Zarr could not be converted; the message is the converter's."""


class TextSource:
    """The text of an open genome file, until it is closed.

    Raises
    ------
    InputFileError
        The file is missing, compressed otherwise than by bgzip, or truncated, or a directory that
        holds no Zarr.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._form = "VCF Zarr" if path.is_dir() else "BCF"
        try:
            self._raw = _head_of(path).open("rb", buffering=0)
        except OSError as error:
            raise InputFileError(path, f"cannot be read: {reason_of(error)}") from error
        self._child: subprocess.Popen[bytes] | None = None
        self._messages: IO[bytes]
        try:
            self._text = self._opened()
        except BaseException:
            self._raw.close()
            raise

    def stop(self) -> None:
        """End whatever a reader of it may wait for."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def close(self) -> None:
        """Close what is open; nobody reads any more."""
        if isinstance(self._text, BlockwiseText):
            self._text.close()
        self._raw.close()
        if self._child is not None:
            cast("IO[bytes]", self._child.stdout).close()
            self._messages.close()

    @property
    def bytes_read(self) -> int:
        """How far the file is read, in bytes as they lie on the disk; it is read ahead."""
        return self._raw.tell()

    def readinto(self, buffer: memoryview, /) -> int:
        """Put text into a buffer and return how many bytes; 0 at the end.

        Raises
        ------
        ConversionError
            The converter failed.
        EOFError, zlib.error, gzip.BadGzipFile, isal_zlib.error
            Compressed data are damaged.
        """
        count = self._text.readinto(buffer)
        if not count and self._child is not None:
            self._check_child(self._child)
        return count

    def told(self, trouble: Exception, line: int, header_lines: int) -> InputFileError:
        """Return the error that names the file and, of BCF, the record of trouble.

        `line` is the last one that came.
        """
        if isinstance(trouble, ConversionError):
            # What the converter had not yet written when it failed is lost.
            where = f"{self._form} cannot be read, at record `{line - header_lines + 1}` or later"
            return InputFileError(self.path, f"{where}: {trouble}")
        if isinstance(trouble, LineTooLongError):
            problem = f"a line is longer than `{LINE_BYTES_MOST}` bytes"
            return InputFileError(self.path, problem, line + 1)
        problem = "compressed data are damaged or end too early"
        return InputFileError(self.path, problem, max(line, 1))

    @property
    def is_converted(self) -> bool:
        """Whether nobody but a converter sees its lines."""
        return self._child is not None

    def _opened(self) -> Source:
        if self.path.is_dir():
            return self._converted([*_ZARR_COMMAND, str(self.path)])
        check_bgzip(self.path, self._raw)
        return self._converted(_BCF_COMMAND) if is_bcf(self._raw) else _inflated(self._raw)

    def _converted(self, command: Sequence[str]) -> Source:
        self._messages = TemporaryFile()  # noqa: SIM115 (closed with the source)
        self._child = subprocess.Popen(
            command,
            stdin=self._raw,
            stdout=subprocess.PIPE,
            stderr=self._messages,
            bufsize=0,
        )
        return cast("Source", self._child.stdout)

    def _check_child(self, child: subprocess.Popen[bytes]) -> None:
        if child.wait() == 0:
            return
        self._messages.seek(0)
        message = self._messages.read(_MESSAGE_BYTES_MOST).decode(errors="replace")
        _, found, reason = message.partition("Error: ")
        raise ConversionError(reason.partition("\n")[0] if found else "its reader gave no reason")


def _head_of(path: Path) -> Path:
    """Return what is opened of a file; of a directory, what tells that it is Zarr."""
    if not path.is_dir():
        return path
    heads = [path / name for name in _ZARR_HEADS if (path / name).is_file()]
    if not heads:
        raise InputFileError(path, "is a directory and holds no VCF Zarr")
    return heads[0]


def _inflated(raw: FileIO) -> Source:
    is_packed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    raw.seek(0)
    return BlockwiseText(raw) if is_packed else cast("Source", raw)
