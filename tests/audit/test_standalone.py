"""The verifier that a witness copies: against RFC 8032, `cryptography`, and the audit itself."""

import ast
import base64
import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from kerne.audit import standalone
from kerne.audit.access import CitizenLog
from kerne.audit.actions import Audit
from kerne.audit.checkpoint import sign_checkpoint
from kerne.audit.entry import Outcome
from kerne.audit.ledger import AuditLedger, Draft
from kerne.audit.proof import held_checkpoint
from kerne.audit.standalone import (
    Checkpoint,
    check,
    document_of,
    main,
    rows_in,
    verifies_signature,
)
from kerne.audit.tree import EMPTY_ROOT
from kerne.errors import AuditError
from kerne.people.asking import Action, Ask, Identity, Pass, Refusal, Role

from .conftest import AT, counting_draft, draft, intent, population

T = TypeVar("T")
Document = dict[str, Any]  # Any: JSON
FILE = Path(standalone.__file__)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
ME = Identity("citizen-1", frozenset({Role.CITIZEN}), None, "P-000001")
QUICK = settings(deadline=None, max_examples=25, derandomize=True)

RFC_8032 = [  # §7.1, tests 1 to 3: public key, message, signature
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701"
            "cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d"
            "0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f7609"
            "84dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@dataclass(frozen=True)
class Opened:
    entry: int
    ask: Ask


@dataclass
class OwnAccess:
    """Lets own access in, and records it as the gate does."""

    ledger: AuditLedger

    def answer(self, ask: Ask, work: Callable[[Pass], T]) -> T | Refusal:
        reading = Draft(intent(Action.READ_ACCESSES), ask.persons[0], ask.purpose)
        (entry,) = self.ledger.record([reading], AT)
        result = work(Opened(entry, ask))
        self.ledger.close_ask(entry, Outcome.DONE, AT)
        return result


@pytest.fixture
def actions(audit: AuditLedger) -> Audit:
    """An audit in which P-000001 was asked for twice by name and counted once."""
    audit.record([draft("P-000001", reason="acute, Å"), draft("P-000002")], AT)
    audit.close_ask(1, Outcome.DONE, AT)
    audit.record([counting_draft()], AT, population(*range(3, 90)))
    audit.record([counting_draft()], AT, population(1, 2))
    audit.record([draft("P-000001")], AT)
    rows = {"P-000001": BitMap([3, 70_000])}
    return Audit(audit, KEY, OwnAccess(audit), lambda person: rows[person], lambda: AT)


def log(actions: Audit, held: str | None = None) -> CitizenLog:
    kept = None if held is None else held_checkpoint(held)
    found = actions.log_of(ME, "own-access", "P-000001", kept)
    assert not isinstance(found, Refusal)
    return found


def found_in(text: str, held: list[str] | None = None) -> list[str]:
    return list(check(document_of(text), [document_of(each) for each in held or []], PUBLIC))


def changed(text: str, change: Callable[[Document], None]) -> str:
    document = json.loads(text)
    change(document)
    return json.dumps(document)


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_signature__of_rfc_8032_verifies(key: str, message: str, signature: str) -> None:
    octets = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
    assert verifies_signature(*octets)
    for place in (0, 31, 32, 63):
        other = bytearray(octets[2])
        other[place] ^= 1
        assert not verifies_signature(octets[0], octets[1], bytes(other))


@QUICK
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_signature__of_the_library_verifies_and_a_flipped_bit_does_not(
    seed: bytes, message: bytes, bit: int
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verifies_signature(public, message, signature)
    flipped = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
    assert not verifies_signature(public, message, flipped)
    assert not verifies_signature(public, message + b"x", signature)


@pytest.mark.parametrize(
    ("key", "signature"),
    [
        (PUBLIC[:31], b"s" * 64),
        (PUBLIC, b"s" * 63),
        (b"\xff" * 32, b"\x00" * 64),  # y is not below the prime
        ((1).to_bytes(31, "little") + b"\x80", b"\x00" * 64),  # x is 0 and its sign is set
        (PUBLIC, KEY.sign(b"")[:32] + b"\xff" * 32),  # s is not below the order
    ],
)
def test_signature__of_what_is_no_point_or_scalar_does_not_verify(
    key: bytes, signature: bytes
) -> None:
    assert not verifies_signature(key, b"", signature)


BITMAPS = st.one_of(
    st.frozensets(st.integers(0, 200_000), max_size=40),
    st.builds(range, st.integers(0, 1000), st.integers(1000, 9_000)),
    st.builds(range, st.integers(0, 10), st.just(80_000), st.integers(2, 9)),
    st.builds(range, st.just(0), st.just(300_000), st.just(60_000)),
)


@QUICK
@given(BITMAPS, st.booleans())
def test_bitmap__is_read_as_it_was_written(rows: frozenset[int] | range, optimised: bool) -> None:
    bitmap = BitMap(rows)
    if optimised:
        bitmap.run_optimize()
    assert list(rows_in(bitmap.serialize())) == sorted(rows)


def test_verifier__imports_nothing_of_kerne_and_nothing_to_install() -> None:
    imported = set()
    for node in ast.walk(ast.parse(FILE.read_text())):
        if isinstance(node, ast.Import):
            imported |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module))
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_log__is_verified_and_counts_what_it_shows(actions: Audit) -> None:
    shown = log(actions)
    assert [access.counter for access in shown.accesses] == [1, None, 2, 3]
    lines = found_in(shown.document)
    assert "accesses by name\t3, numbered from 1 without a gap" in lines
    assert "counted among others\t1" in lines
    assert "P-000002" not in shown.document


