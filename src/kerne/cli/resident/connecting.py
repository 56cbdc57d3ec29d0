"""Where a resident process is found, and how both ends make sure of each other.

In the directory of the store or centre lie a socket, which only its owner may use, and a lock,
which the resident process holds as long as it lives. Whoever finds a socket on which nobody
listens removes it. Either end asks the system whose the other is, and speaks to its own user only.
"""

import errno
import fcntl
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from struct import Struct
from typing import Final

from kerne import __version__
from kerne.cli.resident.wire import Kind, Message, receive, send
from kerne.durable import OWNER_ONLY
from kerne.errors import GenomeError, reason_of

# Names that begin with a full stop are in no backup.
SOCKET: Final = ".resident.socket"
LOCK: Final = ".resident.lock"
WIRE: Final = 1
"""Version of the messages."""

HELLO: Final = {"kerne": __version__, "wire": WIRE}
_GREETING_SECONDS: Final = 5.0
_LOCK_SECONDS: Final = 1.0
_PEER: Final = Struct("3i")
"""Process, user and group, as in `unix(7)`, SO_PEERCRED."""


def connect(place: Path) -> socket.socket | None:
    """Return a connection to the resident process of `place`; `None` when none of ours answers.

    One of another version of Kerne does not count, nor one of another user.
    """
    if sys.platform != "linux":
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(_GREETING_SECONDS)
        with _address(place) as address:
            connection.connect(address)
        if is_of_this_user(connection) and _is_alike(connection):
            connection.settimeout(None)
            return connection
    except OSError as error:
        if error.errno == errno.ECONNREFUSED:
            _remove_stale(place)
    connection.close()
    return None


@contextmanager
def listening(place: Path) -> Iterator[socket.socket]:
    """Give the socket on which the resident process of `place` listens; there is only one.

    Raises
    ------
    GenomeError
        There is a resident process, or the directory cannot be written.
    """
    try:
        with _only_resident(place), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            made = f"{SOCKET}.{os.getpid()}"
            (place / made).unlink(missing_ok=True)
            with _address(place, made) as address:
                listener.bind(address)
            (place / made).chmod(OWNER_ONLY)
            listener.listen()
            # Whoever finds it under its name is answered.
            (place / made).rename(place / SOCKET)
            try:
                yield listener
            finally:
                (place / SOCKET).unlink(missing_ok=True)
    except OSError as error:
        raise GenomeError(f"`{place}` cannot be served: {reason_of(error)}") from error


def is_of_this_user(connection: socket.socket) -> bool:
    """Ask the system whether the other end is a process of this user."""
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    _, user, _ = _PEER.unpack(peer)
    return bool(user == os.geteuid())


def _is_alike(connection: socket.socket) -> bool:
    send(connection, Message(Kind.HELLO, HELLO))
    greeting = receive(connection)
    return greeting is not None and greeting.kind is Kind.HELLO and greeting.said == HELLO


@contextmanager
def _address(place: Path, name: str = SOCKET) -> Iterator[str]:
    """Give an address that is short enough for the system, however long the path is."""
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{name}"
    finally:
        os.close(descriptor)


@contextmanager
def _only_resident(place: Path) -> Iterator[None]:
    descriptor = os.open(place / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
    try:
        # Somebody who removes a dead one's socket holds the lock for a moment.
        until = time.monotonic() + _LOCK_SECONDS
        while not _is_locked(descriptor):
            if time.monotonic() > until:
                raise GenomeError(f"`{place}` has a resident process already")
            time.sleep(_LOCK_SECONDS / 20)
        yield
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove_stale(place: Path) -> None:
    """Remove the socket of a process that died; nothing when one lives, or it cannot be done."""
    with suppress(OSError):
        descriptor = os.open(place / LOCK, os.O_RDWR | os.O_CLOEXEC)
        try:
            if _is_locked(descriptor):
                (place / SOCKET).unlink(missing_ok=True)
        finally:
            os.close(descriptor)
