"""What the house promises of itself: short files, telling names, decisions that are listed."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src" / "kerne").rglob("*.py"))
LONGEST_FILE_LINES = 400
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "service", "core", "common", "data"}


def test_sources__are_one_idea_a_file() -> None:
    long = {
        path.relative_to(ROOT): lines
        for path in SOURCES
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE_LINES
    }
    assert not long


def test_sources__have_names_that_say_something() -> None:
    assert not [path for path in SOURCES if path.stem in EMPTY_NAMES]


def test_sources__open_with_what_they_are_for() -> None:
    assert not [path for path in SOURCES if not path.read_text().startswith('"""')]


def test_decisions__are_numbered_without_gaps_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("0*.md"))
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
    listed = re.findall(r"\((0[^)]+\.md)\)", (folder / "README.md").read_text())
    assert listed == records


def test_makefile__documents_every_target() -> None:
    text = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony is not None
    documented = set(re.findall(r"^([a-z-]+):.*##", text, re.MULTILINE))
    assert documented == set(phony.group(1).split())
