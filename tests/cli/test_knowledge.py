"""`kerne knowledge`: add and list, in a directory, a centre, or the user's own."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kerne.cli.knowledge import knowledge
from kerne.errors import InputFileError, SettingsError
from kerne.knowledge.actions import kinds
from kerne.knowledge.release import Kind
from kerne.settings import Settings, write_settings

CASE = (
    '{"id":"A","sex":"MALE","hpo":[],"hpo_excluded":[],"disease":{"id":"OMIM:1","label":"x"},'
    '"gene":null,"pmid":"PMID:1","variants":[]}\n'
)


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "published.jsonl"
    path.write_text(CASE)
    return path


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(knowledge, [str(each) for each in arguments])
    if result.exception is not None:
        raise result.exception
    return result.output


def test_knowledge_command__offers_every_kind() -> None:
    assert set(kinds()) == set(Kind)


def test_knowledge_command__adds_to_a_directory_and_lists(tmp_path: Path, published: Path) -> None:
    place = tmp_path / "k"
    assert run("--knowledge", place, "add", "cases", published).startswith("added cases published")
    lines = run("--knowledge", place, "list", "--check").splitlines()
    assert lines[0].split("\t") == ["kind", "name", "date", "assembly", "bytes", "sha256", "source"]
    assert [line.split("\t")[0] for line in lines[1:]] == ["hpo", "cases"]
    assert [line.split("\t")[3] for line in lines[1:]] == [".", "."]


def test_knowledge_command__in_a_centre_uses_its_home(tmp_path: Path, published: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    write_settings(Settings(home))
    run("--home", home, "add", "cases", published, "--name", "mine", "--assembly", "GRCh38")
    assert (home / "knowledge" / "cases" / "mine" / "published.jsonl").exists()


def test_knowledge_command__refuses_a_home_that_is_no_centre(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="holds no centre"):
        run("--home", tmp_path, "list")


def test_knowledge_command__otherwise_uses_the_users_own(
    tmp_path: Path, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    run("add", "cases", published)
    assert "published" in run("list")
    assert (tmp_path / ".local/share/kerne/knowledge/cases/published").is_dir()


def test_knowledge_command__unusable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"none\.jsonl"):
        run("--knowledge", tmp_path, "add", "cases", tmp_path / "none.jsonl")
