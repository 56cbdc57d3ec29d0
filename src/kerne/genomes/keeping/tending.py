"""Tend a store that stays open: merge its segments behind whoever adds, and let go of what is gone.

Whoever adds or removes, here or in another process, makes a new generation of the manifest; that
is what is watched. The work is done on a store of its own, as in another process: readers are
never in its way. What is cut off is carried on the next time.
"""

import logging
from collections.abc import Callable
from threading import Event
from typing import Final

from kerne.errors import KerneError
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.keeping.upkeep import Upkeep

BETWEEN_SECONDS: Final = 1.0
WORK_BYTES: Final = 64 << 20
"""What is decoded for merging is read once: little of it need be kept."""

_log: Final = logging.getLogger(__name__)


class Stopped(Exception):  # noqa: N818  no error: it was asked to
    """The work was asked to end."""


class Tending:
    """Tends the store that `held` returns, which readers keep open."""

    def __init__(self, held: Callable[[], GenomeStore]) -> None:
        self._held = held
        self._seen: tuple[str, int] | None = None

    def run(self, stop: Event) -> None:
        """Look at the store every second, until `stop` is set."""
        while not stop.is_set():
            try:
                self.look(stop)
            except Stopped:
                return
            except KerneError as error:
                # A disk that is full now may have room later; who asks is told by the answer.
                _log.warning("the store is not tended: %s", error)
            stop.wait(BETWEEN_SECONDS)

    def look(self, stop: Event) -> None:
        """Do what is to be done since the last look.

        Raises
        ------
        GenomeError
            The store is gone, or cannot be written.
        Stopped
            `stop` was set.
        """
        store = self._held()
        manifest = store.manifest
        seen = (manifest.store, manifest.generation)
        if seen == self._seen:
            return
        store.snapshot()  # lets go of what was replaced, so that it can be removed

        def watch(_calls: int) -> None:
            if stop.is_set():
                raise Stopped

        work = GenomeStore(store.path, store.clock, store.keys, Upkeep(WORK_BYTES, is_tended=True))
        work.compact(watch=watch)
        work.tidy()
        self._seen = seen
