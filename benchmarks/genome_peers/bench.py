"""What every task of the benchmark is handed: the files, the peers, and how to run them."""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from genome_peers.environments import Environments
from genome_peers.runs import Run, Runner

THREADS: Final = "2"
ASSEMBLY: Final = "GRCh38"
SHARE: Final = 0.9
"""Of the people who are counted."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Invented people, thousands of them, over `span_bp` bases."""

    people: int
    span_bp: int
    has_fields: bool = False

    @property
    def name(self) -> str:
        """Return the name of its files, `c10k` for 10,000 people."""
        return f"c{self.people // 1_000}k{'_fields' if self.has_fields else ''}"

    def __str__(self) -> str:
        """Return what a table says of it."""
        fields = ", GT:AD:DP:GQ:PL" if self.has_fields else ""
        return f"{self.people:,} x {self.span_bp / 1e6:g} Mb{fields}"


@dataclass(frozen=True, slots=True)
class RealFile:
    """A file of real people."""

    name: str
    path: Path

    def __str__(self) -> str:
        """Return what a table says of it."""
        return self.name


@dataclass(frozen=True, slots=True)
class Bench:
    """The place and the means of one benchmark; `rounds` of each measurement.

    `program` is Kerne's command line.
    """

    work: Path
    data: Path
    environments: Environments
    program: str
    runner: Runner
    rounds: int

    def run(self, *command: str) -> Run:
        """Run a program."""
        return self.runner.run(*command)

    def command(self, *words: str) -> Run:
        """Call the command line, as everybody does."""
        return self.run(self.program, *words)

    def add(self, store: str, vcf: Path) -> Run:
        """Add a file to a new store by the command line."""
        where = str(self.emptied(store))
        return self.command("genomes", "--store", where, "add", "--assembly", ASSEMBLY, str(vcf))

    def kerne(self, *words: str) -> Run:
        """Take a step of Kerne's own side in a process of its own."""
        return self.run(sys.executable, "-m", "genome_peers.kerne_side", *words)

    def centre(self, *words: str) -> Run:
        """Ask a centre in a process of its own."""
        return self.run(sys.executable, "-m", "genome_peers.centre_side", *words)

    def arrays(self, *words: str) -> Run:
        """Ask a library among the peers in a process of its own."""
        return self.run(self.environments.python("arrays"), "-m", "genome_peers.arrays", *words)

    def place(self, name: str) -> Path:
        """Return where the work of a task is kept."""
        return self.work / name

    def emptied(self, name: str) -> Path:
        """Return a place at which nothing is."""
        place = self.place(name)
        shutil.rmtree(place, ignore_errors=True)
        return place

    def vcf(self, cohort: Cohort | RealFile) -> Path:
        """Return the file of a cohort, made now if it is not there."""
        if isinstance(cohort, RealFile):
            return cohort.path
        module = "genome_peers.fields" if cohort.has_fields else "genome_peers.cohorts"
        size = ("--people", str(cohort.people), "--span-bp", str(cohort.span_bp))
        return self._made(f"{cohort.name}.vcf.gz", module, size)

    def batches(self, cohort: Cohort, people: int) -> list[Path]:
        """Return the files of a cohort, `people` in each, made now if they are not there."""
        return [
            self._made(
                f"{cohort.name}_{number}.vcf.gz",
                "genome_peers.cohorts",
                (
                    *("--people", str(min(people, cohort.people - first)), "--first", str(first)),
                    *("--together", str(cohort.people), "--span-bp", str(cohort.span_bp)),
                ),
            )
            for number, first in enumerate(range(0, cohort.people, people))
        ]

    def trees(self, cohort: Cohort) -> Path:
        """Return the ancestry of a cohort, which stands beside its file."""
        return self.vcf(cohort).with_name(f"{cohort.people}x{cohort.span_bp}.trees")

    def genome(self, cohort: Cohort, variants: int, blocks: int = 0) -> Path:
        """Return the file of one more genome, made now if it is not there; a gVCF with `blocks`."""
        words = ("--cohort", str(self.trees(cohort)), "--variants", str(variants))
        name = "one.g.vcf.gz" if blocks else "one.vcf.gz"
        return self._made(name, "genome_peers.single", (*words, "--blocks", str(blocks)))

    def _made(self, name: str, module: str, words: Sequence[str]) -> Path:
        path = self.data / name
        done = path.with_name(f"{name.removesuffix('.vcf.gz')}.done")
        if not done.exists():
            python = self.environments.python("ancestry")
            self.run(python, "-m", module, *words, "--out", str(path))
            done.touch()
        return path


def size_bytes(*paths: Path) -> int:
    """Return how many bytes files, and the files in directories, have together."""
    files = [each for path in paths for each in ([path] if path.is_file() else path.rglob("*"))]
    return sum(each.stat().st_size for each in files if each.is_file())
