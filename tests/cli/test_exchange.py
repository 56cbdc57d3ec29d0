"""Two hospitals exchange a file on the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import click
import pytest


class Outcome(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def here(run: Run, tmp_path: Path) -> Path:
    """A pair of keys in clear."""
    assert run("exchange", "keys", tmp_path / "here", "--no-passphrase").code == 0
    return tmp_path / "here"


@pytest.fixture
def genome(tmp_path: Path) -> Path:
    path = tmp_path / "genome.vcf"
    path.write_text("##fileformat=VCFv4.4\n" * 5000)
    return path


def test_exchange__seals_and_opens_and_tells_the_same_digest(
    run: Run, here: Path, genome: Path, tmp_path: Path
) -> None:
    sealed = run("exchange", "seal", genome, "--to", f"{here}.pub", "--from", f"{here}.sec")
    assert sealed.code == 0
    assert sealed.out.splitlines()[:2] == [
        f"file\t{tmp_path / 'genome.vcf.c4gh'}",
        "bytes of the content\t105000",
    ]
    before = genome.read_bytes()
    genome.unlink()
    words = ("exchange", "open", f"{genome}.c4gh", "--key", f"{here}.sec")
    opened = run(*words, "--from", f"{here}.pub")
    assert opened.code == 0
    assert opened.out.splitlines()[1:] == sealed.out.splitlines()[1:]
    assert genome.read_bytes() == before
    assert run(*words).code == 4  # nothing is replaced


def test_exchange__opens_with_a_key_under_a_passphrase(
    run: Run, genome: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def prompt(words: str, **options: bool) -> str:
        asked.append((words, options["confirmation_prompt"]))
        return "grød"

    monkeypatch.setattr(click, "prompt", prompt)
    assert run("exchange", "keys", tmp_path / "there").code == 0
    assert run("exchange", "seal", genome, "--to", tmp_path / "there.pub").code == 0
    words = ("exchange", "open", f"{genome}.c4gh", "--key", tmp_path / "there.sec")
    assert run(*words, "-o", tmp_path / "1").code == 0
    question = f"passphrase of {tmp_path / 'there.sec'}"
    assert asked == [(question, True), (question, False)]
    secret = tmp_path / "secret"
    for content, code in (("grød\n", 0), ("other\n", 4), ("\n", 4)):
        secret.write_text(content)
        found = run(*words, "--passphrase-file", secret, "-o", tmp_path / f"opened-{code}")
        assert found.code == code
    secret.unlink()
    missing = run(*words, "--passphrase-file", secret, "-o", tmp_path / "2")
    assert "cannot be read" in missing.err


def test_exchange__says_what_is_wrong_with_a_file(run: Run, here: Path, genome: Path) -> None:
    unnamed = run("exchange", "open", genome, "--key", f"{here}.sec")
    assert unnamed.code == 2
    assert "name the opened file with `--output`" in unnamed.err
    found = run("exchange", "open", genome, "--key", f"{here}.sec", "-o", f"{genome}.new")
    assert found.code == 4
    assert f"`{genome}`: is no Crypt4GH file: expected `crypt4gh` at its start" in found.err
