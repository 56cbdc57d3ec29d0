"""Kill working processes at random instants, and look at what they left.

Children fork from this warm process, work in one home and say what they acknowledge; they die by
`kill -9`, either when time is up, wherever they are, or by themselves at a step that is drawn by
lot. Then a fork of this process opens the centre and looks. A home is hurt many times in a row.
"""

import json
import os
import random
import select
import shutil
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count, islice
from pathlib import Path
from typing import Any, Final, NoReturn
from unittest.mock import patch

from kerne.audit.checkpoint import Checkpoint
from kerne.audit.entry import Outcome
from kerne.audit.ledger import AuditLedger, Draft
from kerne.cases.actions import Answer
from kerne.centre import _Parts, open_centre
from kerne.gate.door import Gate
from kerne.gate.grant import Grant
from kerne.genomes.genotypes import AddedGenome
from kerne.people.asking import Refusal

from .checks import Told, check
from .settling import clock
from .telling import Say, teller
from .witness import Witness, narrate
from .workload import DECLINED, Incoming, Workload

HALF: Final = 0.5
LONGEST_S: Final = 0.5
MOST_STEPS: Final = 400
ACTS_A_SESSION: Final = 25
PATIENCE_S: Final = 120


class Mutant(StrEnum):
    """A fault that is put in on purpose, to show that it is found."""

    NONE = "none"
    OUTCOME_FIRST = "outcome-first"
    """The outcome is written before the change."""
    NO_RECOVERY = "no-recovery"
    """What an interrupted process left is not carried on at the next start."""
    CHANGE_FIRST = "change-first"
    """The change is made before it is recorded that it was asked for."""


@dataclass
class Victim:
    """One process that is going to be killed, as its killer sees it."""

    process: int
    pipe: int
    phase: str = "starting"
    crashed: str = ""
    is_over: bool = False
    _left: bytes = b""
    _session: str = "opening"
    _intent: bool = False
    _changed: bool = False

    def hear(self, told: Told) -> None:
        """Take in what it has said; one read."""
        said = os.read(self.pipe, 1 << 16)
        self.is_over = not said
        *lines, self._left = (self._left + said).split(b"\n")
        for line in lines:
            told.hear(json.loads(line))
            self._take_in(json.loads(line))

    def _take_in(self, said: dict[str, Any]) -> None:  # Any: JSON
        match said["kind"]:
            case "step":
                self._step(said["store"], said["what"])
            case "recorded":
                self._intent, self._changed = True, False
            case "settled":
                self._intent = False
            case "acknowledged":
                self.phase = "between acts"
            case "opening" | "closing":
                self.phase = self._session = said["kind"]
            case "opened":
                self.phase = self._session = "at work"
            case "crashed":
                self.crashed = said["words"]

    def _step(self, store: str, what: str) -> None:
        if what == "done" and store == "centre":
            self._changed = self._intent
        between = "change and outcome" if self._changed else "intent and change"
        if what in {"beginning", "writing"}:
            self.phase = f"inside a transaction of {store}"
        elif what == "committing":
            self.phase = f"at a commit of {store}"
        elif store == "files":
            self.phase = f"among files, last {what}"
        elif self._intent:
            self.phase = f"between {between}"
        else:
            self.phase = "before the intent or after the outcome"
        if self._session != "at work":
            self.phase = f"{self._session} the centre: {self.phase}"


@dataclass
class Killer:
    """Hurts copies of one settled centre.

    Parameters
    ----------
    timed
        Whether half of the victims die when time is up; otherwise all die at a step.
    phases, acts, kills
        What was seen: where they died, what was acknowledged, and how often.
    """

    settled: Path
    incoming: Incoming
    mutant: Mutant = Mutant.NONE
    seed: int = 1
    timed: bool = True
    phases: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    kills: int = 0

    def life(self, home: Path, kills: int) -> Iterator[list[str]]:
        """Hurt a new copy of the home `kills` times; yield what each time is amiss."""
        shutil.copytree(self.settled, home, symlinks=True)
        told = Told()
        for _ in range(kills):
            yield self._hurt(home, told)
        self.acts += told.acts
        shutil.rmtree(home)

    def _hurt(self, home: Path, told: Told) -> list[str]:
        rng = random.Random(f"{self.seed} {self.kills}")
        # A change that is made first guesses the number of its entry: no other may write.
        together = 1 if self.mutant is Mutant.CHANGE_FIRST else rng.choice([1, 1, 2])
        victims = [self._start(home, rng) for _ in range(together)]
        self.kills += 1
        end = time.monotonic() + (rng.uniform(0.02, LONGEST_S) if self.timed else PATIENCE_S)
        while (left := end - time.monotonic()) > 0 and not all(each.is_over for each in victims):
            self._listen(victims, told, left)
        for victim in victims:
            with suppress(ProcessLookupError):
                os.kill(victim.process, signal.SIGKILL)
        while not all(each.is_over for each in victims):
            self._listen(victims, told, PATIENCE_S)
        for victim in victims:
            os.close(victim.pipe)
            os.waitpid(victim.process, 0)
            self.phases[victim.phase] += 1
        crashes = [victim.crashed for victim in victims if victim.crashed]
        return crashes + in_a_fork(lambda: _looked_at(home, self.incoming, told, self.mutant))

    def _listen(self, victims: list[Victim], told: Told, seconds: float) -> None:
        waiting = {each.pipe: each for each in victims if not each.is_over}
        for pipe in select.select(waiting, [], [], seconds)[0]:
            waiting[pipe].hear(told)

    def _start(self, home: Path, rng: random.Random) -> Victim:
        seed, steps = rng.random(), rng.randrange(1, MOST_STEPS)
        if self.timed and rng.random() < HALF:
            steps = 0
        heard, pipe = os.pipe()
        process = os.fork()
        if process == 0:  # the child is killed
            os.close(heard)
            work(home, self.incoming, teller(pipe), random.Random(seed), (self.mutant, steps))
        os.close(pipe)
        return Victim(process, heard)


