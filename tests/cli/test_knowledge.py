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


def test_knowledge_command__tells_what_a_table_holds_and_how_large_it_is(tmp_path: Path) -> None:
    rows = "chrom\tpos\tref\talt\tAC\tAN\tAF\thom\thet\n1\t101\tA\tG\t3\t200\t0.015\t1\t1\n"
    (tmp_path / "f.tsv").write_text(rows)
    told = run("--knowledge", tmp_path / "k", "add", "frequencies", tmp_path / "f.tsv").splitlines()
    assert told[0].startswith("added frequencies f ")
    assert told[0].endswith(", assembly GRCh38, 0.02 MB")
    assert told[1:] == [
        "alleles: 1",
        "normal form: trimmed, not shifted: no reference sequence was at hand",
    ]
    row = run("--knowledge", tmp_path / "k", "list").splitlines()[-1].split("\t")
    folder = tmp_path / "k" / "frequencies" / "f"
    assert int(row[4]) == sum(file.stat().st_size for file in folder.iterdir())


def test_knowledge_command__joins_files_and_takes_a_date(tmp_path: Path) -> None:
    head = "chrom\tpos\tref\talt\tAC\tAN\tAF\thom\thet\n"
    for number in (1, 2):
        row = f"{number}\t101\tA\tG\t3\t200\t0.015\t1\t1\n"
        (tmp_path / f"{number}.tsv").write_text(head + row)
    files = (tmp_path / "1.tsv", tmp_path / "2.tsv")
    options = ("--name", "both", "--date", "2025-04-03")
    told = run("--knowledge", tmp_path / "k", "add", "frequencies", *files, *options)
    assert "added frequencies both " in told
    assert "dated 2025-04-03" in told
    assert "alleles: 2" in told
