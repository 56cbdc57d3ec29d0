"""Cut the power of a working centre: record its writes, replay them up to a cut, and look.

One recording serves many cuts. What the workload acknowledged stands in it as marks, so that for
each cut it is known what had been acknowledged before.
"""

import json
import os
import pickle
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from kerne.centre import open_centre
from kerne.errors import KerneError
from kerne.settings import FILE_NAME

from .checks import Told, check
from .disk import Disk, Kind, Left, Record, put, read_log
from .driving import REGISTRAR, Weakness, found
from .killing import in_a_fork
from .settling import clock
from .workload import Incoming

SOURCE: Final = Path(__file__).with_name("recorder.c")
SHARED_MEMORY: Final = "*-shm"
ROOT: Final = Path(__file__).parents[2]
DRIVER: Final = "tests.crash.driving"


def compile_recorder(place: Path) -> Path:
    """Compile the recorder into the directory `place`; there must be a C compiler."""
    library = place / "recorder.so"
    words = ["cc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library), str(SOURCE)]
    subprocess.run([*words, "-ldl", "-lpthread"], check=True)
    return library


def record(library: Path, root: Path, words: Sequence[str], swallow: str = "") -> list[Record]:
    """Run `words` and return what it wrote below `root`.

    The program finds in the environment, as `RECORDER_MARKS`, the file to write marks to. Syncs
    of the files and directories that `swallow` names (a pattern below the root) are forgotten.
    """
    log, marks = root.with_name(f"{root.name}.log"), root.with_name(f"{root.name}.marks")
    log.unlink(missing_ok=True)
    marks.touch()
    environment = os.environ | {
        "LD_PRELOAD": str(library),
        "RECORDER_ROOT": str(root),
        "RECORDER_LOG": str(log),
        "RECORDER_MARKS": str(marks),
    }
    if swallow:
        environment["RECORDER_SWALLOW"] = swallow
    subprocess.run(words, env=environment, check=True)
    return read_log(log)


@dataclass(frozen=True, slots=True)
class Cut:
    """A moment at which the power goes: what was left, and what had been acknowledged."""

    at: int
    left: dict[str, Left]
    told: Told


def cuts(disk: Disk, records: Sequence[Record], number: int, seed: int) -> Iterator[Cut]:
    """Play `records` on `disk` and cut the power `number` times, at moments drawn by lot."""
    rng = random.Random(seed)
    # Just before a change, so that everything acknowledged until then is known.
    before = [at for at, each in enumerate(records) if each.kind is not Kind.MARK]
    moments = sorted(rng.choices([*before, len(records)], k=number))
    told, said = Told(), b""
    for at in range(len(records) + 1):
        while moments and moments[0] == at:
            moments.pop(0)
            yield Cut(at, disk.after(rng), told)
        if at < len(records):
            disk.play(records[at])
            if records[at].kind is Kind.MARK:
                *lines, said = (said + records[at].data).split(b"\n")
                for line in lines:
                    told.hear(json.loads(line))


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
        for cut in cuts(self.disk, self.records, number, self.working.seed):
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
