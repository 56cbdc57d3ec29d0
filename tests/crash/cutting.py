"""Cut the power of a working centre: record its writes, replay them up to a cut, and look.

One recording serves many cuts. What the workload acknowledged stands in it as marks, so that for
each cut it is known what had been acknowledged before.
"""

import pickle
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from kerne.centre import open_centre
from kerne.errors import KerneError
from kerne.settings import FILE_NAME

from .checks import Told, check
from .disk import Disk, Record, put
from .driving import REGISTRAR, Weakness, found
from .killing import in_a_fork
from .recording import ROOT, cuts, record
from .settling import clock
from .workload import Incoming

SHARED_MEMORY: Final = "*-shm"
DRIVER: Final = "tests.crash.driving"


@dataclass(frozen=True, slots=True)
class Working:
    """What is recorded: sessions of mixed work in a settled centre, or, with none, its founding.

    Parameters
    ----------
    settled
        Directory with the home and the incoming genomes; the home stays as it is.
    swallow
        Pattern of files and directories, below the home, whose syncs are forgotten.
    """

    settled: Path
    incoming: Incoming
    library: Path
    sessions: int
    seed: int = 1
    weakness: Weakness = Weakness.NONE
    swallow: str = ""

    def record(self, place: Path) -> "Recording":
        """Work in a copy of the home, or found one, in the new directory `place`."""
        place.mkdir()
        root = place / "root"
        (place / "incoming").write_bytes(pickle.dumps(self.incoming))
        if self.sessions:
            shutil.copytree(self.settled / "home", root, symlinks=True)
        else:
            root.mkdir()
        disk = Disk(root, (SHARED_MEMORY,))
        program = (
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); from {DRIVER} import main; main()"
        )
        words = [root, place / "incoming", self.seed, self.sessions, self.weakness]
        command = [sys.executable, "-c", program, *map(str, words)]
        return Recording(self, root, disk, record(self.library, root, command, self.swallow))


@dataclass(frozen=True, slots=True)
class Recording:
    """What was recorded, and the disk on which it begins; it is played once."""

    working: Working
    root: Path
    disk: Disk
    records: list[Record]

    def verdicts(self, number: int) -> Iterator[tuple[int, list[str]]]:
        """Cut the power `number` times; yield where, and what was amiss after it."""
        for cut in cuts(self.disk, self.records, number, self.working.seed, Told()):
            home = self.root.with_name("after")
            put(cut.left, home)
            look = look_at if self.working.sessions else look_at_founded
            yield cut.at, in_a_fork(partial(look, home, self.working.incoming, cut.told))
            shutil.rmtree(home)


def look_at(home: Path, incoming: Incoming, told: Told) -> list[str]:
    """Return what is amiss in a centre that was at work."""
    return check(home, incoming, told)


def look_at_founded(home: Path, _incoming: Incoming, told: Told) -> list[str]:
    """Return what is amiss in a centre that was being founded: it is there, or can be founded."""
    if not (home / FILE_NAME).exists():
        if told.is_founded:
            return ["the centre was founded and is not there"]
        found(home, lambda _kind: None)
    try:
        with open_centre(home, clock) as centre:
            if centre.identify(REGISTRAR.identifier) != REGISTRAR:
                return ["the registrar is another"]
            return list(centre.audit.verify().problems)
    except KerneError as error:
        return [f"the centre does not open: {error}"]
