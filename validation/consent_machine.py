"""Search for a stale answer: random histories over several processes against a nation of sets.

Each history is a fresh centre (people, choices, permits, audit and a small genome store) that
worker processes keep open with warm caches. A driver sends random steps to random workers (choices,
genomes that come and go, permits, cuts, days that pass) and questions to others; a naive model
(`tests/consent/naive_nation.py`) predicts each answer exactly. Three kinds of question:

- *ask*: nothing else happens meanwhile.
- *held*: a step is committed and acknowledged by one process while another has already read its
  population: the answer must be the one after the step.
- *race*: a question and a step start together. The answer is the one before or after the step; if
  the gate's last look at the epoch came after the step was acknowledged, only the one after.

Every tenth history goes the whole way: choices by their action through the gate, and every ask into
the real audit. The others append choices as the action does and record nothing, which is faster.

A history that differs is cut down to the steps that it takes, and printed with its seed. A mutant
breaks the program on purpose; the machine must then find a difference, or it proves nothing.

    python validation/consent_machine.py [--steps 200000] [--workers 4] [--country denmark]
        [--seed 1] [--mutant no-second-reading|cache-without-epoch|cache-without-day
        |deaf-to-commits]
"""

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.consent.naive_nation import LAWS, NaiveNation, Step, nation_of, steps_of
from tests.gate.machine import (
    MUTANTS,
    NO_ANSWER,
    PEOPLE,
    Bench,
    Worker,
    break_on_purpose,
    rows_to_come,
    signer_of,
)

STEPS_A_HISTORY: Final = 2_000
WHOLE_EVERY: Final = 10


@dataclass(frozen=True)
class Difference:
    """The first step of a history that was answered otherwise than the model says."""

    index: int
    step: Step
    answer: object
    expected: object


