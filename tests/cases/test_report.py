from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kerne.cases.answers.report import NOT_FOR_DIAGNOSIS, SYNTHETIC, Report, report_of, write_files
from kerne.errors import CaseError
from kerne.interpretation.candidate import Interpretation

FILES = {"report.html": b"<p>", "report.json": b"{}"}


def make(found: Interpretation) -> Report:
    now = datetime(2026, 3, 12, tzinfo=UTC)
    return report_of(found, title="Answer", subject="P-000123", facts=(), made_at=now)


def test_report__says_that_it_is_not_for_diagnosis_and_when_it_is_synthetic(
    found: Interpretation,
) -> None:
    assert make(found).warnings == (SYNTHETIC, NOT_FOR_DIAGNOSIS)
    assert make(replace(found, assembly="GRCh38")).warnings == (NOT_FOR_DIAGNOSIS,)


def test_report__cannot_be_made_without_saying_what_was_not_examined(
    found: Interpretation,
) -> None:
    with pytest.raises(CaseError, match="does not say what was not examined"):
        make(replace(found, not_examined=()))


def test_write_files__makes_a_directory_that_only_its_owner_reads(tmp_path: Path) -> None:
    directory = tmp_path / "answers" / "C-1"
    write_files(FILES, directory)
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == FILES
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}
    assert [path.name for path in directory.parent.iterdir()] == ["C-1"]


def test_write_files__replaces_its_own_files_and_touches_no_other(tmp_path: Path) -> None:
    directory = tmp_path / "out"
    directory.mkdir()
    (directory / "notes.txt").write_text("mine")
    (directory / "report.html").write_text("old")
    write_files(FILES, directory)
    assert (directory / "notes.txt").read_text() == "mine"
    assert (directory / "report.html").read_bytes() == b"<p>"


def test_write_files__does_not_write_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(CaseError, match="cannot be written"):
        write_files(FILES, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_write_files__leaves_nothing_when_it_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", interrupt)
        with pytest.raises(KeyboardInterrupt):
            write_files(FILES, tmp_path / "answers" / "C-1")
    assert list((tmp_path / "answers").iterdir()) == []
    write_files(FILES, tmp_path / "answers" / "C-1")
    assert len(list((tmp_path / "answers" / "C-1").iterdir())) == 2