def drop_first(document: Document) -> None:
    del document["named"][0]


def drop_last(document: Document) -> None:
    del document["named"][-1]


def hide_reason(document: Document) -> None:
    document["named"][0]["opening"]["reason"] = None


def show_another_person(document: Document) -> None:
    document["person"] = "P-000002"


def edit_leaf(document: Document) -> None:
    part = document["named"][1]
    part["leaf"] = part["leaf"].replace("doctor-1", "doctor-2")


def renumber(document: Document) -> None:
    document["named"][0]["number"], document["named"][1]["number"] = 7, 1


def exchange_outcomes(document: Document) -> None:
    document["named"][2]["closing"] = document["named"][0]["closing"]


def other_rows(document: Document) -> None:
    document["rows"] = [1]


def other_population(document: Document) -> None:
    (digest,) = document["populations"]
    document["populations"][digest] = base64.b64encode(BitMap([3]).serialize()).decode()


def no_population(document: Document) -> None:
    document["populations"] = {}


def other_checkpoint(document: Document) -> None:
    document["checkpoint"] = document["checkpoint"].replace("2026", "2025")


LIES = [
    drop_first,
    drop_last,
    hide_reason,
    show_another_person,
    edit_leaf,
    renumber,
    exchange_outcomes,
    other_rows,
    other_population,
    no_population,
    other_checkpoint,
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_log__that_was_changed_does_not_verify(
    actions: Audit, lie: Callable[[Document], None]
) -> None:
    with pytest.raises(standalone.UnverifiedError):
        found_in(changed(log(actions).document, lie))


def test_entry__that_says_it_is_another_does_not_verify() -> None:
    leaf = '{"number": 2}'
    root = standalone.leaf_hash(leaf.encode())
    part: Document = {"number": 1, "leaf": leaf, "path": []}
    with pytest.raises(standalone.UnverifiedError, match="says that it is another"):
        standalone.entry_of(part, Checkpoint(1, root, ""))


def test_log__that_hides_the_newest_entries_is_found_by_the_one_kept_from_before(
    actions: Audit, audit: AuditLedger
) -> None:
    first, second = log(actions), log(actions)
    audit.record([draft("P-000001")], AT)
    with pytest.raises(standalone.UnverifiedError, match="rolled back"):
        found_in(first.document, [second.checkpoint.text()])
    with pytest.raises(standalone.UnverifiedError, match="ask for a proof of consistency"):
        found_in(second.document, [first.checkpoint.text()])
    third = log(actions, first.document)
    assert "history\t2 held from before begin it" in found_in(
        third.document, [first.checkpoint.text(), third.checkpoint.text()]
    )
    assert found_in(third.document, [first.document])
    for kept in (third.document, changed(first.document, edit_leaf)):
        with pytest.raises(standalone.UnverifiedError, match="is not the beginning"):
            found_in(third.document, [first.document, kept])
    forged = sign_checkpoint(third.checkpoint.size, b"r" * 32, AT, KEY)
    with pytest.raises(standalone.UnverifiedError, match="forked"):
        found_in(third.document, [forged.text()])


def test_consistency__is_proved_from_every_older_audit(actions: Audit, audit: AuditLedger) -> None:
    older = [sign_checkpoint(size, audit.root(size), AT, KEY) for size in range(audit.size() + 1)]
    for held in older:
        lines = found_in(actions.prove_consistency(held), [held.text()])
        assert f"begins with\tthe {held.size} entries of {AT.isoformat()}" in lines
    text = actions.prove_consistency(older[3])
    for lie in (
        lambda document: document["since"]["path"].pop(),
        lambda document: document["since"]["path"].append("00" * 32),
        lambda document: document["since"]["path"].clear(),
        lambda document: document["since"].update(checkpoint=older[4].text()),
        lambda document: document["since"].update(checkpoint=older[0].text()),
    ):
        with pytest.raises(standalone.UnverifiedError, match="does not begin with"):
            found_in(changed(text, lie))


def test_consistency__with_what_this_audit_never_was_cannot_be_proved(actions: Audit) -> None:
    for held in (
        sign_checkpoint(3, b"r" * 32, AT, KEY),
        sign_checkpoint(99, b"r" * 32, AT, KEY),
    ):
        with pytest.raises(AuditError, match="rolled back or changed"):
            actions.prove_consistency(held)
    stranger = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
    with pytest.raises(AuditError, match="was not signed by this centre"):
        actions.prove_consistency(sign_checkpoint(0, EMPTY_ROOT, AT, stranger))


def test_inclusion__is_proved_of_every_entry_in_every_audit_that_has_it(
    actions: Audit, audit: AuditLedger
) -> None:
    for size in range(1, audit.size() + 1):
        for number in range(1, size + 1):
            text = actions.prove(number, size)
            assert f"entry {number}\tstands in it" in found_in(text)
            assert json.loads(text)["opening"] is None
    with pytest.raises(standalone.UnverifiedError, match="does not stand"):
        found_in(changed(actions.prove(3, 5), lambda document: document["entry"]["path"].pop()))
    with pytest.raises(standalone.UnverifiedError, match="does not stand"):
        found_in(
            changed(actions.prove(1, 1), lambda document: document["entry"]["path"].append("00"))
        )
    with pytest.raises(standalone.UnverifiedError, match="does not stand"):
        found_in(changed(actions.prove(1), lambda document: document["entry"].update(number=99)))


def test_inclusion__shows_whom_it_is_about_to_them_only(actions: Audit) -> None:
    text = actions.prove_to(ME, "own-access", "P-000001", 1)
    assert isinstance(text, str)
    assert "about\tP-000001" in found_in(text)
    for number in (2, 3):  # another's, and an outcome
        with pytest.raises(AuditError, match="does not name this person"):
            actions.prove_to(ME, "own-access", "P-000001", number)


@pytest.fixture
def files(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_verifier__runs_alone(actions: Audit, files: Callable[[str, str], Path]) -> None:
    held = files("held", actions.checkpoint().text())
    shown = files("log.json", log(actions, held.read_text()).document)
    copy = files("verify_audit.py", FILE.read_text())
    command: list[str | Path] = [
        sys.executable,
        "-I",
        copy,
        "--key",
        PUBLIC.hex(),
        shown,
        held,
        "--held",
        held,
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/", env={"PATH": ""}
    )
    assert done.stderr == ""
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("verified\tyes") == 2


def test_verifier__says_by_its_exit_code_what_it_found(
    actions: Audit, files: Callable[[str, str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    key, held = str(files("key", PUBLIC.hex())), str(files("h", actions.checkpoint().text()))
    shown = str(files("log", log(actions).document))
    assert main(["--key", key, held]) == 0
    assert main(["--key", key, held, "--held", shown]) == 1
    assert main(["--key", "00" * 32, held]) == 1
    assert "NO: the checkpoint of" in capsys.readouterr().out
    for text in ("", "{}", "[]", '{"format": "x"}', "kerne audit checkpoint 1\n", "[0"):
        assert main(["--key", key, str(files("bad", text))]) == 2
    assert main(["--key", "nowhere", held]) == 2
    other = actions.checkpoint().text().replace("checkpoint 1", "checkpoint 12")
    assert main(["--key", key, str(files("bad", other))]) == 2
    assert "cannot be understood" in capsys.readouterr().out


def test_verifier__leaves_with_its_exit_code(
    files: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["verify_audit.py", "--key", "0", str(files("x", ""))])
    with pytest.raises(SystemExit) as left:
        runpy.run_path(str(FILE), run_name="__main__")
    assert left.value.code == 2


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"checkpoint": 1}', '{"checkpoint": "x"}'])
def test_what_holds_no_checkpoint__cannot_be_held(text: str) -> None:
    with pytest.raises(AuditError, match="a checkpoint"):
        held_checkpoint(text)
