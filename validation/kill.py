"""Kill a working centre with `kill -9` at random instants and look at what it left.

Two thousand processes of mixed work (persons, consents, choices, orders, genomes, counts, cases,
signed answers, outputs, checkpoints, logs) die at random instants, alone or two at a time; each
time the centre is opened again and must hold all that was acknowledged, with its entries, and
nothing by half. Three faults that are put in on purpose must be found by the same test.

    python validation/kill.py [--kills 2000] [--kills-a-mutant 60] [--seed 1]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.crash.killing import Killer, Mutant
from tests.crash.settling import settle, warm

KILLS_A_LIFE = 40


def main() -> int:
    """Run the kills and the faults; the exit code is 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=2_000)
    parser.add_argument("--kills-a-mutant", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    warm()
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        incoming = settle(work)

        def killer(mutant: Mutant) -> Killer:
            return Killer(work / "home", incoming, mutant, options.seed)

        met = [whole(killer(Mutant.NONE), work / "life", options.kills)]
        met += [
            found(killer(mutant), work / mutant, options.kills_a_mutant)
            for mutant in Mutant
            if mutant is not Mutant.NONE
        ]
    return 0 if all(met) else 1


def whole(killer: Killer, home: Path, kills: int) -> bool:
    """Say whether every kill left a centre in which nothing is amiss."""
    start, amiss = time.perf_counter(), 0
    while killer.kills < kills:
        for problems in killer.life(home, min(KILLS_A_LIFE, kills - killer.kills)):
            amiss += bool(problems)
            for problem in problems:
                print(f"kill {killer.kills}: {problem}", flush=True)
    print(
        f"{killer.kills} kills in {time.perf_counter() - start:.0f} s, {amiss} left something amiss"
    )
    print("where they died:")
    for phase, times in killer.phases.most_common():
        print(f"{times:8} {phase}")
    print("what was acknowledged:")
    for act, times in sorted(killer.acts.items()):
        print(f"{times:8} {act}")
    return not amiss


def found(killer: Killer, home: Path, kills: int) -> bool:
    """Say whether the fault was found within so many kills."""
    for problems in killer.life(home, kills):
        if problems:
            print(
                f"fault `{killer.mutant}` found at kill {killer.kills}: {problems[0]}", flush=True
            )
            return True
    print(f"fault `{killer.mutant}` NOT found in {kills} kills")
    return False


if __name__ == "__main__":
    sys.exit(main())
