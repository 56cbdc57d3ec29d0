"""Features that the name of a disease says: *Retinitis pigmentosa 18* has that retinitis."""

import re
from collections.abc import Iterable

from kerne.phenotype.ontology import Ontology

_WORD = re.compile(r"[a-z0-9]+")
SHORT = 4
"""Words of fewer letters select badly and are indexed only where a term has no other."""


class NamedFeatures:
    """Finds the terms of an ontology whose words all occur in a name, in any order."""

    def __init__(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self._by_word: dict[str, list[tuple[frozenset[str], int]]] = {}
        seen: set[frozenset[str]] = set()
        for spoken, term in ontology.spoken.items():
            words = _words(spoken)
            if words and words not in seen:
                seen.add(words)
                key = min(words, key=lambda word: (len(word) < SHORT, word))
                self._by_word.setdefault(key, []).append((words, term))

    def of(self, name: str) -> list[int]:
        """Give the indices of the most specific terms that a name says; ascending."""
        words = _words(name)
        hits = (hit for word in words for hit in self._by_word.get(word, ()))
        return self._ontology.most_specific(term for needed, term in hits if needed <= words)


def _words(text: str) -> frozenset[str]:
    return frozenset(_singular(_WORD.findall(text.lower())))


def _singular(words: Iterable[str]) -> Iterable[str]:
    return (word[:-1] if word.endswith("s") and len(word) > SHORT else word for word in words)
