"""The reference sequence, and what can be read from a sequence alone."""

import os
from pathlib import Path
from shutil import copyfile
from stat import S_IWGRP, S_IWOTH, S_IWUSR
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Protocol, Self

import pysam
from pysam.utils import SamtoolsError

from kerne.alleles.assembly import canonical_spelling
from kerne.errors import AssemblyError, InputFileError


class SequenceSource(Protocol):
    """What gives reference bases; `ReferenceSequence` reads them from a FASTA file."""

    def fetch(self, contig: str, start: int, end: int) -> str:
        """Give bases `[start, end)` in upper case, or raise `AssemblyError`."""
        ...

    def length(self, contig: str) -> int:
        """Give the length of a contig, or raise `AssemblyError`."""
        ...


class ReferenceSequence:
    """An indexed FASTA file, plain or bgzip, open for reading until `close`.

    A missing or outdated index is made and kept beside the file if that place can be written to,
    otherwise it lives as long as this object.

    Raises
    ------
    InputFileError
        There is no such file, or it is not FASTA that can be indexed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise InputFileError(path, "no such file, expected a FASTA file")
        self._fasta = _open_indexed(path)
        names = self._fasta.references
        self._lengths = dict(zip(names, self._fasta.lengths, strict=True))
        self._names = {canonical_spelling(name): name for name in names}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._fasta.close()

    @property
    def contigs(self) -> tuple[str, ...]:
        """Canonical names of the contigs, in the order of the file."""
        return tuple(self._names)

    def name_in_file(self, contig: str) -> str:
        """Give the spelling of a contig in this file: `20` for `chr20`, say.

        Raises
        ------
        AssemblyError
            The file has no such contig.
        """
        # Most ask by the canonical name, millions of times.
        name = self._names.get(contig) or self._names.get(canonical_spelling(contig))
        if name is None:
            raise AssemblyError(f"contig `{contig}` is not in reference sequence `{self.path}`")
        return name

    def length(self, contig: str) -> int:
        """Give the length of a contig in base pairs.

        Raises
        ------
        AssemblyError
            The file has no such contig.
        """
        return self._lengths[self.name_in_file(contig)]

    def fetch(self, contig: str, start: int, end: int) -> str:
        """Give bases `[start, end)` in upper case.

        Raises
        ------
        AssemblyError
            The file has no such contig, or the contig ends before `end`.
        """
        name, length = self.name_in_file(contig), self.length(contig)
        if not 0 <= start <= end <= length:
            raise AssemblyError(
                f"`{contig}` from `{start}` to `{end}` lies outside reference sequence "
                f"`{self.path}`, where it is `{length}` bp long"
            )
        return self._fasta.fetch(name, start, end).upper()


def reverse_complement(bases: str) -> str:
    """Read the other strand; what is no base of DNA stays as it is.

    Examples
    --------
    >>> reverse_complement("ATGN")
    'NCAT'
    """
    return bases.translate(_COMPLEMENT)[::-1]


def translate(bases: str, codons: dict[str, str] | None = None) -> str:
    """Translate whole codons to one-letter amino acids: `*` is a stop, `X` a codon with an N.

    A rest of one or two bases is not translated. `codons` is `CODONS` unless given.

    Examples
    --------
    >>> translate("ATGGTGCATTAAC")
    'MVH*'
    """
    table = CODONS if codons is None else codons
    whole = len(bases) - len(bases) % 3
    return "".join(table.get(bases[at : at + 3], "X") for at in range(0, whole, 3))


def _open_indexed(path: Path) -> pysam.FastaFile:
    suffixes = [".fai", ".gzi"] if path.suffix in {".gz", ".bgz"} else [".fai"]
    beside = [Path(f"{path}{suffix}") for suffix in suffixes]
    made = path.stat().st_mtime
    try:
        if all(index.exists() and index.stat().st_mtime >= made for index in beside):
            return pysam.FastaFile(str(path))
        return _index_and_open(path, beside)
    except (OSError, ValueError, SamtoolsError) as error:
        problem = "cannot be indexed, expected FASTA, plain or bgzip"
        raise InputFileError(path, problem) from error


def _index_and_open(path: Path, beside: list[Path]) -> pysam.FastaFile:
    with TemporaryDirectory() as directory:
        made = [Path(directory) / index.name for index in beside]
        options = ["--fai-idx", str(made[0])]
        if len(made) > 1:
            options += ["--gzi-idx", str(made[1])]
        pysam.faidx(str(path), *options)
        # The indexes are read on opening, so that the directory may go.
        compressed = str(made[1]) if len(made) > 1 else None
        fasta = pysam.FastaFile(str(path), str(made[0]), compressed)
        if _may_write(path.parent):
            for new, kept in zip(made, beside, strict=True):
                _keep(new, kept)
    return fasta


def _may_write(directory: Path) -> bool:
    # The superuser passes `access` even where nobody is meant to write.
    marked_writable = directory.stat().st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)
    return bool(marked_writable) and os.access(directory, os.W_OK)


def _keep(made: Path, kept: Path) -> None:
    # A reader never sees half an index: it takes its name when it is whole.
    part = Path(f"{kept}.part")
    copyfile(made, part)
    part.replace(kept)


_COMPLEMENT = str.maketrans("ACGTacgt", "TGCAtgca")

# NCBI genetic codes 1 (standard) and 2 (vertebrate mitochondrial), in its order of bases.
_ORDER = "TCAG"
_STANDARD = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
_MITOCHONDRIAL = "FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIMMTTTTNNKKSS**VVVVAAAADDEEGGGG"
_TRIPLETS = tuple(
    first + second + third for first in _ORDER for second in _ORDER for third in _ORDER
)

CODONS = dict(zip(_TRIPLETS, _STANDARD, strict=True))
"""Amino acid of each codon of nuclear genes, NCBI genetic code 1."""

MITOCHONDRIAL_CODONS = dict(zip(_TRIPLETS, _MITOCHONDRIAL, strict=True))
"""Amino acid of each codon of mitochondrial genes, NCBI genetic code 2."""