def work(
    home: Path, incoming: Incoming, say: Say, rng: random.Random, how: tuple[Mutant, int]
) -> NoReturn:
    """Work until killed, at the latest at the step whose number is given, if it is not 0."""
    mutant, last = how
    steps = count(1)

    def step(store: str, what: str) -> None:
        say("step", store=store, what=what)
        if what != "reading" and next(steps) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        narrate(step, home)
        _spoil(mutant)
        while True:
            work_once(home, incoming, say, rng)
    except BaseException:  # noqa: BLE001  whatever it is, it is told and fails the check
        say("crashed", words=traceback.format_exc())
    os._exit(1)


def work_once(home: Path, incoming: Incoming, say: Say, rng: random.Random) -> None:
    """Open the centre, do some acts, telling of what is acknowledged, and close it."""
    say("opening")
    with open_centre(home, clock) as centre:
        say("opened")
        work = Workload(centre, rng, incoming)
        with Witness(home, say) as witness:
            for name, act in islice(work.acts(), rng.randrange(1, ACTS_A_SESSION)):
                acknowledge(say, name, act)
                witness.everything()
        say("closing")


def acknowledge(say: Say, name: str, act: Callable[[], object]) -> None:
    """Do an act and say what it came to."""
    result: object
    try:
        result = act()
    except DECLINED as error:
        result = error
    say(
        "acknowledged",
        act=name,
        result="refused" if isinstance(result, Refusal) else type(result).__name__,
        checkpoints=[result.text()] if isinstance(result, Checkpoint) else [],
        signed=[result.case] if isinstance(result, Answer) else [],
        genomes={each.sample: each.row for each in result if isinstance(each, AddedGenome)}
        if isinstance(result, list)
        else {},
    )


def _looked_at(home: Path, incoming: Incoming, told: Told, mutant: Mutant) -> list[str]:
    if mutant is Mutant.NO_RECOVERY:
        _spoil(mutant)
    return check(home, incoming, told)


def in_a_fork(look: Callable[[], list[str]]) -> list[str]:
    """Look in a fork of this process, so that this one never opens a centre."""
    heard, pipe = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(heard)
        signal.alarm(PATIENCE_S)
        try:
            found = look()
        except BaseException:  # noqa: BLE001  whatever it is, it is what is amiss
            found = [traceback.format_exc()]
        with os.fdopen(pipe, "w") as said:
            json.dump(found, said)
        os._exit(0)
    os.close(pipe)
    with os.fdopen(heard) as told:
        text = told.read()
    os.waitpid(process, 0)
    return list(json.loads(text or '["the look itself did not end"]'))


def _spoil(mutant: Mutant) -> None:
    """Put the fault into this process."""
    if mutant is Mutant.NO_RECOVERY:
        patch.object(_Parts, "recover", lambda _parts: None).start()
    elif mutant is Mutant.OUTCOME_FIRST:
        close = Gate._close

        def do(gate: Gate, grant: Grant, work: Callable[[Grant], object]) -> object:
            close(gate, grant, Outcome.DONE)
            return work(grant)

        patch.object(Gate, "_do", do).start()
        patch.object(Gate, "_close", lambda *_words: None).start()
    elif mutant is Mutant.CHANGE_FIRST:
        _record_late()


def _record_late() -> None:
    record, settle = AuditLedger.record, AuditLedger.settle_ask
    waiting: list[Callable[[], object]] = []

    def flush() -> None:
        while waiting:
            waiting.pop(0)()

    def recorded(ledger: AuditLedger, drafts: Sequence[Draft], *words: Any, **more: Any) -> Any:
        flush()
        first = ledger.size() + 1
        waiting.append(lambda: record(ledger, drafts, *words, **more))
        return tuple(range(first, first + len(drafts)))

    def settled(*words: Any) -> bool:  # Any: as they come
        flush()
        return settle(*words)

    patch.object(AuditLedger, "record", recorded).start()
    patch.object(AuditLedger, "settle_ask", settled).start()
