"""Words that askers typed, made fit to be recorded for good.

Some of them stand in clear in an entry that can never be deleted (`about`, `project`), so nothing
that looks like a civil registration number may pass; and whatever somebody types, an ask must be
recorded, so no text may be too long for it or impossible to write.
"""

import re
from typing import Final

MOST_CHARACTERS: Final = 2_000
HIDDEN: Final = "[number left out]"

_CPR_SHAPED = re.compile(r"(?<![0-9])[0-9]{6}[- ]?[0-9]{4}(?![0-9])")


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
    """Return `text` as it may stand in clear: writable, without what looks like a CPR number.

    Examples
    --------
    >>> in_clear("output of question 250947-9989")
    'output of question [number left out]'
    >>> in_clear("order K-2026-000012")
    'order K-2026-000012'
    """
    return _CPR_SHAPED.sub(HIDDEN, writable(text))


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
