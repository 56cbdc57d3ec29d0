"""What is kept of large files about genes and diseases: what is asked, as JSON, read at once."""

import json
from collections.abc import Callable, Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any, Final, TypeVar

from kerne.durable import write_durably
from kerne.errors import KnowledgeError
from kerne.knowledge.gene_files.constraint import Constraint, read_constraint
from kerne.knowledge.gene_files.hgnc import GeneNames, read_gene_names
from kerne.knowledge.gene_files.mondo import read_same_diseases
from kerne.knowledge.release import FACTS, Kind

T = TypeVar("T")


def _names(path: Path) -> tuple[int, object]:
    names = read_gene_names(path)
    return len(names.symbols), [names.symbols, names.others]


def _constraint(path: Path) -> tuple[int, object]:
    found = read_constraint(path)
    return len(found), [astuple(each) for each in found.values()]


def _same_diseases(path: Path) -> tuple[int, object]:
    found = read_same_diseases(path)
    return len(found), found


_READERS: Final[Mapping[Kind, tuple[str, Callable[[Path], tuple[int, object]]]]] = {
    Kind.HGNC: ("genes", _names),
    Kind.CONSTRAINT: ("genes", _constraint),
    Kind.MONDO: ("diseases", _same_diseases),
}
EXTRACTED: Final = frozenset(_READERS)
"""Kinds of which only an extract is kept."""


def extract(kind: Kind, file: Path, folder: Path) -> Mapping[str, str]:
    """Read a file and write what is kept of it into a folder; give how much it is, in words.

    Raises
    ------
    InputFileError
        The file is not of this kind, or a line is malformed.
    """
    what, read = _READERS[kind]
    count, kept = read(file)
    write_durably(folder / FACTS, json.dumps(kept, separators=(",", ":")).encode())
    return {what: f"{count:,}"}


def kept_names(path: Path) -> GeneNames:
    """Open what is kept of HGNC's complete set.

    Raises
    ------
    KnowledgeError
        It is damaged.
    """
    return _opened(path, lambda kept: GeneNames(*kept))


def kept_constraint(path: Path) -> tuple[Constraint, ...]:
    """Open what is kept of a table of constraint.

    Raises
    ------
    KnowledgeError
        It is damaged.
    """
    return _opened(path, lambda kept: tuple(Constraint(*each) for each in kept))


def kept_same_diseases(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Open what is kept of MONDO's mappings.

    Raises
    ------
    KnowledgeError
        It is damaged.
    """
    return _opened(path, lambda kept: {name: tuple(same) for name, same in kept.items()})


def _opened(path: Path, make: Callable[[Any], T]) -> T:  # Any: JSON that `extract` wrote
    try:
        return make(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, AttributeError) as error:
        raise KnowledgeError(f"`{path}` is damaged: remove its release and add it again") from error
