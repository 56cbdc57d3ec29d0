import os

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kerne.errors import VaultError
from kerne.sealing.payload import KEY_BYTES, encrypt, open_payload, seal_payload

KEY = bytes(range(KEY_BYTES))
P = "P-000001"


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.binary(max_size=300), st.text(max_size=20), st.text(max_size=20))
def test_payload__opens_where_it_was_sealed(plain: bytes, whose: str, place: str) -> None:
    sealed = seal_payload(KEY, plain, whose, place)
    assert open_payload(KEY, sealed, whose, place) == plain
    assert len(sealed) == 1 + 12 + len(plain) + 16


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
@example("P-1", "2", "P-12", "")
@example('P","', "x", "P", '","x')
def test_payload__opens_for_nobody_else_and_nowhere_else(
    whose: str, place: str, other: str, elsewhere: str
) -> None:
    sealed = seal_payload(KEY, b"text", whose, place)
    if (whose, place) != (other, elsewhere):
        with pytest.raises(VaultError, match="was changed, moved, or is another's"):
            open_payload(KEY, sealed, other, elsewhere)


def test_payload__every_flipped_bit_is_found() -> None:
    sealed = seal_payload(KEY, b"some text", P, "here")
    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(VaultError):
            open_payload(KEY, bytes(changed), P, "here")


@pytest.mark.parametrize("length", [0, 1, 12, 13, 28])
def test_payload__a_cut_one_does_not_open(length: int) -> None:
    with pytest.raises(VaultError):
        open_payload(KEY, seal_payload(KEY, b"some text", P, "here")[:length], P, "here")


def test_payload__from_before_places_were_bound_opens_anywhere_for_its_person(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for first in (b"\x00", b"\x01"):  # a nonce may begin with the byte that is the version now
        nonce = first + bytes(11)
        monkeypatch.setattr(os, "urandom", lambda _, nonce=nonce: nonce)
        old = encrypt(KEY, b"old text", P.encode())
        assert old.startswith(first)
        assert open_payload(KEY, old, P, "anywhere") == b"old text"
        with pytest.raises(VaultError):
            open_payload(KEY, old, "P-000002", "anywhere")


def test_payload__is_sealed_under_another_key_than_its_owners() -> None:
    sealed = seal_payload(KEY, b"text", P, "")
    with pytest.raises(VaultError):
        open_payload(KEY, sealed[1:], P, "")  # as the first format would read it
