"""The Human Phenotype Ontology: terms, what they are kinds of, and identifiers that moved.

Terms under *Phenotypic abnormality* are numbered so that a term comes after all its ancestors;
everything that is computed uses these numbers. Other terms (modes of inheritance, onset) keep a
name and resolve, but have no number.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kerne.errors import InputFileError, PhenotypeError

ROOT = "HP:0000118"
FILE_NAME = "hp.obo"
EXACT_SYNONYM = re.compile(r'"([^"]+)" EXACT')


@dataclass(frozen=True, slots=True)
class ResolvedTerm:
    """A current term, and the identifier that it was reached from when that one has moved.

    Parameters
    ----------
    identifier
        Identifier in force, `HP:0001250`.
    name
        Its name.
    replaced
        The obsolete or merged identifier that was given; `None` when the given one is in force.
    """

    identifier: str
    name: str
    replaced: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Ontology:
    """The phenotype terms in topological order: an ancestor has a smaller index.

    Parameters
    ----------
    release
        Release as the file states it, `2025-01-16`.
    ids, names
        Identifier and name by index; the first is *Phenotypic abnormality*.
    index
        Index by identifier, phenotype terms only.
    labels
        Name by identifier of every term in force, phenotype or not.
    moved
        The identifier in force by obsolete or merged identifier.
    withdrawn
        Obsolete identifiers without a replacement, with those that the ontology suggests
        to consider.
    spoken
        Index by name and exact synonym in small letters, phenotype terms only.
    """

    release: str
    ids: tuple[str, ...]
    names: tuple[str, ...]
    index: Mapping[str, int]
    labels: Mapping[str, str]
    moved: Mapping[str, str]
    withdrawn: Mapping[str, tuple[str, ...]]
    spoken: Mapping[str, int]
    _parents: tuple[tuple[int, ...], ...]
    _children: tuple[tuple[int, ...], ...]
    _ancestors: tuple[NDArray[np.int32], ...]

    def __len__(self) -> int:
        return len(self.ids)

    def ancestors(self, term: int) -> NDArray[np.int32]:
        """Give (ancestors,) indices ascending: the root first, `term` itself last."""
        return self._ancestors[term]

    def parents(self, term: int) -> tuple[int, ...]:
        """Give the terms that `term` is directly a kind of; none for the root."""
        return self._parents[term]

    def children(self, term: int) -> tuple[int, ...]:
        """Give the terms that are directly a kind of `term`."""
        return self._children[term]

    def resolve(self, identifier: str) -> ResolvedTerm:
        """Find the term in force for an identifier, following replacements and merges.

        Raises
        ------
        PhenotypeError
            No such term, or it is obsolete and nothing replaces it.
        """
        current = self.moved.get(identifier, identifier)
        if current in self.labels:
            replaced = None if current == identifier else identifier
            return ResolvedTerm(current, self.labels[current], replaced)
        if current in self.withdrawn:
            raise PhenotypeError(_withdrawn(current, self.withdrawn[current], self.labels))
        raise PhenotypeError(self._unknown(identifier))

    def indices(self, identifiers: Iterable[str]) -> list[int]:
        """Give the index of each phenotype term, in the order given.

        Raises
        ------
        PhenotypeError
            An identifier does not resolve, or is not a phenotypic abnormality.
        """
        return [self._index_of(self.resolve(identifier)) for identifier in identifiers]

    def most_specific(self, terms: Iterable[int]) -> list[int]:
        """Leave out what another of the `terms` already implies, and repeats; ascending."""
        chosen = set(terms)
        implied = {int(a) for term in chosen for a in self._ancestors[term][:-1]}
        return sorted(chosen - implied)

    def _index_of(self, term: ResolvedTerm) -> int:
        if term.identifier not in self.index:
            raise PhenotypeError(
                f"`{term.identifier}` ({term.name}) is not a phenotypic abnormality (`{ROOT}`)"
            )
        return self.index[term.identifier]

    def _unknown(self, identifier: str) -> str:
        message = f"no HPO term `{identifier}` in release `{self.release}`"
        nearest = get_close_matches(identifier, self.labels, n=1, cutoff=0.8)
        if not nearest:
            return message
        return f"{message}; the nearest is `{nearest[0]}` ({self.labels[nearest[0]]})"


def read_ontology(path: Path) -> Ontology:
    """Read the ontology from its OBO file.

    Raises
    ------
    InputFileError
        The file is not OBO, lacks *Phenotypic abnormality*, or its `is_a` lines form a circle.

    References
    ----------
    OBO Flat File Format 1.4.
    """
    stanzas = _Stanzas()
    with path.open(encoding="utf-8") as file:
        first = file.readline()
        if not first.startswith("format-version:"):
            raise InputFileError(path, "not OBO: expected `format-version:`", 1)
        for line in file:
            stanzas.take(line.rstrip("\n"))
    order = _topological(stanzas.parents)
    if ROOT not in stanzas.labels:
        raise InputFileError(path, f"expected the term `{ROOT}` (Phenotypic abnormality)")
    if order is None:
        raise InputFileError(path, f"the `is_a` lines below `{ROOT}` form a circle")
    return _build(stanzas, order)


class _Stanzas:
    """What has been read so far: the header, then one `[Term]` after the other."""

    def __init__(self) -> None:
        self.release = "unknown"
        self.labels: dict[str, str] = {}
        self.parents: dict[str, list[str]] = {}
        self.merged: dict[str, str] = {}
        self.replaced: dict[str, str] = {}
        self.obsolete: dict[str, list[str]] = {}
        self.synonyms: list[tuple[str, str]] = []
        self._term: str | None = None

    def take(self, line: str) -> None:
        key, _, value = line.partition(": ")
        if line.startswith("["):
            self._term = None
        elif key == "data-version":
            self.release = value.rsplit("/", 1)[-1].strip()
        elif key == "id" and value.startswith("HP:"):
            self._term = value
        elif self._term is not None:
            self._describe(self._term, key, value)

    def _describe(self, term: str, key: str, value: str) -> None:
        if key == "name":
            self.labels[term] = value
        elif key == "is_a":
            self.parents.setdefault(term, []).append(value.split(" ", 1)[0])
        elif key == "synonym":
            if found := EXACT_SYNONYM.match(value):
                self.synonyms.append((found[1].lower(), term))
        elif key == "alt_id":
            self.merged[value] = term
        elif key == "is_obsolete" and value == "true":
            self.obsolete.setdefault(term, [])
        elif key == "replaced_by":
            self.replaced[term] = value
        elif key == "consider":
            self.obsolete.setdefault(term, []).append(value)

    def moved(self) -> dict[str, str]:
        """Follow replacements and merges to the end; what leads nowhere is left out."""
        steps = {k: v for k, v in self.merged.items() if not self.in_force(k)} | self.replaced
        ends = ((start, _follow(steps, start)) for start in steps)
        return {start: end for start, end in ends if self.in_force(end)}

    def in_force(self, term: str) -> bool:
        return term in self.labels and term not in self.obsolete


def _follow(steps: Mapping[str, str], start: str) -> str:
    seen = {start}
    end = steps[start]
    while end in steps and end not in seen:
        seen.add(end)
        end = steps[end]
    return end


def _topological(parents: Mapping[str, list[str]]) -> list[str] | None:
    """Order the terms below the root so that parents come first; `None` for a circle."""
    children: dict[str, list[str]] = {}
    for child, above in parents.items():
        for parent in above:
            children.setdefault(parent, []).append(child)
    below = set(_reached(children, ROOT))
    waiting = {term: sum(parent in below for parent in parents.get(term, ())) for term in below}
    if waiting[ROOT]:
        return None
    order = [ROOT]
    for term in order:
        for child in children.get(term, ()):
            waiting[child] -= 1
            if waiting[child] == 0:
                order.append(child)
    return order if len(order) == len(below) else None


def _reached(children: Mapping[str, list[str]], root: str) -> Iterator[str]:
    seen = {root}
    queue = deque([root])
    while queue:
        term = queue.popleft()
        yield term
        new = [child for child in children.get(term, ()) if child not in seen]
        seen.update(new)
        queue.extend(dict.fromkeys(new))


def _build(stanzas: _Stanzas, order: list[str]) -> Ontology:
    index = {identifier: number for number, identifier in enumerate(order)}
    parents = tuple(
        tuple(index[p] for p in stanzas.parents.get(term, ()) if p in index) for term in order
    )
    children: list[list[int]] = [[] for _ in order]
    for child, above in enumerate(parents):
        for parent in above:
            children[parent].append(child)
    moved = stanzas.moved()
    return Ontology(
        release=stanzas.release,
        ids=tuple(order),
        names=tuple(stanzas.labels[term] for term in order),
        index=index,
        labels={k: v for k, v in stanzas.labels.items() if k not in stanzas.obsolete},
        moved=moved,
        withdrawn={k: tuple(v) for k, v in stanzas.obsolete.items() if k not in moved},
        spoken=_spoken(stanzas, index),
        _parents=parents,
        _children=tuple(map(tuple, children)),
        _ancestors=_ancestors(parents),
    )


def _spoken(stanzas: _Stanzas, index: Mapping[str, int]) -> dict[str, int]:
    """Give each term its words, names first; a name outweighs the same words elsewhere."""
    names = {stanzas.labels[term].lower(): number for term, number in index.items()}
    known = ((words, term) for words, term in stanzas.synonyms if term in index)
    return names | {words: index[term] for words, term in known if words not in names}


def _ancestors(parents: tuple[tuple[int, ...], ...]) -> tuple[NDArray[np.int32], ...]:
    known: list[set[int]] = []
    for term, above in enumerate(parents):
        known.append({term}.union(*(known[parent] for parent in above)))
    return tuple(np.array(sorted(terms), dtype=np.int32) for terms in known)


def _withdrawn(identifier: str, consider: tuple[str, ...], labels: Mapping[str, str]) -> str:
    message = f"HPO term `{identifier}` is obsolete and nothing replaces it"
    if not consider:
        return message
    named = ", ".join(f"`{term}` ({labels.get(term, 'unknown')})" for term in consider)
    return f"{message}; consider {named}"
