"""Speed and size of the genome database beside its peers, as ratios, against what was promised.

    python benchmarks/genomes.py [--quick] [--work DIR] [--data DIR] [--only TASK ...]

Cohorts are invented by msprime (see `genome_peers/cohorts.py`): 2,000 and 10,000 people over 5 Mb,
50,000 over 2 Mb, with missing calls, indels and several alternatives. Peers are put into
environments of their own under `--work`. All run in one session, in turns, `--rounds` times each;
a figure is the median. Bars that name a limit are about this kind of machine: 2 cores, 24 GB.
Exits 1 when a bar is missed. `--quick` takes minutes, on small cohorts, and judges nothing.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))

from genome_peers.adding import Lengths, additions, forgetting
from genome_peers.asking import chosen, questions
from genome_peers.bars import Bar, table
from genome_peers.bench import Bench, Cohort
from genome_peers.command_line import commands
from genome_peers.environments import Environments
from genome_peers.gate import through_gate
from genome_peers.growth import growth
from genome_peers.importing import imports, sizes
from genome_peers.real import real
from genome_peers.runs import Runner

TASKS: Final = (
    *("import", "disk", "ask", "gate"),
    *("fields", "add", "forget", "command", "growth", "real"),
)
"""The first four are done with every cohort."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How large the benchmark is: cohorts with the bars of their import, and what else there is."""

    cohorts: Mapping[Cohort, tuple[float | None, float | None]]
    main: Cohort
    fields: Cohort
    largest: Cohort
    lengths: Lengths
    least_fields: tuple[float | None, float | None] = (1, 2)


WHOLE: Final = Plan(
    cohorts={
        Cohort(2_000, 5_000_000): (None, None),
        Cohort(10_000, 5_000_000): (3, 8),
        Cohort(50_000, 2_000_000): (5, 8),
    },
    main=Cohort(10_000, 5_000_000),
    fields=Cohort(2_000, 5_000_000, has_fields=True),
    largest=Cohort(200_000, 100_000),
    lengths=Lengths(variants=5_000_000, blocks=15_000_000),
)
QUICK: Final = Plan(
    cohorts={Cohort(1_000, 500_000): (None, None), Cohort(2_000, 500_000): (None, None)},
    main=Cohort(2_000, 500_000),
    fields=Cohort(1_000, 100_000, has_fields=True),
    largest=Cohort(4_000, 20_000),
    lengths=Lengths(variants=50_000, blocks=150_000),
)


SMALL: Final = Cohort(1_000, 100_000, has_fields=True)
"""Added and asked once before anything is timed: kernels are compiled at set-up, not in use."""


def tasks(bench: Bench, plan: Plan, wanted: Collection[str]) -> Iterator[Bar]:
    """Do what is wanted; later tasks ask the stores that `import` leaves under the work folder."""
    for cohort, least in plan.cohorts.items():
        with_cohort: dict[str, Callable[[], Iterator[Bar]]] = {
            "import": partial(imports, bench, cohort, *least),
            "disk": partial(sizes, bench, cohort),
            "ask": partial(questions, bench, cohort),
            "gate": partial(through_gate, bench, cohort),
        }
        yield from _done(with_cohort, wanted)
    others: dict[str, Callable[[], Iterator[Bar]]] = {
        "fields": partial(imports, bench, plan.fields, *plan.least_fields),
        "add": partial(additions, bench, plan.main, plan.lengths),
        "forget": partial(forgetting, bench, plan.main),
        "command": partial(commands, bench, plan.main),
        "growth": partial(growth, bench, list(plan.cohorts), plan.largest),
        "real": partial(real, bench),
    }
    yield from _done(others, wanted)


def _done(
    works: Mapping[str, Callable[[], Iterator[Bar]]], wanted: Collection[str]
) -> Iterator[Bar]:
    for name, work in works.items():
        if name in wanted:
            yield from work()


def main() -> int:
    """Measure, print the table, and say whether the bars are met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="minutes, small, judges nothing")
    parser.add_argument("--work", type=Path, help="keeps peers and stores (a temporary folder)")
    parser.add_argument("--data", type=Path, help="keeps the cohorts (a folder of `--work`)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=TASKS, default=TASKS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = asked.work or Path(folder)
        data = asked.data or work / ("small" if asked.quick else "cohorts")
        for place in (work, data):
            place.mkdir(parents=True, exist_ok=True)
        environments = Environments(work)
        runner = Runner(environments.surroundings())
        bench = Bench(work, data, environments, environments.kerne(), runner, asked.rounds)
        found: list[Bar] = []
        bench.add("small.store", bench.vcf(SMALL))
        bench.kerne("ask", str(bench.place("small.store")), str(chosen(bench, SMALL)))
        for bar in tasks(bench, QUICK if asked.quick else WHOLE, asked.only):
            found.append(bar)
            print("\t".join(bar.cells()), flush=True)
    print(f"\n{table(found)}")
    missed = [bar for bar in found if bar.is_met is False]
    print(f"{len(missed)} bars missed of {sum(bar.is_met is not None for bar in found)}")
    return int(bool(missed) and not asked.quick)


if __name__ == "__main__":
    sys.exit(main())
