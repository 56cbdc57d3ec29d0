"""Strike a genome store at work at each of its changes: kill, fail, fill the disk.

    LD_PRELOAD=striker.so python -c 'from tests.crash.striking import main; main()' WHAT PLACE ...

`striker.c` counts the changes below the store's directory and strikes one of them. The program
forks from a warm process, hurts a store, looks at what is left, and prints what was amiss.
"""

import ctypes
import json
import os
import random
import select
import signal
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import islice
from pathlib import Path
from typing import Final, NoReturn
from unittest.mock import patch

from kerne.durable import write_durably
from kerne.errors import KerneError
from kerne.genomes.reader import open_freestanding

from .storing import (
    Cohort,
    StoreTold,
    StoreWork,
    check,
    check_tidy,
    invent,
    make,
    wrong_answers,
)
from .telling import Say, teller

SOURCE: Final = Path(__file__).with_name("striker.c")
ROOT: Final = Path(__file__).parents[2]
GENOMES: Final = 18
SITES: Final = 30
KILLS_A_LIFE: Final = 50
MOST_CHANGES: Final = 90
"""An add makes about thirty, so that a writer dies in its first few acts."""
READ_BYTES: Final = 1 << 16
PAUSE_S: Final = 0.02


class How(IntEnum):
    """What befalls the change whose turn it is; as in `striker.c`."""

    COUNT = 0
    FAIL = 1
    FAIL_ON = 2
    KILL_BEFORE = 3
    KILL_AFTER = 4
    KILL_WITHIN = 5
    FULL = 6


@dataclass
class Verdict:
    """How often a store was hurt, what was amiss after it, and what was acknowledged."""

    strikes: int = 0
    amiss: list[str] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)
    looks: int = 0
    """How often a reader read everything while writers were hurt."""


