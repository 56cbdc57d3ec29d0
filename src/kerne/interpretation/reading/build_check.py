"""Is a file of the assembly that it is said to be? By reference bases and by well-known sites.

A header that states contig lengths settles it before a record is read. Without them two things
tell: the reference alleles of a file of another build disagree with the sequence at two places in
three, and common variants lie where that build has them.
"""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from kerne.alleles.assembly import Assembly
from kerne.alleles.vcf import VcfRecord
from kerne.errors import InputFileError

LEAST_KNOWN_SITES = 2
"""So many well-known variants of another build, and more than of its own, name the build."""
FEW_COMPARED = 10
MOST_DISAGREEING = 0.1
"""Share of reference alleles that may disagree; among few, up to half of them may."""

Site = tuple[str, int]


class BuildCheck:
    """Gathers, over one file, what tells its build."""

    def __init__(self, path: Path, assembly: Assembly) -> None:
        self._path, self._assembly = path, assembly
        self._sites = known_sites()
        self._builds: Counter[str] = Counter()
        self._first: InputFileError | None = None
        self.compared = self.disagreeing = 0

    def look(self, contig: str, record: VcfRecord) -> None:
        """Look whether a record is a well-known variant of some build."""
        found = self._sites.get((contig, record.position))
        if found is not None:
            for build, bases in found.items():
                self._builds[build] += any(
                    {record.reference, alternative} == bases for alternative in record.alternatives
                )

    def agree(self) -> None:
        """Count a reference allele that is as the sequence has it."""
        self.compared += 1

    def disagree(self, problem: str, line: int) -> None:
        """Count a reference allele that the sequence has otherwise."""
        self.compared += 1
        self.disagreeing += 1
        if self._first is None:
            words = f"not of assembly `{self._assembly.name}`: {problem}"
            self._first = InputFileError(self._path, words, line)

    def settle(self) -> None:
        """Refuse the file if it is of another build.

        Raises
        ------
        InputFileError
            It is; the message names the build where that is known.
        """
        other = self._other_build()
        if other is not None:
            raise InputFileError(self._path, self._words(other))
        if self._first is not None and self._is_too_much():
            raise self._first

    def _other_build(self) -> str | None:
        ours = self._builds[self._assembly.name]
        counts = {each: n for each, n in self._builds.items() if each != self._assembly.name}
        best = max(counts, key=counts.__getitem__, default=None)
        if best is None or counts[best] < LEAST_KNOWN_SITES or counts[best] <= ours:
            return None
        return best

    def _is_too_much(self) -> bool:
        most = 0.5 if self.compared < FEW_COMPARED else MOST_DISAGREEING
        return self.disagreeing > most * self.compared

    def _words(self, other: str) -> str:
        words = (
            f"looks like {other}, expected `{self._assembly.name}`: {self._builds[other]} "
            f"well-known variants lie where {other} has them and "
            f"{self._builds[self._assembly.name]} where {self._assembly.name} does"
        )
        if not self.compared:
            return words
        return f"{words}; {self.disagreeing} of {self.compared} reference alleles disagree"


@cache
def known_sites() -> Mapping[Site, Mapping[str, frozenset[str]]]:
    """Give the alleles of well-known variants by 0-based place and build."""
    text = files("kerne.interpretation.reading").joinpath("known_sites.tsv").read_text()
    head, *lines = (line for line in text.splitlines() if not line.startswith("#"))
    builds = head.split("\t")[2:4]
    sites: dict[Site, dict[str, frozenset[str]]] = {}
    for line in lines:
        _, contig, *positions_1based, alleles = line.split("\t")
        for build, position in zip(builds, positions_1based, strict=True):
            at = sites.setdefault((contig, int(position) - 1), {})
            at[build] = frozenset(alleles.split("/"))
    return MappingProxyType(sites)
