"""Look at a file before it is kept: is it what it is said to be, and on which assembly."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kerne.alleles.assembly import GRCH37, GRCH38, Assembly, assembly_named
from kerne.alleles.sequence import ReferenceSequence
from kerne.errors import AssemblyError, InputFileError, KnowledgeError
from kerne.knowledge.cases import read_cases
from kerne.knowledge.frequencies import read_frequencies
from kerne.knowledge.genes import read_gene_models
from kerne.knowledge.hpo import check_files, date_of, stated_version
from kerne.knowledge.release import HPO_FILES, Kind, day_of
from kerne.knowledge.shelf import Content

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
WITH_COORDINATES: Final = frozenset({Kind.REFERENCE, Kind.GENES, Kind.FREQUENCIES})


def examine(
    kind: Kind, file: Path, *, assembly: str | None = None, name: str | None = None
) -> Content:
    """Check that a file can be used as a release of a kind, and say what is to be kept.

    Raises
    ------
    InputFileError
        The file is missing or holds something else.
    AssemblyError
        The assembly is unknown, or the file's coordinates are those of another.
    KnowledgeError
        The kind needs an assembly and none is named, or the name cannot be a directory's.
    """
    if name is not None and not NAME.fullmatch(name):
        problem = "expected letters, digits, `.`, `_` and `-`, a letter or digit first"
        raise KnowledgeError(f"release name `{name}` is malformed, {problem}")
    if kind is Kind.HPO:
        return _hpo(file, name)
    if not file.is_file():
        raise InputFileError(file, "no such file")
    named = _assembly_for(kind, assembly)
    if named is not None and kind is not Kind.REFERENCE:
        _check_coordinates(kind, file, named)
    if kind is Kind.CASES and not sum(1 for _ in read_cases(file)):
        raise InputFileError(file, "no case in it")
    return Content(
        kind=kind,
        name=name or _name_of(file),
        date=day_of(file),
        source=file.name,
        files=(file,),
        assembly=None if named is None else named.name,
        finish=_indexing(file, named) if named is not None and kind is Kind.REFERENCE else None,
    )


def check_reference(sequence: ReferenceSequence, assembly: Assembly) -> None:
    """Check that a reference sequence can be of an assembly, whole or the beginnings of contigs.

    Raises
    ------
    AssemblyError
        No contig is of the assembly, one is longer than there, or one has the length that it has
        in another assembly.
    """
    known = {c: sequence.length(c) for c in sequence.contigs if assembly.has_contig(c)}
    if not known:
        raise AssemblyError(f"no contig of the file belongs to assembly `{assembly.name}`")
    for contig, length in known.items():
        expected = assembly.length_bp(contig)
        if expected is None or length > expected or _is_length_elsewhere(contig, length):
            assembly.check_lengths({contig: length})


def _hpo(file: Path, name: str | None) -> Content:
    folder = file if file.is_dir() else file.parent
    check_files(folder)
    stated = stated_version(folder)
    if not NAME.fullmatch(name or stated):
        raise KnowledgeError(f"version `{stated}` cannot name a release, choose another name")
    return Content(
        kind=Kind.HPO,
        name=name or stated,
        date=date_of(stated, folder / "hp.obo"),
        source=file.name,
        files=tuple(folder / part for part in HPO_FILES),
        assembly=None,
    )


def _assembly_for(kind: Kind, assembly: str | None) -> Assembly | None:
    if assembly is not None:
        return assembly_named(assembly)
    if kind in WITH_COORDINATES:
        raise KnowledgeError(f"a release of kind `{kind}` needs an assembly, such as `GRCh38`")
    return None


def _check_coordinates(kind: Kind, file: Path, assembly: Assembly) -> None:
    if kind is Kind.GENES:
        read_gene_models(file, assembly)
    if kind is Kind.FREQUENCIES:
        read_frequencies(file, assembly)


def _indexing(file: Path, assembly: Assembly) -> Callable[[Path], None]:
    """Index the copy of a reference sequence, which becomes part of its release, and check it."""

    def index(folder: Path) -> None:
        try:
            with ReferenceSequence(folder / file.name) as sequence:
                check_reference(sequence, assembly)
        except InputFileError as error:
            raise InputFileError(file, "not FASTA that can be indexed, plain or bgzip") from error

    return index


def _is_length_elsewhere(contig: str, length: int) -> bool:
    return any(
        other.has_contig(contig) and other.length_bp(contig) == length for other in (GRCH38, GRCH37)
    )


def _name_of(file: Path) -> str:
    """Name a release after its file: no suffix, and nothing that a directory should not have."""
    stem = file.name.removesuffix(".gz").rpartition(".")[0] or file.name
    return re.sub(r"[^A-Za-z0-9._-]", "-", stem).lstrip("._-") or "unnamed"
