"""Tasks: a cohort comes in, and what it takes on disk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from genome_peers.bars import Bar, Unit
from genome_peers.bench import THREADS, Bench, Cohort, RealFile, size_bytes
from genome_peers.runs import Run, in_turns, median_cpu_seconds, median_seconds, peak_bytes

PEAK_BYTES: Final = 1.5e9
PLINK2_AT_BEST_MB: Final = "4000"
"""Workspace under which plink2 is fastest here: by default it asks for half the memory there is."""


def imports(
    bench: Bench,
    cohort: Cohort | RealFile,
    least_plink2: float | None,
    least_bcftools: float | None,
) -> Iterator[Bar]:
    """Import a cohort with each program, in turns, and compare whole processes."""
    vcf = bench.vcf(cohort)
    form = ("erase-phase",) if isinstance(cohort, RealFile) else ()

    def kerne() -> Run:
        return bench.add(f"{cohort.name}.store", vcf)

    def plink2(*words: str, out: str = cohort.name) -> Run:
        prefix = str(bench.place(out))
        command = ("plink2", "--vcf", str(vcf), "--make-pgen", *form, "--threads", THREADS)
        return bench.run(*command, *words, "--out", prefix)

    def bcftools() -> Run:
        out = str(bench.place(f"{cohort.name}.bcf"))
        return bench.run("bcftools", "view", "-Ob", "--threads", THREADS, "-o", out, str(vcf))

    def plink2_at_best() -> Run:
        return plink2("--memory", PLINK2_AT_BEST_MB, out="at_best")

    found = in_turns(
        {"kerne": kerne, "plink2": plink2, "at best": plink2_at_best, "bcftools": bcftools},
        bench.rounds,
    )
    bench.run("bcftools", "index", "-f", str(bench.place(f"{cohort.name}.bcf")))
    ours, on = median_seconds(found["kerne"]), str(cohort)
    for name, against, least in (
        ("plink2", "plink2", least_plink2),
        ("at best", f"plink2 --memory {PLINK2_AT_BEST_MB}", None),
        ("bcftools", "bcftools view -Ob", least_bcftools),
    ):
        yield Bar("import", on, ours, against, median_seconds(found[name]), least)
    for name in ("plink2", "bcftools"):
        cores = median_cpu_seconds(found["kerne"]), median_cpu_seconds(found[name])
        yield Bar("import, time of all cores", on, cores[0], name, cores[1])
    peaks = {name: float(peak_bytes(runs)) for name, runs in found.items()}
    yield Bar(
        "peak memory of import", on, peaks["kerne"], "plink2",
        peaks["plink2"], most=PEAK_BYTES, unit=Unit.BYTES,
    )  # fmt: skip


def sizes(bench: Bench, cohort: Cohort | RealFile) -> Iterator[Bar]:
    """Compare what lies on disk after the imports; no phase is in the files."""
    store = bench.place(f"{cohort.name}.store")
    pgen = float(size_bytes(*fileset(bench.place(cohort.name))))
    whole = float(size_bytes(store))
    by_variant = float(bench.kerne("disk", str(store)).told["by_variant"])
    told = "pgen + pvar + psam"
    yield Bar("disk, both orientations", str(cohort), whole, told, pgen, 1, unit=Unit.BYTES)
    alone = "disk, by variant alone"
    yield Bar(alone, str(cohort), by_variant, told, pgen, 2, unit=Unit.BYTES)
    bcf = float(size_bytes(bench.place(f"{cohort.name}.bcf")))
    yield Bar("disk, both orientations", str(cohort), whole, "bcf", bcf, unit=Unit.BYTES)


def fileset(prefix: Path) -> list[Path]:
    """Return the three files of a plink2 fileset."""
    return [prefix.with_suffix(ending) for ending in (".pgen", ".pvar", ".psam")]
