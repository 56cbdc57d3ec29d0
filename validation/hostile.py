"""Add 10,000 bad files to the genome database: each is refused in one sentence, or read rightly.

Invented files and slices of real ones are made bad by one change (`adversary/mutations.py`): bits
flipped, bytes cut out, put in or repeated, columns and values that cannot be, headers that lie,
bgzip blocks with wrong sizes and checksums, BCF damaged inside. Then giants
(`adversary/giants.py`): a few megabytes on disk, gigabytes inside. What must hold of each stands in
`adversary/trial.py`. The files are given to warm children under a limit of memory; one that dies
is a fault of the file that it was at.

    python validation/hostile.py [--files 10000] [--giants-mb 1024] [--memory-mb 1024] [--seed 1]
"""

import argparse
import gzip
import io
import random
import re
import resource
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pysam.bcftools

from adversary.giants import GIANTS, MEBI, write_giant
from adversary.mutations import (
    BLOCK_END,
    PACKED_MUTATIONS,
    TEXT_MUTATIONS,
    blocks_of,
    cut_out,
    cut_short,
    flip_bits,
    put_in,
)
from adversary.sequence import happens
from adversary.trial import Trial, Verdict, make_base

REAL = (
    "genotypes/1000G.chr22_10.5Mb.2548.GRCh38.vcf.gz",
    "genotypes/HG002_GRCh38_1_22_v4.2.1_benchmark.chr20.vcf.gz",
)
REAL_GVCFS = "genotypes/1000G.chr22.50_gvcfs.tar.gz"
REAL_RECORDS = 150
REAL_SAMPLES = 12
SHOWN = 25
FIXED_COLUMNS = 9
TEXT_SHARE, PACKED_SHARE = 0.6, 0.28


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a child may use: address space beyond its own, and what it may grow by for one file."""

    limit_bytes: int
    grown_bytes: int


def real_slices(data: Path) -> list[bytes]:
    """Return the first records of the real files, of a few samples."""
    slices = []
    for name in REAL:
        if (data / name).exists():
            with gzip.open(data / name, "rb") as stream:
                slices.append(_first_records(stream))
    if (data / REAL_GVCFS).exists():
        with tarfile.open(data / REAL_GVCFS) as tar:
            member = next(each for each in tar if each.name.endswith(".g.vcf.gz"))
            packed = tar.extractfile(member)
            assert packed is not None
            slices.append(_first_records(io.BytesIO(gzip.decompress(packed.read()))))
    return slices


def _first_records(stream: Iterator[bytes] | io.BytesIO | gzip.GzipFile) -> bytes:
    kept: list[bytes] = []
    records = 0
    for line in stream:
        if line.startswith(b"##"):
            kept.append(line)
            continue
        columns = line.rstrip(b"\n").split(b"\t")
        kept.append(b"\t".join(columns[: FIXED_COLUMNS + REAL_SAMPLES]) + b"\n")
        records += 1
        if records > REAL_RECORDS:
            break
    return b"".join(kept)


def try_case(trial: Trial, work: Path, slices: Sequence[bytes], case: int) -> Verdict:
    """Make the bad file of a number and judge what comes of it."""
    rng = random.Random(case)
    trial.inventor.rng.seed(case)
    is_real = bool(slices) and happens(rng, 0.2)
    base = (
        rng.choice(slices)
        if is_real
        else make_base(trial.inventor, work / "base.vcf", is_gvcf=happens(rng, 0.3))
    )
    chance = rng.random()
    if chance < TEXT_SHARE:
        mutate = rng.choice(TEXT_MUTATIONS)
        content = mutate(base, rng)
        if happens(rng, 0.3):
            content = b"".join(blocks_of(content)) + BLOCK_END
        path = work / "bad.vcf"
    elif chance < TEXT_SHARE + PACKED_SHARE:
        mutate = rng.choice(PACKED_MUTATIONS)
        content, path = mutate(base, rng), work / "bad.vcf.gz"
    else:
        mutate = rng.choice((flip_bits, flip_bits, cut_short, cut_out, put_in))
        content, path = _bad_bcf(base, work, mutate, rng), work / "bad.bcf"
    path.write_bytes(content)
    kind = f"{'real' if is_real else 'invented'} {path.suffix} {mutate.__name__}"
    return trial.judge(case, kind, path, is_shifted=not is_real and happens(rng, 0.5))


def _bad_bcf(
    base: bytes, work: Path, mutate: Callable[[bytes, random.Random], bytes], rng: random.Random
) -> bytes:
    plain, binary = work / "base.vcf", work / "base.bcf"
    plain.write_bytes(base)
    pysam.bcftools.view("-Ou", "-o", str(binary), str(plain), catch_stdout=False)
    changed = mutate(binary.read_bytes(), rng)
    return b"".join(blocks_of(changed)) + BLOCK_END if happens(rng, 0.7) else changed


def try_giant(trial: Trial, work: Path, size: int, case: int) -> Verdict:
    """Make a giant, packed or plain, and judge what comes of it."""
    pieces, is_packed = GIANTS[case % len(GIANTS)], case < len(GIANTS)
    path = work / ("giant.vcf.gz" if is_packed else "giant.vcf")
    write_giant(path, pieces(size), is_packed=is_packed)
    kind = f"giant {pieces.__name__} of {path.stat().st_size / MEBI:.1f} MB"
    verdict = trial.judge(case, kind, path, is_shifted=False)
    path.unlink()
    return verdict


Try = Callable[[Trial, Path, int], Verdict]


def child(pipe: Connection, attempt: Try, cases: Sequence[int], bounds: Bounds) -> None:
    """Try some cases in this process, under its limit of memory."""
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        trial = Trial(work)
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + bounds.limit_bytes,) * 2)
        for case in cases:
            pipe.send(case)
            pipe.send(attempt(trial, work, case))
    pipe.send(None)


def run(attempt: Try, cases: Sequence[int], bounds: Bounds) -> Iterator[Verdict]:
    """Try cases one after the other, in a new child whenever one has died."""
    context, left = get_context("fork"), list(cases)
    while left:
        ours, theirs = context.Pipe()
        process = context.Process(target=child, args=(theirs, attempt, left, bounds))
        process.start()
        theirs.close()
        at = left[0]
        try:
            while (said := ours.recv()) is not None:
                if isinstance(said, int):
                    at = said
                    continue
                left = left[left.index(at) + 1 :]
                yield said
        except EOFError:
            process.join()
            left = left[left.index(at) + 1 :]
            yield Verdict(at, "?", "died", 0, 0, f"the process died, {process.exitcode}")
        process.join()


def run_in_lanes(
    attempt: Try, cases: Sequence[int], bounds: Bounds, processes: int
) -> Iterator[Verdict]:
    """Try cases in some children at once."""
    lanes = [cases[number::processes] for number in range(processes)]
    with ThreadPoolExecutor(processes) as pool:
        for verdicts in pool.map(lambda lane: list(run(attempt, lane, bounds)), lanes):
            yield from verdicts


def judged(verdicts: Iterator[Verdict], bounds: Bounds) -> tuple[list[Verdict], int]:
    """Gather verdicts; return those with a fault, and how many were tried. Print the figures."""
    start, kinds, faults, tried = time.perf_counter(), Counter[str](), list[Verdict](), 0
    most, slowest, grown = Counter[str](), 0.0, 0
    for verdict in verdicts:
        tried += 1
        kinds["accepted" if verdict.outcome == "accepted" else "refused"] += 1
        most[_sentence(verdict.outcome)] += 1
        slowest, grown = max(slowest, verdict.seconds), max(grown, verdict.grown_bytes)
        if verdict.kind.startswith("giant"):
            print(
                f"{verdict.kind:<45} {verdict.seconds:>6.1f} s {verdict.grown_bytes / MEBI:>6.0f}"
                f" MB  {_sentence(verdict.outcome)[:90]}"
            )
        if verdict.fault or verdict.grown_bytes > bounds.grown_bytes:
            faults.append(verdict)
    print(f"{tried} files: {dict(kinds)} in {time.perf_counter() - start:.0f} s")
    print(f"slowest {slowest:.2f} s, memory grew by at most {grown / MEBI:.0f} MB")
    for sentence, count in most.most_common(SHOWN):
        print(f"  {count:>6}  {sentence[:110]}")
    return faults, tried


def _sentence(outcome: str) -> str:
    """Return a refusal without its numbers and names."""
    words = outcome.split("`")
    kept = "`…`".join(words[::2]) if len(words) > 1 else outcome
    return re.sub("[0-9]+", "#", kept)


def main() -> int:
    """Try all files; the exit code is 1 when one is a fault."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    default = Path(__file__).parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="the folder of real data")
    parser.add_argument("--files", type=int, default=10_000, help="bad files to try")
    parser.add_argument("--giants-mb", type=int, default=1024, help="size of giants; 0 for none")
    parser.add_argument("--memory-mb", type=int, default=1024, help="what one file may take")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--cases", type=int, nargs="*", help="try these numbers only")
    options = parser.parse_args()
    bounds = Bounds(2 * options.memory_mb * MEBI, options.memory_mb * MEBI)
    slices = real_slices(options.data)
    first = options.seed * 10_000_000
    cases = options.cases or range(first, first + options.files)
    attempt = partial(_case, slices=slices)
    faults, _ = judged(run_in_lanes(attempt, cases, bounds, options.processes), bounds)
    if options.giants_mb and not options.cases:
        giant = partial(_giant, size=options.giants_mb * MEBI)
        # One that has used its memory up spoils nothing for the next: each has its own child.
        verdicts = (run(giant, [case], bounds) for case in range(2 * len(GIANTS)))
        more, _ = judged(chain.from_iterable(verdicts), bounds)
        faults += more
    for verdict in faults[:SHOWN]:
        size = f"{verdict.grown_bytes / MEBI:.0f} MB"
        print(f"case {verdict.case} ({verdict.kind}, {size}): {verdict.fault or verdict.outcome}")
    print(f"{len(faults)} faults")
    return 1 if faults else 0


def _case(trial: Trial, work: Path, case: int, *, slices: Sequence[bytes]) -> Verdict:
    return try_case(trial, work, slices, case)


def _giant(trial: Trial, work: Path, case: int, *, size: int) -> Verdict:
    return try_giant(trial, work, size, case)


if __name__ == "__main__":
    sys.exit(main())
