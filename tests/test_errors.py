"""The tree at the top of errors.py is the tree of the classes, with their exit codes."""

import re
from pathlib import Path

import pytest

from kerne import errors
from kerne.errors import InputFileError, KerneError


def descendants(kind: type[KerneError]) -> set[type[KerneError]]:
    return {kind}.union(*(descendants(child) for child in kind.__subclasses__()))


def test_tree__names_every_error_with_its_exit_code() -> None:
    drawn = dict(re.findall(r"(\w+Error)\s+(\d)", errors.__doc__ or ""))
    house = {kind for kind in descendants(KerneError) if kind.__module__ == "kerne.errors"}
    assert drawn == {kind.__name__: str(kind.exit_code) for kind in house}


def test_tree__holds_every_error_that_a_room_defines() -> None:
    assert {kind.__module__ for kind in descendants(KerneError)} == {"kerne.errors"}


@pytest.mark.parametrize(
    ("line", "where"), [(7, "`a.vcf`, line 7: no header"), (None, "`a.vcf`: no header")]
)
def test_input_file_error__says_where(line: int | None, where: str) -> None:
    error = InputFileError(Path("a.vcf"), "no header", line)
    assert str(error) == where
    assert (error.path, error.line) == (Path("a.vcf"), line)
