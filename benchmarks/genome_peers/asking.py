"""Tasks: frequencies over a random 90 %, the carriers of one variant, one person's variants."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from genome_peers.bars import Bar
from genome_peers.bench import SHARE, THREADS, Bench, Cohort, RealFile
from genome_peers.runs import Run, in_turns, least_seconds, median_seconds, median_told

CARRIERS_SECONDS: Final = 50e-6
PERSON_SECONDS: Final = 0.1e-3
WITHDRAWAL_SECONDS: Final = 1e-3
PROCESSES: Final = 5
"""Runs of plink2 a round: they are so short that few of them say little."""
SEED: Final = 1
CONTIG: Final = "22"


def questions(bench: Bench, cohort: Cohort | RealFile) -> Iterator[Bar]:
    """Ask what an earlier import of the cohort left behind; real people promise nothing."""
    keep = chosen(bench, cohort)
    prefix = bench.place(cohort.name)
    place = middle(prefix.with_suffix(".pvar"))
    store = str(bench.place(f"{cohort.name}.store"))

    def plink2(*narrowed: str, out: str = "counts") -> Run:
        command = ("plink2", "--pfile", str(prefix), "--keep", str(keep), "--freq", "counts")
        return bench.run(*command, *narrowed, "--threads", THREADS, "--out", str(bench.place(out)))

    works = {
        "kerne": lambda: bench.kerne("ask", store, str(keep)),
        "pgenlib": lambda: bench.arrays("pgenlib", str(prefix), str(keep)),
    }
    if isinstance(cohort, Cohort):
        graph = str(grg(bench, cohort))
        works["grg"] = lambda: bench.arrays("grg", graph, str(keep))
    narrowed = ("--chr", CONTIG, "--from-bp", place, "--to-bp", place)
    processes = {"plink2": plink2, "one": lambda: plink2(*narrowed, out="one")}
    found = in_turns(works, bench.rounds) | in_turns(processes, PROCESSES * bench.rounds)
    check_sums(found["kerne"][0], bench.place("counts.acount"))
    found["bcftools"] = [bcftools(bench, cohort, keep)]
    yield from _bars(found, str(cohort), promised=isinstance(cohort, Cohort))


def _bars(found: dict[str, list[Run]], on: str, *, promised: bool) -> Iterator[Bar]:
    ours = median_told(found["kerne"], "frequencies")
    # What plink2 takes to start is what it takes for the same people and a single variant; of such
    # short processes the quickest says most.
    net = least_seconds(found["plink2"]) - least_seconds(found["one"])
    peers = {
        "plink2, net of its startup": (net, 2),
        "plink2, process": (median_seconds(found["plink2"]), None),
        "pgenlib": (median_told(found["pgenlib"], "frequencies"), 10),
        "bcftools view -S": (median_seconds(found["bcftools"]), 1_000),
    }
    if "grg" in found:
        peers["GRG of the ancestry"] = median_told(found["grg"], "frequencies"), 2
    for against, (theirs, least) in peers.items():
        yield Bar("AF over 90 %", on, ours, against, theirs, least if promised else None)
    cold = median_told(found["kerne"], "from_files")
    yield Bar("AF over 90 %, from sealed files", on, cold, "plink2, net of its startup", net)
    carriers = median_told(found["kerne"], "carriers")
    theirs = median_told(found["pgenlib"], "carriers")
    yield Bar("carriers of one variant", on, carriers, "pgenlib", theirs, most=CARRIERS_SECONDS)
    person = median_told(found["kerne"], "person")
    yield Bar("one person's variants", on, person, "-", most=PERSON_SECONDS)
    first = median_told(found["kerne"], "person_from_files")
    yield Bar("one person's variants, from sealed files", on, first, "-")
    withdrawal = median_told(found["kerne"], "withdrawal")
    yield Bar("AF after a withdrawal", on, withdrawal, "-", most=WITHDRAWAL_SECONDS)


def chosen(bench: Bench, cohort: Cohort | RealFile) -> Path:
    """Write the names of a random 90 % to a file, in order."""
    path = bench.place(f"{cohort.name}.keep")
    if isinstance(cohort, Cohort):
        names = [f"S{number:06d}" for number in range(cohort.people)]
    else:
        lines = bench.place(cohort.name).with_suffix(".psam").read_text().splitlines()
        names = [line.split()[0] for line in lines[1:]]
    people = random.Random(SEED).sample(names, round(SHARE * len(names)))
    path.write_text("".join(f"{name}\n" for name in sorted(people)))
    return path


def grg(bench: Bench, cohort: Cohort) -> Path:
    """Return the GRG of the ancestry, made now if it is not there."""
    path = bench.place(f"{cohort.name}.grg")
    if not path.exists():
        bench.run(bench.environments.grg(), "convert", str(bench.trees(cohort)), str(path))
    return path


def bcftools(bench: Bench, cohort: Cohort | RealFile, keep: Path) -> Run:
    """Count by bcftools, once: it is far behind."""
    command = ("bcftools", "view", "-S", str(keep), "-Ou", "-o", "/dev/null")
    return bench.run(*command, str(bench.place(f"{cohort.name}.bcf")))


def middle(pvar: Path) -> str:
    """Return the place of a variant in the middle of a fileset."""
    with pvar.open() as lines:
        places = [line.split("\t", 2)[1] for line in lines if line[0] != "#"]
    return places[len(places) // 2]


def check_sums(kerne: Run, table: Path) -> None:
    """Stop when Kerne and plink2 count differently: a fast wrong answer is worth nothing."""
    ac = an = 0
    with table.open() as lines:
        for line in lines:
            if line[0] != "#":
                *_, counts, called = line.split("\t")
                alternatives = [int(each) for each in counts.split(",")]
                ac += sum(alternatives)
                an += int(called) * len(alternatives)
    if (ac, an) != (kerne.told["ac"], kerne.told["an"]):
        raise SystemExit(f"Kerne counts {kerne.told}, plink2 an AC of {ac} and an AN of {an}")
