"""Time the libraries that can inflate bgzip, block by block, on texts that pack well and less well.

Genotypes alone, of 200, 1,000 and 10,000 people with rare alleles, and FORMAT fields are invented
and packed by htslib; files of your own can be named instead. Zlib is what Python comes with.

    python benchmarks/inflating.py [FILE.vcf.gz ...]

Prints bytes of text for one that is packed and gigabytes of text a second, of one core. Exits 1
when the library that `genomes.reading.inflating` would take needs 1.5 times as long as another.
"""

import argparse
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pysam
from isal import isal_zlib
from zlib_ng import zlib_ng

from kerne.genomes.reading.inflating import LONG_COPIES_FROM

LIBRARIES: dict[str, Callable[[bytes], bytes]] = {
    "zlib-ng": lambda deflated: zlib_ng.decompress(deflated, wbits=-15, bufsize=1 << 16),
    "isa-l": lambda deflated: isal_zlib.decompress(deflated, wbits=-15, bufsize=1 << 16),
    "zlib": lambda deflated: zlib.decompress(deflated, wbits=-15, bufsize=1 << 16),
}
ROUNDS = 5
TEXT_BYTES = 40_000_000
READ_BYTES_MOST = 50_000_000
TAIL_BYTES = 8
HEAD_BYTES = 18
LONGER_MOST = 1.5


def genotypes(people: int, rng: np.random.Generator) -> bytes:
    """Return lines of genotypes alone; most alleles are rare."""
    lines = TEXT_BYTES // (4 * people)
    cells = np.full((lines, people), int.from_bytes(b"0/0\t", "little"), dtype=np.uint32)
    carried = rng.random((lines, people)) < rng.beta(0.1, 3, (lines, 1))
    cells[carried] = int.from_bytes(b"0/1\t", "little")
    return cells.tobytes()


def fields(rng: np.random.Generator) -> bytes:
    """Return cells of GT:AD:DP:GQ:PL."""
    depths, qualities = (
        rng.integers(*each, TEXT_BYTES // 80).tolist() for each in ((9, 60), (20, 99))
    )
    pairs = zip(depths, qualities, strict=True)
    return b"".join(b"0/0:%d,0:%d:%d:0,%d,%d\t" % (d, d, q, q, 15 * d + q) for d, q in pairs)


def invented(folder: Path) -> list[Path]:
    """Pack invented texts and return their files."""
    rng = np.random.default_rng(1)
    texts = {f"genotypes of {n} people": genotypes(n, rng) for n in (200, 1_000, 10_000)}
    texts["FORMAT fields"] = fields(rng)
    for name, text in texts.items():
        with pysam.BGZFile(str(folder / name), "wb", None) as file:
            file.write(text)
    return [folder / name for name in texts]


def blocks(path: Path) -> list[bytes]:
    """Return what is deflated in each block of the start of a file."""
    with path.open("rb") as file:
        packed = file.read(READ_BYTES_MOST)
    found, at = [], 0
    while at + HEAD_BYTES <= len(packed):
        end = at + int.from_bytes(packed[at + 16 : at + 18], "little") + 1
        if end <= len(packed):
            found.append(packed[at + HEAD_BYTES : end - TAIL_BYTES])
        at = end
    return found


def seconds(inflate: Callable[[bytes], bytes], deflated: list[bytes]) -> float:
    """Return how long all blocks take, at best."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for each in deflated:
            inflate(each)
        taken.append(time.perf_counter() - started)
    return min(taken)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.vcf.gz")
    files = parser.parse_args().files
    is_met = True
    with tempfile.TemporaryDirectory() as folder:
        for path in files or invented(Path(folder)):
            deflated = blocks(path)
            text_bytes = sum(len(zlib.decompress(each, wbits=-15)) for each in deflated)
            times = text_bytes / sum(map(len, deflated))
            found = {name: seconds(inflate, deflated) for name, inflate in LIBRARIES.items()}
            taken = "zlib-ng" if times >= LONG_COPIES_FROM else "isa-l"
            is_met &= found[taken] <= LONGER_MOST * min(found.values())
            told = ", ".join(f"{n} {text_bytes / s / 1e9:.2f} GB/s" for n, s in found.items())
            print(f"{path.name}: packed {times:.1f} times, {told}; taken: {taken}", flush=True)
    sys.exit(not is_met)


if __name__ == "__main__":
    main()
