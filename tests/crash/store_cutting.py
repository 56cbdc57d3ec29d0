"""Cut the power of a genome store at work, at any moment, and look at what is left.

    python -c 'from tests.crash.store_cutting import main; main()' ROOT INCOMING SEED ACTS

The program makes a store below ROOT and works on it; what it acknowledges it writes to the file
`RECORDER_MARKS`. Every class of files and directories that is synced can be left out, to see that
it is needed.
"""

import os
import pickle
import random
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from kerne.genomes.disk.manifest import FILE_NAME

from .disk import Disk, Kind, Record, put
from .recording import ROOT, cuts, record
from .storing import Cohort, StoreTold, StoreWork, check, check_export, check_tidy, make
from .telling import teller

STORE: Final = "store"
OUT: Final = "out.tsv"
_VARIES: Final = re.compile(r"[0-9a-f]{32}|(?<![a-z0-9])[0-9]{6}(?![a-z0-9])")
"""What differs from file to file of a class: a number drawn by lot, and that of a segment."""


def main() -> None:
    """Make a store and work on it."""
    root, incoming, seed, acts = sys.argv[1:]
    say = teller(os.open(os.environ["RECORDER_MARKS"], os.O_WRONLY | os.O_APPEND))
    cohort: Cohort = pickle.loads(Path(incoming).read_bytes())
    say("doing", writer="one", act="make", samples=[])
    place = make(Path(root) / STORE)
    say("done", writer="one")
    work = StoreWork(place, cohort, sorted(cohort.files)[:-1], Path(root) / OUT)
    for _ in islice(work.acts(say, random.Random(int(seed))), int(acts)):
        pass


@dataclass(frozen=True, slots=True)
class StoreRecording:
    """What was recorded of a store at work, and the empty disk on which it begins."""

    root: Path
    cohort: Cohort
    disk: Disk
    records: list[Record]

    def synced(self) -> list[str]:
        """Return the classes of files and directories that were synced, as patterns."""
        names = [each.path for each in self.records if each.kind is Kind.SYNC]
        return sorted({_VARIES.sub(lambda found: "?" * len(found[0]), name) for name in names})

    def verdicts(self, number: int, seed: int) -> Iterator[tuple[int, list[str]]]:
        """Cut the power `number` times; yield where, and what was amiss after it; once only."""
        told = StoreTold()
        for cut in cuts(self.disk, self.records, number, seed, told):
            place = self.root.with_name("after")
            put(cut.left, place)
            yield cut.at, look_at(place, self.cohort, told)
            shutil.rmtree(place)


def record_store(
    library: Path, place: Path, cohort: Cohort, acts: int, *, seed: int = 1, swallow: str = ""
) -> StoreRecording:
    """Record a store at work in the new directory `place`."""
    place.mkdir()
    root, incoming = place / "root", place / "incoming"
    root.mkdir()
    incoming.write_bytes(pickle.dumps(cohort))
    disk = Disk(root)
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
        "from tests.crash.store_cutting import main; main()"
    )
    words = [sys.executable, "-c", program, *map(str, (root, incoming, seed, acts))]
    return StoreRecording(root, cohort, disk, record(library, root, words, swallow))


def look_at(place: Path, cohort: Cohort, told: StoreTold) -> list[str]:
    """Return what is amiss after a cut."""
    store = place / STORE
    if not (store / FILE_NAME).exists():
        return ["the store was made and is not there"] if told.acts["make"] else []
    amiss = check(store, cohort, told) + check_export(place / OUT, cohort, told)
    return amiss or check_tidy(store, cohort)
