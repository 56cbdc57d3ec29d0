"""Cut the power of a genome store at any moment: what was acknowledged must be there after it.

Every write and sync of a store at work is recorded, and replayed up to a cut; whatever was not
synced by then is lost, kept, torn or reordered by lot (`tests/crash/disk.py`). The store must hold
everything that was acknowledged before the cut and answer what plain Python says of it. Then each
class of files and directories that is synced is left out: every one must be missed.

    python validation/store_power_cut.py [--cuts 2000] [--acts 60] [--seed 1]
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.crash.recording import compile_recorder
from tests.crash.store_cutting import StoreRecording, record_store
from tests.crash.storing import invent

GENOMES = 18
SITES = 40
CUTS_A_CONTROL = 400


def main() -> int:
    """Run the cuts and the controls; the exit code is 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=2_000)
    parser.add_argument("--acts", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if shutil.which("cc") is None:
        print("skipped: no C compiler to build the recorder of writes")
        return 0
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        (place / "incoming").mkdir()
        cohort = invent(place / "incoming", GENOMES, SITES, random.Random(options.seed))
        library = compile_recorder(place)
        work = record_store(library, place / "work", cohort, options.acts, seed=options.seed)
        met = [not amiss("at work", work, options.cuts, options.seed)]
        for number, swallow in enumerate(work.synced()):
            control = record_store(
                library, place / f"control-{number}", cohort, options.acts, swallow=swallow
            )
            met.append(is_missed(swallow, control))
    return 0 if all(met) else 1


def amiss(name: str, recording: StoreRecording, cuts: int, seed: int) -> int:
    """Cut the power so many times, print what was found, and count the cuts that left a fault."""
    start = time.perf_counter()
    kinds = Counter(each.kind.name.lower() for each in recording.records)
    print(f"{name}: {len(recording.records):,} records: {dict(kinds)}", flush=True)
    found = [(at, problems) for at, problems in recording.verdicts(cuts, seed) if problems]
    seconds = time.perf_counter() - start
    print(f"{name}: {cuts} cuts in {seconds:.0f} s, {len(found)} left something amiss", flush=True)
    for at, problems in found[:3]:
        print(f"    cut before record {at}: {problems[0]}")
    return len(found)


def is_missed(swallow: str, recording: StoreRecording) -> bool:
    """Say whether a fault is found when the syncs that `swallow` names are left out."""
    for number, (_, problems) in enumerate(recording.verdicts(CUTS_A_CONTROL, 1), start=1):
        if problems:
            print(f"without syncs of `{swallow}`: found at cut {number}", flush=True)
            return True
    print(f"without syncs of `{swallow}`: NOT found in {CUTS_A_CONTROL} cuts", flush=True)
    return False


if __name__ == "__main__":
    sys.exit(main())
