"""Tamper with an audit in every way that its files allow, and count what is found.

Run with `make validate` or `python validation/audit_tampering.py [--tamperings 10000]`. A small
audit (persons, populations, refusals, entries merged from the second log, stored checkpoints) is
copied for each tampering, changed and verified: by its files alone, with the checkpoint that a
witness holds, and with the log that a citizen kept. The attacker can write every file; in some
classes they hold the signing key too. What the files alone cannot show must be invisible without
what is held outside and always found with it, and everything else must be found by the files.
Exits 1 when that is not so. The attacks are in `tests/audit/attacks.py`.
"""

import argparse
import itertools
import sys
import tempfile
from collections import Counter
from functools import partial
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.audit.attacks import ATTACKS, Seen, attack
from tests.audit.scene import Scene, build


def one(scene: Scene, directory: Path, which: int, seed: int) -> tuple[int, Seen]:
    """Make one tampering of class `which`; return the class and who found it."""
    return which, attack(scene, directory / f"{which}-{seed}", ATTACKS[which], seed)


def main() -> int:
    """Make all tamperings, print the table, and say whether each was found as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tamperings", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    which = [number % len(ATTACKS) for number in range(options.tamperings)]
    seeds = [number // len(ATTACKS) for number in range(options.tamperings)]
    tried: Counter[int] = Counter(which)
    found: dict[str, Counter[int]] = {name: Counter() for name in ("alone", "witness", "receipt")}
    with tempfile.TemporaryDirectory() as folder, Pool(options.processes) as pool:
        scene = build(Path(folder))
        work = partial(one, scene, Path(folder))
        for kind, seen in pool.starmap(work, zip(which, seeds, strict=True), chunksize=20):
            for name, counter in found.items():
                counter[kind] += getattr(seen, name)
    print(f"an audit of {scene.witness.size} entries")
    print("class\ttried\tby the files alone\twith a witness\twith a citizen's receipt")
    missed = 0
    for kind, each in enumerate(ATTACKS[: options.tamperings]):
        alone, witness, receipt = (found[name][kind] for name in found)
        expected = 0 if each.is_hidden else tried[kind]
        missed += (alone, witness, receipt) != (expected, tried[kind], tried[kind])
        print(f"{each.name}\t{tried[kind]}\t{alone}\t{witness}\t{receipt}")
    totals = [sum(counter.values()) for counter in found.values()]
    print("\t".join(map(str, itertools.chain(["all"], [options.tamperings], totals))))
    print(
        "every tampering is found where it must be" if not missed else f"NOT as it must: {missed}"
    )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
