"""Hurt a genome store at work: kill its writers, fail its changes, fill its disk.

Writers that add, remove and export die by `kill -9` before, after or within a change of a file or
directory, alone or two at once, while a reader reads everything through all of it. Each change of
each act fails, once and from then on. The disk is full at every 64 KiB. Each time the store must
hold all that was acknowledged, nothing by halves, and answer what plain Python says of it. A
manifest that is overwritten in place must be found.

    python validation/store_kill.py [--kills 2000] [--acts 12] [--step-kib 64] [--seed 1]
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.crash.striking import compile_striker, run

KILLS_A_MUTANT = 200


def main() -> int:
    """Hurt stores; the exit code is 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=2_000)
    parser.add_argument("--acts", type=int, default=12)
    parser.add_argument("--step-kib", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if shutil.which("cc") is None:
        print("skipped: no C compiler to build the library that strikes")
        return 0
    sizes = {
        "kill": options.kills,
        "fail": options.acts,
        "fill": options.step_kib << 10,
        "kill-in-place": KILLS_A_MUTANT,
    }
    met = []
    with tempfile.TemporaryDirectory() as directory:
        library = compile_striker(Path(directory))
        for what, size in sizes.items():
            start = time.perf_counter()
            found = run(library, what, Path(directory) / what, size=size, seed=options.seed)
            seconds = time.perf_counter() - start
            print(
                f"{what}: {found.strikes:,} strikes in {seconds:.0f} s, {len(found.amiss)} left "
                f"something amiss; {dict(found.acts)}; {found.looks:,} looks meanwhile",
                flush=True,
            )
            for problem in found.amiss[:3]:
                print(f"    {problem}")
            met.append(bool(found.amiss) == (what == "kill-in-place"))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
