"""The commands in README and docs are run as they stand, in their order, in a small country.

A line `$ kerne …` in a `console` block ends with exit code 0, or with the one named behind it.
Lines that follow are its output, which it must begin with.
"""

import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from kerne.cli import COMMANDS, kerne
from kerne.errors import KerneError
from kerne.sealing.place import KeyPlace, MasterPlace
from kerne.settings import Settings, write_settings
from tests.conftest import Run, Walked

pytestmark = pytest.mark.xdist_group("demo")

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a page, the exit code it promises and the output it shows."""

    words: tuple[str, ...]
    code: int
    shown: str


def commands_of(page: Path) -> list[Command]:
    found = []
    for block in BLOCK.findall(page.read_text()):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            code = re.search(r"# exit code (\d+)", line)
            program, *words = shlex.split(line, comments=True)
            assert Path(program).name == "kerne"
            found.append(Command(tuple(words), int(code.group(1)) if code else 0, shown))
    return found


@pytest.mark.parametrize(
    "page", [page for page in PAGES if commands_of(page)], ids=lambda page: page.stem
)
def test_page__shows_commands_that_work(
    run: Run, walked: Walked, page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for suffix in ("", "-country", "-answers"):
        source = walked.home.with_name(f"home{suffix}")
        shutil.copytree(source, tmp_path / f"kerne-demo{suffix}")
    monkeypatch.chdir(tmp_path)
    for command in commands_of(page):
        if command.words[0] == "demo":
            continue  # it has just been walked
        outcome = run(*command.words)
        assert outcome.code == command.code, (command.words, outcome.err)
        assert outcome.out.startswith(command.shown)


def test_pages__that_show_commands_are_the_ones_expected() -> None:
    shown = {page.stem for page in PAGES if commands_of(page)}
    assert {"README", "first-order", "interpret-a-patient", "count-genomes", "knowledge"} <= shown


def test_links__between_pages_lead_somewhere() -> None:
    for page in [*PAGES, ROOT / "ARCHITECTURE.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), (page, target)


def test_architecture__names_files_that_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = set(re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.py)`", text))
    files = {f"/{path.relative_to(ROOT)}" for path in ROOT.glob("[st]*/**/*.py")}
    missing = [name for name in named if not any(path.endswith(f"/{name}") for path in files)]
    assert named
    assert not missing


def test_settings__are_all_documented(tmp_path: Path) -> None:
    token = KeyPlace(MasterPlace.PKCS11, Path("m"), "t", "l", Path("p"))
    write_settings(Settings(tmp_path, keys=token))
    lines = (tmp_path / "kerne.toml").read_text().splitlines()
    names = {line.split(" = ")[0] for line in lines if line}
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    assert names == {name for name in names if f"| `{name}` |" in page}


def test_commands__are_all_documented() -> None:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text()
    context = click.Context(kerne)
    for name in COMMANDS:
        assert f"## `kerne {name}`" in page
        group = kerne.get_command(context, name)
        if isinstance(group, click.Group):
            for command in group.commands:
                assert f"`kerne {name} {command}" in page


def test_exit_codes__are_all_documented() -> None:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text()
    kinds: list[type[KerneError]] = [KerneError, *KerneError.__subclasses__()]
    codes = {0, 1, 2, 130, *(kind.exit_code for kind in kinds)}
    assert [code for code in sorted(codes) if f"| {code} |" not in page] == []
