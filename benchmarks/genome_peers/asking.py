"""Tasks: frequencies over a random 90 %, the carriers of one variant, one person's variants."""

import random
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from genome_peers.bars import Bar
from genome_peers.bench import SHARE, THREADS, Bench, Cohort
from genome_peers.runs import Run, in_turns, median_seconds, median_told

CARRIERS_SECONDS: Final = 50e-6
PERSON_SECONDS: Final = 0.1e-3
SEED: Final = 1
CONTIG: Final = "22"


def questions(bench: Bench, cohort: Cohort) -> Iterator[Bar]:
    """Ask what an earlier import of the cohort left behind."""
    keep = chosen(bench, cohort)
    prefix = bench.place(cohort.name)
    graph = grg(bench, cohort)
    place = middle(prefix.with_suffix(".pvar"))
    words = ("--people", str(cohort.people), "--keep", str(keep))

    def plink2(*narrowed: str, out: str = "counts") -> Run:
        command = ("plink2", "--pfile", str(prefix), "--keep", str(keep), "--freq", "counts")
        return bench.run(*command, *narrowed, "--threads", THREADS, "--out", str(bench.place(out)))

    def one() -> Run:
        return plink2("--chr", CONTIG, "--from-bp", place, "--to-bp", place, out="one")

    found = in_turns(
        {
            "kerne": lambda: bench.kerne(
                "ask", str(bench.place(f"{cohort.name}.store")), str(keep)
            ),
            "plink2": plink2,
            "one": one,
            "pgenlib": lambda: bench.arrays("pgenlib", str(prefix), *words),
            "grg": lambda: bench.arrays("grg", str(graph), *words),
        },
        bench.rounds,
    )
    check_sums(found["kerne"][0], bench.place("counts.acount"))
    yield from _bars(found, cohort, bcftools(bench, cohort, keep))


def _bars(found: dict[str, list[Run]], cohort: Cohort, bcftools_seconds: float) -> Iterator[Bar]:
    ours, on = median_told(found["kerne"], "frequencies"), str(cohort)
    # What plink2 takes to start is what it takes for the same people and a single variant.
    pairs = zip(found["plink2"], found["one"], strict=True)
    net = median(whole.seconds - one.seconds for whole, one in pairs)
    for against, theirs, least in (
        ("plink2, net of its startup", net, 2),
        ("plink2, process", median_seconds(found["plink2"]), None),
        ("pgenlib", median_told(found["pgenlib"], "frequencies"), 10),
        ("GRG of the ancestry", median_told(found["grg"], "frequencies"), 2),
        ("bcftools view -S", bcftools_seconds, 1_000),
    ):
        yield Bar("AF over 90 %", on, ours, against, theirs, least)
    cold = median_told(found["kerne"], "from_files")
    yield Bar("AF over 90 %, from sealed files", on, cold, "plink2, net of its startup", net)
    carriers = median_told(found["kerne"], "carriers")
    theirs = median_told(found["pgenlib"], "carriers")
    yield Bar("carriers of one variant", on, carriers, "pgenlib", theirs, most=CARRIERS_SECONDS)
    person = median_told(found["kerne"], "person")
    yield Bar("one person's variants", on, person, "-", most=PERSON_SECONDS)


def chosen(bench: Bench, cohort: Cohort) -> Path:
    """Write the names of a random 90 % to a file, in order."""
    path = bench.place(f"{cohort.name}.keep")
    draw = random.Random(SEED)
    people = sorted(draw.sample(range(cohort.people), round(SHARE * cohort.people)))
    path.write_text("".join(f"S{number:06d}\n" for number in people))
    return path


def grg(bench: Bench, cohort: Cohort) -> Path:
    """Return the GRG of the ancestry, made now if it is not there."""
    path = bench.place(f"{cohort.name}.grg")
    if not path.exists():
        bench.run(bench.environments.grg(), "convert", str(bench.trees(cohort)), str(path))
    return path


def bcftools(bench: Bench, cohort: Cohort, keep: Path) -> float:
    """Return how long bcftools takes, once: it is far behind."""
    command = ("bcftools", "view", "-S", str(keep), "-Ou", "-o", "/dev/null")
    return bench.run(*command, str(bench.place(f"{cohort.name}.bcf"))).seconds


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
