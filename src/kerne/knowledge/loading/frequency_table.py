"""Read the table that `kerne genomes frequencies` writes.

So one centre's published counts are another's knowledge.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kerne.alleles.assembly import Assembly, ContigKind
from kerne.errors import AssemblyError, InputFileError
from kerne.knowledge.loading.gnomad import kept_counts
from kerne.knowledge.loading.reception import Reception, Report
from kerne.knowledge.text import LINES_A_REPORT, bytes_read, open_text

COLUMNS: Final = ("chrom", "pos", "ref", "alt", "AC", "AN", "AF", "hom", "het")
_SINGLE: Final = frozenset({ContigKind.X, ContigKind.Y, ContigKind.MITOCHONDRION})


def gather(reception: Reception, report: Report) -> None:
    """Take in all files.

    Raises
    ------
    InputFileError
        The header differs, a line is malformed, or a contig is not of the assembly.
    """
    for number, path in enumerate(reception.files):
        done = 0
        with open_text(path) as file:
            if tuple(file.readline().rstrip("\n").split("\t")) != COLUMNS:
                raise InputFileError(path, f"expected the header `{' '.join(COLUMNS)}`", 1)
            for line, text in enumerate(file, start=2):
                _take(text.rstrip("\n").split("\t"), (number, line), reception)
                if not line % LINES_A_REPORT:
                    report(bytes_read(file) - done)
                    done = bytes_read(file)


def _take(fields: Sequence[str], source: tuple[int, int], reception: Reception) -> None:
    path, line = reception.files[source[0]], source[1]
    if len(fields) != len(COLUMNS):
        problem = f"expected {len(COLUMNS)} columns, found `{len(fields)}`"
        raise InputFileError(path, problem, line)
    try:
        position_1based, ac, an, homozygotes, heterozygotes = (
            int(fields[at]) for at in (1, 4, 5, 7, 8)
        )
    except ValueError as error:
        raise InputFileError(
            path, "expected whole numbers in `pos` and the counts", line
        ) from error
    if position_1based < 1:
        raise InputFileError(path, f"position `{position_1based}` lies before 1", line)
    if not 0 <= ac <= an or min(homozygotes, heterozygotes) < 0:
        problem = f"expected counts with 0 <= AC <= AN, found `{ac}` and `{an}`"
        raise InputFileError(path, problem, line)
    kind = _kind(fields[0], reception.assembly, path, line)
    alone = max(0, ac - 2 * homozygotes - heterozygotes) if kind in _SINGLE else 0
    change = (fields[2].upper(), fields[3].upper())
    if not all(each.isalpha() for each in change):
        raise InputFileError(path, "expected bases in `ref` and `alt`", line)
    values = kept_counts(ac, an, homozygotes, heterozygotes, alone)
    reception.take(source, (fields[0], position_1based - 1), change, values)


def _kind(name: str, assembly: Assembly, path: Path, line: int) -> ContigKind:
    try:
        return assembly.contig(name).kind
    except AssemblyError as error:
        raise InputFileError(path, str(error), line) from error
