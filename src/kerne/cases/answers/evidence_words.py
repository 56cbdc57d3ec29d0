"""What the program says of criteria, and of why something is news, in Danish.

Evidence is worded once, in English, where it is judged, and kept so. `evidence.tsv` holds each of
these sentences with places, as `danish.tsv` does for the rest of the report; but they are built of
one another, so that some places hold a sentence of the table themselves (`PHRASES`), and what holds
something else fits nowhere. A sentence is given in Danish as a whole or not at all.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

PHRASES: Final = frozenset(
    {"class", "doubt", "frequency", "genotype", "known", "loss", "mechanism", "met", "mode"}
    | {"origin", "phrase", "strength", "why"}
)
"""Places that hold what must be known in Danish itself."""
_NUMBER: Final = r"[-+]?[0-9][0-9.,e+-]*%?"
_SHAPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("ac", "af", "an", "carriers", "codon", "codons", "count"), _NUMBER),
    **dict.fromkeys(("greatest", "harmful", "harmless", "homozygotes", "lacking"), _NUMBER),
    **dict.fromkeys(("limit", "losses", "missense", "number", "other", "others"), _NUMBER),
    "share": _NUMBER,
    "significance": r"[A-Z][\w/,;| ]*",
    "region": "[0-9-]+",
    "section": "[1-5][A-O]?(?:-[1-4])?",
    "terms": r"\w+(?: & \w+)*",
}
"""What fits a place; anything where nothing is said."""
_PLACE: Final = re.compile(r"\{([a-z]+)\}")


def evidence_in_danish(text: str, words: Mapping[str, str]) -> str | None:
    """Return what the program says of a criterion in Danish; `None` when it is not in the table.

    Parameters
    ----------
    words
        Further words that may stand in a place: classes, modes, strengths.
    """
    return _Reader(words).read(text)


class _Reader:
    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    def read(self, text: str) -> str | None:
        exact, patterns = _table()
        known = exact.get(text) or self._words.get(text)
        if known is not None:
            return known
        readings = (self._read_as(text, shapes, danish) for shapes, danish in patterns)
        return next((each for each in readings if each is not None), None)

    def _read_as(self, text: str, shapes: Sequence[re.Pattern[str]], danish: str) -> str | None:
        for shape in shapes:
            found = shape.fullmatch(text)
            if found is None:
                return None
            values = {
                name: self.read(value) if name in PHRASES else value
                for name, value in found.groupdict().items()
            }
            if None not in values.values():
                return danish.format(**values)
        return None


@cache
def _table() -> tuple[dict[str, str], list[tuple[tuple[re.Pattern[str], ...], str]]]:
    """Return the sentences without places, and those with, in the order of the table."""
    text = files("kerne.cases.answers").joinpath("evidence.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    exact = {english: danish for english, danish in rows if not _PLACE.search(english)}
    patterns: list[tuple[tuple[re.Pattern[str], ...], str]] = [
        # A phrase may hold the mark that ends it, so that its longest reading is tried as well.
        ((_shape(english, "+?"), _shape(english, "+")), danish)
        for english, danish in rows
        if _PLACE.search(english)
    ]
    return exact, patterns


def _shape(english: str, how_many: str) -> re.Pattern[str]:
    pieces = _PLACE.split(english)
    return re.compile(
        "".join(
            f"(?P<{piece}>{_SHAPES.get(piece, '.' + how_many)})" if at % 2 else re.escape(piece)
            for at, piece in enumerate(pieces)
        )
    )
