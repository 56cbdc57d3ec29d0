import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.audit.entry import (
    Entry,
    IntentEntry,
    Kind,
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
PERSONAL = Personal("P-000001", 3, "acute", "own-treatment")


@pytest.mark.parametrize("entry", [INTENT, replace(INTENT, population=None), OUTCOME])
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
    assert (kind_of(INTENT), kind_of(OUTCOME)) == (Kind.INTENT, Kind.OUTCOME)


@pytest.mark.parametrize(
    "leaf",
    [b"\xff", b"[]", b"{}", b'{"kind": "intent"}', b'{"kind": "outcome"}', b"null", b"{"],
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