@dataclass
class Histories(Bench):
    """Histories of one country, each played in a fresh centre by forked workers."""

    workers: int = 4
    mutant: str | None = None

    @contextmanager
    def processes(self, *, is_whole: bool) -> Iterator[list[Connection]]:
        """Fork workers on a fresh centre; yield a pipe to each."""
        home = Path(tempfile.mkdtemp(dir=self.directory))
        shutil.copytree(self.template, home, dirs_exist_ok=True)
        pairs = [multiprocessing.Pipe() for _ in range(self.workers)]
        children = [self._fork(home, theirs, is_whole=is_whole) for _, theirs in pairs]
        try:
            yield [ours for ours, _ in pairs]
        finally:
            for (ours, _), child in zip(pairs, children, strict=True):
                ours.send(None)
                os.waitpid(child, 0)
                ours.close()
            shutil.rmtree(home)

    def _fork(self, home: Path, pipe: Connection, *, is_whole: bool) -> int:
        child = os.fork()
        if child:
            return child
        status = 1
        try:
            break_on_purpose(self.mutant)
            worker = Worker(self, home, pipe, is_whole=is_whole)
            with closing(worker.audit):
                worker.serve()
            status = 0
        finally:
            os._exit(status)

    def plan(self, seed: int, steps: int) -> list[tuple[Step, int, int]]:
        """Return a random history: each step with the workers that do it and what meets it."""
        random, nation = Random(seed), nation_of(self.law, PEOPLE)
        history = []
        every = steps_of(random, nation, rows_to_come(nation))
        for step, _ in zip(every, range(steps), strict=False):
            first, second = random.sample(range(self.workers), 2)
            history.append((step, first, second))
            nation.apply(step[2] if step[0] in {"held", "race"} else step)
        return history

    def run(
        self, history: Sequence[tuple[Step, int, int]], *, is_whole: bool = True
    ) -> Difference | None:
        """Play a history; return where an answer first differs from the model's, if anywhere."""
        nation = nation_of(self.law, PEOPLE)
        with self.processes(is_whole=is_whole) as pipes:
            for index, (step, first, second) in enumerate(history):
                found = play(nation, step, pipes[first], pipes[second])
                if found is not None:
                    return Difference(index, step, *found)
        return None

    def cut_down(self, history: Sequence[tuple[Step, int, int]]) -> list[tuple[Step, int, int]]:
        """Leave steps out of a history that differs for as long as it still does."""
        kept, size = list(history), max(1, len(history) // 2)
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            start = 0
            while start < len(kept) and time.monotonic() < ends:
                fewer = kept[:start] + kept[start + size :]
                kept, start = (fewer, start) if self.run(fewer) else (kept, start + size)
            if size == 1:
                break
            size //= 2
        return kept


def play(
    nation: NaiveNation, step: Step, first: Connection, second: Connection
) -> tuple[object, object] | None:
    """Play one step in the centre and in the model; return both answers when they differ."""
    if step[0] == "day":
        nation.apply(step)
        return None
    if step[0] not in {"held", "race"}:
        first.send((step, signer_of(nation, step), nation.day, False))
        answer, expected = first.recv()[0], nation.apply(step)
        return None if answer == expected else (answer, expected)
    _, question, change = step
    before = nation.answer(question)
    first.send((("ask", question), "", nation.day, step[0] == "held"))
    early = first.recv() if step[0] == "held" else None
    second.send((change, signer_of(nation, change), nation.day, False))
    if early == "holding":
        changed, _, acknowledged = second.recv()
        first.send("go")
        answer, looked, _ = first.recv()
    else:
        answer, looked, _ = early or first.recv()
        changed, _, acknowledged = second.recv()
    if changed == NO_ANSWER and answer == before:
        return None  # the question was kept first, and the step did not happen
    wanted = nation.apply(change)
    if changed != wanted:
        return changed, wanted
    after = nation.answer(question)
    may_be_before = early != "holding" and looked <= acknowledged
    if answer == after or (answer in (before, NO_ANSWER) and may_be_before):
        return None
    return answer, after


def main() -> int:
    """Play histories until enough steps were taken; 1 when one of them differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--steps", type=int, default=200_000)
    parser.add_argument("--workers", type=int, default=4, help="processes on one centre")
    parser.add_argument("--side-by-side", type=int, default=2, help="histories played at once")
    parser.add_argument("--country", choices=sorted(LAWS), default=None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutant", choices=MUTANTS, default=None)
    words = parser.parse_args()
    memory = Path("/dev/shm")  # nothing here needs to outlive the power
    where = memory if memory.is_dir() else None
    with tempfile.TemporaryDirectory(dir=where) as directory:
        return search(words, Path(directory))


def search(words: argparse.Namespace, directory: Path) -> int:
    """Play histories side by side, and say what was found."""
    benches = []
    for country in [words.country] if words.country else sorted(LAWS):
        (directory / country).mkdir()
        benches.append(Histories(country, directory / country, words.workers, words.mutant))
    began = time.monotonic()
    lanes = [_forked(benches, words, lane) for lane in range(words.side_by_side)]
    statuses = [os.waitstatus_to_exitcode(os.waitpid(lane, 0)[1]) for lane in lanes]
    if any(statuses):
        return 1
    seconds = time.monotonic() - began
    print(
        f"{words.steps:,} steps over {words.workers} processes, in {len(benches)} countries: "
        f"0 stale answers; {words.steps / seconds:,.0f} steps/s, {seconds:.0f} s"
    )
    return 0


def _forked(benches: Sequence[Histories], words: argparse.Namespace, lane: int) -> int:
    child = os.fork()
    if child:
        return child
    status = 2
    try:
        status = play_all(benches, words, lane)
    finally:
        sys.stdout.flush()
        os._exit(status)


def play_all(benches: Sequence[Histories], words: argparse.Namespace, lane: int) -> int:
    """Play the histories of one lane until its share of the steps was taken."""
    taken, seed = 0, words.seed + lane
    share = -(-words.steps // words.side_by_side)
    while taken < share:
        turn = (seed - words.seed) // words.side_by_side
        bench = benches[turn % len(benches)]
        history = bench.plan(seed, min(STEPS_A_HISTORY, share - taken))
        difference = bench.run(history, is_whole=turn % WHOLE_EVERY == 0)
        if difference is not None:
            return report(bench, seed, history[: difference.index + 1], difference)
        # A question that meets a step counts as two.
        taken += sum(2 if step[0] in {"held", "race"} else 1 for step, _, _ in history)
        seed += words.side_by_side
    return 0


def report(
    bench: Histories, seed: int, history: list[tuple[Step, int, int]], difference: Difference
) -> int:
    """Print a difference, and the few steps that it takes."""
    print(f"seed {seed}, {bench.country}, step {difference.index}: {difference.step}")
    print(f"  answered {difference.answer}\n  expected {difference.expected}")
    print("the steps that it takes:")
    for step, first, second in bench.cut_down(history):
        print(f"  process {first} (and {second}): {step}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
