"""Words that askers typed, made fit to be recorded for good.

Some of them stand in clear in an entry that can never be deleted (`about`, `project`). There only
what is of a known shape may pass: words in lower case, numbers of orders, cases, projects and
their cuts, a gene, the name of a choice. A name, a civil registration number, a person's number, a
position, an allele or a genotype has none of these shapes. And whatever somebody types, an ask must
be recorded, so no text may be too long for it or impossible to write.
"""

import re
from typing import Final

MOST_CHARACTERS: Final = 2_000
HIDDEN: Final = "[left out]"

_WORD: Final = r"(?![acgt]{4,})[a-z]+(?:-[a-z]{2,})*(?:-[0-9]{1,4})?,?"
_NUMBERED: Final = r"(?!P-)[A-Z]{1,10}(?:-[0-9]{4})?-[0-9]{1,6}"
_COUNT: Final = r"[0-9]{1,3}"
_SHAPES: Final = re.compile(f"(?:{_WORD}|{_NUMBERED})(?:/[QC]-[0-9]{{1,4}})?|{_COUNT}")
_AFTER: Final = {
    "gene": re.compile(r"[A-Z][A-Z0-9]+(?:-[A-Z0-9]{1,8})?|C[0-9XY]+orf[0-9]+"),
    "choice": re.compile(r"(?:[A-Z][a-z]+){2,6}"),
}
"""What else may follow a word."""


def writable(text: str) -> str:
    r"""Return `text` as it can be recorded: valid Unicode without control characters, cut to size.

    Examples
    --------
    >>> writable("insurance")
    'insurance'
    >>> writable("a\x00b")
    'a\\x00b'
    """
    cut = text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}..."
    whole = cut.encode("utf-8", "backslashreplace").decode()
    return "".join(each if each.isprintable() else _escaped(each) for each in whole)


def in_clear(text: str) -> str:
    """Return `text` as it may stand in clear: writable, without words of an unknown shape.

    Examples
    --------
    >>> in_clear("output of question 250947-9989")
    'output of question [left out]'
    >>> in_clear("gene ABCA4 of Anna, 1-94051698-G-A 0/1")
    'gene ABCA4 of [left out] [left out] [left out]'
    >>> in_clear("order K-2026-000012")
    'order K-2026-000012'
    """
    words = writable(text).split()
    before = ["", *words]
    return " ".join(
        word if _may_pass(word, last) else HIDDEN for word, last in zip(words, before, strict=False)
    )


def _may_pass(word: str, last: str) -> bool:
    also = _AFTER.get(last)
    return _SHAPES.fullmatch(word) is not None or bool(also and also.fullmatch(word))


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