class Striker:
    """The library that this process was started with."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None)

    def begin(self, root: Path, at: int, how: How, room_bytes: int = 0) -> None:
        """Strike the change number `at` below `root` from now on."""
        self._library.striker_begin(
            str(root.resolve()).encode(), ctypes.c_long(at), int(how), ctypes.c_long(room_bytes)
        )

    def end(self) -> int:
        """Strike no more; return how many changes were struck."""
        self._library.striker_end()
        return int(self._library.striker_struck())

    def seen(self) -> int:
        """Return how many changes there were."""
        return int(self._library.striker_seen())


def compile_striker(place: Path) -> Path:
    """Compile the library into the directory `place`; there must be a C compiler."""
    library = place / "striker.so"
    words = ["cc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library), str(SOURCE)]
    subprocess.run([*words, "-ldl"], check=True)
    return library


def run(library: Path, what: str, place: Path, *, size: int, seed: int = 1) -> Verdict:
    """Do `what` (a name in `WORKS`) in the new directory `place`, in a process of its own."""
    place.mkdir()
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
        "from tests.crash.striking import main; main()"
    )
    words = [sys.executable, "-c", program, what, str(place), str(size), str(seed)]
    environment = os.environ | {"LD_PRELOAD": str(library)}
    found = subprocess.run(words, env=environment, check=True, stdout=subprocess.PIPE)
    values = json.loads(found.stdout)
    return Verdict(**values | {"acts": Counter(values["acts"])})


def main() -> None:
    """Hurt a store as the words of the command line say, and print what came of it."""
    what, place, size, seed = sys.argv[1:]
    verdict = WORKS[what](Path(place), int(size), int(seed))
    sys.stdout.write(json.dumps(vars(verdict)))


def kill(place: Path, size: int, seed: int) -> Verdict:
    """Kill writers `size` times, one or two at a time, while a reader reads through all of it."""
    cohort, verdict = _invented(place), Verdict()
    for life in range(-(-size // KILLS_A_LIFE)):
        rng = random.Random(f"{seed} {life}")
        store, told = make(place / f"store-{life}"), StoreTold()
        with _reading(store, cohort, verdict):
            for _ in range(min(KILLS_A_LIFE, size - verdict.strikes)):
                _kill_once(store, cohort, told, rng)
                verdict.strikes += 1
                amiss = check(store, cohort, told)
                verdict.amiss += amiss
                if amiss:
                    return verdict  # what follows would only repeat it
                told.settle(set(open_freestanding(store).rows()))
        verdict.amiss += check_tidy(store, cohort)
        verdict.acts += told.acts
    return verdict


def fail(place: Path, size: int, seed: int) -> Verdict:
    """Let each change of `size` acts fail, once and from then on, one after the other.

    An act that fails leaves the store as it was, or has done what it was to do; the next one works.
    """
    cohort, verdict, striker = _invented(place), Verdict(), Striker()
    for how in (How.FAIL, How.FAIL_ON):
        store, rng = make(place / f"store-{how}"), random.Random(seed)
        work, told = _work(store, cohort, "one", place), StoreTold()
        for _ in range(size):
            _fail_each(work, told, rng, striker, how, verdict)
            verdict.amiss += _done(work, told, rng)
        verdict.amiss += check_tidy(store, cohort)
        verdict.acts += told.acts
    return verdict


def fill(place: Path, size: int, seed: int) -> Verdict:
    """Work on a disk that has room for so many bytes, for every multiple of `size` that is needed.

    What does not fit is refused and leaves the store as it was; with room again it goes on.
    """
    cohort = invent(_new(place / "incoming"), GENOMES, 40 * SITES, random.Random(seed))
    verdict, striker = Verdict(), Striker()
    for room in range(0, 1 << 40, size):
        store, rng = make(place / f"store-{room}"), random.Random(seed)
        work, told = _work(store, cohort, "one", place), StoreTold()
        striker.begin(store, 0, How.FULL, room)
        for _ in range(GENOMES):
            _hear_one(work, told, rng)
        struck = striker.end()
        verdict.strikes += 1
        verdict.amiss += [f"full at {room}: {each}" for each in check(store, cohort, told)]
        if bool(struck) != bool(told.acts["failed"]):
            verdict.amiss.append(f"full at {room}: `{struck}` changes struck, and {told.acts}")
        verdict.amiss += _done(work, told, rng) + check_tidy(store, cohort)
        verdict.acts += told.acts
        if not struck:
            break
    return verdict


def kill_in_place(place: Path, size: int, seed: int) -> Verdict:
    """As `kill`, with a fault put in on purpose: the manifest is overwritten, not replaced."""
    with patch("kerne.genomes.disk.manifest.replace_durably", write_durably):
        return kill(place, size, seed)


WORKS: Final[dict[str, Callable[[Path, int, int], Verdict]]] = {
    "kill": kill,
    "kill-in-place": kill_in_place,
    "fail": fail,
    "fill": fill,
}


def _invented(place: Path) -> Cohort:
    return invent(_new(place / "incoming"), GENOMES, SITES, random.Random(1))


def _new(place: Path) -> Path:
    place.mkdir()
    return place


def _work(store: Path, cohort: Cohort, writer: str, place: Path) -> StoreWork:
    """One of two writers, each with genomes of its own; the last genome is nobody's."""
    samples = sorted(cohort.files)[:-1]
    mine = samples[::2] if writer == "one" else samples[1::2]
    return StoreWork(store, cohort, mine, place / f"{writer}.tsv", writer)


def _fail_each(
    work: StoreWork,
    told: StoreTold,
    rng: random.Random,
    striker: Striker,
    how: How,
    verdict: Verdict,
) -> None:
    """Do one act, whose first change fails, then its second, until none of them does."""
    state, at = rng.getstate(), 1
    while True:
        rng.setstate(state)
        striker.begin(work.path, at, how)
        _hear_one(work, told, rng, drop=True)
        struck = striker.end()
        if not struck:
            return
        verdict.strikes += 1
        amiss = check(work.path, work.cohort, told)
        verdict.amiss += [f"{how.name} at {at}: {each}" for each in amiss]
        told.settle(set(open_freestanding(work.path).rows()))
        at += 1


