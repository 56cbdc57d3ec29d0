"""A free-standing store that one process keeps open, with what it decoded in its memory."""

from threading import Lock

from kerne.genomes.disk.manifest import read_manifest
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.keeping.tending import Tending
from kerne.genomes.memory import HotStatistics
from kerne.genomes.reader import Reader, freestanding_reader


class ResidentGenomes(FreestandingGenomes):
    """The store in the directory `path`, for many threads; it must be there.

    What others do to the store is in the next answer. Genomes are added and removed through a
    store opened for that, as by another process.
    """

    _lock = Lock()
    _kept: GenomeStore | None = None

    def check(self) -> None:
        """Make sure that there is a store which no centre keeps.

        Raises
        ------
        GenomeError
            There is none.
        GateError
            A centre keeps it.
        """
        self._reader()

    def memory(self) -> HotStatistics:
        """Return what is kept decoded in memory."""
        return self._held().memory()

    def tending(self) -> Tending:
        """Return what merges segments behind whoever adds."""
        return Tending(self._held)

    def _reader(self) -> Reader:
        return freestanding_reader(self._held(), self.path)

    def _held(self) -> GenomeStore:
        identifier = read_manifest(self.path).store
        with self._lock:
            if self._kept is None or self._kept.identifier != identifier:
                self._kept = GenomeStore(self.path, upkeep=self._upkeep)
            return self._kept
