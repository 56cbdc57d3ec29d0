"""Messages between the command line and the resident process, over a Unix socket.

A message is 12 bytes, a JSON object and columns. The 12 bytes say how long the object is (32 bits)
and the columns are together (64 bits), in network order. The object says what the message is
(`kind`), what it says (`said`) and how long each column is (`sizes`, in bytes). A column is the
memory of an array, in the order of bytes of the machine: both ends are on it.
"""

import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from struct import Struct
from typing import Any, Final

_LENGTHS: Final = Struct("!IQ")
_SAID_MOST_BYTES: Final = 1 << 30
_PIECE_BYTES: Final = 1 << 20


class Kind(StrEnum):
    """What a message is."""

    HELLO = "hello"
    ASK = "ask"
    PROGRESS = "progress"
    ANSWER = "answer"
    ERROR = "error"
    FAULT = "fault"


class WireError(ConnectionError):
    """What came is no message, or the connection was cut off in the middle of one."""


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One message; `said` is what JSON can say, `columns` are the memory of arrays."""

    kind: Kind
    said: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON
    columns: Sequence[bytes | bytearray | memoryview] = ()


def send(connection: socket.socket, message: Message) -> None:
    """Send a message whole."""
    columns = [memoryview(column).cast("B") for column in message.columns]
    sizes = [len(column) for column in columns]
    values = {"kind": message.kind, "said": message.said, "sizes": sizes}
    text = json.dumps(values, separators=(",", ":")).encode()
    connection.sendall(_LENGTHS.pack(len(text), sum(sizes)) + text)
    for column in columns:
        connection.sendall(column)


def receive(connection: socket.socket, most_bytes: int | None = None) -> Message | None:
    """Return the next message; `None` when the other end has closed.

    Parameters
    ----------
    most_bytes
        Of columns; more is not read. As much as comes when it is `None`.

    Raises
    ------
    WireError
        It is no message, is too long, or breaks off.
    """
    lengths = _read(connection, _LENGTHS.size, may_end=True)
    if not lengths:
        return None
    said_bytes, column_bytes = _LENGTHS.unpack(lengths)
    if said_bytes > _SAID_MOST_BYTES or (most_bytes is not None and column_bytes > most_bytes):
        raise WireError("the message is too long")
    try:
        values = json.loads(_read(connection, said_bytes))
        kind, said, sizes = Kind(values["kind"]), dict(values["said"]), list(values["sizes"])
    except (ValueError, KeyError, TypeError) as error:
        raise WireError("what came is no message") from error
    if not all(isinstance(size, int) and size >= 0 for size in sizes) or sum(sizes) != column_bytes:
        raise WireError("the columns are not as long as the message says")
    return Message(kind, said, [_read(connection, size) for size in sizes])


def _read(connection: socket.socket, size: int, *, may_end: bool = False) -> bytearray:
    """Read `size` bytes; none when the other end closed before the first and `may_end`."""
    found = bytearray()
    while len(found) < size:
        piece = connection.recv(min(size - len(found), _PIECE_BYTES))
        if not piece and may_end and not found:
            return found
        if not piece:
            raise WireError("the connection was cut off")
        found += piece
    return found
