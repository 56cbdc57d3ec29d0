"""All that the releases at hand say about genes."""

from collections.abc import Mapping

from kerne.knowledge.gene_facts import GeneFacts


class GeneLibrary:
    """The facts of every gene that a release at hand speaks of, by symbol."""

    def __init__(self, facts: Mapping[str, GeneFacts] | None = None) -> None:
        self._facts = dict(facts or {})

    def of(self, symbol: str) -> GeneFacts | None:
        """Say what is known of a gene; `None` when no release at hand speaks of it."""
        return self._facts.get(symbol)
