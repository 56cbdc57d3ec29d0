from pathlib import Path

import pytest

from kerne.alleles.text import read_text
from kerne.errors import InputFileError


def test_text__is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for content in ("æ\n".encode(), "æ\n".encode("utf-8-sig")):
        path.write_bytes(content)
        assert read_text(path) == "æ\n"


def test_text_that_cannot_be_read__is_said_without_the_system_s_words(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"`: no such file$"):
        read_text(tmp_path / "none.txt")
    with pytest.raises(InputFileError, match=r"`: cannot be read: is a directory$"):
        read_text(tmp_path)
    (tmp_path / "b").write_bytes(b"\xff\xfe")
    with pytest.raises(InputFileError, match=r"`: not text, expected UTF-8$"):
        read_text(tmp_path / "b")
