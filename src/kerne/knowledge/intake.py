"""Look at a file before it is kept: is it what it is said to be, and on which assembly."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from kerne.alleles.assembly import GRCH37, GRCH38, Assembly, assembly_named
from kerne.alleles.sequence import ReferenceSequence
from kerne.errors import AssemblyError, InputFileError, KnowledgeError
from kerne.knowledge.case_packets import packet_files
from kerne.knowledge.cases import as_json_lines
from kerne.knowledge.checking import check_file, stated_day
from kerne.knowledge.gene_files.kept import EXTRACTED, extract
from kerne.knowledge.hpo import check_files, date_of, stated_version
from kerne.knowledge.loading.conversion import CONVERSIONS, convert
from kerne.knowledge.loading.reception import Report
from kerne.knowledge.release import HPO_FILES, Kind, day_of
from kerne.knowledge.shelf import Content

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
CASES_FILE: Final = "cases.jsonl"
WITH_COORDINATES: Final = frozenset({Kind.REFERENCE, Kind.GENES, Kind.DOSAGE, *CONVERSIONS})
OF_SEVERAL_FILES: Final = frozenset({Kind.DOSAGE, *CONVERSIONS})


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be kept.

    Parameters
    ----------
    files
        One, or of some kinds several that are joined to one release.
    assembly
        Name of the assembly of their coordinates.
    name, dated
        Of the release; after the file, and as the file states it, if not given.
    """

    kind: Kind
    files: tuple[Path, ...]
    assembly: str | None = None
    name: str | None = None
    dated: date | None = None


def examine(wish: Wish, reference: Path | None = None, report: Report = lambda _: None) -> Content:
    """Check that files can be used as a release of a kind, and say what is to be kept.

    Files that are converted are checked while they are, which is when they are kept.

    Parameters
    ----------
    reference
        The sequence by which alleles are put in normal form, if there is one.
    report
        Told how many more bytes were read, of files that are converted.

    Raises
    ------
    InputFileError
        A file is missing or holds something else.
    AssemblyError
        The assembly is unknown, or the file's coordinates are those of another.
    KnowledgeError
        The kind needs an assembly and none is named, the name cannot be a directory's, or the kind
        is of one file and several are named.
    """
    kind, files = wish.kind, wish.files
    if wish.name is not None and not NAME.fullmatch(wish.name):
        problem = "expected letters, digits, `.`, `_` and `-`, a letter or digit first"
        raise KnowledgeError(f"release name `{wish.name}` is malformed, {problem}")
    if len(files) > 1 and kind not in OF_SEVERAL_FILES:
        raise KnowledgeError(f"a release of kind `{kind}` is of one file, found `{len(files)}`")
    if len({file.name for file in files}) < len(files):
        raise KnowledgeError("two of the files have the same name, expected different ones")
    if kind is Kind.HPO:
        return _hpo(files[0], wish)
    if kind is Kind.CASES and files[0].is_dir():
        return _packets(files[0], wish)
    _check_present(files)
    named = _assembly_for(kind, wish.assembly)
    if kind in CONVERSIONS and named is not None:
        return replace(
            _content(wish, named, stated_day(kind, files[0])),
            convert=_converting(kind, files, named, reference, report),
        )
    if kind in EXTRACTED:
        content = _content(wish, named, stated_day(kind, files[0]))
        return replace(content, convert=partial(extract, kind, files[0]))
    stated = check_file(kind, files, named)
    finish = _indexing(files[0], named) if named is not None and kind is Kind.REFERENCE else None
    return replace(_content(wish, named, stated), finish=finish)


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


def _hpo(file: Path, wish: Wish) -> Content:
    folder = file if file.is_dir() else file.parent
    check_files(folder)
    stated = stated_version(folder)
    if not NAME.fullmatch(wish.name or stated):
        raise KnowledgeError(f"version `{stated}` cannot name a release, choose another name")
    return Content(
        kind=Kind.HPO,
        name=wish.name or stated,
        date=wish.dated or date_of(stated, folder / "hp.obo"),
        source=file.name,
        files=tuple(folder / part for part in HPO_FILES),
        assembly=None,
    )


def _packets(folder: Path, wish: Wish) -> Content:
    """Join the Phenopackets of a folder to one release."""
    packets = tuple(packet_files(folder))
    if len({packet.name for packet in packets}) < len(packets):
        raise InputFileError(folder, "two Phenopackets have the same name, expected different ones")
    return replace(_content(wish, None, None), files=packets, convert=_joining(folder))


def _check_present(files: Iterable[Path]) -> None:
    for file in files:
        if not file.is_file():
            raise InputFileError(file, "no such file")


def _assembly_for(kind: Kind, assembly: str | None) -> Assembly | None:
    if assembly is not None:
        return assembly_named(assembly)
    if kind in WITH_COORDINATES:
        raise KnowledgeError(f"a release of kind `{kind}` needs an assembly, such as `GRCh38`")
    return None


def _content(wish: Wish, assembly: Assembly | None, stated: date | None) -> Content:
    first = wish.files[0]
    more = f" and {len(wish.files) - 1} more" if len(wish.files) > 1 else ""
    return Content(
        kind=wish.kind,
        name=wish.name or _name_of(first),
        date=wish.dated or stated or day_of(first),
        source=first.name + more,
        files=wish.files,
        assembly=None if assembly is None else assembly.name,
    )


def _converting(
    kind: Kind, files: Sequence[Path], assembly: Assembly, reference: Path | None, report: Report
) -> Callable[[Path], Mapping[str, str]]:
    """Convert files to a table, in normal form as far as the sequence at hand allows."""

    def to_table(folder: Path) -> Mapping[str, str]:
        if reference is None:
            return convert(kind, files, folder, assembly, None, report)
        with ReferenceSequence(reference) as sequence:
            return convert(kind, files, folder, assembly, sequence, report)

    return to_table


def _joining(folder: Path) -> Callable[[Path], Mapping[str, str]]:
    """Join the Phenopackets of a folder to one file of JSON lines."""

    def to_lines(place: Path) -> Mapping[str, str]:
        lines = list(as_json_lines(folder))
        (place / CASES_FILE).write_text("".join(lines), encoding="utf-8")
        return {"cases": str(len(lines))}

    return to_lines


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
