"""Restore again and again from older backups: what was taken away since stays away.

A small centre with a replica lives through rounds of acts: people refuse research, withdraw their
consent, enter the tissue-use register, allow research again, are erased. Now and then it is backed
up. After each round it is restored from a backup of any age, with keys of any age, and the restored
centre is compared with the living one: the same people, the same choices of each, the same genomes
counted; nothing of an erased person in any file. An erasure destroys the keys of all older segments
of genomes: with keys that were copied after one, a backup from before it may lack genomes, as many
as the restore says and no other. Backups are also cut off with `SIGKILL`: what is left is no
backup. A backup with one flipped byte is refused.

    python validation/restore.py [--rounds 20] [--people 12] [--seed 1]
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from erasure import (  # the same invented people
    AT,
    FIRST,
    REGISTRAR,
    SECOND,
    Whom,
    done,
    in_child,
    people,
    settle,
    words_found,
)
from kerne.centre import Centre, open_centre, restore_centre
from kerne.consent.events import ResearchLevel
from kerne.custody.events import ErasureGround
from kerne.errors import BackupError, ConsentError
from kerne.genomes.frequencies import Frequencies
from kerne.people.asking import Identity, Role
from kerne.settings import Settings, write_settings

BACKUPS_CUT_OFF: Final = 10
ERASES: Final = 0.3
BACKS_UP: Final = 0.4
"""How often a round erases somebody, and ends with a backup."""


class Clock:
    """A clock that moves a second each time it is read."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Return the next second."""
        self.at += timedelta(seconds=1)
        return self.at


@dataclass
class Life:
    """The living centre, and what was copied of it."""

    home: Path
    replica: Path
    everyone: list[Whom]
    clock: Clock
    erased: list[Whom] = field(default_factory=list)
    backups: list[Path] = field(default_factory=list)
    keys: list[Path] = field(default_factory=list)
    erased_before: dict[Path, int] = field(default_factory=dict)

    def choose(self, chance: random.Random) -> None:
        """Let one person choose something; what changes nothing is left."""
        whom = chance.choice([each for each in self.everyone if each not in self.erased])
        me = Identity(whom.number, frozenset({Role.CITIZEN}), None, whom.number)
        act = chance.choice(CHOICES)
        with open_centre(self.home, self.clock) as centre, suppress(ConsentError):
            done(act(centre, me, whom.number))

    def erase(self, chance: random.Random) -> None:
        """Erase one person."""
        whom = chance.choice([each for each in self.everyone if each not in self.erased])
        with open_centre(self.home, self.clock) as centre:
            proposal = done(
                centre.custody.propose_erasure(
                    *(FIRST, "custody", whom.number),
                    ground=ErasureGround.AUTHORITY_DECISION,
                    document="DEC-2026-12",
                )
            )
            done(centre.custody.erase(SECOND, "custody", whom.number, proposal=proposal.number))
        self.erased.append(whom)

    def back_up(self) -> None:
        """Copy the centre and its keys."""
        number = len(self.backups)
        backup, keys = self.home.parent / f"backup-{number}", self.home.parent / f"keys-{number}"
        with open_centre(self.home, self.clock) as centre:
            centre.copies.back_up(backup)
            centre.copies.copy_keys(keys)
        self.backups.append(backup)
        self.keys.append(keys)
        self.erased_before |= {backup: len(self.erased), keys: len(self.erased)}


Choice = Callable[[Centre, Identity, str], object]
CHOICES: Final[list[Choice]] = [
    lambda centre, me, whom: centre.consent.refuse_research(me, "own-access", whom),
    lambda centre, me, whom: centre.consent.withdraw_analysis(me, "own-access", whom),
    lambda centre, me, whom: centre.consent.limit_to_own_treatment(me, "own-access", whom),
    lambda centre, me, whom: centre.consent.allow_research(
        me, "own-access", whom, level=ResearchLevel.SECONDARY_USE
    ),
]


def state_of(centre: Centre, everyone: list[Whom]) -> dict[str, object]:
    """Return what must be the same in the living and in the restored centre."""
    registered = centre.people._ledger.person_numbers()  # noqa: SLF001  a witness
    state: dict[str, object] = {"registered": registered}
    for whom in everyone:
        if whom.number in registered:
            me = Identity(whom.number, frozenset({Role.CITIZEN}), None, whom.number)
            chosen = done(centre.consent.choices_of(me, "own-access", whom.number))
            state[whom.number] = (chosen.choices.profile, chosen.choices.blocked_readers)
    return state


def counted_in(centre: Centre) -> Frequencies:
    """Return what a centre counts over everyone who may be counted."""
    return done(centre.genomes.frequencies(REGISTRAR, "quality"))


