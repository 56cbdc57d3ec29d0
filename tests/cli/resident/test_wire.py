"""Messages between the command line and the resident process."""

import socket
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.cli.resident.wire import Kind, Message, WireError, receive, send

SAID = st.dictionaries(
    st.text(max_size=5), st.none() | st.integers() | st.text() | st.lists(st.booleans())
)
Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(Kind), SAID, st.lists(st.binary(max_size=200), max_size=4))
def test_message__arrives_as_it_was_sent(
    kind: Kind, said: dict[str, object], columns: list[bytes]
) -> None:
    one, other = socket.socketpair()
    with one, other:
        send(one, Message(kind, said, columns))
        send(one, Message(Kind.HELLO))
        found, after = receive(other), receive(other)
    assert found is not None
    assert after is not None
    assert (found.kind, found.said, [bytes(each) for each in found.columns]) == (
        kind,
        said,
        columns,
    )
    assert after.kind is Kind.HELLO


def test_end__is_no_message(ends: Ends) -> None:
    ends[0].close()
    assert receive(ends[1]) is None


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\0\0", "cut off"),
        (struct.pack("!IQ", 9, 0) + b"{", "cut off"),
        (struct.pack("!IQ", 2, 0) + b"[]", "no message"),
        (struct.pack("!IQ", 2, 0) + b"{{", "no message"),
        (struct.pack("!IQ", 1 << 31, 0), "too long"),
        (struct.pack("!IQ", 2, 11), "too long"),
    ],
)
def test_what_is_no_message__is_said_so(ends: Ends, raw: bytes, words: str) -> None:
    ends[0].sendall(raw)
    ends[0].close()
    with pytest.raises(WireError, match=words):
        receive(ends[1], most_bytes=10)


@pytest.mark.parametrize("sizes", [b"[1]", b"[-1,3]", b'["a"]', b"[]"])
def test_columns_of_other_lengths__are_no_message(ends: Ends, sizes: bytes) -> None:
    text = b'{"kind":"hello","said":{},"sizes":' + sizes + b"}"
    ends[0].sendall(struct.pack("!IQ", len(text), 2) + text + b"ab")
    with pytest.raises(WireError, match="not as long"):
        receive(ends[1])
