import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pyroaring import BitMap

import kerne
from kerne.errors import GateError
from kerne.gate.grant import Grant
from kerne.people.asking import Action, Ask, Epoch, Population, Purpose

from .conftest import ADULT, AT, DOCTOR

SOURCE = Path(kerne.__file__).parent
GRANT = Grant(
    ask=Ask(DOCTOR, "own-treatment", Action.READ_GENOME, (ADULT,)),
    purpose=Purpose.OWN_TREATMENT,
    entry=7,
    entries=(7,),
    population=Population(BitMap([1]), Epoch(1, 1, "2026-03-01")),
    expires_at=AT + timedelta(minutes=15),
)


def makers_of_grants(tree: ast.AST) -> list[int]:
    """Lines that could make a grant: a call of `Grant` by any name, or a copy by `replace`."""
    names = {"Grant"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            names |= {
                each.asname for each in node.names if each.asname and each.name.endswith("Grant")
            }
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [
        func.lineno
        for func in called
        if (isinstance(func, ast.Name) and func.id in names)
        or (isinstance(func, ast.Attribute) and func.attr in names)
    ]


def test_grant__is_made_in_the_door_and_nowhere_else() -> None:
    makers = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if makers_of_grants(ast.parse(path.read_text()))
    }
    assert makers == {"gate/door.py"}


def test_grant__is_never_copied_with_changes_or_made_from_elsewhere() -> None:
    """No module that knows grants uses what could make one without naming it."""
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text())
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        if "Grant" not in names or path.parent.name == "gate":
            continue
        called = {
            ast.unparse(node)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and "replace" in ast.unparse(node.func)
            and any("grant" in ast.unparse(argument).lower() for argument in node.args[:1])
        }
        assert not called, path
        assert "__new__" not in path.read_text(), path


@pytest.mark.parametrize(
    "text",
    [
        "Grant(1)",
        "grant.Grant(1)",
        "from kerne.gate.grant import Grant as G\nG(1)",
        "def f():\n    return [Grant(x) for x in y]",
    ],
)
def test_makers_of_grants__are_seen_by_any_name(text: str) -> None:
    assert makers_of_grants(ast.parse(text))


def test_grant__holds_for_its_action_until_it_expires() -> None:
    GRANT.require({Action.READ_GENOME, Action.INTERPRET}, AT)
    assert GRANT.genomes({Action.READ_GENOME}, AT).rows == BitMap([1])


def test_grant__does_not_hold_for_another_action() -> None:
    with pytest.raises(GateError, match="is for `read-genome`, expected `count-genomes` or"):
        GRANT.require({Action.FIND_CARRIERS, Action.COUNT_GENOMES}, AT)


def test_grant__does_not_hold_from_its_end_on() -> None:
    with pytest.raises(GateError, match="the grant of entry `7` expired"):
        GRANT.require({Action.READ_GENOME}, GRANT.expires_at)


def test_grant__that_opens_no_genome_says_so() -> None:
    with pytest.raises(GateError, match="opens no genome"):
        replace(GRANT, population=None).genomes({Action.READ_GENOME}, AT)
