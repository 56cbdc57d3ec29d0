"""At work: what is sealed, and the genomes, are opened under a grant and at no other moment."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from kerne.cases.ledger import CaseLedger
from kerne.gate.door import Gate
from kerne.genomes.segments.segment import PartitionReader
from kerne.people.vault import Vault
from tests.conftest import Run, Walked

pytestmark = pytest.mark.xdist_group("demo")

Spied = dict[str, list[bool]]
"""Of each thing that was opened, whether a grant was in force each time."""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Spied:
    """Watch every opening of a genome, a document and a seal."""
    seen: Spied = {"genomes": [], "documents": [], "seals": []}
    grants: list[object] = []
    do = Gate._do

    def doing(gate: Gate, grant: Any, work: Callable[[Any], Any]) -> Any:  # Any: passed on
        grants.append(grant)
        try:
            return do(gate, grant, work)
        finally:
            grants.pop()

    def watch(owner: Any, name: str, what: str) -> None:  # Any: a class or a module
        real = getattr(owner, name)

        def watched(*given: Any, **named: Any) -> Any:  # Any: passed on
            seen[what].append(bool(grants))
            return real(*given, **named)

        monkeypatch.setattr(owner, name, watched)

    monkeypatch.setattr(Gate, "_do", doing)
    watch(PartitionReader, "_read", "genomes")
    watch(CaseLedger, "document", "documents")
    watch(Vault, "unseal_all", "seals")
    watch(Vault, "unseal_document", "seals")
    return seen


def commands(walked: Walked) -> dict[str, tuple[object, ...]]:
    """What people do with a walked centre, by whether genomes or sealed documents are read."""
    ordered = re.search(r"orders for (P-\d+)", walked.told)
    orderer = re.search(r"(\S+) at [^.]{1,60}?\s+orders\s+for", walked.told)
    case = re.search(r"C-\d{4}-\d{6}", walked.told)
    assert ordered is not None
    assert orderer is not None
    assert case is not None
    patient, doctor = ordered[1], ("--as", orderer[1], "--purpose", "own-treatment")
    guardian = ("--as", "P-000001", "--purpose", "guardian-access")
    home = ("--home", walked.home)
    count = ("research", *home, "count", "LRP5", "--project", "PRJ-0001")
    return {
        "count": (*count, "--as", "researcher-1", "--purpose", "research"),
        "answer": ("cases", *home, "read", case[0], *doctor),
        "log": ("citizen", *home, "log", patient, *guardian),
        "choices": ("citizen", *home, "choices", patient, *guardian),
        "refused": ("cases", *home, "read", case[0], "--as", "doctor-1", "--purpose", "pension"),
    }


def test_commands__open_genomes_documents_and_seals_under_a_grant_alone(
    run: Run, walked: Walked, opened: Spied
) -> None:
    for name, words in commands(walked).items():
        before = {what: len(times) for what, times in opened.items()}
        code = run(*words).code
        assert code == (3 if name == "refused" else 0), name
        new = {what: len(times) - before[what] for what, times in opened.items()}
        if name == "refused":
            assert not any(new.values())
    assert all(opened.values()), "each kind was opened at least once"
    assert {what: times.count(False) for what, times in opened.items()} == {
        "genomes": 0,
        "documents": 0,
        "seals": 0,
    }