def miscounted(living: Frequencies, found: Frequencies, lost: int) -> list[str]:
    """Say what is wrong with the counts of a centre that was restored without `lost` genomes."""
    if lost == 0:
        is_same = (
            found.an.tolist() == living.an.tolist() and found.ac.tolist() == living.ac.tolist()
        )
        return [] if is_same else ["the counts differ"]
    missing = genomes_of(living) - genomes_of(found)
    if not 0 <= missing <= lost:
        return [f"{missing} genomes less are counted, and {lost} are said to be lost"]
    return []


def genomes_of(counted: Frequencies) -> int:
    """Return how many genomes were counted."""
    if counted.counted is None:
        raise SystemExit("an answer does not say whom it counted")
    return counted.counted.genomes


def restored_problems(life: Life, backup: Path, keys: Path) -> list[str]:
    """Restore, compare with the living centre, and say what differs."""
    home, replica = life.home.parent / "restored", life.home.parent / "restored-replica"
    shutil.copytree(life.replica, replica)
    with open_centre(life.home, life.clock) as centre:
        living, living_counts = state_of(centre, life.everyone), counted_in(centre)
    restored = restore_centre(backup, home, keys, replica, clock=life.clock)
    with open_centre(home, life.clock) as centre:
        found = state_of(centre, life.everyone)
        problems = list(centre.audit.verify().problems)
        problems += miscounted(living_counts, counted_in(centre), restored.lost_genomes)
    had = life.erased_before
    if restored.lost_genomes and had.get(keys, 0) <= had.get(backup, had[life.backups[-1]]):
        problems.append(f"{restored.lost_genomes} genomes are lost, and no erasure was between")
    problems += [f"`{key}` differs" for key in living if living[key] != found.get(key)]
    problems += [
        f"plaintext of {whom.number} in {name}"
        for whom in life.erased
        for name in words_found(home, whom)
    ]
    if not restored.is_proven:
        problems.append("the restore does not know of the replica")
    shutil.rmtree(home)
    shutil.rmtree(replica)
    return problems


def cut_off_problems(life: Life, chance: random.Random) -> list[str]:
    """Kill backups in the middle; return what looks like a backup and is none."""
    problems = []
    began = time.monotonic()
    life.back_up()
    lasts_s = time.monotonic() - began
    for number in range(BACKUPS_CUT_OFF):
        into = life.home.parent / f"cut-{number}"

        def work(into: Path = into) -> None:
            with open_centre(life.home, life.clock) as centre:
                centre.copies.back_up(into)

        in_child(work, chance.uniform(0, lasts_s))
        if into.exists():
            problems += restored_problems(life, into, life.keys[-1])
    return problems


def flipped_problems(life: Life, chance: random.Random) -> list[str]:
    """Flip one byte of a backup at a time; return where that went unseen."""
    problems = []
    backup = life.backups[-1]
    files = [path for path in backup.rglob("*") if path.is_file() and path.stat().st_size]
    for path in chance.sample(files, min(10, len(files))):
        content = bytearray(path.read_bytes())
        place = chance.randrange(len(content))
        content[place] ^= 1
        path.write_bytes(content)
        try:
            restore_centre(
                backup, life.home.parent / "flipped", life.keys[-1], life.replica, clock=life.clock
            )
            problems.append(f"a flipped byte of {path.name} was not seen")
        except BackupError:
            content[place] ^= 1
            path.write_bytes(content)
    return problems


def main() -> int:
    """Run the rounds and print what was found."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=20)
    arguments.add_argument("--people", type=int, default=12)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    chance = random.Random(asked.seed)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        life = Life(Path(place, "home"), Path(place, "replica"), people(asked.people), Clock(AT))
        life.replica.mkdir()
        settle(life.home, life.everyone)
        write_settings(Settings(life.home, replica=life.replica))
        life.back_up()
        for number in range(asked.rounds):
            for _ in range(chance.randint(1, 4)):
                life.choose(chance)
            if chance.random() < ERASES and len(life.erased) < asked.people // 2:
                life.erase(chance)
            backup, keys = chance.choice(life.backups), chance.choice(life.keys)
            wrong += [
                f"round {number}, {backup.name}, {keys.name}: {problem}"
                for problem in restored_problems(life, backup, keys)
            ]
            if chance.random() < BACKS_UP:
                life.back_up()
        wrong += cut_off_problems(life, chance)
        wrong += flipped_problems(life, chance)
        print(f"{asked.rounds} restores from {len(life.backups)} backups and keys of any age")
        print(f"{len(life.erased)} people erased, {BACKUPS_CUT_OFF} backups cut off")
    print(f"problems: {len(wrong)}")
    for problem in wrong[:20]:
        print(f"  {problem}")
    print("bar: none")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
