"""The resident process: it listens, and answers each connection in a thread of its own.

Told to end, it removes its socket, takes no more questions, and answers those that it has; genomes
that are being added then are not, and whoever adds them is told so.
"""

import logging
import secrets
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread, current_thread
from typing import Final

from kerne.cli.resident.connecting import HELLO, is_of_this_user, listening
from kerne.cli.resident.values import say_error
from kerne.cli.resident.wire import Kind, Message, receive, send
from kerne.errors import GenomeError, KerneError
from kerne.genomes.watching import Watch

CONNECTIONS_MOST: Final = 64
"""Whoever comes when there are so many does the work in its own process."""

BETWEEN_SECONDS: Final = 0.1
"""Progress is told no more often."""

Answer = Callable[[Message, Watch], Message]


class Resident:
    """Listens in the directory `place` from when it is entered, and answers in `serve`."""

    def __init__(self, place: Path, answer: Answer) -> None:
        self._place = place
        self._answer = answer
        self._ending = Event()
        self._woken, self._waker = socket.socketpair()
        self._lock = Lock()
        self._talks: dict[Thread, socket.socket] = {}

    def serve(self, ready: Callable[[], None]) -> None:
        """Answer until `end` is called; `ready` is called when whoever comes is answered.

        Raises
        ------
        GenomeError
            There is a resident process, or the directory cannot be written.
        """
        with self._woken, self._waker:
            with listening(self._place) as listener:
                ready()
                while not self._ending.is_set():
                    found, _, _ = select.select([listener, self._woken], [], [])
                    if listener in found:
                        self._accept(listener)
            self._finish()

    def end(self) -> None:
        """End soon; may be called from a signal handler, from any thread, and again."""
        self._ending.set()
        with suppress(OSError):
            self._waker.send(b"\0", socket.MSG_DONTWAIT)

    @property
    def ending(self) -> Event:
        """Set when it is to end."""
        return self._ending

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with self._lock:
            if len(self._talks) >= CONNECTIONS_MOST or not is_of_this_user(connection):
                connection.close()
                return
            thread = Thread(target=self._talk, args=(connection,), name="answering")
            self._talks[thread] = connection
            thread.start()

    def _finish(self) -> None:
        with self._lock:
            talks = dict(self._talks)
        for thread, connection in talks.items():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)  # it still gets the answer it waits for
            thread.join()

    def _talk(self, connection: socket.socket) -> None:
        talk = _Talk(connection, self._ending, self._answer)
        try:
            with connection, suppress(ConnectionError):
                talk.run()
        finally:
            with self._lock:
                self._talks.pop(current_thread(), None)


class _AbandonedError(Exception):
    """Nobody waits for the work any more, or the process is to end."""


class _Talk:
    """One connection: questions and their answers, one after the other."""

    def __init__(self, connection: socket.socket, ending: Event, answer: Answer) -> None:
        self._connection = connection
        self._ending = ending
        self._answer = answer
        self._untold = 0
        self._told_at = 0.0

    def run(self) -> None:
        """Answer until the other end closes."""
        while (asked := receive(self._connection, most_bytes=0)) is not None:
            if asked.kind is Kind.HELLO:
                send(self._connection, Message(Kind.HELLO, HELLO))
            else:
                send(self._connection, self._answered(asked))

    def _answered(self, asked: Message) -> Message:
        try:
            return self._answer(asked, self._watch)
        except KerneError as error:
            return say_error(error)
        except _AbandonedError:
            return say_error(
                GenomeError("the resident process was told to end: nothing was added; add it again")
            )
        except ConnectionError:
            raise
        except Exception:
            reference = secrets.token_hex(4)
            logging.getLogger(__name__).exception("reference %s", reference)
            return Message(Kind.FAULT, {"reference": reference})

    def _watch(self, count: int) -> None:
        """Tell how much was read; give up when nobody listens."""
        self._untold += count
        if self._ending.is_set():
            raise _AbandonedError
        if time.monotonic() - self._told_at < BETWEEN_SECONDS:
            return
        try:
            send(self._connection, Message(Kind.PROGRESS, {"bytes": self._untold}))
        except ConnectionError as error:
            raise _AbandonedError from error
        self._untold, self._told_at = 0, time.monotonic()
