"""Cut the power of a working centre at any moment: what was acknowledged must be there after it.

`kill -9` can't show a missing fsync, because the system keeps what the process wrote. Here every
write and every sync of a centre at work is recorded, and replayed up to a cut; whatever was not
synced by then is lost, kept, torn or reordered by lot (`tests/crash/disk.py`). The centre is opened
on what is left, and must hold everything that was acknowledged before the cut. The same is done
while a centre is founded. With `synchronous=OFF`, and with one sync forgotten, the test must fail.

    python validation/power_cut.py [--cuts 2000] [--sessions 16] [--seed 1]
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.crash.cutting import Working
from tests.crash.driving import Weakness
from tests.crash.recording import compile_recorder
from tests.crash.settling import settle, warm

CUTS_A_CONTROL = 200
CONTROLS = {
    "synchronous=OFF": (Weakness.SYNCHRONOUS_OFF, ""),
    "no sync of the write-ahead logs": (Weakness.NONE, "*.sqlite-wal"),
}
"""Weaknesses by which something acknowledged is lost, so that they must be found."""


def main() -> int:
    """Run the cuts and the controls; the exit code is 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=2_000)
    parser.add_argument("--sessions", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if shutil.which("cc") is None:
        print("skipped: no C compiler to build the recorder of writes")
        return 0
    warm()
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        incoming = settle(place)
        library = compile_recorder(place)
        working = Working(place, incoming, library, options.sessions, options.seed)
        founding = replace(working, sessions=0)
        met = [
            not amiss("at work", working, place / "work", options.cuts),
            not amiss("while founding", founding, place / "founding", options.cuts // 4),
        ]
        for number, (name, (weakness, swallow)) in enumerate(CONTROLS.items()):
            weak = replace(working, weakness=weakness, swallow=swallow)
            met.append(bool(amiss(name, weak, place / f"control-{number}", CUTS_A_CONTROL)))
    return 0 if all(met) else 1


def amiss(name: str, working: Working, place: Path, cuts: int) -> int:
    """Cut the power so many times, print what was found, and count the cuts that left a fault."""
    start = time.perf_counter()
    recording = working.record(place)
    kinds = Counter(each.kind.name.lower() for each in recording.records)
    print(f"{name}: {len(recording.records):,} records: {dict(kinds)}")
    found: list[str] = []
    for at, problems in recording.verdicts(cuts):
        found += [f"cut before record {at}: {problem}" for problem in problems[:1]]
    seconds = time.perf_counter() - start
    print(f"{name}: {cuts} cuts in {seconds:.0f} s, {len(found)} left something amiss")
    for problem in found[:3]:
        print(f"    {problem}")
    return len(found)


if __name__ == "__main__":
    sys.exit(main())
