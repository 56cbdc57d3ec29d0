"""The program that is recorded: sessions of mixed work in a centre, some cut off by `kill -9`.

    python -c 'from tests.crash.driving import main; main()' HOME INCOMING SEED SESSIONS WEAKNESS

What it acknowledges it writes to the file `RECORDER_MARKS`. With no sessions it founds a centre.
"""

import os
import pickle
import random
import sqlite3
import sys
from enum import StrEnum
from pathlib import Path
from typing import Final

from kerne.centre import found_centre
from kerne.database import engine
from kerne.people.asking import Identity, Role
from kerne.people.organisation import Organisation, OrganisationKind
from kerne.settings import Settings

from .killing import Mutant, work
from .settling import warm
from .telling import Say, teller

STEPS: Final = 500
"""At most so many steps of a session are taken before it is killed."""
REGISTRAR: Final = Identity("registrar-1", frozenset({Role.REGISTRAR}), "Authority")
AUTHORITY: Final = Organisation("Authority", "Authority", OrganisationKind.AUTHORITY, None)


class Weakness(StrEnum):
    """How the program that is recorded is made to trust a disk too much."""

    NONE = "none"
    SYNCHRONOUS_OFF = "synchronous-off"


def main() -> None:
    """Found or work, as the words of the command line say."""
    home, incoming, seed, sessions, weakness = sys.argv[1:]
    say = teller(os.open(os.environ["RECORDER_MARKS"], os.O_WRONLY | os.O_APPEND))
    if weakness == Weakness.SYNCHRONOUS_OFF:
        _trust_the_disk()
    if sessions == "0":
        found(Path(home), say)
        return
    warm()
    rng = random.Random(seed)
    for _ in range(int(sessions)):
        steps = rng.randrange(1, STEPS)
        process = os.fork()
        if process == 0:
            ready = pickle.loads(Path(incoming).read_bytes())
            work(Path(home), ready, say, random.Random(rng.random()), (Mutant.NONE, steps))
        os.waitpid(process, 0)


def found(home: Path, say: Say) -> None:
    """Found a centre in `home`."""
    found_centre(Settings(home), REGISTRAR, (AUTHORITY,))
    say("founded")


def _trust_the_disk() -> None:
    configure = engine._configure

    def weakly(connection: sqlite3.Connection, entry: object) -> None:
        configure(connection, entry)  # type: ignore[arg-type]  # passed on as it came
        connection.execute("PRAGMA synchronous=OFF")

    engine._configure = weakly  # type: ignore[assignment]  # the weakness
