"""Text files, plain or gzip."""

import gzip
from pathlib import Path

import pytest

from kerne.errors import InputFileError
from kerne.knowledge.text import open_text


def test_text_file__may_be_gzip_whatever_its_name(tmp_path: Path) -> None:
    for name, content in (("a.txt", b"x\ny\n"), ("b.txt", gzip.compress(b"x\ny\n", mtime=0))):
        path = tmp_path / name
        path.write_bytes(content)
        with open_text(path) as file:
            assert list(file) == ["x\n", "y\n"]


CONTENT = gzip.compress(b"x" * 5000, mtime=0)


@pytest.mark.parametrize(
    "content",
    [CONTENT[:-9], CONTENT[:10] + b"\xff" * 20 + CONTENT[30:], b"\x1f\x8bno", b"\xff\xfe\xfa"],
)
def test_text_file__damaged_or_binary_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match="cannot be read as text"), open_text(path) as file:
        list(file)


def test_text_file__must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="no such file"), open_text(tmp_path / "none"):
        pass
