"""No way past the gate: every act asks it, and only their readers open what it guards."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import kerne

SOURCE = Path(kerne.__file__).parent
TREES = {
    path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text())
    for path in sorted(SOURCE.rglob("*.py"))
}
CLASSES = {
    "People",
    "Consent",
    "OptOutRegister",
    "Audit",
    "Genomes",
    "CountActions",
    "CheckActions",
    "Orders",
    "Cases",
    "Reanalyses",
    "Revisions",
    "Validations",
    "SharedKnowledge",
    "Research",
    "Custodians",
}
NO_ACTS = {"Gate", "Gatherer", "Looker", "_Parts"}
"""Classes that hold the gate and are not what people do."""
WITHOUT_THE_GATE = {
    "Audit.verify": "shows nobody's data: hashes, counts and what disagrees",
    "Audit.checkpoint": "signs the root; shows nobody's data",
    "Audit.public_key": "the key that anybody may verify signatures with",
    "Audit.prove": "shows an entry as the tree holds it: whom it concerns only as a commitment",
    "Audit.prove_consistency": "shows hashes",
    "Audit.keep_newest": "signs the root at the end of a session; shows nobody's data",
    "Research.region_of_gene": "shows nobody's data: where public gene models put a gene",
    "Genomes.recover": "start-up: carries on what was granted before; returns a number",
    "Genomes.has_entry": "start-up: says whether a granted change was committed",
    "Orders.react": "a reaction to what was granted before; returns nothing",
    "Orders.cancel_without_consent": "a reaction to a withdrawal; returns nothing",
    "Cases.shared": "gives the acts on shared knowledge, each of which asks",
    "SharedKnowledge.react": "a reaction to what was granted before; returns nothing",
    "Cases.validations": "gives the acts on validations, each of which asks",
    "Validations.history": "shows nobody's data: what institutions say of their own validation",
    "Cases.react": "a reaction to what was granted before; returns nothing",
    "Cases.hand_over": "a step of an erasure that was granted; returns nothing",
    "CountActions.counting_with": "says where counts are made that are asked for; returns nothing",
    "Genomes.compact": "an operator's care for the disk; returns names of segments",
    "Genomes.verify": "an operator's care for the disk; returns names of segments",
    "Genomes.memory": "says how much is kept decoded; returns numbers of bytes",
    "Genomes.tending": "an operator's care for the disk; returns what merges segments",
    "Genomes.forget": "a step of an erasure that was granted; returns names of segments",
    "Genomes.remove_again": "a step of a restore: removals that were granted; returns a number",
    "Custodians.recover": "start-up: carries on erasures that were granted; returns a number",
    "Custodians.remove_from_research": "asks by `Consent.refuse_research`; names projects only",
    "Cases.issue_outstanding": "start-up: hands over what was signed; returns a number",
}
"""Public methods of actions that ask nobody, each with the reason."""


GATES = {"gate", "_gate", "door", "_door"}
"""What an attribute is called that holds the gate."""


def actions() -> Iterator[tuple[str, ast.ClassDef]]:
    for name, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name in CLASSES:
                yield name, node


def methods(acts: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in acts.body if isinstance(node, ast.FunctionDef)}


def called(node: ast.AST) -> set[str]:
    """The dotted names of everything that is called inside `node`."""
    return {ast.unparse(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}


def asks_the_gate(acts: ast.ClassDef, method: str, seen: frozenset[str] = frozenset()) -> bool:
    """Say whether a method asks the gate itself or by another method of its own."""
    calls = called(methods(acts)[method])
    if calls & {f"self.{gate}.answer" for gate in GATES} or "answer_all" in calls:
        return True
    own = {call.removeprefix("self.") for call in calls if call.startswith("self.")}
    return any(
        asks_the_gate(acts, other, seen | {method})
        for other in own & methods(acts).keys() - seen - {method}
    )


def public_methods() -> list[tuple[ast.ClassDef, str]]:
    return [
        (acts, method)
        for _, acts in actions()
        for method in methods(acts)
        if not method.startswith("_")
    ]


def test_actions__are_the_classes_that_are_known_here() -> None:
    found = {
        node.name
        for tree in TREES.values()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and GATES & attributes(node)
    } - NO_ACTS
    assert found == CLASSES == {acts.name for _, acts in actions()}
    assert len(public_methods()) > 40


def attributes(acts: ast.ClassDef) -> set[str]:
    return {node.attr for node in ast.walk(acts) if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize(
    ("acts", "method"),
    [pytest.param(acts, name, id=f"{acts.name}.{name}") for acts, name in public_methods()],
)
def test_act__asks_the_gate_or_says_why_not(acts: ast.ClassDef, method: str) -> None:
    assert asks_the_gate(acts, method) != (f"{acts.name}.{method}" in WITHOUT_THE_GATE)


def test_acts_without_the_gate__exist() -> None:
    assert WITHOUT_THE_GATE.keys() <= {f"{acts.name}.{name}" for acts, name in public_methods()}


def callers(function: str) -> set[str]:
    """The modules that call `function`, by whatever path."""
    return {
        name
        for name, tree in TREES.items()
        if any(call.rsplit(".", 1)[-1] == function for call in called(tree))
    }


def importers(module: str) -> set[str]:
    return {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and any(_is(each.name, module) for each in node.names))
        or (isinstance(node, ast.ImportFrom) and _is(node.module or "", module))
    }


def _is(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def speakers(text: str) -> set[str]:
    """The modules in which `text` stands in a string that is no docstring."""
    found = set()
    for name, tree in TREES.items():
        plain = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
        if any(
            isinstance(node.value, str) and text in node.value and id(node) not in plain
            for node in strings
        ):
            found.add(name)
    return found


FREESTANDING = {
    "genomes/reader.py",
    "genomes/freestanding.py",
    "genomes/resident.py",
    "genomes/keeping/new_store.py",
}


@pytest.mark.parametrize(
    ("function", "modules"),
    [
        ("SegmentFolder", {"genomes/keeping/store.py"}),
        # A scrub reads nobody's genome: it looks whether a segment opens under its key.
        # A worker of a cluster counts rows that a reader has chosen; a published store is nobody's.
        (
            "SegmentReader",
            {
                "genomes/keeping/segment_folder.py",
                "genomes/keeping/scrub.py",
                "genomes/asking/sent_tasks.py",
                "genomes/publishing/published_store.py",
            },
        ),
        ("PublishedStore", {"genomes/reader.py"}),
        # Who tends a store merges segments of one that is open, and reads nobody's genome.
        ("GenomeStore", FREESTANDING | {"centre.py", "genomes/keeping/tending.py"}),
        ("create_store", {"genomes/freestanding.py", "founding.py"}),
        ("Reader", {"genomes/reader.py"}),
        (
            "open_database",
            {"centre.py", "people/vault.py", "audit/ledger.py", "founding.py", "audit/copies.py"},
        ),
        ("create_engine", {"database/engine.py"}),
        ("open_vault", {"centre.py", "founding.py", "keys.py"}),
        ("Vault", {"people/vault.py"}),
        ("open_answer_key", {"centre.py"}),
        ("signing_key", {"centre.py", "founding.py", "custody/restore.py"}),
        ("open_audit", {"centre.py"}),
        ("AuditLedger", {"audit/ledger.py"}),
        ("PeopleLedger", {"centre.py", "founding.py"}),
        ("ConsentLedger", {"centre.py"}),
        ("OrderLedger", {"centre.py"}),
        ("CaseLedger", {"centre.py"}),
        ("ResearchLedger", {"centre.py"}),
        ("Gate", {"centre.py"}),
    ],
)
def test_what_the_gate_guards__is_opened_where_it_should_be(
    function: str, modules: set[str]
) -> None:
    assert callers(function) <= modules
    assert callers(function)


@pytest.mark.parametrize(
    ("module", "rooms"),
    [
        ("sqlite3", {"database", "audit"}),
        ("pyarrow", {"genomes", "knowledge"}),
        ("kerne.genomes.segment_files", {"genomes"}),
        ("kerne.genomes.segment", {"genomes"}),
        ("kerne.people.vault", {"people", "centre.py", "founding.py", "keys.py"}),
        ("kerne.audit.tables", {"audit"}),
    ],
)
def test_files_of_a_centre__are_read_in_their_own_rooms(module: str, rooms: set[str]) -> None:
    assert {name.split("/")[0] for name in importers(module)} <= rooms


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("audit.sqlite", {"custody/home.py"}),
        ("centre.sqlite", {"custody/home.py"}),
        ("checkpoint.key", {"custody/home.py"}),
        ("answers.pem", {"centre.py"}),
        ("keys.sqlite", {"people/vault.py"}),
        ("master.key", {"sealing/master.py"}),
        ("sites.parquet", {"genomes/segment_files.py"}),
        ("calls.parquet", {"genomes/segment_files.py"}),
    ],
)
def test_file_of_a_centre__is_named_by_its_keeper_only(text: str, modules: set[str]) -> None:
    assert speakers(text) <= modules


@pytest.mark.parametrize("module", ["sqlalchemy", "kerne.database"])
def test_databases__are_spoken_to_by_ledgers_and_their_tables(module: str) -> None:
    allowed = {"ledger", "tables", "persons", "rows", "standing", "vault", "leaves", "drafts"}
    allowed |= {"key_tables", "verification", "rereading", "finding", "second", "populations"}
    allowed |= {"validation_ledger", "reanalysis_ledger", "reanalysis_events", "reanalysis"}
    allowed |= {"shared_ledger"}
    allowed |= {"reach", "reaches", "events", "order", "case", "centre"}
    allowed |= {"erasing", "forgetting", "founding", "proposal", "rooms"}
    # Copies are of whole files, and of events as they are written.
    allowed |= {"backup", "copies", "home", "key_copies", "replica", "restore"}
    strangers = {
        name
        for name in importers(module)
        if Path(name).stem not in allowed and not name.startswith("database/")
    }
    assert not strangers