def _hear_one(work: StoreWork, told: StoreTold, rng: random.Random, *, drop: bool = False) -> None:
    """Do one act and take in what it says; an act that failed may have been done (`drop`)."""

    def say(kind: str, **words: object) -> None:
        if not (drop and kind == "failed"):
            told.hear({"kind": kind, **words})

    next(work.acts(say, rng))


def _done(work: StoreWork, told: StoreTold, rng: random.Random) -> list[str]:
    """Do an act on which nothing strikes: it must be done."""
    failed = told.acts["failed"]
    _hear_one(work, told, rng)
    amiss = ["nothing strikes, and an act is refused"] if told.acts["failed"] > failed else []
    return amiss + check(work.path, work.cohort, told)


def _kill_once(store: Path, cohort: Cohort, told: StoreTold, rng: random.Random) -> None:
    writers = rng.choice([["one"], ["two"], ["one", "two"]])
    pipes: dict[int, tuple[int, bytes]] = {}
    for writer in writers:
        heard, pipe = os.pipe()
        process = os.fork()
        if process == 0:  # the child is killed
            os.close(heard)
            _work_until_killed(_work(store, cohort, writer, store.parent), teller(pipe), rng)
        os.close(pipe)
        pipes[heard] = process, b""
    while pipes:
        for pipe in select.select(pipes, [], [])[0]:
            process, text = pipes[pipe]
            read = os.read(pipe, READ_BYTES)
            *lines, text = (text + read).split(b"\n")
            for line in lines:
                told.hear(json.loads(line))
            pipes[pipe] = process, text
            if not read:
                os.close(pipe)
                os.waitpid(process, 0)
                del pipes[pipe]


def _work_until_killed(work: StoreWork, say: Say, rng: random.Random) -> NoReturn:
    mine = random.Random(f"{rng.random()} {work.writer}")
    how = mine.choice([How.KILL_BEFORE, How.KILL_AFTER, How.KILL_WITHIN])
    Striker().begin(work.path, mine.randrange(1, MOST_CHANGES), how)
    try:
        for _ in islice(work.acts(say, mine), MOST_CHANGES):
            pass
    except BaseException:  # noqa: BLE001  whatever it is, it is told and fails the check
        say("doing", writer="crash", act=traceback.format_exc(), samples=["crashed"])
    os._exit(1)


class _reading:  # noqa: N801  a context, used as a verb
    """Read everything again and again in a fork, until the end; add to a verdict what was amiss."""

    def __init__(self, store: Path, cohort: Cohort, verdict: Verdict) -> None:
        self._store, self._cohort, self._verdict = store, cohort, verdict

    def __enter__(self) -> None:
        self._heard, pipe = os.pipe()
        self._stop, stop = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            os.close(stop)
            os.close(self._heard)
            with os.fdopen(pipe, "w") as said:
                json.dump(self._looked(), said)
            os._exit(0)
        os.close(pipe)
        self._end = stop

    def __exit__(self, *_words: object) -> None:
        os.close(self._end)
        with os.fdopen(self._heard) as heard:
            looks, amiss = json.load(heard)
        os.waitpid(self._process, 0)
        os.close(self._stop)
        self._verdict.looks += looks
        self._verdict.amiss += amiss

    def _looked(self) -> tuple[int, list[str]]:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        looks = 0
        while not select.select([self._stop], [], [], PAUSE_S)[0]:
            looks += 1
            try:
                amiss = wrong_answers(open_freestanding(self._store), self._cohort)
            except (KerneError, OSError):
                amiss = [traceback.format_exc()]
            if amiss:
                return looks, [f"a reader meanwhile: {each}" for each in amiss]
        return looks, []
