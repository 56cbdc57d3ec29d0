import base64
import gzip
import json
import sqlite3
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.database import remains
from kerne.database.remains import find_remains, writings

NAME = "Ægir Ødegård-Møller"
TEXT = "The patient has had seizures since the age of three months. " * 8
ROT = "Nothing of anybody stands in this file. "


def found(directory: Path, secrets: dict[str, str]) -> set[tuple[str, str]]:
    return {(remain.secret, remain.written_as) for remain in find_remains(directory, secrets)}


@pytest.mark.parametrize(
    ("content", "written_as"),
    [
        (NAME.encode(), "UTF-8"),
        (NAME.upper().encode("utf-16-le"), "UTF-16"),
        (NAME.encode("utf-16-be"), "UTF-16"),
        (NAME.encode("latin-1"), "Latin-1"),
        (json.dumps({"name": NAME}).encode(), "JSON"),
        (quote(NAME).encode(), "URL"),
        (NAME[::-1].encode(), "reversed"),
        (NAME.encode().hex().upper().encode(), "hexadecimal UTF-8"),
        (NAME.encode("utf-16-le").hex().encode(), "hexadecimal UTF-16"),
        (base64.b64encode(b"a" + NAME.encode() + b"z"), "base 64 UTF-8"),
        (base64.urlsafe_b64encode(b"??>" + NAME.encode("utf-16-le")), "base 64 UTF-16"),
    ],
)
def test_secret__is_found_however_it_is_written(
    tmp_path: Path, content: bytes, written_as: str
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(ROT.encode() + content + ROT.encode())
    assert ("name", written_as) in found(tmp_path, {"name": NAME})


def test_secret__is_found_as_html_writes_it(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>Ask &amp; Embla &quot;Møller&quot;</p>")
    assert found(tmp_path, {"name": 'Ask & Embla "Møller"'}) == {("name", "HTML")}


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.binary(max_size=9), st.text(min_size=4, max_size=30), st.binary(max_size=9))
def test_base_64__of_any_neighbours_holds_what_is_looked_for(
    before: bytes, text: str, after: bytes
) -> None:
    encoded = base64.b64encode(before + text.encode() + after)
    wanted = [content for name, content in writings(text) if name == "base 64 UTF-8"]
    assert any(content in encoded for content in wanted)


def test_long_text__is_found_by_any_piece_of_it(tmp_path: Path) -> None:
    long = "".join(f"{number:05d} " for number in range(800))
    (tmp_path / "file").write_text(long[1000:1400])
    (remain,) = find_remains(tmp_path, {"report": long})
    assert (remain.secret, remain.written_as) == ("report", "UTF-8")


def test_secret__is_found_over_the_edge_of_what_is_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remains, "CHUNK_BYTES", 64)
    for shift in range(70):
        (tmp_path / "file").write_bytes(bytes(shift) + NAME.encode() + bytes(100))
        (remain,) = find_remains(tmp_path, {"name": NAME})
        assert remain.where == f"byte {shift}"


def test_short_secret__is_found_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"Bo Ek")
    (tmp_path / "other").write_bytes(b"Bo El")
    assert {each.path.name for each in find_remains(tmp_path, {"name": "bo ek"})} == {"file"}


def test_secret__is_found_in_cells_logs_and_freed_pages_of_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "some.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA secure_delete=OFF")
    connection.execute("CREATE TABLE person (name TEXT, note BLOB)")
    connection.execute("INSERT INTO person VALUES (?, ?)", (NAME, b"x" * 5000))
    connection.commit()
    where = {(each.path.name, each.where) for each in find_remains(tmp_path, {"name": NAME})}
    assert ("some.sqlite", "cell person.name") in where
    assert "some.sqlite-wal" in {name for name, _ in where}
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("DELETE FROM person")
    connection.commit()
    connection.close()
    (remain,) = find_remains(tmp_path, {"name": NAME})
    assert remain.where.startswith("byte ")


def test_text__that_sqlite_cut_at_the_ends_of_pages_is_found_in_its_cell(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "some.sqlite")
    connection.execute("CREATE TABLE document (content TEXT)")
    connection.execute("INSERT INTO document VALUES (?)", ("y" * 4060 + NAME + "y" * 9000,))
    connection.commit()
    connection.close()
    assert "cell document.content" in {
        each.where for each in find_remains(tmp_path, {"name": NAME})
    }


def test_secret__is_found_in_a_file_packed_by_gzip(tmp_path: Path) -> None:
    packed = gzip.compress(ROT.encode() * 20 + NAME.encode())
    (tmp_path / "genome.vcf.gz").write_bytes(packed)
    (tmp_path / "cut.gz").write_bytes(packed[:30])
    (remain,) = find_remains(tmp_path, {"name": NAME})
    assert (remain.path.name, remain.where) == ("genome.vcf.gz", f"unpacked-byte {len(ROT) * 20}")


def test_search__leaves_out_what_it_is_told_and_finds_nothing_in_nothing(tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "report.json").write_text(NAME)
    (tmp_path / "empty").write_bytes(b"")
    assert find_remains(tmp_path, {"name": NAME}, leave_out=["answers"]) == []
    assert find_remains(tmp_path, {}) == []
    assert find_remains(tmp_path, {"short": "abc"}) == []
    assert [each.path.name for each in find_remains(tmp_path, {"name": NAME})] == ["report.json"]
    assert TEXT not in repr(find_remains(tmp_path, {"report": TEXT}))
