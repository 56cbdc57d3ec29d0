import shutil
import subprocess
from pathlib import Path

import pytest

from kerne.cases.answers.answer import PUBLIC_KEY, SUMS
from kerne.cases.answers.report import RECORD
from kerne.cases.answers.signature import open_answer_key
from kerne.cases.answers.verifying import verify_answer
from kerne.errors import CaseError
from tests.conftest import Run

from .conftest import Room
from .test_cases_actions import signed


@pytest.fixture
def answer(room: Room) -> Path:
    return signed(room)[1].directory


@pytest.fixture
def key(room: Room, tmp_path: Path) -> Path:
    path = tmp_path / "centre.pem"
    path.write_bytes(room.cases.key.public_pem())
    return path


def test_verify__finds_every_file_of_an_answer_whole(answer: Path, key: Path) -> None:
    found = verify_answer(answer, key)
    assert set(found.signed) == {path.name for path in answer.iterdir()} - {
        PUBLIC_KEY,
        SUMS,
        f"{SUMS}.sig",
    }
    assert found.unsigned == ()


@pytest.mark.parametrize("name", [RECORD, "report.da.pdf", "fhir.json", SUMS])
def test_verify__finds_one_file_whole_and_one_changed_letter(
    answer: Path, key: Path, name: str
) -> None:
    path = answer / name
    assert verify_answer(path, key).signed == (name,)
    content = path.read_bytes()
    path.write_bytes(content[:-2] + b"x" + content[-1:])
    with pytest.raises(CaseError, match=r"not what (was|the owner of this key) signed"):
        verify_answer(path, key)
    with pytest.raises(CaseError, match="signed"):
        verify_answer(answer, key)


def test_verify__refuses_the_key_of_another_centre(answer: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(open_answer_key(tmp_path / "other-private.pem").public_pem())
    with pytest.raises(CaseError, match="not what the owner of this key signed"):
        verify_answer(answer / RECORD, other)


def test_verify__names_what_nobody_signed(answer: Path, key: Path) -> None:
    (answer / "notes.txt").write_text("mine")
    assert verify_answer(answer, key).unsigned == ("notes.txt",)
    with pytest.raises(CaseError, match="is not in the signed list"):
        verify_answer(answer / "notes.txt", key)


def test_verify__misses_a_file_that_is_gone(answer: Path, key: Path) -> None:
    (answer / "report.pdf").unlink()
    with pytest.raises(CaseError, match=r"report\.pdf` cannot be read"):
        verify_answer(answer, key)


def test_verify__needs_no_centre_on_the_command_line(
    run: Run, answer: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KERNE_HOME", raising=False)
    moved = shutil.copytree(answer, tmp_path / "mailed")
    outcome = run("cases", "verify", moved, "--key", key)
    assert (outcome.code, "report.pdf\tsigned" in outcome.out) == (0, True)
    (moved / "report.pdf").write_bytes(b"%PDF")
    outcome = run("cases", "verify", moved, "--key", key)
    assert (outcome.code, outcome.out) == (4, "")
    assert "it has been changed" in outcome.err


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not on this machine")
def test_answer__is_checked_by_openssl_and_sha256sum_as_documented(answer: Path, key: Path) -> None:
    words = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(key), "-rawin"]
    words += ["-in", SUMS, "-sigfile", f"{SUMS}.sig"]
    checked = subprocess.run(words, cwd=answer, capture_output=True, text=True, check=False)
    assert "Signature Verified Successfully" in checked.stdout
    sums = subprocess.run(["sha256sum", "-c", SUMS], cwd=answer, capture_output=True, check=False)
    assert sums.returncode == 0
