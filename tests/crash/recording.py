"""Record what a program writes and syncs, and play it up to a power cut."""

import json
import os
import random
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, Protocol, TypeVar

from .disk import Disk, Kind, Left, Record, read_log

SOURCE: Final = Path(__file__).with_name("recorder.c")
ROOT: Final = Path(__file__).parents[2]


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


class Hearing(Protocol):
    """Takes in what was acknowledged."""

    def hear(self, said: dict[str, Any]) -> object:  # Any: JSON
        """Take in one line."""
        ...


H = TypeVar("H", bound=Hearing)


@dataclass(frozen=True, slots=True)
class Cut(Generic[H]):
    """A moment at which the power goes: what was left, and what had been acknowledged."""

    at: int
    left: dict[str, Left]
    told: H


def cuts(
    disk: Disk, records: Sequence[Record], number: int, seed: int, told: H
) -> Iterator[Cut[H]]:
    """Play `records` on `disk` and cut the power `number` times, at moments drawn by lot.

    `told` hears what was acknowledged until then.
    """
    rng = random.Random(seed)
    # Just before a change, so that everything acknowledged until then is known.
    before = [at for at, each in enumerate(records) if each.kind is not Kind.MARK]
    moments = sorted(rng.choices([*before, len(records)], k=number))
    said = b""
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
