"""The report's words in English and Danish.

What the program says is written once, in English; `danish.tsv` holds the same sentence in Danish,
with `{places}` where something is put in. Sentences that come from an interpretation are looked up
there too, whole or sentence by sentence. What a person wrote, and what comes from a source, is
not translated: it stands as it was written, and is marked as English for a reader's voice.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from markupsafe import Markup

from kerne.cases.answers.evidence_words import evidence_in_danish
from kerne.errors import CaseError
from kerne.interpretation.candidate import Evidence
from kerne.interpretation.criteria.overrides import GENETICIST
from kerne.policy.words import Language

_PLACE: Final = re.compile(r"\{([a-z]+)\}")
_NUMBERS: Final = frozenset({"ac", "an", "bp", "count", "days", "homozygotes", "years"})
_OPENINGS: Final = ("{count} ", "{days} ", "{change}, {zygosity}: ")
"""A sentence of the page that begins with another place fits anything: none is looked for."""
_KNOWN: Final = frozenset({"class", "effect", "zygosity"})
"""Places that hold words of the table, so that what a person wrote is taken for no sentence."""
_SENTENCES: Final = re.compile(r"(?<=\.) (?=[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Wording:
    """Says things in one language.

    Examples
    --------
    >>> danish = Wording(Language.DANISH)
    >>> danish.told("likely pathogenic"), danish.told("AC 1 of AN 812, 0 homozygotes")
    ('sandsynligt patogen', 'AC 1 af AN 812, 0 homozygoter')
    >>> danish.told("seen by eye") is None
    True
    """

    language: Language

    def say(self, text: str, **values: object) -> Markup:
        """Say what the program says, with values put in its places; a value is escaped as HTML.

        Raises
        ------
        CaseError
            The table has no such sentence: an error of the program.
        """
        known = danish().get(text)
        if known is None:
            raise CaseError(f"the report's sentence `{text}` is not in `danish.tsv`")
        chosen = known if self.language is Language.DANISH else text
        # What stands in the tables of this package is not markup, and may hold none.
        return Markup(chosen).format(**values)  # noqa: S704

    def told(self, text: str) -> str | None:
        """Return a sentence of an interpretation in this language; `None` when it is not known."""
        if self.language is Language.ENGLISH:
            return text
        whole = _translated(text)
        if whole is not None:
            return whole
        parts = [_translated(part) for part in _SENTENCES.split(text)]
        return " ".join(filter(None, parts)) if all(parts) else None

    def tell(self, text: str) -> str:
        """Return a sentence in this language, or as it was written."""
        known = self.told(text)
        return text if known is None else known

    def tell_marked(self, text: str) -> Markup:
        """Return a sentence as HTML; one that is not known is marked as English."""
        return _marked(text, self.told(text))

    def told_evidence(self, evidence: Evidence) -> str | None:
        """Return on what a criterion was judged, in this language; `None` when it is not known.

        What a geneticist wrote stands as it was written, before what the program had judged.
        """
        if self.language is Language.ENGLISH:
            return evidence.data
        if evidence.source == GENETICIST and evidence.overridden is None:
            return None
        return evidence_in_danish(evidence.data, danish())

    def tell_evidence(self, evidence: Evidence) -> str:
        """Return on what a criterion was judged, in this language or as it was written."""
        known = self.told_evidence(evidence)
        return evidence.data if known is None else known

    def mark_evidence(self, evidence: Evidence) -> Markup:
        """Return the same as HTML; what is not known is marked as English."""
        return _marked(evidence.data, self.told_evidence(evidence))

    def tell_reason(self, text: str) -> str:
        """Return what a look again says, and why, in this language or as it was written."""
        if self.language is Language.ENGLISH:
            return text
        return evidence_in_danish(text, danish()) or text

    def criterion(self, code: str) -> str:
        """Return in a few words what an ACMG/AMP criterion is about; empty for another code."""
        english, in_danish = _criteria().get(code, ("", ""))
        return in_danish if self.language is Language.DANISH else english


def _marked(text: str, known: str | None) -> Markup:
    if known is not None:
        return Markup.escape(known)
    return Markup('<span lang="en">{}</span>').format(text)


@cache
def danish() -> Mapping[str, str]:
    """Return the Danish sentences by the English ones."""
    return {english: in_danish for english, in_danish in _rows("danish.tsv")}  # noqa: C416  typed


def _translated(text: str) -> str | None:
    known = danish()
    if text in known:
        return known[text]
    for pattern, in_danish in _patterns():
        found = pattern.fullmatch(text)
        values = {} if found is None else found.groupdict()
        if found is not None and all(values[e] in known for e in _KNOWN & values.keys()):
            return in_danish.format(**{name: known.get(e, e) for name, e in values.items()})
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (_pattern(english), in_danish)
        for english, in_danish in danish().items()
        if _PLACE.search(english) and (not english.startswith("{") or english.startswith(_OPENINGS))
    )


def _pattern(english: str) -> re.Pattern[str]:
    pieces = _PLACE.split(english)
    return re.compile(
        "".join(
            f"(?P<{piece}>{_shape(piece)})" if at % 2 else re.escape(piece)
            for at, piece in enumerate(pieces)
        )
    )


def _shape(place: str) -> str:
    if place in _NUMBERS:
        return "[0-9,]+"
    return "[^,:]+?" if place in _KNOWN else ".+?"


@cache
def _criteria() -> Mapping[str, tuple[str, str]]:
    return {code: (english, in_danish) for code, english, in_danish in _rows("criteria.tsv")}


def _rows(name: str) -> Iterator[tuple[str, ...]]:
    text = files("kerne.cases.answers").joinpath(name).read_text(encoding="utf-8")
    return (tuple(line.split("\t")) for line in text.splitlines() if not line.startswith("#"))
