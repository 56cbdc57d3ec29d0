import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.audit.entry import (
    Entry,
    IntentEntry,
    Kind,
    Late,
    MergerEntry,
    Outcome,
    OutcomeEntry,
    Personal,
    PopulationMark,
    decode,
    encode,
    kind_of,
)
from kerne.errors import AuditError
from kerne.people.asking import Epoch

from .conftest import AT, intent

INTENT = IntentEntry(
    number=5,
    ask=4,
    at=AT,
    writer="w",
    intent=intent(),
    population=PopulationMark("d" * 64, Epoch(1, 2, "2026-03-01")),
    commitment="c" * 64,
)
OUTCOME = OutcomeEntry(number=6, ask=4, last=5, at=AT, outcome=Outcome.DONE)
LATE = Late("a" * 64, 2, "b" * 64)
MERGER = MergerEntry(number=7, at=AT, log="a" * 64, size=2, root="c" * 64)
PERSONAL = Personal("P-000001", 3, "acute", "own-treatment")


@pytest.mark.parametrize(
    "entry",
    [
        INTENT,
        replace(INTENT, population=None),
        replace(INTENT, late=LATE),
        replace(INTENT, intent=replace(INTENT.intent, law=("§ 42 a", "§ 14"))),
        OUTCOME,
        replace(OUTCOME, late=LATE),
        MERGER,
    ],
)
def test_entry__is_read_back_as_it_was_written(entry: Entry) -> None:
    assert decode(encode(entry)) == entry


def test_entry__is_one_line_of_json_with_sorted_keys() -> None:
    leaf = encode(INTENT).decode()
    values = json.loads(leaf)
    assert "\n" not in leaf
    assert list(values) == sorted(values)
    assert values["kind"] == "intent"
    assert values["who"] == "doctor-1"


def test_entry__shows_nobody_who_is_concerned() -> None:
    assert "P-000001" not in encode(replace(INTENT, commitment=PERSONAL.commitment(b"s"))).decode()


def test_kind__is_told_by_what_is_recorded() -> None:
    kinds = [kind_of(entry) for entry in (INTENT, OUTCOME, MERGER)]
    assert kinds == [Kind.INTENT, Kind.OUTCOME, Kind.MERGER]


FIRST_FORMAT = (
    '{"about": "order K-2026-000001", "action": "read-answer", "ask": 4, '
    '"at": "2026-03-01T12:00:00+00:00", "commitment": "' + "c" * 64 + '", "format": 1, '
    '"kind": "intent", "number": 5, "organisation": "hospital-east", "population": null, '
    '"project": null, "purpose": "own-treatment", "roles": ["doctor"], '
    '"rules": ["treatment-reading"], "verdict": "permitted", "who": "doctor-1", "writer": "w"}'
)


def test_entry__of_the_first_format_is_still_read() -> None:
    assert decode(FIRST_FORMAT.encode()) == replace(INTENT, population=None)


def test_entry__of_a_newer_format_is_not_guessed_at() -> None:
    with pytest.raises(AuditError, match="newer Kerne"):
        decode(FIRST_FORMAT.replace('"format": 1', '"format": 3').encode())


@pytest.mark.parametrize(
    "leaf",
    [
        b"\xff",
        b"[]",
        b"{}",
        b'{"kind": "intent"}',
        b'{"kind": "outcome"}',
        b"null",
        b"{",
        encode(MERGER).replace(b"cc", b"xx"),
    ],
)
def test_entry__that_was_not_written_here_cannot_be_read(leaf: bytes) -> None:
    with pytest.raises(AuditError, match="cannot be read"):
        decode(leaf)


TEXTS = st.text(max_size=5)


@settings(deadline=None, max_examples=80, derandomize=True)
@given(
    st.builds(
        Personal,
        st.none() | TEXTS,
        st.none() | st.integers(0, 3),
        st.none() | TEXTS,
        TEXTS,
    ),
    st.binary(max_size=3),
)
def test_commitment__differs_for_every_part_and_salt(personal: Personal, salt: bytes) -> None:
    """Two commitments are equal only when both the part and the salt are (salts of one length)."""
    same = Personal(personal.person, personal.counter, personal.reason, personal.said)
    assert personal.commitment(salt) == same.commitment(salt)
    for changed in (
        replace(personal, person="P-000009"),
        replace(personal, counter=9),
        replace(personal, reason="another reason"),
        replace(personal, said="another purpose"),
    ):
        assert changed.commitment(salt) != personal.commitment(salt)
    assert personal.commitment(salt + b"x") != personal.commitment(salt)
